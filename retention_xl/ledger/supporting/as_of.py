"""What the tables beside a ledger say at the end of a month: nothing that was not known then."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ..database import Connection, rows, sql
from ..dates import month_text
from ..records import Pair
from .records import (
    Cancellation,
    CustomerCard,
    FeatureUse,
    Improvement,
    Invitations,
    MonthTarget,
    Spend,
    Supporting,
    SurveyAnswer,
    TableNote,
    TableRead,
    Ticket,
)

End = Callable[[int], date]  # the last day of a month, by the fiscal calendar where there is one
MONTHS = 24  # of answers, tickets and usage: those that the sheets show
USES_LIMIT = 720_000  # rows of usage; above it fewer months


def supporting_of(
    con: Connection, month: int, reads: Sequence[TableRead], notes: Sequence[TableNote], end: End
) -> Supporting:
    """All that is known at the end of `month`; `end` gives the last day of any month."""
    usage, left_out = _usage(con, month, end) if _has(reads, "usage") else ([], "")
    reads = [replace(read, left_out=left_out) if read.table == "usage" else read for read in reads]

    def told(table: str) -> list[tuple[Any, ...]]:
        return _ask(con, table, month, end) if _has(reads, table) else []

    return Supporting(
        tables=tuple(reads),
        notes=tuple(notes),
        customers={row[0]: CustomerCard(*row) for row in told("customers")},
        cancellations=tuple(Cancellation(*row) for row in told("cancellations")),
        surveys=tuple(SurveyAnswer(*row) for row in told("surveys")),
        tickets=tuple(Ticket(*row) for row in told("tickets")),
        usage=tuple(FeatureUse(name, feature, month_text(m), uses, day) for name, feature, m, uses, day in usage),
        spend=tuple(Spend(month_text(m), channel, int(cents)) for m, channel, cents in told("spend")),
        invitations=tuple(Invitations(month_text(m), int(sent), int(took)) for m, sent, took in told("invitations")),
        improvements=tuple(Improvement(*row) for row in told("improvements")),
        targets=tuple(MonthTarget(month_text(m), figure, value) for m, figure, value in told("targets")),
    )


def tell_reasons(con: Connection, month: int, reads: Sequence[TableRead], end: End) -> None:
    """Table `lost`: the reasons that the ledger does not state, from the cancellations."""
    if _has(reads, "cancellations"):
        _ask(con, "lost_reasons", month, end)


def completed(
    con: Connection, pairs: tuple[Pair, ...], month: int, supporting: Supporting, end: End
) -> tuple[Pair, ...]:
    """The month's customers with what the tables know and the ledger does not: notices, reasons, plan, channel."""
    notices = {}
    if _has(supporting.tables, "cancellations"):
        notices = {name: (day, reason) for name, day, reason in _ask(con, "notices", month, end)}
    if not supporting.customers and not notices:
        return pairs
    return tuple(_completed(pair, supporting.customers.get(pair.name), notices.get(pair.name)) for pair in pairs)


def _completed(pair: Pair, card: CustomerCard | None, notice: tuple[date, str] | None) -> Pair:
    known: dict[str, Any] = {}
    if card:
        told = {"plan": card.plan, "tier": card.segment, "region": card.region, "channel": card.channel}
        known = {name: text for name, text in told.items() if text and not getattr(pair, name)}
    if notice and pair.cancelled_on is None:
        known["cancelled_on"] = notice[0]
        if notice[1] and not pair.reason and pair.closing is not None:
            known["reason"] = notice[1]
    return replace(pair, **known) if known else pair


def _has(reads: Sequence[TableRead], table: str) -> bool:
    return any(read.table == table and not read.refused for read in reads)


def _ask(con: Connection, query: str, month: int, end: End, since: int | None = None) -> list[tuple[Any, ...]]:
    """The answer of a statement in sql/supporting, asked about the end of a month."""
    first = month - MONTHS + 1 if since is None else since
    asked = {
        "month": month,
        "month_end": end(month),
        "since": first,
        "first_day": end(first - 1) + timedelta(days=1),
    }
    text = sql(f"supporting/{query}")
    return rows(con, text, {name: value for name, value in asked.items() if re.search(rf"[$]{name}\b", text)})


def _usage(con: Connection, month: int, end: End) -> tuple[list[tuple[Any, ...]], str]:
    """Usage of as many months as fit the limit, of this month and the one before in any case; what does not fit."""
    since, total = month - MONTHS + 1, 0
    for earlier, count in _ask(con, "usage_counts", month, end):
        total += count
        if total > USES_LIMIT and earlier < month - 1:
            since = earlier + 1
            break
    left_out = ""
    if since > month - MONTHS + 1:
        left_out = (
            f"usage before {month_text(since)} is not used: with it there are more than {USES_LIMIT:,} rows of a "
            "customer, a feature and a month; leave features out of the table to see more months"
        )
    return _ask(con, "usage", month, end, since), left_out
