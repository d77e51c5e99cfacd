"""A template with all that Excel offers around the data, drawn as a company would that knows nothing of this program.

XlsxWriter draws it; the parts that no library writes (a slicer, a thread of comments, a pivot table) are added in the
shape in which Excel saves them.
"""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime
from pathlib import Path

import xlsxwriter

from .sample_templates import repacked, replace_in

HEADINGS = ("id", "name", "amount", "when")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MICROSOFT = "http://schemas.microsoft.com/office"
_X14 = f"{_MICROSOFT}/spreadsheetml/2009/9/main"
_X15 = f"{_MICROSOFT}/spreadsheetml/2010/11/main"
_THREADS = f"{_MICROSOFT}/spreadsheetml/2018/threadedcomments"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def full_template(path: Path) -> Path:
    """Dash (all that stands around), Movers (the list and what hangs on it), Rates (a block), Lists (hidden)."""
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": "Monthly", "author": "Finance", "created": datetime(2024, 1, 2)})
    book.set_custom_property("Version", "3.1")
    dash, movers, rates, lists = (book.add_worksheet(name) for name in ("Dash", "Movers", "Rates", "Lists"))
    _draw_movers(book, movers)
    _draw_rates(book, rates)
    _draw_dash(book, dash)
    for row, word in enumerate(("Open", "Done", "N/A")):
        lists.write(row, 0, word)
    lists.write_formula("C1", "=Movers!C5", None, 2)
    lists.embed_image("F1", "dot.png", {"image_data": _picture()})
    lists.hide()
    for name, formula in {
        "rx_month": "=Dash!$B$2",
        "rx_crr": "=Dash!$B$3",
        "rx_rates": "=Rates!$C$4:$D$5",
        "States": "=Lists!$A$1:$A$3",
        "AddOne": "=_xlfn.LAMBDA(_xlpm.x,_xlpm.x+Movers!$C$5)",
        "Amounts": "=OFFSET(Movers!$C$5,0,0,ROWS(tblMovers),1)",
        "Tax": "=0.19",
        "Rates!Local": "=Rates!$B$8",
    }.items():
        book.define_name(name, formula)
    chart_sheet = book.add_chartsheet("Chart")
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=Movers!$C$5:$C$6"})
    chart_sheet.set_chart(chart)
    book.close()
    return repacked(path, _add_what_no_library_writes)


def _picture() -> io.BytesIO:
    """A red dot as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\xcc\x22\x22" * 2) * 2)
    return io.BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b""))


def _draw_movers(book: xlsxwriter.Workbook, sheet) -> None:  # type: ignore[no-untyped-def]
    """The list begins in row 4 with two sample rows, totals in row 7; everything below row 8 moves as it grows."""
    day, rate = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "0.0%"})
    columns = [{"header": heading} for heading in HEADINGS]
    columns[0]["total_string"] = "Total"
    columns[2]["total_function"] = "sum"
    columns[3]["format"] = day  # type: ignore[assignment]
    columns.append({"header": "share", "formula": "=tblMovers[[#This Row],[amount]]/10", "format": rate})  # type: ignore[dict-item]
    rows = [["s1", "sample", 1, 45292], ["s2", "sample", 2, 45293]]
    sheet.add_table("A4:E7", {"name": "tblMovers", "total_row": True, "columns": columns, "data": rows})
    sheet.write("A9", "below the list")
    sheet.write_formula("C9", "=SUM(C5:C6)", None, 3)
    sheet.write_array_formula("G9:G10", "{=Movers!C5:C6*2}", None, 2)
    sheet.merge_range("A11:C11", "merged below", book.add_format({"bold": True}))
    sheet.write_comment("A9", "a note below", {"author": "Finance"})
    sheet.insert_textbox("A20", "a box below", {"font": {"bold": True}})
    sheet.insert_image("E20", "dot.png", {"image_data": _picture(), "description": "logo"})
    sheet.insert_button("H20", {"macro": "Refresh", "caption": "Refresh"})
    sheet.conditional_format("C5:C6", {"type": "data_bar", "data_bar_2010": True, "bar_axis_position": "middle"})
    sheet.conditional_format("D5:D6", {"type": "icon_set", "icon_style": "3_arrows"})
    sheet.conditional_format(
        "B5:B6", {"type": "formula", "criteria": "=$C5>Rates!$C$4", "format": book.add_format({"bg_color": "#FFC7CE"})}
    )
    sheet.data_validation("B5:B6", {"validate": "list", "source": "=Lists!$A$1:$A$3"})
    sheet.set_h_pagebreaks([10])
    sheet.print_area("A1:J30")
    sheet.repeat_rows(3, 3)


def _draw_rates(book: xlsxwriter.Workbook, sheet) -> None:  # type: ignore[no-untyped-def]
    sheet.write_row("C3", ["Jan", "Feb"])
    sheet.write_column("B4", ["first", "last"])
    for row in (3, 4):
        sheet.write_row(row, 2, [0.5, 0.6], book.add_format({"num_format": "0.0%"}))
    sheet.write("B8", "below the block")
    sheet.write_formula("C8", "=SUM(C4:D5)", None, 2.2)
    sheet.conditional_format("C4:D5", {"type": "3_color_scale"})
    sheet.set_row(8, 20, None, {"level": 1})
    sheet.set_column("P:R", 8, None, {"level": 1, "hidden": True})


def _draw_dash(book: xlsxwriter.Workbook, sheet) -> None:  # type: ignore[no-untyped-def]
    bold, slanted = book.add_format({"bold": True}), book.add_format({"italic": True})
    sheet.write_rich_string("A1", bold, "Rich ", slanted, "title")
    sheet.write("B2", "2024-01")
    sheet.write("B3", 0.9, book.add_format({"num_format": "0.0%"}))
    sheet.write_formula("B4", "=Movers!C9", None, 3)
    sheet.write_formula("B5", "=SUM(tblMovers[amount])", None, 3)
    sheet.write_dynamic_array_formula("H1:H2", "=_xlfn._xlws.SORT(Movers!C5:C6)", None, 1)
    sheet.write_dynamic_array_formula("J1", "=_xlfn.LAMBDA(_xlpm.x,_xlpm.x+1)(2)", None, 3)
    sheet.write_comment("B3", "how it is counted", {"author": "Finance", "visible": True})
    sheet.add_sparkline("C3", {"range": "Movers!C5:C6", "type": "column", "markers": True})
    sheet.data_validation("D3", {"validate": "list", "source": "=States"})
    sheet.insert_textbox("L2", "Ask finance", {"font": {"bold": True}})
    sheet.insert_checkbox("A20", True)
    sheet.write_url("A30", "https://example.com/", string="site", tip="opens")
    sheet.write_url("A31", "internal:'Movers'!A9", string="below the list")
    chart = book.add_chart({"type": "column"})
    chart.add_series({"name": "=Movers!$C$4", "categories": "=Movers!$A$5:$A$6", "values": "=Movers!$C$5:$C$6"})
    line = book.add_chart({"type": "line"})
    line.add_series({"values": "=Movers!$E$5:$E$6", "y2_axis": True})
    chart.combine(line)
    chart.set_title({"name": "=Dash!$B$2"})
    sheet.insert_chart("A35", chart, {"description": "movers"})
    named = book.add_chart({"type": "line"})
    named.add_series({"values": "=Movers!Amounts"})
    sheet.insert_chart("J35", named)
    sheet.set_header("&L&G&CReport &D&R&P/&N", {"image_left": "dot.png", "image_data_left": _picture()})
    sheet.set_footer("&CConfidential")
    sheet.set_background(_picture())
    sheet.protect("secret", {"format_cells": True, "sort": True})
    sheet.unprotect_range("B2:B3", "Inputs")
    sheet.fit_to_pages(1, 0)
    sheet.freeze_panes(1, 1)
    sheet.set_tab_color("green")


_ADDED = {
    "xl/slicers/slicer1.xml": (
        f'<slicers xmlns="{_X14}"><slicer name="id" cache="Slicer_id" caption="id" rowHeight="241300"/></slicers>',
        "application/vnd.ms-excel.slicer+xml",
    ),
    "xl/slicerCaches/slicerCache1.xml": (
        f'<slicerCacheDefinition xmlns="{_X14}" name="Slicer_id" sourceName="id"><extLst>'
        f'<ext uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}" xmlns:x15="{_X15}">'
        '<x15:tableSlicerCache tableId="1" column="1"/></ext></extLst></slicerCacheDefinition>',
        "application/vnd.ms-excel.slicerCache+xml",
    ),
    "xl/threadedComments/threadedComment1.xml": (
        f'<ThreadedComments xmlns="{_THREADS}"><threadedComment ref="A9" dT="2024-01-01T00:00:00.00" '
        'personId="{AAAAAAAA-0000-0000-0000-000000000000}" id="{BBBBBBBB-0000-0000-0000-000000000000}">'
        "<text>a thread below</text></threadedComment></ThreadedComments>",
        "application/vnd.ms-excel.threadedcomments+xml",
    ),
    "xl/persons/person.xml": (
        f'<personList xmlns="{_THREADS}"><person displayName="Finance" '
        'id="{AAAAAAAA-0000-0000-0000-000000000000}" userId="f" providerId="None"/></personList>',
        "application/vnd.ms-excel.person+xml",
    ),
    "xl/pivotCache/pivotCacheDefinition1.xml": (
        f'<pivotCacheDefinition xmlns="{_MAIN}" refreshOnLoad="1" recordCount="0"><cacheSource type="worksheet">'
        '<worksheetSource ref="A4:E6" sheet="Movers"/></cacheSource><cacheFields count="5">'
        + "".join(
            f'<cacheField name="{name}" numFmtId="0"><sharedItems/></cacheField>' for name in (*HEADINGS, "share")
        )
        + "</cacheFields></pivotCacheDefinition>",
        f"{_TYPES}.pivotCacheDefinition+xml",
    ),
    "xl/pivotTables/pivotTable1.xml": (
        f'<pivotTableDefinition xmlns="{_MAIN}" name="Pivot" cacheId="1" dataCaption="Values">'
        '<location ref="L40:M41" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
        '<pivotFields count="5"><pivotField/><pivotField/><pivotField dataField="1"/><pivotField/><pivotField/>'
        '</pivotFields><dataFields count="1"><dataField name="Sum" fld="2"/></dataFields></pivotTableDefinition>',
        f"{_TYPES}.pivotTable+xml",
    ),
    "customXml/item1.xml": ('<period xmlns="urn:finance">2024-05</period>', "application/xml"),
}
_RELATED = {
    "xl/_rels/workbook.xml.rels": (
        ("rId901", f"{_MICROSOFT}/2007/relationships/slicerCache", "slicerCaches/slicerCache1.xml"),
        ("rId902", f"{_MICROSOFT}/2017/10/relationships/person", "persons/person.xml"),
        ("rId903", f"{_OFFICE}/pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml"),
        ("rId904", f"{_OFFICE}/customXml", "../customXml/item1.xml"),
    ),
    "xl/worksheets/_rels/sheet2.xml.rels": (
        ("rId901", f"{_MICROSOFT}/2007/relationships/slicer", "../slicers/slicer1.xml"),
        ("rId902", f"{_MICROSOFT}/2017/10/relationships/threadedComment", "../threadedComments/threadedComment1.xml"),
    ),
    "xl/worksheets/_rels/sheet1.xml.rels": (("rId901", f"{_OFFICE}/pivotTable", "../pivotTables/pivotTable1.xml"),),
    "xl/pivotTables/_rels/pivotTable1.xml.rels": (
        ("rId1", f"{_OFFICE}/pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml"),
    ),
}


def _add_what_no_library_writes(parts: dict[str, bytes]) -> None:
    kinds = ""
    for name, (text, kind) in _ADDED.items():
        parts[name] = (_DECLARED + text).encode()
        kinds += f'<Override PartName="/{name}" ContentType="{kind}"/>'
    replace_in(parts, "[Content_Types].xml", "</Types>", kinds + "</Types>")
    for name, relations in _RELATED.items():
        parts.setdefault(name, f'{_DECLARED}<Relationships xmlns="{_PACKAGE}"></Relationships>'.encode())
        new = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{to}"/>' for key, kind, to in relations)
        replace_in(parts, name, "</Relationships>", new + "</Relationships>")
    slicers = (
        f'<extLst><ext uri="{{46BE6895-7355-4a93-B00E-2C351335B9C9}}" xmlns:x15="{_X15}"><x15:slicerCaches '
        f'xmlns:x14="{_X14}"><x14:slicerCache r:id="rId901"/></x15:slicerCaches></ext></extLst>'
    )
    caches = '<pivotCaches><pivotCache cacheId="1" r:id="rId903"/></pivotCaches>'
    replace_in(parts, "xl/workbook.xml", "</workbook>", caches + slicers + "</workbook>")
    listed = (
        f'<ext uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}" xmlns:x15="{_X15}" xmlns:x14="{_X14}">'
        '<x14:slicerList><x14:slicer r:id="rId901"/></x14:slicerList></ext></extLst>'
    )
    replace_in(parts, "xl/worksheets/sheet2.xml", "</extLst></worksheet>", listed + "</worksheet>")
