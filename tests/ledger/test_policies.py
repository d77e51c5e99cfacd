"""Policies: their words and bounds, and for each one a small ledger on which it shows its effect."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from retention_xl.errors import SettingsError
from retention_xl.ledger.policies import DESCRIBED, Policies, policies_from


def test_every_policy_is_described_once_and_its_default_is_allowed() -> None:
    assert [d.key for d in DESCRIBED] == [field.name for field in fields(Policies)]
    for described in DESCRIBED:
        assert getattr(Policies(), described.key) == described.value
        assert policies_from({described.key: described.value}, "x") == Policies()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"overlapp": "add"}, "retention.toml: overlapp is not a policy. Did you mean overlap?"),
        ({"overlap": "adds"}, 'retention.toml: overlap = "adds" must be "latest" or "add". Did you mean "add"?'),
        ({"gap_days": 16}, "retention.toml: gap_days = 16 must be a whole number from 0 to 15."),
        ({"gap_days": 1.5}, "retention.toml: gap_days = 1.5 must be a whole number from 0 to 15."),
        ({"gap_days": True}, "retention.toml: gap_days = True must be a whole number from 0 to 15."),
        (
            {"delinquent_days": "soon"},
            'retention.toml: delinquent_days = "soon" must be a whole number from 0 to 365 or "never".',
        ),
        ({"timezone": "Berlin"}, 'retention.toml: timezone = "Berlin" must be a time zone such as Europe/Berlin.'),
        (
            {"churn_date": 3},
            'retention.toml: churn_date = 3 must be "paid_through", "cancel" or "notice".',
        ),
    ],
)
def test_a_wrong_policy_is_an_error_that_names_the_rule(given: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError) as error:
        policies_from(given, "retention.toml")
    assert str(error.value) == message


def test_policies_given_in_python_keep_the_same_rules() -> None:
    with pytest.raises(SettingsError, match="Policies: pause_days = 0 must be a whole number from 1 to 730"):
        Policies(pause_days=0)
    assert policies_from({"delinquent_days": "never", "timezone": "Europe/Berlin"}, "x").delinquent_days == "never"


def as_table() -> str:
    """The README's table of policies: after a change run `python tests/ledger/test_policies.py` and put it there."""
    rows = ["| policy | default | or | what it decides |", "|---|---|---|---|"]
    for d in DESCRIBED:
        others = [f"`{word}`" for word in d.values if word != d.value]
        if d.range:
            others = [f"{d.range[0]} to {d.range[1]}", *(f"`{word}`" for word in d.also)]
        if d.zone:
            others = ["a zone such as `Europe/Berlin`"]
        rows.append(
            f"| `{d.key}` | {f'`{d.value}`' if d.value != '' else 'none'} | {', '.join(others)} | {d.meaning} |"
        )
    return "\n".join(rows)


def test_the_readme_lists_every_policy_as_it_is_described() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert as_table() in readme


if __name__ == "__main__":
    print(as_table())
