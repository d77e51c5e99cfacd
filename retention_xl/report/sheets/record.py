"""Record: the hidden sheet by which next month's workbook knows what this one said and what people wrote since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report import written
from retention_xl.report.actions import HEADINGS
from retention_xl.report.carry_over import YOURS, as_written
from retention_xl.report.cells import Addresses, Block, Content, List
from retention_xl.report.model import Report
from retention_xl.report.previous import BY_CUSTOMER, RECORD, RECORD_HEADINGS, RECORD_TABLE
from retention_xl.report.restated import (
    ACTIVE,
    CLOSING,
    COUNTED_WITH,
    CURRENCY,
    DEFINITIONS,
    LEDGER,
    LINES,
    MONTH,
    MOVEMENTS,
    amounts_in,
    as_record,
    closing_fingerprint,
    counted_with,
    definitions_fingerprint,
    movements_by_month,
)
from retention_xl.report.sheets import actions

# What the program wrote into these is known again, so that what a person wrote over it is seen. `Due` is a person's
# unless the rule set it.
_KNOWN = [heading for heading in HEADINGS if heading not in YOURS and heading != "First seen"] + ["Due"]


def blocks(report: Report) -> dict[str, Block]:
    """The month in a few facts."""
    facts = report.facts
    closing = amounts_in(facts, facts.month) or {}
    rows: list[tuple[str, Content, str]] = [
        (MONTH, report.month, "Report month"),
        (LEDGER, report.source.name, "Where the facts come from"),
        (CURRENCY, facts.currency, "Report currency"),
        (CLOSING, sum(closing.values()) / 100, "Closing revenue"),
        (ACTIVE, len(closing), "Customers at the closing"),
        (BY_CUSTOMER, closing_fingerprint(closing), "Fingerprint of every customer's closing revenue"),
        (DEFINITIONS, definitions_fingerprint(facts, report.settings), "Fingerprint of definitions and settings"),
        (COUNTED_WITH, as_record(counted_with(facts, report.settings)), "Every setting and policy"),
        (MOVEMENTS, as_record(movements_by_month(facts, facts.month)), "Fingerprint of each month's movements"),
        (LINES, facts.fingerprint[:16], "Fingerprint of all lines that were accepted"),
    ]
    return {
        RECORD: Block(
            len(rows),
            2,
            lambda at: [(value, meaning) for _, value, meaning in rows],
            ["Value", "What it is"],
            [key for key, _, _ in rows],
        )
    }


def lists(report: Report) -> dict[str, List]:
    """One row for each row of the checklist that the program wrote; and what it wrote on every sheet."""
    count = sum(bool(row.rule) for row in report.carried.rows)
    return {
        RECORD_TABLE: List(RECORD_HEADINGS, count, lambda at: _rows(report, at)),
        # Its rows are known only when everything else is written.
        written.TABLE: List(written.HEADINGS, 1, lambda at: [(None,) * len(written.HEADINGS)]),
    }


def _rows(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    for number, row in enumerate(report.carried.rows):
        if row.rule:
            content = actions.cells(report, at, number)
            said = ";".join(f"{heading}{as_written(content.get(heading))}" for heading in _KNOWN)
            yield row.rule, row.state, row.first_seen, row.figure, row.measured, said
