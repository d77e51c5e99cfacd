"""Facts worked out from a plain table of customers by month, without the ledger reader."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from retention_xl.ledger.records import (
    CohortFacts,
    Customer,
    Facts,
    Kind,
    MonthFacts,
    Nature,
    Pair,
    Quality,
    ReasonFacts,
    RepeatFacts,
)

NO_NOTES = Quality(0, 0, 0, (), 0, (), 0, 0, 0, 0, {}, {})


@dataclass(frozen=True)
class Account:
    """A customer: what it pays in each month (None: not active) and what the ledger says about it."""

    name: str
    paid: tuple[int | None, ...]
    reason: str = ""
    channel: str = ""
    term_months: int | None = None
    cancelled_on: date | None = None
    paid_through: date | None = None


def accounts(number: int, *paid: int | None, name: str = "Customer", **about: Any) -> list[Account]:
    """So many customers alike, named "Customer 001", "Customer 002", ..."""
    return [Account(f"{name} {i:03}", paid, **about) for i in range(1, number + 1)]


def made_facts(
    customers: list[Account], nature: Nature = "recurring", last: str = "2026-10", repeats: tuple[RepeatFacts, ...] = ()
) -> Facts:
    """Facts of the customers' last month, which is `last`. Amounts are whole units of the currency."""
    length = len(customers[0].paid)
    months = tuple(_before(last, back) for back in range(length - 1, -1, -1))
    table = {c.name: tuple(None if units is None else units * 100 for units in c.paid) for c in customers}
    assert len(table) == len(customers), "names must differ"
    movements = tuple(_month(table, i, months[i]) for i in range(length))
    return Facts(
        nature=nature,
        currency="USD",
        month=last,
        months=months,
        movements=movements,
        cohorts=_cohorts(table, months),
        pairs=tuple(_pair(c, table[c.name], months) for c in sorted(customers, key=lambda c: c.name) if _present(c)),
        window=months,
        customers=tuple(Customer(name, months[_first(row)], row) for name, row in sorted(table.items())),
        reasons=_reasons(customers, table, months),
        repeats=repeats,
        joined_and_left=0,
        tie_out=(),
        ledger_total=0,
        quality=NO_NOTES,
        fingerprint="",
    )


def _before(month: str, back: int) -> str:
    year, number = map(int, month.split("-"))
    since_year_0 = year * 12 + number - 1 - back
    return f"{since_year_0 // 12:04}-{since_year_0 % 12 + 1:02}"


def _first(row: tuple[int | None, ...]) -> int:
    return next(i for i, cents in enumerate(row) if cents is not None)


def _present(customer: Account) -> bool:
    return any(units is not None for units in customer.paid[-2:])


def _kind(row: tuple[int | None, ...], i: int) -> Kind | None:
    before, now = (row[i - 1] if i else None), row[i]
    if before is None:
        return None if now is None else "New" if _first(row) == i else "Reactivation"
    if now is None:
        return "Churn"
    return "Expansion" if now > before else "Contraction" if now < before else None


def _month(table: dict[str, tuple[int | None, ...]], i: int, month: str) -> MonthFacts:
    change: dict[str | None, int] = defaultdict(int)
    number: dict[str | None, int] = defaultdict(int)
    opening = [row[i - 1] for row in table.values() if i and row[i - 1] is not None]
    closing = [row[i] for row in table.values() if row[i] is not None]
    for row in table.values():
        kind = _kind(row, i)
        number[kind] += 1
        change[kind] += abs((row[i] or 0) - ((row[i - 1] or 0) if i else 0))
    return MonthFacts(
        month=month,
        opening=sum(cents or 0 for cents in opening),
        new=change["New"],
        reactivation=change["Reactivation"],
        expansion=change["Expansion"],
        contraction=change["Contraction"],
        churn=change["Churn"],
        closing=sum(cents or 0 for cents in closing),
        opening_customers=len(opening),
        new_customers=number["New"],
        reactivated_customers=number["Reactivation"],
        expanded_customers=number["Expansion"],
        contracted_customers=number["Contraction"],
        lost_customers=number["Churn"],
        closing_customers=len(closing),
        kept_opening=sum(row[i - 1] or 0 for row in table.values() if i and row[i] is not None),
    )


def _cohorts(table: dict[str, tuple[int | None, ...]], months: tuple[str, ...]) -> tuple[CohortFacts, ...]:
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in table.values():
        for i, cents in enumerate(row):
            if cents is not None:
                found[_first(row), i - _first(row)].append(cents)
    return tuple(CohortFacts(months[start], age, len(c), sum(c)) for (start, age), c in sorted(found.items()))


def _pair(customer: Account, row: tuple[int | None, ...], months: tuple[str, ...]) -> Pair:
    last = len(row) - 1
    return Pair(
        name=customer.name,
        opening=row[last - 1] if last else None,
        closing=row[last],
        first_month=months[_first(row)],
        kind=_kind(row, last),
        term_months=customer.term_months,
        paid_through=customer.paid_through,
        cancelled_on=customer.cancelled_on,
        reason=customer.reason,
        plan="",
        tier="",
        region="",
        channel=customer.channel,
    )


def _reasons(
    customers: list[Account], table: dict[str, tuple[int | None, ...]], months: tuple[str, ...]
) -> tuple[ReasonFacts, ...]:
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for customer in customers:
        row = table[customer.name]
        for i, month in enumerate(months):
            if _kind(row, i) == "Churn":
                found[month, customer.reason].append(row[i - 1] or 0)
    recent = sorted((key, cents) for key, cents in found.items() if key[0] in months[-13:])
    return tuple(ReasonFacts(month, reason, len(cents), sum(cents)) for (month, reason), cents in recent)
