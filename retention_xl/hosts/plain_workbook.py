"""Writes a small workbook with the standard library alone: sheets of texts, numbers, flags and formulas.

For what the hosts make themselves (the add-in, its self-test). Reports are made by retention_xl.report.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from retention_xl.column_letters import letters
from retention_xl.whole_files import unfinished

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org"
MAIN = f"{OFFICE}/spreadsheetml/2006/main"
RELATIONSHIPS = f"{OFFICE}/officeDocument/2006/relationships"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
ADD_IN_TYPE = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
RIBBON_RELATIONSHIP = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
VBA_RELATIONSHIP = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
RIBBON_PART = "customUI/customUI14.xml"
PLAIN, HEADING, WRAPPED, DAY = 0, 1, 2, 3  # cell formats, in the order of STYLES
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/>'
    '<sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/>'
    '<diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    '</cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><alignment vertical="top" '
    'wrapText="1"/></xf><xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


class Formula(NamedTuple):
    """A formula without its equals sign."""

    text: str


class Formatted(NamedTuple):
    """A cell with one of the formats HEADING, WRAPPED and DAY."""

    content: str | float | bool | Formula
    style: int


Cell = str | float | bool | Formula | Formatted | None


class Sheet(NamedTuple):
    name: str
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[float] = ()
    code_name: str = ""  # of the VBA module behind it
    fixed_rows: int = 0  # rows at the top that stay in view


def write_workbook(
    path: Path,
    sheets: Sequence[Sheet],
    title: str,
    description: str,
    vba: bytes | None = None,
    ribbon: str | None = None,
    hidden: bool = False,
) -> None:
    """Write the workbook, whole or not at all; with `vba` it is an add-in. `ribbon` is its part of Excel's ribbon."""
    main_type = WORKBOOK_TYPE if vba is None else ADD_IN_TYPE
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": _content_types(len(sheets), main_type, vba is not None),
        "_rels/.rels": _relationships(
            {
                "xl/workbook.xml": f"{RELATIONSHIPS}/officeDocument",
                "docProps/core.xml": f"{OFFICE}/package/2006/relationships/metadata/core-properties",
            }
            | ({RIBBON_PART: RIBBON_RELATIONSHIP} if ribbon is not None else {})
        ),
        "docProps/core.xml": _properties(title, description),
        "xl/workbook.xml": _workbook(sheets, hidden),
        "xl/_rels/workbook.xml.rels": _relationships(
            {f"worksheets/sheet{number}.xml": f"{RELATIONSHIPS}/worksheet" for number in range(1, len(sheets) + 1)}
            | {"styles.xml": f"{RELATIONSHIPS}/styles"}
            | ({"vbaProject.bin": VBA_RELATIONSHIP} if vba is not None else {})
        ),
        "xl/styles.xml": STYLES,
        **{f"xl/worksheets/sheet{number}.xml": _sheet(sheet) for number, sheet in enumerate(sheets, 1)},
        **({"xl/vbaProject.bin": vba} if vba is not None else {}),
        **({RIBBON_PART: ribbon} if ribbon is not None else {}),
    }
    with unfinished(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, content if isinstance(content, bytes) else DECLARATION + content)


def _content_types(sheets: int, main_type: str, with_vba: bool) -> str:
    overrides = {
        "/xl/workbook.xml": main_type,
        "/xl/styles.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    for number in range(1, sheets + 1):
        overrides[f"/xl/worksheets/sheet{number}.xml"] = (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
        )
    if with_vba:
        overrides["/xl/vbaProject.bin"] = "application/vnd.ms-office.vbaProject"
    return (
        f'<Types xmlns="{OFFICE}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
        + "</Types>"
    )


def _relationships(targets: Mapping[str, str]) -> str:
    links = (
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{"".join(links)}</Relationships>'


def _properties(title: str, description: str) -> str:
    return (
        f'<cp:coreProperties xmlns:cp="{OFFICE}/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title><dc:description>{escape(description)}</dc:description>"
        "</cp:coreProperties>"
    )


def _workbook(sheets: Sequence[Sheet], hidden: bool) -> str:
    listed = (
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in enumerate(sheets, 1)
    )
    visibility = ' visibility="hidden"' if hidden else ""
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONSHIPS}"><workbookPr codeName="ThisWorkbook"/>'
        f"<bookViews><workbookView{visibility}/></bookViews><sheets>{''.join(listed)}</sheets>"
        '<calcPr calcId="191029" fullCalcOnLoad="1"/></workbook>'
    )


def _sheet(sheet: Sheet) -> str:
    code_name = f" codeName={quoteattr(sheet.code_name)}" if sheet.code_name else ""
    # On A4 landscape, all columns on one page: a wide sheet would print a page for each few of them.
    properties = f'<sheetPr{code_name}><pageSetUpPr fitToPage="1"/></sheetPr>'
    columns = (
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(sheet.widths, 1)
    )
    widths = f"<cols>{''.join(columns)}</cols>" if sheet.widths else ""
    rows = "".join(_row(number, row) for number, row in enumerate(sheet.rows, 1))
    view = (
        f'<sheetViews><sheetView workbookViewId="0"><pane ySplit="{sheet.fixed_rows}" '
        f'topLeftCell="A{sheet.fixed_rows + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        if sheet.fixed_rows
        else ""
    )
    paper = '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>'
    return f'<worksheet xmlns="{MAIN}">{properties}{view}{widths}<sheetData>{rows}</sheetData>{paper}</worksheet>'


def _row(number: int, row: Sequence[Cell]) -> str:
    cells = (_cell(f"{letters(column)}{number}", cell) for column, cell in enumerate(row, 1))
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, cell: Cell) -> str:
    content, style = (cell.content, f' s="{cell.style}"') if isinstance(cell, Formatted) else (cell, "")
    if content is None:
        return ""
    if isinstance(content, Formula):
        return f'<c r="{place}"{style}><f>{escape(content.text)}</f></c>'
    if isinstance(content, bool):
        return f'<c r="{place}"{style} t="b"><v>{int(content)}</v></c>'
    if isinstance(content, str):
        return f'<c r="{place}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(content)}</t></is></c>'
    return f'<c r="{place}"{style}><v>{content!r}</v></c>'
