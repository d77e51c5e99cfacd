"""A company's own rules beside ours: `[[rule]]` in its settings file, each with a condition over named figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from difflib import get_close_matches
from functools import partial
from typing import Any

from retention_xl.errors import SettingsError
from retention_xl.report.own_conditions import (
    Condition,
    UnknownFigureError,
    check,
    compared_with,
    holds,
    names_in,
    parsed,
    unit_of_limit,
)
from retention_xl.report.own_figures import figure_names, label_of, unit_of, value_of
from retention_xl.report.rules import Limit, Rule
from retention_xl.report.rules_case import Breach, Case, at_closing, at_opening, largest_first, total
from retention_xl.report.rules_wording import count, money, percent
from retention_xl.report.wording import NOT_AVAILABLE, fixed

_ABOUT = ("lost", "contracted", "expanded", "new", "returned", "at_risk", "largest", "nobody")
_KINDS = {
    "lost": "Churn",
    "contracted": "Contraction",
    "expanded": "Expansion",
    "new": "New",
    "returned": "Reactivation",
}


@dataclass(frozen=True)
class OwnRule:
    """A rule of the company. `about` says whose names and revenue stand in its row."""

    id: str
    title: str
    condition: str
    do: str
    severity: int = 2
    owner: str = ""
    due_days: int | None = None
    evidence: str = ""
    limits: Mapping[str, float] = field(default_factory=dict)
    about: str = "nobody"
    minimum: int | None = None
    months: int = 1  # running in which the condition must hold

    @property
    def rule(self) -> Rule:
        """As the checklist knows rules."""
        condition = parsed(self.condition)
        limits = tuple(Limit(name, name, value, unit_of_limit(condition, name)) for name, value in self.limits.items())
        return Rule(
            id=self.id,
            title=self.title,
            natures=("recurring", "purchases"),
            needs=(),
            better_with=(),
            severity=self.severity,
            minimum=self.minimum,
            condition=self.condition,
            limits=limits,
            actions=(),
            evidence=(),
            do=self.do,
            offer=False,
            priority="",
            banner=False,
            closes_itself=False,
        )


_KEYS = tuple(part.name for part in fields(OwnRule))


def judged_by(case: Case, own: OwnRule) -> Breach | None:
    """Whether the condition holds, in as many months running as the rule asks for."""
    rule, condition = own.rule, parsed(own.condition)
    for back in range(own.months):
        month = case.month(back)
        if month is None or not case.enough(rule, month.opening_customers):
            return None
        try:
            if not holds(condition, partial(_named, case, rule, back)):
                return None
        except UnknownFigureError:
            return None
    return _breach(case, own, rule, condition)


def _named(case: Case, rule: Rule, back: int, name: str) -> float:
    if any(limit.name == name for limit in rule.limits):
        return case.limit(rule, name)
    known = value_of(case, name, back)
    if known is None:
        raise UnknownFigureError
    return known


def _breach(case: Case, own: OwnRule, rule: Rule, condition: Condition) -> Breach:
    figures = [name for name in names_in(condition) if name not in own.limits]
    measured = value_of(case, figures[0])
    against = compared_with(condition, figures[0])
    limit_name = against if isinstance(against, str) and against in own.limits else ""
    limit = case.limit(rule, limit_name) if limit_name else against if isinstance(against, float) else None
    told = ", ".join(f"{label_of(name)} {_shown(case, value_of(case, name), unit_of(name))}" for name in figures)
    running = f" for {own.months} months running" if own.months > 1 else ""
    given = "".join(f"; {one.name} = {_shown(case, case.limit(rule, one.name), one.unit)}" for one in rule.limits)
    finding = f"{told[0].upper()}{told[1:]}. Own rule{running}: {own.condition}{given}."
    customers = _customers(case, own.about)
    due = case.last_day + timedelta(days=own.due_days) if own.due_days is not None else None
    return Breach(
        measured,
        figures[0],
        unit_of(figures[0]),
        limit,
        limit_name,
        finding,
        total(customers),
        customers,
        endangered=own.about in ("lost", "contracted", "at_risk", "largest"),
        due=due,
        exposes={"lost": "churn", "at_risk": "at_risk"}.get(own.about, ""),
    )


def _customers(case: Case, about: str) -> tuple[tuple[str, int], ...]:
    if about in _KINDS:
        pairs = [pair for pair in case.facts.pairs if pair.kind == _KINDS[about]]
        return at_opening(pairs) if about == "lost" else at_closing(pairs)
    if about == "at_risk":
        return case.risk.every if case.risk else ()
    return tuple(largest_first(at_closing(case.closing_pairs), 10)) if about == "largest" else ()


def _shown(case: Case, value: float | None, unit: str) -> str:
    if value is None:
        return NOT_AVAILABLE
    if unit == "fraction":
        return percent(value)
    if unit == "money":
        return money(round(100 * value), case.facts.currency)
    return count(round(value)) if unit == "customers" else fixed(value, 2)


# ---- reading them


def own_rules_from(entries: Any, place: str) -> tuple[OwnRule, ...]:
    """The rules of `[[rule]]`, each checked; `place` begins every error, such as "retention.toml"."""
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise SettingsError(f"{place}: own rules are written as [[rule]], one for each rule.")
    found: list[OwnRule] = []
    for number, entry in enumerate(entries, 1):
        own = _read(entry, f"{place}: rule {number}")
        if own.id.casefold() in {other.id.casefold() for other in found}:
            raise SettingsError(f"{place}: rule {number}: the id {own.id!r} is taken by another rule.")
        found.append(own)
    return tuple(found)


def _read(entry: Mapping[str, Any], place: str) -> OwnRule:
    for key in entry:
        if key not in _KEYS:
            near = get_close_matches(key, _KEYS, 1)
            hint = f" Did you mean {near[0]}?" if near else f" There are {', '.join(_KEYS)}."
            raise SettingsError(f"{place}: {key} is not a part of a rule.{hint}")
    for key in ("id", "title", "condition", "do"):
        _text(entry.get(key), key, place)
    name = entry["id"].strip()
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,15}", name):
        raise SettingsError(f"{place}: id = {name!r} must be a letter and up to 15 letters, digits, - or _.")
    if re.fullmatch(r"R\d\d", name, re.IGNORECASE):
        raise SettingsError(f"{place}: id = {name!r} is one of the shipped rules; choose another such as X{name[1:]}.")
    place = f"{place} ({name})"
    limits = entry.get("limits", {})
    if not isinstance(limits, Mapping):
        raise SettingsError(f"{place}: limits = {limits!r} must name numbers, such as {{ low = 0.95 }}.")
    for limit, value in limits.items():
        if not limit.isidentifier() or limit in figure_names():
            raise SettingsError(
                f"{place}: a limit cannot be called {limit!r}; it needs a plain name that is no figure."
            )
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SettingsError(f"{place}: limits.{limit} = {value!r} is not a number.")
    for key in ("owner", "evidence"):
        if key in entry:
            _text(entry[key], key, place)
    about = entry.get("about", "nobody")
    if about not in _ABOUT:
        raise SettingsError(f"{place}: about = {about!r} must be one of {', '.join(_ABOUT)}.")
    condition = entry["condition"].strip()
    check(condition, limits, place)
    return OwnRule(
        id=name,
        title=entry["title"].strip(),
        condition=condition,
        do=entry["do"].strip(),
        severity=_whole(entry.get("severity", 2), "severity", 1, 3, place),
        owner=entry.get("owner", "").strip(),
        due_days=_whole(entry["due_days"], "due_days", 0, 3650, place) if "due_days" in entry else None,
        evidence=entry.get("evidence", "").strip(),
        limits={limit: float(value) for limit, value in limits.items()},
        about=about,
        minimum=_whole(entry["minimum"], "minimum", 0, 10**9, place) if "minimum" in entry else None,
        months=_whole(entry.get("months", 1), "months", 1, 12, place),
    )


def _text(value: Any, key: str, place: str) -> None:
    if not isinstance(value, str) or not value.strip():
        said = "is missing" if value is None else f"= {value!r} must be a text"
        raise SettingsError(f"{place}: {key} {said}.")


def _whole(value: Any, key: str, lowest: int, highest: int, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise SettingsError(f"{place}: {key} = {value!r} must be a whole number from {lowest} to {highest:,}.")
    return value
