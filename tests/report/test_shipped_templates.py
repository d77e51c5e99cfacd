"""The shipped templates are what their scripts draw, and their pages say which names they bind."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

TEMPLATES = Path(__file__).parents[2] / "workbook_templates"
CARDS = ("mrr", "crr", "drr", "grr", "nrr", "churn", "cltv", "quick_ratio")


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.few(1)
@pytest.mark.parametrize("template", ["monthly", "board"])
def test_a_template_is_what_its_script_draws(template: str, tmp_path: Path) -> None:
    drawn = tmp_path / f"{template}.xlsx"
    subprocess.run([sys.executable, "-W", "ignore", TEMPLATES / f"draw_{template}.py", drawn], check=True)
    assert parts(drawn) == parts(TEMPLATES / f"{template}.xlsx")


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("template", "of_a_card"), [("monthly", ("", "_label", "_status")), ("board", ("", "_label", "_status", "_trend"))]
)
def test_the_page_of_a_template_lists_every_name_and_no_other(template: str, of_a_card: tuple[str, ...]) -> None:
    text = (TEMPLATES / f"{template}.md").read_text("utf-8").split("## Names")[1]
    said = set(re.findall(r"`((?:rx_|tbl)\w*[a-z0-9])`", text, re.IGNORECASE))
    said |= {f"rx_card_{key}{part}" for key in CARDS for part in of_a_card}
    keys = set(re.findall(r"`([a-z_]+)`", text.split("every sheet with figures")[1])) - {"rx_period_", "rx_check_"}
    said |= {f"{stem}_{key}" for key in keys for stem in ("rx_period", "rx_check")}
    workbook = openpyxl.load_workbook(TEMPLATES / f"{template}.xlsx")
    named = {name for name in workbook.defined_names if name.startswith("rx_")}
    tables = {table for sheet in workbook for table in sheet.tables}
    assert said == named | tables


def test_tables_of_many_pages_repeat_their_headings_in_print() -> None:
    workbook = openpyxl.load_workbook(TEMPLATES / "monthly.xlsx")
    for sheet in ("Actions", "Movers", "Settings", "How it was read", "Definitions", "Evidence", "Functions"):
        assert workbook[sheet].print_title_rows, sheet


@pytest.mark.few(1)
@pytest.mark.parametrize("name", ["Data customers", "Data facts", "Data experience", "Data survival"])
def test_a_sheet_of_data_prints_no_page_and_says_so(name: str) -> None:
    """Its print area is an empty cell: hundreds of pages, or one with nothing but a title, are of no use to anybody."""
    sheet = openpyxl.load_workbook(TEMPLATES / "monthly.xlsx")[name]
    assert str(sheet["B2"].value).endswith("Not printed.")
    area = sheet.print_area.split("!")[1].replace("$", "")
    assert sheet[area].value is None
    assert sheet.oddFooter.left.text is None


def columns_printed(sheet: Worksheet) -> float:
    """The width of what is printed, in characters."""
    areas = sheet.print_area.split(",") if sheet.print_area else [sheet.dimensions]
    last = max(range_boundaries(area.split("!")[-1])[2] for area in areas)
    return sum(sheet.column_dimensions[get_column_letter(i)].width for i in range(1, last + 1))


@pytest.mark.thorough
def test_every_printed_page_is_large_enough_to_read() -> None:
    """A sheet fitted to the width of A4 landscape prints at 7 points or more where it is no wider than 200 characters;
    one of a fixed scale says its scale."""
    workbook = openpyxl.load_workbook(TEMPLATES / "monthly.xlsx")
    for sheet in workbook.worksheets:
        if sheet.title.startswith("Data") or sheet.sheet_state != "visible":
            continue
        if sheet.sheet_properties.pageSetUpPr.fitToPage:
            assert columns_printed(sheet) <= 200, sheet.title
        else:
            assert sheet.page_setup.scale >= 70, sheet.title


@pytest.mark.thorough
def test_a_fixed_scale_has_breaks_that_fit_its_paper() -> None:
    workbook = openpyxl.load_workbook(TEMPLATES / "monthly.xlsx")
    room = 27.7 / 0.19  # centimetres between the margins of A4 landscape, and those of a character
    for sheet in workbook.worksheets:
        if not sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.sheet_state == "visible":
            first = sheet.col_breaks.brk[0].id
            width = sum(sheet.column_dimensions[get_column_letter(i)].width for i in range(1, first + 1))
            assert width * sheet.page_setup.scale / 100 <= room, sheet.title


@pytest.mark.thorough
def test_no_number_format_leaves_a_bare_decimal_point() -> None:
    """Excel shows 34 as "34." in the format "#,##0.##"."""
    for path in TEMPLATES.glob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path).worksheets:
            formats = {cell.number_format for row in sheet.iter_rows() for cell in row}
            assert not [code for code in formats if re.search(r"\.#", code)], f"{path.name}: {sheet.title}"


def test_a_rate_that_fell_by_next_to_nothing_does_not_show_a_minus() -> None:
    sheet = openpyxl.load_workbook(TEMPLATES / "monthly.xlsx")["Summary"]
    rules = {str(area.sqref): rule for area in sheet.conditional_formatting for rule in area.rules}
    rule = rules["E15:E19"]
    assert rule.formula == ["AND(E15<0,E15>-0.0005)"]
    assert rule.dxf.numFmt.formatCode == "0.0%;0.0%"
