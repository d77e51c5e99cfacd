"""A sheet's columns by number, as a workbook's files count them, and by letters, as addresses name them; its ends."""

from __future__ import annotations

from functools import lru_cache

LAST_COLUMN, LAST_ROW = 16_384, 1_048_576


@lru_cache(maxsize=LAST_COLUMN)
def letters(column: int) -> str:
    """The letters of a column.

    >>> letters(1), letters(26), letters(27), letters(703)
    ('A', 'Z', 'AA', 'AAA')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


@lru_cache(maxsize=LAST_COLUMN)
def column_number(text: str) -> int:
    """The number of a column by its letters, of either case.

    >>> column_number("C"), column_number("xfd")
    (3, 16384)
    """
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - 64
    return number
