"""Every rule fires on facts that break it and on nothing else: not on healthy ones, within chance, or on a handful."""

from __future__ import annotations

import re
from datetime import date

import pytest

from retention_xl.ledger.records import Facts
from retention_xl.report.actions import Action, checklist, default_limits
from retention_xl.report.risk import at_risk
from retention_xl.report.rules import rules, starting_values
from retention_xl.report.rules_case import Case

from .made_facts import Account, accounts, made_facts
from .rule_cases import (
    CASES,
    cohorts,
    everything_in_order,
    lost_after_a_quiet_month,
    one_on_notice,
    repeat_rates,
    told_last,
    two_channels,
    valuable_channel,
)

TARGETS = {"crr": 0.975}


def fired(facts: Facts, *, margin: float = 0.8, failed: tuple[str, ...] = (), **changed: float) -> dict[str, Action]:
    inputs = {**starting_values(), "policy.margin": margin}
    inputs |= {key.replace("__", "."): value for key, value in changed.items()}
    risk = at_risk(facts, inputs)
    found = checklist(facts, default_limits(), TARGETS, margin, failed, inputs=inputs, risk=risk)
    return {action.rule: action for action in found}


# Counts of what is there, not of what chance may have brought; each has its own tests.
WITHOUT_CHANCE = {"R08", "R09", "R17", "R29", "R31", "R32", "R33"}


def test_every_rule_that_a_ledger_can_feed_has_its_cases() -> None:
    assert CASES.keys() | WITHOUT_CHANCE == {rule.id for rule in rules() if rule.condition}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_fires_on_facts_that_break_it(rule: str) -> None:
    assert rule in fired(CASES[rule][0]())


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_silent_on_healthy_facts(rule: str) -> None:
    assert rule not in fired(CASES[rule][1]())
    assert rule not in fired(everything_in_order())


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_silent_within_chance(rule: str) -> None:
    assert rule not in fired(CASES[rule][2]())


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_is_silent_on_too_few_customers(rule: str) -> None:
    assert rule not in fired(CASES[rule][3]())


@pytest.mark.thorough
@pytest.mark.parametrize("rule", CASES)
def test_too_few_customers_are_the_only_reason_for_that_silence(rule: str) -> None:
    """With a smallest number of 1 the same handful is judged, so the case would break the rule."""
    stated = {r.id for r in rules() if r.minimum is not None}
    facts = CASES[rule][3]()
    found = {a.rule for a in checklist(facts, default_limits(), TARGETS, 0.8, (), minimum=1)}
    assert (rule in found) == (rule not in stated)


def test_customers_kept_fires_on_a_target_missed_two_months_running_though_each_is_within_chance() -> None:
    facts = made_facts(
        accounts(91, 100, 100, 100)
        + accounts(3, 100, 100, None, name="Lost now")
        + accounts(3, 100, None, None, name="Lost before")
    )
    action = fired(facts)["R01"]
    assert action.measured == pytest.approx(91 / 94)
    assert action.limit == 0.975
    assert "for the second month running" in action.finding


def test_customers_kept_without_a_target_still_fires_on_a_fall() -> None:
    (action, *_) = checklist(lost_after_a_quiet_month(1000, 50), {}, {}, 0.8, ())
    assert (action.rule, action.measured_key, action.limit) == ("R01", "crr_drop", 0.02)
    assert action.measured == pytest.approx(0.05)


@pytest.mark.thorough
def test_a_fall_of_exactly_the_limit_counts() -> None:
    """0.95 - 0.93 is 0.01999... in binary: it is 2 points all the same."""
    facts = made_facts(
        accounts(8835, 100, 100, 100)
        + accounts(665, 100, 100, None, name="Lost now")
        + accounts(500, 100, None, None, name="Lost before")
    )
    found = checklist(facts, {}, {}, 0.8, ())
    assert [a.measured_key for a in found if a.rule == "R01"] == ["crr_drop"]


def test_notice_given_fires_on_a_single_customer_and_is_due_before_the_paid_time_is_over() -> None:
    action = fired(one_on_notice(date(2026, 10, 20), date(2026, 11, 14)))["R17"]
    assert action.customers == ("Acme",)
    assert action.due == date(2026, 11, 7)
    assert action.exposed_cents == 10_000
    assert "paid until 13 November 2026" in action.finding
    assert "7 November 2026" in action.what_to_do


def test_a_notice_that_ends_with_the_month_is_due_at_once() -> None:
    action = fired(one_on_notice(date(2026, 10, 20), date(2026, 11, 1)))["R17"]
    assert action.due == date(2026, 11, 1)
    assert "Call at once those whose paid time ends before 8 November 2026" in action.what_to_do


@pytest.mark.parametrize(
    "facts",
    [
        one_on_notice(None, date(2026, 11, 14)),
        one_on_notice(date(2026, 10, 20), date(2026, 10, 31)),
        one_on_notice(date(2026, 10, 20), date(2026, 11, 14), closing=None),
    ],
    ids=["no notice", "not paid beyond the month", "gone already"],
)
def test_notice_given_is_silent_without_a_customer_who_can_still_be_kept(facts: Facts) -> None:
    assert "R17" not in fired(facts)


def test_failed_checks_stand_first_and_forbid_publishing() -> None:
    facts = lost_after_a_quiet_month(1000, 50)
    first = checklist(facts, default_limits(), TARGETS, 0.8, ["Bridge adds up", "Tie-out"])[0]
    assert (first.rule, first.priority, first.measured) == ("R31", "High", 2)
    assert first.finding == "2 checks fail: Bridge adds up; Tie-out."
    assert first.what_to_do.startswith("Do not publish")
    assert "R31" not in fired(facts)


def test_the_month_is_measured_in_a_row_that_closes_itself() -> None:
    action = fired(lost_after_a_quiet_month(1000, 50))["R32"]
    assert (action.status, action.priority, action.measured) == ("Done", "Low", 0.95)
    assert "CRR 95.0 % and DRR 95.0 %" in action.finding


def test_the_first_month_of_a_ledger_calls_for_nothing_but_the_next_one() -> None:
    found = fired(made_facts(accounts(100, 100)))
    assert list(found) == ["R32"]
    assert found["R32"].measured is None
    assert "begin with the next month" in found["R32"].finding


def test_one_of_the_largest_tenth_cutting_down_is_named_with_both_amounts() -> None:
    facts = made_facts(
        [*accounts(95, 100, 100, 100), Account("Acme", (3000, 3000, 2500)), *accounts(4, 200, 200, 200, name="B")]
    )
    action = fired(facts)["R07"]
    assert action.measured_key == "top_tenth_contractions"
    assert action.customers == ("Acme",)
    assert "Acme from USD 3,000 to USD 2,500" in action.finding
    assert action.exposed_cents == 250_000


def test_contraction_that_rises_two_months_running_fires_under_the_limit() -> None:
    facts = made_facts(
        accounts(2000, 100, 100, 100, 100)
        + accounts(5, 100, 99, 99, 99, name="First")
        + accounts(30, 100, 100, 99, 99, name="Second")
        + accounts(60, 100, 100, 100, 99, name="Third")
    )
    action = fired(facts)["R24"]
    assert (action.measured_key, action.measured, action.limit) == ("contraction_rises", 2, 2)
    assert "August 2026" in action.finding


def test_reasons_over_the_limit_two_months_running_fire_though_they_are_no_more_than_before() -> None:
    lost = [
        account
        for i, name in ((6, "Before"), (7, "Now"))
        for meant, reason in (("meant", "Price"), ("otherwise", "Missing feature"))
        for account in accounts(12, *[100] * i, *[None] * (8 - i), name=f"{name}, {meant}", reason=reason)
    ]
    assert "R18" in fired(made_facts(accounts(500, *[100] * 8) + lost))


def test_the_cohort_of_the_first_month_is_no_cohort_of_new_customers() -> None:
    """Everybody who was there already starts in it and stays longer: it must not make later cohorts look weak."""
    facts = made_facts(
        accounts(1000, 100, 100, 100, name="Long there")
        + accounts(60, None, 100, 100)
        + accounts(40, None, 100, None, name="L")
    )
    assert "R10" not in fired(facts)


def test_a_weaker_young_cohort_is_named_with_its_age() -> None:
    action = fired(cohorts(200, 120, 180))["R10"]
    assert action.measured == pytest.approx(0.3)
    assert "200 customers who started in September 2026, 60.0 %" in action.finding
    assert "1 month later" in action.finding


def test_a_channel_that_is_worth_more_is_an_opportunity_and_not_a_danger() -> None:
    action = fired(valuable_channel(*[300] * 200))["R15"]
    assert (action.exposed_cents, action.priority) == (0, "Medium")


def test_a_channel_of_hardly_any_churn_is_worth_no_more_than_the_longest_lifetime_counted() -> None:
    """Partner: 1 of 1,000 leaves a month, which would be 1,000 months. All: 61 of 2,000. Both pay 100."""
    facts = two_channels((1000, 1), (1000, 60))
    ratios = [
        next(a.measured for a in checklist(facts, {}, {}, 1, (), longest_lifetime=months) if a.rule == "R15")
        for months in (24, 60)
    ]
    capped = [(1 - 0.999**n) / 0.001 / ((1 - (1 - 0.0305) ** n) / 0.0305) for n in (24, 60)]
    assert ratios == pytest.approx(capped)


@pytest.mark.thorough
def test_every_sentence_is_finished() -> None:
    """No placeholder, no Python value, no missing figure in any text of any rule."""
    texts = [one_on_notice(date(2026, 10, 20), date(2026, 11, 14)), *(breaks() for breaks, *_ in CASES.values())]
    for facts in texts:
        for margin in (0.2, 0.8, 1.0):
            for action in fired(facts, margin=margin, failed=("Tie-out",)).values():
                for text in (action.title, action.finding, action.what_to_do, *action.evidence):
                    assert text
                    assert not re.search(r"[{}]|\bNone\b|\bnan\b|\binf\b|  |\.\.|\(\)| ,", text), text
                assert action.finding.endswith("."), action.finding
                assert action.what_to_do.endswith("."), action.what_to_do


@pytest.mark.thorough
def test_every_limit_of_a_rule_is_read_by_its_condition(monkeypatch: pytest.MonkeyPatch) -> None:
    read = set()
    limit = Case.limit
    monkeypatch.setattr(Case, "limit", lambda case, rule, name: read.add((rule.id, name)) or limit(case, rule, name))
    others = [one_on_notice(date(2026, 10, 20), date(2026, 11, 14)), told_last(date(2026, 5, 1))]
    for facts in [*others, *(breaks() for breaks, *_ in CASES.values())]:
        fired(facts)
    assert read == {(rule.id, one.name) for rule in rules() for one in rule.limits}


@pytest.mark.parametrize("rule", CASES)
def test_a_company_limit_out_of_reach_silences_a_rule(rule: str) -> None:
    unreachable = {
        "R06": {"crr": 0.0},
        "R25": {"nrr": 0.0},
        "R26": {"nrr": 9.0},
        "R01": {"drop": 1.0},
        "R16": {"ratio": 0.0, "payback": 999.0},
        "R21": {"nps": -101.0},
    }
    inputs = starting_values() | {
        "experience.value_days": 999.0,
        "experience.activation": 0.0,
        "experience.response_hours": 999.0,
        "experience.ux": 0.0,
    }
    own = next(r for r in rules() if r.id == rule)
    limits = {rule: unreachable.get(rule) or {limit.name: 99.0 for limit in own.limits[:1]}}
    if rule == "R24":
        limits[rule]["rises"] = 99
    facts = CASES[rule][0]()
    assert rule not in {action.rule for action in checklist(facts, limits, {}, 0.8, (), inputs=inputs)}


@pytest.mark.thorough
def test_purchases_are_judged_only_by_rules_that_make_sense_for_them() -> None:
    allowed = {rule.id for rule in rules() if "purchases" in rule.natures}
    assert not allowed & {"R17", "R19", "R20", "R24", "R25", "R26", "R30"}
    for breaks, *_ in CASES.values():
        recurring = breaks()
        facts = made_facts(
            [Account(c.name, _units(c.cents), channel="Web", term_months=12) for c in recurring.customers or ()],
            "purchases",
        )
        assert fired(facts).keys() <= allowed


def _units(cents: tuple[int | None, ...]) -> tuple[int | None, ...]:
    return tuple(None if amount is None else amount // 100 for amount in cents)


def test_purchases_speak_of_buyers_and_revenue() -> None:
    customers = accounts(600, 100, 100, 100) + accounts(400, 100, 100, None, name="Lost")
    facts = made_facts(customers, "purchases", repeats=repeat_rates((1000, 450), (2000, 800)).repeats)
    found = fired(facts)
    assert {"R01", "R27", "R32"} <= found.keys()
    assert found["R01"].finding.startswith("Of the 1,000 buyers of September 2026, 600 bought again in October 2026")
    assert not any("MRR" in action.finding for action in found.values())
