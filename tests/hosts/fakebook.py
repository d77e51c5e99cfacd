"""A workbook in front of the user, as the macros meet it: the part of Excel's object model that xlwings walks for them.

Only for the child process in which `fakewin.py` has replaced pywin32.
"""

# ruff: noqa: N802  (the names are those of COM)

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .fakewin import RANGE_IID, ComError, ExcelObject, Sized, _value, wrap
from .sheet import BookOnDisk

HWND = 77


class Cells(ExcelObject):
    """A Range of a sheet. What is written goes into the record of the workbook."""

    IID, NAME = RANGE_IID, "Range"

    def __init__(self, sheet: OpenSheet, row: int, column: int, rows: tuple[tuple[Any, ...], ...]) -> None:
        self.Worksheet, self.Row, self.Column, self.rows = sheet, row, column, rows
        self.Rows, self.Columns = Sized(len(rows)), Sized(max(map(len, rows), default=0))
        self.Count = self.Rows.Count * self.Columns.Count
        self.Address = f"${chr(64 + column)}${row}"

    def _write(self, how: str, value: Any) -> None:
        self.Worksheet.Parent.written[(self.Row, self.Column, how)] = value

    @property
    def Value(self) -> Any:
        cells = tuple(tuple(_value(cell) for cell in row) for row in self.rows)
        return cells[0][0] if len(cells) == len(cells[0]) == 1 else cells

    @Value.setter
    def Value(self, value: Any) -> None:
        self._write("Value", value)

    @property
    def Formula(self) -> str:
        held = self.rows[0][0]
        return "" if held is None else str(held)

    @Formula.setter
    def Formula(self, formula: str) -> None:
        self._write("Formula", formula)

    @property
    def Formula2(self) -> str:
        return self.Formula

    @Formula2.setter
    def Formula2(self, formula: str) -> None:
        if not self.Worksheet.Parent.spills:
            raise ComError(-2147352570)  # unknown name
        self._write("Formula2", formula)


class OpenSheet(ExcelObject):
    NAME = "Worksheet"

    def __init__(self, parent: Book, name: str, rows: tuple[tuple[Any, ...], ...], first_row: int) -> None:
        self.Parent, self.Name, self.rows, self.first_row = parent, name, rows, first_row

    @property
    def UsedRange(self) -> Cells:
        return Cells(self, self.first_row, 1, self.rows or ((None,),))

    def Cells(self, row: int, column: int) -> Any:
        held = None
        if self.first_row <= row < self.first_row + len(self.rows):
            cells = self.rows[row - self.first_row]
            held = cells[column - 1] if column <= len(cells) else None
        return wrap(Cells(self, row, column, ((held,),)))


class OpenSheets(ExcelObject):
    NAME = "Sheets"

    def __init__(self, parent: Book, sheets: list[OpenSheet]) -> None:
        self.Parent, self.sheets = parent, sheets

    def __iter__(self) -> Iterator[OpenSheet]:
        return iter(self.sheets)


class Workbooks(ExcelObject):
    NAME = "Workbooks"

    def __init__(self, opened: list[str]) -> None:
        self.opened = opened

    def __call__(self, name: str) -> Any:
        raise ComError(-2147352565)  # xlwings asks first whether it is open already

    def Open(self, path: str, *options: Any) -> Any:
        self.opened.append(path)
        return wrap(ExcelObject())


class OpenApplication(ExcelObject):
    NAME = "Application"
    Version = "16.0"
    Hwnd = HWND

    def __init__(self, book: Book, selected: tuple[int, int] | None) -> None:
        self.Workbooks = Workbooks(book.opened)
        self._book, self._selected = book, selected

    @property
    def Selection(self) -> Any:
        if self._selected is None:
            raise ComError(-2147352567)  # a chart is selected
        return self._book.ActiveSheet.Cells(*self._selected)


class Book(ExcelObject):
    NAME = "Workbook"

    def __init__(self, book: BookOnDisk) -> None:
        self.Name, self.Path = book.name, book.folder
        self.FullName = f"{book.folder}/{book.name}" if book.folder else book.name
        self.written: dict[tuple[int, int, str], Any] = {}
        self.opened: list[str] = []
        self.spills = book.spills
        sheets = [OpenSheet(self, name, rows, book.first_row) for name, rows in book.sheets.items()]
        self.Worksheets = OpenSheets(self, sheets)
        self.ActiveSheet = next(sheet for sheet in sheets if sheet.Name == book.in_front)
        self.Application = OpenApplication(self, book.selected)
