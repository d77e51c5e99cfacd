"""The engine spark: the statements of the engine duckdb in Spark's words, and the same facts to the cent."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import Facts, Ledger, read_ledger
from retention_xl.ledger.policies import Policies

DIRTY = Path(__file__).parents[1] / "data" / "ledger_dirty.csv.gz"
SQL = Path(__file__).parents[2] / "retention_xl" / "ledger" / "sql"
READING: dict[str, Any] = {
    "rates": {"USD": "1", "EUR": "1.08", "GBP": "1.27", "JPY": "0.0066"},
    "currency": "USD",
    "dates": "mdy",
}
HAS_SPARK = all(map(find_spec, ("pyspark", "sqlglot"))) and bool(shutil.which("java") or os.environ.get("JAVA_HOME"))
needs_spark = pytest.mark.skipif(
    not HAS_SPARK and not os.environ.get("RETENTION_XL_REQUIRE_SPARK"), reason="needs PySpark, sqlglot and Java"
)
pytestmark = [pytest.mark.spark, needs_spark]
# What sqlglot hands on as it is, for Spark knows it by the same name.
KNOWN = {"CONV", "TRANSFORM"}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from pyspark.sql import SparkSession

    place = tmp_path_factory.mktemp("spark")
    builder = SparkSession.builder.master("local[2]")
    for setting, value in {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "2g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "1",
        # What is compiled, by Spark or by Java's second compiler, takes longer to compile than to run.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.adaptive.enabled": "false",
        "spark.local.dir": str(place / "local"),
        "spark.sql.warehouse.dir": str(place / "warehouse"),
    }.items():
        builder = builder.config(setting, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def parquet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger with every kind of dirt, as Parquet with texts."""
    import duckdb
    import pandas as pd

    path = tmp_path_factory.mktemp("ledger") / "dirty.parquet"
    lines = pd.read_csv(DIRTY, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    with duckdb.connect() as con:
        con.from_df(lines).write_parquet(str(path))
    return path


@pytest.fixture(scope="module")
def on_duckdb(parquet: Path) -> Iterator[Facts]:
    with read_ledger(parquet, **READING) as ledger:
        yield ledger.facts()


@pytest.fixture(scope="module")
def on_spark(parquet: Path, session: Any) -> Iterator[tuple[Ledger, Facts]]:
    with read_ledger(parquet, engine="spark", **READING) as ledger:
        yield ledger, ledger.facts()


@pytest.mark.parametrize("fact", Facts.__slots__)
def test_every_fact_is_duckdb_s(fact: str, on_duckdb: Facts, on_spark: tuple[Ledger, Facts]) -> None:
    assert getattr(on_spark[1], fact) == getattr(on_duckdb, fact)


def test_deductions_and_refunds_that_reduce_revenue_are_duckdb_s(session: Any, tmp_path: Path) -> None:
    import duckdb

    text = "Customer,Date,Type,Total,Tax,Amount Refunded,Term\n" + "".join(
        f"A,2024-{month:02d}-05,invoice,119.00,19.00,{month}.37,monthly\n"
        f"B,2024-{month:02d}-09,invoice,{month}29.99,{month}.77,0,{'annual' if month % 3 else 'monthly'}\n"
        f"B,2024-{month:02d}-20,refund,-{month}0.50,0,0,\n"
        for month in range(1, 13)
    )
    (tmp_path / "lines.csv").write_text(text + "C,2024-01-06,invoice,9999999999999.99,1596638655462.18,0.05,monthly\n")
    with duckdb.connect() as con:
        lines = con.read_csv(str(tmp_path / "lines.csv"), all_varchar=True)
        lines.write_parquet(str(tmp_path / "lines.parquet"))
    told = {}
    reading = {"policies": Policies(refunds="reduce"), "columns": {"refunded": "Amount Refunded"}}
    for engine in ("duckdb", "spark"):
        with read_ledger(tmp_path / "lines.parquet", engine=engine, **reading) as ledger:
            told[engine] = ledger.facts()
    assert told["spark"] == told["duckdb"]
    assert any(item.key == "policy_refunds" and item.total_cents for item in told["duckdb"].tie_out)


def test_nothing_is_left_in_the_catalog(on_spark: tuple[Ledger, Facts], session: Any) -> None:
    assert session.catalog.listTables() == []


def test_typed_columns_and_a_table_of_the_catalog_are_read(session: Any, tmp_path: Path) -> None:
    from retention_xl.ledger.spark import SparkConnection, SparkSource

    rows = [
        ("Ann", date(2024, 1, 5), 100.0, 1),
        ("Bob", date(2024, 1, 6), 0.1 + 0.2, 12),
        (None, date(2024, 1, 7), None, None),
        ("Cem", date(2024, 1, 8), -1234567.895, 1),
    ]
    frame = session.createDataFrame(rows, "Customer string, Date date, Amount double, Term int").coalesce(1)
    frame.write.parquet(str(tmp_path / "lines"))
    frame.createOrReplaceGlobalTempView("lines")
    con = SparkConnection(lambda text, fraction: None)
    read = {}
    for source in (str(tmp_path / "lines"), "global_temp.lines"):
        opened = SparkSource(con, source)
        opened.load(con, {"customer": 0, "date": 1, "amount": 2, "term": 3}, tmp_path, lambda text, fraction: None)
        read[source] = con.execute(
            "SELECT raw_customer, raw_date, raw_amount, raw_term, amount_typed FROM source ORDER BY line"
        ).fetchall()
        assert con.execute("SELECT line FROM source ORDER BY line").fetchall() == [(2,), (3,), (4,), (5,)]
    by_file, by_table = read.values()
    assert by_file == [
        ("Ann", "2024-01-05", "100", "1", True),
        ("Bob", "2024-01-06", "0.3", "12", True),
        ("", "2024-01-07", "", "", True),
        ("Cem", "2024-01-08", "-1234567.895", "1", True),
    ]
    assert sorted(by_table) == sorted(by_file)
    con.close()
    session.catalog.dropGlobalTempView("lines")


def test_a_table_that_is_not_there_is_named(session: Any) -> None:
    with pytest.raises(LedgerError, match=r"^nobody\.knows: cannot be read as a table of Spark's catalog"):
        read_ledger("nobody.knows", engine="spark")


def test_tables_beside_the_ledger_are_refused(session: Any) -> None:
    with pytest.raises(LedgerError, match="tables is read by the engine duckdb only"):
        read_ledger("lines", engine="spark", tables={"customers": "customers.csv"})


@pytest.mark.parametrize("name", sorted(path.stem for path in SQL.glob("*.sql") if path.stem != "macros"))
def test_every_statement_has_words_that_spark_knows(name: str) -> None:
    import sqlglot
    from sqlglot import exp

    from retention_xl.ledger.database import sql
    from retention_xl.ledger.spark_sql import macros_of_both, steps

    text = sql(name)
    parameters = {each: ["a"] if each == "none" else 1 for each in re.findall(r"\$(\w+)", text)}
    for step in steps(text, parameters, macros_of_both()):
        if step.query:
            tree = sqlglot.parse_one(step.query, read="spark")
            assert {call.name.upper() for call in tree.find_all(exp.Anonymous)} <= KNOWN
