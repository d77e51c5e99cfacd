"""The cells of a worksheet one row after the other, as the file holds them: values with their formulas, and notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from .areas import column_number, split_cell
from .parts import CELL, FORMULA, ROW, VALUE, Parts, cell_text, local_name, tag

TITLE = "the title of a chart or of an axis"
_SIDES = {"L": "left", "C": "middle", "R": "right"}
_ON_PAPER = re.compile(r'&(?:"[^"]*"|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|\d+|[A-Za-z&])')
_FIELDS = {
    "P": "[page]",
    "N": "[pages]",
    "A": "[sheet]",
    "F": "[file]",
    "Z": "[folder]",
    "D": "[date]",
    "T": "[time]",
    "G": "[picture]",
    "&": "&",
}
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class ReadCell(NamedTuple):
    """A cell that holds something. Dates are numbers with a style that shows them as such."""

    column: int
    value: str | float | bool | None
    formula: str | None
    style: int


class Read(NamedTuple):
    number: int
    cells: list[ReadCell]


class Note(NamedTuple):
    """What hangs on a cell or stands outside all of them: in a box, over a chart, at the edge of the paper."""

    cell: str  # "" for what has none
    text: str
    what: str


def read_rows(parts: Parts, data: etree._Element) -> Iterator[Read]:
    """The rows of a sheet with something in them. Followers of a shared formula show that of the first."""
    shared: dict[str, str] = {}
    number = 0
    for row in data.iterchildren(ROW):
        number = int(row.get("r") or number + 1)
        column, cells = 0, []
        for element in row.iterchildren(CELL):
            place = element.get("r")
            column = column_number(place.rstrip("0123456789")) if place else column + 1
            if not len(element):
                continue
            formula = _formula(element, shared)
            value = _value(element, parts)
            if formula is not None or value not in (None, ""):
                cells.append(ReadCell(column, value, formula, int(element.get("s", "0"))))
        if cells:
            yield Read(number, cells)


def _formula(cell: etree._Element, shared: dict[str, str]) -> str | None:
    element = cell.find(FORMULA)
    if element is None:
        return None
    if element.get("t") == "shared":
        if element.text:
            shared[element.get("si", "")] = element.text
        return element.text or shared.get(element.get("si", ""), "")
    return element.text or ""


def _value(cell: etree._Element, parts: Parts) -> str | float | bool | None:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        inside = cell.find(tag("is"))
        return None if inside is None else unescaped(cell_text(inside))
    text = cell.findtext(VALUE)
    if text is None:
        return None
    if kind == "s":
        return unescaped(parts.texts[int(text)]) if int(text) < len(parts.texts) else None
    if kind in ("str", "e", "d"):
        return unescaped(text)
    if kind == "b":
        return text == "1"
    return float(text) if text else None


def unescaped(text: str) -> str:
    """A text as it was typed; files keep controls as _x0007_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def read_notes(parts: Parts, sheet: str) -> Iterator[Note]:
    """Notes and comments on cells (Excel keeps a thread's text in a note as well), and the texts of boxes."""
    for part in parts.related(sheet, "comments"):
        for element in parts.tree(part).iter("{*}comment"):
            text = "".join(t.text or "" for t in element.iter("{*}t")).strip()
            if text:
                yield Note(element.get("ref", "A1"), text, "a note on the cell")
    for part in parts.related(sheet, "drawing"):
        for box in parts.tree(part).iter("{*}sp"):
            if text := _lines(box):
                yield Note("", text, "a text box")
        for chart in parts.related(part, "chart"):
            for title in parts.tree(chart).iterfind(".//{*}title/{*}tx/{*}rich"):  # others show the text of a cell
                if text := _lines(title):
                    yield Note("", text, TITLE)
    for element in parts.tree(sheet).iterfind("{*}headerFooter/*"):
        edge = "header" if local_name(element).endswith("Header") else "footer"
        for side, text in _sections(element.text or "").items():
            if text.strip():
                yield Note("", text.strip(), f"the {edge} of the page, {_SIDES[side]}")


def _lines(element: etree._Element) -> str:
    lines = ("".join(t.text or "" for t in line.iter("{*}t")) for line in element.iter("{*}p"))
    return "\n".join(line for line in lines if line.strip()).strip()


def _sections(text: str) -> dict[str, str]:
    """The parts of a header or footer without their fonts, as they are read: "Page [page] of [pages]"."""
    found, side, place = {"C": ""}, "C", 0
    for code in _ON_PAPER.finditer(text):
        found[side] += text[place : code.start()]
        place, letter = code.end(), code[0][1:].upper()
        if letter in _SIDES:
            side = letter
            found.setdefault(side, "")
        else:
            found[side] += _FIELDS.get(letter, "")
    found[side] += text[place:]
    return found


def row_of(cell: str) -> int:
    """Of a note's cell."""
    return split_cell(cell)[0] if cell else 0
