"""What charts remember of the cells they show. LibreOffice and previews take a linked title from that memory alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lxml import etree

from .areas import Area, parse_area
from .follow import is_chart
from .parts import FORMULA, VALUE, cell_text, local_name, tag
from .sheet import UNKNOWN, Sheet

if TYPE_CHECKING:
    from .workbook import Package

CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
EXTENDED = "http://schemas.microsoft.com/office/drawing/2014/chartex"  # waterfalls, tree maps and the like
_MOST_POINTS = 10_000
_CACHES = {"numRef": "numCache", "strRef": "strCache", "multiLvlStrRef": "multiLvlStrCache"}


class ChartCaches:
    """Made before the sheets are written, so that they note the cells charts point to; `rewrite` runs after."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._names = {name.name.lower(): name.area for name in package.names() if name.area is not None}
        for part in self._parts():
            for formula in package.parts.tree(part).iter(tag("f", CHART), tag("f", EXTENDED)):
                area = self._area(formula)
                if area is not None:
                    self._watch(package.sheet(area.sheet), area)

    def _watch(self, sheet: Sheet, area: Area) -> None:
        for row in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                to_come = any(body.area.holds(row, column) for body in sheet.bodies)
                sheet.watched[row, column] = UNKNOWN if to_come else self._standing(sheet.element(row, column))

    def _parts(self) -> list[str]:
        return [part for part in self._package.parts if is_chart(part)]

    def _area(self, formula: etree._Element | None) -> Area | None:
        """Plain areas only, and names that stand for one ("Sheet!name" or "[0]!name" as charts write them)."""
        text = (formula.text or "").strip() if formula is not None else ""
        area = parse_area(text) or self._names.get(text.rpartition("!")[2].lower())
        known = {sheet.name.lower(): sheet.name for sheet in self._package.worksheets}
        if area is None or area.sheet.lower() not in known or area.height * area.width > _MOST_POINTS:
            return None
        return area._replace(sheet=known[area.sheet.lower()])

    # ---- after the sheets are written

    def rewrite(self) -> None:
        for part in self._parts():
            root = self._package.parts.tree(part)
            for reference in list(root.iter(*(tag(name, CHART) for name in _CACHES))):
                self._renew(part, reference)
            for formula in list(root.iter(tag("f", EXTENDED))):
                self._renew_extended(part, formula)

    def _renew(self, part: str, reference: etree._Element) -> None:
        kind = local_name(reference)
        formula = reference.find(tag("f", CHART))
        old = reference.find(tag(_CACHES[kind], CHART))
        area = self._area(formula)
        values = self._values(area)
        is_category = kind != "multiLvlStrRef" and local_name(reference.getparent()) == "cat"
        right_kind = _kind_of(values) if is_category else None
        if right_kind not in (None, kind):
            # Drawn for texts and filled with dates, or the other way round: it would have no memory at all.
            kind = right_kind or kind
            reference.tag = tag(kind, CHART)
            self._package.parts.changed.add(part)
        new = None
        if values is not None and area is not None and kind == "numRef":
            code = old.findtext(tag("formatCode", CHART)) if old is not None else None
            new = _number_cache(values, code or self._format_code(area))
        elif values is not None and kind == "strRef":
            new = _text_cache(values)
        if _same(old, new):
            return
        self._package.parts.changed.add(part)
        if old is not None:
            reference.remove(old)
        if new is not None and formula is not None:
            formula.addnext(new)

    def _renew_extended(self, part: str, formula: etree._Element) -> None:
        """A dimension keeps its points in levels, a series its name in one value."""
        parent = formula.getparent()
        if parent is None:
            return
        area = self._area(formula)
        values = self._values(area)
        old = [child for child in parent if child.tag in (tag("lvl", EXTENDED), tag("v", EXTENDED))]
        new: etree._Element | None = None
        if values is not None and area is not None and local_name(parent) == "txData":
            new = etree.Element(tag("v", EXTENDED), nsmap={"cx": EXTENDED})
            new.text = str(values[0] or "")
        elif values is not None and area is not None and 1 in (area.width, area.height):
            new = _level(values, self._format_code(area) if local_name(parent) == "numDim" else None)
        if [_canonical(child) for child in old] == [_canonical(new)]:
            return
        for child in old:
            parent.remove(child)
        if new is not None:
            formula.addnext(new)
        if old or new is not None:
            self._package.parts.changed.add(part)

    def _format_code(self, area: Area) -> str:
        sheet = self._package.sheet(area.sheet)
        return sheet.text.styles.format_code(sheet.look(area.top, area.left))

    def _values(self, area: Area | None) -> list[object] | None:
        """Numbers, texts and None for blanks; None for all where one result is unknown."""
        if area is None:
            return None
        watched = self._package.sheet(area.sheet).watched
        rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
        values = [watched.get((row, column), UNKNOWN) for row in rows for column in columns]
        if any(value is UNKNOWN for value in values):
            return None
        return [None if value == "" else value for value in values]

    def _standing(self, cell: etree._Element | None) -> object:
        """The value of a cell of the tree; unknown for a formula without its result."""
        if cell is None:
            return None
        kind, value = cell.get("t", "n"), cell.findtext(VALUE)
        if kind == "inlineStr":
            return cell_text(cell)
        if value is None:
            return UNKNOWN if cell.find(FORMULA) is not None else None
        if kind == "s":
            return self._package.parts.texts[int(value)]
        if kind in ("str", "e"):
            return value
        return value == "1" if kind == "b" else float(value)


def _kind_of(values: list[object] | None) -> str | None:
    """The kind of reference that values of one kind call for; None for mixed ones."""
    present = [value for value in values or () if value is not None]
    if present and all(isinstance(value, str) for value in present):
        return "strRef"
    return "numRef" if present and all(_number(value) is not None for value in present) else None


def _number(value: object) -> str | None:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float) and math.isfinite(value):
        return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
    return None


def _cache(name: str, format_code: str | None, points: list[tuple[int, str]], count: int) -> etree._Element:
    cache = etree.Element(tag(name, CHART), nsmap={"c": CHART})
    if format_code is not None:
        etree.SubElement(cache, tag("formatCode", CHART)).text = format_code
    etree.SubElement(cache, tag("ptCount", CHART)).set("val", str(count))
    for index, text in points:
        point = etree.SubElement(cache, tag("pt", CHART))
        point.set("idx", str(index))
        etree.SubElement(point, tag("v", CHART)).text = text
    return cache


def _number_cache(values: list[object], format_code: str) -> etree._Element:
    numbers = [(index, _number(value)) for index, value in enumerate(values)]
    return _cache("numCache", format_code, [(i, n) for i, n in numbers if n is not None], len(values))


def _level(values: list[object], format_code: str | None) -> etree._Element:
    level = etree.Element(tag("lvl", EXTENDED), {"ptCount": str(len(values))}, nsmap={"cx": EXTENDED})
    if format_code is not None:
        level.set("formatCode", format_code)
    for index, value in enumerate(values):
        text = _number(value) if format_code is not None else value
        if text is not None:
            etree.SubElement(level, tag("pt", EXTENDED), {"idx": str(index)}).text = str(text)
    return level


def _text_cache(values: list[object]) -> etree._Element | None:
    """None where numbers stand: how they look depends on their format, and a bare 45322 would be shown for a month."""
    if any(isinstance(value, float | int) and not isinstance(value, bool) for value in values):
        return None
    texts = [(index, str(value)) for index, value in enumerate(values) if value is not None]
    return _cache("strCache", None, texts, len(values))


def _canonical(element: etree._Element | None) -> bytes:
    return b"" if element is None else etree.tostring(element, method="c14n", with_tail=False)


def _same(old: etree._Element | None, new: etree._Element | None) -> bool:
    if old is None or new is None:
        return old is new
    return _points(old) == _points(new)


def _points(cache: etree._Element) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for point in cache.iter(tag("pt", CHART)):
        text = point.findtext(tag("v", CHART)) or ""
        try:
            found.append((point.get("idx", ""), float(text)))
        except ValueError:
            found.append((point.get("idx", ""), text))
    count = cache.find(tag("ptCount", CHART))
    return [("count", count.get("val") if count is not None else None), *found]
