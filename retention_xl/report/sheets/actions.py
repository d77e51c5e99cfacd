"""Actions: the month's checklist: what was measured, the revenue exposed, the customers behind it, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.actions import HEADINGS, TABLE, Action
from retention_xl.report.cells import Addresses, Cell, Content, List
from retention_xl.report.model import Report
from retention_xl.report.previous import Formula, Kept
from retention_xl.report.sheets import figures, measured
from retention_xl.report.sheets.settings import limit_cell
from retention_xl.report.wording import printed_unit


def lists(report: Report) -> dict[str, List]:
    """One row an action, then what is kept of earlier months."""
    added = report.carried.added
    headings = (*HEADINGS, *added)
    return {TABLE: List(headings, len(report.carried.rows), lambda at: _rows(report, at), added=added)}


def printed_columns(report: Report) -> dict[str, str]:
    """Where nothing is open nobody writes on a second page who does it until when: it would be nearly empty."""
    shown = report.carried.rows
    done = all(str(row.cells.get("Status")) in ("Done", "Closed") for row in shown)
    written = any(row.cells.get(heading) for row in shown for heading in ("Owner", "Due", "Outcome", "Notes"))
    return {} if not done or written or report.carried.added else {TABLE: "What to do"}


def cells(report: Report, at: Addresses, row: int) -> dict[str, Content]:
    """A row by its headings: what this month's figures say, and what is kept."""
    carried = report.carried.rows[row]
    computed = {} if carried.action is None else _computed(report, at, carried.action)
    return computed | {heading: _kept(report, at, row, value) for heading, value in carried.cells.items()}


def _rows(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    headings = (*HEADINGS, *report.carried.added)
    for row in range(len(report.carried.rows)):
        content = cells(report, at, row)
        yield [content.get(heading) for heading in headings]


def _computed(report: Report, at: Addresses, action: Action) -> dict[str, Content]:
    return {
        "Priority": action.priority,
        "Rule": action.rule,
        "What we see": action.finding,
        "Measured": _measured(report, at, action),
        "Limit": _limit(report, at, action),
        "Unit": printed_unit(action.unit) if action.measured is not None else "",
        "Exposed a month": _exposed(report, at, action),
        "Customers": "; ".join(action.customers),
        "What to do": action.what_to_do,
        "Evidence": "\n".join(action.evidence),
    }


def _kept(report: Report, at: Addresses, row: int, value: Kept) -> Content:
    """A formula that a person wrote finds the columns of its row by their headings; its result is left to Excel."""
    if not isinstance(value, Formula):
        return value
    headings = (*HEADINGS, *report.carried.added)
    pieces = (at.cell(TABLE, row, headings.index(piece)) if i % 2 else piece for i, piece in enumerate(value.pieces))
    return Cell(None, "".join(pieces))


def _measured(report: Report, at: Addresses, action: Action) -> Content:
    """The figure, live where it stands on another sheet."""
    if action.measured is None:
        return ""
    formula = figures.measured(report, at, action.measured_key) or measured.measured(report, at, action)
    return action.measured if formula is None else Cell(action.measured, formula)


def _limit(report: Report, at: Addresses, action: Action) -> Content:
    if action.limit is None:
        return ""
    address = limit_cell(report, at, action.rule, action.limit_name)
    return action.limit if address is None else Cell(action.limit, address)


def _exposed(report: Report, at: Addresses, action: Action) -> Content:
    """The revenue behind it, live where it can be added up from cells."""
    value = action.exposed_cents / 100
    formula = measured.exposed(report, at, action) or figures.exposed(report, at, action)
    return value if formula is None else Cell(value, formula)
