"""The sheet Compare: published rules as data, as values and as formulas, beside our own figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from retention_xl.ledger.records import Facts, ProfileCounts, Profiles
from retention_xl.report import profiles
from retention_xl.report.sheets import compare
from retention_xl.report.write import write_report

from .engines import cached, recalc_ironcalc
from .engines import compare as differences
from .small_facts import facts_of
from .test_monthly_workbook import ledger, report_of

GOLDEN = ProfileCounts(
    opening_customers=100,
    new_customers=12,
    returned_customers=2,
    lost_customers=10,
    closing_customers=104,
    brief_new_customers=3,
    brief_returned_customers=0,
    opening=10_000_00,
    new=1_200_00,
    reactivation=200_00,
    expansion=200_00,
    contraction=100_00,
    churn=1_000_00,
    closing=10_500_00,
    brief_new=300_00,
    brief_reactivation=0,
)


def golden_facts() -> Facts:
    """A hundred at 100, and the golden month: ten leave, two grow, two shrink, twelve come, two return."""
    moved = [None] * 10 + [20_000] * 2 + [5_000] * 2 + [10_000] * 86
    table: dict[str, list[int | None]] = {f"Old {i:03d}": [None, 10_000, cents] for i, cents in enumerate(moved)}
    table |= {f"New {i:02d}": [None, None, 10_000] for i in range(12)}
    table |= {f"Back {i}": [10_000, None, 10_000] for i in range(2)}
    facts = facts_of(table)
    return replace(facts, profiles=Profiles((GOLDEN, GOLDEN, GOLDEN), has_notices=True))


def shown(path: Path, name: str) -> list[list[object]]:
    """The values of a block with its labels."""
    book = openpyxl.load_workbook(path, data_only=True)
    ((sheet, area),) = book.defined_names[name].destinations
    first, last = area.replace("$", "").split(":")
    left = book[sheet][first]
    return [
        [cell.value for cell in row]
        for row in book[sheet].iter_rows(left.row, book[sheet][last].row, left.column - 1, book[sheet][last].column)
    ]


@pytest.mark.thorough
def test_the_golden_month_reads_by_each_rule_as_published(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report_of(golden_facts()), path)
    table = {row[0]: row[1:] for row in shown(path, compare.TABLE)}
    rounded = [round(float(str(value)), 4) for value in table["Customer churn rate"]]
    assert rounded == [0.1, 0.13, 0.113, 0.13, 0.1, 0.11]
    assert round(float(str(table["Net revenue retention (NRR)"][1])), 4) == 0.9
    assert table["Quick ratio"][1:] == ["-", "-", pytest.approx(1700 / 1400), "-", "-"]


@pytest.mark.thorough
def test_every_chain_begins_with_our_figure_and_ends_with_the_one_in_the_table(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report_of(golden_facts()), path)
    table = shown(path, compare.TABLE)
    products = [product.name for product in profiles.products()]
    labels = [label for label, _ in compare.FIGURES.values()]
    steps = iter(shown(path, compare.STEPS))
    for chain in profiles.chains():
        rows = [next(steps) for _ in range(1 + len(chain.steps))]
        row = table[compare.ROWS.index(chain.figure)]
        name = next(product.name for product in profiles.products() if product.key == chain.product)
        assert rows[0][1] == row[1]
        assert rows[-1][0] == f"= {name}"
        assert rows[-1][1] == row[2 + products.index(name)]
        assert row[0] == labels[compare.ROWS.index(chain.figure)]
        changes = sum(float(str(r[2])) for r in rows[1:])
        assert float(str(rows[-1][1])) == pytest.approx(float(str(rows[0][1])) + changes)


@pytest.mark.thorough
def test_an_engine_computes_every_step(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report_of(golden_facts()), path)
    assert differences(cached(path), recalc_ironcalc(path)) == []


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["purchases with free ones", "purchases too many for a table"])
def test_purchases_have_no_such_sheet(name: str, tmp_path: Path) -> None:
    write_report(report_of(ledger(name)), tmp_path / "report.xlsx")
    assert compare.SHEET not in openpyxl.load_workbook(tmp_path / "report.xlsx", read_only=True).sheetnames


@pytest.mark.thorough
def test_without_notices_the_sheet_says_that_it_counts_by_what_is_paid(tmp_path: Path) -> None:
    facts = golden_facts()
    write_report(report_of(replace(facts, profiles=Profiles((GOLDEN,) * 3, False))), tmp_path / "report.xlsx")
    assert str(shown(tmp_path / "report.xlsx", compare.NOTES)[0][1]).startswith("The ledger tells of no cancellations")


def test_a_column_that_does_not_add_up_fails_a_check() -> None:
    wrong = replace(GOLDEN, churn=GOLDEN.churn + 1)
    report = report_of(replace(golden_facts(), profiles=Profiles((GOLDEN, wrong, GOLDEN), True)))
    assert "compare" in [check.key for check in report.failed]


def test_every_rule_names_counts_that_there_are_and_a_column_of_the_sheet() -> None:
    terms = {**profiles.counted(GOLDEN), "our_churn": 0.1}
    for chain in profiles.chains():
        assert chain.figure in compare.FIGURES
        assert chain.product in {product.key for product in profiles.products()}
        for step in chain.steps:
            assert step.column in profiles.COLUMNS
            assert profiles.value(step.rule, terms) is not None


def test_a_rule_keeps_its_brackets_as_a_formula_and_guards_each_division() -> None:
    cells = {name: name.upper() for name in ("a", "b", "c", "our_churn")}
    assert profiles.formula("a - (b - c)", cells) == "A-(B-C)"
    assert profiles.formula("(a + b) / c", cells) == 'IF(C=0,"n/a",(A+B)/C)'
    assert profiles.formula("a / (b / c)", cells) == 'IF(C=0,"n/a",IF(B/C=0,"n/a",A/(B/C)))'
    assert profiles.formula("a / our_churn", cells).startswith('IF(ISTEXT(OUR_CHURN),"n/a",')


def test_a_rule_that_divides_by_nothing_has_no_value() -> None:
    assert profiles.value("a / b", {"a": 1, "b": 0}) is None
    assert profiles.value("a / b", {"a": 1, "b": None}) is None
    with pytest.raises(ValueError, match="is no part of a rule"):
        profiles.value("abs(a)", {"a": 1})


def test_where_days_of_service_give_other_figures_the_first_page_says_why_there_is_no_comparison(
    tmp_path: Path,
) -> None:
    report = report_of(replace(golden_facts(), profiles=Profiles((), has_notices=True)))
    write_report(report, tmp_path / "report.xlsx")
    assert compare.SHEET not in openpyxl.load_workbook(tmp_path / "report.xlsx", read_only=True).sheetnames
    assert any("the sheet Compare" in adds for _, adds in report.missing)
