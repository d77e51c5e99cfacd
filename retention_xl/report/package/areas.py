"""Places in a workbook: rows and columns count from 1, both ends belong to the area."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from ...column_letters import LAST_COLUMN as LAST_COLUMN
from ...column_letters import LAST_ROW as LAST_ROW
from ...column_letters import column_number as column_number
from ...column_letters import letters as letters


@lru_cache(maxsize=1 << 14)
def split_cell(text: str) -> tuple[int, int]:
    """ "$C$5" -> (5, 3)."""
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?(\d+)", text)
    if found is None:
        raise ValueError(f"{text!r} is not a cell")
    return int(found[2]), column_number(found[1])


def quoted(sheet: str) -> str:
    """The sheet's name as a formula writes it, always in quotes."""
    return "'" + sheet.replace("'", "''") + "'"


def unquoted(sheet: str) -> str:
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet


def may_name(lowered: str, sheet: str) -> bool:
    """Whether formulas, in lower case, may name the sheet: a quick no for most, before one is taken apart."""
    return sheet.lower().replace("'", "''") in lowered


class Area(NamedTuple):
    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        return self.right - self.left + 1

    @property
    def absolute(self) -> str:
        """ "'Bridge'!$C$5:$D$9", or "'Bridge'!$C$5" for one cell."""
        first = f"${letters(self.left)}${self.top}"
        last = f"${letters(self.right)}${self.bottom}"
        return f"{quoted(self.sheet)}!{first}" + ("" if first == last else f":{last}")

    @property
    def readable(self) -> str:
        """ "Bridge!C5:D9", for messages."""
        return f"{self.sheet}!" + plain_reference(self.top, self.left, self.bottom, self.right)

    def part(self, top: int, left: int, bottom: int, right: int) -> Area:
        """The area between two cells counted from 0 in this one; -1 is the row above or the column at the left."""
        return Area(self.sheet, self.top + top, self.left + left, self.top + bottom, self.left + right)

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell of that row and column, of the same sheet, lies in it."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def overlaps(self, other: Area) -> bool:
        return (
            self.sheet == other.sheet
            and self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )


def plain_reference(top: int, left: int, bottom: int, right: int) -> str:
    first, last = f"{letters(left)}{top}", f"{letters(right)}{bottom}"
    return first if first == last else f"{first}:{last}"


def plain_corners(text: str) -> tuple[int, int, int, int]:
    """ "C5:D9" or "C5" -> (5, 3, 9, 4)."""
    first, _, last = text.partition(":")
    top, left = split_cell(first)
    bottom, right = split_cell(last) if last else (top, left)
    return top, left, bottom, right


_AREA = re.compile(r"('(?:[^']|'')+'|[^'!\[\](),]+)!(\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)")


@lru_cache(maxsize=1 << 12)  # a workbook's names are read again and again
def parse_area(text: str) -> Area | None:
    """ "'Bridge'!$C$5:$D$9" -> Area; None for anything that is not one plain area."""
    found = _AREA.fullmatch(text.strip().lstrip("="))
    return Area(unquoted(found[1]), *plain_corners(found[2])) if found else None
