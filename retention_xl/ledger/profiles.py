"""What the definitions of others need beside the month's own movements: other days, notices, who came and went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from .database import Connection, one, rows, sql
from .dates import month_end
from .records import MonthFacts, ProfileCounts, Profiles

ROLLING_DAYS = 30


def profiles(con: Connection, month: int, own: MonthFacts) -> Profiles:
    """The movements of the calendar month and of the 30 days to its end, by both rules of when a customer is lost.

    Who pays at the month's ends is what the month's own figures say; days of service and notices say the rest. Where
    the month's movements are not found again, nothing of theirs could be set beside ours, and there is none.
    """
    closing, opening = month_end(month), month_end(month - 1)
    earlier = closing - timedelta(days=ROLLING_DAYS)
    con.execute(sql("profile_lines"), {"earliest": min(opening, earlier), "closing_day": closing})
    con.execute(sql("profile_notices"), {"closing_day": closing})
    (notices,) = one(con, "SELECT count(*) FROM profile_notices WHERE role = 'cancel'")
    known = month - 1 if earlier >= opening else month - 2
    asked = {"month": month, "month_opens": opening, "closing_day": closing}
    by_month = _counts(con, {**asked, "opening_day": opening, "known_until": month - 1})
    if not _agrees(by_month["paid"], own):
        return Profiles((), notices > 0)
    # After a month of thirty days both count the same days.
    by_days = by_month
    if earlier != opening:
        by_days = _counts(con, {**asked, "opening_day": earlier, "known_until": known})
    return Profiles((by_month["paid"], by_month["cancel"], by_days["cancel"]), notices > 0)


def _counts(con: Connection, asked: Mapping[str, object]) -> dict[str, ProfileCounts]:
    found = {rule: ProfileCounts(*map(int, counts)) for rule, *counts in rows(con, sql("profile"), asked)}
    return {rule: found.get(rule, ProfileCounts(*[0] * 16)) for rule in ("paid", "cancel")}


def _agrees(counts: ProfileCounts, own: MonthFacts) -> bool:
    """Whether these are the month's own figures."""
    shared = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "closing")
    customers = ("opening_customers", "new_customers", "lost_customers", "closing_customers")
    same = all(getattr(counts, name) == getattr(own, name) for name in (*shared, *customers))
    return same and counts.apart == own.paused + own.fx
