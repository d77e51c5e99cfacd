"""Buyers without a contract who are overdue by their own rhythm, and what they brought in the last twelve months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retention_xl import metrics
from retention_xl.errors import MetricError
from retention_xl.ledger.records import Customer, Facts

YEAR = 12  # months of revenue that are exposed
SEGMENTS = ("Win back", "Remind", "Nudge", "Let go")
SMALLEST_FIT = 100  # histories; four parameters of fewer are a guess


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer who bought in several months and not for long. Months are places in the window of the facts."""

    name: str
    row: int  # in the customer table
    revenue: float  # of the last twelve months
    first: int
    last: int
    bought: int  # months with a purchase
    gap: float  # months from one of them to the next
    silent: int  # months since the last
    alive: float | None
    segment: str

    @property
    def times(self) -> float:
        """The silence against the usual gap."""
        return self.silent / self.gap


@dataclass(frozen=True)
class Lapsing:
    """Those on the list, those beyond its rows, and by what they were judged."""

    listed: tuple[Buyer, ...]
    more: int
    more_cents: int
    once: int  # bought in one month only: no rhythm of their own
    active: int  # bought in the last twelve months
    typical: float  # what one of these brought in them
    fitted: tuple[float, ...]  # r, alpha, a, b of BG/NBD; empty: not fitted


def lapsing(facts: Facts, values: Mapping[str, float]) -> Lapsing | None:
    """None for recurring ledgers, without the customer table, and where nobody is overdue."""
    if facts.nature != "purchases" or facts.customers is None or not facts.window:
        return None
    end = len(facts.window) - 1
    months = [_months(customer) for customer in facts.customers]
    year = [sum(cents or 0 for cents in customer.cents[-YEAR:]) for customer in facts.customers]
    active = sum(cents > 0 for cents in year)
    if not active:
        return None
    typical = sum(year) / active / 100
    late, gone = values["risk.late"], values["risk.gone"]
    fitted = _fitted(facts, months, end)
    found = []
    for row, (customer, bought, cents) in enumerate(zip(facts.customers, months, year, strict=True)):
        if len(bought) < 2 or cents <= 0:
            continue
        gap, silent = (bought[-1] - bought[0]) / (len(bought) - 1), end - bought[-1]
        if silent < late * gap:
            continue
        worth, lost = cents / 100 >= typical, silent / gap >= gone
        segment = SEGMENTS[(0 if lost else 1) if worth else (3 if lost else 2)]
        history = len(bought) - 1, bought[-1] - bought[0], end - bought[0]
        alive = float(metrics.bgnbd_alive(*history, list(fitted))) if fitted else None
        found.append(
            Buyer(customer.name, row, cents / 100, bought[0], bought[-1], len(bought), gap, silent, alive, segment)
        )
    if not found:
        return None
    found.sort(key=lambda buyer: (-buyer.revenue, buyer.name))
    rows = max(1, int(values["risk.rows"]))
    return Lapsing(
        listed=tuple(found[:rows]),
        more=len(found[rows:]),
        more_cents=sum(year[buyer.row] for buyer in found[rows:]),
        once=sum(len(bought) == 1 for bought in months),
        active=active,
        typical=typical,
        fitted=fitted,
    )


def missing(facts: Facts) -> tuple[tuple[str, str], ...]:
    """What would add the list, where the customer table is too large for the workbook."""
    if facts.nature != "purchases" or facts.customers is not None:
        return ()
    why = "the sheet Buyers at risk, from the customer table (a part of the ledger with fewer customers has one)"
    return (("Purchases by customer and month in the workbook", why),)


def _months(customer: Customer) -> list[int]:
    return [place for place, cents in enumerate(customer.cents) if cents is not None]


def _fitted(facts: Facts, months: Sequence[Sequence[int]], end: int) -> tuple[float, ...]:
    """Of customers whose whole history lies in the window; empty where the data does not tell four parameters."""
    whole = [
        bought
        for customer, bought in zip(facts.customers or (), months, strict=True)
        if bought and customer.first_month == facts.window[bought[0]]
    ]
    if len(whole) < SMALLEST_FIT:
        return ()
    frequency, recency = [float(len(b) - 1) for b in whole], [float(b[-1] - b[0]) for b in whole]
    try:
        return tuple(metrics.bgnbd_fit(frequency, recency, [float(end - b[0]) for b in whole])[0])
    except MetricError:
        return ()
