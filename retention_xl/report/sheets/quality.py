"""Data quality: how many lines were read, taken and refused, why, and each of them by file, line and value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, List, Single
from retention_xl.report.checks import missing_parts
from retention_xl.report.model import Report
from retention_xl.report.sheets import paper

COUNTS = "rx_quality"
REASONS = "tblReasons"
LINES = "tblLines"
PRINTED = "rx_lines_printed"
REASONS_NOTE = "rx_reasons_note"
ONE_PAGE = 34  # rows of both lists that a page takes together
ROWS = ("read", "accepted", "refused", "missing", "share")
REASON_HEADINGS = ("What was done", "Reason", "Lines", "Amount", "Currency")
LINE_HEADINGS = ("What was done", "File", "Line", "Column", "Value", "Reason", "Amount", "Currency")


def line_count(at: Addresses, key: str) -> str:
    """The cell that counts lines read, accepted or refused."""
    return at.cell(COUNTS, ROWS.index(key), 0)


def missing_share(at: Addresses, money: bool) -> str:
    """The cell with missing lines (or money) as a part of all."""
    return at.cell(COUNTS, ROWS.index("share"), 1 if money else 0)


def refused_by_reason(report: Report, at: Addresses) -> str:
    """The refused lines counted again over the list of reasons."""
    done, lines = at.list_column(REASONS, "What was done"), at.list_column(REASONS, "Lines")
    return f'SUMPRODUCT(({done}="refused")*1,{lines})'


def blocks(report: Report) -> dict[str, Block]:
    """The counts and the money."""
    return {
        COUNTS: Block(
            len(ROWS),
            2,
            lambda at: _counts(report, at),
            ["Lines", "Amount"],
            [
                "Read",
                "Accepted",
                "Refused",
                "Refused and not repeated elsewhere",
                "   share of all lines; of all amounts, refunds counted as positive",
            ],
        )
    }


def singles(report: Report) -> dict[str, Single]:
    """Which part of a long list is printed; that there is nothing to list."""
    quality, beside = report.facts.quality, report.facts.supporting
    count = len(quality.notes) + len(beside.notes)
    nothing = "" if quality.by_reason or beside.tables else "Every line was taken as it stands: there is none to list."
    return {PRINTED: Single(paper.told(count, "first") if count else nothing), REASONS_NOTE: Single(nothing)}


def on_one_page(report: Report) -> list[str]:
    """The sheet, where a second page would hold a few lines only."""
    rows = sum(content.count for content in lists(report).values())
    return ["Data quality"] if rows <= ONE_PAGE else []


def _counts(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    quality = report.facts.quality
    lines_part, money_part = missing_parts(report.facts.quality)
    yield quality.lines_read, ""
    yield quality.lines_accepted, quality.accepted_money / 100
    yield quality.lines_refused, ""
    yield quality.lines_missing, quality.missing_money / 100
    read, missing = (at.cell(COUNTS, ROWS.index(key), 0) for key in ("read", "missing"))
    taken, lost = (at.cell(COUNTS, ROWS.index(key), 1) for key in ("accepted", "missing"))
    yield (
        Cell(lines_part, f"IF({read}=0,0,{missing}/{read})"),
        Cell(money_part, f"IF({taken}+{lost}=0,0,{lost}/({taken}+{lost}))"),
    )


def lists(report: Report) -> dict[str, List]:
    """The reasons, and the lines themselves."""
    quality = report.facts.quality
    reasons: list[tuple[Content, ...]] = []
    for action, reason, lines, cents in quality.by_reason:
        amounts = sorted(cents.items()) or [("", 0)]
        for i, (currency, amount) in enumerate(amounts):
            # a reason met in several currencies has a row for each; its lines are counted once, on the first
            reasons.append((action, reason, lines if i == 0 else 0, amount / 100, currency))
    listed: list[tuple[Content, ...]] = [
        (n.action, n.file, n.line, n.column, n.value, n.reason, None if n.cents is None else n.cents / 100, n.currency)
        for n in quality.notes
    ]
    beside = report.facts.supporting
    for table in beside.tables:
        if table.refused:
            reasons.append(("table refused", f"{table.table}: {table.refused}", None, None, ""))
        else:
            told = f"{table.table} ({table.file}): {table.taken:,} of {table.rows:,} rows taken; lines: those noted"
            reasons.append(("table", told, table.noted, None, ""))
            if table.left_out:
                reasons.append(("table", f"{table.table}: {table.left_out}", None, None, ""))
    listed += [(f"table {n.table}", n.file, n.line, n.column, n.value, n.reason, None, "") for n in beside.notes]
    return {
        REASONS: List(REASON_HEADINGS, len(reasons), lambda at: reasons),
        LINES: List(LINE_HEADINGS, len(listed), lambda at: listed),
    }
