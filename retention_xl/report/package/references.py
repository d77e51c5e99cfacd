"""References in formulas, and how they follow when a list or block grows, shrinks or its sheet goes.

Found by one regular expression rather than a formula parser: it leaves texts in quotes, structured references and other
workbooks alone and finds everything else, at a speed that a template with 100,000 formulas needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from .areas import LAST_COLUMN, LAST_ROW, column_number, letters, may_name, unquoted

_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_REFERENCE = re.compile(
    rf"""
      "(?:[^"]|"")*"                                                     # text
    | \[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\](?:[\w.]+!{_CELL}(?::{_CELL})?)?   # tbl[column], [1]Sheet!A1
    | (?<![\w.$])[\w.]+:[\w.]+!{_CELL}(?::{_CELL})?                      # Jan:Mar!A1
    | (?<![\w.$\\?])(?P<sheet>'(?:[^']|'')+'!|[\w.]+!)?
      (?:(?P<first>{_CELL})(?::(?:(?P=sheet))?(?P<last>{_CELL}))?
        |(?P<columns>\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}})
        |(?P<rows>\$?[0-9]{{1,7}}:\$?[0-9]{{1,7}}))
      (?![\w.(\[!?\\])
    """,
    re.VERBOSE,
)
_PARTS = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]+)")


class Corner(NamedTuple):
    """One end of a reference; whole columns end in the first and last row, whole rows in the first and last column."""

    row: int
    column: int
    fixed_row: str
    fixed_column: str

    @property
    def text(self) -> str:
        return f"{self.fixed_column}{letters(self.column)}{self.fixed_row}{self.row}"

    @property
    def exists(self) -> bool:
        return 1 <= self.row <= LAST_ROW and 1 <= self.column <= LAST_COLUMN


def _corner(text: str) -> Corner:
    fixed_column, column, fixed_row, row = _PARTS.fullmatch(text).groups()  # type: ignore[union-attr]
    return Corner(int(row), column_number(column), fixed_row, fixed_column)


class Reference(NamedTuple):
    """As met in a formula: `sheet` is None where none is written; a single cell has first == last and `single`."""

    sheet: str | None
    prefix: str
    first: Corner
    last: Corner
    single: bool
    whole: str  # "", "columns" or "rows"

    def text(self, first: Corner, last: Corner) -> str:
        if not (first.exists and last.exists):
            return self.prefix + "#REF!"
        if self.whole == "columns":
            ends = [f"{c.fixed_column}{letters(c.column)}" for c in (first, last)]
        elif self.whole == "rows":
            ends = [f"{c.fixed_row}{c.row}" for c in (first, last)]
        else:
            ends = [first.text] if self.single and first[:2] == last[:2] else [first.text, last.text]
        return self.prefix + ":".join(ends)


def rewrite(
    formula: str, change: Callable[[Reference], str | None], concerns: Callable[[str], bool] | None = None
) -> str:
    """The formula with every reference replaced by what `change` says; None leaves it.

    `concerns` says of the sheet's name as written ("", "Data!", "'My data'!") whether `change` need be asked at all.
    """

    def replace(found: re.Match[str]) -> str:
        prefix = found["sheet"] or ""
        if concerns is not None and not concerns(prefix):
            return found[0]
        sheet = unquoted(prefix[:-1]) if prefix else None
        if found["first"]:
            first = _corner(found["first"])
            last = _corner(found["last"]) if found["last"] else first
            reference = Reference(sheet, prefix, first, last, not found["last"], "")
        elif found["columns"]:
            one, two = found["columns"].split(":")
            ends = [(column_number(t.lstrip("$")), "$" if t.startswith("$") else "") for t in (one, two)]
            start, end = (Corner(row, col, "", fixed) for row, (col, fixed) in zip((1, LAST_ROW), ends, strict=True))
            reference = Reference(sheet, prefix, start, end, False, "columns")
        elif found["rows"]:
            one, two = found["rows"].split(":")
            ends = [(int(t.lstrip("$")), "$" if t.startswith("$") else "") for t in (one, two)]
            start, end = (Corner(row, col, fixed, "") for col, (row, fixed) in zip((1, LAST_COLUMN), ends, strict=True))
            reference = Reference(sheet, prefix, start, end, False, "rows")
        else:
            return found[0]
        if not (reference.first.exists and reference.last.exists):
            return found[0]  # a name such as XFE1
        changed = change(reference)
        return found[0] if changed is None else changed

    return _REFERENCE.sub(replace, formula)


def translated(formula: str, rows: int, columns: int) -> str:
    """The formula as it reads after being filled down `rows` and right `columns` cells."""

    def moved(corner: Corner, whole: str) -> Corner:
        return corner._replace(
            row=corner.row if corner.fixed_row or whole == "columns" else corner.row + rows,
            column=corner.column if corner.fixed_column or whole == "rows" else corner.column + columns,
        )

    return rewrite(formula, lambda r: r.text(moved(r.first, r.whole), moved(r.last, r.whole)))


def filled_down(formula: str) -> Callable[[int], str]:
    """`translated` for thousands of rows: a function from the number of rows below to the formula."""
    mark = "\0"

    def marked(corner: Corner, whole: str) -> str:
        column = "" if whole == "rows" else f"{corner.fixed_column}{letters(corner.column)}"
        if whole == "columns":
            return column
        return column + (f"${corner.row}" if corner.fixed_row else f"{mark}{corner.row}{mark}")

    def change(reference: Reference) -> str:
        ends = [marked(reference.first, reference.whole)]
        ends += [] if reference.single else [marked(reference.last, reference.whole)]
        return reference.prefix + ":".join(ends)

    pieces = rewrite(formula, change).split(mark)
    texts, rows = pieces[::2], [int(row) for row in pieces[1::2]]

    def at(below: int) -> str:
        numbers = [str(row + below) for row in rows]
        return texts[0] + "".join(number + text for number, text in zip(numbers, texts[1:], strict=True))

    return at


class Change(Protocol):
    """Something that happened to one sheet, which formulas anywhere must follow."""

    sheet: str

    def formula(self, text: str, own_sheet: str | None, grow_single: bool = False) -> str: ...


class Resize:
    """The rows (or columns) first..last of a sheet, the body of a list or block, become `count` rows (or columns).

    Rows: what stands below moves. Columns: nothing moves, since nothing stands right of a block; only what ends with
    the block's last column and meets its rows `within` follows, so that other blocks above and below keep their width.
    On both axes the first sample row stands for the first row and the last for the last, as when a person inserts
    rows between them.
    """

    def __init__(
        self, sheet: str, axis: str, first: int, last: int, count: int, within: tuple[int, int] | None = None
    ) -> None:
        self.sheet, self.axis = sheet, axis
        self.first, self.last, self.new_last = first, last, first + count - 1
        self.growth = self.new_last - last
        self.within = within

    def start(self, place: int) -> int:
        if place == self.last and self.first < self.last:
            return self.new_last
        if place > self.last:
            return place if self.within else place + self.growth
        return min(place, self.new_last) if place > self.first else place

    def end(self, place: int) -> int:
        return self.new_last if place == self.last else self.start(place)

    def meets(self, low: int, high: int) -> bool:
        """Whether something that spans low..high on the other axis follows."""
        return self.within is None or (low <= self.within[1] and high >= self.within[0])

    def goes(self, row: int, column: int) -> bool:
        """Whether a cell is one of those that a body gives up, so that what hangs on it has no place any more."""
        along, across = (row, column) if self.axis == "rows" else (column, row)
        return self.new_last < along <= self.last and self.meets(across, across)

    def corners(self, first: Corner, last: Corner, grow_single: bool) -> tuple[Corner, Corner]:
        single = first[:2] == last[:2] and not grow_single
        if self.axis == "rows":
            if not self.meets(first.column, last.column) or (first.row, last.row) == (1, LAST_ROW):
                return first, last
            end = self.start(last.row) if single else self.end(last.row)
            return first._replace(row=self.start(first.row)), last._replace(row=end)
        if not self.meets(first.row, last.row) or (first.column, last.column) == (1, LAST_COLUMN):
            return first, last
        end = self.start(last.column) if single else self.end(last.column)
        return first._replace(column=self.start(first.column)), last._replace(column=end)

    def formula(self, text: str, own_sheet: str | None, grow_single: bool = False) -> str:
        name = self.sheet.lower()
        own = own_sheet is not None and own_sheet.lower() == name
        if not own and not may_name(text.lower(), name):
            return text

        def concerns(prefix: str) -> bool:
            return unquoted(prefix[:-1]).lower() == name if prefix else own

        def change(reference: Reference) -> str:
            # A reference written as C5:C5 is a range, C5 is not.
            grows = grow_single or not reference.single
            return reference.text(*self.corners(reference.first, reference.last, grows))

        return rewrite(text, change, concerns)


class Widening(Resize):
    """One more column behind `last`: what spans several columns and ends with `last` takes it in. A reference to the
    last column itself, such as its total, stays one to that column."""

    def __init__(self, sheet: str, last: int, within: tuple[int, int]) -> None:
        super().__init__(sheet, "columns", last, last, 2, within)

    def corners(self, first: Corner, last: Corner, grow_single: bool) -> tuple[Corner, Corner]:
        if first.column == last.column:
            return first, last
        return super().corners(first, last, grow_single)


class Removal:
    """A sheet goes: references to it become #REF!, as Excel makes them."""

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet

    def formula(self, text: str, own_sheet: str | None, grow_single: bool = False) -> str:
        name = self.sheet.lower()
        if not may_name(text.lower(), name):
            return text
        return rewrite(text, lambda r: "#REF!" if r.sheet is not None and r.sheet.lower() == name else None)
