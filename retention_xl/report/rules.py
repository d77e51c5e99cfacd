"""The checklist as data: rules, the articles' actions and claims, definitions, data that a ledger may lack."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from retention_xl.ledger.records import Nature

NO_SOURCE = "No source named"
_UNNAMED = "not named"  # how evidence.toml says so


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a rule with its starting value. Units: fraction, points, times, count, months, days."""

    name: str
    label: str
    default: float
    unit: str


@dataclass(frozen=True, slots=True)
class Rule:
    """When a figure calls for action. `condition` is "" for a rule that waits for data beyond a billing ledger."""

    id: str
    title: str
    natures: tuple[Nature, ...]
    needs: tuple[str, ...]
    better_with: tuple[str, ...]
    severity: int
    minimum: int | None
    condition: str
    limits: tuple[Limit, ...]
    actions: tuple[str, ...]
    evidence: tuple[str, ...]
    do: str
    offer: bool
    priority: str
    banner: bool
    closes_itself: bool


@dataclass(frozen=True, slots=True)
class PlaybookAction:
    """An action of the articles in our words. `article` is "" for practice of the field that is in none of them."""

    id: str
    article: str
    title: str
    do: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A claim of the articles, or of the field (`kind` "peer"), with the source that it names. Never a benchmark."""

    id: str
    kind: str
    articles: tuple[str, ...]
    claim: str
    source: str
    conflict: str

    @property
    def origin(self) -> str:
        """Where the claim stands: "articles 001, 002" or "not in the articles"."""
        if not self.articles:
            return "not in the articles"
        return f"article{'s' if len(self.articles) > 1 else ''} {', '.join(self.articles)}"

    @property
    def text(self) -> str:
        """The claim with its source and, where there is one, its conflict, as a checklist row prints it."""
        unnamed = self.source.startswith(_UNNAMED)
        source = f"{NO_SOURCE}{self.source.removeprefix(_UNNAMED)}" if unnamed else f"Source: {self.source}"
        conflict = f" Conflict: {self.conflict}" if self.conflict else ""
        return f"{self.id}: {self.claim} {source} [{self.origin}].{conflict}"


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure of the workbook means. `edge_cases` says what is done where the rule alone does not decide."""

    key: str
    name: str
    definition: str
    formula: str
    unit: str
    source: str
    edge_cases: str


@dataclass(frozen=True, slots=True)
class DataNeed:
    """Data beyond customer, date and amount, and what it would add."""

    id: str
    label: str
    adds: str


@dataclass(frozen=True, slots=True)
class Priorities:
    """From which part of annual recurring revenue a row is High or Medium; how many customers count as largest."""

    high: float
    medium: float
    largest: int


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, R01 to R33, in their order."""
    return tuple(_rule(entry) for entry in _data("actions")["rule"])


@cache
def playbook() -> Mapping[str, PlaybookAction]:
    """The articles' actions by id."""
    return {entry["id"]: PlaybookAction(**entry) for entry in _data("playbook")["action"]}


@cache
def evidence() -> Mapping[str, Evidence]:
    """The articles' claims by id."""
    entries = _data("evidence")["evidence"]
    return {entry["id"]: Evidence(**{**entry, "articles": tuple(entry["articles"])}) for entry in entries}


@cache
def definitions(nature: Nature) -> tuple[Definition, ...]:
    """The definitions of every figure, in the wording of this nature of ledger."""
    found = []
    for entry in _data("definitions")["definition"]:
        if nature in entry.get("natures", (nature,)):
            worded = {**entry, **entry.get("purchases", {})} if nature == "purchases" else entry
            found.append(Definition(**{name: worded[name] for name in Definition.__slots__}))
    return tuple(found)


@cache
def data_needs() -> tuple[DataNeed, ...]:
    """Every kind of data that some rule needs beyond customer, date and amount."""
    return tuple(DataNeed(**entry) for entry in _data("actions")["data"])


@cache
def priorities() -> Priorities:
    """The bounds of the priorities."""
    return Priorities(**_data("actions")["priority"])


def smallest() -> int:
    """Fewest customers behind a rate that starts an action, unless a rule states its own number."""
    return int(_data("actions")["minimum"])


def starting_values() -> dict[str, float]:
    """The settings that have a starting value, by key: "policy.margin", "offer.save_probability" ..."""
    given = {entry["key"]: entry.get("value") for entry in _data("settings")["setting"]}
    return {key: float(value) for key, value in given.items() if value is not None}


def default_limits() -> dict[str, dict[str, float]]:
    """The starting values of all limits: rule id -> limit name -> value."""
    return {rule.id: {limit.name: limit.default for limit in rule.limits} for rule in rules() if rule.limits}


def reason_group(reason: str) -> str:
    """The group of a stated reason for leaving: unknown, no_need, payment, competitor, price, service, else other."""
    plain = _plain(reason)
    for group, exact, words in _reason_groups():
        if plain in exact or (words is not None and words.search(plain)):
            return group
    return "other"


@cache
def _reason_groups() -> tuple[tuple[str, frozenset[str], re.Pattern[str] | None], ...]:
    return tuple(
        (
            entry["id"],
            frozenset(entry["exact"]),
            re.compile(r"\b(?:" + "|".join(map(re.escape, entry["words"])) + ")") if entry["words"] else None,
        )
        for entry in _data("actions")["reason_group"]
    )


def _plain(text: str) -> str:
    """Lower case without accents, every run of other signs one blank: "Too_Expensive!" -> "too expensive"."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", bare.casefold()))


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        id=entry["id"],
        title=entry["title"],
        natures=tuple(entry["natures"]),
        needs=tuple(entry["needs"]),
        better_with=tuple(entry.get("better_with", ())),
        severity=entry["severity"],
        minimum=entry.get("minimum"),
        condition=entry.get("condition", ""),
        limits=tuple(Limit(**limit) for limit in entry.get("limits", ())),
        actions=tuple(entry["actions"]),
        evidence=tuple(entry["evidence"]),
        do=entry.get("do", ""),
        offer=entry.get("offer", False),
        priority=entry.get("priority", ""),
        banner=entry.get("banner", False),
        closes_itself=entry.get("closes_itself", False),
    )


@cache
def _data(name: str) -> Mapping[str, Any]:
    text = (resources.files("retention_xl") / "data" / f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
