"""The dates of a column: whether day or month comes first is decided by the column as a whole, never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from ..errors import LedgerError
from . import words
from .columns import plain_heading
from .database import Connection, fill, one, rows, sql
from .dates import BLANK, NOT_A_DATE, NOT_PLAUSIBLE, Day, read_date
from .places import Places
from .records import ColumnChoice
from .zones import local_day

Order = Literal["dmy", "mdy"]


class DateText(NamedTuple):
    """A distinct text of a date column: the first line it stands on, how many do, and what it can mean."""

    text: str
    line: int
    lines: int
    day: Day


FEW = 0.01  # up to this share of a column, dates in doubt are refused one by one; above it the whole ledger is
DAY_CODES = {BLANK: "date_blank", NOT_A_DATE: "date_unreadable", NOT_PLAUSIBLE: "date_not_plausible"}


def read_dates(
    con: Connection,
    headings: Mapping[str, ColumnChoice],
    odd: Mapping[str, int],
    told: Order | None,
    places: Places,
    zone: str = "",
) -> None:
    """Table `read_dates`: the day of every date that is not plain ISO, day or month first as its column says.

    `odd`: how many texts of each field are not kept as a day. With a `zone` a time that names another is converted
    to it first.
    """
    if zone:
        con.execute(sql("zoned_days"))
    columns: dict[str, list[DateText]] = {}
    filled: dict[str, int] = {}
    for field in (f for f in ("date", "start", "end", "due") if f in headings and odd[f]):
        found = rows(
            con,
            f"SELECT text_{field}, min(line), count(*) FROM source WHERE NOT is_blank AND exact_{field} IS NULL "
            f"AND plain_day(text_{field}) IS NULL GROUP BY text_{field} ORDER BY min(line)",
        )
        columns[field] = [DateText(text, line, lines, read_date(text)) for text, line, lines in found]
        (filled[field],) = one(
            con, f"SELECT count(*) FROM source WHERE exact_{field} IS NOT NULL OR text_{field} <> ''"
        )
    orders = {field: order_of_column(found, places) for field, found in columns.items()}
    sure = {order for order, _ in orders.values() if order in ("dmy", "mdy")}
    table: list[tuple[str, str, date | None, str, str]] = []
    for field, texts in columns.items():
        order, doubt = orders[field]
        if told:
            order = told
        elif order == "open" and len(sure) == 1:
            (order,) = sure  # the same program wrote the other date column
        elif doubt and sum(d.lines for d in texts if depends(d.day)) > FEW * filled[field]:
            raise LedgerError(
                f"{places.name}, column {headings[field].heading}, {doubt}; say it with --dates dmy or --dates mdy."
            )
        found_days = [settled(date_text, order) for date_text in texts]
        if zone:
            there = ZoneInfo(zone)
            found_days = [
                (text, day and local_day(text, day, there), code, detail) for text, day, code, detail in found_days
            ]
        if field == "date":
            again = plain_heading(headings[field].heading)
            found_days = [
                (text, None, "headings_again", "") if plain_heading(text) == again else (text, day, code, detail)
                for text, day, code, detail in found_days
            ]
        table += [(field, *found_day) for found_day in found_days]
    kinds = {"field": "VARCHAR", "text": "VARCHAR", "day": "DATE", "code": "VARCHAR", "detail": "VARCHAR"}
    fill(con, "read_dates", kinds, table)


def depends(day: Day) -> bool:
    """Whether a date has several readings."""
    return len({reading for reading in (day.dmy, day.mdy, day.ymd) if reading}) > 1


def settled(date_text: DateText, order: str) -> tuple[str, date | None, str, str]:
    """The text, its day in a column of this order, or why it has none; and its readings where they are in doubt."""
    day = date_text.day
    if words.is_total(date_text.text):
        return date_text.text, None, "total", ""
    if day.problem:
        return date_text.text, None, DAY_CODES[day.problem], ""
    if order in ("open", "mixed") and depends(day):
        readings = sorted({reading.isoformat() for reading in (day.dmy, day.mdy, day.ymd) if reading})
        return date_text.text, None, "date_two_readings", " or ".join(readings)
    value = {"dmy": day.dmy, "mdy": day.mdy}.get(order, day.dmy or day.mdy)
    return date_text.text, value, "" if value else "date_other_order", ""


def order_of_column(
    found: Sequence[DateText], places: Places
) -> tuple[Order | Literal["either", "open", "mixed"], str]:
    """What comes first in a column's dates, and what is in doubt about it.

    "either": no date depends on it; "open": nothing tells; "mixed": some tell this, some that, or years may be first.
    """
    only_dmy = next((d for d in found if d.day.dmy and not d.day.mdy), None)
    only_mdy = next((d for d in found if d.day.mdy and not d.day.dmy), None)
    short = [d for d in found if d.day.short]
    if short and all(d.day.ymd for d in short):
        return "mixed", (
            f"{places.told(short[0].line)}: the year of {short[0].text!r} has two digits and may also stand first, "
            "as in all such dates of the column"
        )
    if only_dmy and only_mdy:
        return "mixed", (
            f"{places.told(only_dmy.line)}: {only_dmy.text!r} can only be day/month, but on "
            f"{places.told(only_mdy.line)} {only_mdy.text!r} can only be month/day"
        )
    if only_dmy or only_mdy:
        return "dmy" if only_dmy else "mdy", ""
    doubtful = next((d for d in found if depends(d.day)), None)
    if doubtful is None:
        return "either", ""
    return "open", (
        f"{places.told(doubtful.line)}: {doubtful.text!r} is {doubtful.day.dmy} if the day comes first and "
        f"{doubtful.day.mdy} if the month does, and no date in the column tells which"
    )
