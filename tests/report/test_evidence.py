"""The data behind the checklist: every action is reachable, every claim carries its source or says there is none."""

from __future__ import annotations

import re

import pytest

from retention_xl.report import actions
from retention_xl.report.actions import default_limits
from retention_xl.report.rules import Evidence, data_needs, definitions, evidence, playbook, priorities, rules

ARTICLE_ACTIONS = {
    **{f"A{i:02}": "001" for i in range(1, 13)},
    **{f"T{i}": "000" for i in range(1, 6)},
    **{f"B{i}": "003" for i in range(1, 6)},
    **{f"L{i}": "002" for i in range(1, 10)},
    **{f"W{i}": "004" for i in range(1, 5)},
}
FIGURES = {
    *("mrr", "arr", "arpa", "opening", "new", "reactivation", "expansion", "contraction", "churn", "closing"),
    *("crr", "churn_rate", "interval", "drr", "drr_tiers", "tiering_error", "grr", "nrr", "quick_ratio", "lifetime"),
    *("cltv", "cohort_customers", "cohort_revenue", "concentration", "tie_out", "refused_lines"),
}


AT_RISK = {"risk_score", "risk_segment"}


def test_the_rules_are_r01_to_r33_in_order() -> None:
    assert [rule.id for rule in rules()] == [f"R{i:02}" for i in range(1, 34)]


def test_every_action_of_the_articles_is_in_the_playbook_under_its_article() -> None:
    assert {a.id: a.article for a in playbook().values() if a.article} == ARTICLE_ACTIONS


def test_every_action_of_the_playbook_is_reachable_from_a_rule() -> None:
    assert {action for rule in rules() if rule.condition for action in rule.actions} == playbook().keys()


def test_every_rule_says_what_to_do_and_cites_claims_that_exist() -> None:
    for rule in rules():
        assert rule.actions or rule.do, rule.id
        assert evidence().keys() >= set(rule.evidence), rule.id
        assert rule.evidence or rule.banner, rule.id
        assert rule.severity in (1, 2, 3)


def test_every_rule_is_judged() -> None:
    assert all(rule.condition for rule in rules())


def test_conditions_and_rules_belong_to_each_other_one_to_one() -> None:
    named = [rule.condition for rule in rules() if rule.condition]
    assert sorted(named) == sorted(actions._CONDITIONS)


def test_data_needs_and_rules_belong_to_each_other() -> None:
    named = {need for rule in rules() for need in (*rule.needs, *rule.better_with)}
    assert named == {need.id for need in data_needs()}


def test_every_limit_has_a_label_and_a_value_of_its_unit() -> None:
    for rule in rules():
        for limit in rule.limits:
            assert limit.label
            bounds = {
                "fraction": (0, 1),
                "points": (0, 1),
                "times": (1, 10),
                "ratio": (0, 10),
                "score": (-100, 100),
                **dict.fromkeys(("count", "months", "days"), (1, 60)),
            }[limit.unit]
            assert bounds[0] <= limit.default <= bounds[1], (rule.id, limit.name)


def test_starting_values_are_handed_out_as_copies() -> None:
    default_limits()["R01"]["drop"] = 9.0
    assert default_limits()["R01"]["drop"] == 0.02


def test_the_rule_that_is_in_no_article_says_so() -> None:
    dunning = next(rule for rule in rules() if rule.id == "R30")
    assert "not in the articles" in dunning.title
    assert not playbook()[dunning.actions[0]].article
    assert all("not in the articles" in evidence()[claim].text for claim in dunning.evidence)


def test_claims_are_numbered_without_a_gap() -> None:
    assert list(evidence()) == [f"E{i:02}" for i in range(1, len(evidence()) + 1)]


@pytest.mark.parametrize("claim", evidence().values(), ids=lambda claim: claim.id)
def test_a_claim_prints_its_source_or_that_none_is_named(claim: Evidence) -> None:
    assert claim.claim.endswith(".")
    assert claim.source
    assert claim.kind in ("statistic", "advice", "peer")
    assert (claim.kind == "peer") == (not claim.articles)
    assert set(claim.articles) <= {"000", "001", "002", "003", "004"}
    named = not claim.source.startswith("not named")
    assert ("Source: " in claim.text) == named
    assert ("No source named" in claim.text) == (not named)
    assert claim.origin in claim.text
    assert "benchmark" not in claim.text


def test_a_conflict_is_shown_and_refers_to_other_claims() -> None:
    for claim in evidence().values():
        assert ("Conflict: " in claim.text) == bool(claim.conflict)
        for other in re.findall(r"E\d\d", claim.conflict):
            assert other in evidence()
            assert other != claim.id


@pytest.mark.parametrize(
    "group", [("E02", "E03"), ("E05", "E06"), ("E11", "E12", "E13", "E15"), ("E05", "E25", "E29"), ("E55", "E56")]
)
def test_claims_that_contradict_each_other_name_each_other(group: tuple[str, ...]) -> None:
    for claim in group:
        assert set(group) - {claim} <= set(re.findall(r"E\d\d", evidence()[claim].conflict)), claim


def test_damaged_figures_are_not_quoted() -> None:
    threadless = next(claim for claim in evidence().values() if "Threadless" in claim.claim)
    assert "not quoted" in threadless.conflict
    assert not re.search(r"\$|million|%", threadless.claim)


@pytest.mark.parametrize("nature", ["recurring", "purchases"])
def test_every_figure_of_the_workbook_is_defined(nature: str) -> None:
    found = {definition.key for definition in definitions(nature)}
    assert found >= FIGURES | (AT_RISK if nature == "recurring" else set())
    for definition in definitions(nature):
        for text in (definition.name, definition.definition, definition.formula, definition.unit, definition.source):
            assert text, definition.key
            assert not re.search(r"[{}]|TODO|  ", text)
        assert definition.definition.endswith(".")
        assert definition.edge_cases.endswith(".")


def test_definitions_for_purchases_do_not_speak_of_recurring_revenue() -> None:
    for definition in definitions("purchases"):
        texts = (definition.name, definition.definition, definition.formula, definition.edge_cases)
        assert not any("MRR" in text for text in texts), definition.key


def test_the_repeat_rate_is_defined_for_purchases_only() -> None:
    assert "repeat_rate" in {definition.key for definition in definitions("purchases")}
    assert "repeat_rate" not in {definition.key for definition in definitions("recurring")}


def test_the_definition_of_priorities_states_the_bounds_that_are_used() -> None:
    exposed = next(definition for definition in definitions("recurring") if definition.key == "exposed")
    assert (priorities().high, priorities().medium, priorities().largest) == (0.01, 0.0025, 10)
    assert "High from 1 % of ARR or where one of the ten largest" in exposed.edge_cases
    assert "Medium from 0.25 %" in exposed.edge_cases
