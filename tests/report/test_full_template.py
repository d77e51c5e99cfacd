"""A company's own template with every feature of Excel: what is not filled stays, what hangs on the list follows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from retention_xl.report.cells import Contents, Single
from retention_xl.report.fill import fill
from retention_xl.report.package import Package

from .engines import cached, recalc_libreoffice
from .full_template import full_template
from .sample_templates import contents_of
from .test_fill import STAMP, block, movers

SIZES = [0, 1, 2, 300]
LIST_TOP, SAMPLE_ROWS = 5, 2
# Parts in which something refers to the list, the block or a value.
TOUCHED = {
    "docProps/core.xml",  # the date of the report
    "xl/workbook.xml",
    "xl/styles.xml",
    *(f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3, 4)),
    *(f"xl/charts/chart{number}.xml" for number in (1, 2, 3)),
    "xl/drawings/drawing2.xml",
    "xl/drawings/vmlDrawing3.vml",
    "xl/comments2.xml",
    "xl/threadedComments/threadedComment1.xml",
    "xl/tables/table1.xml",
    "xl/pivotCache/pivotCacheDefinition1.xml",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return full_template(tmp_path_factory.mktemp("full") / "template.xlsx")


def filled(template: Path, folder: Path, count: int) -> Path:
    contents = Contents(
        {"rx_month": Single("2024-06"), "rx_crr": Single(0.97)},
        {"rx_rates": block(2, 2)},
        {"tblMovers": movers(count)},
    )
    assert fill(Package(template), contents, folder / "out.xlsx", STAMP) == []
    return folder / "out.xlsx"


@pytest.mark.parametrize("count", SIZES)
def test_nothing_is_lost_and_what_is_not_filled_keeps_its_bytes(template: Path, tmp_path: Path, count: int) -> None:
    before, after = contents_of(template), contents_of(filled(template, tmp_path, count))
    assert set(after) == set(before)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= TOUCHED
    # A picture in the header, a checkbox, a protected sheet and its ranges, rich text, a dropdown of a name: in Dash,
    # of which cells alone are filled.
    around = re.compile(rb"<sheetData>.*</sheetData>|<hyperlinks>.*</hyperlinks>|<xm:f>.*?</xm:f>", re.DOTALL)
    kept = [around.sub(b"", parts["xl/worksheets/sheet1.xml"]) for parts in (before, after)]
    assert _from_the_second_tag(kept[1]) == _from_the_second_tag(kept[0])


def _from_the_second_tag(sheet: bytes) -> bytes:
    """Without the declaration and the root, in which quotes are a matter of taste."""
    return sheet[sheet.index(b"<", sheet.index(b"<worksheet") + 1) :]


@pytest.mark.parametrize("count", SIZES)
def test_everything_that_hangs_on_the_list_follows_it(template: Path, tmp_path: Path, count: int) -> None:
    last = LIST_TOP + max(count, 1) - 1
    down = last - (LIST_TOP + SAMPLE_ROWS - 1)
    parts = {
        name: text.decode("utf-8", "replace") for name, text in contents_of(filled(template, tmp_path, count)).items()
    }
    dash, listed, rates, lists = (parts[f"xl/worksheets/sheet{number}.xml"] for number in (1, 2, 3, 4))
    column = f"C{LIST_TOP}:C{last}"
    absolute = f"Movers!$C${LIST_TOP}:$C${last}"
    follows = {
        "a formula below": (listed, f"<f>SUM({column})</f>"),
        "an array formula": (listed, f'<f t="array" ref="G{9 + down}:G{10 + down}">Movers!{column}*2</f>'),
        "a merged cell": (listed, f'<mergeCell ref="A{11 + down}:C{11 + down}"/>'),
        "a data bar": (listed, f'<conditionalFormatting sqref="{column}"><cfRule type="dataBar"'),
        "its half of 2010": (listed, f"<xm:sqref>{column}</xm:sqref>"),
        "an icon set": (listed, f'<conditionalFormatting sqref="D{LIST_TOP}:D{last}"><cfRule type="iconSet"'),
        "a dropdown of another sheet": (listed, f'sqref="B{LIST_TOP}:B{last}"><formula1>Lists!$A$1:$A$3</formula1>'),
        "a page break": (listed, f'<brk id="{10 + down}"'),
        "a slicer": (listed, '<x14:slicer r:id="rId901"/>'),
        "a formula of another sheet": (dash, f"<f>Movers!C{9 + down}</f>"),
        "a spilling formula": (dash, f"_xlfn._xlws.SORT(Movers!{column})"),
        "a sparkline": (dash, f"<xm:f>Movers!{column}</xm:f>"),
        "a link": (dash, f"location=\"'Movers'!A{9 + down}\""),
        "a hidden sheet": (lists, f"<f>Movers!C{LIST_TOP}</f>"),
        "a rule of colours": (rates, '<conditionalFormatting sqref="C4:D5"><cfRule type="colorScale"'),
        "a print area": (parts["xl/workbook.xml"], f"Movers!$A$1:$J${30 + down}"),
        "a LAMBDA's name": (parts["xl/workbook.xml"], f"_xlfn.LAMBDA(_xlpm.x,_xlpm.x+Movers!$C${LIST_TOP})"),
        "slicers of the workbook": (parts["xl/workbook.xml"], '<x14:slicerCache r:id="rId901"/>'),
        "a chart": (parts["xl/charts/chart1.xml"], f"<c:f>{absolute}</c:f>"),
        "its second axis": (parts["xl/charts/chart1.xml"], f"<c:f>Movers!$E${LIST_TOP}:$E${last}</c:f>"),
        "a chart of a name": (parts["xl/charts/chart2.xml"], "<c:f>Movers!Amounts</c:f>"),
        "a sheet that is a chart": (parts["xl/charts/chart3.xml"], f"<c:f>{absolute}</c:f>"),
        "a pivot table": (parts["xl/pivotCache/pivotCacheDefinition1.xml"], f'ref="A4:E{last}" sheet="Movers"'),
        "a box and a picture": (parts["xl/drawings/drawing2.xml"], f"<xdr:row>{19 + down}</xdr:row>"),
        "a button": (parts["xl/drawings/vmlDrawing3.vml"], f"<x:Anchor>7, 0, {19 + down}, 0, 8, 0, {20 + down}, 0"),
        "a note": (parts["xl/comments2.xml"], f'<comment ref="A{9 + down}"'),
        "the note's box": (parts["xl/drawings/vmlDrawing3.vml"], f"<x:Row>{8 + down}</x:Row>"),
        "a thread of comments": (parts["xl/threadedComments/threadedComment1.xml"], f'ref="A{9 + down}"'),
    }
    assert [name for name, (text, expected) in follows.items() if expected not in text] == []


def test_engines_that_stumble_over_a_template_print_nothing(
    template: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    filled(template, tmp_path, 3)
    assert capfd.readouterr() == ("", "")


@pytest.mark.libreoffice
@pytest.mark.parametrize("count", [0, 300])
def test_libreoffice_opens_it_and_finds_the_values(template: Path, tmp_path: Path, soffice: str, count: int) -> None:
    out = filled(template, tmp_path, count)
    written, computed = cached(out), recalc_libreoffice(out, tmp_path, soffice)
    total = 1.5 * sum(range(count))
    below = f"C{9 + max(count, 1) - SAMPLE_ROWS}"
    assert computed["Movers", below] == written["Movers", below] == total
    assert computed["Dash", "B4"] == computed["Dash", "B5"] == total
