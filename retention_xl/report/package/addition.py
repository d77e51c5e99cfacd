"""Puts a further sheet into a package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from .parts import CONTENT_TYPES, MAIN, OFFICE_RELATIONS, Parts, relations_part, tag
from .removal import forget_titles

_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"


def add_sheet(parts: Parts, name: str, rows: Mapping[int, Sequence[str]], widths: Mapping[int, float]) -> str:
    """A worksheet of that name and these cells behind the others; returns its part."""
    folder = parts.workbook.rpartition("/")[0]
    number = 1
    while f"{folder}/worksheets/sheet{number}.xml".lower() in {part.lower() for part in parts.infos}:
        number += 1
    part = f"{folder}/worksheets/sheet{number}.xml".lstrip("/")
    columns = "".join(
        f'<col min="{column}" max="{column}" width="{width:g}" customWidth="1"/>'
        for column, width in sorted(widths.items())
    )
    bands = f"<cols>{columns}</cols>" if columns else ""
    data = "".join(f'<row r="{number}">{"".join(cells)}</row>' for number, cells in sorted(rows.items()))
    text = f'<worksheet xmlns="{MAIN}">{bands}<sheetData>{data}</sheetData></worksheet>'
    parts.add(part, text.encode("utf-8"))
    types = parts.touch(CONTENT_TYPES)
    etree.SubElement(types, f"{{{_TYPES}}}Override", {"PartName": f"/{part}", "ContentType": _WORKSHEET})
    relations = parts.touch(relations_part(parts.workbook))
    identity = _free("rId", {element.get("Id", "") for element in relations})
    etree.SubElement(
        relations,
        f"{{{_PACKAGE}}}Relationship",
        {"Id": identity, "Type": f"{OFFICE_RELATIONS}/worksheet", "Target": f"/{part}"},
    )
    sheets = parts.touch(parts.workbook).find(tag("sheets"))
    assert sheets is not None
    ids = [int(element.get("sheetId", "0")) for element in sheets]
    element = etree.SubElement(sheets, tag("sheet"), {"name": name, "sheetId": str(max(ids) + 1)})
    element.set(tag("id", OFFICE_RELATIONS), identity)
    forget_titles(parts)
    return part


def _free(stem: str, taken: set[str]) -> str:
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"
