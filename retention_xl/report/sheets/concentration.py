"""On the sheet Tiers: how much hangs on the largest customers, and customers kept against revenue kept by month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, Single
from retention_xl.report.model import MonthFigures, Report
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.live import CUSTOMERS
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.sheets.trend import MONTHS
from retention_xl.report.wording import NOT_AVAILABLE, first_day

LARGEST, QUADRANT, DIAGONAL = "rx_concentration", "rx_quadrant", "rx_quadrant_line"
STEPS = (1, 5, 10, 20, 50, 100)
SPOKEN_OF = 10
COUNT, SMALLEST, REVENUE, SHARE = range(4)


def blocks(report: Report) -> dict[str, Block]:
    """A row for the largest, the 5 largest ... and a row for each of the last months, this one first."""
    counts, months = _counts(report), _months(report)
    active = len(report.amounts)
    labels = ["All" if count == active else f"Largest {count}" for count in counts] or ["Nobody active"]
    headings = ["Customers", "The last of them pays", report.words.revenue, f"Share of {report.words.revenue_inside}"]
    return {
        LARGEST: Block(len(labels), 4, lambda at: _largest(report, at, counts) if counts else [()], headings, labels),
        QUADRANT: Block(
            max(1, len(months)),
            2,
            lambda at: _places(report, at, months) if months else [(NOT_AVAILABLE, NOT_AVAILABLE)],
            ["CRR", "DRR"],
            [first_day(report.shown[i].facts.month) for i in months] or [first_day(report.month)],
        ),
        DIAGONAL: Block(2, 2, lambda at: _diagonal(report, at, months), ["CRR", "DRR"], ["Lowest", "Highest"]),
    }


def singles(report: Report) -> dict[str, Single]:
    """The messages of the two charts."""
    return {
        "rx_title_concentration": Single(lambda at: _largest_title(report, at)),
        "rx_title_quadrant": Single(lambda at: _quadrant_title(report, at)),
    }


def unused_charts(report: Report) -> list[str]:
    """Nobody pays anything, or no month has both rates."""
    shares = _counts(report) and report.shown[-1].facts.closing
    return [*([] if shares else ["rx_title_concentration"]), *([] if _months(report) else ["rx_title_quadrant"])]


def _counts(report: Report) -> list[int]:
    active = len(report.amounts)
    counts = [count for count in STEPS if count < active]
    return counts if len(counts) == len(STEPS) else [*counts, active] if active else []


def _largest(report: Report, at: Addresses, counts: Sequence[int]) -> Iterable[Sequence[Content]]:
    amounts, total = report.amounts, report.shown[-1].facts.closing / 100
    rows = Rows(report, at)
    closing = rows.revenue("closing", rows.last)
    for i, count in enumerate(counts):
        number, last, revenue = (at.cell(LARGEST, i, column) for column in (COUNT, SMALLEST, REVENUE))
        paid = round(sum(amounts[:count]), 2)
        share = paid / total if total else NOT_AVAILABLE
        cells: tuple[Content, Content] = (amounts[count - 1], paid)
        if report.facts.customers is not None:
            now = at.column(CUSTOMERS, len(report.facts.window))
            above = f'{now},">"&{last}'
            # several may pay as much as the last of them: so many as are still to be counted
            formula = f"SUMIFS({now},{above})+({number}-COUNTIFS({above}))*{last}"
            cells = (Cell(amounts[count - 1], f"LARGE({now},{number})"), Cell(paid, formula))
        yield count, *cells, Cell(share, f'IF({closing}=0,"{NOT_AVAILABLE}",{revenue}/{closing})')


def _largest_title(report: Report, at: Addresses) -> Content:
    """ "The 10 largest customers bring 12.3 % of MRR"."""
    counts, total = _counts(report), report.shown[-1].facts.closing / 100
    told = [count for count in counts if count <= SPOKEN_OF]
    if not told or not total:
        return "How much hangs on the largest customers"
    row = len(told) - 1
    share = sum(report.amounts[: told[-1]]) / total
    noun = report.words.customers if told[-1] > 1 else report.words.customers.removesuffix("s")
    sentence = Sentence("The ").number(told[-1], at.cell(LARGEST, row, COUNT)).say(f" largest {noun} bring")
    sentence.say("s " if told[-1] == 1 else " ").percent(share, at.cell(LARGEST, row, SHARE))
    return sentence.say(f" of {report.words.revenue_inside}").cell()


def _months(report: Report) -> list[int]:
    """The months with both rates, the newest first."""
    known = [i for i, figures in enumerate(report.shown) if None not in _rates(figures)]
    return known[-MONTHS:][::-1]


def _rates(figures: MonthFigures) -> tuple[float | None, float | None]:
    return figures.crr, figures.drr


def _places(report: Report, at: Addresses, months: Sequence[int]) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    for month in months:
        crr, drr = _rates(report.shown[month])
        yield Cell(crr, rows.rate("crr", month)), Cell(drr, rows.rate("drr", month))


def _diagonal(report: Report, at: Addresses, months: Sequence[int]) -> Iterable[Sequence[Content]]:
    """From the lowest of all rates to the highest: where customers and revenue are kept alike."""
    rates = [rate for month in months for rate in _rates(report.shown[month]) if rate is not None]
    area = at.area(QUADRANT)
    for row, (name, value) in enumerate((("MIN", min(rates, default=0.0)), ("MAX", max(rates, default=0.0)))):
        yield Cell(value, f"{name}({area})"), Cell(value, at.cell(DIAGONAL, row, 0))


def _quadrant_title(report: Report, at: Addresses) -> Content:
    """ "Revenue kept 99.5 %, customers kept 97.8 %: 1.7 points apart"."""
    months = _months(report)
    if not months:
        return "Customers kept and revenue kept by month"
    crr, drr = _rates(report.shown[months[0]])
    assert crr is not None
    assert drr is not None
    sentence = Sentence("Revenue kept ").percent(drr, at.cell(QUADRANT, 0, 1)).say(", customers kept ")
    sentence.percent(crr, at.cell(QUADRANT, 0, 0))
    gap = f"ABS({at.cell(QUADRANT, 0, 1)}-{at.cell(QUADRANT, 0, 0)})"
    return sentence.say(": ").number(100 * abs(drr - crr), f"100*{gap}", 1).say(" points apart").cell()
