"""Reading a date as people and programs write it. A date with two readings is left to its column as a whole."""

from __future__ import annotations

import re
import unicodedata
from collections import namedtuple
from datetime import date, timedelta

EARLIEST, LATEST = 1980, 2099  # years a ledger can be about; anything else is a slip of the pen or another number

# dmy, mdy: the two readings of 03/04/2019 (None where there is no such date); equal where there is only one.
# short: the year has two digits and could stand first; ymd is that third reading of 19/04/03.
Day = namedtuple("Day", "dmy mdy ymd short problem")

BLANK = "is blank"
NOT_A_DATE = "is not a date"
NOT_PLAUSIBLE = f"is not a date between {EARLIEST} and {LATEST}"

_TIME = re.compile(
    r"(?:[T ]+|, *)(?:klo |um |à |a las )?[0-9]{1,2}"
    r"(?::[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?|[.h][0-9]{2}(?:\.[0-9]{2})?) *"
    r"(?:[AaPp]\.? ?[Mm]\.?)? *(?:Uhr)?(?:Z|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})\.?")
_YEAR_LAST = re.compile(r"([0-9]{1,2})(\. |[-/. ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTH_ONLY = re.compile(r"([0-9]{4})[-/]([0-9]{1,2})")
_MONTH_FIRST = re.compile(r"([0-9]{1,2})[-/.]([0-9]{4})")
_SERIAL = re.compile(r"([0-9]{5})(?:[.,][0-9]+)?")
_DAY_NAME_YEAR = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th|er|o)?[-. /]*(?:de )?([^\W\d_]+)\.?[-, /]*(?:del? )?([0-9]{4}|[0-9]{2})"
)
_NAME_DAY_YEAR = re.compile(r"([^\W\d_]+)\.?[- ]*([0-9]{1,2})(?:st|nd|rd|th)?,?[- ]+([0-9]{4})")
_NAME_YEAR = re.compile(r"([^\W\d_]+)\.?[- /]+(?:del? )?([0-9]{4})")
_WEEKDAY = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|"
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend|mo|di|mi|do|fr|sa|so|"
    r"(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|lun|mer|jeu|ven|sam|dim|"
    r"lunes|martes|miércoles|jueves|viernes|sábado|domingo|mié|jue|vie|sáb|dom|"
    r"(?:maanan|tiis|tors|perjan|lauan|sunnun)tai(?:na)?|keskiviikko(?:na)?|ma|ti|ke|to|pe|la|su|"
    r"mar(?=[., ]+[0-9]{1,2} (?:de )?[a-z]))\.?,? +",
    re.IGNORECASE,
)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jänner jän janvier janv enero ene gennaio tammikuu tammikuuta tammi",
            "feb february februar feber février fevrier févr fevr fév febrero febbraio helmikuu helmikuuta helmi",
            "mar march mär märz maerz mars marzo mrz maaliskuu maaliskuuta maalis",
            "apr april avril avr abril abr aprile huhtikuu huhtikuuta huhti",
            "may mai mayo maggio mei toukokuu toukokuuta touko",
            "jun june juni juin junio giugno kesäkuu kesäkuuta kesä kesakuu kesakuuta",
            "jul july juli juillet juil julio luglio heinäkuu heinäkuuta heinä heinakuu heinakuuta",
            "aug august août aout agosto ago elokuu elokuuta elo",
            "sep sept september septembre septiembre setiembre set settembre syyskuu syyskuuta syys",
            "oct october okt oktober octobre octubre ottobre lokakuu lokakuuta loka",
            "nov november novembre noviembre marraskuu marraskuuta marras",
            "dec december dez dezember décembre decembre déc diciembre dic dicembre joulukuu joulukuuta joulu",
        ),
        start=1,
    )
    for name in names.split()
}


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _full_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 70 else 1900 + int(text)


def _settle(dmy: date | None, mdy: date | None, ymd: date | None = None, short: bool = False) -> Day:
    if dmy is None and mdy is None and ymd is None:
        return Day(None, None, None, False, NOT_A_DATE)
    if any(d is not None and not EARLIEST <= d.year <= LATEST for d in (dmy, mdy, ymd)):
        return Day(None, None, None, False, NOT_PLAUSIBLE)
    return Day(dmy, mdy, ymd, short, "")


def _only(day: date | None) -> Day:
    return _settle(day, day)


def read_date(text: str) -> Day:
    """Read one date; a time of day beside it is left out, so the date is the one that stands in the ledger."""
    body = unicodedata.normalize("NFKC", text)
    body = "".join(c for c in body if unicodedata.category(c) != "Cf")
    body = re.sub(r"\s+", " ", body).strip()
    if not body:
        return Day(None, None, None, False, BLANK)
    body = _WEEKDAY.sub("", _TIME.sub("", body).strip(), count=1)
    if found := _YEAR_FIRST.fullmatch(body):
        return _only(_make(int(found[1]), int(found[3]), int(found[4])))
    if found := _YEAR_LAST.fullmatch(body):
        first, second, year = int(found[1]), int(found[3]), _full_year(found[4])
        dmy = _make(year, second, first)
        if found[2].startswith("."):  # 03.04.2019 puts the day first wherever it is written
            return _only(dmy)
        short = len(found[4]) == 2
        ymd = _make(_full_year(found[1]), second, int(found[4])) if short and len(found[1]) == 2 else None
        return _settle(dmy, _make(year, first, second), ymd, short)
    if found := _COMPACT.fullmatch(body):
        return _only(_make(int(found[1]), int(found[2]), int(found[3])))
    if found := _MONTH_ONLY.fullmatch(body):
        return _only(_make(int(found[1]), int(found[2]), 1))
    if found := _MONTH_FIRST.fullmatch(body):
        return _only(_make(int(found[2]), int(found[1]), 1))
    if found := _SERIAL.fullmatch(body):
        return _only(date(1899, 12, 30) + timedelta(days=int(found[1])))
    for pattern, order in ((_DAY_NAME_YEAR, "dmy"), (_NAME_DAY_YEAR, "mdy"), (_NAME_YEAR, "my")):
        if found := pattern.fullmatch(body):
            parts = dict(zip(order, found.groups(), strict=True))
            month = _MONTHS.get(parts["m"].casefold())
            if month is not None:
                return _only(_make(_full_year(parts["y"]), month, int(parts.get("d", 1))))
    return Day(None, None, None, False, NOT_A_DATE)


def month_of(text: str) -> int | None:
    """The month "2026-10" as a count of months (year x 12 + month - 1), None where it is not a month."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
    if not found or not 1 <= int(found[2]) <= 12:
        return None
    return int(found[1]) * 12 + int(found[2]) - 1


def month_of_day(day: date) -> int:
    return day.year * 12 + day.month - 1


def month_text(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def month_end(month: int) -> date:
    return date((month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)
