"""What it costs to win customers, and which plans and channels keep them: from the table of spend and the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from retention_xl import metrics
from retention_xl.errors import MetricError
from retention_xl.ledger.records import Facts, Pair
from retention_xl.ledger.supporting.records import CustomerCard

MONTHS = 13  # the longest window, once more a month earlier
GROUPS = 12  # plans or channels with a row of their own
NOT_STATED = "(not stated)"
NO_CARD = CustomerCard("")


@dataclass(frozen=True)
class Winning:
    """Spend of a window of months, the customers won in it, and what they paid in their first month."""

    spend: float
    customers: int
    revenue: float
    margin: float
    cltv: float | None
    free: bool = True  # no spend is a cost of 0; of a channel it is a cost that nobody wrote down

    @property
    def cac(self) -> float | None:
        """The cost of a new customer."""
        return self.spend / self.customers if self.customers and (self.spend or self.free) else None

    @property
    def arpa(self) -> float | None:
        """What a new customer pays a month."""
        return self.revenue / self.customers if self.customers else None

    @property
    def payback(self) -> float | None:
        """Months until the margin of a new customer has earned its cost: CAC / (ARPA of new customers x margin)."""
        if self.cac is None or not self.arpa or not self.margin:
            return None
        return float(metrics.cac_payback(self.cac, self.arpa, self.margin))

    @property
    def ratio(self) -> float | None:
        """LTV:CAC."""
        return float(metrics.ltv_cac(self.cltv, self.cac)) if self.cac and self.cltv is not None else None


@dataclass(frozen=True)
class Channel:
    """Spend, new customers and their first month's revenue of a channel, by month."""

    name: str
    spend: tuple[float, ...]
    customers: tuple[int, ...]
    revenue: tuple[float, ...]


@dataclass(frozen=True)
class Acquisition:
    """By month, oldest first. Spend of a month that the table does not name is None, not 0."""

    months: tuple[str, ...]
    spend: tuple[float | None, ...]
    customers: tuple[int, ...]
    revenue: tuple[float, ...]
    channels: tuple[Channel, ...]


@dataclass(frozen=True)
class Group:
    """The customers of a plan or a channel in the report month."""

    kind: str
    name: str
    opening: int
    lost: int
    closing: int
    revenue: float


def acquisition(facts: Facts) -> Acquisition | None:
    """None where no spend is given, or no month has an opening."""
    months = facts.months[1:][-MONTHS:]  # in the ledger's first month everybody is new
    if not facts.supporting.spend or not months:
        return None
    by_month = {movement.month: movement for movement in facts.movements}
    spent: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    spelled: dict[str, str] = {}
    for row in facts.supporting.spend:
        if row.month in months:
            spent[_key(row.channel, spelled)][row.month] += row.cents
    won: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    channel_of = _channels(facts)
    for name, first, cents in _first_months(facts):
        if first in months:
            won[_key(channel_of.get(name, ""), spelled)][first].append(cents)
    named = {row.month for row in facts.supporting.spend}
    channels = [
        Channel(
            spelled[key] or NOT_STATED,
            tuple(spent[key][month] / 100 for month in months),
            tuple(len(won[key][month]) for month in months),
            tuple(sum(won[key][month]) / 100 for month in months),
        )
        for key in sorted(spelled, key=lambda key: (not key, -sum(spent[key].values()), key))
    ]
    return Acquisition(
        months,
        tuple(sum(c.spend[i] for c in channels) if month in named else None for i, month in enumerate(months)),
        tuple(by_month[month].new_customers for month in months),
        tuple(by_month[month].new / 100 for month in months),
        tuple(channels) if any(spelled.values()) else (),
    )


def _key(channel: str, spelled: dict[str, str]) -> str:
    key = channel.strip().casefold()
    spelled.setdefault(key, channel.strip())
    return key


def _channels(facts: Facts) -> Mapping[str, str]:
    """The channel of each customer, by the ledger or else by the table of customers."""
    cards = {name: card.channel for name, card in facts.supporting.customers.items() if card.channel}
    return cards | {pair.name: pair.channel for pair in facts.pairs if pair.channel}


def _first_months(facts: Facts) -> Iterable[tuple[str, str, int]]:
    """Customer, first month, revenue then. Of a ledger too large to say by name, those of this month."""
    if facts.customers is None:
        for pair in facts.pairs:
            if pair.kind == "New":
                yield pair.name, pair.first_month, pair.closing or 0
        return
    position = {month: i for i, month in enumerate(facts.window)}
    for customer in facts.customers:
        if customer.first_month in position:
            yield customer.name, customer.first_month, customer.cents[position[customer.first_month]] or 0


def winning(facts: Facts, months: int, margin: float, longest: float, back: int = 0) -> Winning | None:
    """The window of so many months that ends so many before the report month; None where spend of one is not given."""
    found = acquisition(facts)
    if found is None:
        return None
    end = len(found.months) - back
    window = slice(end - months, end)
    if end < months or any(spend is None for spend in found.spend[window]):
        return None
    spend = sum(spend or 0.0 for spend in found.spend[window])
    value = lifetime_value(facts, margin, longest, back)
    return Winning(spend, sum(found.customers[window]), sum(found.revenue[window]), margin, value)


def lifetime_value(facts: Facts, margin: float, longest: float, back: int = 0) -> float | None:
    """CLTV of the first page, or as it was so many months before."""
    end = len(facts.movements) - back
    month = facts.movements[end - 1]
    churns = [m.lost_customers / m.opening_customers for m in facts.movements[1:end][-12:] if m.opening_customers]
    if not churns or not month.closing_customers:
        return None
    try:
        arpa = month.closing / 100 / month.closing_customers
        return float(metrics.cltv(arpa, sum(churns) / len(churns), margin, 0, longest))
    except MetricError:
        return None


def groups(facts: Facts) -> tuple[Group, ...]:
    """Plans and channels with their customers, the most revenue first; only where there is more than one of a kind."""
    cards = facts.supporting.customers
    found: list[Group] = []
    for kind in ("Plan", "Channel"):
        # Most ledgers name neither. Asked of the pairs at once, for to gather those of every customer takes its time.
        if not cards and len(set(map(attrgetter(kind.lower()), facts.pairs))) < 2:
            continue
        as_written: dict[str, list[Pair]] = defaultdict(list)
        for pair in facts.pairs:
            stated = pair.plan if kind == "Plan" else pair.channel
            if not stated and cards:
                card = cards.get(pair.name, NO_CARD)
                stated = card.plan if kind == "Plan" else card.channel
            as_written[stated].append(pair)
        members: dict[str, list[Pair]] = defaultdict(list)
        spelled: dict[str, str] = {}
        for stated, pairs in as_written.items():
            members[_key(stated, spelled)] += pairs
        if len([key for key in members if key]) < 2:
            continue
        rows = [_group(kind, spelled[key] or NOT_STATED, pairs) for key, pairs in members.items()]
        found += sorted(rows, key=lambda row: (-row.revenue, row.name))[:GROUPS]
    return tuple(found)


def _group(kind: str, name: str, pairs: Iterable[Pair]) -> Group:
    members = list(pairs)
    closing = [pair.closing for pair in members if pair.closing is not None]
    opening = [pair for pair in members if pair.opening is not None]
    lost = sum(pair.closing is None for pair in opening)
    return Group(kind, name, len(opening), lost, len(closing), sum(closing) / 100)
