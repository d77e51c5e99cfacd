"""Workbooks of a few cells written out by hand, in the two kinds that openpyxl does not write: .ods and .xlsb."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

Sheets = Mapping[str, Sequence[Sequence[Any]]]

_SPACES = "".join(
    f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
)


def ods_cell(value: Any, attributes: str = "") -> str:
    if value is None:
        return f"<table:table-cell{attributes}/>"
    kind, told = "string", ""
    if isinstance(value, date):
        kind, told = "date", f' office:date-value="{value.isoformat()}"'
    elif isinstance(value, int | float):
        kind, told = "float", f' office:value="{value}"'
    shown = escape(str(value))
    return f'<table:table-cell office:value-type="{kind}"{told}{attributes}><text:p>{shown}</text:p></table:table-cell>'


def ods_row(cells: Sequence[Any], attributes: str = "") -> str:
    return f"<table:table-row{attributes}>{''.join(map(ods_cell, cells))}</table:table-row>"


def ods_package(path: Path, tables: str, manifest: str = "", before: str = "") -> Path:
    """An .ods file with these tables in its content, as LibreOffice packs them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content{_SPACES} office:version="1.3">'
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        )
        package.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return path


# What LibreOffice writes below the last line: every other row of the sheet, empty.
ODS_REST = ods_row([], ' table:number-rows-repeated="1048570"').replace(
    "></table:table-row>", '><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def ods(path: Path, sheets: Sheets) -> Path:
    tables = "".join(
        f'<table:table table:name="{name}">{"".join(map(ods_row, rows))}{ODS_REST}</table:table>'
        for name, rows in sheets.items()
    )
    return ods_package(path, tables)


def record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length = len(content)
    told = b""
    while length > 127:
        told += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + told + bytes([length]) + content


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb_cell(column: int, value: Any) -> bytes:
    dated = isinstance(value, date)
    place = struct.pack("<II", column, int(dated))  # the second format of _STYLES is a date
    if dated:
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        value = (moment - datetime(1899, 12, 30)).total_seconds() / 86400
    if value is None:
        return record(1, place)
    if isinstance(value, int | float):
        return record(5, place + struct.pack("<d", value))
    return record(6, place + wide(value))


_STYLES = (
    record(617, struct.pack("<I", 2))
    + b"".join(record(47, struct.pack("<HH", 0, number_format) + bytes(12)) for number_format in (0, 14))
    + record(618)
)


def xlsb(path: Path, sheets: Sheets, rows_at: Mapping[int, int] | None = None) -> Path:
    """`rows_at` puts a row elsewhere than below the one before it."""
    relations, bundle = "", record(143)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for number, (name, rows) in enumerate(sheets.items(), start=1):
            bundle += record(156, struct.pack("<II", 0, number) + wide(f"rId{number}") + wide(name))
            relations += f'<Relationship Id="rId{number}" Type="worksheet" Target="worksheets/sheet{number}.bin"/>'
            lines = b"".join(
                record(0, struct.pack("<I", (rows_at or {}).get(i, i)) + bytes(13))
                + b"".join(xlsb_cell(column, value) for column, value in enumerate(row))
                for i, row in enumerate(rows)
            )
            extent = record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1))
            sheet = record(129) + extent + record(145) + lines + record(146) + record(130)
            package.writestr(f"xl/worksheets/sheet{number}.bin", sheet)
        package.writestr("xl/workbook.bin", record(131) + bundle + record(144) + record(132))
        package.writestr("xl/_rels/workbook.bin.rels", f"<Relationships>{relations}</Relationships>")
        package.writestr("xl/styles.bin", _STYLES)
    return path
