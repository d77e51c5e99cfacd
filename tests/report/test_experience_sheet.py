"""The sheet Experience: its figures are those of the worksheet functions; what was not given is named."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from thorough import mainly

from retention_xl import metrics
from retention_xl.ledger.records import Facts
from retention_xl.report.check_workbook import check_workbook
from retention_xl.report.model import Report
from retention_xl.report.write import write_report

from .experience_cases import EXPERIENCE_CASES, spent
from .experience_facts import TABLES
from .test_monthly_workbook import ledger, report_of

EVERY = "every table beside it"
END = date(2025, 4, 30)  # of that ledger


@pytest.fixture(scope="module")
def facts() -> Facts:
    return ledger(EVERY)


@pytest.fixture(scope="module")
def report(facts: Facts) -> Report:
    return report_of(facts)


@pytest.fixture(scope="module")
def workbook(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("experience") / "report.xlsx"
    write_report(report, path)
    return path


@pytest.fixture(scope="module")
def sheet(workbook: Path) -> dict[str, list[object]]:
    """The figures of each row by its label."""
    rows = openpyxl.load_workbook(workbook, data_only=True)["Experience"].iter_rows(min_row=7, min_col=2, max_col=13)
    return {str(row[0].value).strip(): [cell.value for cell in row[1:]] for row in rows if row[0].value}


def scores(facts: Facts, measure: str, months: int = 1) -> list[float]:
    counted = facts.months[-months:]
    return [a.score for a in facts.supporting.surveys if a.measure == measure and a.day.isoformat()[:7] in counted]


def test_the_test_looks_at_the_right_month(facts: Facts) -> None:
    assert facts.month == END.isoformat()[:7]


@pytest.mark.thorough
def test_nps_is_that_of_the_function_in_the_month_and_over_three(facts: Facts, sheet: dict[str, list[object]]) -> None:
    row = sheet["Net promoter score (NPS)"]
    assert row[0] == pytest.approx(metrics.nps(scores(facts, "NPS")))
    assert row[2] == pytest.approx(metrics.nps(scores(facts, "NPS", 3)))
    assert row[5:7] == [len(scores(facts, "NPS")), len(scores(facts, "NPS", 3))]


def test_parts_of_nps_make_the_whole(sheet: dict[str, list[object]]) -> None:
    parts = [sheet[label][2] for label in ("Promoters (9 and 10)", "Passives (7 and 8)", "Detractors (0 to 6)")]
    assert sum(float(str(part)) for part in parts) == pytest.approx(1)


def test_satisfaction_and_ease_of_use_are_those_of_the_answers(facts: Facts, sheet: dict[str, list[object]]) -> None:
    assert sheet["Customer satisfaction (CSAT)"][2] == pytest.approx(metrics.csat(scores(facts, "CSAT", 3)))
    answers = scores(facts, "SUS")
    assert sheet["UX score (SUS)"][0] == pytest.approx(sum(answers) / len(answers))


def test_time_to_value_is_the_median_of_the_function_with_the_slow_ones_counted(
    facts: Facts, sheet: dict[str, list[object]]
) -> None:
    counted = [name for name, month in first_months(facts).items() if month in facts.months[-6:]]
    starts = [facts.started[name] for name in counted]
    reached = [facts.supporting.customers[name].first_value for name in counted]
    assert any(day is None for day in reached)
    assert sheet["Time to value, median"][0] == metrics.time_to_value(starts, reached, END)
    assert sheet["Time to value, median"][5] == len(counted)


def first_months(facts: Facts) -> dict[str, str]:
    return {c.name: c.first_month for c in facts.customers or () if c.first_month != facts.months[0]}


def test_activation_counts_whose_first_days_ended_in_the_month_and_tells_who_is_not_ready(
    facts: Facts, sheet: dict[str, list[object]]
) -> None:
    names = list(first_months(facts))
    days = {name: (END - facts.started[name]).days for name in names}
    ready = [name for name in names if 30 <= days[name] <= 59]  # April has 30 days
    starts = [facts.started[name] for name in ready]
    activated = [facts.supporting.customers[name].activated for name in ready]
    assert sheet["Activation"][0] == pytest.approx(metrics.activation(starts, activated, 30, END))
    assert sheet["Activation"][5] == len(ready)
    assert sheet["Not ready: younger than that"][0] == sum(age < 30 for age in days.values())


def test_open_tickets_and_their_age_are_those_of_the_functions(facts: Facts, sheet: dict[str, list[object]]) -> None:
    opened = [ticket.opened for ticket in facts.supporting.tickets]
    closed = [ticket.closed for ticket in facts.supporting.tickets]
    assert sheet["Open tickets"][0] == metrics.open_tickets(opened, closed, END)
    assert sheet["Median age"][0] == metrics.ticket_age(opened, closed, END)
    behind = {t.name for t in facts.supporting.tickets if t.closed is None}
    paid = sum(pair.closing or 0 for pair in facts.pairs if pair.name in behind) / 100
    assert sheet["MRR behind them"][0] == pytest.approx(paid)


def test_virality_is_that_of_the_function(facts: Facts, sheet: dict[str, list[object]]) -> None:
    invited = next(row for row in facts.supporting.invitations if row.month == facts.month)
    opening = facts.movements[-1].opening_customers
    assert sheet["Virality (K)"][0] == pytest.approx(metrics.k_factor(invited.sent, opening, invited.accepted))


def test_use_and_lift_of_a_feature_are_those_of_the_functions(facts: Facts, sheet: dict[str, list[object]]) -> None:
    """Adopters used it within 30 days of their start; counted is who was there when these days were over."""
    row = sheet["Reports"]
    active = [pair.name for pair in facts.pairs if pair.closing is not None]
    used = [u.name for u in facts.supporting.usage if u.feature == "Reports" and u.month == facts.month]
    assert row[1] == pytest.approx(metrics.feature_usage(active, used))
    first = {u.name: u.first_day for u in facts.supporting.usage if u.feature == "Reports"}
    table = {customer.name: customer.cents for customer in facts.customers or ()}
    settled = []
    for name, month in first_months(facts).items():
        landmark = date.fromordinal(facts.started[name].toordinal() + 30).isoformat()[:7]
        there = landmark < facts.month and table[name][facts.window.index(landmark)] is not None
        if there and month in facts.months[-13:-1]:
            settled.append(name)
    adopters = [n for n in settled if n in first and (first[n] - facts.started[n]).days <= 30]
    [[lift, low, high]] = metrics.feature_lift(settled, adopters, active)
    assert row[7:10] == pytest.approx([lift, low, high])
    assert (row[3], row[5]) == (len(adopters), len(settled) - len(adopters))


@pytest.mark.few(1)
@pytest.mark.parametrize("table", mainly(TABLES, "surveys", "spend"))
def test_what_a_table_does_not_give_is_one_line_each_and_no_empty_chart(table: str, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report_of(ledger(f"only the table {table}")), path)
    workbook = openpyxl.load_workbook(path)
    if table == "spend":
        assert "Experience" not in workbook.sheetnames
        return
    sheet = workbook["Experience"]
    lines = [str(cell.value) for cell in sheet["B"] if cell.value and ": give the table" in str(cell.value)]
    given = {"customers": 2, "surveys": 3, "tickets": 2, "usage": 1, "invitations": 1}[table]
    assert len(lines) == 9 - given
    assert len(sheet._charts) == (table in ("surveys", "usage"))


def test_without_tables_there_is_neither_the_sheet_nor_its_data(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    report = report_of(ledger("three customers in four months"))
    write_report(report, path)
    assert not {"Experience", "Data experience"} & set(openpyxl.load_workbook(path, read_only=True).sheetnames)
    assert any("NPS" in adds for _, adds in report.missing)


@pytest.mark.thorough
def test_the_workbook_with_every_table_keeps_the_rules_of_modelling(workbook: Path) -> None:
    assert check_workbook(workbook) == []


@pytest.mark.thorough
def test_the_commentary_speaks_of_what_is_given_and_of_nothing_else(workbook: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    said = commentary(workbook)
    assert any(line.startswith("The net promoter score is ") for line in said)
    assert any(line.startswith("Half of the new customers have first value within ") for line in said)
    write_report(report_of(ledger("only the table invitations")), path)
    assert not any("promoter" in line or "first value" in line or "cost" in line for line in commentary(path))


@pytest.mark.thorough
def test_the_commentary_says_what_a_new_customer_cost(tmp_path: Path) -> None:
    """30 a month, who pay 100, for 6,000 a month."""
    path = tmp_path / "report.xlsx"
    write_report(report_of(spent(30, *[6_000] * 7)), path)
    (line,) = (line for line in commentary(path) if line.startswith("A new customer cost"))
    assert line.startswith(
        "A new customer cost 200 in the 3 months to October 2026; its margin earns that back in 2.0 "
    )


def commentary(path: Path) -> list[str]:
    sheet = openpyxl.load_workbook(path, data_only=True, read_only=True)["Commentary"]
    return [str(row[0]) for row in sheet.iter_rows(min_row=7, min_col=3, max_col=3, values_only=True) if row[0]]


@pytest.mark.few(1)
@pytest.mark.parametrize("rule", mainly(["R11", "R12", "R16", "R21", "R22", "R23", "R28"], "R11", "R28"))
def test_what_a_rule_measured_is_the_cell_that_shows_it(rule: str, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report_of(EXPERIENCE_CASES[rule][0]()), path)
    shown, typed = (openpyxl.load_workbook(path, data_only=values) for values in (True, False))
    row = next(row for row in typed["Actions"].iter_rows(min_row=7) if row[2].value == rule)
    found = re.fullmatch(r"='(Experience|Lifetime value)'!\$([A-Z]+)\$(\d+)", str(row[4].value))
    assert found is not None
    assert shown[found[1]][found[2] + found[3]].value == pytest.approx(shown["Actions"][row[4].coordinate].value)
