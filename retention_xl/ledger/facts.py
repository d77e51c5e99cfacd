"""The facts of one month, each added up by a statement in sql/."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from .database import Connection, fill, flagged, one, rows, sql
from .dates import month_of, month_text
from .profiles import profiles
from .records import (
    CUSTOMER_MONTHS_LIMIT,
    CohortFacts,
    Customer,
    Facts,
    MonthFacts,
    Pair,
    ReasonFacts,
    RepeatFacts,
)
from .supporting.as_of import completed, supporting_of, tell_reasons
from .supporting.records import Supporting
from .tieout import tie_out

if TYPE_CHECKING:
    from .read import Ledger

WINDOW = 36  # months of the customer table
YEAR_AND_ONE = 13  # months of reasons and repeats: the report month and the twelve before


def facts_of(con: Connection, ledger: Ledger, month: int) -> Facts:
    first = month_of(ledger.first_month)
    assert first is not None
    since = max(first, month - WINDOW + 1)
    con.execute(sql("lost"), {"month": month, "since": month - YEAR_AND_ONE, "month_end": ledger.month_end(month)})
    movements = _movements(con, first, month)
    tell_reasons(con, month, ledger.tables, ledger.month_end)
    supporting = supporting_of(con, month, ledger.tables, ledger.table_notes, ledger.month_end)
    total, print_ = one(con, "SELECT ledger_total, fingerprint FROM totals")
    return Facts(
        nature=ledger.nature,
        currency=ledger.currency,
        month=month_text(month),
        months=tuple(month_text(m) for m in range(first, month + 1)),
        movements=movements,
        cohorts=_cohorts(con, month),
        pairs=completed(con, _pairs(con, ledger, month), month, supporting, ledger.month_end),
        window=tuple(month_text(m) for m in range(since, month + 1)),
        customers=_customers(con, since, month),
        reasons=_reasons(con),
        repeats=_repeats(con, ledger, first, month) if ledger.nature == "purchases" else (),
        joined_and_left=one(con, sql("joined_and_left"), {"month": month})[0],
        tie_out=tie_out(con, ledger.nature, month),
        ledger_total=total,
        quality=ledger.quality,
        fingerprint=print_,
        supporting=supporting,
        policies=ledger.policies,
        last_day=ledger.month_end(month) if ledger.calendar else None,
        ends=_fiscal_ends(ledger, first, month) if ledger.calendar else {},
        profiles=profiles(con, month, movements[-1]) if ledger.nature == "recurring" else None,
        started=_started(con, month, supporting),
    )


def _fiscal_ends(ledger: Ledger, first: int, month: int) -> dict[str, date]:
    """The last day of every month up to the report's, and of the one before them."""
    return {month_text(m): ledger.month_end(m) for m in range(first - 1, month + 1)}


def _movements(con: Connection, first: int, month: int) -> tuple[MonthFacts, ...]:
    found = {m: tuple(map(int, values)) for m, *values in rows(con, sql("bridge"), {"month": month})}
    facts = []
    opening = opening_customers = 0
    for m in range(first, month + 1):
        (new, back, up, down, churn, closing, c_new, c_back, c_up, c_down, c_lost, c_closing, kept, fx, paused) = (
            found.get(m, (0,) * 15)
        )
        facts.append(
            MonthFacts(
                month=month_text(m),
                opening=opening,
                new=new,
                reactivation=back,
                expansion=up,
                contraction=down,
                churn=churn,
                closing=closing,
                opening_customers=opening_customers,
                new_customers=c_new,
                reactivated_customers=c_back,
                expanded_customers=c_up,
                contracted_customers=c_down,
                lost_customers=c_lost,
                closing_customers=c_closing,
                kept_opening=kept,
                fx=fx,
                paused=paused,
            )
        )
        opening, opening_customers = closing, c_closing
    return tuple(facts)


def _cohorts(con: Connection, month: int) -> tuple[CohortFacts, ...]:
    """Every age of every cohort, also those at which nobody was active."""
    found: dict[int, dict[int, tuple[int, int]]] = {}
    for cohort, age, customers, cents in rows(con, sql("cohorts"), {"month": month}):
        found.setdefault(cohort, {})[age] = (customers, int(cents))
    return tuple(
        CohortFacts(month_text(cohort), age, *ages.get(age, (0, 0)))
        for cohort, ages in sorted(found.items())
        for age in range(month - cohort + 1)
    )


def _pairs(con: Connection, ledger: Ledger, month: int) -> tuple[Pair, ...]:
    asked = {"month": month, "month_end": ledger.month_end(month)}
    con.execute(sql("last_starts"), asked)
    told = ("plan", "tier", "region", "channel")
    stated = one(con, f"SELECT {', '.join(f'max({field})' for field in told)} FROM texts")
    has = {f"has_{field}": bool(text) for field, text in zip(told, stated, strict=True)}
    return tuple(
        Pair(name, opening, closing, month_text(first), *rest)
        for name, opening, closing, first, *rest in rows(con, flagged(sql("pairs"), has), asked)
    )


def _customers(con: Connection, since: int, month: int) -> tuple[Customer, ...] | None:
    asked = {"since": since, "month": month}
    (active,) = one(
        con, "SELECT count(DISTINCT customer) FROM spells WHERE from_month <= $month AND to_month >= $since", asked
    )
    if active * (month - since + 1) > CUSTOMER_MONTHS_LIMIT:
        return None
    return tuple(
        Customer(name, month_text(first), tuple(cents))
        for name, first, cents in rows(con, sql("customer_table"), asked)
    )


def _started(con: Connection, month: int, supporting: Supporting) -> dict[str, date]:
    """Asked for only where first steps or the use of features are counted from it."""
    steps = any(card.first_value or card.activated for card in supporting.customers.values())
    return dict(rows(con, sql("started"), {"month": month})) if steps or supporting.usage else {}


def _reasons(con: Connection) -> tuple[ReasonFacts, ...]:
    found = rows(con, sql("reasons"))
    return tuple(ReasonFacts(month_text(m), reason, customers, int(cents)) for m, reason, customers, cents in found)


def _repeats(con: Connection, ledger: Ledger, first: int, month: int) -> tuple[RepeatFacts, ...]:
    asked = range(max(first, month - YEAR_AND_ONE + 1), month + 1)
    fill(con, "asked_months", {"month": "INTEGER", "month_end": "DATE"}, [(m, ledger.month_end(m)) for m in asked])
    return tuple(
        RepeatFacts(month_text(m), customers, repeaters)
        for m, customers, repeaters in rows(con, sql("repeats"), {"month_end": ledger.month_end(month)})
    )
