"""Tie-out: from recurring revenue over what was billed to the ledger's own total, every step named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, Single, span
from retention_xl.report.model import Report
from retention_xl.report.previous import SIGNED
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
    """step ("+", "=", "control", "check"), label, cents of the month, cents in all. Steps of nothing are left out.

    The month's column ends with the lines accepted: a refused line may have no readable date.
    """
    lines: list[tuple[str, str, int | None, int]] = []
    month = total = 0
    for group, subtotal in SUBTOTALS.items():
        inside = [item for item in report.facts.tie_out if item.group == group]
        for item in inside:
            month, total = month + (item.month_cents or 0), total + item.total_cents
            if item.total_cents or item.month_cents or not lines:
                lines.append(("+", item.label, item.month_cents, item.total_cents))
        if inside and group != "recognised":
            said = "Purchases and refunds" if group == "billed" and report.facts.nature == "purchases" else subtotal
            lines.append(("=", said, None if group == "read" else month, total))
    control = report.facts.ledger_total
    lines.append(("control", "Control: the amount column added up straight from the source", None, control))
    lines.append(("check", "Difference", None, total - control))
    return lines


def singles(report: Report) -> dict[str, Single]:
    """The cells to sign in start empty every month."""
    return {name: Single(None) for name in SIGNED}


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
    """The cell of the last step before the control: all steps added up."""
    return at.cell(NAME, len(_lines(report)) - 3, TOTAL)


def control(report: Report, at: Addresses) -> str:
    """The cell of the ledger's own total."""
    return at.cell(NAME, len(_lines(report)) - 2, TOTAL)


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
            a, b = computed(report, at), control(report, at)
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
    if facts.customers is None or not report.by_customer or len(facts.window) < len(facts.months):
        return cents / 100
    corner = at.cell(CUSTOMERS, len(facts.customers) - 1, len(facts.window))
    return Cell(cents / 100, f"SUM({span(at.cell(CUSTOMERS, 0, 1), corner)})")
