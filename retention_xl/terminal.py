"""What a run shows in the terminal: a bar while it works, the key figures when it is done."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from retention_xl.ledger.records import ColumnChoice, Quality
    from retention_xl.ledger.supporting.records import TableRead
    from retention_xl.metrics.reference import Row
    from retention_xl.report.model import Report

Progress = Callable[[str, float | None], None]
REASONS_SHOWN = 8


@contextmanager
def progress_display(quiet: bool) -> Iterator[Progress]:
    """A function that takes what is being done and how much of it (None: not known). Shows nothing off a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda text, fraction: None
        return
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Display(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task("", total=None)

        def show(text: str, fraction: float | None) -> None:
            display.update(task, description=text, total=None if fraction is None else 1.0, completed=fraction or 0.0)

        yield show


def print_summary(report: Report, target: Path, remarks: Sequence[str]) -> None:
    """The figures, the checks, how the ledger was read and what was refused, and where the workbook is."""
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(headline_table(report))
    lines = [
        *check_lines(report),
        *quality_lines(report.facts.quality),
        *table_lines(report.facts.supporting.tables),
        "Columns: " + ", ".join(column_in_words(choice) for choice in report.source.columns),
        f"Nature: {report.source.nature_reason}",
        f"Month: {report.month}, {report.source.month_reason}",
        *previous_lines(report),
        *remarks,
        f"Workbook: {target}",
    ]
    for line in lines:
        console.print(line, soft_wrap=True)  # a path that is copied from here must not be broken by a line end


def headline_table(report: Report) -> Table:
    currency = f", {report.facts.currency}" if report.facts.currency else ""
    title = Text(f"{report.source.name}, {report.month}{currency}", style="bold")
    table = Table(title=title, title_justify="left")
    table.add_column("Figure")
    table.add_column("This month", justify="right")
    table.add_column("Last month", justify="right")
    table.add_column("Status")
    for line in report.headline:
        table.add_row(*(Text(text) for text in (line.label, line.this_month, line.last_month, line.status)))
    return table


def check_lines(report: Report) -> Iterator[str]:
    if not report.failed:
        yield f"Checks: all {len(report.checks)} pass."
        return
    yield f"DO NOT PUBLISH: {len(report.failed)} of {len(report.checks)} checks fail."
    for check in report.failed:
        yield f"  {check.name}: {check.told}"


def previous_lines(report: Report) -> Iterator[str]:
    if report.previous is None or report.restated is None:
        return
    from retention_xl.report.sheets.restatement import told

    rows = len(report.previous.rows)
    yield f"Carried over from {report.previous.path}: {rows} {'row' if rows == 1 else 'rows'} of the checklist."
    yield told(report.restated)


def column_in_words(choice: ColumnChoice) -> str:
    told = "" if choice.why == "by its heading" else f" {choice.why}"
    return f"{choice.field} = {choice.heading!r}{told}"


def quality_lines(quality: Quality, listed: str = "on the sheet Data quality") -> Iterator[str]:
    from retention_xl.ledger.reasons import REFUSED, REPEATING

    refused: Counter[str] = Counter()
    repeating = {REFUSED[code][1] for code in REPEATING}  # total lines and the like hold no money of their own
    repeats = False
    for action, reason, _, cents in quality.by_reason:
        if action == "refused" and reason in repeating:
            repeats = True
        elif action == "refused":
            refused.update(cents)
    sums = money(refused)
    told = [f"{sums} may be missing from the figures" if sums and repeats else sums]
    if quality.refused_unreadable:
        told.append(f"{quality.refused_unreadable:,} without a readable amount")
    parts = ", ".join(filter(None, told))
    read = f"Lines: {quality.lines_read:,} read, {quality.lines_accepted:,} accepted, {quality.lines_refused:,} refused"
    yield f"{read} ({parts})." if parts else f"{read}."
    for action, reason, lines, by_currency in quality.by_reason[:REASONS_SHOWN]:
        of_reason = money(by_currency) if action == "refused" else ""
        yield f"  {action} {lines:,}: {reason}" + (f" ({of_reason})" if of_reason else "")
    if len(quality.by_reason) > REASONS_SHOWN:
        yield f"  and {len(quality.by_reason) - REASONS_SHOWN} more reasons"
    if quality.notes_total:
        yield f"  Every line is listed with its place and reason {listed}."


def table_lines(tables: Sequence[TableRead]) -> Iterator[str]:
    """What stands beside the ledger, and what of it was not taken."""
    for table in tables:
        if table.refused:
            yield f"Table {table.table} is not taken: {table.refused}"
            continue
        told = f"Table {table.table}: {table.taken:,} of {table.rows:,} rows of {table.file} taken"
        told += f"; {table.noted:,} {'note' if table.noted == 1 else 'notes'}" if table.noted else ""
        yield f"{told}; {table.left_out}." if table.left_out else f"{told}."


def money(cents_by_currency: Mapping[str, int]) -> str:
    several = len(cents_by_currency) > 1
    return " + ".join(amount(cents, currency, several) for currency, cents in sorted(cents_by_currency.items()))


def amount(cents: int, currency: str, several: bool) -> str:
    """`several`: it stands among amounts of other currencies, so that one without is said to have none."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    unit = currency or ("without currency" if several else "")
    return f"{sign}{cents // 100:,}.{cents % 100:02d} {unit}".rstrip()


def print_functions(rows: Sequence[Row]) -> None:
    """The worksheet functions, one a row, under their groups."""
    table = Table(show_lines=False)
    table.add_column("Function", overflow="fold")
    table.add_column("Answers")
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            table.add_section()
            table.add_row(Text(group, style="bold"))
        table.add_row(Text(row.call), Text(row.answers))
    Console(highlight=False).print(table)
