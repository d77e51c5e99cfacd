"""Facts made from a table of customers by month, computed in the plainest way: an oracle for the SQL too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from retention_xl.ledger.records import (
    CohortFacts,
    Customer,
    Facts,
    Kind,
    MonthFacts,
    Nature,
    Note,
    Pair,
    ProfileCounts,
    Profiles,
    Quality,
    ReasonFacts,
    TieOutItem,
)

Row = Sequence[int | None]


def months_from(first: str, count: int) -> tuple[str, ...]:
    """`count` months from "2024-01" on."""
    year, month = map(int, first.split("-"))
    return tuple(f"{year + (month - 1 + i) // 12}-{(month - 1 + i) % 12 + 1:02d}" for i in range(count))


def movement(table: Mapping[str, Row], month: str, i: int) -> MonthFacts:
    """The movements of month number i."""
    before = {n: row[i - 1] for n, row in table.items() if i and row[i - 1] is not None}
    now = {n: row[i] for n, row in table.items() if row[i] is not None}
    known = {n for n, row in table.items() if any(v is not None for v in row[:i])}
    new, back = [n for n in now if n not in known], [n for n in now if n in known and n not in before]
    stayed = [n for n in now if n in before]
    up, down = [n for n in stayed if now[n] > before[n]], [n for n in stayed if now[n] < before[n]]
    lost = [n for n in before if n not in now]
    return MonthFacts(
        month=month,
        opening=sum(before.values()),
        new=sum(now[n] for n in new),
        reactivation=sum(now[n] for n in back),
        expansion=sum(now[n] - before[n] for n in up),
        contraction=sum(before[n] - now[n] for n in down),
        churn=sum(before[n] for n in lost),
        closing=sum(now.values()),
        opening_customers=len(before),
        new_customers=len(new),
        reactivated_customers=len(back),
        expanded_customers=len(up),
        contracted_customers=len(down),
        lost_customers=len(lost),
        closing_customers=len(now),
        kept_opening=sum(before[n] for n in stayed),
    )


def kind_of(row: Row, i: int) -> Kind | None:
    """How a customer's revenue moved in month number i."""
    before, now = (row[i - 1] if i else None), row[i]
    if before is None:
        return None if now is None else "Reactivation" if any(v is not None for v in row[:i]) else "New"
    if now is None:
        return "Churn"
    return "Expansion" if now > before else "Contraction" if now < before else None


def profiles_of(month: MonthFacts) -> Profiles:
    """The month as it is, and as if one customer more had come and gone, also counted by another's rule."""

    def counts(brief: int) -> ProfileCounts:
        return ProfileCounts(
            opening_customers=month.opening_customers,
            new_customers=month.new_customers,
            returned_customers=month.reactivated_customers,
            lost_customers=month.lost_customers,
            closing_customers=month.closing_customers,
            brief_new_customers=brief,
            brief_returned_customers=0,
            opening=month.opening,
            new=month.new,
            reactivation=month.reactivation,
            expansion=month.expansion,
            contraction=month.contraction,
            churn=month.churn,
            closing=month.closing,
            brief_new=1234 * brief,
            brief_reactivation=0,
        )

    return Profiles((counts(1), counts(2), counts(3)), has_notices=False)


def facts_of(
    table: Mapping[str, Row],
    first: str = "2024-01",
    nature: Nature = "recurring",
    reasons: Mapping[str, str] | None = None,
    with_customers: bool = True,
    notes: Sequence[Note] = (),
) -> Facts:
    """The facts of a table whose rows all have the same number of months, for its last month."""
    count = len(next(iter(table.values())))
    months = months_from(first, count)
    last = count - 1
    start = {n: next(i for i, v in enumerate(row) if v is not None) for n, row in table.items()}
    cohorts = [
        CohortFacts(
            months[c],
            age,
            sum(start[n] == c and row[c + age] is not None for n, row in table.items()),
            sum(row[c + age] or 0 for n, row in table.items() if start[n] == c),
        )
        for c in sorted(set(start.values()))
        for age in range(count - c)
    ]
    pairs = tuple(
        Pair(
            name=n,
            opening=row[last - 1] if last else None,
            closing=row[last],
            first_month=months[start[n]],
            kind=kind_of(row, last),
            term_months=1,
            paid_through=date(2030, 1, 1),
            cancelled_on=None,
            reason=(reasons or {}).get(n, ""),
            plan="",
            tier="",
            region="",
            channel="",
        )
        for n, row in sorted(table.items())
        if row[last] is not None or (last and row[last - 1] is not None)
    )
    movements = tuple(movement(table, month, i) for i, month in enumerate(months))
    window = months[-36:]
    customers = tuple(
        Customer(n, months[start[n]], tuple(row[-36:]))
        for n, row in sorted(table.items())
        if any(v is not None for v in row[-36:])
    )
    total = sum(v or 0 for row in table.values() for v in row)
    lost = [p for p in pairs if p.kind == "Churn"]
    refused = sum(n.action == "refused" for n in notes)
    return Facts(
        nature=nature,
        currency="EUR",
        month=months[-1],
        months=months,
        movements=movements,
        cohorts=tuple(cohorts),
        pairs=pairs,
        window=window,
        customers=customers if with_customers else None,
        reasons=tuple(ReasonFacts(months[-1], p.reason, 1, p.opening or 0) for p in lost),
        repeats=(),
        joined_and_left=0,
        tie_out=(TieOutItem("revenue", "Revenue of all months", "recognised", movements[-1].closing, total),),
        ledger_total=total,
        quality=Quality(
            lines_read=1000 + refused,
            lines_accepted=1000,
            lines_refused=refused,
            notes=tuple(notes),
            notes_total=len(notes),
            by_reason=(("refused", "no customer", refused, {"EUR": 100}),) if refused else (),
            lines_missing=refused,
            accepted_money=total,
            missing_money=0,
            refused_unreadable=0,
            read_cents_by_currency={"EUR": total},
            accepted_cents_by_currency={"EUR": total},
        ),
        fingerprint="0" * 64,
        profiles=profiles_of(movements[-1]) if nature == "recurring" else None,
    )
