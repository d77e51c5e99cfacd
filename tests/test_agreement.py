"""Two ways to every figure: the worksheet functions over the customer table, and the SQL facts of the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

import retention_xl as rx
from retention_xl.ledger import read_ledger
from retention_xl.ledger.records import Facts


@pytest.fixture(scope="module")
def facts(sample_ledger: Path) -> Facts:
    with read_ledger(sample_ledger) as ledger:
        return ledger.facts()


def amounts(facts: Facts, month: int) -> list[float]:
    """What each customer paid in a month, 0 where not active."""
    assert facts.customers is not None
    return [(customer.cents[month] or 0) / 100 for customer in facts.customers]


@pytest.mark.thorough
def test_worksheet_functions_and_sql_agree_in_every_month(facts: Facts) -> None:
    assert facts.customers is not None
    assert facts.window == facts.months
    names = [customer.name for customer in facts.customers]
    for month in range(1, len(facts.months)):
        said = facts.movements[month]
        before, now = amounts(facts, month - 1), amounts(facts, month)
        known = [any(c is not None for c in customer.cents[:month]) for customer in facts.customers]
        opening_ids = [name for name, amount in zip(names, before, strict=True) if amount]
        closing_ids = [name for name, amount in zip(names, now, strict=True) if amount]
        kept = said.opening_customers - said.lost_customers
        assert rx.crr(opening_ids, closing_ids) == pytest.approx(kept / said.opening_customers)
        assert rx.crr(
            said.opening_customers, said.closing_customers, said.new_customers + said.reactivated_customers
        ) == pytest.approx(kept / said.opening_customers)
        assert rx.churn(opening_ids, closing_ids) == pytest.approx(said.lost_customers / said.opening_customers)
        assert rx.customers_lost(opening_ids, closing_ids) == said.lost_customers
        assert rx.customers_new(opening_ids, closing_ids) == said.new_customers + said.reactivated_customers
        known_ids = [name for name, seen in zip(names, known, strict=True) if seen]
        assert rx.customers_returned(opening_ids, closing_ids, known_ids) == said.reactivated_customers
        lost = said.contraction + said.churn
        assert rx.grr(before, now) == pytest.approx((said.opening - lost) / said.opening)
        assert rx.nrr(before, now) == pytest.approx((said.opening + said.expansion - lost) / said.opening)
        assert rx.drr(before, now) == pytest.approx(said.kept_opening / said.opening)
        assert rx.mrr_churn(before, now, "lost") == pytest.approx(said.churn / said.opening)
        assert rx.expansion(before, now, "count") == said.expanded_customers
        assert rx.contraction(before, now, "count") == said.contracted_customers
        bridge = [amount for _, amount in rx.mrr_bridge(before, now, known)]
        won = [said.opening, said.new, said.reactivation, said.expansion]
        signed = [*won, -said.contraction, -said.churn, said.closing]
        assert bridge == pytest.approx([cents / 100 for cents in signed])


@pytest.mark.thorough
def test_the_cohort_function_and_sql_give_the_same_triangle(facts: Facts) -> None:
    assert facts.customers is not None
    lines = [
        (customer.name, f"{month}-01", cents / 100)
        for customer in facts.customers
        for month, cents in zip(facts.window, customer.cents, strict=True)
        if cents is not None
    ]
    ids, dates, paid = zip(*lines, strict=True)
    by_sql = {(c.cohort, c.age): c for c in facts.cohorts}
    for measure in ("customers", "revenue"):
        triangle = rx.cohort(ids, dates, paid, measure)
        assert len(triangle) - 1 == len({c.cohort for c in facts.cohorts})
        for cohort, row in zip(sorted({c.cohort for c in facts.cohorts}), triangle[1:], strict=True):
            said = [
                by_sql[cohort, age].customers if measure == "customers" else by_sql[cohort, age].cents / 100
                for age in range(len(facts.months) - facts.months.index(cohort))
            ]
            assert [cell for cell in row[-len(facts.months) :] if cell is not None] == pytest.approx(said)


def test_tiers_of_the_report_are_those_of_the_worksheet_function(facts: Facts) -> None:
    from retention_xl.report.build import build_report
    from retention_xl.report.model import Source
    from retention_xl.report.settings import load_settings

    report = build_report(facts, load_settings(), Source("ledger", "", "", "", ()))
    pairs = [p for p in facts.pairs if p.opening is not None]
    opening, closing = [(p.opening or 0) / 100 for p in pairs], [(p.closing or 0) / 100 for p in pairs]
    edges = list(report.tiers.edges)
    assert rx.drr(opening, closing, edges) == pytest.approx(report.tiers.drr)
    assert rx.drr(opening, closing) == pytest.approx(report.tiers.direct)
    table = rx.drr_tiers(opening, closing, edges)
    counted = [row[2:4] for row in table if isinstance(row[2], int)]
    assert counted[: len(report.tiers.rows)] == [[row.customers, row.kept] for row in report.tiers.rows]
