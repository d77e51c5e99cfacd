"""A worksheet as XML, piece by piece: the tree as it stands, and bodies of any length produced row by row between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from lxml import etree

from retention_xl.report.cells import Cell

from .areas import plain_reference, split_cell
from .cell_text import serial
from .parts import MAIN, drop_attributes, tag
from .sheet import UNKNOWN, Body, Sheet, kept_attributes

_NAMESPACES = re.compile(r' xmlns(?::[\w.-]+)?="[^"]*"')
_ROWS_A_CHUNK = 500


class _Band(NamedTuple):
    """A run of rows that bodies share, so that blocks may stand side by side."""

    top: int
    bottom: int
    bodies: list[Body]


class _Side(NamedTuple):
    """What stands beside bodies on one row, as text."""

    attributes: str
    cells: list[tuple[int, str]]


def sheet_chunks(sheet: Sheet) -> Iterator[bytes]:
    """The tree is written once, with a mark where each band goes: rows torn out of it would lose prefixes."""
    bands = _bands(sheet.bodies)
    _set_dimension(sheet)
    sides = _take_sides(sheet, bands)
    for row in sheet.rows.values():
        drop_attributes(row, "spans")
    for index, band in enumerate(bands):
        mark = etree.ProcessingInstruction("body", str(index))
        later = [number for number in sheet.rows if number > band.top]
        if later:
            sheet.rows[min(later)].addprevious(mark)
        else:
            sheet.data.append(mark)
    whole = etree.tostring(sheet.root, xml_declaration=True, encoding="UTF-8", standalone=True)
    for piece in re.split(rb"(<\?body \d+\?>)", whole):
        found = re.fullmatch(rb"<\?body (\d+)\?>", piece)
        if found is None:
            yield piece
        else:
            yield from _band_chunks(sheet, bands[int(found[1])], sides)


def _bands(bodies: Sequence[Body]) -> list[_Band]:
    bands: list[_Band] = []
    for body in sorted(bodies, key=lambda b: (b.area.top, b.area.left)):
        if bands and body.area.top <= bands[-1].bottom:
            band = bands[-1]
            bands[-1] = _Band(band.top, max(band.bottom, body.area.bottom), [*band.bodies, body])
        else:
            bands.append(_Band(body.area.top, body.area.bottom, [body]))
    return bands


def _take_sides(sheet: Sheet, bands: Sequence[_Band]) -> dict[int, _Side]:
    sides = {}
    for band in bands:
        for number in sorted(n for n in sheet.rows if band.top <= n <= band.bottom):
            row = sheet.rows[number]
            cells = [(split_cell(cell.get("r", ""))[1], _text(cell)) for cell in row]
            sides[number] = _Side(kept_attributes(row), cells)
            sheet.remove_row(number)
    return sides


def _text(cell: etree._Element) -> str:
    """Without the namespaces that the sheet's root declares already."""
    text = etree.tostring(cell, encoding="unicode", with_tail=False)
    opening, end, rest = text.partition(">")
    return _NAMESPACES.sub("", opening) + end + rest


def _band_chunks(sheet: Sheet, band: _Band, sides: dict[int, _Side]) -> Iterator[bytes]:
    sources = [_rows_of(sheet, body) for body in band.bodies]
    # A sheet whose elements carry a prefix has no default namespace for ours.
    opening = "<row" if sheet.root.prefix is None else f'<row xmlns="{MAIN}"'
    nothing = _Side("", [])
    buffer: list[str] = []
    for number in range(band.top, band.bottom + 1):
        side = sides.get(number, nothing)
        attributes, pieces = "", list(side.cells)
        for body, source in zip(band.bodies, sources, strict=True):
            if body.area.top <= number <= body.area.bottom:
                pieces.append((body.area.left, next(source)))
                attributes = attributes or _nth(body.attributes, number - body.area.top)
        if len(pieces) > 1:
            pieces.sort(key=lambda piece: piece[0])
        cells = "".join(text for _, text in pieces)
        buffer.append(f'{opening} r="{number}"{attributes or side.attributes}>{cells}</row>')
        if len(buffer) == _ROWS_A_CHUNK:
            yield "".join(buffer).encode()
            buffer.clear()
    for source in sources:
        next(source, None)  # a body with too many rows says so only now
    yield "".join(buffer).encode()


def _rows_of(sheet: Sheet, body: Body) -> Iterator[str]:
    """The cells of each row; notes the values that charts show."""
    area = body.area
    columns = list(zip(range(area.left, area.right + 1), body.styles[0], strict=True))
    write = sheet.text.row_writer(sheet.name, columns)
    own_styles = len(body.styles) > 1
    watched = sheet.watched
    watched_rows = {row for row, _ in watched}
    width, number = area.width, area.top
    for contents in body.rows:
        if number > area.bottom:
            raise ValueError(f"{area.readable}: more than the {area.height} rows that were announced")
        if len(contents) < width:
            contents = [*contents, *[None] * (width - len(contents))]
        if number in watched_rows:
            for column, content in enumerate(contents, area.left):
                if (number, column) in watched:
                    value: object = content.value if isinstance(content, Cell) else content
                    if value is None and isinstance(content, Cell):
                        value = UNKNOWN
                    if value is None and isinstance(content, Cell):
                        value = UNKNOWN
                    watched[number, column] = serial(value, sheet.text.date1904) if isinstance(value, date) else value
        yield write(number, contents, body.styles[number - area.top] if own_styles else None)
        number += 1
    if number <= area.bottom:
        raise ValueError(f"{area.readable}: {number - area.top} rows came, {area.height} were announced")


def _set_dimension(sheet: Sheet) -> None:
    dimension = sheet.root.find(tag("dimension"))
    if dimension is None:
        return
    areas = [body.area[1:] for body in sheet.bodies]
    for number, row in sheet.rows.items():
        if len(row):
            first, last = (split_cell(cell.get("r", ""))[1] for cell in (row[0], row[-1]))
            areas.append((number, first, number, last))
    if areas:
        tops, lefts, bottoms, rights = zip(*areas, strict=True)
        dimension.set("ref", plain_reference(min(tops), min(lefts), max(bottoms), max(rights)))


def _nth(values: Sequence[str], index: int) -> str:
    return values[index] if len(values) > 1 else values[0]
