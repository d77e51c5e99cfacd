"""The macros on a workbook in a faked Excel: xlwings' own Windows code reads it, our code makes the report."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from typer.testing import CliRunner

from retention_xl import macros
from retention_xl.cli import app
from retention_xl.hosts import addin, vba
from retention_xl.metrics.spec import CATALOGUE

from .excel import Excel
from .sheet import BookOnDisk, CellFault
from .vba_syntax import complaints

INFORMATION, WARNING = 64, 48
HEADINGS = ("Customer", "Date", "Amount", "Term")
LINES = (
    ("Ann", dt.date(2026, 1, 5), 100.0, "monthly"),
    ("Ann", dt.date(2026, 2, 5), Decimal("100.10"), "monthly"),
    ("Ann", dt.date(2026, 3, 5), 120.0, "monthly"),
    ("Bob", dt.date(2026, 1, 20), 600.0, "annual"),
    ("Cem", dt.date(2026, 1, 28), 50.0, "monthly"),
    ("Cem", dt.date(2026, 2, 28), 50.0, "monthly"),
    ("Dee", dt.date(2026, 3, 28), 80.0, "monthly"),
)
LEDGER = (HEADINGS, *LINES)


def book(folder: Path | str, sheets: dict[str, Any] | None = None, **more: Any) -> BookOnDisk:
    sheets = {"Billing": LEDGER} if sheets is None else sheets
    return BookOnDisk("billing.xlsx", str(folder), sheets, **{"in_front": next(iter(sheets)), **more})


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def figures(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The cached cells of the sheets that hold the month's figures."""
    report = openpyxl.load_workbook(path, data_only=True)
    return {name: list(report[name].iter_rows(values_only=True)) for name in ("Bridge", "Movers", "Cohorts customers")}


def test_the_report_is_made_from_the_sheet_in_front_and_opened(excel: Excel, tmp_path: Path) -> None:
    run = excel.run_macro("build_monthly_report", book(tmp_path))
    report = tmp_path / "billing-retention-2026-03.xlsx"
    assert run.opened == [str(report)]
    assert [path.name for path in tmp_path.iterdir()] == [report.name]
    [(owner, text, title, style)] = run.messages
    assert (owner, title, style) == (77, "retention_xl", INFORMATION), "in front of Excel's window"
    assert text.startswith("2026-03, from the sheet Billing: 7 lines accepted, 0 refused. All ")
    assert str(report) in text


@pytest.mark.thorough
def test_the_report_says_what_the_command_line_says(excel: Excel, tmp_path: Path) -> None:
    excel.run_macro("build_monthly_report", book(tmp_path))
    rows = [",".join(str(cell) for cell in row) for row in LEDGER]
    (tmp_path / "billing.csv").write_text("\n".join(rows), "utf-8")
    made = tmp_path / "made.xlsx"
    done = CliRunner().invoke(app, ["report", str(tmp_path / "billing.csv"), "-o", str(made), "--quiet"])
    assert done.exit_code == 0, done.output
    assert figures(tmp_path / "billing-retention-2026-03.xlsx") == figures(made)


def test_a_sheet_named_ledger_is_taken_whichever_is_in_front(excel: Excel, tmp_path: Path) -> None:
    sheets = {"Notes": (("nothing",),), " LEDGER": LEDGER}
    assert len(excel.run_macro("build_monthly_report", book(tmp_path, sheets)).opened) == 1


def test_error_cells_are_refused_lines_and_not_empty_ones(excel: Excel, tmp_path: Path) -> None:
    sheets = {"Ledger": (*LEDGER, ("Eve", dt.date(2026, 3, 9), CellFault("#N/A"), "monthly"))}
    run = excel.run_macro("build_monthly_report", book(tmp_path, sheets))
    assert "7 lines accepted, 1 refused" in run.messages[0][1]
    listed = openpyxl.load_workbook(run.opened[0])["Data quality"]
    assert any("#N/A" in map(str, row) for row in listed.iter_rows(values_only=True))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"folder": ""}, "billing.xlsx is in no folder of this computer (it was never saved)"),
        ({"folder": "https://company.example/sites/x"}, "it is on https:"),
        ({"sheets": {"Notes": (("nothing",),)}}, "The sheet Notes is no ledger: headings must stand in row 1"),
        ({"first_row": 3}, "headings must stand in row 1"),
        ({"sheets": {"Notes": (("a", "b"), (1.0, 2.0))}}, "customer"),
    ],
)
def test_what_cannot_be_reported_ends_in_a_message_and_leaves_nothing(
    given: dict[str, Any], says: str, excel: Excel, tmp_path: Path
) -> None:
    run = excel.run_macro("build_monthly_report", book(**{"folder": tmp_path, **given}))
    assert run.opened == []
    [(_, text, _, style)] = run.messages
    assert (says in text, style) == (True, WARNING), text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.thorough
def test_a_report_in_which_somebody_has_typed_is_kept(excel: Excel, tmp_path: Path) -> None:
    report = Path(excel.run_macro("build_monthly_report", book(tmp_path)).opened[0])
    typed = openpyxl.load_workbook(report)
    typed.save(report)
    before = report.read_bytes()
    run = excel.run_macro("build_monthly_report", book(tmp_path))
    assert (run.opened, report.read_bytes() == before) == ([], True)
    assert "move it away to keep its notes" in run.messages[0][1]


EMPTY = {"Sheet1": ((None,),)}


def test_an_example_goes_into_the_selected_cell_and_the_one_below(excel: Excel) -> None:
    run = excel.run_macro("insert_function_example", book("", EMPTY, selected=(3, 2)), "crr")
    spec = CATALOGUE["CRR"]
    assert run.written == {
        (3, 2, "Value"): f"CRR(opening, closing, [new_customers]): {spec.help}",
        (4, 2, "Formula2"): spec.example,
    }
    assert run.messages == []


def test_an_excel_without_spilling_formulas_gets_a_plain_one(excel: Excel) -> None:
    run = excel.run_macro("insert_function_example", book("", EMPTY, spills=False), "=NRR(")
    assert run.written[(2, 1, "Formula")] == CATALOGUE["NRR"].example


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("CRQ", {}, "There is no function 'CRQ'. Did you mean CRR"),
        ("CRR", {"selected": None}, "Select a cell first"),
        ("CRR", {"sheets": {"Sheet1": ((None,), ("kept",))}}, "$A$1 or the cell below is not empty"),
    ],
)
def test_an_example_that_has_no_place_ends_in_a_message_and_writes_nothing(
    name: str, given: dict[str, Any], says: str, excel: Excel
) -> None:
    run = excel.run_macro("insert_function_example", book("", **{"sheets": EMPTY, **given}), name)
    assert run.written == {}
    [(_, text, _, style)] = run.messages
    assert (text.startswith(says), style) == (True, WARNING), text


@pytest.mark.parametrize("cancelled", ["", None])
def test_a_question_that_was_cancelled_does_nothing(cancelled: str | None, excel: Excel) -> None:
    run = excel.run_macro("insert_function_example", book("", EMPTY), cancelled)
    assert (run.written, run.messages) == ({}, [])


def test_import_functions_makes_macros_without_arguments_for_alt_f8(excel: Excel) -> None:
    imported = excel.import_functions(modules="retention_xl.macros")
    assert "Sub build_monthly_report()" in imported.vba
    assert "Sub insert_function_example()" in imported.vba
    assert f"Array({vba.ASK_FOR_FUNCTION})" in imported.vba
    assert complaints(imported.vba) == []


def test_the_ribbon_s_buttons_run_macros_that_are_there(tmp_path: Path) -> None:
    content = parts(addin.build(tmp_path / "a.xlam"))
    ribbon = ElementTree.fromstring(content["customUI/customUI14.xml"])
    assert ribbon.tag == "{http://schemas.microsoft.com/office/2009/07/customui}customUI"
    pressed = [element.get("onAction", "") for element in ribbon.iter() if element.get("onAction")]
    assert len(pressed) == 2
    module = vba.functions_module(CATALOGUE.values())
    for name in pressed:
        module_name, _, macro = name.partition(".")
        assert module_name == vba.FUNCTIONS_MODULE
        assert f"Public Sub {macro}(ByVal control As Object)\n" in module
    assert b'Target="customUI/customUI14.xml"' in content["_rels/.rels"]
    assert ElementTree.parse(io.BytesIO(content["[Content_Types].xml"])) is not None


def test_the_ribbon_s_texts_fit_excel_s_limits() -> None:
    for element in ElementTree.fromstring(vba.RIBBON).iter():
        for name, limit in (("label", 1024), ("screentip", 1024), ("supertip", 1024), ("onAction", 1024)):
            assert len(element.get(name, "")) <= limit


def test_the_macros_of_the_add_in_call_the_macros_of_the_module() -> None:
    module = vba.functions_module(CATALOGUE.values())
    called = re.findall(r'RxMacro "(\w+)"', module)
    assert called == ["build_monthly_report", "insert_function_example"]
    assert all(callable(getattr(macros, name)) for name in called)
