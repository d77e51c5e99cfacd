"""Commands about a workbook that is there: templates of one's own, a workbook as text, a workbook against the rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retention_xl.exits import DATA, UsageError, errors_in_a_sentence

template = typer.Typer(help="Templates of your own: begin one, check one.", no_args_is_help=True)


def require_workbook(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file.")
    if not path.exists():
        raise UsageError(f"{path}: there is no such file.")


@template.command("new")
def new(
    file: Annotated[Path, typer.Argument(help="The template to write, an .xlsx file.", show_default=False)],
    source: Annotated[str, typer.Option("--from", metavar="NAME", help="The shipped template to begin with.")] = (
        "monthly"
    ),
) -> None:
    """Begin a template of your own as a copy of a shipped one."""
    with errors_in_a_sentence():
        from retention_xl.report.template_files import new_template

        if file.suffix.lower() != ".xlsx":
            raise UsageError(f"'{file}' is no name of a template; let it end in .xlsx.")
        if file.exists():
            raise UsageError(f"{file} is there already; choose another name.")
        if not file.absolute().parent.is_dir():
            raise UsageError(f"There is no folder {file.absolute().parent}.")
        new_template(file, source)
        typer.echo(f"Written: {file}")
        typer.echo(
            "Change it in Excel as you like: looks, order, sheets, your own columns and formulas. What is filled"
        )
        typer.echo("is found by name (Formulas > Name Manager, Table Design > Table Name): keep the names you want.")
        typer.echo(f"Then: retention-xl template check {file}")
        typer.echo(f"      retention-xl report LEDGER --template {file}")


@template.command()
def check(
    file: Annotated[Path, typer.Argument(help="A template.", show_default=False)],
) -> None:
    """Say what a template binds and what is wrong with it; exit code 1 where it cannot be filled."""
    with errors_in_a_sentence():
        from retention_xl.report.template_files import checked, told

        require_workbook(file)
        binding = checked(file)
        for line in told(file, binding):
            typer.echo(line)
        if binding.errors:
            raise typer.Exit(DATA)


def show(
    file: Annotated[Path, typer.Argument(help="A workbook.", show_default=False)],
    sheet: Annotated[str | None, typer.Option(metavar="NAME", help="One sheet alone.")] = None,
    columns: Annotated[str | None, typer.Option(metavar="B,X:Z", help="Some columns alone.")] = None,
    formulas: Annotated[bool, typer.Option("--formulas", help="Each formula below the row of its value.")] = False,
) -> None:
    """Print a workbook as text, to read it without Excel or to compare two."""
    with errors_in_a_sentence():
        from retention_xl.report.show import sheet_texts

        require_workbook(file)
        for line in sheet_texts(file, sheet, columns, formulas):
            typer.echo(line)


def check_workbook(
    file: Annotated[Path, typer.Argument(help="A workbook, ours or any other.", show_default=False)],
) -> None:
    """Check a workbook against the rules of good modelling that a machine can check; exit code 1 where it finds any."""
    with errors_in_a_sentence():
        from retention_xl.report import check_workbook as rules

        require_workbook(file)
        points = rules.check_workbook(file)
        for line in rules.report_lines(points):
            typer.echo(line)
        if points:
            raise typer.Exit(DATA)
