"""Cells written column by column are those that are written one by one, whatever stands in them."""

from __future__ import annotations

import random
from datetime import date, datetime
from functools import cache

import pytest

from retention_xl.errors import TemplateError
from retention_xl.report.cells import Cell, Content
from retention_xl.report.package.areas import letters
from retention_xl.report.package.batches import ROWS_AT_ONCE, in_columns
from retention_xl.report.package.cell_columns import CellColumns
from retention_xl.report.package.cell_text import CellText
from retention_xl.report.package.parts import Parts
from retention_xl.report.package.styles import Styles
from retention_xl.report.template import template_path

TEXTS = ("", " ", "A", "A & B", "<b>", "=1+1", "+1", "@x", "-1", "two\nlines", "tab\t", "a\r\n", "_x0041_", "\x07")
MORE_TEXTS = (
    " lead",
    "trail ",
    "\u00a0",
    "\ud800",
    "\ufffe",
    "日本",
    "x" * 40_000,
    "%d %s %%",
    "123",
    "'quoted",
    "\x1f",
)
NUMBERS = (0.0, -0.0, 1.0, 0.1, 1e300, -2.5e-7, 1e15, 123456789.12)
WHOLE = (0, -1, 7, 10**14, 10**15, -(10**15), 10**20)
DAYS = (date(2026, 10, 31), date(1900, 1, 1), date(1900, 2, 28), date(1850, 5, 5), datetime(2026, 1, 2, 12, 0))
OTHER = (True, False, Cell(3.0, "A1+1"), Cell("", "A1"), Cell(None, "A1"), Cell("text"), Cell(False, "A1"))
KINDS: tuple[tuple[Content, ...], ...] = (
    TEXTS,
    MORE_TEXTS,
    ("A", "B", "C-D"),
    NUMBERS,
    (1.5, 2.25),
    WHOLE,
    (1, 2),
    DAYS,
)


@cache
def styles() -> Styles:
    return Styles(Parts(template_path("board")))


def text_of() -> CellText:
    return CellText(False, styles())


def columns_of(seed: int) -> list[list[Content]]:
    """Columns of one kind, of one kind with blanks, and mixed ones."""
    chance = random.Random(seed)
    height = chance.choice((1, 2, 3, 30))
    columns: list[list[Content]] = []
    for kind in KINDS:
        columns.append([chance.choice(kind) for _ in range(height)])
        columns.append([chance.choice((*kind, None)) for _ in range(height)])
    columns.append([None] * height)
    columns.append([chance.choice([value for kind in (*KINDS, OTHER) for value in kind]) for _ in range(height)])
    return columns


@pytest.mark.few(8)
@pytest.mark.parametrize("seed", range(12))
def test_a_column_is_written_as_its_cells_are_one_by_one(seed: int) -> None:
    columns = columns_of(seed)
    places = [(3 + n, n % 3) for n in range(len(columns))]  # with a style and without
    rows = list(zip(*columns, strict=True))
    quick, slow = text_of(), text_of()
    expected = [
        "".join(
            slow.cell(f"{letters(column)}{number}", style, content, f"Data!{letters(column)}{number}")
            for (column, style), content in zip(places, row, strict=True)
        )
        for number, row in enumerate(rows, 12)
    ]
    assert CellColumns(quick, "Data", places).rows(12, columns) == expected
    assert sorted(quick.remarks) == sorted(slow.remarks)
    assert sorted(quick.without_value) == sorted(slow.without_value)


def test_whole_rows_carry_their_number_and_look() -> None:
    written = CellColumns(text_of(), "Data", [(2, 5)]).whole_rows(9, [["A", "B"]], '<row r="', '" ht="15">')
    assert written == "".join(
        f'<row r="{number}" ht="15"><c r="B{number}" s="5" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for number, text in ((9, "A"), (10, "B"))
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_no_cell_can_hold_is_refused_with_its_place(value: float) -> None:
    with pytest.raises(TemplateError, match=r"^Data!C13: .* is not a number a cell can hold"):
        CellColumns(text_of(), "Data", [(3, 0)]).rows(12, [[1.0, value]])


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shorter|longer"):
        CellColumns(text_of(), "Data", [(3, 0), (4, 0)]).rows(12, [["A", "C"]])


def test_shorter_rows_end_with_blank_cells() -> None:
    batches = list(in_columns([["A", 1], ["B"], *[["C", 2]] * ROWS_AT_ONCE], 2))
    assert batches[0][0][:2] == ("A", "B")
    assert batches[0][1][:2] == (1, None)
    assert batches[1] == [("C", "C"), (2, 2)]
