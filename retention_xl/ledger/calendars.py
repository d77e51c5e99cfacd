"""Fiscal months that are not calendar months, such as 4-4-5: which day belongs to which, and where each ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from ..errors import LedgerError
from .database import Connection
from .dates import month_end, month_text

THIRTEEN = (
    "the periods are of four weeks, 13 a year; the figures of a quarter, a year and the year before need 12 fiscal "
    "months a year, such as 4-4-5 weeks: give those, or leave the calendar out for calendar months"
)
TWELVE = "a calendar has 12 fiscal months a year, each named as a month; 13 periods a year are not read"
FOUR_WEEKS = 28
FEWEST = 6  # periods of four weeks in a row that are no 4-4-5


def _check_twelve(ordered: Sequence[tuple[int, date | None, date]]) -> None:
    """Thirteen periods are no months: the same month a year ago and a yearly rate would be those of another time."""
    lengths = [(after[2] - before[2]).days for before, after in pairwise(ordered)]
    run = 0
    for length in lengths:
        run = run + 1 if length == FOUR_WEEKS else 0
        if run >= FEWEST:
            raise LedgerError(THIRTEEN)


class Calendar:
    """The fiscal months of a company in order, each from the day after the one before to its last day."""

    def __init__(self, periods: Sequence[tuple[int, date | None, date]]) -> None:
        """Month, first day (None: the day after the month before) and last day of each."""
        ordered = sorted(periods, key=lambda period: period[2])
        _check_twelve(ordered)
        self._ends: dict[int, date] = {}
        for place, (month, first, last) in enumerate(ordered):
            name = month_text(month)
            if place:
                before, _, end = ordered[place - 1]
                if month != before + 1:
                    raise LedgerError(
                        f"fiscal month {name} ends next after {month_text(before)}; months must follow each other"
                    )
                if first is not None and first != end + timedelta(days=1):
                    raise LedgerError(
                        f"fiscal month {name} starts on {first}, the month before ends on {end}: a gap or overlap"
                    )
            if abs((last - month_end(month)).days) > 200:
                raise LedgerError(f"fiscal month {name} ends on {last}, more than half a year from that month")
            self._ends[month] = last
        first = ordered[0][1]
        if first is None:
            raise LedgerError(f"the first fiscal month, {month_text(ordered[0][0])}, needs its first day")
        self.first_day, self.last_day = first, ordered[-1][2]

    def end(self, month: int) -> date:
        """The last day of a fiscal month; of a calendar month outside the calendar."""
        if month == min(self._ends) - 1:
            return self.first_day - timedelta(days=1)
        return self._ends.get(month) or month_end(month)

    def apply(self, con: Connection) -> None:
        """From here on the database counts fiscal months; where services reach beyond the calendar, plain months."""
        months = sorted(self._ends)
        last, first = months[-1], months[0]
        inside = self._search("d", months)
        con.execute(
            "CREATE OR REPLACE MACRO period_number(d) AS CASE "
            f"WHEN d > DATE '{self.last_day}' THEN greatest(month_number(d), {last + 1}) "
            f"WHEN d < DATE '{self.first_day}' THEN least(month_number(d), {first - 1}) ELSE {inside} END"
        )
        ends = " ".join(
            f"WHEN {month} THEN DATE '{end}'"
            for month, end in sorted({**self._ends, first - 1: self.end(first - 1)}.items())
        )
        con.execute(
            "CREATE OR REPLACE MACRO period_last(m) AS CAST(CASE m "
            f"{ends} ELSE last_day(make_date(CAST(m // 12 AS INTEGER), CAST(m % 12 + 1 AS INTEGER), 1)) END AS DATE)"
        )
        con.execute(
            "CREATE OR REPLACE MACRO periods_served(first, until, months) AS "
            "period_number(coalesce(until, add_months(first, months))) - period_number(first)"
        )

    def _search(self, day: str, months: Sequence[int]) -> str:
        """Halving the months until one is left."""
        if len(months) == 1:
            return str(months[0])
        half = len(months) // 2
        end = self._ends[months[half - 1]]
        left, right = self._search(day, months[:half]), self._search(day, months[half:])
        return f"CASE WHEN {day} <= DATE '{end}' THEN {left} ELSE {right} END"
