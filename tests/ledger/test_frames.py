"""DataFrames and Parquet files: what is typed stays typed, and the caller's table stays as it was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import read_ledger
from retention_xl.ledger.cells import text_of

CSV = "customer,date,amount,plan\nA,2024-01-05,10.50,x\nB,2024-01-06,20.00,\nA,2024-02-05,1.24,x\n"


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": ["A", "B", "A"],
            "date": [pd.Timestamp("2024-01-05"), pd.Timestamp("2024-01-06 10:00"), pd.Timestamp("2024-02-05")],
            "amount": [10.5, 20.0, 1.235],
            "plan": ["x", None, "x"],
        }
    )


@pytest.mark.thorough
def test_a_frame_reads_as_its_csv(tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(CSV)
    with read_ledger(tmp_path / "ledger.csv") as from_csv, read_ledger(frame()) as from_frame:
        ours, theirs = from_frame.facts(), from_csv.facts()
        assert (ours.movements, ours.cohorts, ours.pairs) == (theirs.movements, theirs.cohorts, theirs.pairs)
        (note,) = from_frame.quality.notes
        assert (note.action, note.line, note.value, note.cents) == ("changed", 4, "1.235", 124)


def test_a_frame_stays_as_it_was() -> None:
    given, before = frame(), frame()
    with read_ledger(given) as ledger:
        ledger.facts()
    pd.testing.assert_frame_equal(given, before)


def test_decimals_categories_and_missing_values_are_read() -> None:
    given = frame().assign(
        customer=pd.Categorical(["A", None, "A"]), amount=[Decimal("10.50"), Decimal("20"), Decimal("1.24")]
    )
    with read_ledger(given) as ledger:
        (note,) = ledger.quality.notes
        assert (note.line, note.reason, note.cents) == (3, "no customer is named", 2000)
        assert ledger.facts().ledger_total == 3174


def test_a_cell_with_a_list_is_refused() -> None:
    with pytest.raises(LedgerError, match="DataFrame, column plan: a cell holds more than one value"):
        read_ledger(frame().assign(plan=[["x"], [], []]))


@pytest.mark.thorough
def test_parquet_reads_as_its_csv(tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(CSV)
    source = (
        f"SELECT * REPLACE (CAST(amount AS {{kind}}) AS amount) FROM read_csv('{(tmp_path / 'ledger.csv').as_posix()}')"
    )
    with read_ledger(tmp_path / "ledger.csv") as from_csv:
        expected = from_csv.facts()
    for kind in ("DOUBLE", "DECIMAL(18,3)", "FLOAT", "VARCHAR"):
        target = tmp_path / f"{kind[:4]}.parquet"
        duckdb.sql(f"COPY ({source.format(kind=kind)}) TO '{target.as_posix()}' (FORMAT parquet)")
        with read_ledger(target) as ledger:
            assert (ledger.facts().movements, ledger.quality.notes) == (expected.movements, ())


def test_a_broken_parquet_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(LedgerError, match="cannot be read as Parquet"):
        read_ledger(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (True, "TRUE"),
        (5, "5"),
        (5.0, "5"),
        (60.99, "60.99"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
        (1e20, "100000000000000000000"),
        (Decimal("1.50"), "1.5"),
        (Decimal("1E+3"), "1000"),
        (date(2024, 1, 5), "2024-01-05"),
        (pd.Timestamp("2024-01-05"), "2024-01-05"),
        (pd.Timestamp("2024-01-05 10:00"), "2024-01-05 10:00:00"),
        (" x ", " x "),
    ],
)
def test_a_typed_value_has_one_text(value: object, text: str) -> None:
    assert text_of(value) == text
