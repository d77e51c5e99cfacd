"""What charts remember of their cells, the kinds that are rarer included."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.text import Text
from openpyxl.chart.title import Title
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.pagebreak import Break

from retention_xl.report.cells import Cell, Content
from retention_xl.report.package import Area, Package

from .sample_templates import contents_of, repacked, replace_in

STAMP = date(2024, 6, 30)
CHART = "xl/charts/chart1.xml"
EXTENDED = """<cx:chartSpace xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex"><cx:chartData>
<cx:data id="0"><cx:strDim type="cat"><cx:f>Sheet!$A$2:$A$4</cx:f>%s</cx:strDim>
<cx:numDim type="val"><cx:f>Sheet!$B$2:$B$4</cx:f>%s</cx:numDim></cx:data></cx:chartData>
<cx:chart><cx:series><cx:tx><cx:txData><cx:f>Sheet!$B$1</cx:f><cx:v>%s</cx:v></cx:txData></cx:tx></cx:series></cx:chart>
</cx:chartSpace>"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """Three categories and three amounts under their headings, and a chart of them."""
    book = Workbook()
    for row, values in enumerate([("what", "amount"), ("a", 1), ("b", 2), ("c", 3)], 1):
        for column, value in enumerate(values, 1):
            book.active.cell(row, column, value)
    for row in (2, 3, 4):
        book.active.cell(row, 2).number_format = "0.00"
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=2, min_row=1, max_row=4), titles_from_data=True)
    chart.set_categories(Reference(book.active, min_col=1, min_row=2, max_row=4))
    book.active.add_chart(chart, "D2")
    book.save(tmp_path / "template.xlsx")
    return tmp_path / "template.xlsx"


def filled(template: Path, rows: list[list[Content]], style: int = 0) -> dict[str, str]:
    package = Package(template)
    amount = package.sheet("Sheet").style(2, 2)
    package.set_body(Area("Sheet", 2, 1, 4, 2), rows, [[style, amount]], [""])
    package.save(template.with_name("out.xlsx"), STAMP)
    return {name: content.decode() for name, content in contents_of(template.with_name("out.xlsx")).items()}


def test_texts_in_categories_that_were_drawn_for_numbers_are_remembered_as_texts(template: Path) -> None:
    assert b"<cat><numRef>" in contents_of(template)[CHART]
    chart = filled(template, [["x", 1.5], ["y", 2], ["z", 3]])[CHART]
    categories = re.search(r"<cat>(.*?)</cat>", chart)
    assert categories is not None
    assert re.findall(r"<v>([^<]*)</v>", categories[1]) == ["x", "y", "z"]
    assert "<strRef>" in categories[1]


def test_dates_in_categories_that_were_drawn_for_texts_are_remembered_with_their_format(template: Path) -> None:
    def texts(parts: dict[str, bytes]) -> None:
        replace_in(parts, CHART, "<cat><numRef>", "<cat><strRef>")
        replace_in(parts, CHART, "</numRef></cat>", "</strRef></cat>")
        # The style of the amounts becomes one of months, for the first column.
        replace_in(parts, "xl/styles.xml", 'numFmtId="2"', 'numFmtId="17"')

    repacked(template, texts)
    months: list[list[Content]] = [[date(2024, month, 1), 1] for month in (1, 2, 3)]
    chart = filled(template, months, style=1)[CHART]
    assert "<cat><numRef><f>'Sheet'!$A$2:$A$4</f><numCache><formatCode>mmm-yy</formatCode><ptCount val=\"3\"/>" in chart
    assert re.findall(r"<v>(\d+)</v>", chart)[:3] == ["45292", "45323", "45352"]


def test_amounts_are_remembered_with_their_format_and_without_texts_and_errors(template: Path) -> None:
    chart = filled(template, [["x", 1.25], ["y", ""], ["z", Cell("#N/A", "NA()")]])[CHART]
    assert '<formatCode>0.00</formatCode><ptCount val="3"/><pt idx="0"><v>1.25</v></pt></numCache>' in chart


def test_a_format_that_the_author_gave_the_chart_stays(template: Path) -> None:
    cache = '</f><numCache><formatCode>#,##0 "k"</formatCode><ptCount val="0"/></numCache></numRef></val>'
    repacked(template, lambda parts: replace_in(parts, CHART, "</f></numRef></val>", cache))
    chart = filled(template, [["x", 1], ["y", 2], ["z", 3]])[CHART]
    assert '<formatCode>#,##0 "k"</formatCode><ptCount val="3"/>' in chart


def with_waterfall(template: Path, texts: str, numbers: str, name: str) -> Path:
    def add(parts: dict[str, bytes]) -> None:
        parts["xl/charts/chartEx1.xml"] = (EXTENDED % (texts, numbers, name)).encode()
        kind = "http://schemas.microsoft.com/office/2014/relationships/chartEx"
        relation = f'<Relationship Id="rId9" Type="{kind}" Target="../charts/chartEx1.xml"/></Relationships>'
        replace_in(parts, "xl/drawings/_rels/drawing1.xml.rels", "</Relationships>", relation)

    return repacked(template, add)


def test_a_waterfall_remembers_what_was_written(template: Path) -> None:
    with_waterfall(template, '<cx:lvl ptCount="1"><cx:pt idx="0">old</cx:pt></cx:lvl>', "", "old")
    chart = filled(template, [["x", 1.5], ["y", None], ["z", -3]])["xl/charts/chartEx1.xml"]
    texts, numbers = re.findall(r"<cx:lvl [^>]*>.*?</cx:lvl>", chart)
    assert re.findall(r'<cx:pt idx="(\d)">(.*?)</cx:pt>', texts) == [("0", "x"), ("1", "y"), ("2", "z")]
    assert (
        numbers == '<cx:lvl ptCount="3" formatCode="0.00"><cx:pt idx="0">1.5</cx:pt><cx:pt idx="2">-3</cx:pt></cx:lvl>'
    )
    assert "<cx:f>Sheet!$B$1</cx:f><cx:v>amount</cx:v>" in chart


def test_a_waterfall_of_unknown_results_forgets_the_sample(template: Path) -> None:
    with_waterfall(template, '<cx:lvl ptCount="1"><cx:pt idx="0">old</cx:pt></cx:lvl>', "", "amount")
    chart = filled(template, [[Cell(None, "B2"), 1], ["y", 2], ["z", 3]])["xl/charts/chartEx1.xml"]
    assert "old" not in chart


def test_a_waterfall_follows_rows(template: Path) -> None:
    with_waterfall(template, "", "", "amount")
    package = Package(template)
    package.resize_rows("Sheet", 2, 4, 9)
    package.save(template.with_name("out.xlsx"), STAMP)
    chart = contents_of(template.with_name("out.xlsx"))["xl/charts/chartEx1.xml"].decode()
    assert "<cx:f>Sheet!$A$2:$A$10</cx:f>" in chart
    assert "<cx:f>Sheet!$B$2:$B$10</cx:f>" in chart


def test_a_waterfall_that_shows_the_same_keeps_its_bytes(template: Path) -> None:
    texts = '<cx:lvl ptCount="3"><cx:pt idx="0">x</cx:pt><cx:pt idx="1">y</cx:pt><cx:pt idx="2">z</cx:pt></cx:lvl>'
    numbers = '<cx:lvl ptCount="3" formatCode="0.00"><cx:pt idx="0">1</cx:pt><cx:pt idx="1">2</cx:pt></cx:lvl>'
    with_waterfall(template, texts, numbers, "amount")
    out = filled(template, [["x", 1], ["y", 2], ["z", None]])
    assert out["xl/charts/chartEx1.xml"] == contents_of(template)["xl/charts/chartEx1.xml"].decode()


def test_a_label_beside_a_body_is_remembered_too(template: Path) -> None:
    package = Package(template)
    package.set_body(Area("Sheet", 2, 2, 4, 2), [[7], [8], [9]], [[0]], [""])
    package.save(template.with_name("out.xlsx"), STAMP)
    chart = contents_of(template.with_name("out.xlsx"))[CHART].decode()
    assert re.findall(r"<v>([^<]*)</v>", chart) == ["amount", "a", "b", "c", "7", "8", "9"]


@pytest.fixture
def two_charts(tmp_path: Path) -> Path:
    """Two charts whose titles are cells with names; a page break above the second table."""
    book = Workbook()
    sheet = book.active
    for anchor, cell, name in (("D2", "A1", "rx_title_one"), ("D20", "A19", "rx_title_two")):
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=2, min_row=2, max_row=4))
        chart.title = Title(tx=Text(strRef=StrRef(f=f"'Sheet'!${cell[0]}${cell[1:]}")))
        sheet.add_chart(chart, anchor)
        book.defined_names[name] = DefinedName(name, attr_text=f"'Sheet'!${cell[0]}${cell[1:]}")
    book.defined_names["rx_table"] = DefinedName("rx_table", attr_text="'Sheet'!$B$22:$C$23")
    for row in (5, 19):
        sheet.row_breaks.append(Break(id=row))
    book.save(tmp_path / "template.xlsx")
    return tmp_path / "template.xlsx"


def test_a_chart_that_would_be_empty_is_taken_out_with_its_parts_and_no_other(two_charts: Path) -> None:
    package = Package(two_charts)
    package.remove_chart("rx_title_one")
    package.remove_chart("rx_title_of_no_chart")
    package.save(two_charts.with_name("out.xlsx"), STAMP)
    parts = contents_of(two_charts.with_name("out.xlsx"))
    assert [name for name in parts if name.startswith("xl/charts/chart")] == ["xl/charts/chart2.xml"]
    assert b"chart1" not in parts["[Content_Types].xml"] + parts["xl/drawings/_rels/drawing1.xml.rels"]
    assert len(load_workbook(two_charts.with_name("out.xlsx"))["Sheet"]._charts) == 1


def test_a_page_break_above_a_table_is_taken_out_and_no_other(two_charts: Path) -> None:
    package = Package(two_charts)
    package.remove_break("rx_table")
    package.remove_break("rx_no_such_table")
    package.save(two_charts.with_name("out.xlsx"), STAMP)
    breaks = load_workbook(two_charts.with_name("out.xlsx"))["Sheet"].row_breaks
    assert [one.id for one in breaks.brk] == [5]
