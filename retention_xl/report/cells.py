"""What goes into a workbook: cells, lists and blocks, before anybody knows where they will stand.

A formula needs addresses, and addresses are known only after every list has grown to its size. So contents come in two
steps: sizes first, then, with the final `Addresses`, the cells themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

Plain = str | int | float | bool | date | None
"""A cell's value. Text is always written as text, never as a formula; an error is written as its code in `Cell`."""


class Cell(NamedTuple):
    """A live cell: the formula (without "=") and the value it must show before anyone recalculates."""

    value: Plain
    formula: str | None = None


Content = Plain | Cell

LONGEST_PIECE = 30_000  # characters of a text that goes on from file to file; Excel takes 32,767


class Addresses(Protocol):
    """Absolute references ("'Bridge'!$C$5") into the finished workbook. Rows and columns count from 0 in the body."""

    def cell(self, name: str, row: int = 0, column: int = 0) -> str: ...

    def row(self, name: str, row: int) -> str: ...

    def column(self, name: str, column: int) -> str: ...

    def area(self, name: str) -> str: ...

    def list_column(self, table: str, heading: str) -> str: ...


@dataclass(frozen=True)
class Single:
    """The content of a defined name of one cell."""

    content: Callable[[Addresses], Content] | Content


@dataclass(frozen=True)
class Block:
    """The content of a defined name of at least 2 x 2: a body with headings above and labels at the left."""

    rows: int
    columns: int
    cells: Callable[[Addresses], Iterable[Sequence[Content]]]
    headings: Sequence[Content] = ()
    labels: Sequence[Content] = ()
    unused: Sequence[int] = ()  # rows that say nothing this month: they are there for the formulas, but not shown


@dataclass(frozen=True)
class List:
    """The rows of an Excel Table: one sequence a row, in the order of `headings`.

    `added` are those of the headings that a person put into an earlier workbook: the table gets a column for each that
    it lacks. The value is the heading of the column whose look it takes.
    """

    headings: Sequence[str]
    count: int
    rows: Callable[[Addresses], Iterable[Sequence[Content]]]
    totals: Mapping[str, Content] = field(default_factory=dict)
    added: Mapping[str, str] = field(default_factory=dict)


class OwnCell(NamedTuple):
    """A cell of a sheet that a person made, with its number format."""

    row: int
    column: int
    content: Content
    format_code: str


@dataclass(frozen=True)
class OwnSheet:
    """A sheet that a person made, which goes on as it is."""

    name: str
    cells: tuple[OwnCell, ...]
    widths: Mapping[int, float]


@dataclass(frozen=True)
class Contents:
    """All that one workbook says, by the name in the template that takes it."""

    singles: Mapping[str, Single]
    blocks: Mapping[str, Block]
    lists: Mapping[str, List]
    drop_sheets: Sequence[str] = ()
    drop_charts: Sequence[str] = ()  # by the names of the cells with their titles
    drop_breaks: Sequence[str] = ()  # by the names of the blocks that need no page of their own
    own_sheets: Sequence[OwnSheet] = ()
    surely_own: bool = True  # else one that the template has too is the template's
    printed_rows: Mapping[str, int] = field(default_factory=dict)  # of a list that may be too long for paper
    printed_columns: Mapping[str, str] = field(default_factory=dict)  # of a list: the last one worth a page
    one_page: Sequence[str] = ()  # sheets so small this month that they need no second page


def pieces(text: str) -> list[str]:
    """A text as the cells that it takes."""
    return [text[start : start + LONGEST_PIECE] for start in range(0, len(text), LONGEST_PIECE)]


def span(first: str, last: str) -> str:
    """The range from one cell to another of the same sheet; the second corner stands without its sheet."""
    return f"{first}:{last.rsplit('!', 1)[-1]}"
