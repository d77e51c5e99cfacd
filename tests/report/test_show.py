"""A workbook as text."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from retention_xl.errors import RetentionError
from retention_xl.report.show import sheet_texts, told


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = "One"
    first["B2"], first["C2"], first["F2"] = "Kept", 0.1 + 0.2, True
    first["B4"] = date(2026, 10, 31)
    first["C4"] = "=C2*2"
    book.create_sheet("Two")["A1"] = "two\nlines"
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_a_row_is_a_line_with_its_number_and_the_columns_where_they_jump(workbook: Path) -> None:
    assert list(sheet_texts(workbook)) == [
        "== One",
        "   2  B: Kept | 0.3 | F: TRUE",
        "   4  B: 2026-10-31",
        "",
        "== Two",
        "   1  A: two lines",
        "",
    ]


def test_formulas_stand_below_their_row(workbook: Path) -> None:
    lines = list(sheet_texts(workbook, "One", with_formulas=True))
    assert lines[2:] == ["   4  B: 2026-10-31", "        C4 =C2*2", ""]


def test_a_sheet_is_found_whatever_its_case(workbook: Path) -> None:
    assert next(sheet_texts(workbook, "two")) == "== Two"


def test_some_columns_alone(workbook: Path) -> None:
    assert list(sheet_texts(workbook, "One", "c,E:F"))[1:] == ["   2  C: 0.3 | F: TRUE", ""]


@pytest.mark.parametrize("columns", ["1", "B:", "B;C", ""])
def test_what_are_no_columns_is_said(workbook: Path, columns: str) -> None:
    with pytest.raises(RetentionError, match="write them as B or X:Z"):
        list(sheet_texts(workbook, "One", columns or ","))


def test_an_unknown_sheet_names_those_there_are(workbook: Path) -> None:
    with pytest.raises(RetentionError, match="has no sheet 'Three'; it has One, Two"):
        list(sheet_texts(workbook, "Three"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (1234567.891, "1234567.891"),
        (1 / 3, "0.333333333333"),
        (-0.0, "0"),
        (False, "FALSE"),
        (datetime(2026, 10, 31), "2026-10-31"),
        (datetime(2026, 10, 31, 8, 30), "2026-10-31T08:30:00"),
        ("=not a formula", "=not a formula"),
    ],
)
def test_a_value_is_told_without_its_format(value: object, text: str) -> None:
    assert told(value) == text
