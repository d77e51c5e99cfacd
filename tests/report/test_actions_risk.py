"""Rules about customers at risk, offers, tickets, notices of improvement and the loyalty programme."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from retention_xl import metrics
from retention_xl.ledger.records import Facts
from retention_xl.ledger.supporting.records import Cancellation, Supporting, Ticket
from retention_xl.report.actions import judged, missing_data
from retention_xl.report.risk import at_risk
from retention_xl.report.rules import starting_values

from .made_facts import Account, accounts, made_facts
from .risk_facts import signed_facts
from .rule_cases import members, open_tickets, told_last
from .test_actions_rules import fired


def cutters(number: int, others: int) -> Facts:
    cut = accounts(number, 100, 100, 50, name="Cut")
    return made_facts(cut + accounts(others, 100, 100, 100))


def test_revenue_at_risk_fires_over_its_limit_and_names_the_largest() -> None:
    action = fired(signed_facts())["R08"]
    risk = at_risk(signed_facts(), starting_values())
    assert risk is not None
    assert action.measured == pytest.approx(risk.cents / signed_facts().movements[-1].closing)
    assert action.exposed_cents == risk.cents
    assert "The largest: Quote, Usage, Renewal and" in action.finding
    assert action.actions == ("A04",)


@pytest.mark.parametrize(("at_the_brink", "fires"), [(10, False), (12, True)])
def test_revenue_at_risk_is_silent_up_to_its_limit(at_the_brink: int, fires: bool) -> None:
    """10 x 50 of 10,500 is 4.8 %; 12 x 50 of 10,600 is 5.7 %."""
    assert ("R08" in fired(cutters(at_the_brink, 100))) is fires


def test_revenue_at_risk_is_silent_for_a_handful_of_customers() -> None:
    assert "R08" not in fired(cutters(9, 10))


def test_an_offer_is_made_only_to_those_likely_to_accept_and_within_incentive_max() -> None:
    action = fired(signed_facts())["R09"]
    limit = metrics.incentive_max(500, 0.8, 60, 0.2)
    assert f"Notice up to USD {int(limit):,}." in action.finding
    assert action.customers == ("Notice",)
    assert (action.measured, action.exposed_cents) == (1, 50_000)


def test_an_offer_that_costs_more_than_it_brings_is_not_made_and_its_loss_is_said() -> None:
    """60 months x 500 x 10 % x 20 % is 600; the usual offer costs 1,000."""
    action = fired(signed_facts(), margin=0.1)["R09"]
    assert "the usual one costs USD 1,000 and brings USD 600: do not discount, it loses USD 400." in action.finding
    assert action.what_to_do.startswith("Make no offer this month.")
    assert (action.measured, action.exposed_cents) == (0, 0)


def test_the_cost_of_making_an_offer_counts_against_it() -> None:
    facts = signed_facts()
    assert fired(facts, offer__cost=3000)["R09"].measured == 1
    assert fired(facts, offer__cost=4000)["R09"].measured == 0


def test_nobody_likely_to_accept_means_no_discount() -> None:
    action = fired(signed_facts(), risk__accepts=1.0)["R09"]
    assert "nothing says that one of them is worth an offer and would accept it" in action.finding


@pytest.mark.parametrize(
    "facts", [cutters(9, 100), made_facts(accounts(50, 100, 100, 100))], ids=["not ready", "quiet"]
)
def test_without_a_customer_ready_to_leave_there_is_no_word_of_offers(facts: Facts) -> None:
    assert "R09" not in fired(facts)


def test_without_a_margin_no_offer_is_judged() -> None:
    assert "R09" not in fired(signed_facts(), margin=1.0)


def test_a_notice_in_the_table_of_cancellations_counts_and_a_failed_payment_is_none() -> None:
    action = fired(signed_facts())["R17"]
    assert action.customers == ("Notice",)
    assert action.due == date(2026, 11, 13)
    assert "paid until 19 November 2026" in action.finding


def test_a_notice_in_the_table_is_data_for_its_rule() -> None:
    facts = made_facts([*accounts(5, 100, 100, 100), Account("Gone", (100, 100, None))])
    assert "R17" not in judged(facts)
    notice = Cancellation("Customer 001", date(2026, 11, 9), date(2026, 10, 9), "", None)
    assert "R17" in judged(replace(facts, supporting=Supporting(cancellations=(notice,))))


def test_tickets_fire_on_their_age_in_two_months_running() -> None:
    facts = made_facts(accounts(50, 100, 100, 100))
    old = Ticket("Customer 001", date(2026, 8, 20), None, 4.0)
    action = fired(replace(facts, supporting=Supporting(tickets=(old,))))["R04"]
    assert (action.measured_key, action.measured, action.limit) == ("ticket_age", 72, 14)
    assert "for the second month running" in action.finding
    young = replace(old, opened=date(2026, 9, 25))
    assert "R04" not in fired(replace(facts, supporting=Supporting(tickets=(young,))))


def test_tickets_are_counted_for_each_hundred_customers() -> None:
    action = fired(open_tickets(500, 30, 80))["R04"]
    assert action.measured == pytest.approx(80 / 30 - 1)
    assert "80 tickets open at the end of October 2026 (30 a month before)" in action.finding
    assert action.exposed_cents == 80 * 10_000


@pytest.mark.parametrize(("told", "fires"), [(date(2026, 9, 1), False), (date(2026, 8, 31), True), (None, True)])
def test_customers_who_were_told_nothing_for_long_are_told(told: date | None, fires: bool) -> None:
    found = fired(told_last(told))
    assert ("R29" in found) is fires
    if fires:
        assert found["R29"].measured == (61 if told else None)


def test_the_loyalty_programme_is_weighed_against_what_its_members_keep() -> None:
    """99 % against 90 % of 300 members at 100 and a margin of 80 %: 2,160 a month."""
    action = fired(members((300, 297), (300, 270)), loyalty__cost=1500)["R33"]
    assert action.measured == pytest.approx(0.09)
    assert (
        "9.0 points more, which for their USD 30,000 is USD 2,160 of margin a month, more than it costs"
        in action.finding
    )
    costly = fired(members((300, 297), (300, 270)), loyalty__cost=2500)["R33"]
    assert "no more than it costs" in costly.finding


def test_a_difference_within_chance_is_no_proof_of_loyalty() -> None:
    action = fired(members((30, 29), (30, 28)), loyalty__cost=1500)["R33"]
    assert "within chance" in action.finding
    worse = fired(members((300, 250), (300, 297)), loyalty__cost=1500)["R33"]
    assert "members stay less often" in worse.finding


def test_the_loyalty_programme_waits_for_its_cost() -> None:
    facts = members((300, 297), (300, 270))
    assert "R33" not in fired(facts)
    assert any("loyalty.cost" in label for label, _ in missing_data(facts, starting_values()))
    given = {**starting_values(), "loyalty.cost": 100.0}
    assert not any("loyalty.cost" in label for label, _ in missing_data(facts, given))
