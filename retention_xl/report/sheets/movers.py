"""Movers: every customer whose revenue moved in the month; the bridge's figures are sums over this list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from retention_xl.report.cells import Addresses, Block, Cell, Content, List, span
from retention_xl.report.model import Report
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.wording import first_day

TABLE = "tblMovers"
BY_KIND = "rx_movers_by_kind"
HEADINGS = ("Customer", "From", "To", "Change", "Kind", "Reason", "Customer since")
KINDS = ("New", "Reactivation", "Expansion", "Contraction", "Churn")
LOSSES = ("Contraction", "Churn")


@dataclass(frozen=True)
class Mover:
    """One line of the list; amounts in the report currency."""

    name: str
    opening: float
    closing: float
    kind: str
    reason: str
    since: date

    @property
    def change(self) -> float:
        """What the movement adds to the month's revenue."""
        return round(self.closing - self.opening, 2)


def ordered(report: Report) -> list[Mover]:
    """By kind in the order of the bridge, the largest change first, then by name."""
    movers = [
        Mover(p.name, (p.opening or 0) / 100, (p.closing or 0) / 100, p.kind, p.reason, first_day(p.first_month))
        for p in report.facts.pairs
        if p.kind is not None
    ]
    return sorted(movers, key=lambda m: (KINDS.index(m.kind), -abs(m.change), m.name))


def address(at: Addresses, row: int, heading: str) -> str:
    """The cell of a mover's row."""
    return at.cell(TABLE, row, HEADINGS.index(heading))


def lists(report: Report) -> dict[str, List]:
    """The list itself: values, so that it can be sorted and filtered."""
    movers = ordered(report)
    rows = [(m.name, m.opening, m.closing, m.change, m.kind, m.reason, m.since) for m in movers]
    return {TABLE: List(HEADINGS, len(rows), lambda at: rows)}


def blocks(report: Report) -> dict[str, Block]:
    """The sums by kind beside the bridge's own figures."""
    return {
        BY_KIND: Block(
            len(KINDS) + 1,
            4,
            lambda at: _by_kind(report, at),
            ["Customers", "Amount", "Bridge", "Difference"],
            [*KINDS, "All movements"],
        )
    }


def _by_kind(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    movers = ordered(report)
    kinds, changes = at.list_column(TABLE, "Kind"), at.list_column(TABLE, "Change")
    for i, kind in enumerate(KINDS):
        label = at.cell(BY_KIND, i, -1)
        own = [m.change for m in movers if m.kind == kind]
        amount = round(sum(own), 2)
        sign = -1 if kind in LOSSES else 1
        bridge = sign * getattr(report.shown[-1].facts, kind.lower()) / 100
        yield (
            Cell(len(own), f"SUMPRODUCT(({kinds}={label})*1)"),
            Cell(amount, f"SUMPRODUCT(({kinds}={label})*1,{changes})"),
            Cell(bridge, rows.revenue(kind.lower(), rows.last)),
            Cell(round(amount - bridge, 2), f"ROUND({at.cell(BY_KIND, i, 1)}-{at.cell(BY_KIND, i, 2)},2)"),
        )
    last = report.shown[-1].facts
    moved, closing_less_opening = round(sum(m.change for m in movers), 2), (last.closing - last.opening) / 100
    n = len(KINDS)
    top = [span(at.cell(BY_KIND, 0, j), at.cell(BY_KIND, n - 1, j)) for j in range(3)]
    yield (
        Cell(len(movers), f"SUM({top[0]})"),
        Cell(moved, f"SUM({top[1]})"),
        Cell(closing_less_opening, f"{rows.revenue('closing', rows.last)}-{rows.revenue('opening', rows.last)}"),
        Cell(round(moved - closing_less_opening, 2), f"ROUND({at.cell(BY_KIND, n, 1)}-{at.cell(BY_KIND, n, 2)},2)"),
    )
