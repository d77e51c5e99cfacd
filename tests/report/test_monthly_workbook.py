"""The whole monthly workbook, recalculated by engines that know nothing of us, for ledgers of every shape."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from thorough import mainly

from retention_xl.ledger.records import Facts, Nature, Note
from retention_xl.ledger.supporting.records import Supporting
from retention_xl.report.build import build_report
from retention_xl.report.contents import contents
from retention_xl.report.model import Report, Source
from retention_xl.report.previous import read_previous
from retention_xl.report.settings import load_settings
from retention_xl.report.template import shipped_templates
from retention_xl.report.write import write_report

from .engines import cached, compare, formulas, recalc_formualizer, recalc_ironcalc, recalc_libreoffice
from .experience_facts import TABLES, with_tables
from .small_facts import facts_of

REFUSED = Note("refused", "ledger.csv", 7, "Amount", "n/a", "is not a number", None, "EUR")


def random_table(customers: int, months: int, seed: int, zeros: bool = False) -> dict[str, list[int | None]]:
    """Customers who come, grow, shrink, go and return."""
    draw = random.Random(seed)
    table: dict[str, list[int | None]] = {}
    for number in range(customers):
        start = 0 if number == 0 else draw.randrange(months)  # somebody is there in the first month
        row: list[int | None] = [None] * months
        amount, here = draw.choice([900, 2900, 9900, 29900, 199000]), True
        for month in range(start, months):
            if month > start and draw.random() < (0.06 if here else 0.1):
                here = not here
            if draw.random() < 0.06:
                amount = round(amount * draw.uniform(0.6, 1.6))
            row[month] = None if not here else 0 if zeros and draw.random() < 0.05 else amount
        row[start] = row[start] if row[start] is not None else amount
        table[f"Customer {number:04d}"] = row
    return table


LEDGERS: dict[str, tuple[int, int, Nature, bool]] = {
    # customers, months, nature, whether the customer table fits
    "one customer in one month": (1, 1, "recurring", True),
    "two customers in two months": (2, 2, "recurring", True),
    "three customers in four months": (3, 4, "recurring", True),
    "two and a half years": (60, 30, "recurring", True),
    "more months than the window": (50, 44, "recurring", True),
    "purchases with free ones": (50, 14, "purchases", True),
    "too many for a customer table": (120, 30, "recurring", False),
    "purchases too many for a table": (60, 9, "purchases", False),
    "one month too many for a table": (4, 1, "recurring", False),
    "reasons stated": (90, 16, "recurring", True),
    "every table beside it": (90, 16, "recurring", True),
    **{f"only the table {table}": (40, 9, "recurring", True) for table in TABLES},
    "every table in two months": (9, 2, "recurring", True),
    "every table in one month": (9, 1, "recurring", True),
    "every table and too many customers": (80, 9, "recurring", False),
    "every table of buyers": (60, 9, "purchases", True),
}
STANDING_FOR_ALL = (
    *("three customers in four months", "purchases with free ones", "too many for a customer table"),
    "every table beside it",
)
SHAPES = mainly(LEDGERS, *STANDING_FOR_ALL)
REASONS = ("Price", "price", "", "Missing feature", "No longer needed", "=1+1")


def tables_of(name: str) -> tuple[str, ...]:
    """The tables beside a ledger of this shape."""
    return TABLES if name.startswith("every table") else tuple(table for table in TABLES if name.endswith(f" {table}"))


def ledger(name: str) -> Facts:
    customers, months, nature, fits = LEDGERS[name]
    table = random_table(customers, months, seed=len(name), zeros=nature == "purchases")
    stated = {row: REASONS[i % len(REASONS)] for i, row in enumerate(table)} if name == "reasons stated" else {}
    facts = facts_of(table, nature=nature, with_customers=fits, reasons=stated, notes=[REFUSED])
    return with_tables(facts, *tables_of(name)) if tables_of(name) else facts


def report_of(facts: Facts) -> Report:
    source = Source("ledger.csv", "made for the test", "the last month", "", ())
    return build_report(facts, load_settings(None, facts.nature), source)


@pytest.fixture(scope="module", params=SHAPES)
def workbook(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Report, Path]]:
    report = report_of(ledger(request.param))
    path = tmp_path_factory.mktemp("monthly") / "report.xlsx"
    assert write_report(report, path) == []
    yield report, path


@pytest.mark.few(2)
def test_every_formula_has_a_value_to_show(workbook: tuple[Report, Path]) -> None:
    report, path = workbook
    # The first month of a ledger with nothing beside it has no survival and no lifetime value yet.
    nothing_yet = len(report.facts.months) == 1 and report.facts.supporting == Supporting()
    assert len(formulas(path)) > (400 if nothing_yet else 500)
    assert set(formulas(path)) <= set(cached(path))


def test_ironcalc_calculates_every_value_that_is_shown(workbook: tuple[Report, Path]) -> None:
    _, path = workbook
    assert compare(cached(path), recalc_ironcalc(path)) == []


@pytest.mark.thorough
def test_formualizer_calculates_every_value_that_is_shown(workbook: tuple[Report, Path]) -> None:
    _, path = workbook
    assert compare(cached(path), recalc_formualizer(path)) == []


@pytest.mark.libreoffice
@pytest.mark.parametrize("name", mainly(STANDING_FOR_ALL, "three customers in four months", "every table beside it"))
def test_libreoffice_calculates_every_value_that_is_shown(name: str, tmp_path: Path, soffice: str) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report_of(ledger(name)), path)
    assert compare(cached(path), recalc_libreoffice(path, tmp_path, soffice)) == []


@pytest.mark.thorough
def test_all_checks_pass_and_the_banner_says_so(workbook: tuple[Report, Path]) -> None:
    report, path = workbook
    assert report.failed == ()
    assert cached(path)["Summary", "B3"] == "Checks: all pass"


@pytest.mark.thorough
def test_no_cell_shows_an_error(workbook: tuple[Report, Path]) -> None:
    _, path = workbook
    assert [place for place, value in cached(path).items() if isinstance(value, str) and value.startswith("#")] == []


def test_the_sheet_of_data_that_is_not_needed_is_gone(workbook: tuple[Report, Path]) -> None:
    report, path = workbook
    sheets = openpyxl.load_workbook(path, read_only=True).sheetnames
    kept, gone = ("Data customers", "Data facts") if report.facts.customers else ("Data facts", "Data customers")
    assert kept in sheets
    assert gone not in sheets


def test_the_same_facts_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    for path in (first, second):
        write_report(report_of(ledger("two and a half years")), path)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.thorough
def test_the_customer_table_and_the_facts_give_the_same_figures(tmp_path: Path) -> None:
    with_table, without = tmp_path / "table.xlsx", tmp_path / "facts.xlsx"
    facts = ledger("two and a half years")
    write_report(report_of(facts), with_table)
    write_report(report_of(replace(facts, customers=None)), without)
    by_table, by_facts = cached(with_table), cached(without)
    # without the table there is no split into rate, mix and size: the sentences after it stand higher
    told = [{said for (sheet, _), said in values.items() if sheet == "Commentary"} for values in (by_facts, by_table)]
    assert {said for said in told[0] if isinstance(said, str)} < told[1]
    # and so does on Tiers what is below the split; test_concentration.py compares that
    by_table, by_facts = (
        {
            (sheet, cell): value
            for (sheet, cell), value in values.items()
            if sheet != "Commentary" and not (sheet == "Tiers" and int(cell.strip("ABCDEFGHIJK")) > 39)
        }
        for values in (by_table, by_facts)
    )
    # the tie-out's first step is a sum over the table, and so is the share of the ten largest on Actions;
    # the revenue of a customer at risk is a link to the table
    only_with_table = set(by_table) - set(by_facts)
    assert ("Tie-out", "E7") in only_with_table
    assert {sheet for sheet, _ in only_with_table} <= {"Tie-out", "Actions", "Tiers", "At risk"}
    assert {place: by_table[place] for place in by_facts} == by_facts


@pytest.mark.thorough
def test_a_broken_bridge_is_not_published(tmp_path: Path) -> None:
    facts = ledger("three customers in four months")
    wrong = replace(facts.movements[-1], new=facts.movements[-1].new + 100)
    report = report_of(replace(facts, movements=(*facts.movements[:-1], wrong), customers=None))
    path = tmp_path / "report.xlsx"
    write_report(report, path)
    assert "bridge" in [check.key for check in report.failed]
    for values in (cached(path), recalc_ironcalc(path)):
        assert str(values["Summary", "B3"]).startswith("DO NOT PUBLISH: ")


def test_a_money_difference_of_a_cent_fails_the_tie_out() -> None:
    facts = ledger("three customers in four months")
    failed = report_of(replace(facts, ledger_total=facts.ledger_total + 1)).failed
    assert [check.key for check in failed] == ["tie_out"]


@pytest.mark.thorough
def test_texts_of_the_ledger_are_never_formulas(tmp_path: Path) -> None:
    names = ["=HYPERLINK(A1)", "+1", "@SUM(A1)", "-Minus & Co", "<b>&amp;"]
    facts = facts_of({name: [100, 200] for name in names})
    path = tmp_path / "report.xlsx"
    write_report(report_of(facts), path)
    sheet = openpyxl.load_workbook(path)["Movers"]
    _, *rows = sheet[sheet.tables["tblMovers"].ref]
    shown = {row[0].value: row[0].data_type for row in rows}
    assert set(shown) == set(names)
    assert set(shown.values()) == {"s"}


@pytest.mark.thorough
def test_the_templates_and_the_report_know_the_same_names(tmp_path: Path) -> None:
    shapes = ("reasons stated", "too many for a customer table", "every table beside it", "every table of buyers")
    reports = [report_of(ledger(name)) for name in shapes]
    write_report(reports[0], tmp_path / "earlier.xlsx")
    facts, earlier = reports[0].facts, read_previous(tmp_path / "earlier.xlsx")
    reports.append(build_report(facts, reports[0].settings, reports[0].source, earlier))
    every = [contents(report) for report in reports]
    known = {name for used in every for name in (*used.singles, *used.blocks, *used.lists)}
    templates = [openpyxl.load_workbook(path) for path in shipped_templates().values()]
    named = {name for template in templates for name in template.defined_names if name.startswith("rx_")}
    tables = {name for template in templates for sheet in template for name in sheet.tables}
    assert named | tables == known
