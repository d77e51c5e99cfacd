"""A company's own rules: what a condition may say, what it is told where it may not, and its row in the checklist."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from retention_xl.errors import SettingsError
from retention_xl.ledger.records import Facts
from retention_xl.report.actions import Action, checklist, default_limits
from retention_xl.report.build import build_report
from retention_xl.report.model import Source
from retention_xl.report.own_figures import figure_names
from retention_xl.report.own_rules import OwnRule, own_rules_from
from retention_xl.report.risk import at_risk
from retention_xl.report.rules import starting_values
from retention_xl.report.settings import load_settings
from retention_xl.report.write import write_report

from .engines import cached, compare, recalc_formualizer, recalc_ironcalc
from .made_facts import Account, accounts, made_facts
from .risk_facts import signed_facts

FALLEN = made_facts(accounts(90, 100, 100, 100) + accounts(10, 100, 100, None, name="Lost"))
"""CRR 90 % after 100 %."""


def rule(condition: str, **more: object) -> OwnRule:
    entry = {"id": "X01", "title": "Large accounts", "condition": condition, "do": "Ring them.", **more}
    return own_rules_from([entry], "retention.toml")[0]


def row(own: OwnRule, facts: Facts = FALLEN) -> Action | None:
    limits = {**default_limits(), own.id: dict(own.limits)}
    risk = at_risk(facts, starting_values())
    found = checklist(facts, limits, {}, 1.0, (), own=(own,), risk=risk)
    return next((action for action in found if action.rule == own.id), None)


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        ("crr < 0.95", True),
        ("crr < 0.9", False),
        ("crr <= 0.90", True),
        ("crr_before - crr >= 0.1", True),
        ("crr_before - crr > 0.1", False),
        ("crr_mean3 < 0.97", False),  # there is no third month with an opening
        ("crr_year_ago < 1", False),
        ("not crr > 0.95", True),
        ("0.85 < crr < 0.95", True),
        ("crr < 0.95 and lost > 20", False),
        ("crr < 0.95 or lost > 20", True),
        ("crr_year_ago < 1 or crr < 0.95", False),  # what cannot be told decides nothing
        ("crr < 0.95 or crr_year_ago < 1", True),
        ("lost / opening * 100 == 0.1", True),
        ("lost_revenue > 2 * -(contraction - 1)", True),
        ("mrr == 9000 and arr == 12 * mrr and arpa == 100", True),
        ("quick_ratio < 1", True),
        ("lost_share == 0.1 and contraction_share == 0", True),
        ("crr / contraction > 0", False),
        ("top10_share > 0.1 and at_risk == 0", True),
        ("customers - (new_customers + returned) + lost == 100", True),
    ],
)
def test_a_condition_is_what_it_says(condition: str, fires: bool) -> None:
    assert (row(rule(condition)) is not None) is fires


def test_every_figure_has_a_value_in_a_ledger_of_two_years() -> None:
    growing = accounts(50, *[100 + month for month in range(25)])
    turns = [200 if month % 2 else 100 for month in range(26)]
    changing = [Account("Odd", tuple(turns[:25])), Account("Even", tuple(turns[1:]))]
    facts = made_facts([*growing, *changing])
    for name in figure_names():
        assert row(rule(f"{name} > -1 or {name} < 1"), facts) is not None, name


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("crrr < 0.95", "'crrr' is no figure and no limit of the rule. Did you mean crr?"),
        ("CRR < 0.95", "Did you mean crr?"),
        ("retention_of_all_customers < 1", "is no figure"),
        ("crr < 95 %", "Write rates as fractions: 0.95 for 95 %."),
        ("crr = 0.95", "Write == for 'is equal to'."),
        ("crr", "gives a number, not yes or no"),
        ("crr + 1", "gives a number, not yes or no"),
        ("0.5 < 0.7", "names no figure"),
        ("crr < 0.95 and lost", "'lost' is a number beside and/or"),
        ("not lost and crr < 1", "'lost' is a number after not"),
        ("(crr < 1) + 1 > 0", "'crr < 1' is yes or no, where a number is needed"),
        ("crr < 0.95 if lost else crr < 1", "gives a number"),
        ("crr ** 2 < 1", "'crr ** 2' is not allowed"),
        ("crr // 2 < 1", "is not allowed"),
        ("crr < '1'", "is not allowed"),
        ("crr < True", "is not allowed"),
        ("crr in [1, 2]", "is not allowed"),
        ("__import__('os').system('true') < 1", "is not allowed"),
        ("crr.real < 1", "is not allowed"),
        ("(lambda: 1)() < crr", "is not allowed"),
        ("crr < 1e999", "is not allowed"),
        ("crr < " + "9" * 400, "is not allowed"),
        ("crr < 1 and (", "cannot be read"),
        ("crr <", "cannot be read"),
        ("crr < 0.95\nlost > 3", "cannot be read"),
        ("crr < 0." + "1" * 600, "is longer than 500 characters"),
        ("top10_share_before > 0.5", "'top10_share_before' is no figure"),
    ],
)
def test_a_condition_that_says_anything_else_is_refused_with_its_reason(condition: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        rule(condition)
    assert str(error.value).startswith("retention.toml: rule 1 (X01): condition = ")
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"id": "R05"}, "is one of the shipped rules; choose another such as X05"),
        ({"id": "1 a"}, "must be a letter and up to 15 letters"),
        ({"title": " "}, "title = ' ' must be a text"),
        ({"do": None}, "do is missing"),
        ({"severity": 4}, "severity = 4 must be a whole number from 1 to 3"),
        ({"severity": True}, "severity = True must be a whole number"),
        ({"months": 0}, "months = 0 must be a whole number from 1 to 12"),
        ({"due_days": -1}, "due_days = -1 must be a whole number"),
        ({"owner": 3}, "owner = 3 must be a text"),
        ({"about": "losers"}, "about = 'losers' must be one of lost, contracted"),
        ({"limits": [0.95]}, "limits = [0.95] must name numbers"),
        ({"limits": {"low": "0.95"}}, "limits.low = '0.95' is not a number"),
        ({"limits": {"crr": 0.95}}, "a limit cannot be called 'crr'"),
        ({"limits": {"low": 0.95}}, "does not use the limit low"),
        ({"ownr": "Ann"}, "ownr is not a part of a rule. Did you mean owner?"),
    ],
)
def test_a_rule_with_a_fault_is_refused_with_its_place(more: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError) as error:
        rule("crr < 0.95", **more)
    assert "retention.toml: rule 1" in str(error.value)
    assert said in str(error.value)


def test_an_id_is_given_once() -> None:
    entry = {"id": "X01", "title": "A", "condition": "crr < 1", "do": "B."}
    with pytest.raises(SettingsError, match="rule 2: the id 'x01' is taken"):
        own_rules_from([entry, {**entry, "id": "x01"}], "retention.toml")
    with pytest.raises(SettingsError, match="written as"):
        own_rules_from({"id": "X01"}, "retention.toml")


def test_its_row_names_customers_owner_due_date_and_evidence() -> None:
    own = rule("crr < low", limits={"low": 0.95}, about="lost", owner="Ann", due_days=10, evidence="Board, May")
    action = row(own)
    assert action is not None
    assert action.finding == "CRR 90.0 %. Own rule: crr < low; low = 95.0 %."
    assert (action.measured, action.limit, action.limit_name, action.unit) == (0.9, 0.95, "low", "fraction")
    assert action.customers[0] == "Lost 001"
    assert (action.exposed_cents, action.priority) == (100_000, "High")
    assert (action.owner, action.due) == ("Ann", date(2026, 11, 10))
    assert action.evidence == ("Own rule: Board, May",)
    assert action.what_to_do == "Ring them."


def test_a_rule_may_ask_for_months_running_and_for_enough_customers() -> None:
    again = made_facts(
        accounts(80, 100, 100, 100)
        + accounts(10, 100, None, None, name="Before")
        + accounts(10, 100, 100, None, name="Now")
    )
    assert row(rule("crr < 0.95", months=2)) is None
    assert row(rule("crr < 0.95", months=2), again) is not None
    assert row(rule("crr < 0.95", minimum=101)) is None
    few = made_facts(accounts(3, 100, 100, 100) + accounts(1, 100, 100, None, name="Lost"))
    assert row(rule("crr < 0.95"), few) is None
    assert row(rule("crr < 0.95", minimum=1), few) is not None


def test_customers_at_risk_may_be_asked_for() -> None:
    action = row(rule("at_risk_share > 0.2 and at_risk_revenue > 1000", about="at_risk"), signed_facts())
    assert action is not None
    assert action.unit == "fraction"
    assert "Quote" in action.customers


SETTINGS = """
[[rule]]
id = "X01"
title = "Large accounts"
condition = "at_risk_share > high and mrr > 0"
limits = { high = 0.2 }
do = "Ring them."
owner = "Ann"
minimum = 1
about = "largest"

[[rule]]
id = "Y2"
title = "Growth"
condition = "new_customers_mean3 >= 0"
do = "Celebrate."
minimum = 1
"""


@pytest.mark.thorough
def test_the_workbook_shows_own_rules_with_their_limits_as_inputs(tmp_path: Path) -> None:
    (tmp_path / "retention.toml").write_text(SETTINGS, "utf-8")
    settings = load_settings(tmp_path / "retention.toml")
    path = tmp_path / "report.xlsx"
    write_report(build_report(signed_facts(), settings, Source("ledger.csv", "", "", "", ())), path)
    for recalculate in (recalc_ironcalc, recalc_formualizer):
        assert compare(cached(path), recalculate(path)) == []
    book = openpyxl.load_workbook(path)
    labels = [str(r[1].value) for r in book["Settings"].iter_rows() if r[1].value]
    assert {"X01", "Y2"} <= {str(r[2].value) for r in book["Actions"].iter_rows()}
    owner = next(r[11].value for r in book["Actions"].iter_rows() if r[2].value == "X01")
    assert owner == "Ann"
    assert "X01: high" in labels
