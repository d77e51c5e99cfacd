"""Months and numbers as the workbook's sentences print them: what FIXED and the formulas give, in Python."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NOT_AVAILABLE = "n/a"
# In settings files and rules a rate is a fraction: 0.95; in a cell it is 95.0%.
_PRINTED_UNITS = {"fraction": "%", "points": "% points", "count": "number"}


def printed_unit(unit: str, currency: str = "") -> str:
    """A unit as the sheets print it, money as its currency where that is given."""
    return currency or unit if unit == "money" else _PRINTED_UNITS.get(unit, unit)


@lru_cache(maxsize=1200)  # asked of every customer
def first_day(month: str) -> date:
    """ "2026-10" -> 1 October 2026, the date that stands in a heading cell."""
    year, number = month.split("-")
    return date(int(year), int(number), 1)


def last_day(month: str) -> date:
    """ "2026-10" -> 31 October 2026."""
    day = first_day(month)
    return day.replace(day=monthrange(day.year, day.month)[1])


def fiscal_quarter(month: str, start: int) -> str:
    """ "2026-10" -> "FY2027 Q2" of a fiscal year that starts in July: it carries the year in which it ends."""
    day = first_day(month)
    place = (day.month - start) % 12
    year = day.year + (1 if start > 1 and day.month >= start else 0)
    return f"FY{year} Q{place // 3 + 1}"


def fiscal_months(month: str, start: int) -> int:
    """How many months of its fiscal year are over with this month."""
    return (first_day(month).month - start) % 12 + 1


def month_name(month: str) -> str:
    """ "2026-10" -> "October 2026"."""
    day = first_day(month)
    return f"{MONTH_NAMES[day.month - 1]} {day.year}"


def fixed(value: float, decimals: int) -> str:
    """What FIXED(ROUND(value, decimals), decimals) shows: halves away from zero, thousands separated, no "-0.0"."""
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(repr(round(value, 10))).quantize(step, ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:,.{decimals}f}"


def fixed_formula(reference: str, decimals: int) -> str:
    """The formula of `fixed`."""
    return f"FIXED(ROUND({reference},{decimals}),{decimals})"


def quoted(text: str) -> str:
    """A text constant inside a formula."""
    return '"' + text.replace('"', '""') + '"'
