"""The letters of every column that a sheet can have, beside openpyxl's."""

from __future__ import annotations

import doctest

from openpyxl.utils import get_column_letter

from retention_xl import column_letters


def test_every_column_has_the_letters_that_openpyxl_gives_it_and_back() -> None:
    columns = range(1, column_letters.LAST_COLUMN + 1)
    named = [column_letters.letters(column) for column in columns]
    assert named == [get_column_letter(column) for column in columns]
    assert [column_letters.column_number(name.lower()) for name in named] == list(columns)


def test_the_examples_hold() -> None:
    assert doctest.testmod(column_letters).failed == 0
