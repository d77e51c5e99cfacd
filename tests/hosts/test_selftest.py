"""The self-test workbook says PASS where the functions answer what they promise, and FAIL where they do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import formualizer
import openpyxl
import pytest

from retention_xl.errors import HostError
from retention_xl.hosts.cases import OMITTED, load_cases
from retention_xl.hosts.selftest import FIRST_ROW, LONGEST_FORMULA, MANNERS, write_selftest
from retention_xl.metrics.spec import CATALOGUE

from .formualizer_host import register

CASES = load_cases()
NAMES = [*CATALOGUE, *(name for name, *_ in MANNERS), *(case.name for case in CASES)]
# Excel passes nothing for an argument left out, formualizer 0; an answer that is an error is the same for both.
NOT_IN_FORMUALIZER = {
    case.name: "formualizer takes an argument left out for 0"
    for case in CASES
    if OMITTED in case.args and isinstance(case.result, list)
}


@pytest.fixture(scope="module")
def selftest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_selftest(tmp_path_factory.mktemp("selftest") / "selftest.xlsx")


def verdicts(path: Path, with_functions: bool) -> dict[str, Any]:
    workbook = formualizer.load_workbook(str(path))
    if with_functions:
        register(workbook)
    workbook.evaluate_all()
    rows = {name: FIRST_ROW + place for place, name in enumerate(NAMES)} | {"all": 2}
    return {name: workbook.get_value("Self-test", row, 5) for name, row in rows.items()}


@pytest.fixture(scope="module")
def with_functions(selftest: Path) -> dict[str, Any]:
    return verdicts(selftest, with_functions=True)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(reason=NOT_IN_FORMUALIZER[name], strict=True))
        if name in NOT_IN_FORMUALIZER
        else name
        for name in NAMES
    ],
)
def test_a_promise_holds_in_a_cell(name: str, with_functions: dict[str, Any]) -> None:
    assert with_functions[name] == "PASS"


def test_one_cell_says_whether_all_passed(with_functions: dict[str, Any]) -> None:
    """In Excel, that is; here it counts the cases that formualizer cannot calculate."""
    assert with_functions["all"] == f"{len(NOT_IN_FORMUALIZER)} FAIL"


@pytest.mark.thorough
def test_the_one_cell_says_pass_where_nothing_fails(selftest: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(selftest)
    for name in NOT_IN_FORMUALIZER:
        book["Self-test"].cell(FIRST_ROW + NAMES.index(name), 5).value = "PASS"
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    assert verdicts(changed, with_functions=True)["all"] == "PASS"


def test_every_case_of_every_function_is_put_to_excel_with_its_source(selftest: Path) -> None:
    book = openpyxl.load_workbook(selftest)
    rows = list(book["Self-test"].iter_rows(min_row=FIRST_ROW, values_only=True))
    assert len(rows) == len(NAMES)
    for case, (_, formula, answer, _, verdict, source) in zip(CASES, rows[-len(CASES) :], strict=True):
        assert formula.startswith(f"={case.function}(")
        assert f"{case.function}(" in answer
        assert len(verdict) <= LONGEST_FORMULA
        assert source == case.source
    assert {case.function for case in CASES} == set(CATALOGUE)


def test_without_the_add_in_everything_fails(selftest: Path) -> None:
    found = verdicts(selftest, with_functions=False)
    assert found.pop("all") == f"{len(NAMES)} FAIL"
    assert len(found) == len(NAMES)
    assert set(found.values()) == {"FAIL"}


def test_a_wrong_answer_fails(selftest: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(selftest)
    sheet = book["Self-test"]
    row = FIRST_ROW + NAMES.index("CRR")
    cell = sheet.cell(row, 5)
    cell.value = cell.value.replace("0.9", "0.9001")
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    found = verdicts(changed, with_functions=True)
    assert (found["CRR"], found["all"]) == ("FAIL", f"{len(NOT_IN_FORMUALIZER) + 1} FAIL")


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("number", "ABS(CRR(100,105,15)-0.9)", "ABS(CRR(100,105,15)-0.91)"),
        ("cell of a table", '"Churn")', '"churn")'),
        ("error", "ERROR.TYPE(CRR(0,", "ERROR.TYPE(CRR(1,"),
        ("shape", "ROWS(", "1+ROWS("),
        ("flag", "=TRUE", "=FALSE"),
    ],
)
def test_a_wrong_answer_to_a_case_fails(kind: str, old: str, new: str, selftest: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(selftest)
    sheet = book["Self-test"]
    row = next(row for row in range(FIRST_ROW + 75, sheet.max_row + 1) if old in str(sheet.cell(row, 5).value))
    sheet.cell(row, 5).value = str(sheet.cell(row, 5).value).replace(old, new, 1)
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    found = verdicts(changed, with_functions=True)
    assert found[NAMES[row - FIRST_ROW]] == "FAIL"


def test_it_prints_all_its_columns_on_one_page(selftest: Path) -> None:
    for sheet in openpyxl.load_workbook(selftest).worksheets:
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0), sheet.title


def test_the_workbook_is_the_same_each_time(selftest: Path, tmp_path: Path) -> None:
    assert write_selftest(tmp_path / "again.xlsx").read_bytes() == selftest.read_bytes()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"selftest\.xlsx cannot be written"):
        write_selftest(tmp_path / "missing" / "selftest.xlsx")
