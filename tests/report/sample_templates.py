"""Small templates for tests: drawn by openpyxl, then given the parts and extensions that openpyxl cannot write."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule, FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table

EXTENSIONS = (
    '<extLst><ext uri="{05C60535-1F16-4fd2-B633-F4F36F0B64E0}" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    '<x14:sparklineGroups xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><x14:sparklineGroup>'
    "<x14:sparklines>%s</x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext>"
    '<ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main">'
    '<x14:dataValidations xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" count="1">'
    '<x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>%s</xm:f></x14:formula1>'
    "<xm:sqref>%s</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"
)
SPARKLINE = "<x14:sparkline><xm:f>%s</xm:f><xm:sqref>%s</xm:sqref></x14:sparkline>"


def contents_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def repacked(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The package with its parts changed by hand."""
    parts = contents_of(path)
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return path


def replace_in(parts: dict[str, bytes], part: str, old: str, new: str) -> None:
    text = parts[part].decode()
    assert old in text, f"{part} has no {old!r}"
    parts[part] = text.replace(old, new).encode()


def add_table(sheet, name: str, reference: str, headings: list[str], totals: dict[str, str] | None = None) -> None:
    table = Table(displayName=name, ref=reference, totalsRowCount=1 if totals else None)
    table._initialise_columns()
    for column, heading in zip(table.tableColumns, headings, strict=True):
        column.name = heading
        if totals and heading in totals:
            column.totalsRowFunction = totals[heading]
    sheet.add_table(table)


def define(book: Workbook, **names: str) -> None:
    for name, place in names.items():
        book.defined_names[name] = DefinedName(name, attr_text=place)


def rich_template(path: Path) -> Path:
    """Two lists of one kind or another, two blocks one above the other, and everything that refers to them.

    Summary (values, references, chart, sparkline, list), Movers (table with totals, things below), Bri'dge (blocks),
    Notes (nothing that changes), Gone (a sheet that can be left out).
    """
    book = Workbook()
    summary = book.active
    summary.title = "Summary"
    movers, bridge, notes, gone = (book.create_sheet(name) for name in ("Movers", "Bri'dge", "Notes", "Gone"))
    _draw_summary(summary, movers)
    _draw_movers(movers)
    _draw_bridge(bridge)
    notes["A1"], notes["A2"] = "Nothing here changes", 12.5
    gone["A1"], gone["A2"] = "to be left out", '=Summary!B2&"!"'
    add_table(gone, "tblGone", "C1:D3", ["one", "two"])
    for column, heading in enumerate(("one", "two"), 3):
        gone.cell(1, column, heading)
    gone.add_chart(BarChart(), "F2")
    define(
        book,
        rx_month="Summary!$B$2",
        rx_crr="Summary!$B$3",
        rx_bridge="'Bri''dge'!$C$5:$E$6",
        rx_rates="'Bri''dge'!$C$11:$E$12",
        customers="Movers!$A$4:$A$5",
        gone_cell="Gone!$A$1",
    )
    bridge.print_area = "A1:E14"
    book.save(path)
    return repacked(path, _add_what_openpyxl_cannot)


def _draw_summary(sheet, movers) -> None:
    sheet["A2"], sheet["B2"] = "month", "sample"
    sheet["B3"] = 0.5
    sheet["B3"].number_format = "0.0%"
    sheet["B5"] = "=SUM(Movers!C4:C5)"
    sheet["B6"] = "=SUM('Bri''dge'!C5:E6)"
    sheet["B7"] = "=Movers!C5"
    sheet["B8"] = "=COUNTA(customers)"
    sheet["B9"] = "='Bri''dge'!E5"
    sheet["B10"] = "=Gone!A1"
    sheet["A12"], sheet["A13"] = "to the footnote", "to the sheet that goes"
    sheet["A12"].hyperlink = "#Movers!A8"
    sheet["A13"].hyperlink = "#Gone!A1"
    sheet["A12"].hyperlink.location, sheet["A13"].hyperlink.location = "Movers!A8", "Gone!A1"
    chart = BarChart()
    chart.add_data(Reference(movers, min_col=3, min_row=3, max_row=5), titles_from_data=True)
    chart.set_categories(Reference(movers, min_col=1, min_row=4, max_row=5))
    sheet.add_chart(chart, "D15")


def _draw_movers(sheet) -> None:
    sheet["A1"] = "Movers"
    sheet.append([])
    sheet.append(["id", "name", "amount", "double", "when"])
    for row in (4, 5):
        for column, value in enumerate((f"s{row}", "sample", 1, f"=C{row}*2", date(2024, 1, 1)), 1):
            sheet.cell(row, column, value)
        sheet.cell(row, 3).font = Font(bold=row == 4, italic=row == 5)
        sheet.cell(row, 5).number_format = "yyyy-mm-dd"
    sheet.row_dimensions[4].height = 21
    sheet["A6"], sheet["C6"] = "Total", "=SUBTOTAL(109,tblMovers[amount])"
    headings = ["id", "name", "amount", "double", "when"]
    add_table(sheet, "tblMovers", "A3:E6", headings, {"amount": "sum"})
    sheet["A8"], sheet["C8"] = "footnote", "=SUM(C4:C5)"
    sheet["A8"].comment = Comment("a note below", "author")
    sheet["B3"].comment = Comment("a note above", "author")
    sheet["A9"] = "merged"
    sheet.merge_cells("A9:C9")
    sheet.conditional_formatting.add(
        "C4:C5", CellIsRule(operator="greaterThan", formula=["$C$8"], font=Font(bold=True))
    )
    choice = DataValidation(type="list", formula1='"a,b"')
    choice.add("B4:B5")
    sheet.add_data_validation(choice)
    sheet.row_breaks.append(Break(id=8))
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=4, max_row=5))
    sheet.add_chart(chart, "B12")


def _draw_bridge(sheet) -> None:
    sheet["A1"] = "Bridge"
    sheet.merge_cells("A1:E1")
    for top, title in ((4, "money"), (10, "rates")):
        sheet.cell(top - 1, 2, title)
        for column, heading in enumerate(("Jan", "Feb", "Mar"), 3):
            sheet.cell(top, column, heading).alignment = Alignment(horizontal="right")
        for row, label in ((top + 1, "first"), (top + 2, "last")):
            sheet.cell(row, 2, label).font = Font(bold=label == "last")
            for column in (3, 4, 5):
                cell = sheet.cell(row, column, row * column)
                cell.number_format = {3: "0", 4: "0.0", 5: "0.00"}[column]
                if label == "last":
                    cell.fill = PatternFill("solid", fgColor="FFEEEEEE")
    sheet["B8"], sheet["C8"] = "between", "=SUM($C$5:$E$6)+C9"
    sheet["B14"], sheet["C14"] = "below", "=SUM(C11:E12)"
    sheet.conditional_formatting.add(
        "C5:E6", ColorScaleRule(start_type="min", end_type="max", start_color="FF0000", end_color="00FF00")
    )
    sheet.conditional_formatting.add("C11:E12", FormulaRule(formula=["C11>$E$12"], font=Font(bold=True)))
    sheet.column_dimensions["E"].width = 17
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, max_col=5, min_row=5), from_rows=True, titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=3, max_col=5, min_row=4))
    sheet.add_chart(chart, "B20")


def _add_what_openpyxl_cannot(parts: dict[str, bytes]) -> None:
    summary, movers, bridge = (f"xl/worksheets/sheet{n}.xml" for n in (1, 2, 3))
    lines = SPARKLINE % ("Movers!C4:C5", "E3") + SPARKLINE % ("'Bri''dge'!C5:E5", "E4")
    replace_in(parts, summary, "</worksheet>", EXTENSIONS % (lines, "Movers!$A$4:$A$5", "B14") + "</worksheet>")
    replace_in(
        parts,
        movers,
        "<mergeCells",
        '<protectedRanges><protectedRange sqref="C4:C5 C8" name="Input"/></protectedRanges><mergeCells',
    )
    replace_in(
        parts,
        movers,
        "<drawing ",
        '<ignoredErrors><ignoredError sqref="A4:A5" numberStoredAsText="1"/></ignoredErrors><drawing ',
    )
    # As Excel writes a formula that was dragged: the first cell holds it, the others point there.
    dragged = (
        '<f t="shared" ref="C8:D8" si="0">SUM($C$5:$E$6)+C9</f><v>99</v></c><c r="D8"><f t="shared" si="0"/><v>98</v>'
    )
    replace_in(parts, bridge, "<f>SUM($C$5:$E$6)+C9</f><v></v>", dragged)
    parts["xl/calcChain.xml"] = (
        b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="B5" i="1"/></calcChain>'
    )
    replace_in(
        parts,
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        '<Relationship Id="rId90" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" '
        'Target="calcChain.xml"/></Relationships>',
    )
    replace_in(
        parts,
        "[Content_Types].xml",
        "</Types>",
        '<Override PartName="/xl/calcChain.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/>'
        '<Default Extension="bin" ContentType="application/octet-stream"/></Types>',
    )
    parts["customXml/item1.xml"] = b"<anything  xmlns='urn:x'>kept  as it is</anything>"
    replace_in(
        parts,
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        '<Relationship Id="rId91" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml" '
        'Target="../customXml/item1.xml"/></Relationships>',
    )
