"""The commands about workbooks: verified, printed, shown, checked; templates begun and checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from retention_xl.cli import app
from retention_xl.report import pdf, verify

LEDGER = """Customer,Date,Amount,Term
Ann,2026-01-05,100.00,monthly
Ann,2026-02-05,100.00,monthly
Bob,2026-01-20,600.00,annual
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder that holds ledger.csv."""
    (tmp_path / "ledger.csv").write_text(LEDGER, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str | Path) -> Any:
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def names(folder: Path) -> Sequence[str]:
    return sorted(path.name for path in folder.iterdir())


# ---- report --verify, report --pdf


@pytest.mark.thorough
def test_verify_says_how_many_formulas_were_compared_and_by_which_engine(folder: Path) -> None:
    done = run("report", "ledger.csv", "-o", "out.xlsx", "--verify")
    assert done.exit_code == 0
    (line,) = (line for line in done.output.splitlines() if line.startswith("Verified: "))
    assert line.startswith("Verified: IronCalc ")
    assert line.endswith(" formulas, all equal.")
    assert names(folder) == ["ledger.csv", "out.xlsx"]


def test_a_difference_is_told_and_nothing_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lying = verify.Engine("Liar", "1", lambda path, places: dict.fromkeys(places, 42.0))
    monkeypatch.setattr(verify, "installed_engine", lambda: lying)
    done = run("report", "ledger.csv", "-o", "out.xlsx", "--verify")
    assert done.exit_code == 1
    assert done.stderr.startswith("Not published: ")
    assert "computed 42.0" in done.stderr
    assert names(folder) == ["ledger.csv"]


def test_verify_without_an_engine_says_the_cure_before_any_work(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "_ENGINES", ())
    done = run("report", "ledger.csv", "--verify")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "pip install ironcalc" in done.stderr
    assert names(folder) == ["ledger.csv"]


@pytest.mark.libreoffice
def test_pdf_is_printed_beside_the_workbook(folder: Path, soffice: str) -> None:
    done = run("report", "ledger.csv", "-o", "out.xlsx", "--pdf")
    assert done.exit_code == 0
    assert "PDF: out.pdf" in done.output
    assert names(folder) == ["ledger.csv", "out.pdf", "out.xlsx"]


def test_pdf_without_libreoffice_says_how_to_get_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_PLACES", ())
    monkeypatch.setattr(pdf, "_PROGRAMS", ())
    monkeypatch.setattr(pdf, "_PROGRAM_FOLDERS", ())
    done = run("report", "ledger.csv", "--pdf")
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert "libreoffice.org" in done.stderr
    assert names(folder) == ["ledger.csv"]


# ---- template


@pytest.mark.thorough
def test_a_template_is_begun_checked_and_filled(folder: Path) -> None:
    assert run("template", "new", "my.xlsx").exit_code == 0
    checked = run("template", "check", "my.xlsx")
    assert checked.exit_code == 0
    assert "Bound on Summary: rx_banner" in checked.output
    assert run("report", "ledger.csv", "--template", "my.xlsx", "-o", "out.xlsx").exit_code == 0


def test_a_template_with_an_unknown_name_is_told_and_exits_with_1(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.defined_names["rx_crt"] = openpyxl.workbook.defined_name.DefinedName("rx_crt", attr_text="Sheet!$B$2")
    book.save("my.xlsx")
    done = run("template", "check", "my.xlsx")
    assert done.exit_code == 1
    assert "TPL010 error: Sheet!B2: the name 'rx_crt' is not one of the report's" in done.stdout
    assert "cannot be filled: 1 error" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["template", "new", "ledger.csv"], 2, "is no name of a template"),
        (["template", "new", "no/where.xlsx"], 2, "There is no folder"),
        (["template", "new", "my.xlsx", "--from", "montly"], 1, "did you mean 'monthly'?"),
        (["template", "check", "no.xlsx"], 2, "no.xlsx: there is no such file."),
        (["template", "check", "ledger.csv"], 1, "is not an .xlsx file"),
        (["show", "no.xlsx"], 2, "no.xlsx: there is no such file."),
        (["show", "ledger.csv"], 1, "is not an .xlsx file"),
        (["check-workbook", "."], 2, "is a folder; name a file."),
        (["check-workbook", "ledger.csv"], 1, "is not an .xlsx file"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(folder: Path, arguments: list[str], code: int, says: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert names(folder) == ["ledger.csv"]


def test_a_template_that_is_there_is_not_written_over(folder: Path) -> None:
    (folder / "my.xlsx").write_text("mine", "utf-8")
    assert run("template", "new", "my.xlsx").exit_code == 2
    assert (folder / "my.xlsx").read_text("utf-8") == "mine"


# ---- show, check-workbook


@pytest.mark.thorough
def test_show_prints_a_sheet(folder: Path) -> None:
    run("report", "ledger.csv", "-o", "out.xlsx", "--quiet")
    done = run("show", "out.xlsx", "--sheet", "Checks")
    assert done.exit_code == 0
    assert done.stdout.startswith("== Checks\n")
    assert "Checks: all pass" in done.stdout
    assert "=COUNTIF(" not in done.stdout
    assert "C5 =COUNTIF(" in run("show", "out.xlsx", "--sheet", "Checks", "--formulas").stdout


def test_check_workbook_finds_nothing_in_our_own(folder: Path) -> None:
    run("report", "ledger.csv", "-o", "out.xlsx", "--quiet")
    done = run("check-workbook", "out.xlsx")
    assert all(" ok: " in line for line in done.stdout.splitlines()), done.stdout
    assert done.exit_code == 0


def test_check_workbook_exits_with_1_where_a_rule_is_broken(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "=1.19*2"  # type: ignore[index]
    book.save("book.xlsx")
    done = run("check-workbook", "book.xlsx")
    assert done.exit_code == 1
    assert "Sheet!A1: 1.19 in =1.19*2" in done.stdout
