"""The rows of a body, some hundreds at once and turned into columns: what a column's cells share is looked at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from retention_xl.report.cells import Content

ROWS_AT_ONCE = 500

Columns = Sequence[Sequence[Content]]
"""Some rows: for each column its contents from top to bottom."""


def in_columns(rows: Iterable[Sequence[Content]], width: int) -> Iterator[Columns]:
    """Shorter rows end with blank cells."""
    source = iter(rows)
    while chunk := list(islice(source, ROWS_AT_ONCE)):
        if set(map(len, chunk)) != {width}:
            chunk = [[*row, *[None] * (width - len(row))] for row in chunk]
        yield list(zip(*chunk, strict=True))
