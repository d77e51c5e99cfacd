"""What a rule measured is a formula over the sheets that show it, and two engines compute the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from retention_xl.report.build import build_report
from retention_xl.report.settings import load_settings
from retention_xl.report.write import write_report

from .engines import cached, compare, recalc_formualizer, recalc_ironcalc
from .rule_cases import CASES, one_on_notice
from .test_carry_over import SOURCE

TOP = 6  # the row of the checklist's headings


def workbook_of(rule: str, path: Path) -> Path:
    facts = CASES[rule][0]()
    write_report(build_report(facts, load_settings(None, facts.nature), SOURCE), path)
    return path


def row_of(path: Path, rule: str) -> dict[str, object]:
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(path)["Actions"].iter_rows(min_row=TOP)]
    return next(found for row in rows[1:] if (found := dict(zip(rows[0], row, strict=True)))["Rule"] == rule)


@pytest.mark.few(1)
@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("rule", "sheet"),
    [
        ("R02", "Reasons"),
        ("R03", "Reasons"),
        ("R18", "Reasons"),
        ("R30", "Reasons"),
        ("R04", "Data experience"),
        ("R10", "Cohorts customers"),
        ("R13", "Data experience"),
        ("R14", "Lifetime value"),
        ("R15", "Lifetime value"),
    ],
)
def test_what_is_measured_refers_to_the_sheet_that_shows_it(rule: str, sheet: str, tmp_path: Path) -> None:
    path = workbook_of(rule, tmp_path / "month.xlsx")
    formula = str(row_of(path, rule)["Measured"])
    assert formula.startswith("=")
    assert f"'{sheet}'!" in formula


@pytest.mark.thorough
@pytest.mark.parametrize("rule", ["R02", "R04", "R10", "R13", "R14", "R15", "R18"])
def test_two_engines_compute_what_is_measured(rule: str, tmp_path: Path) -> None:
    path = workbook_of(rule, tmp_path / "month.xlsx")
    shown = {place: value for place, value in cached(path).items() if place[0] == "Actions"}
    assert shown
    assert compare(shown, recalc_ironcalc(path)) == []
    assert compare(shown, recalc_formualizer(path)) == []


@pytest.mark.thorough
def test_the_revenue_of_more_than_a_hundred_customers_is_a_formula_over_their_cells(tmp_path: Path) -> None:
    """The cohort that was kept badly: its customers stand in several places of the customer table."""
    facts = CASES["R10"][0]()
    customers = tuple(sorted(facts.customers or (), key=lambda one: one.name[::-1]))
    path = tmp_path / "month.xlsx"
    write_report(build_report(replace(facts, customers=customers), load_settings(None, facts.nature), SOURCE), path)
    formula = str(row_of(path, "R10")["Exposed a month"])
    assert formula.startswith("=SUM('Data customers'!")
    assert formula.count("'Data customers'!") > 60


def test_customers_who_gave_notice_are_counted_from_their_cells(tmp_path: Path) -> None:
    facts = one_on_notice(date(2026, 10, 20), date(2026, 12, 1))
    path = tmp_path / "month.xlsx"
    write_report(build_report(facts, load_settings(None, facts.nature), SOURCE), path)
    assert str(row_of(path, "R17")["Measured"]).startswith("=COUNT('Data customers'!")
