"""Kept: what people typed into the files before where no list of the program carries it on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from retention_xl.report.cells import Content, List, pieces
from retention_xl.report.model import Report
from retention_xl.report.previous import KEPT, KEPT_HEADINGS, Formula, Previous, PreviousRow
from retention_xl.report.settings import Settings
from retention_xl.report.typed import Typed
from retention_xl.report.wording import month_name

SHEET = "Kept"
_NAMED = 3  # sheets that the line of the output names


class Change(NamedTuple):
    """A setting that was typed over on the sheet: its key, what was typed, and how the settings file says it."""

    key: str
    now: str
    typed: str
    line: str


def unused_sheets(report: Report) -> list[str]:
    """Nothing was typed that has no other place: no sheet."""
    return [] if _rows(report) else [SHEET]


def lists(report: Report) -> dict[str, List]:
    """One row for each thing, those of the files before first."""
    rows = _rows(report)
    added = report.previous.kept_added if report.previous else ()
    headings = (*KEPT_HEADINGS, *added)
    content = [[row.get(heading) for heading in headings] for row in rows]
    return {KEPT: List(headings, len(rows), lambda at: content, added=dict.fromkeys(added, KEPT_HEADINGS[-1]))}


def told(report: Report) -> list[str]:
    """The line of the output."""
    previous = report.previous
    if previous is None:
        return []
    lines = []
    new = list(_new(report, previous))
    if new:
        sheets = list(dict.fromkeys(row["Sheet"] for row in new))
        named = ", ".join(str(sheet) for sheet in sheets[:_NAMED])
        more = f" and {len(sheets) - _NAMED} more sheets" if len(sheets) > _NAMED else ""
        things = "1 thing" if len(new) == 1 else f"{len(new):,} things"
        lines.append(f"Kept: {things} typed into {previous.path.name} ({named}{more}), listed on the sheet {SHEET}.")
    if previous.own_sheets:
        names = ", ".join(sheet.name for sheet in previous.own_sheets)
        lines.append(f"Kept: your own sheets of {previous.path.name} go on with their values: {names}.")
    if not previous.remembers:
        lines.append(
            f"{previous.path.name} does not say what the program wrote in it: of what was typed on sheets other than "
            "Actions and At risk, only what stands outside the filled areas is kept."
        )
    return lines


def without_a_place(report: Report) -> list[str]:
    """For a template that has no such list: what would be lost with it, one line each."""
    said = f"The template has no list {KEPT}, so these go on nowhere else"
    return [f"{said}: {row['Sheet']}!{row['Cell'] or '-'}: {row['What was typed']}" for row in _rows(report)]


def _rows(report: Report) -> list[Mapping[str, Content]]:
    previous = report.previous
    return [] if previous is None else [*_before(previous), *_new(report, previous)]


def _before(previous: Previous) -> Iterator[Mapping[str, Content]]:
    """The list as people left it: a row that they deleted is done with."""
    for row in previous.kept:
        if any(value is not None for value in row.cells.values()):
            yield {heading: _as_kept(row, heading) for heading in row.cells}
        for text in row.loose:
            yield from _row(previous, Typed(SHEET, "", text, "typed beside this list"))


def _as_kept(row: PreviousRow, heading: str) -> Content:
    value = row.cells[heading]
    return f"={value.text}" if isinstance(value, Formula) else value


def _new(report: Report, previous: Previous) -> Iterator[Mapping[str, Content]]:
    for typed in previous.typed:
        change = _setting(typed, report.settings)
        if change is None:
            yield from _row(previous, typed)
        elif change.now != change.typed:
            said = f"the setting {change.key}; this file counts with {change.now or 'none'}. "
            yield from _row(
                previous, typed._replace(what=f"{said}To keep yours, put into the settings file: {change.line}")
            )


def _row(previous: Previous, typed: Typed) -> Iterator[Mapping[str, Content]]:
    for text in pieces(typed.text):
        values = (month_name(previous.month), typed.sheet, typed.cell, text, typed.what)
        yield dict(zip(KEPT_HEADINGS, values, strict=True))


def _setting(typed: Typed, settings: Settings) -> Change | None:
    """Which setting was typed over; None where it was none, or no number."""
    if isinstance(typed.value, bool) or not isinstance(typed.value, int | float):
        return None
    number = f"{typed.value:.12g}"
    values = {item.key: item.value for item in settings.items}
    values |= {f"limits.{rule}.{name}": one for rule, limits in settings.limits.items() for name, one in limits.items()}
    for key in typed.row:
        if key in values:
            now = values[key]
            section, _, name = key.rpartition(".")
            return Change(key, "" if now is None else f"{now:.12g}", number, f"[{section}] {name} = {number}")
        if key == "tiers.edges":
            line = f"[tiers] edges = [...] with {number} in its place"
            return Change(key, "other edges", number, line)
    return None
