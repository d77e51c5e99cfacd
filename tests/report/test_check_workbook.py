"""The rules of good modelling that a machine can check, on workbooks that break them and on our own."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill

from retention_xl.report.check_workbook import RULES, check_workbook, numbers_in, references_in, report_lines
from retention_xl.report.package import Package
from retention_xl.report.write import write_report

from .small_facts import facts_of
from .test_monthly_workbook import report_of


@pytest.mark.parametrize(
    ("formula", "numbers"),
    [
        ("A1*1.19", ["1.19"]),
        ("SUM(A1:A12)/12*100", []),
        ("ROUND(A1*0.5,2)", ["0.5"]),
        ("ROUND(A1,6)", []),
        ("FIXED(100*ROUND(A1,6),1)", []),
        ("IF(A1>7,1,0)", ["7"]),
        ("A1+1E-9", ["1E-9"]),
        ("A1*25%", ["25%"]),
        ('TEXT(A1,"0.00")&" of 17"', []),
        ("'Sheet 17'!$A$5+Sheet9!B7", []),
        ("SUM(tblMovers[Change 30])", []),
        ("LOG10(A1)", []),
        ("SUMPRODUCT(0.9^{1,2,3})", ["0.9"]),
        ("INDEX(A1:A9,MATCH(5,B1:B9,0))", ["5"]),
    ],
)
def test_numbers_of_the_business_are_found_inside_formulas(formula: str, numbers: list[str]) -> None:
    assert numbers_in(formula) == numbers


def test_the_cells_that_a_formula_names_are_found() -> None:
    found = references_in("SUM('It''s'!$B$2:$C$3)+Other!D4-E5*LOG10(2)&\"F6\"", "Here")
    assert [area.readable for area in found] == ["It's!B2:C3", "Other!D4", "Here!E5"]


def made(tmp_path: Path, change: Callable[[openpyxl.Workbook], object]) -> set[str]:
    """The rules and places that a small workbook breaks; without checks of its own, which is rule 5."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Model"
    sheet["A1"] = "Amounts in EUR"
    for column in "BCDEF":
        sheet[f"{column}3"] = 10
        sheet[f"{column}4"] = f"={column}3*2"
    change(book)
    book.save(tmp_path / "book.xlsx")
    return {f"{point.code} {point.place}" for point in check_workbook(tmp_path / "book.xlsx") if point.code != "WBK05"}


def styled(cell: object) -> None:
    cell.font, cell.fill = Font(color="0000C0"), PatternFill("solid", start_color="FFFFE0")  # type: ignore[attr-defined]


def test_a_tidy_workbook_breaks_nothing_but_that_it_has_no_checks(tmp_path: Path) -> None:
    assert made(tmp_path, lambda book: None) == set()
    assert [point.text for point in check_workbook(tmp_path / "book.xlsx")] == [
        "the workbook has no check that shows PASS or FAIL"
    ]


def test_a_formula_unlike_its_alike_neighbours_is_found(tmp_path: Path) -> None:
    assert made(tmp_path, lambda book: book["Model"].__setitem__("D4", "=D3*3")) == {"WBK02 Model!D4"}


def test_a_formula_that_points_one_cell_aside_is_found(tmp_path: Path) -> None:
    assert made(tmp_path, lambda book: book["Model"].__setitem__("D4", "=C3*2")) == {"WBK02 Model!D4"}


def test_formulas_that_take_turns_are_no_pattern_to_differ_from(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for row in range(5, 9):
            book["Model"][f"H{row}"] = "=$B$3*2" if row % 2 else "=$B$3*4"

    assert made(tmp_path, change) == set()


def test_a_formula_that_is_the_same_down_its_column_is_consistent(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for row in (5, 6):
            for column in "BCDEF":
                book["Model"][f"{column}{row}"] = f"={column}{row - 1}*2"
            book["Model"][f"D{row}"] = f"=D{row - 1}*3"
        book["Model"]["D4"] = "=D3*3"

    assert made(tmp_path, change) == set()


def test_a_formula_in_the_look_of_an_input_is_found(tmp_path: Path) -> None:
    assert made(tmp_path, lambda book: styled(book["Model"]["B4"])) == {"WBK03 Model!B4"}


def test_ages_are_headings_and_no_inputs(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for column in "BCDEF":
            styled(book["Model"][f"{column}3"])
        for age in range(4):
            book["Model"][f"H{age + 3}"] = age
            book["Model"][f"I{age + 3}"] = f"=$B$3*H{age + 3}"

    assert made(tmp_path, change) == set()


def test_the_one_with_which_a_series_begins_is_no_input(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for column in "BCDEF":
            styled(book["Model"][f"{column}3"])
        book["Model"]["H3"], book["Model"]["H4"], book["Model"]["J3"] = 1, "=H3*$B$3", "=H3"

    assert made(tmp_path, change) == set()


def test_a_condition_may_take_the_look_of_an_input_away(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book["Model"]
        plain = FormulaRule(['$G3=""'], fill=PatternFill("solid", start_color="FFFFFF", end_color="FFFFFF"))
        sheet.conditional_formatting.add("B3:B5", plain)
        sheet["B5"], sheet["G5"] = "=B3*2", "a key"
        styled(sheet["B4"])
        styled(sheet["B5"])

    assert made(tmp_path, change) == {"WBK03 Model!B5"}


def test_an_input_without_the_look_is_found_where_others_have_it(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for column in "BCDE":
            styled(book["Model"][f"{column}3"])

    assert made(tmp_path, change) == {"WBK03 Model!F3"}


def test_a_sheet_without_a_unit_is_found(tmp_path: Path) -> None:
    assert made(tmp_path, lambda book: book["Model"].__setitem__("A1", "Plan")) == {"WBK04 Model"}


def hidden(book: openpyxl.Workbook) -> None:
    secret = book.create_sheet("Secret")
    secret.sheet_state = "veryHidden"
    secret["A1"] = 17


def test_a_hidden_record_that_no_formula_reads_is_allowed(tmp_path: Path) -> None:
    assert made(tmp_path, hidden) == set()


def test_a_hidden_sheet_that_a_formula_reads_is_found(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        hidden(book)
        book["Model"]["H9"] = "=Secret!A1"

    assert made(tmp_path, change) == {"WBK06 Secret"}


def test_a_hidden_sheet_that_computes_is_found(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        hidden(book)
        book["Secret"]["A2"], book["Secret"]["B1"] = "=A1", "Amounts in EUR"

    assert made(tmp_path, change) == {"WBK06 Secret"}


def test_a_formula_that_reads_another_workbook_is_found(tmp_path: Path) -> None:
    assert made(tmp_path, lambda book: book["Model"].__setitem__("H9", "='[1]Plan'!A1")) == {"WBK07 Model!H9"}


def test_an_error_that_stands_in_a_cell_is_found(tmp_path: Path) -> None:
    assert made(tmp_path, lambda book: book["Model"].__setitem__("H9", "#N/A")) == {"WBK08 Model!H9"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.xlsx"
    write_report(report_of(facts_of({"Ann": [100, 120, 130], "Bob": [300, 300, None], "Cem": [None, 50, 50]})), path)
    return path


@pytest.fixture
def report(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(written, tmp_path))


def banner_of_tiers_replaced(path: Path, cell: str) -> list[str]:
    """What is found where the banner of the Tiers sheet is another cell."""
    part = Package(path).sheet("Tiers").part
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part], replaced = re.subn(rb'<c r="B4".*?</c>', cell.encode(), parts[part], count=1)
    assert replaced
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return [f"{point.code} {point.place}" for point in check_workbook(path)]


def test_a_check_that_is_not_counted_is_found(report: Path) -> None:
    found = banner_of_tiers_replaced(report, '<c r="B4" t="str"><f>IF(1=2,"PASS","FAIL")</f><v>FAIL</v></c>')
    assert "WBK05 Tiers!B4" in found


@pytest.mark.thorough
def test_a_sheet_that_does_not_say_whether_the_checks_pass_is_found(report: Path) -> None:
    found = banner_of_tiers_replaced(
        report, '<c r="B4" t="str"><f>"Checks: all "&amp;"pass"</f><v>Checks: all pass</v></c>'
    )
    assert found == ["WBK05 Tiers"]


@pytest.mark.thorough
def test_a_formula_that_shows_an_error_is_found(report: Path) -> None:
    assert "WBK08 Tiers!B4" in banner_of_tiers_replaced(report, '<c r="B4" t="e"><f>1/0</f><v>#DIV/0!</v></c>')


@pytest.mark.thorough
def test_our_own_workbook_keeps_every_rule(report: Path) -> None:
    assert check_workbook(report) == []


def test_every_rule_is_told_with_at_most_ten_places(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        for row in range(10, 25):
            book["Model"][f"B{row}"] = f"=B{row - 7}*1.{row}"

    made(tmp_path, change)
    lines = list(report_lines(check_workbook(tmp_path / "book.xlsx")))
    assert [line.split()[0] for line in lines if line.startswith("WBK")] == list(RULES)
    assert lines[0] == f"WBK01 found 15: {RULES['WBK01']}"
    assert lines[1] == "  Model!B10: 1.10 in =B3*1.10"
    assert lines[11] == "  and 5 more"
    assert lines[12].startswith("WBK02 ok: ")
