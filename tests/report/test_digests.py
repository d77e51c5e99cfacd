"""Digests by which cells that the program wrote are known again."""

from __future__ import annotations

from datetime import date

import pytest

from retention_xl.report.cells import Cell, Content
from retention_xl.report.digests import MASK, column_digests, number_digest, value_digest
from retention_xl.report.written import recalled


@pytest.mark.parametrize(
    ("written", "saved"), [(0.1 + 0.2, 0.3), (1 / 3, 0.333333333333333), (2e15 / 3, 666666666666667.0), (5, 5.0)]
)
def test_a_number_is_known_in_the_fifteen_digits_that_programs_save(written: float, saved: float) -> None:
    assert number_digest(written) == number_digest(saved)


@pytest.mark.parametrize(("one", "other"), [(904.99, 904.98), (1, -1), (0, 1), (1e10, 1e10 + 1), (0.1, 0.10000000001)])
def test_numbers_that_differ_in_eleven_digits_are_told_apart(one: float, other: float) -> None:
    assert number_digest(one) != number_digest(other)


def test_a_zero_is_something() -> None:
    assert number_digest(0.0)


def test_amounts_that_change_places_are_told_from_amounts_that_add_up_to_the_same() -> None:
    assert (number_digest(10) + number_digest(20)) & MASK != (number_digest(12) + number_digest(18)) & MASK


COLUMNS: list[list[Content]] = [
    [float(n) + 0.01 for n in range(9)],
    [1.0, 1.0, 2.0, 1.0],
    [3, 2.5, 1],
    [2.5, None, 3.5],
    ["Acme", "Bell ", "Ça va"],
    ["New", "New", "Churn", "New"],
    ["a", "", "b"],
    ["two\nlines", "_x0041_", "\u00a0"],
    [True, 1, "TRUE", None],
    [date(2026, 1, 1), date(2026, 2, 1), None],
    [Cell("a"), "a", Cell(1.5)],
    [None, None],
]


@pytest.mark.parametrize("contents", COLUMNS, ids=repr)
def test_a_column_has_the_digest_of_each_of_its_values(contents: list[Content]) -> None:
    values = [content.value if isinstance(content, Cell) else content for content in contents]
    found = [one & MASK for one in column_digests(contents, date1904=False)]
    assert found == [value_digest(value) for value in values]


@pytest.mark.parametrize("row", [("Bridge", "rows", "AAAAB"), ("Bridge", "row sums", "no digest"), ("Bridge", "", "")])
def test_a_record_that_cannot_be_read_says_nothing(row: tuple[str, str, str]) -> None:
    assert recalled([row]) is None
