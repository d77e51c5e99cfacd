"""The rules on surveys, first steps, features, tickets and spend: each way in which they fire, and whom they name."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from retention_xl import metrics
from retention_xl.errors import SettingsError
from retention_xl.ledger.records import Facts
from retention_xl.ledger.supporting.records import FeatureUse, Spend, Supporting, SurveyAnswer
from retention_xl.report.actions import Action, checklist, default_limits, judged
from retention_xl.report.rules import starting_values
from retention_xl.report.settings import load_settings

from .experience_cases import AUGUST, EXPERIENCE_CASES, MONTHS, answers, everybody, feature, spent, starters, surveyed
from .made_facts import accounts


def fired(facts: Facts, **inputs: float) -> dict[str, Action]:
    given = starting_values() | {f"experience.{key}": value for key, value in inputs.items()}
    return {a.rule: a for a in checklist(facts, default_limits(), {}, 0.8, (), inputs=given)}


def named(measure: str, score: float, *names: str, month: int = 10) -> tuple[SurveyAnswer, ...]:
    return tuple(SurveyAnswer(name, date(2026, month, 3), measure, score) for name in names)  # type: ignore[arg-type]


def old(first: int, last: int) -> list[str]:
    return [f"Old {i:03}" for i in range(first, last + 1)]


@pytest.mark.thorough
@pytest.mark.parametrize("rule", EXPERIENCE_CASES)
def test_figures_that_no_table_feeds_are_not_judged(rule: str) -> None:
    assert rule in judged(EXPERIENCE_CASES[rule][0]())
    assert rule not in judged(everybody())


def test_a_quarter_without_answers_does_not_solve_what_was_found_before() -> None:
    facts = everybody(supporting=Supporting(surveys=answers("NPS", (60, 3), month=5)))
    assert not {"R21", "R28"} & judged(facts)


def test_nps_that_fell_from_quarter_to_quarter_fires_above_the_limit() -> None:
    given = answers("NPS", (80, 10), (20, 3), month=6) + answers("NPS", (60, 10), (40, 3))
    action = fired(everybody(supporting=Supporting(surveys=given)))["R21"]
    assert action.measured == pytest.approx(metrics.nps([10] * 80 + [3] * 20) - metrics.nps([10] * 60 + [3] * 40))
    assert (action.limit, action.unit) == (10, "score")
    assert "NPS fell by 40 points to 20" in action.finding


def test_revenue_that_hangs_on_detractors_two_months_running_fires_whatever_the_score() -> None:
    given = named("NPS", 10, *old(1, 60), month=8) + named("NPS", 5, *old(61, 120), month=8)
    action = fired(everybody(supporting=Supporting(surveys=given)))["R21"]
    assert action.measured == pytest.approx(60 / 500)
    assert action.exposed_cents == 60 * 10_000
    assert action.customers[:2] == ("Old 061", "Old 062")


def test_a_customer_counts_with_its_last_answer() -> None:
    bad = named("NPS", 2, *old(1, 60), month=4)
    good = named("NPS", 9, *old(1, 60), month=9)
    assert "R21" in fired(everybody(supporting=Supporting(surveys=bad)))
    assert "R21" not in fired(everybody(supporting=Supporting(surveys=bad + good)))


def test_customers_without_activation_are_named_and_exposed() -> None:
    action = fired(EXPERIENCE_CASES["R12"][0]())["R12"]
    assert action.measured == pytest.approx(12 / 60)
    assert len(action.customers) == 11  # ten names, "and 38 more"
    assert action.exposed_cents == 48 * 10_000


def test_customers_younger_than_the_days_of_activation_are_not_judged() -> None:
    facts = starters([(60, date(2026, 10, 10), None), (1, AUGUST, 3)], "activated")
    assert "R12" not in fired(facts)


def test_a_time_to_value_that_rises_fires_under_its_target() -> None:
    """Of the starters of two months each, half have value after 5, 10 and 20 days; 91 %, now 60 % within 30."""
    groups: list[tuple[int, date, int | None]] = [
        *((190, date(2026, 7, 3), 5), (10, date(2026, 7, 3), 50)),
        *((120, date(2026, 8, 3), 10), (20, date(2026, 8, 3), 50)),
        *((60, date(2026, 9, 3), 20), (40, date(2026, 9, 3), 50)),
    ]
    action = fired(starters(groups, "first_value"), start_months=2)["R11"]
    assert (action.measured, action.limit, action.unit) == (2, 2, "count")


def test_the_feature_with_the_largest_lift_is_named_with_its_numbers_and_as_no_cause() -> None:
    action = fired(feature((60, 57), (60, 36)))["R13"]
    assert action.measured == pytest.approx(57 / 60 - 36 / 60)
    assert "95.0 %" in action.finding
    assert "60.0 %" in action.finding
    assert "an association, not a cause" in action.finding
    without = sum(cents for _, cents in action.behind)
    assert 0 < action.exposed_cents == round(without * (57 / 60 - 36 / 60)) < without


def test_a_feature_that_far_fewer_use_than_the_month_before_is_found() -> None:
    def use(name: str, month: str) -> FeatureUse:
        return FeatureUse(name, "Reports", month, 1, date(2026, 3, 1))

    uses = [use(n, "2026-09") for n in old(1, 300)] + [use(n, "2026-10") for n in old(1, 200)]
    action = fired(everybody(supporting=Supporting(usage=tuple(uses))))["R13"]
    assert action.measured == pytest.approx(1 / 3)
    assert action.exposed_cents == 100 * 10_000
    assert action.customers[0] == "Old 201"


def test_a_payback_over_its_limit_fires_though_lifetime_value_bears_the_cost() -> None:
    """Nobody leaves but ten a month of some 500: a customer is worth 48 months; its cost is earned after 20."""
    facts = spent(30, *[30 * 1_600] * 7)
    limits = default_limits() | {"R16": {"ratio": 1.0, "payback": 18.0}}
    action = next(a for a in checklist(facts, limits, {}, 0.8, ()) if a.rule == "R16")
    assert action.measured == pytest.approx(metrics.cac_payback(1_600, 100, 0.8))
    assert (action.unit, action.limit) == ("months", 18)


def test_a_month_without_spend_in_the_table_gives_no_cost_of_winning() -> None:
    facts = spent(30, *[60_000] * 7)
    without = tuple(row for row in facts.supporting.spend if row.month != "2026-10")
    assert "R16" not in fired(replace(facts, supporting=Supporting(spend=without)))
    nothing = (*without, Spend("2026-10", "", 0))
    assert "R16" in fired(replace(facts, supporting=Supporting(spend=nothing)))


def test_answers_of_customers_who_have_left_expose_nothing() -> None:
    customers = accounts(60, *[100] * 7, None, name="Gone")
    given = named("NPS", 1, *(account.name for account in customers))
    action = fired(everybody(*customers, supporting=Supporting(surveys=given)))["R21"]
    assert (action.exposed_cents, action.customers) == (0, ())


def test_ease_of_use_is_the_mean_of_the_quarter() -> None:
    action = fired(surveyed("SUS", (30, 50), (30, 60)))["R28"]
    assert (action.measured, action.limit) == (55, 68)


def test_days_are_counted_from_the_first_day_in_the_ledger() -> None:
    """Who starts on the 28th and gets value a week later has not taken a month."""
    facts = starters([(60, date(2026, 6, 28), 7)], "first_value")
    assert "R11" not in fired(facts, value_days=8)
    assert "R11" in fired(facts, value_days=6)
    assert all(
        card.first_value == date(2026, 6, 28) + timedelta(days=7) for card in facts.supporting.customers.values()
    )
    assert MONTHS[3] == "2026-06"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nps = -101", "experience.nps = -101 must lie between -100 and 100."),
        ("ux = 101", "experience.ux = 101 must lie between 0 and 100."),
        ("cac_months = 13", "experience.cac_months = 13 must lie between 1 and 12."),
        ("activation_days = 0", "experience.activation_days = 0 must be a whole number of days, 1 or more."),
        ("lift_months = 1.5", "experience.lift_months = 1.5 must be a whole number of months, 1 or more."),
        ("csat = 80", "experience.csat = 80 is over 1; write rates as fractions, 0.95 for 95 %."),
        ("response_hours = -1", "experience.response_hours = -1 is negative; it must be 0 or more."),
    ],
)
def test_a_setting_of_the_section_experience_that_cannot_be_is_refused(line: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "retention.toml"
    path.write_text(f"[experience]\n{line}\n", "utf-8")
    with pytest.raises(SettingsError, match=re.escape(said)):
        load_settings(path)


def test_a_target_for_nps_may_be_negative(tmp_path: Path) -> None:
    path = tmp_path / "retention.toml"
    path.write_text("[experience]\nnps = -10\n", "utf-8")
    assert load_settings(path)["experience.nps"] == -10
