"""The command line. DuckDB, pandas and openpyxl are imported by the command that needs them: `--help` stays quick."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from retention_xl.addin_commands import addin
from retention_xl.errors import HostError
from retention_xl.exits import UsageError, errors_in_a_sentence
from retention_xl.ledger_commands import check, export_facts, init
from retention_xl.monthly import FIND, default_name, require_free, write_monthly
from retention_xl.reading_options import (
    AllowEmptyMonths,
    ColumnMap,
    Currency,
    DatesOption,
    DecimalOption,
    DuplicatesOption,
    Encoding,
    Engine,
    EngineOption,
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
    ledger: LedgerPlaces,
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
    sheet: SheetName = None,
    table: TableName = None,
    query: Query = None,
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
    engine: EngineOption = Engine.duckdb,
    settings: SettingsPath = None,
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
    quiet: Quiet = False,
) -> None:
    """Make the monthly workbook from a billing ledger."""
    with errors_in_a_sentence():
        require_month(month)
        inputs = [path for path in (previous, rates, settings) if path is not None]
        for path in inputs:
            require_file(path)
        if engine is Engine.duckdb:
            require_ledger(ledger)
        inputs += [Path(place) for place in ledger if Path(place).is_file()]
        require_target(output, inputs)
        if previous and no_previous:
            raise UsageError("--previous and --no-previous exclude each other.")
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
        if engine is Engine.spark:
            reading["engine"] = engine.value
        earlier = None if no_previous else previous or FIND
        make_report(ledger, output, month, template, reading, rates, settings, quiet, verify, pdf, earlier, board)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Folder to write into; made where it is missing.")] = Path(
        "retention-demo"
    ),
    quiet: Quiet = False,
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


app.command()(check)
app.command()(init)
app.command("facts")(export_facts)
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
            source_name(ledger, reading.get("table"), reading.get("engine", "duckdb")),
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


if __name__ == "__main__":
    main()
