"""A workbook as text, a row a line: for a look without Excel, and for the difference between two months or versions."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from retention_xl.errors import RetentionError

from .package import LAST_COLUMN, letters
from .package.areas import column_number
from .verify import formula_cells

DIGITS = 12  # of a number; the last ones of a sum depend on the machine


def sheet_texts(
    path: Path, sheet: str | None = None, columns: str | None = None, with_formulas: bool = False
) -> Iterator[str]:
    """The lines of the whole workbook, or of one sheet or some of its columns ("B,X:Z").

    A row is a line that begins with its number; a value that stands first or behind empty cells has its column before
    it. With formulas each cell that holds one has a line of its own below its row.
    """
    wanted = _columns(columns) if columns else None
    formulas = {(cell.sheet, cell.cell): cell.formula for cell in formula_cells(path)}
    book = _opened(path)
    try:
        for name in _chosen(book.sheetnames, sheet, path):
            yield f"== {name}"
            if hasattr(book[name], "iter_rows"):  # a sheet that is one chart has no cells
                yield from _rows(book[name], wanted, formulas if with_formulas else {})
            yield ""
    finally:
        book.close()


def _opened(path: Path) -> Any:
    from openpyxl import load_workbook

    try:
        return load_workbook(path, read_only=True, data_only=True)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RetentionError(f"{path.name} cannot be read ({error}); open it in Excel and save it anew.") from error


def _chosen(names: Sequence[str], sheet: str | None, path: Path) -> Sequence[str]:
    if sheet is None:
        return names
    found = [name for name in names if name.casefold() == sheet.casefold()]
    if not found:
        raise RetentionError(f"{path.name} has no sheet '{sheet}'; it has {', '.join(names)}.")
    return found


def _rows(sheet: Any, wanted: set[int] | None, formulas: dict[tuple[str, str], str]) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what openpyxl would not save again: nothing is saved here
        rows = list(sheet.iter_rows(values_only=True))
    for number, row in enumerate(rows, start=1):
        cells = [
            (column, value)
            for column, value in enumerate(row, start=1)
            if (wanted is None or column in wanted) and value not in (None, "")
        ]
        if cells:
            yield f"{number:>4}  {' | '.join(_placed(cells))}"
        for column in range(1, len(row) + 1) if formulas else ():
            cell = f"{letters(column)}{number}"
            formula = formulas.get((sheet.title, cell))
            if formula is not None and (wanted is None or column in wanted):
                yield f"        {cell} ={formula}"


def _placed(cells: Sequence[tuple[int, object]]) -> Iterator[str]:
    before = 0
    for column, value in cells:
        yield told(value) if column == before + 1 and before else f"{letters(column)}: {told(value)}"
        before = column


def told(value: object) -> str:
    """A value without its format: numbers to twelve digits, dates as 2026-10-31, texts on one line."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        number = format(value, f".{DIGITS}g")
        return "0" if number == "-0" else number
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(value).split("\n"))


def _columns(text: str) -> set[int]:
    chosen: set[int] = set()
    for part in text.split(","):
        found = re.fullmatch(r"\s*([A-Za-z]{1,3})(?::([A-Za-z]{1,3}))?\s*", part)
        if found is None:
            raise RetentionError(f"'{part.strip()}' are no columns; write them as B or X:Z, with commas between.")
        first, last = sorted((column_number(found[1]), column_number(found[2] or found[1])))
        chosen.update(range(first, min(last, LAST_COLUMN) + 1))
    return chosen
