"""Pauses and exchange rates on Bridge and Movers: rows of their own where a month has them, none where it has not."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from retention_xl.monthly import write_monthly

RATES = "currency,date,rate\nUSD,2023-01-01,1.10\nUSD,2023-03-10,1.30\n"
LINES = (
    "Customer,Date,Type,Amount,Interval,Currency\n"
    + "".join(f"Z,2023-{m:02d}-01,invoice,100.00,month,EUR\n" for m in range(1, 6))
    + "A,2023-01-10,invoice,1200.00,year,USD\nB,2023-01-10,invoice,600.00,year,EUR\nB,2023-03-05,pause,0,,EUR\n"
)
# where the rows of the bridge stand
PAUSED, EXCHANGE, CLOSING = 13, 14, 15


def written(folder: Path, month: str, rates: str) -> openpyxl.Workbook:
    (folder / "ledger.csv").write_text(LINES)
    (folder / "rates.csv").write_text(rates)
    done = write_monthly(
        folder / "ledger.csv", "ledger.csv", folder / "out.xlsx", month, reading={"currency": "EUR"},
        rates_path=folder / "rates.csv", verify=True,
    )  # fmt: skip
    assert done.report.failed == ()
    return openpyxl.load_workbook(done.path, data_only=True)


@pytest.mark.thorough
def test_a_month_with_both_shows_both_and_every_formula_agrees(tmp_path: Path) -> None:
    book = written(tmp_path, "2023-03", RATES)
    bridge, last = book["Bridge"], book["Bridge"].max_column
    while bridge.cell(CLOSING, last).value is None:
        last -= 1
    shown = {bridge.cell(row, 2).value: bridge.cell(row, last).value for row in (PAUSED, EXCHANGE, CLOSING)}
    assert shown == {"Paused, less resumed": -50, "Exchange rates": pytest.approx(20), "Closing MRR": 230}
    assert not bridge.row_dimensions[PAUSED].hidden and not bridge.row_dimensions[EXCHANGE].hidden
    movers = {row[1]: (row[4], row[5]) for row in book["Movers"].iter_rows(min_row=17, values_only=True) if row[1]}
    assert movers["A"] == (20, "Currency") and movers["B"] == (-50, "Paused")
    assert "pauses took 50; rates of exchange gave 20" in book["Summary"]["B24"].value


def test_rows_that_say_nothing_are_not_shown(tmp_path: Path) -> None:
    bridge = written(tmp_path, "2023-02", "currency,rate\nEUR,1\nUSD,1.1\n")["Bridge"]
    assert bridge.row_dimensions[PAUSED].hidden and bridge.row_dimensions[EXCHANGE].hidden
    assert not bridge.row_dimensions[CLOSING].hidden
