"""`retention-xl addin ...`: the add-in for Excel on Windows built, put in place, looked after and taken away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retention_xl.errors import HostError
from retention_xl.exits import DATA, UsageError, errors_in_a_sentence

if TYPE_CHECKING:
    from retention_xl.hosts.windows import Windows

addin = typer.Typer(
    help="The worksheet functions in Excel on Windows: build, install and check the add-in. On Windows, `install` "
    "once, restart Excel, and type =CRR(100,105,15) into a cell; it shows 0.9.",
    no_args_is_help=True,
)


def machine() -> Windows:
    """This Windows; elsewhere a command that needs it cannot be meant."""
    from retention_xl.hosts.windows import this_machine

    try:
        return this_machine()
    except HostError as error:
        raise UsageError(str(error)) from error


def require_place(path: Path, suffix: str) -> None:
    if path.suffix.lower() != suffix:
        raise UsageError(f"--output: '{path}' must end in {suffix}.")
    if path.is_dir():
        raise UsageError(f"--output: {path} is a folder; name a file.")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"--output: there is no folder {path.absolute().parent}.")


@addin.command()
def build(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The add-in to write.")] = Path(
        "retention_xl.xlam"
    ),
    python: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="pythonw.exe on the machine that will use it, as one types it there. Unless told: the first pythonw "
            "on its PATH.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write the add-in as a file, on any system, to be copied to a Windows machine."""
    with errors_in_a_sentence():
        from retention_xl.hosts import addin as add_in

        require_place(output, ".xlam")
        if output.exists() and not add_in.is_ours(output):
            raise UsageError(f"{output} is not an add-in of this program; move it away or choose another --output.")
        add_in.build(output, python)
        typer.echo(f"Written: {output}")
        typer.echo(rf"On the Windows machine close Excel and copy it to {add_in.START_FOLDER}.")
        typer.echo(f"Python there: {python or 'the first pythonw on the PATH'}, with retention-xl installed.")
        typer.echo("Where retention-xl is installed on the Windows machine, `retention-xl addin install` does it all.")


@addin.command()
def install() -> None:
    """Put the add-in where Excel starts it, for this Python (Windows)."""
    with errors_in_a_sentence():
        from retention_xl.hosts import addin as add_in

        done = add_in.install(machine())
        typer.echo(f"Installed: {done.path}")
        typer.echo(f"It runs with {done.interpreter}; keep that folder.")
        if done.excel_is_running:
            typer.echo("Excel is running: close all its windows and start it again; until then it has no functions.")
        else:
            typer.echo("Start Excel and type =CRR(100,105,15) into a cell: it shows 0.9.")
        typer.echo("`retention-xl addin selftest` writes a workbook in which Excel checks every function.")


@addin.command()
def status() -> None:
    """Say whether the add-in is installed and for which versions and Python; exit code 1 where it is not (Windows)."""
    with errors_in_a_sentence():
        from retention_xl.hosts import addin as add_in

        there = add_in.status(machine())
        if not there.is_there:
            typer.echo(f"Not installed: there is no {there.path}. `retention-xl addin install` puts it there.")
            raise typer.Exit(DATA)
        typer.echo(f"Installed: {there.path}")
        typer.echo(f"Made by retention_xl {there.settings.get(add_in.OUR_VERSION, 'of an unknown version')}")
        typer.echo(f"Made for xlwings {there.settings.get(add_in.XLWINGS_VERSION, 'of an unknown version')}")
        typer.echo(f"Python: {there.settings.get(add_in.INTERPRETER, 'the first pythonw on the PATH')}")
        typer.echo("`retention-xl addin doctor` checks whether they fit.")


@addin.command()
def remove() -> None:
    """Take the add-in away (Windows)."""
    with errors_in_a_sentence():
        from retention_xl.hosts import addin as add_in

        removed = add_in.remove(machine())
        typer.echo(f"Removed: {removed}" if removed else "Nothing to remove: the add-in is not installed.")
        if removed:
            typer.echo("Workbooks keep the last results of its functions and show #NAME? once they calculate them.")


@addin.command()
def doctor() -> None:
    """Check all that the functions need and say the cure for what is wrong; exit code 1 for trouble (Windows)."""
    with errors_in_a_sentence():
        from retention_xl.hosts import addin as add_in

        checks = add_in.doctor(machine())
        for check in checks:
            typer.echo(f"{'ok     ' if check.passed else 'TROUBLE'}  {check.name}: {check.found}")
            if not check.passed:
                typer.echo(f"         {check.cure}")
        troubles = sum(not check.passed for check in checks)
        if troubles:
            typer.echo(f"{troubles} of {len(checks)} checks found trouble; begin with the first.")
            raise typer.Exit(DATA)
        typer.echo(f"All {len(checks)} checks pass. If a cell still shows an error, run `retention-xl addin selftest`.")


@addin.command()
def guide() -> None:
    """Print the guide: install, first formula, update, remove, what the errors mean, what to ask IT."""
    with errors_in_a_sentence():
        from retention_xl.hosts.reference import guide_text

        typer.echo(guide_text())


@addin.command()
def selftest(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The workbook to write.")] = Path(
        "selftest.xlsx"
    ),
) -> None:
    """Write a workbook that puts every test case of every function to Excel, with PASS or FAIL beside each."""
    with errors_in_a_sentence():
        from retention_xl.hosts import selftest as self_test

        require_place(output, ".xlsx")
        if output.exists() and not self_test.is_ours(output):
            raise UsageError(f"{output} is not a self-test of this program; move it away or choose another --output.")
        self_test.write_selftest(output)
        typer.echo(f"Written: {output}")
        typer.echo("Open it in Excel with the add-in installed: cell E2 says PASS where every answer is right.")
