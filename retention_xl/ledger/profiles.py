"""What the definitions of others need beside the month's own movements: other days, notices, who came and went."""

from __future__ import annotations

from datetime import date, timedelta

from .database import Connection, one, rows, sql
from .dates import month_end
from .records import MonthFacts, ProfileCounts, Profiles

ROLLING_DAYS = 30


def profiles(con: Connection, month: int, own: MonthFacts) -> Profiles:
    """The movements of the calendar month and of the 30 days to its end, by both rules of when a customer is lost.

    They are counted from each line's days of service. Where a setting makes those differ from the month's own figures,
    nothing of theirs could be set beside ours, and there is none.
    """
    closing, opening = month_end(month), month_end(month - 1)
    earlier = closing - timedelta(days=ROLLING_DAYS)
    con.execute(sql("profile_lines"), {"earliest": min(opening, earlier), "closing_day": closing})
    con.execute(sql("profile_notices"), {"closing_day": closing})
    (notices,) = one(con, "SELECT count(*) FROM profile_notices WHERE role = 'cancel'")
    by_month = _counts(con, opening, closing, month - 1)
    if not _agrees(by_month["paid"], own):
        return Profiles((), notices > 0)
    by_days = _counts(con, earlier, closing, month - 1 if earlier >= opening else month - 2)
    return Profiles((by_month["paid"], by_month["cancel"], by_days["cancel"]), notices > 0)


def _counts(con: Connection, opening: date, closing: date, known_until: int) -> dict[str, ProfileCounts]:
    asked = {"opening_day": opening, "closing_day": closing, "known_until": known_until}
    found = {rule: ProfileCounts(*map(int, counts)) for rule, *counts in rows(con, sql("profile"), asked)}
    return {rule: found.get(rule, ProfileCounts(*[0] * 16)) for rule in ("paid", "cancel")}


def _agrees(counts: ProfileCounts, own: MonthFacts) -> bool:
    """Whether the days of service give the month's own figures."""
    shared = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "closing")
    customers = ("opening_customers", "new_customers", "lost_customers", "closing_customers")
    return all(getattr(counts, name) == getattr(own, name) for name in (*shared, *customers))
