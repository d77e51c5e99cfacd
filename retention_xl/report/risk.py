"""Who may leave: a score with its visible signs, and in which of five ways to treat each customer (article 001)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from retention_xl import metrics
from retention_xl.ledger.records import Facts, MonthFacts, Pair
from retention_xl.report.risk_signs import KINDS, Evidence, Leaving, Sign, evidence_of

Segment = Literal["Fight for", "Offer", "Look after", "Let go", "Leave in peace"]
SEGMENTS: tuple[Segment, ...] = ("Fight for", "Offer", "Look after", "Let go", "Leave in peace")
TABLE = "tblAtRisk"
HEADINGS = (
    "Customer",
    "Segment",
    "Revenue a month",
    "Exposed",
    "Score",
    "Next renewal",
    "Margin",
    "Times typical",
    "Accepts an offer",
    "Largest offer",
    "Offer pays",
    "Signs",
    "What to do",
)
DIGITS = 6  # of a score: 0.1 + 0.2 reaches 0.3


@dataclass(frozen=True, slots=True)
class Ground:
    """Something that speaks for an offer to a customer (1), against it (0), or is not known of it (None)."""

    key: str
    heading: str


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A customer of the list. Amounts in the report currency."""

    name: str
    revenue: float
    since: str
    renewal: date | None
    signs: tuple[float | None, ...]  # one for each sign of the list; None: not known
    score: float
    grounds: tuple[int | None, ...]
    accepts: float  # likelihood to accept an offer: the part of the known grounds that speak for it
    margin: float
    own_margin: bool
    profitability: float  # margin against that of the typical customer
    segment: Segment
    largest_offer: float | None  # None: no gross margin is set
    usual_offer: float  # what the usual offer costs
    chief: str  # the sign with the largest weight
    leaving: Leaving | None
    quote: date | None

    @property
    def exposed(self) -> float:
        """Revenue weighed by the score."""
        return self.revenue * self.score


@dataclass(frozen=True)
class Risk:
    """Customers whose score reaches the limit, the most exposed first; beyond the rows of the list only counted."""

    signs: tuple[Sign, ...]
    grounds: tuple[Ground, ...]
    listed: tuple[AtRisk, ...]
    more: int
    more_cents: int
    others: int  # not at risk
    others_cents: int
    every: tuple[tuple[str, int], ...]  # all at risk, with their revenue in cents
    typical: float  # revenue of the mean customer
    lifetime: float

    @property
    def settings(self) -> frozenset[str]:
        """The settings that its signs read."""
        return frozenset(key for sign in self.signs for key in (sign.weight_key, sign.limit_key) if key)

    @property
    def cents(self) -> int:
        """Revenue of all at risk."""
        return sum(cents for _, cents in self.every)


_Of = Callable[[Evidence], int | None]


def _decision_due(found: Evidence) -> int:
    """A contract ends soon and nothing is decided yet: there is something to talk about."""
    if found.leaving is not None:
        return 0
    days = found.facts.get("renewal")
    return int(days is not None and days <= found.limits["renewal"])


def _price(found: Evidence) -> int | None:
    stated = found.leaving.group if found.leaving else ""
    return int(stated == "price") if stated else None


def _engaged(found: Evidence) -> int | None:
    contact, usage = found.facts.get("contact"), found.facts.get("usage")
    if contact is None and usage is None:
        return None
    recent = contact is not None and contact < found.limits["contact"]
    return int(recent or (usage is not None and usage < found.limits["usage"]))


def _no_detractor(found: Evidence) -> int | None:
    answer = found.facts.get("detractor")
    return None if answer is None else int(answer > found.limits["detractor"])


def _asked(found: Evidence) -> int | None:
    return None if found.facts.get("quote") is None else 1


# Each with the signs of which one must be told (none: it always is), and how it is found.
_GROUNDS: tuple[tuple[Ground, tuple[str, ...], _Of], ...] = (
    (Ground("decision", "Contract ends soon, no notice"), (), _decision_due),
    (Ground("price", "Price is the reason"), ("notice", "payment"), _price),
    (Ground("engaged", "In contact or in use"), ("contact", "usage"), _engaged),
    (Ground("no_detractor", "Would not advise against us"), ("detractor",), _no_detractor),
    (Ground("asked", "Asked for a price"), ("quote",), _asked),
)


def at_risk(facts: Facts, values: Mapping[str, float]) -> Risk | None:
    """The list for these settings, by key ("risk.listed"); None for purchases, and where nobody is at risk."""
    closing = facts.movements[-1]
    if facts.nature != "recurring" or not closing.closing:
        return None
    found = evidence_of(facts, values)
    lowest, weights = values["risk.listed"], {sign.key: values[sign.weight_key] for sign in found.signs}
    reached: list[tuple[float, Pair, Evidence]] = []
    scores: dict[tuple[str, ...], float] = {}
    for pair, evidence in found.customers:
        counting = evidence.counting
        if counting not in scores:
            scores[counting] = round(min(1.0, sum(weights[key] for key in counting)), DIGITS)
        score = scores[counting]
        if score >= lowest and score > 0:
            reached.append((score, pair, evidence))
    if not reached:
        return None
    reached.sort(key=lambda one: (-one[0] * (one[1].closing or 0), one[1].name))
    rows = max(1, int(values["risk.rows"]))
    have = {sign.key for sign in found.signs}
    grounds = [one for one in _GROUNDS if not one[1] or have & set(one[1])]
    typical = closing.closing / closing.closing_customers / 100
    lifetime = months_stayed(facts.movements, values["policy.cltv_months"])
    rest = reached[rows:]
    cents = sum(pair.closing or 0 for _, pair, _ in reached)
    return Risk(
        signs=found.signs,
        grounds=tuple(ground for ground, _, _ in grounds),
        listed=tuple(
            _customer(pair, evidence, score, found.signs, grounds, values, weights, typical, lifetime)
            for score, pair, evidence in reached[:rows]
        ),
        more=len(rest),
        more_cents=sum(pair.closing or 0 for _, pair, _ in rest),
        others=found.paying - len(reached),
        others_cents=found.cents - cents,
        every=tuple((pair.name, pair.closing or 0) for _, pair, _ in reached),
        typical=typical,
        lifetime=lifetime,
    )


def _customer(
    pair: Pair,
    evidence: Evidence,
    score: float,
    signs: tuple[Sign, ...],
    grounds: list[tuple[Ground, tuple[str, ...], _Of]],
    values: Mapping[str, float],
    weights: Mapping[str, float],
    typical: float,
    lifetime: float,
) -> AtRisk:
    revenue = (pair.closing or 0) / 100
    known = tuple(found(evidence) for _, _, found in grounds)
    answers = [ground for ground in known if ground is not None]
    accepts = sum(answers) / len(answers)  # the first is always known
    usual_margin = values["policy.margin"]
    margin = usual_margin if evidence.margin is None else evidence.margin
    profitability = revenue * margin / (typical * usual_margin) if usual_margin else 0.0
    return AtRisk(
        name=pair.name,
        revenue=revenue,
        since=pair.first_month,
        renewal=evidence.renewal,
        signs=tuple(evidence.facts.get(sign.key) for sign in signs),
        score=score,
        grounds=known,
        accepts=accepts,
        margin=margin,
        own_margin=evidence.margin is not None,
        profitability=profitability,
        segment=_segment(score, profitability, accepts, values),
        largest_offer=None if margin >= 1 else revenue * margin * lifetime * values["offer.save_probability"],
        usual_offer=revenue * values["offer.months"] + values["offer.cost"],
        chief=max(evidence.counting, key=lambda key: (weights[key], -KINDS.index(key))),
        leaving=evidence.leaving,
        quote=evidence.quote,
    )


def _segment(score: float, profitability: float, accepts: float, values: Mapping[str, float]) -> Segment:
    """By what is at stake, readiness to leave and whether an offer would be taken."""
    ready = score >= values["risk.ready"]
    if profitability < values["risk.profitable"]:
        return "Let go" if ready else "Leave in peace"
    if not ready:
        return "Look after"
    return "Offer" if accepts >= values["risk.accepts"] else "Fight for"


def months_stayed(movements: Sequence[MonthFacts], longest: float) -> float:
    """Months that a customer stays at the mean churn of the last twelve months, up to the longest counted."""
    churns = [month.lost_customers / month.opening_customers for month in movements[-12:] if month.opening_customers]
    churn = sum(churns) / len(churns) if churns else 0.0
    return min(float(metrics.lifetime(churn)), longest) if churn else longest
