"""What a rule's condition looks at, and what it finds. The same case is put to every rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from heapq import nlargest
from operator import itemgetter
from typing import cast

from retention_xl import metrics
from retention_xl.ledger.records import Facts, MonthFacts, Pair
from retention_xl.report.experience import Experience, People, experience
from retention_xl.report.risk import Risk, months_stayed
from retention_xl.report.risk_signs import Leaving, leaving
from retention_xl.report.rules import Rule, priorities, reason_group, smallest
from retention_xl.report.rules_wording import Wording, wording

_FEW = 100
_TINY = 1e-12  # 0.95 - 0.93 must count as 2 points


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit broken. `customers` are the names behind it with their revenue in cents, in any order."""

    measured: float | None
    measured_key: str
    unit: str
    limit: float | None
    limit_name: str
    finding: str
    exposed: int = 0
    customers: tuple[tuple[str, int], ...] = ()
    endangered: bool = True  # they left, cut down or may go; otherwise they are whom to work with
    offer_to: tuple[tuple[str, int], ...] = ()  # customers who can still be kept
    do: str = ""  # what this finding adds to what the rule says
    due: date | None = None
    exposes: str = ""  # where it is a sum of the month: "churn", "contraction", "losses" (both), "at_risk"


@dataclass(frozen=True, slots=True)
class Rate:
    """A part of a whole number of customers."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The rate as a fraction; of nobody 0, which no rule reads, since each asks for enough customers first."""
        return self.part / self.whole if self.whole else 0.0


@dataclass(frozen=True)
class Case:
    """The facts of the month with the company's limits and targets."""

    facts: Facts
    limits: Mapping[str, Mapping[str, float]]
    targets: Mapping[str, float]
    margin: float
    checks_failed: Sequence[str]
    confidence: float
    longest_lifetime: float
    smallest: int | None
    inputs: Mapping[str, float]  # settings by key, such as "offer.months"; what is not set is not in it
    risk: Risk | None = None  # who may leave; None where the data cannot tell or nobody may
    counts: Experience | None = None  # of customers' experience, where they are at hand

    @cached_property
    def words(self) -> Wording:
        """How sentences about this ledger are worded."""
        return wording(self.facts.nature)

    def limit(self, rule: Rule, name: str) -> float:
        """The company's limit, or our starting value where it sets none."""
        starting = next(limit.default for limit in rule.limits if limit.name == name)
        return self.limits.get(rule.id, {}).get(name, starting)

    def enough(self, rule: Rule, *counts: int) -> bool:
        """Whether there are enough customers behind each rate to act on it."""
        general = smallest() if self.smallest is None else self.smallest
        least = general if rule.minimum is None else rule.minimum
        return all(count >= max(least, 1) for count in counts)

    def month(self, back: int = 0) -> MonthFacts | None:
        """The month so many before the report month that has an opening, so that its rates exist."""
        position = len(self.facts.movements) - 1 - back
        if position < 0 or not self.facts.movements[position].opening_customers:
            return None
        return self.facts.movements[position]

    def differs(self, before: Rate, now: Rate, tested: int = 1) -> bool:
        """Whether two rates differ by more than chance; `tested` comparisons made at once share the error."""
        if not before.whole or not now.whole:
            return False
        confidence = 1 - (1 - self.confidence) / tested
        return bool(metrics.change_is_real(before.part, before.whole, now.part, now.whole, confidence))

    def surely_above(self, rate: Rate, limit: float) -> bool:
        """Whether the whole interval of the rate lies above the limit."""
        interval = cast("list[tuple[float, float]]", metrics.crr_interval(rate.part, rate.whole, self.confidence))
        return interval[0][0] > limit

    @cached_property
    def experience(self) -> Experience | None:
        """What the tables beside the ledger say of customers' experience."""
        return self.counts or experience(self.facts, self.inputs)

    @cached_property
    def people(self) -> People:
        """Customers by month and their first days."""
        return People(self.facts)

    @cached_property
    def opening_pairs(self) -> tuple[Pair, ...]:
        """Customers active at the opening."""
        return tuple([pair for pair in self.facts.pairs if pair.opening is not None])

    @cached_property
    def closing_pairs(self) -> tuple[Pair, ...]:
        """Customers active at the closing."""
        return tuple([pair for pair in self.facts.pairs if pair.closing is not None])

    @cached_property
    def lost_pairs(self) -> tuple[Pair, ...]:
        """Customers active at the opening and not at the closing."""
        return tuple(pair for pair in self.opening_pairs if pair.closing is None)

    @cached_property
    def last_day(self) -> date:
        """The report month's last day."""
        return self.facts.end(self.facts.month)

    @cached_property
    def leaving(self) -> Mapping[str, Leaving]:
        """Who still pays and has given notice, or is about to be lost by a failed payment."""
        return leaving(self.facts)

    @cached_property
    def largest(self) -> frozenset[str]:
        """Customers larger than all but so many; of equals at the border none, for their names would decide."""
        number = priorities().largest
        pairs = self.facts.pairs
        sizes = list(map(max, [pair.opening or 0 for pair in pairs], [pair.closing or 0 for pair in pairs]))
        border = nlargest(number + 1, sizes)[number] if len(sizes) > number else 0
        return frozenset(p.name for p, size in zip(pairs, sizes, strict=True) if size > border)

    @cached_property
    def reason_groups(self) -> Mapping[str, str]:
        """The group of every reason that occurs."""
        stated = {r.reason for r in self.facts.reasons} | {pair.reason for pair in self.lost_pairs}
        return {reason: reason_group(reason) for reason in stated}

    @cached_property
    def lifetime(self) -> float:
        """Months that a customer stays at the mean churn of the last twelve months, up to the longest counted."""
        return months_stayed(self.facts.movements, self.longest_lifetime)


def crr(month: MonthFacts) -> Rate:
    """Customers kept."""
    return Rate(month.opening_customers - month.lost_customers, month.opening_customers)


def unharmed(month: MonthFacts) -> Rate:
    """Customers who neither left nor cut down: the customers behind GRR."""
    return Rate(month.opening_customers - month.lost_customers - month.contracted_customers, month.opening_customers)


def ratio(part: float, whole: float) -> float | None:
    """part / whole, or None where there is no whole."""
    return part / whole if whole else None


def drr(month: MonthFacts) -> float | None:
    """Opening revenue of those who stayed; none where there was no opening revenue."""
    return ratio(month.kept_opening, month.opening)


def grr(month: MonthFacts) -> float | None:
    """Opening revenue less contraction and churn."""
    return ratio(month.opening - month.contraction - month.churn, month.opening)


def nrr(month: MonthFacts) -> float | None:
    """Opening revenue with expansion, less contraction and churn."""
    return ratio(month.opening + month.expansion - month.contraction - month.churn, month.opening)


def quick_ratio(month: MonthFacts) -> float | None:
    """Revenue gained against revenue lost."""
    return ratio(month.new + month.reactivation + month.expansion, month.contraction + month.churn)


def arpa(month: MonthFacts) -> float | None:
    """Revenue of a customer, in the report currency."""
    return ratio(month.closing / 100, month.closing_customers)


def reaches(value: float, limit: float) -> bool:
    """value >= limit, whatever the last binary digit says."""
    return value >= limit - _TINY


def at_opening(pairs: Iterable[Pair]) -> tuple[tuple[str, int], ...]:
    """Names with what they paid at the opening."""
    return tuple([(pair.name, pair.opening or 0) for pair in pairs])


def at_closing(pairs: Iterable[Pair]) -> tuple[tuple[str, int], ...]:
    """Names with what they pay at the closing."""
    return tuple([(pair.name, pair.closing or 0) for pair in pairs])


def largest_first(customers: Iterable[tuple[str, int]], number: int | None = None) -> list[tuple[str, int]]:
    """By revenue, then by name; only so many of them where a number is given."""
    found = list(customers)
    if number is not None and len(found) > number > 0:
        border = nth_largest(list(map(itemgetter(1), found)), number)
        found = [customer for customer in found if customer[1] >= border]
    found.sort(key=itemgetter(0))  # twice by one value is quicker than once by both
    found.sort(key=itemgetter(1), reverse=True)
    return found[:number]


def nth_largest(values: list[int], number: int) -> int:
    """Of many it is quicker to sort them all than to keep the largest in order."""
    ordered = nlargest(number, values) if number < _FEW else sorted(values, reverse=True)
    return ordered[number - 1]


def total(customers: Iterable[tuple[str, int]]) -> int:
    """Revenue of all of them in cents."""
    return sum(map(itemgetter(1), customers))
