"""Two lists one above the other on a sheet: each grows, and all that refers to both follows both."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula

from retention_xl.report.cells import Contents, List, Single
from retention_xl.report.fill import fill
from retention_xl.report.package import Package

from .engines import libreoffice_convert
from .sample_templates import add_table, contents_of, define

HEADINGS = ["id", "amount"]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    book = Workbook()
    data = book.active
    data.title = "Data"
    other = book.create_sheet("Other")
    for top, name in ((3, "tblFirst"), (9, "tblSecond")):
        for row, values in enumerate((HEADINGS, ["s1", 1], ["s2", 2]), top):
            for column, value in enumerate(values, 1):
                data.cell(row, column, value)
        add_table(data, name, f"A{top}:B{top + 2}", HEADINGS)
    data["A13"], data["B13"] = "both", "=SUM(B4:B5)+SUM(B10:B11)"
    data["B14"] = "=SUM(tblFirst[amount])-SUM(tblSecond[amount])"
    data["B15"] = ArrayFormula("B15", "=SUM(B4:B5*B4:B5)")
    data["A16"] = "to the second list"
    data["A16"].hyperlink = "#Data!A9"
    data["A16"].hyperlink.location = "Data!A9"
    rule = CellIsRule(operator="greaterThan", formula=["$B$13"], font=Font(bold=True))
    data.conditional_formatting.add("B4:B11", rule)
    choice = DataValidation(type="list", formula1="$A$4:$A$5")
    choice.add("B16")
    data.add_data_validation(choice)
    data.defined_names["seconds"] = DefinedName("seconds", attr_text="Data!$B$10:$B$11")
    data.print_title_rows = "3:3"
    data.print_area = "A1:C16"
    other["A1"] = "=MAX(Data!B10:B11)"
    chart = BarChart()
    chart.add_data(Reference(data, min_col=2, min_row=3, max_row=5), titles_from_data=True)
    chart.add_data(Reference(data, min_col=2, min_row=9, max_row=11), titles_from_data=True)
    other.add_chart(chart, "C3")
    define(book, rx_month="Other!$A$3")
    book.save(tmp_path / "template.xlsx")
    return tmp_path / "template.xlsx"


def filled(template: Path, first: int, second: int) -> Path:
    def rows(count: int) -> List:
        values = [(f"c{number}", float(number)) for number in range(count)]
        return List(HEADINGS, count, lambda at: values)

    contents = Contents({"rx_month": Single("2024-01")}, {}, {"tblFirst": rows(first), "tblSecond": rows(second)})
    fill(Package(template), contents, template.with_name("out.xlsx"), date(2024, 1, 31))
    return template.with_name("out.xlsx")


SIZES = [(0, 0), (1, 3), (7, 1), (2, 300), (5_000, 5_000)]


def assert_followed(workbook: Path, first: int, second: int) -> None:
    book = load_workbook(workbook)
    data, other = book["Data"], book["Other"]
    first, second = max(first, 1), max(second, 1)  # an empty list keeps a row
    end = 3 + first
    top = end + 4  # headings of the second
    last = top + second
    bottom = last + 2
    assert data.tables["tblFirst"].ref == f"A3:B{end}"
    assert data.tables["tblSecond"].ref == f"A{top}:B{last}"
    assert data.cell(bottom, 2).value == f"=SUM(B4:B{end})+SUM(B{top + 1}:B{last})"
    assert data.cell(bottom + 1, 2).value == "=SUM(tblFirst[amount])-SUM(tblSecond[amount])"
    array = data.cell(bottom + 2, 2).value
    assert (array.ref, array.text) == (f"B{bottom + 2}", f"=SUM(B4:B{end}*B4:B{end})")
    assert data.cell(bottom + 3, 1).hyperlink.location == f"Data!A{top}"
    ((rule_area, rules),) = [(str(found.sqref), found.rules) for found in data.conditional_formatting]
    assert rule_area == f"B4:B{last}"
    assert rules[0].formula == [f"$B${bottom}"]
    (choice,) = data.data_validations.dataValidation
    assert (str(choice.sqref), choice.formula1) == (f"B{bottom + 3}", f"$A$4:$A${end}")
    assert data.defined_names["seconds"].attr_text == f"Data!$B${top + 1}:$B${last}"
    assert data.print_area == f"'Data'!$A$1:$C${bottom + 3}"
    assert other["A1"].value == f"=MAX(Data!B{top + 1}:B{last})"
    charts = b"".join(text for part, text in contents_of(workbook).items() if part.startswith("xl/charts/chart"))
    for area in (f"$B$4:$B${end}", f"$B${top + 1}:$B${last}"):
        assert area.encode() in charts, area


@pytest.mark.few(1)
@pytest.mark.parametrize(("first", "second"), SIZES)
def test_all_that_refers_to_both_lists_follows_both(template: Path, first: int, second: int) -> None:
    assert_followed(filled(template, first, second), first, second)


@pytest.mark.libreoffice
def test_a_template_that_libreoffice_saved_is_filled_as_well(template: Path, tmp_path: Path, soffice: str) -> None:
    workbook = filled(libreoffice_convert(template, tmp_path, soffice), 40, 3)
    data = load_workbook(workbook)["Data"]
    assert data.tables["tblSecond"].ref == "A47:B50"
    assert [data.cell(row, 2).value for row in (4, 43, 48, 50)] == [0, 39, 0, 2]
    assert data["B52"].value.replace("$", "") == "=SUM(B4:B43)+SUM(B48:B50)"
