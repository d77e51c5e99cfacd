"""Reasons: why customers were lost in the last months, by count and by revenue; "(not stated)" always has its row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from retention_xl.report.cells import Addresses, Block, Cell, Content, Single, span
from retention_xl.report.model import Report
from retention_xl.report.sheets import movers
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.wording import MONTH_NAMES, NOT_AVAILABLE, first_day

SHEET = "Reasons"
REASONS, TOTALS = "rx_reasons", "rx_reasons_total"
MONTHS = 3
NAMED = 12  # reasons with a row of their own; the rarer ones stand in one row together
NOT_STATED = "(not stated)"
# The body's columns, first for customers, then the same for revenue.
BEFORE, NOW, ALL, SHARE, RUNNING = range(5)
CUSTOMERS, REVENUE = 0, 5


@dataclass(frozen=True)
class Reason:
    """Customers lost, and what they paid: in the months before, and in the report month."""

    label: str
    stated: bool
    alone: bool  # False: several reasons put together
    before: tuple[int, float]
    now: tuple[int, float]

    def all(self, what: int) -> float:
        """Customers (0) or revenue (1) of all months."""
        return round(self.before[what] + self.now[what], 2)


def reasons(report: Report) -> tuple[Reason, ...]:
    """The reasons with the most revenue first, then the rare ones, then what is not stated; none: no sheet."""
    facts = report.facts
    if not any(found.reason for found in facts.reasons):
        return ()
    months = [figures.facts.month for figures in report.shown][-MONTHS:-1]
    spelling: dict[str, str] = {"": NOT_STATED}
    before: dict[str, tuple[int, int]] = {}
    now: dict[str, tuple[int, int]] = {"": (0, 0)}
    found = [(before, f.reason, f.customers, f.cents) for f in facts.reasons if f.month in months]
    found += [(now, pair.reason, 1, pair.opening or 0) for pair in facts.pairs if pair.kind == "Churn"]
    for counted, reason, customers, cents in found:
        key = reason.lower()  # as a formula compares texts
        spelling.setdefault(key, reason)
        count, money = counted.get(key, (0, 0))
        counted[key] = (count + customers, money + cents)
    rows = [
        Reason(label, bool(key), True, _money(before.get(key, (0, 0))), _money(now.get(key, (0, 0))))
        for key, label in spelling.items()
        if key in before or key in now
    ]
    if not any(row.all(0) for row in rows):
        return ()
    stated = sorted((r for r in rows if r.stated), key=lambda r: (-r.all(1), -r.all(0), r.label))
    rest = stated[NAMED:]
    if rest:
        label = f"{len(rest)} other reasons"
        stated[NAMED:] = [Reason(label, True, False, _sum([r.before for r in rest]), _sum([r.now for r in rest]))]
    return (*stated, *(row for row in rows if not row.stated))


def _money(counted: tuple[int, int]) -> tuple[int, float]:
    return counted[0], counted[1] / 100


def _sum(parts: Sequence[tuple[int, float]]) -> tuple[int, float]:
    return sum(count for count, _ in parts), round(sum(money for _, money in parts), 2)


def unused_sheets(report: Report) -> list[str]:
    """The sheet itself where nobody stated a reason."""
    return [] if reasons(report) else [SHEET]


def blocks(report: Report) -> dict[str, Block]:
    """A row for each reason, and the sums beside the bridge's own figures."""
    rows = reasons(report)
    if not rows:
        return {}
    month = _short(report.month)
    earlier = [figures.facts.month for figures in report.shown][-MONTHS:-1]
    before = f"{_short(earlier[0]).split()[0]} to {_short(earlier[-1])}" if len(earlier) > 1 else "Before"
    revenue = report.words.revenue
    headings = [
        *(f"Lost, {before}", f"Lost, {month}", "Lost, all", "Share of lost", "Running share"),
        *(f"{revenue}, {before}", f"{revenue}, {month}", f"{revenue}, all", f"Share of {revenue}", "Running share"),
    ]
    return {
        REASONS: Block(len(rows), 10, lambda at: _rows(report, at, rows), headings, [row.label for row in rows]),
        TOTALS: Block(
            3, 10, lambda at: _totals(report, at, rows), (), ["All customers lost", "By the Bridge", "Difference"]
        ),
    }


def singles(report: Report) -> dict[str, Single]:
    """The message of the chart."""
    rows = reasons(report)
    return {"rx_title_reasons": Single(lambda at: _title(report, at, rows))} if rows else {}


def _short(month: str) -> str:
    day = first_day(month)
    return f"{MONTH_NAMES[day.month - 1][:3]} {day.year}"


def _column(at: Addresses, rows: Sequence[Reason], column: int, last: int | None = None) -> str:
    return span(at.cell(REASONS, 0, column), at.cell(REASONS, len(rows) - 1 if last is None else last, column))


def _rows(report: Report, at: Addresses, rows: Sequence[Reason]) -> Iterable[Sequence[Content]]:
    kinds, stated = at.list_column(movers.TABLE, "Kind"), at.list_column(movers.TABLE, "Reason")
    paid = at.list_column(movers.TABLE, "From")
    totals = [sum(row.all(what) for row in rows) for what in (0, 1)]
    running = [0.0, 0.0]
    for i, row in enumerate(rows):
        cells: list[Content] = []
        label = at.cell(REASONS, i, -1) if row.stated else '""'
        lost = f'({kinds}="Churn")*({stated}={label})'
        now_formulas = (f"SUMPRODUCT({lost})", f"SUMPRODUCT({lost},{paid})")
        for what, start in ((0, CUSTOMERS), (1, REVENUE)):
            before, now = at.cell(REASONS, i, start + BEFORE), at.cell(REASONS, i, start + NOW)
            running[what] += row.all(what)
            share = row.all(what) / totals[what] if totals[what] else NOT_AVAILABLE
            so_far = running[what] / totals[what] if totals[what] else NOT_AVAILABLE
            everything = f"SUM({_column(at, rows, start + ALL)})"
            cells += [
                row.before[what],
                Cell(row.now[what], now_formulas[what]) if row.alone else row.now[what],
                Cell(row.all(what), f"{before}+{now}"),
                Cell(share, f'IF({everything}=0,"{NOT_AVAILABLE}",{at.cell(REASONS, i, start + ALL)}/{everything})'),
                Cell(
                    so_far,
                    f'IF({everything}=0,"{NOT_AVAILABLE}",SUM({_column(at, rows, start + ALL, i)})/{everything})',
                ),
            ]
        yield cells


def _totals(report: Report, at: Addresses, rows: Sequence[Reason]) -> Iterable[Sequence[Content]]:
    bridge = Rows(report, at)
    shown = report.shown[-MONTHS:]
    end, start = bridge.last, bridge.last - len(shown) + 1
    sums: list[Content] = []
    by_bridge: list[Content] = []
    gaps: list[Content] = []
    for what, first in ((0, CUSTOMERS), (1, REVENUE)):
        for column, months in ((BEFORE, shown[:-1]), (NOW, shown[-1:]), (ALL, shown)):
            values = [(r.before[what], r.now[what], r.all(what))[column] for r in rows]
            lost = [m.facts.churn / 100 if what else m.facts.lost_customers for m in months]
            low, high = {BEFORE: (start, end - 1), NOW: (end, end), ALL: (start, end)}[column]
            row = (bridge.revenue if what else bridge.customers)("churn" if what else "lost", low)
            summed, compared = at.cell(TOTALS, 0, first + column), at.cell(TOTALS, 1, first + column)
            until = (bridge.revenue if what else bridge.customers)("churn" if what else "lost", high)
            total, expected = round(sum(values), 2), round(sum(lost), 2)
            sums.append(Cell(total, f"SUM({_column(at, rows, first + column)})"))
            by_bridge.append(Cell(expected, f"-SUM({span(row, until)})") if months else 0)
            gaps.append(Cell(round(total - expected, 2), f"ROUND({summed}-{compared},2)"))
        for line in (sums, by_bridge, gaps):
            line += [None, None]
    yield sums
    yield by_bridge
    yield gaps


def _title(report: Report, at: Addresses, rows: Sequence[Reason]) -> Content:
    """ "Price: 24.1 % of the MRR lost, and 23.6 % of the customers", of the heaviest stated reason."""
    first, revenue = rows[0], sum(row.all(1) for row in rows)
    if not first.stated or not revenue:
        return "Why customers were lost"
    lost = sum(row.all(0) for row in rows)
    sentence = Sentence().word(first.label, at.cell(REASONS, 0, -1)).say(": ")
    sentence.percent(first.all(1) / revenue, at.cell(REASONS, 0, REVENUE + SHARE))
    sentence.say(f" of the {report.words.revenue_inside} lost in these months, ")
    sentence.percent(first.all(0) / lost, at.cell(REASONS, 0, CUSTOMERS + SHARE))
    return sentence.say(f" of the {report.words.customers} lost").cell()
