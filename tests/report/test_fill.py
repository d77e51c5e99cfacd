"""A template and contents become a workbook: sizes, looks, formulas, totals, charts; what a template lacks."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from retention_xl.errors import TemplateError
from retention_xl.report.cells import Addresses, Block, Cell, Content, Contents, List, Single
from retention_xl.report.fill import fill
from retention_xl.report.package import Package

from .sample_templates import EXTENSIONS, SPARKLINE, add_table, contents_of, define, repacked, replace_in, rich_template

STAMP = date(2024, 6, 30)
LEFT_OUT = "Summary!B10: the template's formula points to 'Gone', which is left out."
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun")


def movers(count: int, headings: Sequence[str] = ("id", "name", "amount", "when")) -> List:
    def rows(at: Addresses) -> Iterable[Sequence[Content]]:
        for number in range(count):
            values = {"id": f"C{number}", "name": "-x" if number else "=1+1", "amount": 1.5 * number, "when": STAMP}
            yield [values[heading] for heading in headings]

    total = 1.5 * sum(range(count))
    return List(headings, count, rows, {"amount": Cell(total, "SUBTOTAL(109,Movers!C1)")})


def block(rows: int, columns: int) -> Block:
    def cells(at: Addresses) -> Iterable[Sequence[Content]]:
        for row in range(rows):
            yield [Cell(float(row * 100 + column), f"{row}*100+{column}") for column in range(columns)]

    return Block(rows, columns, cells, MONTHS[:columns], [f"row {row}" for row in range(rows)])


def month(
    movers_count: int = 3, bridge: tuple[int, int] = (2, 3), rates: tuple[int, int] = (2, 3), **more: Single
) -> Contents:
    def total(at: Addresses) -> Cell:
        return Cell(1.5 * sum(range(movers_count)), f"SUM({at.list_column('tblMovers', 'amount')})")

    singles = {"rx_month": Single("2024-06"), "rx_crr": Single(total), **more}
    blocks = {"rx_bridge": block(*bridge), "rx_rates": block(*rates)}
    return Contents(singles, blocks, {"tblMovers": movers(movers_count)}, ["Gone"])


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return rich_template(tmp_path / "template.xlsx")


def filled(template: Path, contents: Contents) -> Path:
    out = template.with_name("out.xlsx")
    assert fill(Package(template), contents, out, STAMP) == [LEFT_OUT] * len(contents.drop_sheets)
    return out


def sheet_of(path: Path, name: str) -> Worksheet:
    return load_workbook(path)[name]


# ---- lists


@pytest.mark.parametrize("count", [0, 1, 2, 3, 300])
def test_a_list_has_as_many_rows_as_the_month(template: Path, count: int) -> None:
    sheet = sheet_of(filled(template, month(count)), "Movers")
    rows = max(count, 1)
    assert sheet.tables["tblMovers"].ref == f"A3:E{4 + rows}"
    ids = [sheet.cell(row, 1).value for row in range(4, 4 + rows)]
    assert ids == ([f"C{number}" for number in range(count)] or [None])
    assert sheet.cell(4 + rows, 1).value == "Total"
    assert sheet.cell(6 + rows, 1).value == "footnote"


def test_an_empty_list_keeps_one_empty_row_without_formulas(template: Path) -> None:
    sheet = sheet_of(filled(template, month(0)), "Movers")
    assert [cell.value for cell in sheet[4]] == [None] * 5
    assert sheet["C4"].font.b


def test_list_rows_look_like_the_first_sample_row(template: Path) -> None:
    sheet = sheet_of(filled(template, month(5)), "Movers")
    for row in range(4, 9):
        assert (sheet.cell(row, 3).font.b, sheet.cell(row, 3).font.i) == (True, False)
        assert sheet.cell(row, 5).number_format == "yyyy-mm-dd"
        assert sheet.row_dimensions[row].height == 21
    assert sheet.row_dimensions[9].height is None


@pytest.mark.thorough
def test_columns_are_matched_by_heading_whatever_their_order(template: Path) -> None:
    contents = month()
    shuffled = {"tblMovers": movers(3, ("when", "amount", "id"))}
    sheet = sheet_of(filled(template, replace(contents, lists=shuffled)), "Movers")
    assert [cell.value for cell in sheet[5]][:3] == ["C1", None, 1.5]
    assert sheet["E5"].value.date() == STAMP


@pytest.mark.thorough
def test_headings_match_whatever_their_case_and_blanks(template: Path) -> None:
    def rename(parts: dict[str, bytes]) -> None:
        replace_in(parts, "xl/tables/table1.xml", 'name="amount"', 'name=" Amount "')
        replace_in(parts, "xl/worksheets/sheet2.xml", "<t>amount</t>", "<t> Amount </t>")

    sheet = sheet_of(filled(repacked(template, rename), month()), "Movers")
    assert sheet["C6"].value == 3.0


@pytest.mark.thorough
def test_a_calculated_column_of_the_author_is_filled_down(template: Path) -> None:
    sheet = sheet_of(filled(template, month(4)), "Movers")
    assert [sheet.cell(row, 4).value for row in range(4, 8)] == [f"=C{row}*2" for row in range(4, 8)]


@pytest.mark.thorough
def test_a_total_stands_in_cell_and_table(template: Path) -> None:
    out = filled(template, month(4))
    assert sheet_of(out, "Movers")["C8"].value == "=SUBTOTAL(109,Movers!C1)"
    table = contents_of(out)["xl/tables/table1.xml"].decode()
    column = re.search(r'<tableColumn [^>]*name="amount".*?</tableColumn>', table)
    assert column is not None
    assert 'totalsRowFunction="custom"' in column[0]
    assert "<totalsRowFormula>SUBTOTAL(109,Movers!C1)</totalsRowFormula>" in column[0]


def test_totals_are_left_out_where_the_template_has_no_row_for_them(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["id", "amount"])
    for _ in range(2):
        book.active.append(["x", 1])
    add_table(book.active, "tblMovers", "A1:B3", ["id", "amount"])
    book.save(tmp_path / "template.xlsx")
    contents = Contents({}, {}, {"tblMovers": movers(2, ("id", "amount"))})
    sheet = sheet_of(filled(tmp_path / "template.xlsx", contents), "Sheet")
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["id", "amount"], ["C0", 0], ["C1", 1.5]]


def test_a_row_with_another_number_of_values_than_headings_is_refused(template: Path) -> None:
    wrong = replace(month(), lists={"tblMovers": List(("id", "name"), 1, lambda at: [["only one"]])})
    wrong = replace(wrong, singles={"rx_month": Single(""), "rx_crr": Single(0)})
    with pytest.raises(ValueError, match=r"a row of 1 values for the columns id, name"):
        fill(Package(template), wrong, template.with_name("out.xlsx"), STAMP)


# ---- blocks


def looks(sheet: Worksheet, top: int, rows: int, columns: int) -> list[list[tuple[str, bool]]]:
    cells = [[sheet.cell(row, column) for column in range(3, 3 + columns)] for row in range(top, top + rows)]
    return [[(cell.number_format, cell.fill.fill_type == "solid") for cell in row] for row in cells]


def test_a_block_of_the_sample_s_size_keeps_each_cell_s_look(template: Path) -> None:
    sheet = sheet_of(filled(template, month(bridge=(2, 3))), "Bri'dge")
    assert looks(sheet, 5, 2, 3) == [
        [("0", False), ("0.0", False), ("0.00", False)],
        [("0", True), ("0.0", True), ("0.00", True)],
    ]
    assert [sheet.cell(row, 2).font.b for row in (5, 6)] == [False, True]


def test_more_columns_look_like_the_inner_ones_and_the_last_keeps_the_last_look(template: Path) -> None:
    sheet = sheet_of(filled(template, month(bridge=(2, 6))), "Bri'dge")
    formats = ["0", "0.0", "0.0", "0.0", "0.0", "0.00"]
    assert looks(sheet, 5, 2, 6) == [[(code, last) for code in formats] for last in (False, True)]
    assert [sheet.cell(4, column).value for column in range(3, 9)] == list(MONTHS)
    assert {sheet.cell(4, column).alignment.horizontal for column in range(3, 9)} == {"right"}


def test_more_rows_look_like_the_first(template: Path) -> None:
    sheet = sheet_of(filled(template, month(bridge=(4, 3))), "Bri'dge")
    assert looks(sheet, 5, 4, 3) == [[("0", False), ("0.0", False), ("0.00", False)]] * 4
    assert [sheet.cell(row, 2).value for row in range(5, 9)] == [f"row {row}" for row in range(4)]
    assert not any(sheet.cell(row, 2).font.b for row in range(5, 9))


@pytest.mark.thorough
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 6), (7, 2), (2, 2)])
def test_a_block_holds_its_values_and_the_one_below_its_own(template: Path, rows: int, columns: int) -> None:
    out = filled(template, month(bridge=(rows, columns), rates=(3, 4)))
    values = load_workbook(out, data_only=True)["Bri'dge"]
    upper = [[values.cell(5 + row, 3 + column).value for column in range(columns)] for row in range(rows)]
    assert upper == [[row * 100 + column for column in range(columns)] for row in range(rows)]
    lower = [[values.cell(9 + rows + row, 3 + column).value for column in range(4)] for row in range(3)]
    assert lower == [[row * 100 + column for column in range(4)] for row in range(3)]
    assert values.cell(5, 3 + columns).value is None


def test_an_empty_block_leaves_one_blank_cell(template: Path) -> None:
    sheet = sheet_of(filled(template, month(bridge=(0, 0))), "Bri'dge")
    assert [sheet.cell(5, column).value for column in range(2, 8)] == [None] * 6
    assert sheet["B7"].value == "between"


def test_a_row_shorter_than_the_block_leaves_blanks_with_their_look(template: Path) -> None:
    contents = month()
    triangle = Block(2, 3, lambda at: [[1, 2, 3], [4]], MONTHS[:3], ["a", "b"])
    out = filled(template, replace(contents, blocks={**contents.blocks, "rx_bridge": triangle}))
    sheet = sheet_of(out, "Bri'dge")
    assert [cell.value for cell in sheet[6]][2:5] == [4, None, None]
    assert sheet["E6"].number_format == "0.00"


# ---- addresses


def test_addresses_are_those_of_the_finished_workbook(template: Path) -> None:
    said: dict[str, str] = {}

    def ask(at: Addresses) -> str:
        said.update(
            area=at.area("rx_rates"),
            cell=at.cell("rx_rates", 2, 3),
            heading=at.cell("rx_rates", -1, 0),
            label=at.cell("rx_rates", 0, -1),
            row=at.row("rx_rates", 0),
            column=at.column("rx_rates", 3),
            single=at.cell("rx_crr"),
            list=at.list_column("tblMovers", "amount"),
            list_cell=at.cell("tblMovers", 6, 3),
            list_row=at.row("tblMovers", 0),
        )
        return "2024-06"

    filled(template, month(7, (5, 6), (3, 4), rx_month=Single(ask)))
    assert said == {
        "area": "'Bri''dge'!$C$14:$F$16",
        "cell": "'Bri''dge'!$F$16",
        "heading": "'Bri''dge'!$C$13",
        "label": "'Bri''dge'!$B$14",
        "row": "'Bri''dge'!$C$14:$F$14",
        "column": "'Bri''dge'!$F$14:$F$16",
        "single": "'Summary'!$B$3",
        "list": "'Movers'!$C$4:$C$10",
        "list_cell": "'Movers'!$E$10",  # the fourth heading of the report, the fifth column of the template
        "list_row": "'Movers'!$A$4:$E$4",
    }


@pytest.mark.thorough
@pytest.mark.parametrize("ask", [(2, 0), (0, 3), (-2, 0), (0, -2)])
def test_an_address_outside_its_block_is_a_mistake_of_the_report(template: Path, ask: tuple[int, int]) -> None:
    contents = month(rx_month=Single(lambda at: at.cell("rx_bridge", *ask)))
    with pytest.raises(IndexError, match=r"lies outside 'rx_bridge' \(Bri'dge!C5:E6\)"):
        fill(Package(template), contents, template.with_name("out.xlsx"), STAMP)


@pytest.mark.thorough
def test_a_formula_that_needs_what_the_template_lacks_is_written_as_its_value(template: Path) -> None:
    contents = month(rx_crr=Single(lambda at: Cell(0.94, f"{at.cell('rx_nowhere')}/2")))
    contents = replace(contents, singles={**contents.singles, "rx_nowhere": Single(1)})
    remarks = fill(Package(template), contents, template.with_name("out.xlsx"), STAMP)
    assert sheet_of(template.with_name("out.xlsx"), "Summary")["B3"].value == 0.94
    assert remarks == [
        "The template has no place for rx_nowhere; figures computed from it are values, not formulas.",
        LEFT_OUT,
    ]


# ---- charts and sparklines


def test_charts_remember_what_was_just_written(template: Path) -> None:
    parts = contents_of(filled(template, month(3, (2, 4))))
    bars, bridge = parts["xl/charts/chart1.xml"].decode(), parts["xl/charts/chart3.xml"].decode()
    assert '<f>\'Movers\'!$A$4:$A$6</f><strCache><ptCount val="3"/><pt idx="0"><v>C0</v>' in bars
    assert re.findall(r"<v>([^<]*)</v>", bars.partition("<val>")[2]) == ["0", "1.5", "3"]
    assert re.findall(r"<v>([^<]*)</v>", bridge) == ["row 0", "Jan", "Feb", "Mar", "Apr", "0", "1", "2", "3"]


def test_a_linked_chart_title_shows_the_text_just_written(template: Path) -> None:
    def link(parts: dict[str, bytes]) -> None:
        cache = '<strCache><ptCount val="1"/><pt idx="0"><v>old</v></pt></strCache>'
        title = f"<title><tx><strRef><f>Summary!$B$2</f>{cache}</strRef></tx></title>"
        replace_in(parts, "xl/charts/chart1.xml", "<chart>", f"<chart>{title}")

    chart = contents_of(filled(repacked(template, link), month()))["xl/charts/chart1.xml"].decode()
    assert '<f>Summary!$B$2</f><strCache><ptCount val="1"/><pt idx="0"><v>2024-06</v></pt></strCache>' in chart


def test_a_chart_of_cells_whose_result_nobody_knows_remembers_nothing(template: Path) -> None:
    def doubled(parts: dict[str, bytes]) -> None:
        replace_in(parts, "xl/charts/chart2.xml", "<f>'Movers'!$C$4:$C$5</f>", "<f>'Movers'!$D$4:$D$5</f><numCache/>")

    chart = contents_of(filled(repacked(template, doubled), month()))["xl/charts/chart2.xml"].decode()
    assert "<numRef><f>'Movers'!$D$4:$D$6</f></numRef>" in chart


def test_a_chart_may_point_at_a_defined_name(template: Path) -> None:
    def named(parts: dict[str, bytes]) -> None:
        replace_in(parts, "xl/charts/chart1.xml", "<f>'Movers'!$A$4:$A$5</f>", "<f>[0]!customers</f>")

    chart = contents_of(filled(repacked(template, named), month()))["xl/charts/chart1.xml"].decode()
    assert '<f>[0]!customers</f><strCache><ptCount val="3"/><pt idx="0"><v>C0</v>' in chart


def test_a_chart_of_unchanged_cells_keeps_its_bytes(template: Path) -> None:
    def elsewhere(parts: dict[str, bytes]) -> None:
        for old in ("$C$4:$C$5", "$A$4:$A$5", "C3"):
            text = parts["xl/charts/chart1.xml"].decode()
            parts["xl/charts/chart1.xml"] = text.replace(f"'Movers'!{old}", "Notes!$A$2").encode()
        text = re.sub(r"<cat>.*?</cat>|<tx>.*?</tx>", "", parts["xl/charts/chart1.xml"].decode())
        cache = '<numCache><formatCode>0.0</formatCode><ptCount val="1"/><pt idx="0"><v>12.5</v></pt></numCache>'
        parts["xl/charts/chart1.xml"] = text.replace("</f>", "</f>" + cache).encode()

    repacked(template, elsewhere)
    key = "xl/charts/chart1.xml"
    assert contents_of(filled(template, month()))[key] == contents_of(template)[key]


def test_every_row_of_a_list_gets_the_sparkline_of_the_first(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["id", "amount", "trend"])
    for _ in range(2):
        sheet.append(["x", 1, None])
    add_table(sheet, "tblMovers", "A1:C3", ["id", "amount", "trend"])
    book.save(tmp_path / "template.xlsx")
    lines = SPARKLINE % ("Sheet!A2:B2", "C2") + SPARKLINE % ("Sheet!A3:B3", "C3")
    part, extension = "xl/worksheets/sheet1.xml", EXTENSIONS % (lines, "Sheet!$A$9", "Z9")
    repacked(tmp_path / "template.xlsx", lambda p: replace_in(p, part, "</worksheet>", extension + "</worksheet>"))
    out = filled(tmp_path / "template.xlsx", Contents({}, {}, {"tblMovers": movers(4, ("id", "amount"))}))
    pairs = re.findall(r"<xm:f>([^<]*)</xm:f><xm:sqref>([^<]*)<", contents_of(out)[part].decode())
    assert pairs == [(f"Sheet!A{row}:B{row}", f"C{row}") for row in range(2, 6)]


# ---- the whole


@pytest.mark.thorough
def test_the_same_contents_give_the_same_bytes(template: Path, tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        fill(Package(template), month(300), tmp_path / name, STAMP)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


@pytest.mark.thorough
def test_the_template_is_not_changed(template: Path) -> None:
    before = template.read_bytes()
    filled(template, month(300))
    assert template.read_bytes() == before


def test_a_failure_in_the_contents_leaves_no_file(template: Path) -> None:
    def broken(at: Addresses) -> Iterable[Sequence[Content]]:
        yield ["C0", "name", 1.0, STAMP]
        raise RuntimeError("the ledger is gone")

    wrong = replace(month(), lists={"tblMovers": List(("id", "name", "amount", "when"), 2, broken)})
    with pytest.raises(RuntimeError, match="the ledger is gone"):
        fill(Package(template), wrong, template.with_name("out.xlsx"), STAMP)
    assert [path.name for path in template.parent.iterdir()] == ["template.xlsx"]


def test_a_template_that_breaks_the_contract_is_refused_with_all_its_faults(tmp_path: Path) -> None:
    book = Workbook()
    define(book, rx_mont="Sheet!$A$1", rx_crr="Sheet!$A$1:$B$2")
    book.save(tmp_path / "template.xlsx")
    with pytest.raises(TemplateError) as refused:
        fill(Package(tmp_path / "template.xlsx"), month(), tmp_path / "out.xlsx", STAMP)
    assert "Sheet!A1: the name 'rx_mont' is not one of the report's; did you mean 'rx_month'?" in str(refused.value)
    assert "Sheet!A1:B2: 'rx_crr' takes one value" in str(refused.value)


@pytest.mark.thorough
def test_the_package_opens_as_a_sound_archive(template: Path) -> None:
    with zipfile.ZipFile(filled(template, month(300))) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "[Content_Types].xml"
