"""What stands in a cell after writing: text is text, numbers keep their digits, results show without recalculation."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from python_calamine import CalamineWorkbook

from retention_xl.errors import TemplateError
from retention_xl.report.cells import Cell, Content
from retention_xl.report.package import Area, Package

from .sample_templates import contents_of, repacked, replace_in

STAMP = date(2024, 6, 30)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    book = Workbook()
    sheet = book.active
    sheet["A1"].font = Font(bold=True)
    sheet["A1"] = "sample"
    sheet["B1"].number_format = "yyyy-mm-dd"
    sheet["B1"] = date(2020, 1, 1)
    book.save(tmp_path / "template.xlsx")
    return tmp_path / "template.xlsx"


def written(template: Path, content: Content, streamed: bool) -> tuple[object, list[str]]:
    """What openpyxl reads back from A1, and the remarks."""
    package = Package(template)
    if streamed:
        package.set_body(Area("Sheet", 1, 1, 1, 1), [[content]], [[package.sheet("Sheet").style(1, 1)]], [""])
    else:
        package.put("Sheet", 1, 1, content)
    package.save(template.with_name("out.xlsx"), STAMP)
    return load_workbook(template.with_name("out.xlsx"))["Sheet"]["A1"], package.remarks


both_ways = pytest.mark.parametrize("streamed", [False, True], ids=["one cell", "a row of millions"])


@both_ways
@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x","y")',
        "+1",
        "@SUM(A1)",
        "-x",
        "-1+2",
        "\t=1",
        "=",
        "#N/A",
        "TRUE",
        "0012",
        "1e5",
        "2024-01-01",
    ],
)
def test_a_text_is_never_a_formula_number_or_error(template: Path, text: str, streamed: bool) -> None:
    cell, remarks = written(template, text, streamed)
    assert (cell.data_type, cell.value, remarks) == ("s", text, [])
    assert cell.font.b
    assert "<f>" not in contents_of(template.with_name("out.xlsx"))["xl/worksheets/sheet1.xml"].decode()


@both_ways
@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x"])
def test_a_text_that_begins_like_a_formula_stays_one_when_edited(template: Path, text: str, streamed: bool) -> None:
    cell, _ = written(template, text, streamed)
    assert cell.quotePrefix
    assert not written(template, "plain", streamed)[0].quotePrefix


@pytest.mark.thorough
@both_ways
@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("bell\x07", "bell_x0007_"),
        ("literal _x0041_ stays", "literal _x005F_x0041_ stays"),
        ("_x005F_", "_x005F_x005F_"),
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("lone \ud800 and \uffff", "lone � and �"),
        ("line\r\nbreak", "line\nbreak"),
        ("日本語 Ä 🙂", "日本語 Ä 🙂"),
    ],
)
def test_signs_that_xml_or_excel_would_change_are_escaped(template: Path, text: str, raw: str, streamed: bool) -> None:
    written(template, text, streamed)
    assert f">{raw}</t>" in contents_of(template.with_name("out.xlsx"))["xl/worksheets/sheet1.xml"].decode()


@both_ways
def test_blanks_at_the_ends_are_kept(template: Path, streamed: bool) -> None:
    assert written(template, "  a b \n", streamed)[0].value == "  a b \n"


@pytest.mark.thorough
@both_ways
@pytest.mark.parametrize("sign", ["x", "🙂", "&"])
def test_a_long_text_is_cut_with_a_mark_and_said(template: Path, sign: str, streamed: bool) -> None:
    cell, remarks = written(template, sign * 40_000, streamed)
    assert len(cell.value.encode("utf-16-le")) // 2 in (32_766, 32_767)
    assert cell.value.endswith(f"{sign} …[cut]")
    length = "80,000" if sign == "🙂" else "40,000"
    assert remarks == [f"Sheet!A1: a text of {length} characters was cut to 32,767, the most a cell holds."]


@both_ways
def test_a_text_of_the_greatest_length_is_kept(template: Path, streamed: bool) -> None:
    assert written(template, "x" * 32_767, streamed)[0].value == "x" * 32_767


@pytest.mark.thorough
@both_ways
@pytest.mark.parametrize(
    ("content", "value"),
    [
        (12, 12),
        (-0.1, -0.1),
        (1e-300, 1e-300),
        (0.1 + 0.2, 0.1 + 0.2),
        (999_999_999_999_999, 999_999_999_999_999),
        (1_234_567_890_123_456, "1234567890123456"),
        (-1_234_567_890_123_456, "-1234567890123456"),
        (True, True),
        (False, False),
        (None, None),
        ("", None),
    ],
)
def test_values_come_back_as_they_were(template: Path, content: Content, value: object, streamed: bool) -> None:
    back = written(template, content, streamed)[0].value
    assert back == value
    assert type(back) is type(value)


@both_ways
@pytest.mark.parametrize(
    ("day", "serial"),
    [
        (date(1900, 1, 1), 1),
        (date(1900, 2, 28), 59),
        (date(1900, 3, 1), 61),
        (date(2024, 2, 29), 45351),
        (datetime(2024, 2, 29, 12), 45351.5),
        (date(9999, 12, 31), 2958465),
    ],
)
def test_dates_are_excel_s_serial_numbers(template: Path, day: date, serial: float, streamed: bool) -> None:
    assert written(template, day, streamed)[0].value == serial


@both_ways
def test_a_date_before_excel_s_calendar_is_text_and_said(template: Path, streamed: bool) -> None:
    cell, remarks = written(template, date(1850, 5, 1), streamed)
    assert cell.value == "1850-05-01"
    assert remarks == ["Sheet!A1: 1850-05-01 lies before Excel's calendar and was written as text."]


@both_ways
def test_a_workbook_of_the_1904_calendar_gets_its_own_serials(template: Path, streamed: bool) -> None:
    repacked(
        template, lambda parts: replace_in(parts, "xl/workbook.xml", "<workbookPr/>", '<workbookPr date1904="1"/>')
    )
    package = Package(template)
    if streamed:
        package.set_body(Area("Sheet", 1, 2, 1, 2), [[date(2024, 2, 29)]], [[1]], [""])
    else:
        package.put("Sheet", 1, 2, date(2024, 2, 29))
    package.save(template.with_name("out.xlsx"), STAMP)
    assert b"<v>43889</v>" in contents_of(template.with_name("out.xlsx"))["xl/worksheets/sheet1.xml"]


@both_ways
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_refused_with_its_cell(template: Path, number: float, streamed: bool) -> None:
    with pytest.raises(TemplateError, match=r"Sheet!A1: -?(nan|inf) is not a number a cell can hold"):
        written(template, number, streamed)


@both_ways
def test_something_else_is_refused_with_its_cell(template: Path, streamed: bool) -> None:
    with pytest.raises(TypeError, match=r"Sheet!A1: a cell cannot hold list \[1\]"):
        written(template, [1], streamed)  # type: ignore[arg-type]


@both_ways
@pytest.mark.parametrize(
    ("value", "kind", "openpyxl_value", "calamine_value"),
    [
        (0.25, "n", 0.25, 0.25),
        (3, "n", 3, 3.0),
        ("kept & <well>", "str", "kept & <well>", "kept & <well>"),
        (True, "b", True, True),
        ("#DIV/0!", "e", "#DIV/0!", ""),
        ("#N/A", "e", "#N/A", ""),
        ("", "str", None, ""),
        (date(2024, 2, 29), "n", 45351, 45351.0),
    ],
)
def test_a_formula_shows_its_value_to_readers_that_do_not_calculate(
    template: Path, value: Content, kind: str, openpyxl_value: object, calamine_value: object, streamed: bool
) -> None:
    assert written(template, Cell(value, '=IF(1<2,"a&b",0)'), streamed)[0].value == '=IF(1<2,"a&b",0)'
    out = template.with_name("out.xlsx")
    assert load_workbook(out, data_only=True)["Sheet"]["A1"].value == openpyxl_value
    assert CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()[0][0] == calamine_value
    text = contents_of(out)["xl/worksheets/sheet1.xml"].decode()
    assert (f't="{kind}"' in text.partition("<f>")[0].rpartition("<c ")[2]) == (kind != "n")


def test_a_formula_over_excel_s_length_is_refused(template: Path) -> None:
    with pytest.raises(TemplateError, match=r"Sheet!A1: a formula of 8,193 characters; Excel allows 8,192"):
        Package(template).put("Sheet", 1, 1, Cell(1, "1" * 8_193))


def test_a_cell_that_is_not_in_the_template_looks_like_its_row_or_column(tmp_path: Path) -> None:
    book = Workbook()
    book.active.column_dimensions["C"].number_format = "0.000"
    book.active.row_dimensions[7].font = Font(bold=True)
    book.active["A7"] = 1
    book.save(tmp_path / "template.xlsx")
    package = Package(tmp_path / "template.xlsx")
    for row in (5, 7):
        package.put("Sheet", row, 3, 0.5)
    package.save(tmp_path / "out.xlsx", STAMP)
    sheet = load_workbook(tmp_path / "out.xlsx").active
    assert sheet["C5"].number_format == "0.000"
    assert sheet["C7"].font.b


@both_ways
def test_a_date_where_the_template_has_no_date_format_is_said_once_a_column(template: Path, streamed: bool) -> None:
    package = Package(template)
    rows: list[list[Content]] = [[date(2024, 6, 30), date(2024, 6, 30)], [date(2024, 7, 31), date(2024, 7, 31)]]
    looks = [package.sheet("Sheet").style(1, column) for column in (1, 2)]
    if streamed:
        package.set_body(Area("Sheet", 1, 1, 2, 2), rows, [looks], [""])
    else:
        for row, values in enumerate(rows, 1):
            for column, value in enumerate(values, 1):
                package.put("Sheet", row, column, value, looks[column - 1])
    package.save(template.with_name("out.xlsx"), STAMP)
    assert package.remarks == ["Sheet!A1: a date stands here, but the template has no date format for it."]


@pytest.mark.parametrize(
    ("code", "dates"),
    [
        ("yyyy-mm-dd", True),
        ("mmm yyyy", True),
        ("[$-409]d mmm yyyy", True),
        ("hh:mm", True),
        ("General", False),
        ("0.0%", False),
        ('#,##0 "days"', False),
        ("[Red]0", False),
        ("0.00_);\\(0.00\\)", False),
    ],
)
def test_a_date_format_is_told_from_others(tmp_path: Path, code: str, dates: bool) -> None:
    book = Workbook()
    book.active["A1"].number_format = code
    book.save(tmp_path / "template.xlsx")
    package = Package(tmp_path / "template.xlsx")
    assert package.sheet("Sheet").text.styles.shows_dates(package.sheet("Sheet").style(1, 1)) == dates
