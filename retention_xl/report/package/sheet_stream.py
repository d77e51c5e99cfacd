"""A worksheet as XML, piece by piece: the tree as it stands, and bodies of any length produced row by row between."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from lxml import etree

from retention_xl.report.cells import Cell, Content

from .areas import letters, plain_reference, split_cell
from .batches import ROWS_AT_ONCE, Columns
from .cell_columns import CellColumns
from .cell_text import serial
from .parts import MAIN, drop_attributes, tag
from .sheet import UNKNOWN, Body, Sheet, kept_attributes

_NAMESPACES = re.compile(r' xmlns(?::[\w.-]+)?="[^"]*"')


class _Band(NamedTuple):
    """A run of rows that bodies share, so that blocks may stand side by side."""

    top: int
    bottom: int
    bodies: list[Body]


class _Side(NamedTuple):
    """What stands beside bodies on one row, as text."""

    attributes: str
    cells: list[tuple[int, str]]


_NOTHING = _Side("", [])


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
    # A sheet whose elements carry a prefix has no default namespace for ours.
    opening = '<row r="' if sheet.root.prefix is None else f'<row xmlns="{MAIN}" r="'
    if len(band.bodies) == 1 and len(band.bodies[0].styles) == 1:
        texts = _alone(sheet, band.bodies[0], sides, opening)
    else:
        rows = _side_by_side(sheet, band, sides, opening)
        texts = iter(lambda: "".join(islice(rows, ROWS_AT_ONCE)), "")
    yield from map(str.encode, texts)


def _alone(sheet: Sheet, body: Body, sides: dict[int, _Side], opening: str) -> Iterator[str]:
    """The rows of a body that has none at its side; a few cells of the template may stand beside it."""
    attributes = body.attributes[0]
    for first, columns, cells in _batches_of(sheet, body):
        numbers = range(first, first + len(columns[0]))
        if not sides.keys() & numbers:
            yield cells.whole_rows(first, columns, opening, f'"{attributes}>')
            continue
        for number, own in zip(numbers, cells.rows(first, columns), strict=True):
            side = sides.get(number, _NOTHING)
            pieces = _in_order([*side.cells, (body.area.left, own)])
            yield f'{opening}{number}"{attributes or side.attributes}>{pieces}</row>'


def _side_by_side(sheet: Sheet, band: _Band, sides: dict[int, _Side], opening: str) -> Iterator[str]:
    sources = [_rows_of(sheet, body) for body in band.bodies]
    for number in range(band.top, band.bottom + 1):
        side = sides.get(number, _NOTHING)
        attributes, pieces = "", list(side.cells)
        for body, source in zip(band.bodies, sources, strict=True):
            if body.area.top <= number <= body.area.bottom:
                pieces.append((body.area.left, next(source)))
                attributes = attributes or _nth(body.attributes, number - body.area.top)
        yield f'{opening}{number}"{attributes or side.attributes}>{_in_order(pieces)}</row>'
    for source in sources:
        next(source, None)  # a body with too many rows says so only now


def _in_order(pieces: list[tuple[int, str]]) -> str:
    return "".join(text for _, text in sorted(pieces, key=itemgetter(0)))


def _rows_of(sheet: Sheet, body: Body) -> Iterator[str]:
    """The cells of each row."""
    places = range(body.area.left, body.area.right + 1)
    for first, columns, cells in _batches_of(sheet, body):
        if len(body.styles) == 1:
            yield from cells.rows(first, columns)
        else:
            for row, contents in enumerate(zip(*columns, strict=True), first):
                yield _row_of_its_own(sheet, row, zip(places, body.styles[row - body.area.top], contents, strict=True))


def _batches_of(sheet: Sheet, body: Body) -> Iterator[tuple[int, Columns, CellColumns]]:
    """Some hundreds of rows at once with the number of the first; notes the values that charts show."""
    area, places = body.area, range(body.area.left, body.area.right + 1)
    watched: dict[int, list[int]] = defaultdict(list)
    for row, column in sheet.watched:
        if area.top <= row <= area.bottom and column in places:
            watched[row].append(column)
    cells = CellColumns(sheet.text, sheet.name, list(zip(places, body.styles[0], strict=True)))
    number = area.top
    for columns in body.batches:
        following = number + len(columns[0])
        if following - 1 > area.bottom:
            raise ValueError(f"{area.readable}: more than the {area.height} rows that were announced")
        for row in watched.keys() & range(number, following):
            for column in watched[row]:
                sheet.watched[row, column] = _remembered(columns[column - area.left][row - number], sheet)
        yield number, columns, cells
        number = following
    if number <= area.bottom:
        raise ValueError(f"{area.readable}: {number - area.top} rows came, {area.height} were announced")


def _row_of_its_own(sheet: Sheet, row: int, cells: Iterable[tuple[int, int, Content]]) -> str:
    references = ((f"{letters(column)}{row}", style, content) for column, style, content in cells)
    return "".join(sheet.text.cell(r, style, content, f"{sheet.name}!{r}") for r, style, content in references)


def _remembered(content: Content, sheet: Sheet) -> object:
    """What a chart shows of a cell."""
    value = content.value if isinstance(content, Cell) else content
    if value is None and isinstance(content, Cell):
        return UNKNOWN
    return serial(value, sheet.text.date1904) if isinstance(value, date) else value


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
