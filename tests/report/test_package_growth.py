"""Lists and blocks that change their size: everything that refers to them follows, everything else stays."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from retention_xl.errors import TemplateError
from retention_xl.report.package import Area, Package

from .sample_templates import contents_of, repacked, replace_in, rich_template

STAMP = date(2024, 6, 30)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return rich_template(tmp_path / "template.xlsx")


def grown(template: Path, rows: int = 2, columns: int = 3) -> dict[str, str]:
    """The movers list with `rows` rows and the upper bridge block with `columns` columns; parts as text."""
    package = Package(template)
    package.resize_rows("Movers", 4, 5, rows)
    package.resize_columns("Bri'dge", 3, 5, columns, top=4, bottom=6)
    package.save(template.with_name("out.xlsx"), STAMP)
    parts = contents_of(template.with_name("out.xlsx"))
    return {name: content.decode() for name, content in parts.items()}


def formula(part: str, cell: str) -> str:
    found = re.search(rf'<c r="{cell}"[^>]*><f[^>]*>([^<]*)</f>', part)
    assert found is not None, f"{cell} has no formula"
    return found[1]


SUMMARY, MOVERS, BRIDGE = (f"xl/worksheets/sheet{n}.xml" for n in (1, 2, 3))


@pytest.mark.thorough
@pytest.mark.parametrize(("rows", "last"), [(1, 4), (2, 5), (3, 6), (300, 303), (50_000, 50_003)])
def test_references_on_other_sheets_follow_a_list(template: Path, rows: int, last: int) -> None:
    summary = grown(template, rows)[SUMMARY]
    assert formula(summary, "B5") == f"SUM(Movers!C4:C{last})"
    assert formula(summary, "B7") == f"Movers!C{last}"  # the last sample row stands for the last row
    assert f"<xm:f>Movers!C4:C{last}</xm:f>" in summary  # sparkline
    assert f"<xm:f>Movers!$A$4:$A${last}</xm:f>" in summary  # list of a dropdown
    assert f'location="Movers!A{last + 3}"' in summary  # link to the footnote


@pytest.mark.parametrize(("rows", "last"), [(1, 4), (3, 6), (300, 303), (50_000, 50_003)])
def test_what_stands_below_a_list_moves_with_all_that_belongs_to_it(template: Path, rows: int, last: int) -> None:
    parts = grown(template, rows)
    movers, shift = parts[MOVERS], last - 5
    assert formula(movers, f"C{8 + shift}") == f"SUM(C4:C{last})"
    assert f'<mergeCell ref="A{9 + shift}:C{9 + shift}"/>' in movers
    assert f'<brk id="{8 + shift}"' in movers
    assert f'<comment ref="A{8 + shift}"' in parts["xl/comments/comment1.xml"]
    assert '<comment ref="B3"' in parts["xl/comments/comment1.xml"]
    assert re.findall(r":Row>(\d+)<", parts["xl/drawings/commentsDrawing1.vml"]) == ["2", str(7 + shift)]
    assert f"<row>{11 + shift}</row>" in re.sub(r"xdr:", "", parts["xl/drawings/drawing2.xml"])
    assert f'<protectedRange sqref="C4:C{last} C{8 + shift}"' in movers


@pytest.mark.parametrize(("rows", "last"), [(3, 6), (300, 303), (50_000, 50_003)])
def test_rules_tables_names_and_charts_follow_a_list(template: Path, rows: int, last: int) -> None:
    parts = grown(template, rows)
    movers = parts[MOVERS]
    assert f'<conditionalFormatting sqref="C4:C{last}">' in movers
    assert f"<formula>$C${last + 3}</formula>" in movers
    assert f'<dataValidation sqref="B4:B{last}"' in movers
    assert f'<ignoredError sqref="A4:A{last}"' in movers
    assert f'ref="A3:E{last + 1}"' in parts["xl/tables/table1.xml"]
    assert f"Movers!$A$4:$A${last}" in parts["xl/workbook.xml"]
    assert f"<f>'Movers'!$C$4:$C${last}</f>" in parts["xl/charts/chart1.xml"]
    assert f"<f>'Movers'!$A$4:$A${last}</f>" in parts["xl/charts/chart1.xml"]
    assert f"<f>'Movers'!$C$4:$C${last}</f>" in parts["xl/charts/chart2.xml"]


@pytest.mark.parametrize(("columns", "last"), [(2, "D"), (4, "F"), (36, "AL")])
def test_what_ends_with_the_last_column_of_a_block_follows(template: Path, columns: int, last: str) -> None:
    parts = grown(template, columns=columns)
    summary, bridge = parts[SUMMARY], parts[BRIDGE]
    assert formula(summary, "B6") == f"SUM('Bri''dge'!C5:{last}6)"
    assert formula(summary, "B9") == f"'Bri''dge'!{last}5"
    assert f"<xm:f>'Bri''dge'!C5:{last}5</xm:f>" in summary
    assert formula(bridge, "C8") == f"SUM($C$5:${last}$6)+C9"
    assert formula(bridge, "D8") == f"SUM($C$5:${last}$6)+D9"
    assert f'<conditionalFormatting sqref="C5:{last}6">' in bridge
    assert f"'Bri''dge'!$C$5:${last}$6" in parts["xl/workbook.xml"]
    assert f"<f>'Bri''dge'!$C$5:${last}$5</f>" in parts["xl/charts/chart3.xml"]
    assert f"<f>'Bri''dge'!$C$4:${last}$4</f>" in parts["xl/charts/chart3.xml"]


def test_columns_that_grow_leave_another_block_below_as_it_is(template: Path) -> None:
    parts = grown(template, columns=12)
    assert formula(parts[BRIDGE], "C14") == "SUM(C11:E12)"
    assert '<conditionalFormatting sqref="C11:E12">' in parts[BRIDGE]
    assert "'Bri''dge'!$C$11:$E$12" in parts["xl/workbook.xml"]


def test_a_print_area_shows_the_grown_block_and_a_title_spans_it(template: Path) -> None:
    parts = grown(template, columns=12)
    assert "'Bri''dge'!$A$1:$N$14" in parts["xl/workbook.xml"]
    assert '<mergeCell ref="A1:N1"/>' in parts[BRIDGE]


def test_new_columns_are_as_wide_as_the_sample_s_last(template: Path) -> None:
    grown(template, columns=5)
    widths = load_workbook(template.with_name("out.xlsx"))["Bri'dge"].column_dimensions
    assert [widths[column].width for column in "EFG"] == [17, 17, 17]


def test_a_block_that_shrinks_leaves_no_cell_behind(template: Path) -> None:
    bridge = grown(template, columns=1)[BRIDGE]
    assert re.findall(r'<c r="([D-Z]+[456])"', bridge) == []
    assert re.findall(r'<c r="([D-Z]+1[0-2])"', bridge) == ["D10", "E10", "D11", "E11", "D12", "E12"]


def test_rows_of_one_block_move_the_block_below(template: Path) -> None:
    package = Package(template)
    package.resize_rows("Bri'dge", 5, 6, 10)
    assert package.area("rx_bridge") == Area("Bri'dge", 5, 3, 14, 5)
    assert package.area("rx_rates") == Area("Bri'dge", 19, 3, 20, 5)


def test_something_right_of_a_block_that_grows_is_refused_with_its_cell(template: Path) -> None:
    package = Package(template)
    package.put("Bri'dge", 6, 7, "in the way")
    with pytest.raises(TemplateError, match=r"Bri'dge!G6 stands where a block grows to column H"):
        package.resize_columns("Bri'dge", 3, 5, 6, top=4, bottom=6)


def test_a_sheet_over_its_last_row_is_refused(template: Path) -> None:
    package = Package(template)
    with pytest.raises(TemplateError, match=r"Movers would have more than 1,048,576 rows"):
        package.resize_rows("Movers", 4, 5, 1_048_573)


def test_columns_over_the_last_are_refused(template: Path) -> None:
    package = Package(template)
    with pytest.raises(TemplateError, match=r"more than 16,384 columns"):
        package.resize_columns("Bri'dge", 3, 5, 16_383, top=4, bottom=6)


def test_a_pivot_source_follows_and_is_refreshed(template: Path) -> None:
    def add(parts: dict[str, bytes]) -> None:
        namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        parts["xl/pivotCache/pivotCacheDefinition1.xml"] = (
            f'<pivotCacheDefinition xmlns="{namespace}"><cacheSource type="worksheet">'
            f'<worksheetSource ref="A3:E5" sheet="Movers"/></cacheSource></pivotCacheDefinition>'
        ).encode()
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/pivotCacheDefinition"
        relation = f'<Relationship Id="rId95" Type="{kind}" Target="pivotCache/pivotCacheDefinition1.xml"/>'
        replace_in(parts, "xl/_rels/workbook.xml.rels", "</Relationships>", relation + "</Relationships>")

    parts = grown(repacked(template, add), rows=7)
    cache = parts["xl/pivotCache/pivotCacheDefinition1.xml"]
    assert 'ref="A3:E10"' in cache
    assert 'refreshOnLoad="1"' in cache


def test_pictures_beside_a_list_keep_their_size_and_those_below_move(template: Path) -> None:
    package = Package(template)
    package.resize_rows("Bri'dge", 11, 12, 40)
    package.save(template.with_name("out.xlsx"), STAMP)
    out = load_workbook(template.with_name("out.xlsx"))
    below = out["Bri'dge"]._charts[0].anchor
    assert (below._from.row, below.ext.height) == (
        19 + 38,
        load_workbook(template)["Bri'dge"]._charts[0].anchor.ext.height,
    )
    assert out["Summary"]._charts[0].anchor._from.row == 14


def test_an_anchor_that_spans_a_growing_list_is_not_stretched(template: Path) -> None:
    def span(parts: dict[str, bytes]) -> None:
        text = parts["xl/drawings/drawing2.xml"].decode()
        text = text.replace("oneCellAnchor", "twoCellAnchor")
        text = re.sub(r"<(?:xdr:)?ext cx[^>]*/>", "", text, count=1)
        prefix = "xdr:" if "<xdr:from>" in text else ""
        corner = re.search(rf"<{prefix}from>.*?</{prefix}from>", text, re.DOTALL)
        assert corner is not None
        first = re.sub(r"(row>)\d+", r"\g<1>2", corner[0])
        last = re.sub(r"(row>)\d+", r"\g<1>20", corner[0]).replace("from>", "to>")
        parts["xl/drawings/drawing2.xml"] = text.replace(corner[0], first + last).encode()

    drawing = grown(repacked(template, span), rows=50)["xl/drawings/drawing2.xml"]
    assert re.findall(r"row>(\d+)<", drawing) == ["2", "20"]


def test_form_controls_of_a_legacy_drawing_move_with_the_rows_below(template: Path) -> None:
    control = (
        '<v:shape id="b"><x:ClientData ObjectType="Button"><x:Anchor>1, 0, 9, 0, 3, 0, 11, 0</x:Anchor>'
        "</x:ClientData></v:shape></xml>"
    )
    repacked(template, lambda parts: replace_in(parts, "xl/drawings/commentsDrawing1.vml", "</xml>", control))
    drawing = grown(template, rows=12)["xl/drawings/commentsDrawing1.vml"]
    assert "<x:Anchor>1, 0, 19, 0, 3, 0, 21, 0</x:Anchor>" in drawing


def test_a_threaded_comment_moves(template: Path) -> None:
    def add(parts: dict[str, bytes]) -> None:
        parts["xl/threadedComments/threadedComment1.xml"] = (
            b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments">'
            b'<threadedComment ref="A8" id="{1}"><text>why?</text></threadedComment></ThreadedComments>'
        )
        kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
        relation = f'<Relationship Id="rId95" Type="{kind}" Target="/xl/threadedComments/threadedComment1.xml"/>'
        replace_in(parts, "xl/worksheets/_rels/sheet2.xml.rels", "</Relationships>", relation + "</Relationships>")

    parts = grown(repacked(template, add), rows=7)
    assert 'ref="A13"' in parts["xl/threadedComments/threadedComment1.xml"]


def test_the_dimension_covers_what_is_there(template: Path) -> None:
    assert '<dimension ref="A1:E307"/>' in grown(template, 300)[MOVERS]


def test_notes_and_links_on_rows_that_go_go_too(template: Path) -> None:
    def add(parts: dict[str, bytes]) -> None:
        comment = re.search(r'<comment ref="A8".*?</comment>', parts["xl/comments/comment1.xml"].decode())
        assert comment is not None
        both = comment[0].replace("A8", "A4") + comment[0].replace("A8", "A5") + comment[0]
        replace_in(parts, "xl/comments/comment1.xml", comment[0], both)
        drawing = "xl/drawings/commentsDrawing1.vml"
        shape = re.search(
            r"<(\w+):shape [^>]*>(?:(?!</\1:shape>).)*:Row>7<.*?</\1:shape>", parts[drawing].decode(), re.S
        )
        assert shape is not None
        replace_in(parts, drawing, shape[0], "".join(shape[0].replace(":Row>7<", f":Row>{row}<") for row in (3, 4, 7)))
        links = "".join(f'<hyperlink ref="{cell}" location="Notes!A1"/>' for cell in ("A4", "A5"))
        links = f"<hyperlinks>{links}</hyperlinks>"
        replace_in(parts, MOVERS, "<pageMargins", links + "<pageMargins")

    parts = grown(repacked(template, add), rows=1)
    assert re.findall(r'<comment ref="(\w+)"', parts["xl/comments/comment1.xml"]) == ["B3", "A4", "A7"]
    assert re.findall(r":Row>(\d+)<", parts["xl/drawings/commentsDrawing1.vml"]) == ["2", "3", "6"]
    assert re.findall(r'<hyperlink ref="(\w+)"', parts[MOVERS]) == ["A4"]
