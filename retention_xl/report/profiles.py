"""The published rules of others as data, and their expressions as a value and as a native formula."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from retention_xl.ledger.records import Facts, ProfileCounts
from retention_xl.report.wording import NOT_AVAILABLE

COLUMNS = ("month", "cancel", "days")  # in the order of `Profiles.counts`
# The counts by the names that rules use, with the field of ProfileCounts that holds each.
CUSTOMERS = {
    "opening": "opening_customers",
    "new": "new_customers",
    "returned": "returned_customers",
    "lost": "lost_customers",
    "closing": "closing_customers",
    "brief_new": "brief_new_customers",
    "brief_returned": "brief_returned_customers",
}
MONEY = {
    "opening_money": "opening",
    "new_money": "new",
    "reactivation": "reactivation",
    "expansion": "expansion",
    "contraction": "contraction",
    "churn": "churn",
    "apart": "apart",
    "closing_money": "closing",
    "brief_new_money": "brief_new",
    "brief_reactivation": "brief_reactivation",
}
OWN = ("our_churn",)
_SIGNS: Mapping[type, tuple[str, int]] = {ast.Add: ("+", 1), ast.Sub: ("-", 1), ast.Mult: ("*", 2), ast.Div: ("/", 2)}


class Step(NamedTuple):
    """One change of the rule, and the figure that it gives."""

    say: str
    column: str
    rule: str


class Chain(NamedTuple):
    """From our figure to a product's."""

    product: str
    figure: str
    steps: tuple[Step, ...]


class Product(NamedTuple):
    """Whose rules these are, where they are published, what could not be taken over."""

    key: str
    name: str
    source: str
    notes: tuple[str, ...]


@cache
def products() -> tuple[Product, ...]:
    """In the order of the sheet's columns."""
    return tuple(Product(p["key"], p["name"], p["source"], tuple(p["notes"])) for p in _data()["product"])


@cache
def chains() -> tuple[Chain, ...]:
    """In the order of the file."""
    return tuple(
        Chain(c["product"], c["figure"], tuple(Step(s["say"], s["column"], s["rule"]) for s in c["steps"]))
        for c in _data()["chain"]
    )


@cache
def _data() -> dict[str, list[dict]]:  # type: ignore[type-arg]
    text = (files("retention_xl") / "data" / "profiles.toml").read_text("utf-8")
    return tomllib.loads(text)


def comparable(facts: Facts) -> bool:
    """Whether the ledger is one of subscriptions and its days of service give our own figures."""
    return facts.profiles is not None and bool(facts.profiles.counts)


def not_compared(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Why the rules of others are not shown for these subscriptions, as a line of what other data would add."""
    if facts.profiles is None or facts.profiles.counts:
        return ()
    why = "the sheet Compare; by these settings the days of service give other figures than ours"
    return (("Starting values in [ledger]", why),)


def counted(counts: ProfileCounts) -> dict[str, float]:
    """The counts by the names that rules use; money in whole units of the currency."""
    by_name: dict[str, float] = {name: getattr(counts, field) for name, field in CUSTOMERS.items()}
    return by_name | {name: getattr(counts, field) / 100 for name, field in MONEY.items()}


def value(rule: str, terms: Mapping[str, float | None]) -> float | None:
    """What a rule gives; None where it divides by nothing or a term is not known."""
    try:
        return _value(_parsed(rule), terms)
    except (ZeroDivisionError, _UnknownError):
        return None


def formula(rule: str, cells: Mapping[str, str]) -> str:
    """The rule over cells, without "="; "n/a" where it divides by nothing or one of our figures is not known."""
    tree = _parsed(rule)
    text = _formula(tree, cells)[0]
    for divisor in _divisors(tree):
        text = f'IF({_formula(divisor, cells)[0]}=0,"{NOT_AVAILABLE}",{text})'
    for name in OWN:
        if any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree)):
            text = f'IF(ISTEXT({cells[name]}),"{NOT_AVAILABLE}",{text})'
    return text


class _UnknownError(Exception):
    """A figure of ours that is n/a."""


@cache
def _parsed(rule: str) -> ast.expr:
    return ast.parse(rule, mode="eval").body


def _value(node: ast.expr, terms: Mapping[str, float | None]) -> float:
    if isinstance(node, ast.Name):
        found = terms[node.id]
        if found is None:
            raise _UnknownError
        return found
    if not isinstance(node, ast.BinOp):
        raise ValueError(f"{ast.unparse(node)} is no part of a rule: counts, + - * / and brackets are")
    left, right = _value(node.left, terms), _value(node.right, terms)
    sign = _SIGNS[type(node.op)][0]
    return (
        left + right if sign == "+" else left - right if sign == "-" else left * right if sign == "*" else left / right
    )


def _formula(node: ast.expr, cells: Mapping[str, str]) -> tuple[str, int]:
    """The formula and how tightly its outermost sign binds."""
    if isinstance(node, ast.Name):
        return cells[node.id], 3
    assert isinstance(node, ast.BinOp)
    sign, tight = _SIGNS[type(node.op)]
    left, left_tight = _formula(node.left, cells)
    right, right_tight = _formula(node.right, cells)
    left = f"({left})" if left_tight < tight else left
    right = f"({right})" if right_tight < tight or (right_tight == tight and sign in "-/") else right
    return f"{left}{sign}{right}", tight


def _divisors(node: ast.expr) -> list[ast.expr]:
    """Outer ones first: their test is to stand inside that of the inner ones, on which they may depend."""
    if not isinstance(node, ast.BinOp):
        return []
    own = [node.right] if isinstance(node.op, ast.Div) else []
    return [*own, *_divisors(node.left), *_divisors(node.right)]
