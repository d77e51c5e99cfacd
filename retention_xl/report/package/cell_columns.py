"""Many rows of cells at once, column by column: what a column's values have in common is looked at only once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, cast
from xml.sax.saxutils import escape

from retention_xl.report.cells import Content

from .areas import letters
from .cell_text import EXACT_DIGITS, LONGEST_TEXT, CellText, serial

# What must not be written as it stands: markup, controls, Excel's own escapes, blanks at the ends, signs of a formula.
_CARE = "[&<>\x00-\x09\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x|^[=+@\\-\\s]|\\s$"
_line_needs_care = re.compile(_CARE, re.MULTILINE).search  # an empty line too: it is a blank cell
_needs_more_than_markup = re.compile(_CARE.replace("&<>", "\n")).search
_LONG = LONGEST_TEXT // 2  # some characters count twice
_NOTHING = type(None)


class _Column(NamedTuple):
    """The unchanging pieces of a column's cells: before the row's number, and after it for each kind of value."""

    name: str
    style: int
    opening: str
    text: str
    number: str
    empty: str  # "" where an empty cell needs no element


class CellColumns:
    """Writes the cells of a body whose rows look alike. `columns` are (column, style)."""

    def __init__(self, text: CellText, sheet: str, columns: Sequence[tuple[int, int]]) -> None:
        self._text, self._sheet = text, sheet
        self._columns = [_column(letters(column), style) for column, style in columns]
        self._days: dict[date, float | int | None] = {}
        self._dated: set[str] = set()  # columns whose format has been looked at

    def rows(self, first: int, rows: Sequence[Sequence[Content]], around: tuple[str, str] | None = None) -> list[str]:
        """The cells of each row as text; `first` is the number of the first. All are as wide as there are columns.

        `around` are the texts before and after the number that a whole row begins with; it then ends as one.
        """
        numbers = range(first, first + len(rows))
        pattern: list[str] = []
        pieces: list[Sequence[object]] = []
        if around is not None:
            pattern.append("%d".join(around))
            pieces.append(numbers)
        for column, contents in zip(self._columns, zip(*rows, strict=True), strict=True):
            alike = self._alike(column, contents)
            if alike is None:
                pattern.append("%s")
                pieces.append(self._each(column, numbers, contents))
            elif alike[1] is not None:
                pattern.append(f"{column.opening}%d{alike[0]}")
                pieces += [numbers, alike[1]]
            elif column.empty:
                pattern.append(f"{column.opening}%d{column.empty}")
                pieces.append(numbers)
        if around is not None:
            pattern.append("</row>")
        if not pieces:
            return [""] * len(rows)
        return list(map("".join(pattern).__mod__, zip(*pieces, strict=True)))

    def _alike(self, column: _Column, contents: Sequence[Content]) -> tuple[str, Sequence[object] | None] | None:
        """How each cell ends with a place for its value, and the values; None for those where all cells are empty.

        None for all where the cells are not of one plain kind.
        """
        kinds = set(map(type, contents))
        if len(kinds) > 1:
            return None
        kind = kinds.pop()
        if kind is float and _finite(cast("Sequence[float]", contents)):
            return f"{column.number}%r</v></c>", contents
        if kind is int and _exact(cast("Sequence[int]", contents)):
            return f"{column.number}%d</v></c>", contents
        if kind is str:
            lines = "\n".join(cast("Sequence[str]", contents))
            # A text with a line break makes one line more, and needs care as well; a single blank makes no line.
            if 0 < len(lines) < _LONG and lines.count("\n") == len(contents) - 1 and not _line_needs_care(lines):
                return f"{column.text}%s</t></is></c>", contents
        if kind is date and column.name in self._dated:
            days = [self._day(day) for day in cast("Sequence[date]", contents)]
            if None not in days:
                return f"{column.number}%r</v></c>", days
        return ("", None) if kind is _NOTHING else None

    def _each(self, column: _Column, numbers: Sequence[int], contents: Sequence[Content]) -> Sequence[str]:
        """Quickly where numbers have blanks among them or texts repeat; all else goes cell by cell."""
        kinds = set(map(type, contents)) - {_NOTHING}
        opening, number, empty = column.opening, column.number, column.empty
        if kinds == {float} and _finite([cast("float", value) for value in contents if value is not None]):
            return [
                f"{opening}{row}{number}{value!r}</v></c>"
                if value is not None
                else f"{opening}{row}{empty}"
                if empty
                else ""
                for row, value in zip(numbers, contents, strict=True)
            ]
        if kinds != {str}:
            return [self._cell(column, row, content) for row, content in zip(numbers, contents, strict=True)]
        ends: dict[Content, str | None] = {None: empty, "": empty}
        ends |= {text: self._text_end(column, cast("str", text)) for text in set(contents) - {None, ""}}
        cells = []
        for row, content in zip(numbers, contents, strict=True):
            end = ends[content]
            if end is None:
                cells.append(self._cell(column, row, content))
            else:
                cells.append(f"{opening}{row}{end}" if end else "")
        return cells

    def _text_end(self, column: _Column, text: str) -> str | None:
        """What stands behind the row's number; None for a text that needs more than its markup escaped."""
        plain = len(text) < _LONG and not _needs_more_than_markup(text)
        return f"{column.text}{escape(text)}</t></is></c>" if plain else None

    def _cell(self, column: _Column, row: int, content: Content) -> str:
        if type(content) is date:
            self._dated.add(column.name)
        reference = f"{column.name}{row}"
        return self._text.cell(reference, column.style, content, f"{self._sheet}!{reference}")

    def _day(self, day: date) -> float | int | None:
        if day not in self._days:
            self._days[day] = serial(day, self._text.date1904)
        return self._days[day]


def _column(name: str, style: int) -> _Column:
    look = f' s="{style}"' if style else ""
    return _Column(
        name,
        style,
        f'<c r="{name}',
        f'"{look} t="inlineStr"><is><t>',
        f'"{look}><v>',
        f'"{look}/>' if style else "",
    )


def _finite(numbers: Sequence[float]) -> bool:
    total = sum(numbers)
    return total - total == 0


def _exact(numbers: Sequence[int]) -> bool:
    return min(numbers) > -EXACT_DIGITS and max(numbers) < EXACT_DIGITS
