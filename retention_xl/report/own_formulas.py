"""Formulas that only the author of a template, or a reader of last month's file, knows: their results by an engine."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from .package.cell_text import ERRORS, escaped
from .package.parts import OFFICE_RELATIONS, Parts, tag
from .verify import Engine, Place, Value, installed_engines, same_value

# What an engine answers where it does not know a function: no result of the formula.
_NO_RESULT = frozenset(("#NAME?", "#N/IMPL!", "#ERROR!", "#CIRC!", "#SPILL!"))
_CELL = re.compile(
    rb'<((?:\w+:)?)c((?: [\w:]+="[^"]*")*)>(<\1f(?: [\w:]+="[^"]*")*(?:/>|>[^<]*</\1f>))(?:<\1v/>|<\1v></\1v>)?</\1c>',
)
_PLACE = re.compile(rb' r="([A-Z]+[0-9]+)"')
_KIND = re.compile(rb' t="\w*"')
_LARGE = 20 << 20  # bytes of a workbook that takes an engine minutes and gigabytes


def write_results(finished: Path, places: Sequence[Place]) -> list[str]:
    """Puts the result beside each of these formulas, where the installed engines know one and agree; says where not.

    Without an engine, or in a very large workbook, the cells stay without a value until Excel computes them; so do
    those about which the engines differ.
    """
    engines = installed_engines() if finished.stat().st_size <= _LARGE else []
    found = [answers for engine in engines if (answers := _answers(engine, finished, places)) is not None]
    if not found:
        return []
    results, unlike = {}, []
    for place in places:
        values = [answers[place] for answers in found]
        if any(value in _NO_RESULT for value in values if isinstance(value, str)):
            continue
        if all(same_value(values[0], other) for other in values[1:]):
            results[place] = values[0]
        else:
            unlike.append(place)
    if results:
        valued = finished.with_name(f"{finished.stem}.valued.tmp")
        try:
            _patch(finished, valued, results)
            valued.replace(finished)
        finally:
            valued.unlink(missing_ok=True)
    if not unlike:
        return []
    sheet, cell = unlike[0]
    more = f" and {len(unlike) - 1:,} more" if len(unlike) > 1 else ""
    said = "of your own shows no value until Excel computes it: the engines here differ about it."
    return [f"{sheet}!{cell}{more}: a formula {said}"]


def _answers(engine: Engine, workbook: Path, places: Sequence[Place]) -> Mapping[Place, Value] | None:
    try:
        return engine.calculate(workbook, list(places))
    except Exception:  # an engine that cannot read the file says so by errors of its own, in common with no other
        return None


def _patch(workbook: Path, target: Path, results: Mapping[Place, Value]) -> None:
    """The package with every part as it is but the sheets with results."""
    by_part: dict[str, dict[str, Value]] = {}
    parts = Parts(workbook)
    relations = {relation.id: relation.target for relation in parts.relations(parts.workbook)}
    for sheet in parts.tree(parts.workbook).iter(tag("sheet")):
        own = {cell: value for (name, cell), value in results.items() if name == sheet.get("name")}
        if own:
            by_part[relations[sheet.get(tag("id", OFFICE_RELATIONS), "")]] = own
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in source.infolist():
            data = source.read(info)
            if info.filename in by_part:
                data = _with_results(data, by_part[info.filename])
            archive.writestr(info, data, compresslevel=6)


def _with_results(sheet: bytes, results: Mapping[str, Value]) -> bytes:
    def valued(match: re.Match[bytes]) -> bytes:
        prefix, attributes, formula = match.groups()
        place = _PLACE.search(attributes)
        value = results.get(place[1].decode()) if place else None
        if value is None:
            return match[0]
        kind, text = _written(value)
        attributes = _KIND.sub(b"", attributes)
        return b"<%bc%b%b>%b<%bv>%b</%bv></%bc>" % (prefix, attributes, kind, formula, prefix, text, prefix, prefix)

    return _CELL.sub(valued, sheet)


def _written(value: Value) -> tuple[bytes, bytes]:
    """The attribute of its kind, and the text."""
    if isinstance(value, bool):
        return b' t="b"', b"1" if value else b"0"
    if isinstance(value, str):
        return (b' t="e"' if value in ERRORS else b' t="str"'), escaped(value).encode()
    return b"", repr(float(value)).encode()
