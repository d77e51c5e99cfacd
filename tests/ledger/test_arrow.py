"""Tables of polars and Arrow: read by their Arrow stream, with their types, and left as they were."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import read_ledger

from .test_frames import frame

WHEN = [
    datetime(2024, 1, 5, 23, 30, tzinfo=UTC),
    datetime(2024, 1, 6, tzinfo=UTC),
    datetime(2024, 2, 5, 0, 5, tzinfo=UTC),
]


def columns() -> dict[str, list[Any]]:
    return {
        "customer": ["A", "B", "A"],
        "date": WHEN,
        "amount": [Decimal("10.50"), Decimal("9999999999999.99"), Decimal("1.24")],
        "plan": ["x", None, "x"],
    }


def as_polars(data: dict[str, list[Any]]) -> Any:
    import polars

    return polars.DataFrame(data).with_columns(polars.col("plan").cast(polars.Categorical))


def as_arrow(data: dict[str, list[Any]]) -> Any:
    return pytest.importorskip("pyarrow").table(data)


def as_reader(data: dict[str, list[Any]]) -> Any:
    return as_arrow(data).to_reader()


def as_pandas(data: dict[str, list[Any]]) -> Any:
    return pd.DataFrame(data).astype({"plan": "category"})


def as_arrow_pandas(data: dict[str, list[Any]]) -> Any:
    pytest.importorskip("pyarrow")
    return as_arrow(data).to_pandas(types_mapper=pd.ArrowDtype)


@pytest.mark.thorough
@pytest.mark.parametrize("table", [as_polars, as_arrow, as_reader, as_pandas, as_arrow_pandas])
def test_every_kind_of_table_reads_alike(table: Any) -> None:
    with read_ledger(table(columns())) as ledger:
        assert ledger.lines()["own_cents"].tolist() == [1050, 999999999999999, 124]
        assert [day.date() for day in ledger.lines()["day"]] == [date(2024, 1, 5), date(2024, 1, 6), date(2024, 2, 5)]
        assert (ledger.quality.notes, ledger.facts("2024-02").ledger_total) == ((), 1000000000001173)


def test_a_table_needs_nothing_but_an_arrow_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    table = as_polars(columns())
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with read_ledger(table) as ledger:
        assert ledger.quality.lines_accepted == 3


def test_nullable_numbers_and_missing_values_of_pandas_are_read() -> None:
    given = frame().assign(amount=pd.array([10.5, None, 1.25], dtype="Float64"), customer=pd.array([1, 2, 1], "Int64"))
    with read_ledger(given) as ledger:
        (note,) = ledger.quality.notes
        assert (note.line, note.reason, ledger.facts("2024-02").ledger_total) == (3, "the amount is blank", 1175)


def test_what_is_no_table_of_single_values_is_refused() -> None:
    with pytest.raises(LedgerError, match="column plan: a cell holds more than one value"):
        read_ledger(as_arrow({**columns(), "plan": [["x"], [], []]}))
    with pytest.raises(LedgerError, match="A dict is no ledger; give a path, a DataFrame or an Arrow table"):
        read_ledger(columns())
