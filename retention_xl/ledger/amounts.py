"""Reading an amount of money as people and programs write it. Nothing here guesses: what has two readings says so."""

from __future__ import annotations

import re
import unicodedata
from collections import namedtuple
from decimal import ROUND_HALF_UP, Decimal

from .spellings import CURRENCIES, CURRENCY_CODES

CENT = Decimal("0.01")
MOST_DIGITS = 13  # before the decimal mark; with two decimals that is what a spreadsheet cell keeps exactly

# style: how the value tells its decimal mark: "point" (1,234.50), "comma" (1.234,50), "" (1234), "dash", "either"
# (1,234 or 1.234: `point` and `comma` hold the two readings). sign: the currency written beside the number.
Amount = namedtuple("Amount", "style point comma sign problem")

BLANK = "is blank"
NOT_A_NUMBER = "is not a number"
A_SIDE = "is marked as a debit or a credit, and nothing tells which is revenue; write a minus before what is not"
TOO_LARGE = f"has more than {MOST_DIGITS} digits before the decimal mark"
TWO_READINGS = "can be read in two ways"

_SIDES = ("CR", "DR", "CR.", "DR.", "S", "H")
_MINUS = "-\u2212\u2013"
_NUMBER = re.compile(r"[0-9.,' ]*[0-9][0-9.,' ]*")
_WORD = re.compile(r"[^0-9.,' ()+\-\u2212\u2013]+\.?")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[.,' ][0-9]{3})+")
_INDIAN = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")


def _fail(problem: str) -> Amount:
    return Amount("", None, None, "", problem)


def read_amount(text: str) -> Amount:
    """Read one amount. A blank is "" and a lone dash (as accounting formats show nil) is 0 with style "dash"."""
    if any(unicodedata.category(c) == "No" for c in text):  # 12² is 12 with a footnote, not 122
        return _fail(NOT_A_NUMBER)
    body = unicodedata.normalize("NFKC", text)
    body = "".join(c for c in body if unicodedata.category(c) != "Cf").replace("\u2019", "'").strip()
    if not body:
        return _fail(BLANK)
    if body in _MINUS:
        return Amount("dash", Decimal(0), Decimal(0), "", "")
    sign = ""
    words = _WORD.findall(body)
    if words:
        code = words[0].upper()
        sign = CURRENCIES.get(code.rstrip("."), code if code in CURRENCY_CODES else "")
        if len(words) == 1 and code in _SIDES and re.search("[0-9]", body):
            return _fail(A_SIDE)
        outer = re.sub(_WORD, "\0", body, count=1)
        if len(words) > 1 or not sign or re.search("[0-9].*\0.*[0-9]", outer):
            return _fail(NOT_A_NUMBER)
        body = outer.replace("\0", "").strip()
    negative = 0
    if body.startswith("(") and body.endswith(")"):
        negative, body = 1, body[1:-1].strip()
    if body[:1] and body[0] in _MINUS + "+":
        negative, body = negative + (body[0] != "+"), body[1:].strip()
    if body[-1:] and body[-1] in _MINUS:
        negative, body = negative + 1, body[:-1].strip()
    if negative > 1 or not _NUMBER.fullmatch(body):
        return _fail(NOT_A_NUMBER)
    read = _read_digits(body)
    if read.problem:
        return read
    if max(read.point, read.comma) >= 10**MOST_DIGITS:
        return _fail(TOO_LARGE)
    factor = -1 if negative else 1
    return Amount(read.style, factor * read.point, factor * read.comma, sign, "")


def _is_grouped(digits: str) -> bool:
    """Thousands in one kind of separator: 1,234,567; with commas also the Indian 12,34,567."""
    marks = {c for c in digits if not c.isdigit()}
    return len(marks) == 1 and bool(_GROUPED.fullmatch(digits) or _INDIAN.fullmatch(digits))


def _plain(whole: str, decimals: str = "") -> Decimal:
    return Decimal(re.sub("[^0-9]", "", whole) + "." + decimals if decimals else re.sub("[^0-9]", "", whole) or "0")


def _one(style: str, value: Decimal) -> Amount:
    return Amount(style, value, value, "", "")


def _read_digits(body: str) -> Amount:
    marks = [c for c in body if c in ".,"]
    if not marks and body.isdigit():
        return _one("", _plain(body))
    decimal_style = {".": "point", ",": "comma"}
    whole, decimals = body, ""
    spaced = " " in body or "'" in body
    if spaced or len(set(marks)) == 2:
        # Another sign than the decimal mark groups the thousands, so the last point or comma is the decimal mark.
        if marks:
            cut = max(body.rfind("."), body.rfind(","))
            whole, decimals = body[:cut], body[cut + 1 :]
            if marks.count(body[cut]) > 1 or not decimals.isdigit():
                return _fail(NOT_A_NUMBER)
        if not _is_grouped(whole):
            return _fail(NOT_A_NUMBER)
        return _one(decimal_style[marks[-1]] if marks else "", _plain(whole, decimals))
    if len(marks) > 1:  # 1,234,567: commas group, so a point would be the decimal mark
        if not _is_grouped(body):
            return _fail(NOT_A_NUMBER)
        return _one("point" if marks[0] == "," else "comma", _plain(body))
    whole, decimals = body.split(marks[0])
    as_decimal = _plain(whole, decimals)
    if len(decimals) == 3 and _GROUPED.fullmatch(body):
        as_thousands = _plain(whole + decimals)
        if marks[0] == ".":
            return Amount("either", as_decimal, as_thousands, "", "")
        return Amount("either", as_thousands, as_decimal, "", "")
    return _one(decimal_style[marks[0]], as_decimal)


def cents(value: Decimal) -> tuple[int, bool]:
    """The amount in whole cents, half a cent away from zero as Excel's ROUND does, and whether that changed it."""
    rounded = value.quantize(CENT, ROUND_HALF_UP)
    return int(rounded * 100), rounded != value


def two_readings(text: str) -> str:
    """Both readings of an amount that has two, in words."""
    amount = read_amount(text)
    grouped, single = sorted((amount.point, amount.comma), key=abs, reverse=True)
    mark = "point" if "." in text else "comma"
    return f"{grouped:,.2f} if the {mark} groups thousands and {single} if it is the decimal mark"


def settle(amount: Amount, text: str, styles: frozenset[str]) -> tuple[Decimal | None, str]:
    """The value of an amount in a column, given the `styles` its other values show; or what is in doubt about it."""
    if amount.problem:
        return None, amount.problem
    if amount.style != "either":
        return amount.point, ""
    if styles == {"point"} or (not styles and "," in text):
        return amount.point, ""
    if styles == {"comma"}:
        return amount.comma, ""
    return None, TWO_READINGS
