"""Times with a zone as the date they are where the company is."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_ZONED_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::[0-9]{2}(?:[.,][0-9]+)?)? *(?P<half>[AaPp])?\.?(?:[Mm]\.?)? *"
    r"(?:Z|UTC|GMT|(?P<sign>[+-])(?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2}))?)$"
)


def local_day(text: str, day: date, zone: ZoneInfo) -> date:
    """The date of a text that says `day` and a time with a zone; the day itself where it says no zone."""
    found = _ZONED_TIME.search(text.strip())
    if not found:
        return day
    hour = int(found["hour"])
    if half := (found["half"] or "").casefold():
        hour = hour % 12 + (12 if half == "p" else 0)
    ahead = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    offset = timezone(-ahead if found["sign"] == "-" else ahead)
    try:
        moment = datetime(day.year, day.month, day.day, hour, int(found["minute"]), tzinfo=offset)
    except ValueError:  # 25:00 is no time of day
        return day
    return moment.astimezone(zone).date()
