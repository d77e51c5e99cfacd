"""What charts remember of the cells they show. LibreOffice and previews take a linked title from that memory alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from lxml import etree

from .areas import Area, parse_area
from .parts import local_name, tag
from .sheet import UNKNOWN

if TYPE_CHECKING:
    from .workbook import Package

CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_MOST_POINTS = 10_000
_NOT_IN_A_BODY = object()
_CACHES = {"numRef": "numCache", "strRef": "strCache", "multiLvlStrRef": "multiLvlStrCache"}


class ChartCaches:
    """Made before the sheets are written, so that they note the cells charts point to; `rewrite` runs after."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._names = {name.name.lower(): name.area for name in package.names() if name.area is not None}
        self._strings: list[str] | None = None
        for part in self._parts():
            for reference in self._references(part):
                area = self._area(reference)
                if area is not None and area.height * area.width <= _MOST_POINTS:
                    watched = package.sheet(area.sheet).watched
                    for row in range(area.top, area.bottom + 1):
                        for column in range(area.left, area.right + 1):
                            watched[row, column] = _NOT_IN_A_BODY

    def _parts(self) -> list[str]:
        return [
            p for p in self._package.parts if p.startswith("xl/charts/") and p.endswith(".xml") and "/_rels/" not in p
        ]

    def _references(self, part: str) -> list[etree._Element]:
        return list(self._package.parts.tree(part).iter(*(tag(name, CHART) for name in _CACHES)))

    def _area(self, reference: etree._Element) -> Area | None:
        """Plain areas only, and names that stand for one ("Sheet!name" or "[0]!name" as charts write them)."""
        text = (reference.findtext(tag("f", CHART)) or "").strip()
        area = parse_area(text) or self._names.get(text.rpartition("!")[2].lower())
        known = {sheet.name.lower(): sheet.name for sheet in self._package.worksheets}
        return area._replace(sheet=known[area.sheet.lower()]) if area and area.sheet.lower() in known else None

    # ---- after the sheets are written

    def rewrite(self) -> None:
        for part in self._parts():
            for reference in self._references(part):
                self._renew(part, reference)

    def _renew(self, part: str, reference: etree._Element) -> None:
        kind = local_name(reference)
        old = reference.find(tag(_CACHES[kind], CHART))
        values = self._values(reference)
        if kind == "numRef" and local_name(reference.getparent()) == "cat" and _only_texts(values):
            # openpyxl takes every category for numbers; as numbers, texts would have no memory at all.
            kind = "strRef"
            reference.tag = tag(kind, CHART)
            self._package.parts.changed.add(part)
        new = None
        if values is not None and kind == "numRef":
            new = _number_cache(values, old)
        elif values is not None and kind == "strRef":
            new = _text_cache(values)
        if _same(old, new):
            return
        self._package.parts.changed.add(part)
        if old is not None:
            reference.remove(old)
        if new is not None:
            formula = reference.find(tag("f", CHART))
            assert formula is not None
            formula.addnext(new)

    def _values(self, reference: etree._Element) -> list[object] | None:
        """Numbers, texts and None for blanks; None for all where one result is unknown."""
        area = self._area(reference)
        if area is None or area.height * area.width > _MOST_POINTS:
            return None
        sheet = self._package.sheet(area.sheet)
        values = []
        for row in range(area.top, area.bottom + 1):
            for column in range(area.left, area.right + 1):
                value = sheet.watched.get((row, column), _NOT_IN_A_BODY)
                value = self._standing(sheet.element(row, column)) if value is _NOT_IN_A_BODY else value
                if value is UNKNOWN:
                    return None
                values.append(None if value == "" else value)
        return values

    def _standing(self, cell: etree._Element | None) -> object:
        """The value of a cell of the tree; unknown for a formula without its result."""
        if cell is None:
            return None
        kind, value = cell.get("t", "n"), cell.findtext(tag("v"))
        if kind == "inlineStr":
            return "".join(t.text or "" for t in cell.iter(tag("t")))
        if value is None:
            return UNKNOWN if cell.find(tag("f")) is not None else None
        if kind == "s":
            return self._shared(int(value))
        if kind in ("str", "e"):
            return value
        return value == "1" if kind == "b" else float(value)

    def _shared(self, index: int) -> str:
        if self._strings is None:
            self._strings = []
            for part in self._package.parts.related(self._package.parts.workbook, "sharedStrings"):
                for item in self._package.parts.tree(part).iterchildren(tag("si")):
                    texts = [t for t in item.iter(tag("t")) if local_name(t.getparent()) != "rPh"]
                    self._strings.append("".join(t.text or "" for t in texts))
        return self._strings[index]


def _only_texts(values: list[object] | None) -> bool:
    present = [value for value in values or () if value is not None]
    return bool(present) and all(isinstance(value, str) for value in present)


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


def _number_cache(values: list[object], old: etree._Element | None) -> etree._Element:
    format_code = old.findtext(tag("formatCode", CHART)) if old is not None else None
    numbers = [(index, _number(value)) for index, value in enumerate(values)]
    return _cache("numCache", format_code or "General", [(i, n) for i, n in numbers if n is not None], len(values))


def _text_cache(values: list[object]) -> etree._Element | None:
    """None where numbers stand: how they look depends on their format, and a bare 45322 would be shown for a month."""
    if any(isinstance(value, float | int) and not isinstance(value, bool) for value in values):
        return None
    texts = [(index, str(value)) for index, value in enumerate(values) if value is not None]
    return _cache("strCache", None, texts, len(values))


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
