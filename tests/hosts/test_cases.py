"""Every case of tests/cases through every host that calls our Python functions from cells.

A case says with `cannot = {excel = "why"}` (or `values`, `formualizer`) that a host cannot run it; its test fails when
it starts to pass.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import formualizer
import openpyxl
import pytest
from casefiles import OMITTED, Case, as_rows, disagreement, load_cases
from openpyxl.utils import get_column_letter

from retention_xl import ErrorValue

from .excel import Excel
from .formualizer_host import KINDS, register
from .sheet import MISSING, Answer, CellFault, Reference

CASES = load_cases()
LOADABLE_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"}
ERROR_TEXT = re.compile(r"(#[A-Z0-9/_]+[!?]?) ([A-Z_0-9]+): (.+)", re.DOTALL)


def for_host(host: str) -> list[Any]:
    """The cases as parameters, those that the host cannot run marked with the reason."""
    parameters = []
    for case in CASES:
        reason = case.cannot.get(host) or (cannot_in_a_workbook(case) if host == "formualizer" else None)
        marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
        parameters.append(pytest.param(case, id=case.name, marks=marks))
    return parameters


def cannot_in_a_workbook(case: Case) -> str | None:
    """Why formualizer cannot get the arguments of a case from a workbook."""
    cells = [cell for value in case.args for row in as_rows(value) for cell in row]
    if any(isinstance(cell, ErrorValue) and cell.code not in LOADABLE_ERRORS for cell in cells):
        return "formualizer loads no file with an error cell of a newer kind"
    answers = not isinstance(case.result, ErrorValue)
    return "formualizer takes an argument left out for 0" if OMITTED in case.args and answers else None


def references(case: Case) -> list[Any]:
    """The arguments as references to cells that hold them."""
    return [MISSING if value is OMITTED else Reference(rows_on_a_sheet(value)) for value in case.args]


def rows_on_a_sheet(value: Any) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(on_a_sheet(cell) for cell in row) for row in as_rows(value))


def on_a_sheet(cell: Any) -> Any:
    if isinstance(cell, ErrorValue):
        return CellFault(cell.code)
    return None if cell == "" else cell


def shown(case: Case, answer: Answer) -> Any:
    """The answer with error texts read as errors, after checking that they name the function that refused."""
    assert answer.raised is None, answer.value
    rows = answer.value if isinstance(answer.value, list) else [[answer.value]]
    rows = rows if isinstance(rows[0], list) else [rows]  # xlwings sends one row flat
    return [[error_of(case, cell) for cell in row] for row in rows]


def error_of(case: Case, cell: Any) -> Any:
    text = ERROR_TEXT.fullmatch(cell) if isinstance(cell, str) else None
    if not text:
        return cell
    assert text[2] == case.function
    assert "an error of retention_xl itself" not in cell
    return ErrorValue(text[1], f"{text[2]}: {text[3]}")


@pytest.mark.parametrize("case", for_host("excel"))
def test_a_case_in_excel_with_references(case: Case, excel: Excel) -> None:
    answer = shown(case, excel.call(case.function, *references(case)))
    assert disagreement(case, answer) is None, answer
    if isinstance(case.result, ErrorValue):
        assert case.says in answer[0][0].message


@pytest.mark.parametrize("case", for_host("values"))
def test_a_case_in_excel_with_plain_values(case: Case, excel: Excel) -> None:
    answer = shown(case, excel.call_raw(case.function, *references(case)))
    assert disagreement(case, answer) is None, answer


@pytest.fixture(scope="module")
def calculated(tmp_path_factory: pytest.TempPathFactory) -> formualizer.Workbook:
    """A workbook with a sheet for each case, written by openpyxl as a user would type it, calculated by formualizer."""
    book = openpyxl.Workbook()
    for number, case in enumerate(CASES, 1):
        sheet = book.create_sheet(f"case{number}")
        typed = []
        column = 1
        for value in case.args:
            if value is OMITTED:
                typed.append("")
                continue
            rows = as_rows(value)
            for down, row in enumerate(rows, 2):
                for across, held in enumerate(row, column):
                    cell = held
                    if isinstance(cell, ErrorValue):
                        cell = cell.code if cell.code in LOADABLE_ERRORS else ""
                    if cell != "":
                        sheet.cell(down, across).value = cell
            last = column + len(rows[0]) - 1
            first_cell, last_cell = f"{get_column_letter(column)}2", f"{get_column_letter(last)}{len(rows) + 1}"
            typed.append(first_cell if first_cell == last_cell else f"{first_cell}:{last_cell}")
            column = last + 1
        sheet.cell(1, column + 1).value = f"={case.function}({','.join(typed)})"
    path = tmp_path_factory.mktemp("cases") / "cases.xlsx"
    book.save(path)
    workbook = formualizer.load_workbook(str(path))
    register(workbook)
    workbook.evaluate_all()
    return workbook


@pytest.mark.parametrize("case", for_host("formualizer"))
def test_a_case_in_a_workbook(case: Case, calculated: formualizer.Workbook) -> None:
    sheet = f"case{CASES.index(case) + 1}"
    column = sum(len(as_rows(value)[0]) for value in case.args if value is not OMITTED) + 2
    expected = as_rows(case.result)

    def cell(down: int, across: int) -> Any:
        value = calculated.get_value(sheet, 1 + down, column + across)
        return ErrorValue(KINDS[value["kind"]]) if isinstance(value, dict) else value

    answer = [[cell(down, across) for across in range(len(expected[0]))] for down in range(len(expected))]
    assert disagreement(case, answer) is None, answer
    assert cell(len(expected), 0) in (None, "")
    assert cell(0, len(expected[0])) in (None, "")


def test_crr_of_two_columns_typed_into_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in range(2, 101):
        sheet.cell(row, 1).value = f"C{row:04}"
        sheet.cell(row, 2).value = f"c{row + 9:04} " if row <= 91 else None
    sheet["D1"] = "=CRR(A2:A100,B2:B100)"
    sheet["D2"] = '=IFERROR(CRR(0,1,1),"none yet")'
    sheet["D3"] = "=SUM(CRR(100,105,15),1)"
    sheet["D4"] = "=CUSTOMERS_LOST(A2:A5,B2:B5,TRUE)"
    path = tmp_path / "customers.xlsx"
    book.save(path)
    workbook = formualizer.load_workbook(str(path))
    register(workbook)
    workbook.evaluate_all()
    found = [workbook.get_value("Sheet", row, 4) for row in range(1, 8)]
    assert found == [pytest.approx(90 / 99), "none yet", pytest.approx(1.9), "C0002", "C0003", "C0004", "C0005"]
