"""Actions: the month's checklist: what was measured, the revenue exposed, the customers behind it, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.actions import Action
from retention_xl.report.cells import Addresses, Cell, Content, List
from retention_xl.report.model import Report
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.live import CUSTOMERS
from retention_xl.report.sheets.settings import limit_cell
from retention_xl.report.wording import first_day

TABLE = "tblActions"
HEADINGS = (
    "Priority",
    "Rule",
    "What we see",
    "Measured",
    "Limit",
    "Unit",
    "Exposed a month",
    "Customers",
    "What to do",
    "Evidence",
    "Owner",
    "Due",
    "Status",
    "First seen",
    "Months open",
    "Notes",
)


def lists(report: Report) -> dict[str, List]:
    """One row an action; what a person fills in stays empty."""
    return {TABLE: List(HEADINGS, len(report.actions), lambda at: _rows(report, at))}


def _rows(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    for action in report.actions:
        yield (
            action.priority,
            action.rule,
            action.finding,
            _measured(report, at, action),
            _limit(report, at, action),
            action.unit if action.measured is not None else "",
            action.exposed_cents / 100,
            "; ".join(action.customers),
            action.what_to_do,
            "\n".join(action.evidence),
            None,
            action.due,
            action.status,
            first_day(action.first_seen),
            1,
            None,
        )


def _measured(report: Report, at: Addresses, action: Action) -> Content:
    """The figure, live where it stands on another sheet."""
    if action.measured is None:
        return ""
    formula = _figure(report, at, action.measured_key)
    return action.measured if formula is None else Cell(action.measured, formula)


def _limit(report: Report, at: Addresses, action: Action) -> Content:
    if action.limit is None:
        return ""
    address = limit_cell(report, at, action.rule, action.limit_name)
    return action.limit if address is None else Cell(action.limit, address)


def _figure(report: Report, at: Addresses, key: str) -> str | None:
    """The formula of a measured figure from cells of other sheets; None where only the program knows it."""
    rows = Rows(report, at)
    end = rows.last
    if key in ("crr", "nrr"):
        return rows.rate(key, end)
    if key == "crr_drop":
        return f"{rows.rate('crr', end - 1)}-{rows.rate('crr', end)}"
    if key == "crr_minus_drr":
        return f"{rows.rate('crr', end)}-{rows.rate('drr', end)}"
    if key == "contraction_rate":
        return f"-{rows.revenue('contraction', end)}/{rows.revenue('opening', end)}"
    if key == "checks_failed":
        return at.cell("rx_checks_failed")
    if key == "top10_share" and report.facts.customers is not None:
        now = at.column(CUSTOMERS, len(report.facts.window))
        largest = "+".join(f"LARGE({now},{rank})" for rank in range(1, 11))
        return f"({largest})/SUM({now})"
    return None
