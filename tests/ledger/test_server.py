"""Ledgers in a database: SQLite always, PostgreSQL where a server is installed."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from retention_xl.errors import LedgerError
from retention_xl.ledger import Ledger, read_ledger, server
from retention_xl.ledger.sources import is_database, source_name

from .postgresql_server import running

LINES = [
    ("A", "2024-01-05 00:30:00+00", "10.50", "monthly"),
    ("B", "2024-01-06 23:59:00+00", "9999999999999.99", "monthly"),
    ("A", "2024-02-05 12:00:00+00", "0.07", "monthly"),
    ("B", "2024-02-06 12:00:00+00", "9999999999999.98", "monthly"),
]


def totals(ledger: Ledger) -> list[int]:
    return [int(cents) for cents in ledger.lines()["own_cents"]]


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = tmp_path / "billing.db"
    with sqlite3.connect(path) as con:
        con.execute("CREATE TABLE invoices (id INTEGER PRIMARY KEY, customer TEXT, date TEXT, amount TEXT, term TEXT)")
        con.executemany("INSERT INTO invoices (customer, date, amount, term) VALUES (?, ?, ?, ?)", LINES)
        con.execute("CREATE VIEW january AS SELECT * FROM invoices WHERE date < '2024-02'")
    con.close()
    return f"sqlite:///{path.as_posix()}"


def test_a_table_is_read_with_its_types(database: str) -> None:
    with read_ledger(database, table="Invoices") as ledger:
        assert totals(ledger) == [1050, 999999999999999, 7, 999999999999998]
        assert (ledger.quality.lines_refused, ledger.nature, ledger.told) == (0, "recurring", ())


@pytest.mark.thorough
def test_a_view_and_a_query_are_read_too(database: str) -> None:
    with read_ledger(database, table="january") as ledger:
        assert totals(ledger) == [1050, 999999999999999]
    asked = "-- what is billed\nSELECT customer AS \"Kunde\", date, amount FROM invoices WHERE '10%' <> ':a' AND id < 2"
    with read_ledger(database, query=asked) as ledger:
        assert (totals(ledger), ledger.nature) == ([1050], "purchases")


@pytest.mark.thorough
def test_chunks_make_no_difference(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with read_ledger(database, table="invoices") as ledger:
        whole = ledger.facts("2024-02").fingerprint
    monkeypatch.setattr(server, "CHUNK", 3)
    told: list[str] = []
    with read_ledger(database, table="invoices", progress=lambda text, fraction: told.append(text)) as ledger:
        assert ledger.facts("2024-02").fingerprint == whole
    assert [text for text in told if "lines" in text and "Reading" in text][-1] == "Reading invoices: 3 lines"


def test_amounts_that_the_database_keeps_as_floats_are_said_to_be_so(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as con:
        con.execute("CREATE TABLE lines (customer TEXT, date TEXT, amount REAL)")
        con.execute("INSERT INTO lines VALUES ('A', '2024-01-05', 0.1 + 0.2)")
    con.close()
    with read_ledger(f"sqlite:///{(tmp_path / 'a.db').as_posix()}", table="lines") as ledger:
        assert totals(ledger) == [30]
        assert "binary floating point" in ledger.told[0]


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"table": "invoces"}, "there is no table 'invoces'; there are invoices"),
        (
            {},
            "either --table NAME or --query 'select ...'; the tables are 'invoices', 'january'",
        ),
        ({"table": "a", "query": "select 1"}, "say which lines to read"),
        ({"query": "DROP TABLE invoices"}, "'DROP TABLE invoices' is not a query that only reads"),
        ({"query": "WITH a AS (SELECT 1) DELETE FROM invoices"}, "attempt to write a readonly database"),
        ({"query": "SELECT nowhere FROM invoices"}, "no such column: nowhere"),
        ({"query": "SELECT customer FROM invoices"}, "query: no column could be recognised as date or amount"),
    ],
)
def test_what_cannot_be_read_is_said(database: str, options: dict[str, str], says: str) -> None:
    with pytest.raises(LedgerError) as error:
        read_ledger(database, **options)
    assert says in str(error.value)
    with read_ledger(database, table="invoices") as ledger:
        assert ledger.quality.lines_read == len(LINES)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:///nowhere.db", "nowhere.db: there is no such file"),
        ("postgresql://u:geheim@127.0.0.1:1/db", "postgresql://u@127.0.0.1:1/db: connection failed"),
        ("postgresql://u@127.0.0.1:1/db?password=geheim", "postgresql://u@127.0.0.1:1/db: connection failed"),
        ("mysql+nodriver://u:geheim@h/db", "SQLAlchemy knows no database 'mysql+nodriver'"),
        ("postgresql://u:ge/heim@h:x/db", "The address of the database cannot be read"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_without_its_password(url: str, says: str) -> None:
    with pytest.raises(LedgerError) as error:
        read_ledger(url, table="invoices")
    assert says in str(error.value)
    assert "heim" not in str(error.value)


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(LedgerError, match=r'psycopg, is not installed; pip install "retention-xl\[postgresql\]"'):
        read_ledger("postgresql://u:geheim@h/db", table="a")
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(LedgerError, match=r'needs SQLAlchemy; pip install "retention-xl\[database\]"'):
        read_ledger("sqlite:///a.db", table="a")


def test_a_table_is_asked_of_databases_only(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="--table is for a database"):
        read_ledger(tmp_path, table="invoices")
    assert is_database("postgresql+psycopg://u@h/db") and is_database("sqlite:///a.db")
    assert not is_database("C:/ledger.csv") and not is_database("C:\\ledger.csv")
    assert source_name(["postgresql://u:geheim@h/db"], "billing.invoices") == "billing.invoices"


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with running() as url:
        engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as con:
            con.exec_driver_sql("SET TIME ZONE 'UTC'")
            con.exec_driver_sql("CREATE SCHEMA billing")
            con.exec_driver_sql(
                'CREATE TABLE billing."Lines" (id serial PRIMARY KEY, customer text, date timestamptz, '
                "amount numeric(18, 2), term text)"
            )
            for line in LINES:
                con.exec_driver_sql(
                    'INSERT INTO billing."Lines" (customer, date, amount, term) VALUES (%s, %s, %s, %s)', line
                )
            con.exec_driver_sql(
                "CREATE TABLE many AS SELECT 'C' || mod(n, 100) AS customer, date '2024-01-01' + mod(n, 60) AS date, "
                "mod(n, 1000)::numeric / 100 AS amount FROM generate_series(1, 50000) n"
            )
            con.exec_driver_sql("ALTER DATABASE postgres SET timezone = 'Pacific/Auckland'")
        engine.dispose()
        yield url


def test_postgresql_gives_exact_money_and_the_days_of_utc(postgresql: str) -> None:
    with read_ledger(postgresql, table="billing.Lines") as ledger:
        assert totals(ledger) == [1050, 999999999999999, 7, 999999999999998]
        assert [str(day.date()) for day in ledger.lines()["day"]] == [
            "2024-01-05",
            "2024-01-06",
            "2024-02-05",
            "2024-02-06",
        ]


def test_postgresql_gives_many_lines_in_chunks(postgresql: str) -> None:
    with read_ledger(postgresql, table="many") as ledger:
        assert (ledger.quality.lines_accepted, sum(totals(ledger))) == (50_000, 24_975_000)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"query": "SELECT *, nextval('billing.\"Lines_id_seq\"') FROM many"}, "in a read-only transaction"),
        ({"table": "mani"}, "there is no table 'mani'; there are many."),
        ({"table": "billing.Linse"}, "there is no table 'billing.Linse'; there are Lines."),
        ({"query": "SELECT nowhere FROM many"}, 'column "nowhere" does not exist'),
    ],
)
def test_postgresql_is_only_read_and_says_what_is_wrong(postgresql: str, options: dict[str, str], says: str) -> None:
    with pytest.raises(LedgerError) as error:
        read_ledger(postgresql, **options)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    with read_ledger(postgresql, query="SELECT * FROM many WHERE amount < 1") as ledger:
        assert ledger.quality.lines_read == 5_000


def test_a_query_is_sent_once(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    create = sa.create_engine

    def watched(*args: Any, **kwargs: Any) -> sa.Engine:
        engine = create(*args, **kwargs)
        sa.event.listen(engine, "before_cursor_execute", lambda con, cursor, statement, *rest: sent.append(statement))
        return engine

    monkeypatch.setattr(sa, "create_engine", watched)
    asked = "SELECT * FROM invoices"
    with read_ledger(database, query=asked) as ledger:
        assert ledger.quality.lines_read > 0
    assert sent.count(asked) == 1
