"""Tie-out: from recurring revenue over what was billed to the ledger's own total, every step named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, span
from retention_xl.report.model import Report
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.live import CUSTOMERS

NAME = "rx_tie_out"
STEP, MONTH, TOTAL = range(3)
SUBTOTALS = {
    "recognised": "Revenue recognised",
    "billed": "Billed for service",
    "accepted": "Lines accepted",
    "read": "All lines read",
}


def _lines(report: Report) -> list[tuple[str, str, int | None, int]]:
    """step ("+", "=", "check"), label, cents of the month, cents in all; items and the subtotal after each group."""
    lines: list[tuple[str, str, int | None, int]] = []
    items = report.facts.tie_out
    month_sum: int | None = 0
    total_sum = 0
    for group, subtotal in SUBTOTALS.items():
        inside = [item for item in items if item.group == group]
        for item in inside:
            lines.append(("+", item.label, item.month_cents, item.total_cents))
            total_sum += item.total_cents
            if month_sum is not None:
                month_sum = None if item.month_cents is None else month_sum + item.month_cents
        if inside and (len(inside) > 1 or group != "recognised"):
            lines.append(("=", subtotal, month_sum, total_sum))
    lines.append(
        ("control", "Control: the amount column added up straight from the source", None, report.facts.ledger_total)
    )
    lines.append(("check", "Difference", None, total_sum - report.facts.ledger_total))
    return lines


def blocks(report: Report) -> dict[str, Block]:
    """The steps in two columns: the report month, and the whole ledger."""
    lines = _lines(report)
    return {
        NAME: Block(
            len(lines),
            3,
            lambda at: _cells(report, at, lines),
            ["Step", "This month", "Whole ledger"],
            [label for _, label, _, _ in lines],
        )
    }


def computed(report: Report, at: Addresses) -> str:
    """The cell of the last subtotal: all steps added up."""
    lines = _lines(report)
    return at.cell(NAME, max(i for i, line in enumerate(lines) if line[0] == "="), TOTAL)


def control(report: Report, at: Addresses) -> str:
    """The cell of the ledger's own total."""
    return at.cell(NAME, next(i for i, line in enumerate(_lines(report)) if line[0] == "control"), TOTAL)


def _cells(
    report: Report, at: Addresses, lines: Sequence[tuple[str, str, int | None, int]]
) -> Iterable[Sequence[Content]]:
    previous: int | None = None  # row of the last subtotal
    items: list[int] = []
    for i, (step, _, month, total) in enumerate(lines):
        if step == "+":
            items.append(i)
            first = i == 0
            yield (
                "+",
                _first_month(report, at, month) if first else _amount(month),
                _first_total(report, at, total) if first else total / 100,
            )
        elif step == "=":
            rows = [*([] if previous is None else [previous]), *items]
            formulas = ["+".join(at.cell(NAME, row, column) for row in rows) for column in (MONTH, TOTAL)]
            yield "=", "" if month is None else Cell(month / 100, formulas[0]), Cell(total / 100, formulas[1])
            previous, items = i, []
        elif step == "control":
            yield "control", "", total / 100
        else:
            a, b = at.cell(NAME, previous or 0, TOTAL), control(report, at)
            yield "check", "", Cell(total / 100, f"ROUND({a}-{b},2)")


def _amount(cents: int | None) -> Content:
    return "" if cents is None else cents / 100


def _first_month(report: Report, at: Addresses, cents: int | None) -> Content:
    """The revenue of the report month is the bridge's closing."""
    rows = Rows(report, at)
    return "" if cents is None else Cell(cents / 100, rows.revenue("closing", rows.last))


def _first_total(report: Report, at: Addresses, cents: int) -> Content:
    """The revenue of all months is the sum of the customer table, where that holds every month."""
    facts = report.facts
    if facts.customers is None or len(facts.window) < len(facts.months):
        return cents / 100
    corner = at.cell(CUSTOMERS, max(1, len(facts.customers) - 1), len(facts.window))
    return Cell(cents / 100, f"SUM({span(at.cell(CUSTOMERS, 0, 1), corner)})")
