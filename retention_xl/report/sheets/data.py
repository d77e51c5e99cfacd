"""Data: the facts that the formulas read: the customer table, or, where it would be too large, the added-up facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Block, Content
from retention_xl.report.model import Report
from retention_xl.report.sheets.live import COHORT_CUSTOMERS, COHORT_REVENUE, CUSTOMERS, MONTH_ROWS, MONTHS, TIERS
from retention_xl.report.wording import first_day

CUSTOMER_SHEET = "Data customers"
FACTS_SHEET = "Data facts"


def unused_sheet(report: Report) -> str:
    """The one of the two data sheets that this workbook does not need."""
    return FACTS_SHEET if report.by_customer else CUSTOMER_SHEET


def blocks(report: Report) -> dict[str, Block]:
    """The blocks of the sheet that stays."""
    facts = report.facts
    if facts.customers is not None and report.by_customer:
        return {
            CUSTOMERS: Block(
                max(2, len(facts.customers)),  # a range of one cell is no range to every spreadsheet program
                1 + len(facts.window),
                lambda at: _customer_rows(report),
                ["First month", *(first_day(month) for month in facts.window)],
                [customer.name for customer in facts.customers],
            )
        }
    months = [first_day(f.facts.month) for f in report.shown]
    cohorts = report.cohorts
    ages = ["Older cohorts now", *range(cohorts.ages)]
    starts = [first_day(row.cohort) for row in cohorts.rows]
    return {
        MONTHS: Block(
            len(MONTH_ROWS), len(months), lambda at: _months(report), months, [_label(r) for r in MONTH_ROWS]
        ),
        COHORT_CUSTOMERS: Block(
            len(starts),
            len(ages),
            lambda at: [[None, *row.customers] for row in cohorts.rows],
            [cohorts.earlier_active, *ages[1:]],
            starts,
        ),
        COHORT_REVENUE: Block(
            len(starts),
            len(ages),
            lambda at: [[None, *row.revenue] for row in cohorts.rows],
            [cohorts.earlier_revenue, *ages[1:]],
            starts,
        ),
        TIERS: Block(
            len(report.tiers.rows),
            3,
            lambda at: [(row.customers, row.kept, row.opening) for row in report.tiers.rows],
            ["At opening", "Kept", "Opening revenue"],
            [f"Tier {i + 1}" for i in range(len(report.tiers.rows))],
        ),
    }


def _label(fact: str) -> str:
    return fact.replace("_", " ").capitalize()


def _customer_rows(report: Report) -> Iterable[Sequence[Content]]:
    for customer in report.facts.customers or ():
        yield [first_day(customer.first_month), *(None if c is None else c / 100 for c in customer.cents)]
    if len(report.facts.customers or ()) == 1:
        yield ()


def _months(report: Report) -> Iterable[Sequence[Content]]:
    for fact in MONTH_ROWS:
        if fact == "kept_customers":
            yield [f.kept_customers for f in report.shown]
        elif fact.endswith("customers"):
            yield [getattr(f.facts, fact) for f in report.shown]
        else:
            yield [getattr(f.facts, fact) / 100 for f in report.shown]
