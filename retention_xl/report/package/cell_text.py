"""Values to the XML of cells: text is never a formula, nothing that Excel would repair, refuse or round in silence."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from xml.sax.saxutils import escape

from retention_xl.errors import TemplateError
from retention_xl.report.cells import Cell, Content

from .styles import Styles

LONGEST_TEXT = 32_767
LONGEST_FORMULA = 8_192
CUT_MARK = " …[cut]"
EXACT_DIGITS = 10**15  # Excel keeps 15 digits; an id with more would change
ERRORS = frozenset(("#DIV/0!", "#NUM!", "#VALUE!", "#N/A", "#NAME?", "#REF!", "#NULL!"))

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA_SIGN = ("=", "+", "-", "@", "\t", "\r")


def escaped(text: str) -> str:
    """Text as cells hold it: a control character is _x0007_, so a literal _x0041_ has its own underscore escaped."""
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text.replace("\r\n", "\n").replace("\r", "\n"))
    return escape(_UNWRITABLE.sub("�", text))


def excel_length(text: str) -> int:
    """In UTF-16 units, as Excel counts."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def cut(text: str) -> str:
    kept, room = text, LONGEST_TEXT - len(CUT_MARK)
    while excel_length(kept) > room:
        kept = kept[: len(kept) - max(1, (excel_length(kept) - room) // 2)]
    return kept + CUT_MARK


def serial(value: date, date1904: bool) -> float | int | None:
    """The number Excel keeps for a date; None before 1900-01-01, which it has none for."""
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=None)
        days: float | int = (moment - datetime(1899, 12, 30)).total_seconds() / 86_400
        days = int(days) if days == int(days) else days
    else:
        days = value.toordinal() - 693_594
    if days < 2:
        return None
    if date1904:
        return days - 1_462 if days >= 1_462 else None
    return days if days >= 61 else days - 1  # Excel believes in 29 February 1900


class CellText:
    """Writes cells for one package: knows its calendar, collects what had to be said and which styles need a quote."""

    def __init__(self, date1904: bool, styles: Styles) -> None:
        self.date1904 = date1904
        self.styles = styles
        self._checked: set[tuple[str, str, int]] = set()
        self.remarks: list[str] = []
        self.without_value: list[tuple[str, str]] = []  # sheet and cell of formulas whose result nobody here knows

    def _check_date_format(self, place: str, style: int) -> None:
        """Says once a column that its dates will look like numbers."""
        sheet, _, cell = place.rpartition("!")
        key = sheet, cell.rstrip("0123456789"), style
        if key not in self._checked:
            self._checked.add(key)
            if not self.styles.shows_dates(style):
                self.remarks.append(f"{place}: a date stands here, but the template has no date format for it.")

    def _length_kept(self, text: str, place: str) -> str:
        if len(text) <= LONGEST_TEXT // 2 or excel_length(text) <= LONGEST_TEXT:
            return text
        self.remarks.append(
            f"{place}: a text of {excel_length(text):,} characters was cut to {LONGEST_TEXT:,}, the most a cell holds."
        )
        return cut(text)

    def value(self, value: object, place: str) -> tuple[str, str]:
        """Type and text of a value: ("n", "12.5"), ("str", ...) for text, ("b", "1"); ("", "") for nothing."""
        if value is None or value == "":
            return "", ""
        if isinstance(value, bool):
            return "b", "1" if value else "0"
        if isinstance(value, int):
            return ("n", str(int(value))) if abs(value) < EXACT_DIGITS else ("str", str(int(value)))
        if isinstance(value, float):
            if not math.isfinite(value):
                raise TemplateError(f"{place}: {value} is not a number a cell can hold; write an error or a blank.")
            return "n", repr(float(value))
        if isinstance(value, date):
            days = serial(value, self.date1904)
            if days is None:
                self.remarks.append(
                    f"{place}: {value.isoformat()} lies before Excel's calendar and was written as text."
                )
                return "str", value.isoformat()
            return "n", repr(days)
        if isinstance(value, str):
            return "str", self._length_kept(value, place)
        raise TypeError(f"{place}: a cell cannot hold {type(value).__name__} {value!r}")

    def cell(self, reference: str, style: int, content: Content, place: str) -> str:
        """The element; "" where an empty cell without style needs none."""
        if isinstance(content, Cell):
            if content.formula is not None:
                return self._formula_cell(reference, style, content, place)
            content = content.value
        kind, text = self.value(content, place)
        if kind == "str":
            if text.startswith(_FORMULA_SIGN):
                style = self.styles.quoted(style)
            keep = ' xml:space="preserve"' if text != text.strip() or "\n" in text or "\r" in text else ""
            attributes = f' s="{style}"' if style else ""
            return f'<c r="{reference}"{attributes} t="inlineStr"><is><t{keep}>{escaped(text)}</t></is></c>'
        if isinstance(content, date) and kind == "n":
            self._check_date_format(place, style)
        attributes = f' s="{style}"' if style else ""
        if kind == "":
            return f'<c r="{reference}"{attributes}/>' if style else ""
        boolean = ' t="b"' if kind == "b" else ""
        return f'<c r="{reference}"{attributes}{boolean}><v>{text}</v></c>'

    def _formula_cell(self, reference: str, style: int, content: Cell, place: str) -> str:
        formula = (content.formula or "").removeprefix("=")
        if len(formula) > LONGEST_FORMULA:
            raise TemplateError(f"{place}: a formula of {len(formula):,} characters; Excel allows {LONGEST_FORMULA:,}.")
        # An empty text is a blank cell as a constant, but a result like any other of a formula.
        kind, text = ("str", "") if content.value == "" else self.value(content.value, place)
        if isinstance(content.value, date) and kind == "n":
            self._check_date_format(place, style)
        attributes = f' s="{style}"' if style else ""
        if kind == "str":
            attributes += ' t="e"' if text in ERRORS else ' t="str"'
        elif kind == "b":
            attributes += ' t="b"'
        if not kind:
            self.without_value.append((place.rpartition("!")[0], reference))
        value = f"<v>{escaped(text)}</v>" if kind else ""
        return f'<c r="{reference}"{attributes}><f>{escaped(formula)}</f>{value}</c>'
