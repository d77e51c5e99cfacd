"""Reports in which the customer stands once above its lines, as QuickBooks and Xero print them, as a table again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .columns import REQUIRED, recognised

HEADING = "Customer above the lines"  # of the first column, which has none of its own

Row = tuple[int, bool, list[str]]  # line, whether the amount is a typed number, cells


def with_group(headings: Sequence[str]) -> list[str]:
    """The headings, with one for a first column that has none and must be the customer, as no other one is."""
    if headings and not headings[0].strip() and "customer" not in recognised(headings):
        grouped = [HEADING, *headings[1:]]
        if set(REQUIRED) <= set(recognised(grouped)):
            return grouped
    return list(headings)


def fill_down(rows: Iterable[Row]) -> Iterator[Row]:
    """Each line with the customer above it. A row with nothing else only names the customer of those below."""
    customer = ""
    for line, typed, row in rows:
        if not any(cell.strip() for cell in row[1:]):
            customer = row[0].strip() if row and row[0].strip() else customer
            continue
        yield line, typed, row if row[0].strip() else [customer, *row[1:]]
