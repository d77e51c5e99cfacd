"""The checks that decide whether the workbook may be published: two figures that must agree, made two ways."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from retention_xl.ledger.records import Facts, Quality
from retention_xl.report.model import Check, Cohorts, MonthFigures, Tiers
from retention_xl.report.risk import Risk
from retention_xl.report.settings import Settings

CENT = 0.005  # half a cent: amounts that differ by less print the same


def make_checks(
    facts: Facts,
    settings: Settings,
    shown: Sequence[MonthFigures],
    tiers: Tiers,
    cohorts: Cohorts,
    risk: Risk | None = None,
) -> tuple[Check, ...]:
    """Every check in the order of the Checks sheet. Each key has its formula pair in `sheets/checks.py`."""
    last = shown[-1].facts
    quality = facts.quality
    missing_lines, missing_money = missing_parts(quality)
    moved = sum((p.closing or 0) - (p.opening or 0) for p in facts.pairs) / 100
    bridge_gaps = sum(abs(_closing_by_movements(f) - f.facts.closing / 100) for f in shown)
    opening_gaps = sum(abs(now.facts.opening - before.facts.closing) / 100 for before, now in pairwise(shown))
    over_one = max([0.0, *(f.crr - 1 for f in shown if f.crr is not None)])
    rates = shown[-1].crr is not None and shown[-1].churn is not None
    return (
        Check(
            "bridge",
            "Bridge adds up in every month",
            round(bridge_gaps, 2),
            0,
            CENT,
            "Opening and all movements make the closing.",
        ),
        Check(
            "opening",
            "Opening is the closing of the month before",
            round(opening_gaps, 2),
            0,
            CENT,
            "No month was restated within this file.",
        ),
        Check(
            "customers",
            "Customers add up",
            last.opening_customers + last.new_customers + last.reactivated_customers - last.lost_customers,
            last.closing_customers,
            0,
            "Opening, new and returned less lost customers make the closing count.",
        ),
        Check(
            "crr_churn",
            "CRR and churn rate make 100 %",
            (shown[-1].crr or 0) + (shown[-1].churn or 0) if rates else 1,
            1,
            1e-9,
            "Kept and lost are counted from the same opening customers.",
        ),
        Check(
            "crr_limit", "CRR never exceeds 100 %", over_one, 0, 1e-9, "Returning customers are not counted as kept."
        ),
        Check(
            "movers",
            "Movers sum to the bridge",
            moved,
            (last.closing - last.opening) / 100,
            CENT,
            "Every movement of the month is traced to a customer's name.",
        ),
        Check(
            "tiers",
            "Tiers hold all opening revenue",
            sum(row.opening for row in tiers.rows),
            last.opening / 100,
            CENT,
            "Each customer falls into exactly one tier.",
        ),
        Check(
            "cohorts",
            "Cohorts sum to the customers",
            sum(row.customers[-1] for row in cohorts.rows) + cohorts.earlier_active,
            last.closing_customers,
            0,
            "Each active customer belongs to exactly one cohort.",
        ),
        Check(
            "cohort_revenue",
            "Cohort revenue sums to the closing",
            sum(row.revenue[-1] for row in cohorts.rows) + cohorts.earlier_revenue,
            last.closing / 100,
            CENT,
            "Each amount belongs to exactly one cohort.",
        ),
        *_risk_check(risk, last.closing),
        Check(
            "tie_out",
            "Revenue ties out to the ledger",
            sum(item.total_cents for item in facts.tie_out) / 100,
            facts.ledger_total / 100,
            CENT,
            "Every step from recurring revenue to the ledger's own total is named; nothing is lost.",
        ),
        Check(
            "lines",
            "Accepted and refused lines make all lines read",
            quality.lines_accepted + quality.lines_refused,
            quality.lines_read,
            0,
            "No source line disappeared.",
        ),
        Check(
            "explained",
            "Every refused line is listed with its reason",
            sum(lines for action, _, lines, _ in quality.by_reason if action == "refused"),
            quality.lines_refused,
            0,
            "Data quality names file, line, column, value and reason.",
        ),
        Check(
            "missing_lines",
            "Refused lines are within the limit",
            missing_lines,
            0,
            settings.number("policy.refused_limit"),
            "Customers whose lines were refused may show as lost. The limit is on the Settings sheet.",
            is_share=True,
        ),
        Check(
            "missing_money",
            "Refused money is within the limit",
            missing_money,
            0,
            settings.number("policy.refused_limit"),
            "As far as the amounts could be read; total lines, lines exported twice, void and draft "
            "invoices are left aside.",
            is_share=True,
        ),
        *_compared(facts),
    )


def _compared(facts: Facts) -> tuple[Check, ...]:
    """The movements by the rules of others; there are none for purchases."""
    if facts.profiles is None or not facts.profiles.counts:
        return ()
    gaps = sum(
        abs(c.opening + c.new + c.reactivation + c.expansion + c.apart - c.contraction - c.churn - c.closing)
        for c in facts.profiles.counts
    )
    proves = "On the sheet Compare each column's opening and movements make its closing."
    return (Check("compare", "The rules of others add up", gaps / 100, 0, CENT, proves),)


def _risk_check(risk: Risk | None, closing: int) -> tuple[Check, ...]:
    if risk is None:
        return ()
    listed = sum(customer.revenue for customer in risk.listed)
    return (
        Check(
            "at_risk",
            "At risk and not at risk make the closing",
            round(listed + (risk.more_cents + risk.others_cents) / 100, 2),
            closing / 100,
            CENT,
            "Each customer is in the list of those who may leave, or beside it, with its closing revenue.",
        ),
    )


def recalculated(engine: str, formulas: int) -> Check:
    """The line that a verified workbook carries; without it, or with a difference, the workbook is not published."""
    return Check(
        "recalculated",
        f"Recalculated by {engine}",
        formulas,
        formulas,
        0,
        "A program independent of this one computed every formula afresh: each shows the same value.",
    )


def missing_parts(quality: Quality) -> tuple[float, float]:
    """Lines and money that were refused and stand nowhere else, as a part of all lines and of all money.

    A refund that is missing is as much in doubt as an invoice, so money is added up without its sign.
    """
    known = quality.accepted_money + quality.missing_money
    lines = quality.lines_missing / quality.lines_read if quality.lines_read else 0.0
    return lines, quality.missing_money / known if known else 0.0


def _closing_by_movements(figures: MonthFigures) -> float:
    m = figures.facts
    return (m.opening + m.new + m.reactivation + m.expansion - m.contraction - m.churn + m.paused + m.fx) / 100
