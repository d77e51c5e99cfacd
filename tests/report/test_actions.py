"""The checklist as a whole: order, priorities, customers, offers, missing data."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from retention_xl import metrics
from retention_xl.ledger.records import Facts
from retention_xl.report.actions import Action, checklist, default_limits, missing_data
from retention_xl.report.rules import reason_group
from retention_xl.report.rules_case import crr, drr, grr, nrr

from .made_facts import Account, accounts, made_facts

TARGETS = {"crr": 0.975}


def rows(facts: Facts, margin: float = 1.0, failed: tuple[str, ...] = ()) -> list[Action]:
    return list(checklist(facts, default_limits(), TARGETS, margin, failed))


def row(facts: Facts, rule: str, margin: float = 1.0) -> Action:
    return next(action for action in rows(facts, margin) if action.rule == rule)


def troubled() -> Facts:
    """Much goes wrong at once: customers lost over price, one of the largest cuts down, several have given notice."""
    customers = accounts(700, 100, 100, 100, channel="Web", term_months=12)
    customers += accounts(60, 100, 100, None, name="Lost", reason="Price", channel="Partner", term_months=1)
    customers += accounts(200, 100, 100, 100, name="Partner", channel="Partner", term_months=1)
    customers += accounts(30, 50, 50, 40, name="Smaller", channel="Web", term_months=1)
    customers += [
        Account(
            f"Notice {i}", (500 + i, 500 + i, 500 + i), cancelled_on=date(2026, 10, 5), paid_through=date(2026, 12, i)
        )
        for i in range(1, 6)
    ]
    return made_facts([*customers, Account("Acme", (9000, 9000, 7000), channel="Web")])


def test_rows_stand_by_priority_then_by_exposed_revenue_with_failed_checks_first() -> None:
    found = rows(troubled(), failed=("Tie-out",))
    assert len(found) >= 7
    assert found[0].rule == "R31"
    order = [("High", "Medium", "Low").index(action.priority) for action in found[1:]]
    assert order == sorted(order)
    keys = [(level, -action.exposed_cents, action.rule) for level, action in zip(order, found[1:], strict=True)]
    assert keys == sorted(keys)


def test_the_checklist_does_not_depend_on_the_order_of_the_facts() -> None:
    facts = troubled()
    mixed = list(facts.pairs)
    random.Random(7).shuffle(mixed)
    shuffled = replace(facts, pairs=tuple(mixed), cohorts=facts.cohorts[::-1], reasons=facts.reasons[::-1])
    assert rows(shuffled, 0.8) == rows(facts, 0.8)


@pytest.mark.parametrize(
    ("units", "priority"),
    [(400, "High"), (200, "Medium"), (30, "Low")],
    ids=["1.2 % of the revenue", "0.6 %", "0.09 %"],
)
def test_priority_goes_by_exposed_revenue_margin_and_severity_against_recurring_revenue(
    units: int, priority: str
) -> None:
    """R17 has severity 3 and the margin is 50 %, so two thirds of 1 % of the revenue are enough for High."""
    notice = Account("Notice", (units,) * 3, cancelled_on=date(2026, 10, 5), paid_through=date(2026, 12, 1))
    others = accounts(11, 4545, 4545, 4545, name="Larger")  # eleven equal ones: "Notice" is none of the ten largest
    assert row(made_facts([*others, notice]), "R17", margin=0.5).priority == priority


def test_one_of_the_ten_largest_makes_a_row_high() -> None:
    notice = Account("Notice", (30,) * 3, cancelled_on=date(2026, 10, 5), paid_through=date(2026, 12, 1))
    others = accounts(9, 5000, 5000, 5000, name="Larger") + accounts(5, 20, 20, 20, name="Smaller")
    assert row(made_facts([*others, notice]), "R17", margin=0.5).priority == "High"


def test_customers_are_named_largest_first_and_counted_beyond_ten() -> None:
    lost = [Account(f"Lost {i:02}", (100 + i, 100 + i, None)) for i in range(60)]
    named = row(made_facts(accounts(940, 100, 100, 100) + lost), "R01").customers
    assert named == (*(f"Lost {i}" for i in range(59, 49, -1)), "and 50 more")


def test_exactly_ten_customers_are_all_named() -> None:
    lost = accounts(10, 100, 100, None, name="Lost")
    facts = made_facts(accounts(90, 100, 100, 100) + lost)
    assert row(facts, "R01").customers == tuple(sorted(account.name for account in lost))


def test_an_offer_is_bounded_by_margin_lifetime_and_the_chance_that_it_keeps_the_customer() -> None:
    facts = troubled()
    action = row(facts, "R17", margin=0.8)
    mean_churn = sum(m.lost_customers / m.opening_customers for m in facts.movements[1:]) / 2
    limit = metrics.incentive_max(505, 0.8, 1 / mean_churn, 0.2)
    assert f"Notice 5 up to USD {int(limit):,};" in action.what_to_do
    assert "Make none above that" in action.what_to_do
    assert "the other 2 in proportion" in action.what_to_do


def test_an_offer_that_costs_more_than_it_brings_is_advised_against_with_the_loss() -> None:
    facts = made_facts([Account("Notice", (100,) * 3, cancelled_on=date(2026, 10, 5), paid_through=date(2026, 12, 1))])
    action = row(
        facts, "R17", margin=0.1
    )  # 60 months x 10 % x 20 % = 1.2 months of USD 100, 0.8 short of the usual offer
    assert "Do not discount" in action.what_to_do
    assert "would lose USD 80.00 here" in action.what_to_do


def test_without_a_margin_no_offer_is_put_into_figures() -> None:
    text = row(troubled(), "R17", margin=1.0).what_to_do
    assert "before the gross margin is set" in text
    assert "up to" not in text


def test_a_longer_lifetime_counted_bears_a_larger_offer() -> None:
    facts = made_facts([Account("Notice", (100,) * 3, cancelled_on=date(2026, 10, 5), paid_through=date(2026, 12, 1))])
    texts = [checklist(facts, {}, {}, 0.8, (), longest_lifetime=months)[0].what_to_do for months in (24, 60)]
    assert "Notice up to USD 384" in texts[0]
    assert "Notice up to USD 960" in texts[1]


def test_more_confidence_asks_for_more_difference() -> None:
    facts = made_facts(accounts(390, 100, 100, 100) + accounts(10, 100, 100, None, name="Lost"))
    assert any(action.rule == "R01" for action in checklist(facts, {}, {"crr": 0.98}, 1, ()))
    assert not any(action.rule == "R01" for action in checklist(facts, {}, {"crr": 0.98}, 1, (), confidence=0.9999))


def test_a_row_that_is_open_was_first_seen_in_its_month() -> None:
    assert {(action.status, action.first_seen) for action in rows(troubled()) if action.rule != "R32"} == {
        ("Open", "2026-10")
    }


def test_rates_of_the_totals_are_those_of_the_catalogue_on_the_customers() -> None:
    facts = troubled()
    month = facts.movements[-1]
    opening = [pair.opening or 0 for pair in facts.pairs]
    closing = [pair.closing or 0 for pair in facts.pairs]
    before = [pair.name for pair in facts.pairs if pair.opening is not None]
    now = [pair.name for pair in facts.pairs if pair.closing is not None]
    assert crr(month).value == pytest.approx(metrics.crr(before, now), abs=1e-12)
    assert drr(month) == pytest.approx(metrics.drr(opening, closing), abs=1e-12)
    assert grr(month) == pytest.approx(metrics.grr(opening, closing), abs=1e-12)
    assert nrr(month) == pytest.approx(metrics.nrr(opening, closing), abs=1e-12)


def test_data_that_a_bare_ledger_lacks_is_named_with_what_it_would_add() -> None:
    facts = made_facts(accounts(900, 100, 100, 100) + accounts(100, 100, 100, None, name="Lost"))
    missing = dict(missing_data(facts))
    assert missing["Reasons for leaving"] == "the main reasons that customers are lost (checks R02, R03, R18 and R30)"
    assert "Channel that brought the customer" in missing
    assert "Term or interval of each line" in missing
    assert "Cancellation lines with their date" in missing
    assert "Sales and marketing spend by month" in missing


def test_data_that_the_ledger_gives_is_not_called_missing() -> None:
    missing = dict(missing_data(troubled()))
    for given in ("Reasons for leaving", "Channel that", "Term or interval", "Cancellation lines"):
        assert not any(label.startswith(given) for label in missing)
    assert "Support tickets (opened, answered, closed)" in missing


def test_reasons_are_not_called_missing_where_nobody_left() -> None:
    labels = dict(missing_data(made_facts(accounts(50, 100, 100, 100))))
    assert "Reasons for leaving" not in labels
    assert "Cancellation lines with their date" not in labels


def test_a_ledger_of_purchases_is_not_asked_for_contract_data() -> None:
    labels = dict(missing_data(made_facts(accounts(50, 100, 100, None) + accounts(9, 1, 1, 1, name="B"), "purchases")))
    assert not labels.keys() & {
        "Reasons for leaving",
        "Cancellation lines with their date",
        "Term or interval of each line",
    }
    assert "Support tickets (opened, answered, closed)" in labels


def test_rules_that_lack_their_data_stay_silent() -> None:
    """Without a column of reasons every loss is unexplained: that asks for the column, not for telephone calls."""
    facts = made_facts(accounts(900, 100, 100, 100) + accounts(100, 100, 100, None, name="Lost"))
    assert not {action.rule for action in rows(facts)} & {"R02", "R03", "R18", "R30"}


@pytest.mark.parametrize(
    ("reason", "group"),
    [
        ("", "unknown"),
        ("N/A", "unknown"),
        ("Unknown", "unknown"),
        ("Price", "price"),
        ("too_expensive", "price"),
        ("Zu teuer", "price"),
        ("Competitor", "competitor"),
        ("Went to a competitor, cheaper", "competitor"),
        ("Konkurrenz", "competitor"),
        ("Support", "service"),
        ("Rude staff", "service"),
        ("Huono palvelu", "service"),
        ("Payment failed", "payment"),
        ("paiement refusé", "payment"),
        ("Card expired", "payment"),
        ("No longer need the service", "no_need"),
        ("Missing feature", "other"),
        ("Priority changed", "other"),
        ("Quality of service declined", "service"),
    ],
)
def test_a_stated_reason_falls_into_its_group(reason: str, group: str) -> None:
    assert reason_group(reason) == group


def test_a_notice_is_due_before_the_earliest_paid_time_is_over() -> None:
    limits = {"R17": {"days": 10.0}}
    action = next(a for a in checklist(troubled(), limits, {}, 1, ()) if a.rule == "R17")
    assert action.due == date(2026, 12, 1) - timedelta(days=10)
    assert "the first of them paid until 30 November 2026" in action.finding
