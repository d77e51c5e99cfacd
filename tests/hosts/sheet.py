"""Cells of a sheet, references to them, what comes back from a call: what a test and the faked Excel both speak of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple

MISSING = -2147352572  # an argument left out: VT_ERROR DISP_E_PARAMNOTFOUND, which pywin32 hands over as this number
ERROR_BASE = -2146828288  # 0x800A0000; a cell error is this plus its XlCVError number
ERROR_NUMBERS = {
    "#NULL!": 2000,
    "#DIV/0!": 2007,
    "#VALUE!": 2015,
    "#REF!": 2023,
    "#NAME?": 2029,
    "#NUM!": 2036,
    "#N/A": 2042,
    "#GETTING_DATA": 2043,
    "#SPILL!": 2045,
    "#CALC!": 2050,
}
SERIAL_ZERO = dt.datetime(1899, 12, 30)


class CellFault(NamedTuple):
    """An error cell of the sheet, by what it shows."""

    shows: str


class Reference(NamedTuple):
    """An argument written as a cell reference: rows of what the cells hold (Decimal: a currency format, date: a date
    format)."""

    rows: tuple[tuple[Any, ...], ...]

    @classmethod
    def column(cls, *cells: Any) -> Reference:
        return cls(tuple((cell,) for cell in cells))

    @classmethod
    def row(cls, *cells: Any) -> Reference:
        return cls((cells,))

    @classmethod
    def cell(cls, cell: Any) -> Reference:
        return cls(((cell,),))


class Answer(NamedTuple):
    """What the cell gets from the stock VBA wrapper, and the COM round trips back to Excel that the call took."""

    value: Any
    hops: int
    raised: str | None = None


class Imported(NamedTuple):
    """What "Import Functions" left in the workbook: the VBA module and Application.MacroOptions of each function."""

    vba: str
    options: list[tuple[str, dict[str, Any]]]


class BookOnDisk(NamedTuple):
    """A workbook open in Excel: its name, its folder ("" where it was never saved), its sheets with what their cells
    hold from `first_row` on, the sheet in front, and the selected cell."""

    name: str
    folder: str
    sheets: dict[str, tuple[tuple[Any, ...], ...]]
    in_front: str
    selected: tuple[int, int] | None = (1, 1)
    first_row: int = 1
    spills: bool = True  # Excel 2021 and later


class MacroRun(NamedTuple):
    """What a macro did: message boxes shown, workbooks opened, cells written by row, column and property."""

    messages: list[tuple[int, str, str, int]]
    opened: list[str]
    written: dict[tuple[int, int, str], Any]


def value2(cell: Any) -> Any:
    """A cell as Range.Value2 gives it: dates and currency are plain doubles, an error cell is a number."""
    if isinstance(cell, dt.date):
        moment = cell if isinstance(cell, dt.datetime) else dt.datetime(cell.year, cell.month, cell.day)
        return (moment - SERIAL_ZERO) / dt.timedelta(days=1)
    if isinstance(cell, CellFault):
        return ERROR_BASE + ERROR_NUMBERS[cell.shows]
    if isinstance(cell, (int, Decimal)) and not isinstance(cell, bool):
        return float(cell)
    return cell


def raw_value2(rows: tuple[tuple[Any, ...], ...]) -> Any:
    """What a wrapper that passes Range.Value2 hands to Python: a scalar for one cell, else a tuple of row tuples."""
    cells = tuple(tuple(value2(cell) for cell in row) for row in rows)
    return cells[0][0] if len(cells) == len(cells[0]) == 1 else cells
