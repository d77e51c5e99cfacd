"""What an earlier file said about its last month against what this one says about the same month."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from retention_xl.ledger.records import Facts
from retention_xl.report.previous import BY_CUSTOMER, Previous, plain_text
from retention_xl.report.settings import Settings

# Keys of the hidden sheet, which the next month reads.
MONTH, LEDGER, CURRENCY = "month", "ledger", "currency"
CLOSING, ACTIVE = "closing", "customers"
DEFINITIONS, LINES = "definitions", "lines"


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
    definitions_before: str
    definitions_now: str
    differences: tuple[Difference, ...]
    listed: bool  # whether the earlier file names its customers, so that differences can be

    @property
    def data_changed(self) -> bool:
        """Whether any customer's revenue in that month is another now."""
        return self.now is not None and self.fingerprint_before != self.fingerprint_now

    @property
    def definitions_changed(self) -> bool:
        """Whether the month was made under other settings or definitions."""
        return self.definitions_before != self.definitions_now


def closing_fingerprint(amounts: Mapping[str, int]) -> str:
    """Changes when any customer's revenue does; money in cents."""
    lines = "\n".join(map("%s\t%d".__mod__, sorted(amounts.items())))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def definitions_fingerprint(facts: Facts, settings: Settings) -> str:
    """Changes when a setting, a limit, a policy or the wording of a definition does."""
    said = [facts.nature, facts.currency, repr(settings.tier_edges)]
    said += [f"{item.key}={item.value!r}" for item in settings.items]
    said += [f"{policy.key}={value!r}" for policy, value in facts.policies.told()]
    said += [
        f"{rule}.{name}={value!r}"
        for rule, limits in sorted(settings.limits.items())
        for name, value in sorted(limits.items())
    ]
    said += [repr(own) for own in settings.own_rules]
    said.append((resources.files("retention_xl") / "data" / "definitions.toml").read_text("utf-8"))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


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
        definitions_before=plain_text(said.get(DEFINITIONS)),
        definitions_now=definitions_fingerprint(facts, settings),
        differences=tuple(differences),
        listed=bool(previous.closings) or not _number(said.get(ACTIVE)),
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
