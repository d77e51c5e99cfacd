"""Values to the XML of cells: text is never a formula, nothing that Excel would repair, refuse or round in silence."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from xml.sax.saxutils import escape

from retention_xl.errors import TemplateError
from retention_xl.report.cells import Cell, Content

from .areas import letters
from .styles import Styles

LONGEST_TEXT = 32_767
LONGEST_FORMULA = 8_192
CUT_MARK = " …[cut]"
EXACT_DIGITS = 10**15  # Excel keeps 15 digits; an id with more would change
ERRORS = frozenset(("#DIV/0!", "#NUM!", "#VALUE!", "#N/A", "#NAME?", "#REF!", "#NULL!"))

# What a text may need care for: markup, controls, Excel's own escapes, blanks at the ends, signs of a formula.
_CARE = re.compile("[&<>\x00-\x1f\ud800-\udfff\ufffe\uffff]|_x|^[=+@\\-\\s]|\\s$").search
_MORE_THAN_MARKUP = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]|_x|^[=+@\\-\\s]|\\s$").search
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
    return len(text) + sum(character > "\uffff" for character in text)


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

    def row_writer(
        self, sheet: str, columns: Sequence[tuple[int, int]]
    ) -> Callable[[int, Sequence[Content], Sequence[int] | None], str]:
        """A function (row, contents, styles) -> cells, made for millions of them: `columns` are (column, style)."""
        names = [letters(column) for column, _ in columns]
        usual_plan = [_plan(name, style) for name, (_, style) in zip(names, columns, strict=True)]
        care, more, longest, exact, cell = _CARE, _MORE_THAN_MARKUP, LONGEST_TEXT // 2, EXACT_DIGITS, self.cell
        days: dict[object, float | int | None] = {}
        dated: set[tuple[str, int]] = set()  # columns whose format has been looked at
        date1904 = self.date1904

        def write(row: int, contents: Sequence[Content], styles: Sequence[int] | None = None) -> str:
            plans = usual_plan if styles is None else [_plan(n, s) for n, s in zip(names, styles, strict=True)]
            out = []
            for (opening, text, number, empty, style, name), content in zip(plans, contents, strict=True):
                kind = type(content)
                if kind is str:
                    if content and len(content) < longest:  # type: ignore[arg-type]
                        if not care(content):  # type: ignore[arg-type]
                            out.append(f"{opening}{row}{text}{content}</t></is></c>")
                            continue
                        if not more(content):  # type: ignore[arg-type]
                            out.append(f"{opening}{row}{text}{escape(content)}</t></is></c>")  # type: ignore[arg-type]
                            continue
                elif kind is float:
                    if content - content == 0:  # type: ignore[operator]  # finite
                        out.append(f"{opening}{row}{number}{content!r}</v></c>")
                        continue
                elif kind is int:
                    if -exact < content < exact:  # type: ignore[operator]
                        out.append(f"{opening}{row}{number}{content}</v></c>")
                        continue
                elif content is None:
                    if style:
                        out.append(f"{opening}{row}{empty}")
                    continue
                elif kind is date:
                    if content not in days:
                        days[content] = serial(content, date1904)  # type: ignore[arg-type]
                    if days[content] is not None and (name, style) in dated:
                        out.append(f"{opening}{row}{number}{days[content]}</v></c>")
                        continue
                    dated.add((name, style))
                out.append(cell(f"{name}{row}", style, content, f"{sheet}!{name}{row}"))
            return "".join(out)

        return write


def _plan(name: str, style: int) -> tuple[str, str, str, str, int, str]:
    """The unchanging pieces of one column's cells: before the row, and after it for a text, a number, nothing."""
    look = f' s="{style}"' if style else ""
    return f'<c r="{name}', f'"{look} t="inlineStr"><is><t>', f'"{look}><v>', f'"{look}/>', style, name
