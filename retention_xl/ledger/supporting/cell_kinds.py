"""What a cell of a supporting table means, by the kind of its column. Where a column decides, it is read as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from ...errors import LedgerError
from .. import amounts, spellings, words
from ..date_columns import FEW, DateText, depends, order_of_column, settled
from ..dates import NOT_A_DATE, Day, month_of_day, read_date
from ..places import Places
from ..reasons import REFUSED
from .shapes import FIGURES, MEASURES, WORDS, Column


class Text(NamedTuple):
    """A distinct text of a column: the first line it stands on, and how many do."""

    text: str
    line: int
    lines: int


class Read(NamedTuple):
    """What a text means, or what is wrong with it. Both empty: the cell is as good as blank."""

    text: str
    value: Any
    problem: str
    sign: str = ""  # the currency beside an amount


def is_none(text: str) -> bool:
    """Whether a cell says that there is nothing: blank, n/a, -, null."""
    return words.squeeze(text) in spellings.NO_CUSTOMER


_NUMBER = "DECIMAL(30, 12)"

# How DuckDB reads the plain texts of a kind by itself (NULL: the text needs a closer look), and the type of its values.
PLAIN: Mapping[str, tuple[str, str]] = {
    "id": ("plain_words({})", "VARCHAR"),
    "text": ("plain_words({})", "VARCHAR"),
    "day": ("plain_day({})", "DATE"),
    "month": ("coalesce(plain_month({0}), month_number(plain_day({0})))", "INTEGER"),
    "money": ("plain_number({})", _NUMBER),
    "number": ("plain_number({})", _NUMBER),
    "count": (f"CAST(NULL AS {_NUMBER})", _NUMBER),  # 3.5 is none
    "share": (f"CAST(NULL AS {_NUMBER})", _NUMBER),
    "rate": (f"CAST(NULL AS {_NUMBER})", _NUMBER),
    "percent_or_number": ("plain_number({})", _NUMBER),
    "yes_no": ("CAST(NULL AS BOOLEAN)", "BOOLEAN"),
    "currency": ("CAST(NULL AS VARCHAR)", "VARCHAR"),
    "measure": ("CAST(NULL AS VARCHAR)", "VARCHAR"),
    "figure": ("CAST(NULL AS VARCHAR)", "VARCHAR"),
    "state": ("CAST(NULL AS VARCHAR)", "VARCHAR"),
}

MACROS = f"""
CREATE OR REPLACE MACRO plain_number(t) AS
    CASE WHEN regexp_full_match(t, '-?[0-9]{{1,13}}([.][0-9]{{1,2}})?') THEN CAST(t AS {_NUMBER}) END;
CREATE OR REPLACE MACRO plain_month(t) AS
    CASE WHEN regexp_full_match(t, '(19[89]|20[0-9])[0-9]-(0[1-9]|1[0-2])')
    THEN CAST(CAST(left(t, 4) AS INTEGER) * 12 + CAST(right(t, 2) AS INTEGER) - 1 AS INTEGER) END;
CREATE OR REPLACE MACRO plain_words(t) AS
    CASE WHEN regexp_full_match(t, '[!-~]+( [!-~]+)*') AND NOT regexp_full_match(t, '[^0-9A-Za-z]*|.{{1,7}}')
    THEN t END;
"""


def read_texts(column: Column, texts: Sequence[Text], plain_points: bool, typed: bool) -> list[Read]:
    """The meaning of every text of a column that is not of days or months.

    `plain_points`: plain numbers with a decimal point stand in the column; `typed`: its numbers are no texts.
    """
    if column.kind in ("money", "number", "rate", "count", "percent_or_number"):
        return _numbers(column, texts, plain_points, typed)
    if column.kind == "share":
        return _shares(column, texts, plain_points, typed)
    read: Callable[[str], tuple[Any, str]] = {
        "id": lambda text: (_one_line(text), ""),
        "text": lambda text: (_one_line(text), ""),
        "yes_no": _yes_no,
        "currency": _currency,
        "measure": lambda text: _word(text, MEASURES, "is not a measure; there are"),
        "figure": lambda text: _word(text, FIGURES, "is not a figure with a target; there are"),
        "state": lambda text: ("closed" if words.plain_words(text) in WORDS["closed"] else "open", ""),
    }[column.kind]
    return [Read(t.text, None, "") if is_none(t.text) else Read(t.text, *read(t.text)) for t in texts]


def read_days(
    columns: Mapping[str, Sequence[Text]],
    kinds: Mapping[str, Column],
    filled: Mapping[str, int],
    headings: Mapping[str, str],
    told: str | None,
    name: str,
) -> dict[str, list[Read]]:
    """The days and months of a table. Columns of one table are written by one program: one may tell for another."""
    dated = {
        field: [DateText(*t, _day_or_month(t.text, kinds[field])) for t in texts if not is_none(t.text)]
        for field, texts in columns.items()
    }
    orders = {field: order_of_column(found, Places(name)) for field, found in dated.items()}
    sure = {order for order, _ in orders.values() if order in ("dmy", "mdy")}
    read: dict[str, list[Read]] = {}
    for field, texts in dated.items():
        order: str
        order, doubt = orders[field]
        if told:
            order = told
        elif order == "open" and len(sure) == 1:
            (order,) = sure
        elif doubt and sum(d.lines for d in texts if depends(d.day)) > FEW * filled[field]:
            raise LedgerError(
                f"{name}, column {headings[field]}, {doubt}; write the dates as 2026-10-31, or say which with --dates "
                "dmy or --dates mdy."
            )
        read[field] = [_as_kind(kinds[field], *settled(date_text, order)) for date_text in texts]
        read[field] += [Read(t.text, None, "") for t in columns[field] if is_none(t.text)]
    return read


def _as_kind(column: Column, text: str, day: Any, code: str, detail: str) -> Read:
    if day is None:
        reason = REFUSED[code][1] if code in REFUSED else NOT_A_DATE
        if column.kind == "month" and code == "date_unreadable":
            reason = "is not a month such as 2026-10"
        return Read(text, None, f"{reason} ({detail})" if detail else reason)
    return Read(text, month_of_day(day) if column.kind == "month" else day, "")


def _day_or_month(text: str, column: Column) -> Day:
    if column.kind == "month":
        plain = words.squeeze(text)
        if found := re.fullmatch(r"([0-9]{1,2})[-/. ]([0-9]{4})", plain):
            return read_date(f"{found[2]}-{found[1]}")
        if found := re.fullmatch(r"([0-9]{4})[-/. ]?m?([0-9]{2})", plain):
            return read_date(f"{found[1]}-{found[2]}")
    return read_date(text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _yes_no(text: str) -> tuple[bool | None, str]:
    word = words.plain_words(text)
    if word in WORDS["yes"] or word in ("1.0",):
        return True, ""
    return (False, "") if word in WORDS["no"] or word in ("0.0",) else (None, "is neither yes nor no")


def _word(text: str, known: Mapping[str, str], problem: str) -> tuple[str | None, str]:
    word = known.get(words.plain_words(text))
    return (word, "") if word else (None, f"{problem} {', '.join(dict.fromkeys(known.values()))}")


def _currency(text: str) -> tuple[str | None, str]:
    code = words.read_currency(text)
    return (code, "") if code else (None, REFUSED["currency_unknown"][1])


def _numbers(column: Column, texts: Sequence[Text], plain_points: bool, typed: bool) -> list[Read]:
    given = [(t.text, *_without_percent(column, t.text)) for t in texts if not is_none(t.text)]
    found = [(text, amounts.read_amount(body), percent) for text, body, percent in given]
    styles = _styles([amount for _, amount, _ in found], plain_points, typed)
    read = [Read(t.text, None, "") for t in texts if is_none(t.text)]
    for text, amount, percent in found:
        value, problem = _settled(column, amount, text, styles)
        if value is not None and percent:
            value /= 100
        if value is not None and column.kind == "count" and value != int(value):
            value, problem = None, "is not a whole number"
        read.append(Read(text, value, problem, amount.sign))
    return read


def _without_percent(column: Column, text: str) -> tuple[str, bool]:
    body = text.strip()
    if column.kind in ("share", "percent_or_number") and body.endswith("%"):
        return body[:-1].strip(), True
    return text, False


def _styles(found: Sequence[amounts.Amount], plain_points: bool, typed: bool) -> frozenset[str]:
    styles = {a.style for a in found} & {"point", "comma"} | ({"point"} if plain_points else set())
    return frozenset(styles or ({"point"} if typed else set()))


def _settled(column: Column, amount: amounts.Amount, text: str, styles: frozenset[str]) -> tuple[Decimal | None, str]:
    """As in the ledger; and of two readings the one that such a number can have."""
    value, problem = amounts.settle(amount, text, styles)
    if value is None and problem == amounts.TWO_READINGS:
        if column.kind == "rate":  # nobody groups the thousands of a rate
            return (amount.point if "." in text else amount.comma), ""
        possible = [v for v in (amount.point, amount.comma) if _in_range(column, v)]
        if len(possible) == 1:
            return possible[0], ""
        return None, f"{problem}: {amount.point:,} or {amount.comma:,}"
    return value, problem


def _in_range(column: Column, value: Decimal) -> bool:
    return (column.least is None or value >= column.least) and (column.most is None or value <= column.most)


def _shares(column: Column, texts: Sequence[Text], plain_points: bool, typed: bool) -> list[Read]:
    """Parts of a whole: 45 % and 0.45 are clear by themselves; whether 45 is 45 % the column says."""
    read = [Read(t.text, None, "") for t in texts if is_none(t.text)]
    given = [(t.text, *_without_percent(column, t.text)) for t in texts if not is_none(t.text)]
    found = [(text, amounts.read_amount(body), percent) for text, body, percent in given]
    styles = _styles([amount for _, amount, _ in found], plain_points, typed)
    settled_ones = [(text, *_settled(column, amount, text, styles), percent) for text, amount, percent in found]
    bare = [value for _, value, _, percent in settled_ones if value is not None and not percent]
    in_percent = any(value > 1 for value in bare)
    for text, value, problem, percent in settled_ones:
        if value is not None and not percent and in_percent and 0 < value < 1:
            problem = _two_shares(value)
            value = None
        elif value is not None and (percent or in_percent):
            value /= 100
        if value is not None and value > 1:
            value, problem = None, "is more than the whole"
        read.append(Read(text, value, problem))
    return read


def _two_shares(value: Decimal) -> str:
    return f"{amounts.TWO_READINGS} beside numbers above 1: {value} % or {100 * value:f} %"
