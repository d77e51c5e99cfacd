"""Movers: every customer whose revenue moved in the month; the bridge's figures are sums over this list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from retention_xl.ledger.records import Pair
from retention_xl.report.cells import Addresses, Block, Cell, Content, List, span
from retention_xl.report.model import Report
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.wording import first_day

TABLE = "tblMovers"
BY_KIND = "rx_movers_by_kind"
HEADINGS = ("Customer", "From", "To", "Change", "Kind", "Reason", "Customer since")
KINDS = ("New", "Reactivation", "Expansion", "Contraction", "Churn")
# What is no movement of the customer's own: the label is the kind, the key is that of the bridge's row.
SIGNED_KINDS = {"Paused": "paused", "Currency": "fx"}
ALL_KINDS = (*KINDS, *SIGNED_KINDS)
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
    movers = [mover for pair in report.facts.pairs for mover in _of(pair)]
    return sorted(movers, key=lambda m: (ALL_KINDS.index(m.kind), -abs(m.change), m.name))


def _of(pair: Pair) -> Iterable[Mover]:
    """A customer's line, and one more for what a pause or rates of exchange did beside its own movement."""
    about = (pair.reason, first_day(pair.first_month))
    opening, closing = pair.opening or 0, pair.closing or 0
    own = closing - opening - pair.paused - pair.fx
    if pair.paused and pair.closing is None:  # a pause that ended as a loss: the revenue comes back to be lost
        opening += pair.paused
        yield Mover(pair.name, (opening - pair.paused) / 100, opening / 100, "Paused", *about)
    if pair.kind in KINDS:
        yield Mover(pair.name, opening / 100, (opening + own) / 100, pair.kind, *about)
    if pair.paused and pair.closing is not None:
        yield Mover(pair.name, (opening + own) / 100, (opening + own + pair.paused) / 100, "Paused", *about)
    if pair.fx:
        yield Mover(pair.name, (closing - pair.fx) / 100, closing / 100, "Currency", *about)


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
            len(ALL_KINDS) + 1,
            4,
            lambda at: _by_kind(report, at),
            ["Customers", "Amount", "Bridge", "Difference"],
            [*ALL_KINDS, "All movements"],
            unused=[
                ALL_KINDS.index(kind)
                for kind, key in SIGNED_KINDS.items()
                if not getattr(report.shown[-1].facts, key) and not any(getattr(p, key) for p in report.facts.pairs)
            ],
        )
    }


def _by_kind(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    movers = ordered(report)
    kinds, changes = at.list_column(TABLE, "Kind"), at.list_column(TABLE, "Change")
    for i, kind in enumerate(ALL_KINDS):
        label = at.cell(BY_KIND, i, -1)
        own = [m.change for m in movers if m.kind == kind]
        amount = round(sum(own), 2)
        sign = -1 if kind in LOSSES else 1
        key = SIGNED_KINDS.get(kind, kind.lower())
        bridge = sign * getattr(report.shown[-1].facts, key) / 100
        yield (
            Cell(len(own), f"SUMPRODUCT(({kinds}={label})*1)"),
            Cell(amount, f"SUMPRODUCT(({kinds}={label})*1,{changes})"),
            Cell(bridge, rows.revenue(key, rows.last)),
            Cell(round(amount - bridge, 2), f"ROUND({at.cell(BY_KIND, i, 1)}-{at.cell(BY_KIND, i, 2)},2)"),
        )
    last = report.shown[-1].facts
    moved, closing_less_opening = round(sum(m.change for m in movers), 2), (last.closing - last.opening) / 100
    n = len(ALL_KINDS)
    top = [span(at.cell(BY_KIND, 0, j), at.cell(BY_KIND, n - 1, j)) for j in range(3)]
    yield (
        Cell(len(movers), f"SUM({top[0]})"),
        Cell(moved, f"SUM({top[1]})"),
        Cell(closing_less_opening, f"{rows.revenue('closing', rows.last)}-{rows.revenue('opening', rows.last)}"),
        Cell(round(moved - closing_less_opening, 2), f"ROUND({at.cell(BY_KIND, n, 1)}-{at.cell(BY_KIND, n, 2)},2)"),
    )
