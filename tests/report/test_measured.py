"""What a rule measured is a formula over the sheets that show it, and two engines compute the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from retention_xl.ledger.records import Facts
from retention_xl.ledger.supporting.records import Supporting
from retention_xl.report.build import build_report
from retention_xl.report.settings import load_settings
from retention_xl.report.write import write_report

from .engines import cached, compare, recalc_formualizer, recalc_ironcalc
from .experience_cases import everybody, feature, starters
from .made_facts import accounts, made_facts
from .rule_cases import CASES, members, one_on_notice, told_last
from .test_actions_experience import named, old
from .test_carry_over import SOURCE

TOP = 6  # the row of the checklist's headings


def workbook_of(rule: str, path: Path) -> Path:
    facts = CASES[rule][0]()
    write_report(build_report(facts, load_settings(None, facts.nature), SOURCE), path)
    return path


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The workbook of the case of a rule, written once."""
    folder = tmp_path_factory.mktemp("measured")
    return cache(lambda rule: workbook_of(rule, folder / f"{rule}.xlsx"))


def row_of(path: Path, rule: str) -> dict[str, object]:
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(path)["Actions"].iter_rows(min_row=TOP)]
    return next(found for row in rows[1:] if (found := dict(zip(rows[0], row, strict=True)))["Rule"] == rule)


@pytest.mark.few(1)
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
def test_what_is_measured_refers_to_the_sheet_that_shows_it(rule: str, sheet: str, case: Callable[[str], Path]) -> None:
    path = case(rule)
    formula = str(row_of(path, rule)["Measured"])
    assert formula.startswith("=")
    assert f"'{sheet}'!" in formula


@pytest.mark.thorough
@pytest.mark.parametrize("rule", ["R02", "R04", "R10", "R13", "R14", "R15", "R18"])
def test_two_engines_compute_what_is_measured(rule: str, case: Callable[[str], Path]) -> None:
    path = case(rule)
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


def detractors_hold() -> Facts:
    given = named("NPS", 10, *old(1, 60), month=8) + named("NPS", 5, *old(61, 120), month=8)
    return everybody(supporting=Supporting(surveys=given))


def value_comes_later() -> Facts:
    months = (((190, 5), (10, 50)), ((120, 10), (20, 50)), ((60, 20), (40, 50)))
    return starters([(n, date(2026, 7 + i, 3), days) for i, two in enumerate(months) for n, days in two], "first_value")


def contraction_grows() -> Facts:
    paid = (("First", 5, 1), ("Second", 30, 2), ("Third", 60, 3))
    customers = accounts(2000, 100, 100, 100, 100)
    for name, number, month in paid:
        customers += accounts(number, *[100] * month, *[99] * (4 - month), name=name)
    return made_facts(customers)


EVERY_LINE = {
    "R11": (value_comes_later, "[experience]\nstart_months = 2", "'Data experience'!", None),
    "R13": (lambda: feature((60, 57), (60, 36)), "", "'Data experience'!", "=ROUND((SUM('Data customers'!"),
    "R21": (detractors_hold, "", "'Bridge'!", "=SUM('Data customers'!"),
    "R24": (contraction_grows, "", "'Bridge'!", "=-'Bridge'!"),
    "R26": (CASES["R26"][0], "", "'Bridge'!", "=-'Bridge'!"),
    "R29": (lambda: told_last(date(2026, 8, 31)), "", "'How it was read'!", None),
    "R33": (lambda: members((300, 297), (300, 270)), "[loyalty]\ncost = 1500", "", "='Settings'!"),
}


@pytest.mark.few(1)
@pytest.mark.parametrize("rule", EVERY_LINE)
def test_what_can_be_traced_to_cells_is_a_formula_and_two_engines_compute_it(rule: str, tmp_path: Path) -> None:
    make, said, measured, exposed = EVERY_LINE[rule]
    (tmp_path / "retention.toml").write_text(said, encoding="utf-8")
    facts, path = make(), tmp_path / "month.xlsx"
    write_report(build_report(facts, load_settings(tmp_path / "retention.toml", facts.nature), SOURCE), path)
    row = row_of(path, rule)
    assert measured in str(row["Measured"])
    assert str(row["Measured"]).startswith("=") is bool(measured)
    assert exposed is None or str(row["Exposed a month"]).startswith(exposed)
    shown = {place: value for place, value in cached(path).items() if place[0] == "Actions"}
    assert compare(shown, recalc_ironcalc(path)) == []
    assert compare(shown, recalc_formualizer(path)) == []


@pytest.mark.thorough
def test_the_revenue_of_very_many_starters_is_that_of_all_less_that_of_the_others(tmp_path: Path) -> None:
    """Those who use the feature are fewer than those who do not, whose cells would be too many for a formula."""
    facts = feature((300, 285), (900, 540))
    customers = tuple(sorted(facts.customers or (), key=lambda one: one.name[::-1]))
    path = tmp_path / "month.xlsx"
    write_report(build_report(replace(facts, customers=customers), load_settings(None, facts.nature), SOURCE), path)
    assert str(row_of(path, "R13")["Exposed a month"]).startswith("=ROUND((SUMIFS('Data customers'!")
    shown = {place: value for place, value in cached(path).items() if place[0] == "Actions"}
    assert compare(shown, recalc_ironcalc(path)) == []
    assert compare(shown, recalc_formualizer(path)) == []
