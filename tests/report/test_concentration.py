"""The largest customers' share of revenue, and the chart of customers kept against revenue kept, on the sheet Tiers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from retention_xl.report.sheets import concentration
from retention_xl.report.write import write_report

from .engines import cached, compare, recalc_ironcalc
from .small_facts import facts_of
from .test_board import shown
from .test_compare_sheet import shown as shown_block
from .test_monthly_workbook import report_of


def test_shares_are_those_of_the_largest_also_where_several_pay_the_same(tmp_path: Path) -> None:
    amounts = [50_000, *[20_000] * 7, *[1_000] * 12]
    facts = facts_of({f"C{i:02d}": [cents, cents] for i, cents in enumerate(amounts)})
    path = tmp_path / "report.xlsx"
    write_report(report_of(facts), path)
    rows = {row[0]: row[1:] for row in shown_block(path, concentration.LARGEST)}
    assert rows["Largest 1"] == [1, 500, 500, pytest.approx(500 / 2020)]
    assert rows["Largest 5"] == [5, 200, 1300, pytest.approx(1300 / 2020)]
    assert rows["Largest 10"] == [10, 10, 1920, pytest.approx(1920 / 2020)]
    assert rows["All"] == [20, 10, 2020, 1]
    assert compare(cached(path), recalc_ironcalc(path)) == []


@pytest.mark.few(1)
@pytest.mark.few(2)
@pytest.mark.parametrize("customers", [1, 2, 3])
def test_few_customers_have_a_row_for_all_of_them(customers: int, tmp_path: Path) -> None:
    facts = facts_of({f"C{i}": [100 + i, 200 + i] for i in range(customers)})
    path = tmp_path / "report.xlsx"
    write_report(report_of(facts), path)
    labels = [row[0] for row in shown_block(path, concentration.LARGEST)]
    assert labels == (["All"] if customers == 1 else ["Largest 1", "All"])
    assert compare(cached(path), recalc_ironcalc(path)) == []


@pytest.mark.thorough
def test_without_a_customer_table_the_shares_are_the_same(tmp_path: Path) -> None:
    facts = facts_of({f"C{i:02d}": [100 * i + 7, 90 * i + 7] for i in range(30)})
    write_report(report_of(facts), tmp_path / "table.xlsx")
    write_report(report_of(replace(facts, customers=None)), tmp_path / "facts.xlsx")
    found = [shown_block(tmp_path / f"{name}.xlsx", concentration.LARGEST) for name in ("table", "facts")]
    assert found[0] == found[1]


@pytest.mark.thorough
def test_the_months_run_from_this_one_back_and_the_title_says_how_far_the_rates_are_apart(tmp_path: Path) -> None:
    facts = facts_of({"A": [100, 100, 100, 100], "B": [300, 300, 300, None], "C": [100, 100, None, 100]})
    path = tmp_path / "report.xlsx"
    write_report(report_of(facts), path)
    rows = shown_block(path, concentration.QUADRANT)
    assert [row[1:] for row in rows] == [[0.5, 0.25], [pytest.approx(2 / 3), 0.8], [1, 1]]
    (title,) = shown(path, ["rx_title_quadrant"])
    assert title == "Revenue kept 25.0 %, customers kept 50.0 %: 25.0 points apart"
    assert [row[1] for row in shown_block(path, concentration.DIAGONAL)] == [0.25, 1]
