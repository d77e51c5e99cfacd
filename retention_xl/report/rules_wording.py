"""Figures, months and names as the checklist's sentences print them. Rounded half up, as a worksheet shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from retention_xl.ledger.records import Nature
from retention_xl.report.wording import MONTH_NAMES, fixed, month_name


@dataclass(frozen=True, slots=True)
class Wording:
    """What things are called for one nature of ledger."""

    revenue: str
    customer: str
    customers: str

    def counted(self, number: int) -> str:
        """ "1 customer", "1,204 customers"."""
        return f"{count(number)} {self.customer if number == 1 else self.customers}"


def wording(nature: Nature) -> Wording:
    """The words of a recurring ledger or of one of purchases."""
    if nature == "purchases":
        return Wording("revenue", "buyer", "buyers")
    return Wording("MRR", "customer", "customers")


def percent(rate: float) -> str:
    """0.9123 -> "91.2 %"."""
    return f"{fixed(rate * 100, 1)} %"


def points(difference: float) -> str:
    """0.0312 -> "3.1 points"."""
    number = fixed(difference * 100, 1)
    return f"{number} point{'' if number == '1.0' else 's'}"


def times(ratio: float) -> str:
    """1.52 -> "1.5 times"."""
    return f"{fixed(ratio, 1)} times"


def count(number: int) -> str:
    """12034 -> "12,034"."""
    return f"{number:,}"


def money(cents: int, currency: str) -> str:
    """1234567 -> "USD 12,346"; amounts under 100 keep their cents."""
    amount = Decimal(cents) / 100
    shown = amount.quantize(Decimal("0.01") if abs(amount) < 100 else Decimal(1), rounding=ROUND_HALF_UP)
    return f"{currency} {shown:,}".strip()


def span_name(months: Sequence[str]) -> str:
    """ "October 2026", "August to October 2026", "November 2025 to January 2026"."""
    first, last = month_name(months[0]), month_name(months[-1])
    if first == last:
        return last
    return f"{first.removesuffix(last[-5:])} to {last}"


def day_name(day: date) -> str:
    """2026-11-07 -> "7 November 2026"."""
    return f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"


def listed(parts: Iterable[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *head, last = parts
    return f"{', '.join(head)} and {last}" if head else last
