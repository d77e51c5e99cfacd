"""Restatement: the last file's closing against what this file says of the same month, by customer, and who signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, List, Single
from retention_xl.report.model import Report
from retention_xl.report.previous import SIGN_OFF_HEADINGS, SIGN_OFFS
from retention_xl.report.restated import Restatement
from retention_xl.report.sheets import paper
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.wording import NOT_AVAILABLE, fixed, month_name

SHEET = "Restatement"
NAME, RESULT, TABLE = "rx_restatement", "rx_restated", "tblRestatement"
PRINTED = "rx_restatement_printed"
HEADINGS = ("Customer", "Last file", "This file", "Difference")
BEFORE, NOW, DIFFERENCE = range(3)
OF_DATA, OF_DEFINITIONS = (2, 3), (4,)  # the rows of the block that hold fingerprints
_NAMED = 4  # changes and months that the sentence names
SAME, CHANGED = "same", "CHANGED"


def marks(at: Addresses, rows: Sequence[int]) -> list[str]:
    """The cells that say whether data, or definitions, are the same."""
    return [at.cell(NAME, row, DIFFERENCE) for row in rows]


def unused_sheets(report: Report) -> list[str]:
    """Nothing to compare with: no sheet."""
    return [] if report.restated else [SHEET]


def singles(report: Report) -> dict[str, Single]:
    """The sentence that turns red, and which part of a long list is printed."""
    found = report.restated
    if not found:
        return {}
    return {RESULT: Single(told(found)), PRINTED: Single(paper.told(len(found.differences), "largest"))}


def told(found: Restatement) -> str:
    """What changed, in a sentence or two."""
    month, sentences = month_name(found.month), []
    closed_otherwise = found.fingerprint_before != found.fingerprint_now
    if found.now is None:
        sentences.append(f"CHECK BY HAND: the facts of this file do not reach back to {month}.")
    elif closed_otherwise:
        differ = f" {len(found.differences):,} customers differ." if found.listed else ""
        differ = differ.replace(" 1 customers differ", " 1 customer differs")
        sentences.append(
            f"RESTATED: {month} closed at {fixed(found.before, 2)} in the last file "
            f"and at {fixed(found.now, 2)} in this one.{differ}"
        )
        if not found.listed:
            sentences.append("The last file was too large to hold its customers, so they cannot be named.")
    others = [month_name(one) for one in found.months if one != found.month or not closed_otherwise]
    if others:
        named = _some(others)
        sentences.append(f"RESTATED: movements of {named} are not those of the last file.")
    if found.definitions_changed:
        named = f" ({_some(found.changes)})" if found.changes else ""
        sentences.append(f"CHANGED: definitions or settings are not those of the file of {month}{named}.")
    if not sentences:
        return f"Nothing changed: {month} opens as it closed, customer by customer, under the same definitions."
    return " ".join(sentences)


def _some(named: Sequence[str]) -> str:
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return "; ".join(named[:_NAMED]) + more


def blocks(report: Report) -> dict[str, Block]:
    """Totals and fingerprints of both files."""
    found = report.restated
    if not found:
        return {}
    labels = [
        f"Closing of {month_name(found.month)}",
        "Customers at that closing",
        "Fingerprint of every customer's closing",
        "Fingerprint of every month's movements up to then",
        "Fingerprint of definitions and settings",
    ]
    return {
        NAME: Block(
            len(labels), 3, lambda at: _cells(report, found, at), ["Last file", "This file", "Difference"], labels
        )
    }


def _cells(report: Report, found: Restatement, at: Addresses) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    shown = [figures.facts.month for figures in report.shown]
    place = shown.index(found.month) if found.month in shown else None
    figures = (
        (found.before, found.now, None if place is None else rows.revenue("closing", place)),
        (found.customers_before, found.customers_now, None if place is None else rows.customers("closing", place)),
    )
    for row, (before, now, formula) in enumerate(figures):
        if now is None:
            yield before, NOT_AVAILABLE, NOT_AVAILABLE
            continue
        difference = f"ROUND({at.cell(NAME, row, NOW)}-{at.cell(NAME, row, BEFORE)},2)"
        yield before, now if formula is None else Cell(now, formula), Cell(round(now - before, 2), difference)
    for row, (was, is_now) in enumerate(
        (
            (found.fingerprint_before, found.fingerprint_now),
            (found.movements_before, found.movements_now),
            (found.definitions_before, found.definitions_now),
        ),
        2,
    ):
        same = f'IF({at.cell(NAME, row, BEFORE)}={at.cell(NAME, row, NOW)},"{SAME}","{CHANGED}")'
        yield was, is_now or NOT_AVAILABLE, Cell(SAME if was == is_now else CHANGED, same)


def lists(report: Report) -> dict[str, List]:
    """Who differs, and who signed the files before."""
    if not report.restated or not report.previous:
        return {}
    found, signed = report.restated.differences, report.previous.sign_offs
    return {
        TABLE: List(HEADINGS, len(found), lambda at: _differences(report.restated, at)),
        SIGN_OFFS: List(
            SIGN_OFF_HEADINGS,
            len(signed),
            lambda at: [(s.month, s.prepared_by, s.reviewed_by, s.signed_on) for s in signed],
        ),
    }


def _differences(found: Restatement | None, at: Addresses) -> Iterable[Sequence[Content]]:
    for row, one in enumerate(found.differences if found else ()):
        before, now = (at.cell(TABLE, row, HEADINGS.index(heading)) for heading in ("Last file", "This file"))
        difference = round((one.now or 0) - (one.before or 0), 2)
        yield one.name, one.before, one.now, Cell(difference, f"ROUND({now}-{before},2)")
