"""Movers: every customer whose revenue moved in the month; the bridge's figures are sums over this list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, List, Single, span
from retention_xl.report.model import Report
from retention_xl.report.movements import ALL_KINDS, LOSSES, SIGNED_KINDS
from retention_xl.report.sheets import paper
from retention_xl.report.sheets.bridge import Rows

TABLE = "tblMovers"
BY_KIND = "rx_movers_by_kind"
PRINTED = "rx_movers_printed"
HEADINGS = ("Customer", "From", "To", "Change", "Kind", "Reason", "Customer since")


def address(at: Addresses, row: int, heading: str) -> str:
    """The cell of a mover's row."""
    return at.cell(TABLE, row, HEADINGS.index(heading))


def lists(report: Report) -> dict[str, List]:
    """The list itself: values, so that it can be sorted and filtered."""
    rows = report.movers.lines
    return {TABLE: List(HEADINGS, len(rows), lambda at: rows)}


def singles(report: Report) -> dict[str, Single]:
    """Which part of a long list is printed; that there is nothing to list."""
    count = len(report.movers.lines)
    return {PRINTED: Single(paper.told(count, "largest") if count else "Nobody's revenue moved this month.")}


def blocks(report: Report) -> dict[str, Block]:
    """The sums by kind beside the bridge's own figures."""
    return {
        BY_KIND: Block(
            len(ALL_KINDS) + 1,
            4,
            lambda at: _by_kind(report, at),
            ["Customers", "Amount", "Bridge", "Difference"],
            [*ALL_KINDS, "All movements"],
            unused=[
                ALL_KINDS.index(kind)
                for kind, key in SIGNED_KINDS.items()
                if not getattr(report.shown[-1].facts, key) and not report.movers.of(kind)
            ],
        )
    }


def _by_kind(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    movers = report.movers
    kinds, changes = at.list_column(TABLE, "Kind"), at.list_column(TABLE, "Change")
    for i, kind in enumerate(ALL_KINDS):
        label = at.cell(BY_KIND, i, -1)
        amount = movers.total(kind)
        sign = -1 if kind in LOSSES else 1
        key = SIGNED_KINDS.get(kind, kind.lower())
        bridge = sign * getattr(report.shown[-1].facts, key) / 100
        yield (
            Cell(len(movers.of(kind)), f"SUMPRODUCT(({kinds}={label})*1)"),
            Cell(amount, f"SUMPRODUCT(({kinds}={label})*1,{changes})"),
            Cell(bridge, rows.revenue(key, rows.last)),
            Cell(round(amount - bridge, 2), f"ROUND({at.cell(BY_KIND, i, 1)}-{at.cell(BY_KIND, i, 2)},2)"),
        )
    last = report.shown[-1].facts
    moved, closing_less_opening = round(sum(map(movers.total, ALL_KINDS)), 2), (last.closing - last.opening) / 100
    n = len(ALL_KINDS)
    top = [span(at.cell(BY_KIND, 0, j), at.cell(BY_KIND, n - 1, j)) for j in range(3)]
    yield (
        Cell(len(movers.lines), f"SUM({top[0]})"),
        Cell(moved, f"SUM({top[1]})"),
        Cell(closing_less_opening, f"{rows.revenue('closing', rows.last)}-{rows.revenue('opening', rows.last)}"),
        Cell(round(moved - closing_less_opening, 2), f"ROUND({at.cell(BY_KIND, n, 1)}-{at.cell(BY_KIND, n, 2)},2)"),
    )
