"""Buyers at risk: a rhythm of their own, the silence since, a year's revenue, and the sheet that shows them."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from retention_xl import bgnbd_alive
from retention_xl.ledger import read_ledger
from retention_xl.report.build import build_report
from retention_xl.report.lapsing import lapsing
from retention_xl.report.model import Report
from retention_xl.report.settings import load_settings
from retention_xl.report.write import write_report

from .engines import cached, compare, recalc_formualizer, recalc_ironcalc
from .small_facts import Row, facts_of
from .test_carry_over import SOURCE, report_of

CDNOW = Path(__file__).parents[1] / "data" / "cdnow_master.csv.gz"
FIRST = 29  # row of the list

# Months with a purchase and what was paid, of eighteen.


def bought(*months: int, cents: int) -> Row:
    return [cents if month in months else None for month in range(18)]


BUYERS: dict[str, Row] = {
    "Every month, then silent": bought(6, 7, 8, 9, 10, 11, cents=500_00),
    "Every quarter, late": bought(2, 5, 8, 11, cents=1000_00),
    "Every quarter, in time": bought(3, 6, 9, 12, cents=90_00),
    "Once": bought(8, cents=100_00),
    "Small and late": bought(9, 11, cents=5_00),
    "Long gone": bought(0, 1, cents=100_00),
    "There now": bought(*range(9, 18), cents=200_00),
}


def purchases_report(table: dict[str, Row] = BUYERS) -> Report:
    return build_report(facts_of(table, nature="purchases"), load_settings(None, "purchases"), SOURCE)


def test_who_is_silent_for_twice_the_usual_gap_is_on_the_list() -> None:
    found = purchases_report().lapsing
    assert found
    told = [(b.name, b.segment, b.revenue, b.gap, b.silent, b.times) for b in found.listed]
    assert told == [
        ("Every month, then silent", "Win back", 3000.0, 1.0, 6, 6.0),
        ("Every quarter, late", "Remind", 2000.0, 3.0, 6, 2.0),
        ("Small and late", "Nudge", 10.0, 2.0, 6, 3.0),
    ]
    assert (found.once, found.active, found.fitted) == (1, 6, ())


def test_a_ledger_of_recurring_revenue_has_no_such_list() -> None:
    report = report_of(24)
    assert report.lapsing is None


def test_without_the_customer_table_the_first_page_says_what_would_add_the_list() -> None:
    facts = replace(facts_of(BUYERS, nature="purchases"), customers=None)
    report = build_report(facts, load_settings(None, "purchases"), SOURCE)
    assert report.lapsing is None
    assert any("Buyers at risk" in adds for _, adds in report.missing)


@pytest.mark.thorough
def test_the_sheet_calculates_the_same_in_two_engines(tmp_path: Path) -> None:
    path = tmp_path / "month.xlsx"
    write_report(purchases_report(), path)
    shown = cached(path)
    assert shown["Buyers at risk", f"C{FIRST}"] == "Win back"
    assert compare(shown, recalc_ironcalc(path)) == []
    assert compare(shown, recalc_formualizer(path)) == []


@pytest.fixture(scope="module")
def cdnow() -> Report:
    with read_ledger(CDNOW) as ledger:
        facts = ledger.facts()
    return build_report(facts, load_settings(None, facts.nature), SOURCE)


@pytest.mark.thorough
def test_a_year_of_a_cdnow_buyer_is_the_sum_of_the_lines_in_the_file(cdnow: Report) -> None:
    assert cdnow.lapsing
    first = cdnow.lapsing.listed[0]
    with gzip.open(CDNOW, "rt", encoding="utf-8") as lines:
        rows = [line.strip().split(",") for line in lines][1:]
    own = [(date, round(float(paid) * 100)) for name, date, _, paid in rows if name == first.name]
    assert round(first.revenue * 100) == sum(paid for date, paid in own if date >= "1997-07-01")
    assert first.bought == len({date[:7] for date, _ in own})
    last = max(date for date, _ in own)
    assert first.silent == 6 + 12 * 1998 - 12 * int(last[:4]) - int(last[5:7])


@pytest.mark.thorough
def test_a_cdnow_buyer_s_chance_of_being_active_is_that_of_the_worksheet_function(
    cdnow: Report, tmp_path: Path
) -> None:
    path = tmp_path / "cdnow.xlsx"
    write_report(cdnow, path)
    # Only what is looked at is read: the workbook lists 23,570 buyers.
    shown, typed = (
        list(openpyxl.load_workbook(path, read_only=True, data_only=values)["Buyers at risk"].iter_rows(max_row=FIRST))
        for values in (True, False)
    )
    params = [row[2].value for row in shown[20:24]]
    row = [cell.value for cell in shown[FIRST - 1][1:12]]
    months = [(12 * day.year + day.month) for day in (row[3], row[4], datetime(1998, 6, 1))]
    expected = bgnbd_alive(row[5] - 1, months[1] - months[0], months[2] - months[0], params)
    assert row[9] == pytest.approx(expected, abs=1e-12)
    assert re.fullmatch(r"=SUM\(.+\)", typed[FIRST - 1][3].value)


def test_the_limits_are_settings() -> None:
    report = purchases_report()
    values = report.settings.values()
    assert lapsing(report.facts, {**values, "risk.late": 7.0}) is None
    gone = lapsing(report.facts, {**values, "risk.gone": 2.0})
    assert gone
    assert [buyer.segment for buyer in gone.listed] == ["Win back", "Win back", "Let go"]
