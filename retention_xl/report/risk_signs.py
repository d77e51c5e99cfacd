"""The signs that a customer may leave: which of them the data can tell, and what it tells of each customer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Literal, NamedTuple

from retention_xl.ledger.records import Facts, Pair
from retention_xl.ledger.supporting.records import CustomerCard
from retention_xl.report.experience import DETRACTOR
from retention_xl.report.rules import reason_group

_USAGE_MONTHS = 3  # before the report month, with which its use is compared

Counts = Literal["from", "up to"]


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign that the data can tell. It counts for a customer from its limit on, or up to it."""

    key: str
    heading: str
    counts: Counts
    limit: float
    limit_key: str  # the setting; "" where the sign itself says it
    scale: float  # what the setting is multiplied by: 100 for a fraction shown in per cent

    @property
    def weight_key(self) -> str:
        """The setting that says how heavily it weighs."""
        return f"risk.weight_{self.key}"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A customer who still pays and will stop: by notice, or because a payment failed."""

    since: date
    end: date | None  # first day no longer paid for
    payment: bool
    group: str  # of the reason stated; "" where none is


class Evidence(NamedTuple):
    """What is known of one customer: a fact for each sign that could be told, and which of them count."""

    facts: Mapping[str, float]
    limits: Mapping[str, float]
    counting: tuple[str, ...]
    renewal: date | None
    leaving: Leaving | None
    margin: float | None
    quote: date | None


@dataclass(frozen=True)
class Found:
    """The signs of this month's data, and every paying customer for whom one counts with what is known of it."""

    signs: tuple[Sign, ...]
    customers: tuple[tuple[Pair, Evidence], ...]
    paying: int  # all customers, and what they pay
    cents: int


_FORMS: tuple[tuple[str, str, Counts, str, float, float], ...] = (
    # key, heading, counts, setting of its limit, scale of the setting, limit where no setting says it
    ("notice", "Days since notice", "from", "", 1, 0),
    ("payment", "Days since failed payment", "from", "", 1, 0),
    ("usage", "Use down, %", "from", "risk.usage_fall", 100, 0),
    ("contraction", "Revenue cut, %", "from", "risk.cut", 100, 0),
    ("detractor", "Would recommend, 0-10", "up to", "", 1, float(DETRACTOR)),
    ("tickets", "Open tickets", "from", "risk.tickets", 1, 0),
    ("quote", "Days quote unanswered", "from", "risk.quote_days", 1, 0),
    ("contact", "Days since contact", "from", "risk.contact_days", 1, 0),
    ("renewal", "Days to contract end", "up to", "risk.renewal_days", 1, 0),
    ("young", "Months a customer", "up to", "risk.young_months", 1, 0),
)
KINDS = tuple(form[0] for form in _FORMS)
# Settings that only a sign reads.
OF_SIGNS = frozenset(key for kind, _, _, limit, _, _ in _FORMS for key in (f"risk.weight_{kind}", limit) if key)


def evidence_of(facts: Facts, values: Mapping[str, float]) -> Found:
    """Looks at every customer with revenue at the closing. What nothing in the data can tell is none of the signs."""
    day = facts.end(facts.month)
    beside, cards = facts.supporting, facts.supporting.customers
    going, usage = leaving(facts), _usage(facts)
    active = [pair for pair in facts.pairs if pair.closing]
    ends = _contract_ends(active, cards, day)
    by_name = _by_name(facts, going, ends, usage or {})
    there = {key for key, known in by_name.items() if known}
    there |= {"notice"} if beside.cancellations or any(map(attrgetter("cancelled_on"), facts.pairs)) else set()
    there |= {"usage"} if usage is not None else set()
    there |= {"contraction"} if facts.movements[-1].opening_customers else set()
    there |= {"tickets"} if beside.tickets else set()
    there |= {"young"} if set(map(attrgetter("first_month"), active)) - {facts.months[0]} else set()
    signs = tuple(
        Sign(key, heading, counts, values[setting] * scale if setting else fixed, setting, scale)
        for key, heading, counts, setting, scale, fixed in _FORMS
        if key in there
    )
    told = {sign.key: _told(sign.key, facts, active, by_name) for sign in signs}
    limits = {sign.key: sign.limit for sign in signs}
    found = []
    for place, counting in sorted(_counting(signs, told).items()):
        pair = active[place]
        card, gone = cards.get(pair.name), going.get(pair.name)
        evidence = Evidence(
            {key: fact for key, known in told.items() if (fact := known[place]) is not None},
            limits,
            tuple(counting),
            ends.get(pair.name) or _later(gone.end if gone else pair.paid_through, day),
            gone,
            None if card is None else card.margin,
            None if card is None else card.open_quote,
        )
        found.append((pair, evidence))
    return Found(signs, tuple(found), len(active), sum(pair.closing or 0 for pair in active))


def _by_name(
    facts: Facts, going: Mapping[str, Leaving], ends: Mapping[str, date], usage: Mapping[str, float]
) -> dict[str, Mapping[str, float]]:
    """For signs of which little is known: by customer, what is."""
    day, cards = facts.end(facts.month), facts.supporting.customers
    surveys = sorted(facts.supporting.surveys, key=lambda answer: answer.day)
    return {
        "notice": {name: float((day - gone.since).days) for name, gone in going.items() if not gone.payment},
        "payment": {name: float((day - gone.since).days) for name, gone in going.items() if gone.payment},
        "usage": usage,
        "detractor": {answer.name: answer.score for answer in surveys if answer.name and answer.measure == "NPS"},
        "quote": {name: float((day - card.open_quote).days) for name, card in cards.items() if card.open_quote},
        "contact": {name: float((day - card.last_contact).days) for name, card in cards.items() if card.last_contact},
        "renewal": {name: float((end - day).days) for name, end in ends.items()},
    }


def _told(
    sign: str, facts: Facts, active: Sequence[Pair], by_name: Mapping[str, Mapping[str, float]]
) -> Sequence[float | None]:
    """What is known of each customer; None where the sign cannot be told."""
    if sign == "contraction":
        return [
            (round(100 * (pair.opening - now) / pair.opening, 1) if (now := pair.closing or 0) < pair.opening else 0.0)
            if pair.opening
            else None
            for pair in active
        ]
    if sign == "young":
        last = len(facts.months) - 1
        stayed = {month: float(last - number) for number, month in enumerate(facts.months) if number}
        return [stayed.get(pair.first_month) for pair in active]
    if sign == "tickets":
        tickets = Counter(ticket.name for ticket in facts.supporting.tickets if ticket.closed is None)
        return [float(tickets[pair.name]) for pair in active]
    known = by_name[sign]
    return [known.get(pair.name) for pair in active]


def _counting(signs: Sequence[Sign], told: Mapping[str, Sequence[float | None]]) -> dict[int, list[str]]:
    """The signs that count, by the customer's place."""
    found: dict[int, list[str]] = defaultdict(list)
    for sign in signs:
        limit, known = sign.limit, enumerate(told[sign.key])
        reached = (
            [place for place, fact in known if fact is not None and fact >= limit]
            if sign.counts == "from"
            else [place for place, fact in known if fact is not None and fact <= limit]
        )
        for place in reached:
            found[place].append(sign.key)
    return found


def leaving(facts: Facts) -> dict[str, Leaving]:
    """By customer who still pays: what the ledger's lines of cancellation and the table of cancellations say."""
    day = facts.end(facts.month)
    found: dict[str, Leaving] = {}
    for pair in facts.pairs:
        if pair.cancelled_on is not None and pair.closing and (pair.paid_through is None or pair.paid_through > day):
            group = _stated(pair.reason)
            found[pair.name] = Leaving(pair.cancelled_on, pair.paid_through, group == "payment", group)
    paying = {pair.name for pair in facts.pairs if pair.closing} if facts.supporting.cancellations else frozenset()
    for given in facts.supporting.cancellations:
        if given.day > day and given.name in paying:
            group = _stated(given.reason)
            failed = given.voluntary is False or group == "payment"
            found[given.name] = Leaving(given.notice or day, given.day, failed, group)
    return found


def _later(end: date | None, day: date) -> date | None:
    return end if end is not None and end > day else None


def _stated(reason: str) -> str:
    """The group of a reason; "" where none is stated."""
    group = reason_group(reason)
    return "" if group == "unknown" else group


def _usage(facts: Facts) -> dict[str, float] | None:
    """By customer, how far the use of the report month lies under that of the months before, in per cent."""
    by_month: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for use in facts.supporting.usage:
        by_month[use.month][use.name] += use.uses
    before = [by_month[month] for month in facts.months[:-1][-_USAGE_MONTHS:] if month in by_month]
    if not before or facts.month not in by_month:
        return None
    now = by_month[facts.month]
    names = {name for month in before for name, uses in month.items() if uses > 0}
    means = {name: sum(month.get(name, 0.0) for month in before) / len(before) for name in names}
    return {name: round(100 * (1 - now.get(name, 0.0) / mean), 1) for name, mean in means.items()}


def _contract_ends(active: Sequence[Pair], cards: Mapping[str, CustomerCard], day: date) -> dict[str, date]:
    """When contracts of more than a month end; a month's plan ends every month, which is no sign."""
    if not cards and set(map(attrgetter("term_months"), active)) <= {None, 1}:
        return {}
    found = ((pair.name, _contract_end(pair, cards.get(pair.name), day)) for pair in active)
    return {name: end for name, end in found if end is not None}


def _contract_end(pair: Pair, card: CustomerCard | None, day: date) -> date | None:
    if card is not None and card.contract_end is not None and card.contract_end > day:
        return card.contract_end
    long = pair.term_months is not None and pair.term_months > 1
    return pair.paid_through if long and pair.paid_through is not None and pair.paid_through > day else None
