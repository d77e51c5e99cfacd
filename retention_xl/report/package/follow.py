"""Everything in a package that refers to cells, and how it follows a list or block that changed its size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml import etree

from .areas import may_name, plain_corners, plain_reference
from .parts import FORMULA, Parts, drop_attributes, local_name, remove_with_empty_parents, tag
from .references import Change, Corner, Removal, Resize
from .sheet import FORMULA_TEXTS, SHEET_DATA, Sheet

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_AREA_ATTRIBUTES = ("ref", "sqref", "activeCell")
_CELL_ATTRIBUTES = {"inputCells": ("r",), "cellWatch": ("r",), "f": ("r1", "r2")}
_TABLE_FORMULAS = ("{*}calculatedColumnFormula", "{*}totalsRowFormula")
_CHART_FORMULAS = ("{*}f",)
PRINT_AREA = "_xlnm.Print_Area"
is_chart = re.compile(r"xl/charts/[^/]+\.xml").fullmatch
_is_pivot_source = re.compile(r"xl/pivotCache/pivotCacheDefinition\d*\.xml").fullmatch


def follow(parts: Parts, sheets: Iterable[Sheet], change: Change, names: Sequence[str]) -> None:
    """Rewrites every reference to the changed sheet, and on that sheet itself everything that has a place.

    `names` are all the workbook's sheets in their order, chart sheets too: names are limited to them by number.
    """
    for sheet in sheets:
        own = sheet.name.lower() == change.sheet.lower()
        _formulas(parts, sheet, change)
        _tables(parts, sheet, change, own)
        if own and isinstance(change, Resize):
            _places(parts, sheet, change)
            for part in parts.related(sheet.part, "drawing"):
                _anchors(parts, part, change)
            for part in [*parts.related(sheet.part, "comments"), *parts.related(sheet.part, "threadedComment")]:
                _areas_of(parts, part, change, ("comment", "threadedComment"))
            for part in parts.related(sheet.part, "pivotTable"):
                _areas_of(parts, part, change, ("location",))
            for part in parts.related(sheet.part, "vmlDrawing"):
                _legacy_drawing(parts, part, change)
    _names(parts, change, names)
    for part in parts:
        if is_chart(part):
            _chart(parts, part, change)
        elif isinstance(change, Resize) and _is_pivot_source(part):
            _pivot_source(parts, part, change)


def followed_areas(text: str, change: Resize) -> str:
    """ "B2:B3 D7" after the change; areas of one sheet without its name."""
    return " ".join(change.formula(area, change.sheet, grow_single=True) for area in text.split())


def _formulas(parts: Parts, sheet: Sheet, change: Change) -> None:
    sheet.prepare()
    if sheet.name.lower() != change.sheet.lower() and not sheet.mentions(change.sheet):
        return
    for element in sheet.root.iter(*FORMULA_TEXTS):
        if element.text:
            grows = local_name(element.getparent()) == "sparkline"
            _set_text(parts, sheet.part, element, change.formula(element.text, sheet.name, grows))
    for element in sheet.root.iter("{*}cfvo"):
        if element.get("val"):
            _set(parts, sheet.part, element, "val", change.formula(element.get("val", ""), sheet.name))
    for element in list(sheet.root.iter("{*}hyperlink")):
        location = change.formula(element.get("location", ""), sheet.name)
        if "#REF!" in location and isinstance(change, Removal):
            _drop_link(parts, sheet, element)
        elif location:
            _set(parts, sheet.part, element, "location", location)


def _drop_link(parts: Parts, sheet: Sheet, link: etree._Element) -> None:
    """A link to a sheet that is gone leads nowhere; its text stays."""
    links = sheet.root.find(tag("hyperlinks"))
    if links is not None and link in links:
        links.remove(link)
        parts.changed.add(sheet.part)
        if not len(links):
            sheet.root.remove(links)


def _tables(parts: Parts, sheet: Sheet, change: Change, own: bool) -> None:
    for part in parts.related(sheet.part, "table"):
        if own and isinstance(change, Resize):
            for element in parts.tree(part).iter():
                if element.get("ref"):
                    _set(parts, part, element, "ref", followed_areas(element.get("ref", ""), change))
        if own or parts.mentions(part, change.sheet, _TABLE_FORMULAS):
            for element in parts.tree(part).iter(*_TABLE_FORMULAS):
                if element.text:
                    _set_text(parts, part, element, change.formula(element.text, sheet.name))


def _places(parts: Parts, sheet: Sheet, change: Resize) -> None:
    """What has a place on the resized sheet itself, outside its cells."""
    for element in list(sheet.root.iter("{*}hyperlink", "{*}sparkline")):
        place = element.get("ref") or element.findtext("{*}sqref") or ""
        if place and change.goes(*plain_corners(place)[:2]):
            parts.changed.add(sheet.part)
            container = element.getparent()
            group = container.getparent() if container is not None else None
            only_line = local_name(container) == "sparklines" and container is not None and len(container) == 1
            remove_with_empty_parents(group if only_line and group is not None else element)
    outside_cells = [e for child in sheet.root if child.tag != SHEET_DATA for e in child.iter("{*}*")]
    for element in [*outside_cells, *sheet.data.iter(FORMULA)]:
        name = local_name(element)
        if name == "dimension":
            continue
        for attribute in (*_AREA_ATTRIBUTES, *_CELL_ATTRIBUTES.get(name, ())):
            if element.get(attribute):
                _set(parts, sheet.part, element, attribute, followed_areas(element.get(attribute, ""), change))
        if name == "sqref" and element.text:
            _set_text(parts, sheet.part, element, followed_areas(element.text, change))
        elif name == "brk" and change.axis == "rows" and local_name(element.getparent()) == "rowBreaks":
            _set(parts, sheet.part, element, "id", str(change.start(int(element.get("id", "0")))))
        elif name == "anchor":
            _move_anchor(parts, sheet.part, element, change)
    _follow_merges(parts, sheet, change)


def _follow_merges(parts: Parts, sheet: Sheet, change: Resize) -> None:
    """A title over a block that grew spans it. Merges that shrank to one cell, or onto each other, would make Excel
    offer a repair."""
    merges = sheet.root.find(tag("mergeCells"))
    if merges is None:
        return
    above = change.within[0] if change.within and change.growth > 0 else 0
    for merge in merges:
        top, left, bottom, right = plain_corners(merge.get("ref", ""))
        if bottom < above and left <= change.first and right == change.last:
            _set(parts, sheet.part, merge, "ref", plain_reference(top, left, bottom, change.new_last))
    seen: set[str] = set()
    for merge in list(merges):
        reference = merge.get("ref", "")
        first, _, last = reference.partition(":")
        if reference in seen or first == (last or first):
            merges.remove(merge)
            parts.changed.add(sheet.part)
        seen.add(reference)
    if len(merges):
        drop_attributes(merges, "count")
    else:
        sheet.root.remove(merges)


def _areas_of(parts: Parts, part: str, change: Resize, names: tuple[str, ...]) -> None:
    """Notes and the like; those on rows and columns that go, go too."""
    for element in list(parts.tree(part).iter()):
        if local_name(element) in names and element.get("ref"):
            top, left, bottom, right = plain_corners(element.get("ref", ""))
            if change.goes(top, left):
                _drop(parts, part, element)
                continue
            corners = change.corners(Corner(top, left, "", ""), Corner(bottom, right, "", ""), grow_single=False)
            first, last = corners
            _set(parts, part, element, "ref", plain_reference(first.row, first.column, last.row, last.column))


def _drop(parts: Parts, part: str, element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
        parts.changed.add(part)


# ---- drawings


def _anchor_shift(change: Resize, row: int, column: int) -> tuple[int, int]:
    """How far a picture or chart moves whose upper left corner is in this cell. Its size stays what the author drew."""
    if change.axis == "rows":
        return (change.growth if row > change.last and change.meets(column, column) else 0), 0
    return 0, (change.growth if column > change.last and change.meets(row, row) else 0)


def _anchors(parts: Parts, part: str, change: Resize) -> None:
    for anchor in parts.tree(part):
        if isinstance(anchor.tag, str):
            _move_anchor(parts, part, anchor, change)


def _move_anchor(parts: Parts, part: str, anchor: etree._Element, change: Resize) -> None:
    corners = [child for child in anchor if local_name(child) in ("from", "to")]
    if not corners:
        return
    places = [(corner.find(tag("row", DRAWING)), corner.find(tag("col", DRAWING))) for corner in corners]
    if any(row is None or column is None for row, column in places):
        return
    first_row, first_column = (int(place.text or "0") + 1 for place in places[0])  # type: ignore[union-attr]
    down, right = _anchor_shift(change, first_row, first_column)
    for row, column in places if down or right else ():
        for place, shift in ((row, down), (column, right)):
            _set_text(parts, part, place, str(int(place.text or "0") + shift))  # type: ignore[arg-type, union-attr]


_SHAPE = re.compile(rb"<(\w+):shape\b(?:(?!</\1:shape>).)*</\1:shape>", re.DOTALL)
_CLIENT = re.compile(rb"<(\w+):ClientData\b.*?</\1:ClientData>", re.DOTALL)
_LEGACY_NUMBERS = re.compile(rb"(<\w+:(Row|Column|Anchor)>)([\d,\s]*)(?=</)")


def _legacy_drawing(parts: Parts, part: str, change: Resize) -> None:
    """Notes and form controls. Not well-formed XML as Excel writes it, so by text; each keeps its size."""

    def numbers_in(text: bytes) -> dict[bytes, list[int]]:
        found = _LEGACY_NUMBERS.finditer(text)
        return {match[2]: [int(n) for n in match[3].split(b",") if n.strip()] for match in found}

    def kept(found: re.Match[bytes]) -> bytes:
        numbers = numbers_in(found[0])
        row, column = numbers.get(b"Row"), numbers.get(b"Column")
        return b"" if row and column and change.goes(row[0] + 1, column[0] + 1) else found[0]

    def client(found: re.Match[bytes]) -> bytes:
        numbers = numbers_in(found[0])
        row, column, anchor = (numbers.get(key, []) for key in (b"Row", b"Column", b"Anchor"))
        if row and column:
            place = Corner(row[0] + 1, column[0] + 1, "", "")
            moved, _ = change.corners(place, place, grow_single=False)
            down, right = moved.row - place.row, moved.column - place.column
        elif len(anchor) == 8:
            down, right = _anchor_shift(change, anchor[2] + 1, anchor[0] + 1)
        else:
            return found[0]
        # An anchor is: left column and offset, top row and offset, then the same of the lower right corner.
        shifts = {b"Row": [down], b"Column": [right], b"Anchor": [right, 0, down, 0, right, 0, down, 0]}

        def shifted(match: re.Match[bytes]) -> bytes:
            old, by = numbers[match[2]], shifts[match[2]]
            if len(old) != len(by) or not any(by):
                return match[0]
            return match[1] + b", ".join(b"%d" % (number + shift) for number, shift in zip(old, by, strict=True))

        return _LEGACY_NUMBERS.sub(shifted, found[0])

    old = parts.read(part)
    new = _CLIENT.sub(client, _SHAPE.sub(kept, old))
    if new != old:
        parts.replace_text(part, new)


# ---- names, charts, pivots


def _names(parts: Parts, change: Change, sheets: Sequence[str]) -> None:
    for element in parts.tree(parts.workbook).iter(tag("definedName")):
        old, scope = element.text, element.get("localSheetId")
        if not old or (scope is None and not may_name(old.lower(), change.sheet)):
            continue
        own = sheets[int(scope)] if scope is not None and int(scope) < len(sheets) else None
        text = change.formula(old, own)
        if element.get("name") == PRINT_AREA and isinstance(change, Resize) and own == change.sheet:
            text = _printed(text, change)
        _set_text(parts, parts.workbook, element, text)


def _printed(text: str, change: Resize) -> str:
    """A print area that ended with the block, or a little right of it, shows the grown block whole."""
    sheet, _, area = text.rpartition("!")
    if change.within is None or not re.fullmatch(r"[$A-Z0-9:]+", area):
        return text
    top, left, bottom, right = plain_corners(area)
    if change.meets(top, bottom) and left <= change.new_last and change.last <= right < change.new_last:
        first, last = Corner(top, left, "$", "$"), Corner(bottom, change.new_last, "$", "$")
        return f"{sheet}!{first.text}:{last.text}"
    return text


def _chart(parts: Parts, part: str, change: Change) -> None:
    if not parts.mentions(part, change.sheet, _CHART_FORMULAS):
        return
    for element in parts.tree(part).iter(*_CHART_FORMULAS):
        if element.text:
            _set_text(parts, part, element, change.formula(element.text, None, grow_single=True))


def _pivot_source(parts: Parts, part: str, change: Resize) -> None:
    for element in parts.tree(part).iter(tag("worksheetSource")):
        if element.get("ref") and element.get("sheet", "").lower() == change.sheet.lower():
            _set(parts, part, element, "ref", followed_areas(element.get("ref", ""), change))


# ---- writing only what differs, so that a part stays untouched where nothing refers to the change


def _set(parts: Parts, part: str, element: etree._Element, attribute: str, value: str) -> None:
    if element.get(attribute) != value:
        element.set(attribute, value)
        parts.changed.add(part)


def _set_text(parts: Parts, part: str, element: etree._Element, value: str) -> None:
    if element.text != value:
        element.text = value
        parts.changed.add(part)
