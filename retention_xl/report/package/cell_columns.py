"""Many rows of cells at once, column by column: what a column's values have in common is looked at only once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, cast
from xml.sax.saxutils import escape

from retention_xl.report.cells import Content

from .areas import letters
from .batches import Columns
from .cell_text import EXACT_DIGITS, LONGEST_TEXT, CellText, serial

# What must not be written as it stands, but for markup: controls, Excel's own escapes, blanks at the ends, signs of a
# formula.
_needs_care = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]|_x|^[=+@\\-\\s]|\\s$").search
# The same in lines that begin and end with a break, whose texts are printable: an empty line too, it is a blank cell.
_CARE = ("&", "<", ">", "_x", *("\n" + sign for sign in "=+-@ \n"), " \n")
_LONG = LONGEST_TEXT // 2  # some characters count twice
_NOTHING = type(None)
_END_OF_TEXT, _END_OF_NUMBER = "</t></is></c>", "</v></c>"

_Piece = str | Sequence[str]  # the same for each row, or one each


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
        self._dated: set[str] = set()  # columns whose format has been looked at

    def whole_rows(self, first: int, columns: Columns, opening: str, middle: str) -> str:
        """Rows as they stand in a sheet: `opening` and `middle` are the texts around a row's number.

        `first` is the number of the first row; there are as many columns as were announced.
        """
        numbers = _numbers(first, columns)
        return "".join(_woven([opening, numbers, middle, *self._pieces(numbers, columns), "</row>"], len(numbers)))

    def rows(self, first: int, columns: Columns) -> list[str]:
        """The cells of each row."""
        numbers = _numbers(first, columns)
        pieces = self._pieces(numbers, columns)
        woven, width = _woven(pieces, len(numbers)), len(pieces)
        return ["".join(woven[row * width : (row + 1) * width]) for row in range(len(numbers))]

    def _pieces(self, numbers: Sequence[str], columns: Columns) -> list[_Piece]:
        """What the cells of all rows are put together from, row by row."""
        pieces: list[_Piece] = []
        for column, contents in zip(self._columns, columns, strict=True):
            pieces += self._column(column, numbers, contents)
        return pieces

    def _column(self, column: _Column, numbers: Sequence[str], contents: Sequence[Content]) -> Sequence[_Piece]:
        """Quickly where the cells are of one plain kind or texts repeat; all else goes cell by cell."""
        kinds = set(map(type, contents))
        if kinds == {_NOTHING}:
            return [column.opening, numbers, column.empty] if column.empty else []
        if kinds == {float} and _finite(cast("Sequence[float]", contents)):
            return [column.opening, numbers, column.number, list(map(repr, contents)), _END_OF_NUMBER]
        if kinds == {int} and _exact(cast("Sequence[int]", contents)):
            return [column.opening, numbers, column.number, list(map(str, contents)), _END_OF_NUMBER]
        if kinds == {str} and _plain(cast("Sequence[str]", contents)):
            return [column.opening, numbers, column.text, cast("Sequence[str]", contents), _END_OF_TEXT]
        if kinds == {date} and column.name in self._dated:
            days = {day: serial(day, self._text.date1904) for day in cast("set[date]", set(contents))}
            if None not in days.values():
                serials = [repr(days[day]) for day in cast("Sequence[date]", contents)]
                return [column.opening, numbers, column.number, serials, _END_OF_NUMBER]
        if kinds <= {str, _NOTHING}:
            return self._texts(column, numbers, contents)
        if kinds == {float, _NOTHING} and _finite([value for value in contents if isinstance(value, float)]):
            ends = [
                column.empty if value is None else f"{column.number}{value!r}{_END_OF_NUMBER}" for value in contents
            ]
            return _ended(column, numbers, ends)
        return [[self._cell(column, row, content) for row, content in zip(numbers, contents, strict=True)]]

    def _texts(self, column: _Column, numbers: Sequence[str], contents: Sequence[Content]) -> Sequence[_Piece]:
        """Texts that repeat or are blank, or of which some need care."""
        ends: dict[Content, str | None] = {None: column.empty, "": column.empty}
        ends |= {text: self._text_end(column, cast("str", text)) for text in set(contents) - {None, ""}}
        known = list(map(ends.__getitem__, contents))
        for place, end in enumerate(known):
            if end is None:
                whole = self._cell(column, numbers[place], contents[place])
                known[place] = whole.removeprefix(column.opening + numbers[place])
        return _ended(column, numbers, cast("Sequence[str]", known))

    def _text_end(self, column: _Column, text: str) -> str | None:
        """What stands behind the row's number; None for a text that needs more than its markup escaped."""
        plain = len(text) < _LONG and not _needs_care(text)
        return f"{column.text}{escape(text)}{_END_OF_TEXT}" if plain else None

    def _cell(self, column: _Column, row: str, content: Content) -> str:
        if type(content) is date:
            self._dated.add(column.name)
        reference = f"{column.name}{row}"
        return self._text.cell(reference, column.style, content, f"{self._sheet}!{reference}")


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


def _ended(column: _Column, numbers: Sequence[str], ends: Sequence[str]) -> Sequence[_Piece]:
    """Cells of which each has its own end; one without an end needs no element."""
    if all(ends):
        return [column.opening, numbers, ends]
    return [[f"{column.opening}{row}{end}" if end else "" for row, end in zip(numbers, ends, strict=True)]]


def _numbers(first: int, columns: Columns) -> list[str]:
    return list(map(str, range(first, first + len(columns[0]))))


def _woven(pieces: Sequence[_Piece], rows: int) -> list[str]:
    """The pieces of the first row, those of the second ..."""
    width = len(pieces)
    woven = [""] * (rows * width)
    for place, piece in enumerate(pieces):
        woven[place::width] = [piece] * rows if isinstance(piece, str) else piece
    return woven


def _plain(texts: Sequence[str]) -> bool:
    """Whether all can be written as they stand."""
    lines = "\n".join(("", *texts, ""))
    return len(lines) < _LONG and "".join(texts).isprintable() and not any(sign in lines for sign in _CARE)


def _finite(numbers: Sequence[float]) -> bool:
    total = sum(numbers)
    return total - total == 0


def _exact(numbers: Sequence[int]) -> bool:
    return min(numbers) > -EXACT_DIGITS and max(numbers) < EXACT_DIGITS
