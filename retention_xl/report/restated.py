"""What an earlier file said about its last month against what this one says about the same month."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import chain

from retention_xl.ledger.records import Facts
from retention_xl.report.previous import BY_CUSTOMER, Previous, plain_text
from retention_xl.report.settings import Settings

# Keys of the hidden sheet, which the next month reads.
MONTH, LEDGER, CURRENCY = "month", "ledger", "currency"
CLOSING, ACTIVE = "closing", "customers"
DEFINITIONS, LINES = "definitions", "lines"
MOVEMENTS, COUNTED_WITH = "movements by month", "counted with"
_MOVEMENTS = (
    *("opening", "new", "reactivation", "expansion", "contraction", "churn", "closing", "fx", "paused"),
    *("opening_customers", "new_customers", "lost_customers", "closing_customers"),
)
_WORDING = "wording of definitions"


@dataclass(frozen=True)
class Difference:
    """A customer whose revenue in that month is not what it was. None: not active."""

    name: str
    before: float | None
    now: float | None


@dataclass(frozen=True)
class Restatement:
    """The month in both files. `now` is None where this file's facts do not reach back to it."""

    month: str
    before: float
    now: float | None
    customers_before: int
    customers_now: int | None
    fingerprint_before: str
    fingerprint_now: str
    movements_before: str
    movements_now: str
    months: tuple[str, ...]  # those up to then whose movements are others now
    definitions_before: str
    definitions_now: str
    changes: tuple[str, ...]  # of settings and definitions, each in words
    differences: tuple[Difference, ...]
    listed: bool  # whether the earlier file names its customers, so that differences can be

    @property
    def data_changed(self) -> bool:
        """Whether any customer's revenue in that month, or any month's movements up to then, are others now."""
        closed_otherwise = self.now is not None and self.fingerprint_before != self.fingerprint_now
        return closed_otherwise or self.movements_before != self.movements_now

    @property
    def definitions_changed(self) -> bool:
        """Whether the month was made under other settings or definitions."""
        return self.definitions_before != self.definitions_now


def closing_fingerprint(amounts: Mapping[str, int]) -> str:
    """Changes when any customer's revenue does; money in cents."""
    # One text for all: many small ones take three times as long.
    lines = "\n".join(["%s\t%d"] * len(amounts)) % tuple(chain.from_iterable(sorted(amounts.items())))
    return _fingerprint(lines)


def counted_with(facts: Facts, settings: Settings) -> dict[str, str]:
    """Every setting, limit and policy that the figures follow from, by key, and the wording of the definitions.

    A target that a table gives by month is data of its month.
    """
    of_month = {f"targets.{target.figure}" for target in facts.supporting.targets}
    said = {"nature": facts.nature, "currency": facts.currency}
    said |= {item.key: _shown(item.value) for item in settings.items if item.key not in of_month}
    said["tiers.edges"] = "chosen" if settings.tier_edges is None else " ".join(map(_shown, settings.tier_edges))
    said |= {policy.key: str(value) for policy, value in facts.policies.told()}
    said |= {
        f"limits.{rule}.{name}": _shown(value)
        for rule, limits in sorted(settings.limits.items())
        for name, value in sorted(limits.items())
    }
    said |= {f"rule {own.id}": _fingerprint(repr(own)) for own in settings.own_rules}
    said[_WORDING] = _fingerprint((resources.files("retention_xl") / "data" / "definitions.toml").read_text("utf-8"))
    return said


def definitions_fingerprint(facts: Facts, settings: Settings) -> str:
    """Changes when a setting, a limit, a policy or the wording of a definition does."""
    return _fingerprint(as_record(counted_with(facts, settings)))


def as_record(said: Mapping[str, str]) -> str:
    """As the hidden sheet remembers it."""
    return "\n".join(f"{key}={value}" for key, value in said.items())


def _from_record(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def movements_by_month(facts: Facts, until: str) -> dict[str, str]:
    """A fingerprint of each month's movements up to one of them."""
    told = ((one, [getattr(one, name) for name in _MOVEMENTS]) for one in facts.movements if one.month <= until)
    return {one.month: _fingerprint(repr(said))[:8] for one, said in told}


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Each in words: what it was and what it is."""
    told = []
    for key in sorted({*before, *now}):
        was, is_now = before.get(key, ""), now.get(key, "")
        if was != is_now:
            fingerprints = key == _WORDING or key.startswith("rule ")
            told.append(f"{key} differs" if fingerprints else f"{key} was {was or 'not set'}, is {is_now or 'not set'}")
    return tuple(told)


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"


def amounts_in(facts: Facts, month: str) -> dict[str, int] | None:
    """Revenue by customer at the end of a month, as far back as the facts go."""
    if month == facts.month:
        return {pair.name: pair.closing for pair in facts.pairs if pair.closing is not None}
    if len(facts.months) > 1 and month == facts.months[-2]:
        return {pair.name: pair.opening for pair in facts.pairs if pair.opening is not None}
    if facts.customers is None or month not in facts.window:
        return None
    place = facts.window.index(month)
    found = ((customer.name, customer.cents[place]) for customer in facts.customers)
    return {name: cents for name, cents in found if cents is not None}


def closes_as(facts: Facts, month: str, fingerprint: str) -> bool:
    """Whether the facts hold a month whose closing by customer has this fingerprint."""
    amounts = amounts_in(facts, month)
    return amounts is not None and closing_fingerprint(amounts) == fingerprint


def restatement(facts: Facts, settings: Settings, previous: Previous) -> Restatement:
    """Both files' word on the earlier file's month."""
    said, now = previous.facts, amounts_in(facts, previous.month)
    fingerprint = "" if now is None else closing_fingerprint(now)
    before = plain_text(said.get(BY_CUSTOMER))
    counted, movements = counted_with(facts, settings), movements_by_month(facts, previous.month)
    # Workbooks of earlier versions do not have these two.
    counted_before = _from_record(plain_text(said.get(COUNTED_WITH))) or counted
    movements_before = _from_record(plain_text(said.get(MOVEMENTS))) or movements
    differences = []
    if now is not None and fingerprint != before and previous.closings:
        for name in sorted({*now, *previous.closings}):
            was, cents = previous.closings.get(name), now.get(name)
            if was is None or cents is None or round(was * 100) != cents:
                differences.append(Difference(name, was, None if cents is None else cents / 100))
    differences.sort(key=lambda d: (-abs((d.now or 0) - (d.before or 0)), d.name))
    return Restatement(
        month=previous.month,
        before=_number(said.get(CLOSING)),
        now=None if now is None else sum(now.values()) / 100,
        customers_before=int(_number(said.get(ACTIVE))),
        customers_now=None if now is None else len(now),
        fingerprint_before=before,
        fingerprint_now=fingerprint,
        movements_before=_fingerprint(as_record(movements_before)),
        movements_now=_fingerprint(as_record(movements)),
        months=tuple(m for m in sorted({*movements, *movements_before}) if movements.get(m) != movements_before.get(m)),
        definitions_before=plain_text(said.get(DEFINITIONS)),
        definitions_now=definitions_fingerprint(facts, settings),
        changes=_changes(counted_before, counted),
        differences=tuple(differences),
        listed=bool(previous.closings) or not _number(said.get(ACTIVE)),
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
