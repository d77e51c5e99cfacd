"""Macros for Excel on Windows: buttons of the add-in's ribbon, or Alt+F8 after xlwings' "Import Functions" with
`UDF_MODULES = retention_xl.udfs;retention_xl.macros`.

They call what the command line calls, and say in a message box how it went. Excel waits while one runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlwings

from retention_xl.errors import HostError, RetentionError
from retention_xl.exits import UsageError, in_a_sentence
from retention_xl.hosts.vba import ASK_FOR_FUNCTION, TITLE

LEDGER_SHEET = "ledger"  # in any capitals; without one the sheet in front is taken


# Without the hint `-> None`, which xlwings takes for the name of a converter.
@xlwings.sub
def build_monthly_report():  # type: ignore[no-untyped-def]
    """Make the monthly report of the last complete month from this workbook's ledger sheet, and open it."""
    tell(monthly_report)


# Excel asks for the name when it runs the macro: what `vba` says is put in the place of the argument.
@xlwings.sub
@xlwings.arg("name", vba=ASK_FOR_FUNCTION)
def insert_function_example(name):  # type: ignore[no-untyped-def]
    """Write a function's example into the selected cell: what it answers, and below it the formula."""
    tell(lambda book: function_example(book, name))


def tell(action: Callable[[xlwings.Book], str]) -> None:
    """Do it to the workbook in front; a message box says what it did or why it could not."""
    book = xlwings.Book.caller()
    try:
        told, mode = action(book), "info"
    except (RetentionError, UsageError, OSError) as error:
        told, mode = in_a_sentence(error), "critical"
    if told:
        book.app.alert(told, TITLE, mode=mode)


def monthly_report(book: xlwings.Book) -> str:
    from retention_xl.monthly import write_monthly

    named = [sheet for sheet in book.sheets if sheet.name.strip().lower() == LEDGER_SHEET]
    sheet = named[0] if named else book.sheets.active
    done = write_monthly(ledger_on(sheet), book.name, folder=folder_of(book))
    book.app.books.open(str(done.path.absolute()))
    report, quality = done.report, done.report.facts.quality
    checks = f"All {len(report.checks)} checks pass."
    if report.failed:
        checks = f"DO NOT PUBLISH: {len(report.failed)} of {len(report.checks)} checks fail; see its sheet Checks."
    return (
        f"{report.month}, from the sheet {sheet.name}: {quality.lines_accepted:,} lines accepted, "
        f"{quality.lines_refused:,} refused. {checks}\n\n" + "\n".join([*done.remarks, str(done.path)])
    )


def folder_of(book: xlwings.Book) -> Path:
    """The folder of the workbook, where the report goes too."""
    place = Path(str(book.api.Path))
    if not place.is_absolute():
        told = f"it is on {place}" if str(book.api.Path) else "it was never saved"
        raise HostError(f"{book.name} is in no folder of this computer ({told}); save a copy in one first.")
    return place


def ledger_on(sheet: xlwings.Sheet) -> Any:
    """The table of a sheet as a DataFrame, error cells as the text that they show."""
    used = sheet.used_range
    if used.row != 1 or used.shape[0] < 2:
        raise HostError(
            f"The sheet {sheet.name} is no ledger: headings must stand in row 1 and billing lines below them. Go to "
            f"the sheet with the billing lines, or name it {LEDGER_SHEET.title()}, and run this again."
        )
    return used.options("df", index=False, err_to_str=True).value


def function_example(book: xlwings.Book, name: Any) -> str:
    """Nothing to tell where it went well: the example is on the screen."""
    from retention_xl.hosts.reference import call_of, find

    if name is None or not str(name).strip():  # cancelled
        return ""
    spec = find(str(name))
    selected = book.app.selection
    if selected is None:
        raise HostError("Select a cell first; the example goes there and into the cell below.")
    place = selected.sheet.range((selected.row, selected.column))
    below = selected.sheet.range((selected.row + 1, selected.column))
    if place.formula or below.formula:
        raise HostError(f"{place.address} or the cell below is not empty; select a free place for the example.")
    place.value = f"{call_of(spec)}: {spec.help}"
    try:
        below.formula2 = spec.example
    except Exception:  # Excel before 2021 has no formulas that spill
        below.formula = spec.example
    return ""
