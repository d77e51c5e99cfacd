"""Commands that only read a ledger: tell what was taken for what, begin a settings file, export the facts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from retention_xl.exits import DATA, UsageError, errors_in_a_sentence
from retention_xl.reading_options import (
    AllowEmptyMonths,
    AsOf,
    ColumnMap,
    Currency,
    DatesOption,
    DecimalOption,
    DuplicatesOption,
    Encoding,
    LedgerPlaces,
    NatureOption,
    Query,
    Quiet,
    Rates,
    SettingsPath,
    SheetName,
    TableName,
    Tables,
    reading_of,
    require_file,
    require_ledger,
)
from retention_xl.whole_files import write_whole

if TYPE_CHECKING:
    from retention_xl.ledger import Ledger
    from retention_xl.settings_file import SettingsFile

NOTES_SHOWN = 20
NOTE_HEADINGS = ("Done", "File", "Line", "Column", "Value", "Reason", "Amount", "Currency")


def check(
    ledger: LedgerPlaces,
    sheet: SheetName = None,
    table: TableName = None,
    query: Query = None,
    month: AsOf = None,
    mapping: ColumnMap = None,
    nature: NatureOption = None,
    currency: Currency = None,
    rates: Rates = None,
    tables: Tables = None,
    dates: DatesOption = None,
    decimal: DecimalOption = None,
    duplicates: DuplicatesOption = None,
    allow_empty_months: AllowEmptyMonths = False,
    encoding: Encoding = None,
    settings: SettingsPath = None,
    notes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every note, with file, line, column and value, to a CSV.")
    ] = None,
) -> None:
    """Read a ledger and tell what was taken for what and what was refused; exit code 1 where too much is missing."""
    with errors_in_a_sentence():
        require_inputs(ledger, rates, settings)
        if notes is not None:
            require_new(notes, "--notes")
        reading = reading_of(
            sheet,
            table,
            query,
            mapping,
            nature,
            currency,
            tables,
            dates,
            decimal,
            duplicates,
            allow_empty_months,
            encoding,
        )
        read, company = read_given(ledger, {**reading, "as_of": month}, rates, settings)
        with read:
            missing = missing_of(read, company)
            for line in told(read, company, missing, notes):
                typer.echo(line)
            if notes is not None:
                write_notes(read, notes)
    if missing.is_too_much:
        raise typer.Exit(DATA)


def init(
    ledger: LedgerPlaces,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The file to write. retention.toml beside the ledger unless told."
        ),
    ] = None,
    sheet: SheetName = None,
    table: TableName = None,
    query: Query = None,
    month: AsOf = None,
    mapping: ColumnMap = None,
    nature: NatureOption = None,
    currency: Currency = None,
    rates: Rates = None,
    tables: Tables = None,
    dates: DatesOption = None,
    decimal: DecimalOption = None,
    duplicates: DuplicatesOption = None,
    allow_empty_months: AllowEmptyMonths = False,
    encoding: Encoding = None,
) -> None:
    """Write a settings file for a ledger: the choices made on it, and every other setting as a comment."""
    with errors_in_a_sentence():
        from retention_xl.ledger.sources import source_name
        from retention_xl.settings_draft import draft
        from retention_xl.settings_file import NAME, SettingsFile

        require_inputs(ledger, rates, None)
        target = output or folder_of(ledger) / NAME
        require_new(target, "--output")
        reading = reading_of(
            sheet,
            table,
            query,
            mapping,
            nature,
            currency,
            tables,
            dates,
            decimal,
            duplicates,
            allow_empty_months,
            encoding,
        )
        read, _ = read_given(ledger, {**reading, "as_of": month}, rates, None, SettingsFile())
        with read:
            text = draft(read, source_name(ledger), reading, target.parent)
        write_whole(target, text.encode())
        typer.echo(f"Written: {target}")
        typer.echo("It holds the choices made on this ledger; every other setting stands in it as a comment.")


def export_facts(
    ledger: LedgerPlaces,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="The file to write: .parquet or .csv.", show_default=False),
    ],
    sheet: SheetName = None,
    table: TableName = None,
    query: Query = None,
    month: AsOf = None,
    mapping: ColumnMap = None,
    nature: NatureOption = None,
    currency: Currency = None,
    rates: Rates = None,
    tables: Tables = None,
    dates: DatesOption = None,
    decimal: DecimalOption = None,
    duplicates: DuplicatesOption = None,
    allow_empty_months: AllowEmptyMonths = False,
    encoding: Encoding = None,
    settings: SettingsPath = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over files that are there.")] = False,
    quiet: Quiet = False,
) -> None:
    """Export the customer months; movements and cohorts go into FILE-movements and FILE-cohorts beside them."""
    with errors_in_a_sentence():
        from retention_xl.ledger.export import FORMATS, beside

        require_inputs(ledger, rates, settings)
        if output.suffix.lower() not in FORMATS:
            raise UsageError(f"--output: '{output}' is neither Parquet nor CSV; let it end in .parquet or .csv.")
        for target in (output, beside(output, "movements"), beside(output, "cohorts")):
            require_no_input(target, ledger)
            if not overwrite:
                require_new(target, "--output", " or say --overwrite")
        reading = reading_of(
            sheet,
            table,
            query,
            mapping,
            nature,
            currency,
            tables,
            dates,
            decimal,
            duplicates,
            allow_empty_months,
            encoding,
        )
        read, _ = read_given(ledger, {**reading, "as_of": month}, rates, settings)
        with read:
            written = read.export(output)
        if not quiet:
            for path in written:
                typer.echo(f"Written: {path}")


def read_given(
    places: list[str],
    reading: Mapping[str, Any],
    rates: Path | None,
    settings: Path | None,
    company: SettingsFile | None = None,
) -> tuple[Ledger, SettingsFile]:
    """The ledger as the command line and the settings file say, without a bar: these commands print lines."""
    from retention_xl.ledger import read_ledger
    from retention_xl.settings_file import settings_for, with_options
    from retention_xl.terminal import progress_display

    company = company or settings_for(places, settings)
    with progress_display(False) as progress:
        read = read_ledger(places, rates=rates or company.rates, progress=progress, **with_options(company, reading))
    return read, company


def told(read: Ledger, company: SettingsFile, missing: Missing, notes: Path | None) -> Iterator[str]:
    """All that a person needs to judge how the ledger was read."""
    from retention_xl.monthly import month_reason
    from retention_xl.terminal import amount, column_in_words, quality_lines, table_lines

    yield from company.told
    yield from read.told
    yield "Columns:"
    for choice in read.columns:
        yield f"  {column_in_words(choice)}"
    yield f"Nature: {read.nature_reason}"
    yield f"Currency: {read.currency or 'none is named'}"
    month = read.last_complete_month
    reason = month_reason(month, False, read.last_month, read.last_date)
    yield f"Months: {read.first_month} to {read.last_month}; the report would be of {month}, {reason}"
    quality = read.quality
    for currency, cents in quality.read_cents_by_currency.items():
        accepted = quality.accepted_cents_by_currency.get(currency, 0)
        sums = (cents, accepted, cents - accepted)
        total, taken, rest = (amount(each, currency, len(quality.read_cents_by_currency) > 1) for each in sums)
        yield f"Money: {total} read, {taken} accepted, {rest} refused"
    yield from quality_lines(quality, f"in {notes}" if notes else "by --notes FILE.csv")
    for note in quality.notes[:NOTES_SHOWN]:
        at = f", column {note.column}" if note.column else ""
        yield f"  {note.action}: {note.file}, line {note.line}{at}: {note.value!r} {note.reason}"
    if quality.notes_total > NOTES_SHOWN:
        yield f"  and {quality.notes_total - NOTES_SHOWN:,} more"
    yield from table_lines(read.tables)
    for row in read.table_notes[:NOTES_SHOWN]:
        at = f", column {row.column}" if row.column else ""
        yield f"  table {row.table}: {row.file}, line {row.line}{at}: {row.value!r} {row.reason}"
    more = sum(read_table.noted for read_table in read.tables) - NOTES_SHOWN
    if more > 0:
        yield f"  and {more:,} more"
    verdict = "MORE THAN" if missing.is_too_much else "within"
    yield (
        f"Missing: {100 * missing.lines:.2f} % of the lines and {100 * missing.money:.2f} % of the money, "
        f"{verdict} the limit of {100 * missing.limit:.2f} %."
    )


class Missing(NamedTuple):
    """The parts of the ledger that were refused, and the part from which a report would be red."""

    lines: float
    money: float
    limit: float

    @property
    def is_too_much(self) -> bool:
        return max(self.lines, self.money) > self.limit


def missing_of(read: Ledger, company: SettingsFile) -> Missing:
    from retention_xl.report.checks import missing_parts
    from retention_xl.report.settings import load_settings

    settings = load_settings(company.path, read.nature, company.inputs)
    return Missing(*missing_parts(read.quality), settings.number("policy.refused_limit"))


def write_notes(read: Ledger, path: Path) -> None:
    """Every note of the ledger and of the tables, as far as they are listed."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(NOTE_HEADINGS)
    for n in read.quality.notes:
        money = "" if n.cents is None else f"{'-' if n.cents < 0 else ''}{abs(n.cents) // 100}.{abs(n.cents) % 100:02d}"
        rows.writerow([n.action, n.file, n.line, n.column, as_text(n.value), n.reason, money, n.currency])
    for t in read.table_notes:
        rows.writerow([f"table {t.table}", t.file, t.line, t.column, as_text(t.value), t.reason, "", ""])
    write_whole(path, text.getvalue().encode("utf-8-sig"))


def as_text(value: str) -> str:
    """A cell of the source that a spreadsheet would take for a formula, as text."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def folder_of(places: Sequence[str]) -> Path:
    """Where a settings file is found: the folder of the ledger."""
    first = Path(places[0])
    if "://" in places[0]:
        return Path()
    return first if first.is_dir() else first.parent


def require_inputs(places: Sequence[str], *files: Path | None) -> None:
    require_ledger(places)
    for path in files:
        if path is not None:
            require_file(path)


def require_new(path: Path, option: str, otherwise: str = "") -> None:
    if path.exists():
        raise UsageError(f"{option}: {path} is there already; name another file{otherwise}.")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{option}: there is no folder {path.absolute().parent}.")


def require_no_input(path: Path, places: Sequence[str]) -> None:
    if path.exists() and any(Path(place).exists() and path.samefile(place) for place in places):
        raise UsageError(f"--output: {path} is read by this run; name another file.")
