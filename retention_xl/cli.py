"""The command line. DuckDB, pandas and openpyxl are imported by the command that needs them: `--help` stays quick."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from retention_xl.addin_commands import addin
from retention_xl.errors import HostError
from retention_xl.exits import UsageError, errors_in_a_sentence
from retention_xl.monthly import FIND, default_name, require_free, write_monthly
from retention_xl.workbook_commands import check_workbook, show
from retention_xl.workbook_commands import template as template_commands

WORKBOOKS = {".xlsx", ".xlsm"}

app = typer.Typer(
    name="retention-xl",
    help="Customer retention from a billing ledger: a monthly workbook for Excel, and the functions to check it with.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(template_commands, name="template")
app.add_typer(addin, name="addin")


class Nature(StrEnum):
    recurring = "recurring"
    purchases = "purchases"


class Dates(StrEnum):
    dmy = "dmy"
    mdy = "mdy"


class Duplicates(StrEnum):
    keep = "keep"
    refuse = "refuse"


def main() -> None:
    """The entry of the console command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may lack the letters of a customer's name
            stream.reconfigure(errors="replace")
    app()


def show_version(wanted: bool) -> None:
    if wanted:
        from retention_xl import __version__

        typer.echo(f"retention-xl {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def report(
    ledger: Annotated[
        list[str],
        typer.Argument(
            help="Billing lines: CSV or TSV (also .gz), a workbook (.xlsx, .xlsb, .xls, .ods), Parquet; or a folder of "
            'them, or a pattern such as "exports/*.csv"; or the URL of a database with --table or --query.',
            show_default=False,
        ),
    ],
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Report month. The last complete month unless told.")
    ] = None,
    template: Annotated[
        str, typer.Option(help="Template of the workbook: monthly, board (the month on one page), or a file of yours.")
    ] = "monthly",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The workbook to write. LEDGER-retention-YYYY-MM.xlsx in the current folder unless told.",
        ),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The workbook of an earlier month, whose checklist goes on. The ledger's newest one beside the output "
            "unless told.",
        ),
    ] = None,
    no_previous: Annotated[
        bool, typer.Option("--no-previous", help="Begin the checklist anew, without an earlier workbook.")
    ] = False,
    sheet: Annotated[
        str | None, typer.Option(metavar="NAME", help="The sheet of a workbook that holds the billing lines.")
    ] = None,
    table: Annotated[
        str | None, typer.Option(metavar="NAME", help="The table or view of a database that holds the billing lines.")
    ] = None,
    query: Annotated[
        str | None, typer.Option(metavar="SQL", help="A query of a database that gives the billing lines.")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=HEADING",
            help='Which column is what, such as --map customer="Kunde Nr."; may be given again.',
        ),
    ] = None,
    nature: Annotated[
        Nature | None, typer.Option(help="Recurring revenue or single purchases. Detected unless told.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option(metavar="EUR", help="Currency of the report, for a ledger in several currencies.")
    ] = None,
    rates: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV of currency and rate: 1 unit is so many units of the report currency."),
    ] = None,
    tables: Annotated[
        list[str] | None,
        typer.Option(
            "--tables",
            metavar="NAME=FILE",
            help="What stands beside the ledger, such as --tables customers=crm.xlsx#Kunden; may be given again. A "
            "folder gives every file in it that is called as a table.",
        ),
    ] = None,
    dates: Annotated[Dates | None, typer.Option(help="Day or month first, where the dates fit both.")] = None,
    duplicates: Annotated[
        Duplicates | None,
        typer.Option(help="What becomes of lines equal in every column: kept unless told; listed in either case."),
    ] = None,
    allow_empty_months: Annotated[
        bool, typer.Option("--allow-empty-months", help="Take a month without a line as one in which everybody left.")
    ] = False,
    encoding: Annotated[
        str | None, typer.Option(metavar="cp1252", help="Encoding of a text file that is not UTF-8.")
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Settings of your company (TOML). retention.toml beside the ledger unless told; `init` writes one.",
        ),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Write it only if an independent spreadsheet engine computes every formula alike."
        ),
    ] = False,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also print the workbook to a PDF beside it, through LibreOffice.")
    ] = False,
    board: Annotated[
        bool, typer.Option("--board", help="Also write the month on one page, NAME-board.xlsx beside the workbook.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Make the monthly workbook from a billing ledger."""
    with errors_in_a_sentence():
        require_month(month)
        inputs = [path for path in (previous, rates, settings) if path is not None]
        for path in inputs:
            require_file(path)
        require_ledger(ledger)
        inputs += [Path(place) for place in ledger if Path(place).is_file()]
        require_target(output, inputs)
        if previous and no_previous:
            raise UsageError("--previous and --no-previous exclude each other.")
        reading = {
            "columns": columns_by_field(mapping or []),
            "nature": nature and nature.value,
            "currency": currency and currency.upper(),
            "dates": dates and dates.value,
            "duplicates": duplicates and duplicates.value,
            "allow_empty_months": allow_empty_months or None,
            "encoding": encoding,
            "sheet": sheet,
            "table": table,
            "query": query,
            "tables": tables_by_name(tables or []),
        }
        earlier = None if no_previous else previous or FIND
        make_report(ledger, output, month, template, reading, rates, settings, quiet, verify, pdf, earlier, board)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to write into; made where it is missing.")] = Path(
        "retention-demo"
    ),
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Write a sample ledger, the tables beside it and their workbook into a folder."""
    with errors_in_a_sentence():
        from retention_xl.sample import write_sample
        from retention_xl.sample_tables import write_sample_tables

        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is a file; name a folder to write the sample into.")
        path = write_sample(folder)
        reading = {"tables": write_sample_tables(folder)}
        make_report(path, folder / default_name(path.name, "2026-10"), None, "monthly", reading, None, None, quiet)


@app.command()
def functions(
    name: Annotated[str | None, typer.Argument(help="A function, such as CRR.", show_default=False)] = None,
) -> None:
    """List the worksheet functions, or explain one."""
    with errors_in_a_sentence():
        from retention_xl.hosts import reference
        from retention_xl.terminal import print_functions

        try:
            print_functions(reference.table()) if name is None else typer.echo(reference.explain(name))
        except HostError as error:
            raise UsageError(str(error)) from error


app.command()(show)
app.command("check-workbook")(check_workbook)


def make_report(
    ledger: Path | list[str],
    output: Path | None,
    month: str | None,
    template: str,
    reading: Mapping[str, Any],
    rates_path: Path | None,
    settings_path: Path | None,
    quiet: bool,
    verify: bool = False,
    pdf: bool = False,
    previous: Path | str | None = None,
    board: bool = False,
) -> None:
    """From the ledger to the workbook and the summary."""
    from retention_xl.ledger.sources import source_name
    from retention_xl.terminal import print_summary, progress_display

    with progress_display(quiet) as progress:
        done = write_monthly(
            ledger,
            source_name(ledger, reading.get("table")),
            output,
            month,
            template,
            reading,
            rates_path,
            settings_path,
            progress,
            verify=verify,
            pdf=pdf,
            previous=previous,
            board=board,
        )
    if not quiet:
        print_summary(done.report, done.path, done.remarks)


def require_month(month: str | None) -> None:
    if month is not None and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise UsageError(f"--month: '{month}' is not a month; write it as 2026-10.")


def require_ledger(places: Sequence[str]) -> None:
    """Each is a file, a folder or a pattern; or it is the URL of one database."""
    from retention_xl.ledger.sources import is_database

    if len(places) == 1 and is_database(places[0]):
        return
    for place in places:
        if not Path(place).exists() and not set(place) & set("*?["):
            raise UsageError(f"{place}: there is no such file.")


def require_file(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file.")
    if not path.exists():
        raise UsageError(f"{path}: there is no such file.")


def require_target(output: Path | None, inputs: Sequence[Path]) -> None:
    """A workbook can be written there and nothing is lost by it."""
    if output is None:
        return
    if output.suffix.lower() not in WORKBOOKS:
        raise UsageError(f"--output: '{output}' is no name of a workbook; let it end in .xlsx.")
    if output.is_dir():
        raise UsageError(f"--output: {output} is a folder; name a file.")
    if not output.absolute().parent.is_dir():
        raise UsageError(f"--output: there is no folder {output.absolute().parent}.")
    require_free(output, inputs)


def tables_by_name(given: Sequence[str]) -> dict[str, str | Path]:
    """From `--tables name=file`, as often as it was given; a folder stands for the tables in it."""
    from retention_xl.ledger.supporting.finding import tables_in_folder
    from retention_xl.ledger.supporting.shapes import SHAPES

    found: dict[str, str | Path] = {}
    for choice in given:
        if Path(choice).is_dir():
            found |= {name: path for name, path in tables_in_folder(Path(choice)).items() if name not in found}
            continue
        name, equals, file = choice.partition("=")
        name = name.strip().lower()
        if not equals or not file.strip():
            raise UsageError(f"--tables: '{choice}' is neither a folder nor NAME=FILE, such as customers=crm.csv.")
        if name not in SHAPES:
            raise UsageError(f"--tables: there is no table '{name}'; the tables are {', '.join(SHAPES)}.")
        found[name] = file.strip()
    return found


def columns_by_field(given: Sequence[str]) -> dict[str, str]:
    """From `--map field=heading`, as often as it was given."""
    from retention_xl.ledger.columns import FIELDS

    columns: dict[str, str] = {}
    for choice in given:
        field, equals, heading = choice.partition("=")
        field, heading = field.strip().lower(), heading.strip()
        if not equals or not heading:
            raise UsageError(f"--map: '{choice}' is not FIELD=HEADING, such as customer=\"Kunde Nr.\".")
        if field not in FIELDS:
            raise UsageError(f"--map: there is no field '{field}'; the fields are {', '.join(FIELDS)}.")
        if columns.setdefault(field, heading) != heading:
            raise UsageError(f"--map: {field} is given twice, as '{columns[field]}' and as '{heading}'.")
    return columns


if __name__ == "__main__":
    main()
