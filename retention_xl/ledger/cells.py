"""A typed value of a spreadsheet or a DataFrame as the text that a ledger in CSV would have."""

from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from numbers import Integral, Real
from typing import Any


def is_number(value: Any) -> bool:
    return isinstance(value, Real | Decimal) and not isinstance(value, bool)


def text_of(value: Any) -> str:
    """Numbers in plain decimals with the 15 digits a spreadsheet keeps, days in ISO form, nothing for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        whole_day = value.time() == time() and value.tzinfo is None
        return value.date().isoformat() if whole_day else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Decimal):
        return _plain(value) if value.is_finite() else ""
    if isinstance(value, Real):
        number = float(value)
        return _plain(Decimal(f"{number:.15g}")) if math.isfinite(number) else ""
    return str(value)


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
