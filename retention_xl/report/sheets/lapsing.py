"""Buyers at risk: who bought in a rhythm and is overdue, with what they brought in the last twelve months."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, List, Single, span
from retention_xl.report.lapsing import SEGMENTS, YEAR, Lapsing
from retention_xl.report.model import Report
from retention_xl.report.sheets.live import CUSTOMERS
from retention_xl.report.sheets.settings import setting
from retention_xl.report.wording import NOT_AVAILABLE, first_day

SHEET = "Buyers at risk"
TABLE, SEGMENT_BLOCK, RULES, NOTE = "tblBuyersAtRisk", "rx_buyers_segments", "rx_buyers_rules", "rx_buyers_note"
HEADINGS = (
    "Customer",
    "Segment",
    "Revenue, 12 months",
    "First purchase",
    "Last purchase",
    "Months bought",
    "Usual gap",
    "Months silent",
    "Times usual gap",
    "Still active",
    "What to do",
)
MEANINGS = {
    "Win back": "Worth more than the typical buyer, and probably gone: a person calls, a good reason to come back.",
    "Remind": "Worth more than the typical buyer, and late: a personal reminder before the habit is lost.",
    "Nudge": "Worth less, and late: the usual mailing with what they bought before.",
    "Let go": "Worth less, and probably gone: no more cost than the usual mailing.",
}
ADVICE = {
    "Win back": "A01: call, ask what happened; an offer only below what a year brings.",
    "Remind": "A02, B4: remind in person, with what goes with the last purchase.",
    "Nudge": "B4: the next mailing, with what was bought before.",
    "Let go": "No cost of their own.",
}
LISTED, MORE, ALL = range(len(SEGMENTS), len(SEGMENTS) + 3)
GONE, ACTIVE, TYPICAL, FIRST_PARAMETER = range(1, 5)
PARAMETERS = ("r", "alpha", "a", "b")


def unused_sheets(report: Report) -> list[str]:
    """The sheet where nobody is overdue, or nothing can be told."""
    return [] if report.lapsing else [SHEET]


def singles(report: Report) -> dict[str, Single]:
    """Whom the list cannot judge."""
    found = report.lapsing
    if found is None:
        return {}
    note = (
        f"{found.once:,} customers who bought in one month only have no rhythm of their own and are not judged. "
        "A gap is counted in months, from one month with a purchase to the next. "
    )
    note += (
        "Still active: the BG/NBD model's probability, fitted to the months of all customers."
        if found.fitted
        else "Still active: too few customers, or too much alike, to fit the BG/NBD model."
    )
    return {NOTE: Single(note)}


def blocks(report: Report) -> dict[str, Block]:
    """Customers by segment, and by what they are judged."""
    found = report.lapsing
    if found is None:
        return {}
    labels = [*SEGMENTS, "Listed below", "More, with less revenue", "At risk"]
    judged = [
        "Late from, times the usual gap",
        "Probably gone from, times the usual gap",
        "Customers who bought in twelve months",
        "Typical revenue of these, twelve months",
        *(f"BG/NBD {name}" for name in PARAMETERS),
    ]
    return {
        SEGMENT_BLOCK: Block(
            len(labels),
            3,
            lambda at: _segments(found, at),
            ["Customers", "Revenue, 12 months", "Meaning"],
            labels,
        ),
        RULES: Block(len(judged), 2, lambda at: _rules(report, found, at), ["Value", "Where it comes from"], judged),
    }


def lists(report: Report) -> dict[str, List]:
    """One row a customer, the most revenue first."""
    found = report.lapsing
    if found is None:
        return {}
    return {TABLE: List(HEADINGS, len(found.listed), lambda at: _rows(report, found, at))}


def _segments(found: Lapsing, at: Addresses) -> Iterable[Sequence[Content]]:
    segments, revenues = at.list_column(TABLE, "Segment"), at.list_column(TABLE, "Revenue, 12 months")

    def added(first: int, last: int, column: int) -> str:
        return f"SUM({span(at.cell(SEGMENT_BLOCK, first, column), at.cell(SEGMENT_BLOCK, last, column))})"

    for row, segment in enumerate(SEGMENTS):
        own = [buyer.revenue for buyer in found.listed if buyer.segment == segment]
        label = at.cell(SEGMENT_BLOCK, row, -1)
        inside = f"({segments}={label})*1"
        revenue = Cell(round(sum(own), 2), f"SUMPRODUCT({inside},{revenues})")
        yield Cell(len(own), f"SUMPRODUCT({inside})"), revenue, MEANINGS[segment]
    listed, more = round(sum(buyer.revenue for buyer in found.listed), 2), found.more_cents / 100
    last = len(SEGMENTS) - 1
    yield Cell(len(found.listed), added(0, last, 0)), Cell(listed, added(0, last, 1)), "The rows below."
    yield found.more, more, "At risk too, not listed; see the number of rows in Settings."
    yield (
        Cell(len(found.listed) + found.more, added(LISTED, MORE, 0)),
        Cell(round(listed + more, 2), added(LISTED, MORE, 1)),
        "Overdue by their own rhythm, with revenue in the last twelve months.",
    )


def _rules(report: Report, found: Lapsing, at: Addresses) -> Iterable[Sequence[Content]]:
    values, months = report.settings.values(), len(report.facts.window)
    for key in ("risk.late", "risk.gone"):
        yield Cell(values[key], setting(report, at, key)), f"Settings: {key}"
    yield found.active, "Data customers: revenue above 0 in its last twelve months"
    first = at.column(CUSTOMERS, max(1, months - YEAR + 1))
    everything = f"SUM({span(first.split(':')[0], at.column(CUSTOMERS, months).split(':')[-1])})"
    yield Cell(found.typical, f"{everything}/{at.cell(RULES, ACTIVE, 0)}"), "their revenue over their number"
    for i, name in enumerate(PARAMETERS):
        yield found.fitted[i] if found.fitted else NOT_AVAILABLE, f"{name} of the model, fitted by BGNBD_FIT"


def _rows(report: Report, found: Lapsing, at: Addresses) -> Iterable[Sequence[Content]]:
    window = report.facts.window
    months = len(window)
    headings, end = span(at.cell(CUSTOMERS, -1, 1), at.cell(CUSTOMERS, -1, months)), at.cell(CUSTOMERS, -1, months)
    gone, typical = (at.cell(RULES, row, 0) for row in (GONE, TYPICAL))
    r, alpha, a, b = (at.cell(RULES, FIRST_PARAMETER + i, 0) for i in range(len(PARAMETERS)))
    for row, buyer in enumerate(found.listed):
        own = {h: at.cell(TABLE, row, i).rsplit("!", 1)[-1].replace("$", "") for i, h in enumerate(HEADINGS)}
        paid = span(at.cell(CUSTOMERS, buyer.row, 1), at.cell(CUSTOMERS, buyer.row, months))
        year = span(at.cell(CUSTOMERS, buyer.row, max(1, months - YEAR + 1)), at.cell(CUSTOMERS, buyer.row, months))
        first, last, bought = own["First purchase"], own["Last purchase"], own["Months bought"]
        lost = f"{own['Times usual gap']}>={gone}"
        segment = (
            f'IF({own["Revenue, 12 months"]}>={typical},IF({lost},"{SEGMENTS[0]}","{SEGMENTS[1]}"),'
            f'IF({lost},"{SEGMENTS[3]}","{SEGMENTS[2]}"))'
        )
        age, recency = f'DATEDIF({first},{end},"m")', f'DATEDIF({first},{last},"m")'
        odds = f"{a}/({b}+{bought}-2)*(({alpha}+{age})/({alpha}+{recency}))^({r}+{bought}-1)"
        alive = f'IF(ISTEXT({r}),"{NOT_AVAILABLE}",1/(1+{odds}))'
        yield (
            buyer.name,
            Cell(buyer.segment, segment),
            Cell(buyer.revenue, f"SUM({year})"),
            Cell(first_day(window[buyer.first]), f'{end}-SUMPRODUCT(MAX(({paid}<>"")*({end}-{headings})))'),
            Cell(first_day(window[buyer.last]), f'SUMPRODUCT(MAX(({paid}<>"")*{headings}))'),
            Cell(buyer.bought, f"COUNT({paid})"),
            Cell(buyer.gap, f"{recency}/({bought}-1)"),
            Cell(buyer.silent, f'DATEDIF({last},{end},"m")'),
            Cell(buyer.times, f"{own['Months silent']}/{own['Usual gap']}"),
            Cell(NOT_AVAILABLE if buyer.alive is None else buyer.alive, alive),
            ADVICE[buyer.segment],
        )
