"""Whether a column is clean throughout, told in bulk: what a column usually holds needs no look at every cell.

Each check is one pass of Python's own C code over all cells, a tenth of the time that reading them one by one takes.
Whatever is not clean - blanks, errors, numbers among texts - is left to `ranges`, which reads cell by cell and can name
the cell that it refuses.
"""

from __future__ import annotations

from marshal import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    Shape = int | tuple[int, int] | None  # a flat list of n, rows and columns, a single cell


# How `marshal` writes a list or tuple in its version 2: five bytes of its own, then for each float a tag and its eight
# bytes, lowest first. Were one cell anything but a float, there would be another tag in its place.
HEAD, STEP, TAG = 5, 9, b"g"
TOP = HEAD + 8  # sign and most of the exponent of the first number
HUGE = b"\x7f"  # the top byte of numbers from 1e303 on, infinity and NaN among them
ASCII_BLANKS = tuple(" \t\n\v\f\r\x1c\x1d\x1e\x1f")  # the characters that Python takes for blanks


class Numbers(list):  # type: ignore[type-arg]
    """Finite floats alone."""

    __slots__ = ("image", "none_negative", "shape")
    image: bytes  # what `marshal` makes of them
    none_negative: bool  # no number has a minus sign, as -0.0 has too
    shape: Shape  # of the range they came from


class Texts(list):  # type: ignore[type-arg]
    """Texts alone."""

    __slots__ = ("joined", "shape")
    joined: str  # all of them in one, for questions about every character
    shape: Shape

    @property
    def without_blanks(self) -> bool:
        """Whether no text has a blank anywhere in it; empty cells may be among them."""
        if self.joined.isascii():
            return not any(map(self.joined.__contains__, ASCII_BLANKS))
        return self.joined.split(None, 1) == [self.joined]


class Counted(list):  # type: ignore[type-arg]
    """The cells of a column that count, where some are left out."""

    __slots__ = ("rows",)
    rows: Sequence[int]  # their numbers in the range that was given, from 1

    @classmethod
    def of(cls, cells: Iterable[Any], rows: Sequence[int]) -> Counted:
        """The cells of these rows."""
        counted = cls(cells)
        counted.rows = rows
        return counted


def row_numbers(column: Sequence[Any]) -> Sequence[int]:
    """The number of every cell in the range that was given, for a refusal to name it."""
    return column.rows if type(column) is Counted else range(1, len(column) + 1)


def in_bulk(cells: Sequence[Any], shape: Shape = None) -> Sequence[Any]:
    """The cells as Numbers or Texts where they are; else as they came."""
    if not cells or type(cells) is Numbers or type(cells) is Texts:
        return cells
    first = type(cells[0])
    if first is float:
        return as_numbers(cells, len(cells) if shape is None else shape) or cells
    if first is str:
        try:
            joined = "".join(cells)
        except TypeError:
            return cells
        texts = Texts(cells)
        texts.joined = joined
        texts.shape = len(cells) if shape is None else shape
        return texts
    return cells


def as_numbers(cells: Any, shape: Shape) -> Numbers | None:
    """A list or tuple as Numbers, where it is finite floats alone."""
    try:
        image = dumps(cells, 2)
    except ValueError:  # some object that is no plain value
        return None
    if len(image) != HEAD + STEP * len(cells) or image[HEAD::STEP] != TAG * len(cells):
        return None
    tops = image[TOP::STEP]
    none_negative = tops.isascii()  # the sign is the highest bit
    if (HUGE in tops or not none_negative) and not adds_up(cells):
        return None
    numbers = Numbers(cells)
    numbers.image, numbers.none_negative, numbers.shape = image, none_negative, shape
    return numbers


def are_rows_of_numbers(rows: list[list[Any]]) -> bool:
    """Whether the rows are equally long and hold finite floats alone, at least one each."""
    try:
        image, first = dumps(rows, 2), dumps(rows[0], 2)
    except ValueError:  # some object that is no plain value
        return False
    step, count = len(first), len(rows)
    cells = range(2 * HEAD, HEAD + step, STEP)  # where those of the first row begin
    if step == HEAD or len(image) != HEAD + step * count or any(image[place::step] != TAG * count for place in cells):
        return False
    if any(image[HEAD + place :: step] != first[place : place + 1] * count for place in range(HEAD)):
        return False  # another kind of row, or another length
    tops = b"".join([image[place + 8 :: step] for place in cells])
    return (tops.isascii() and HUGE not in tops) or adds_up(cell for row in rows for cell in row)


def tally(numbers: Sequence[float], highest: int) -> Mapping[float, int]:
    """How often each number occurs; a third of the time where all are whole ones from 0 to `highest` (31 or less).

    Nothing but the top two bytes tells such numbers apart, all others are 0. Two bytes are a character, and the
    characters of a text are what Python counts fastest.
    """
    if type(numbers) is Numbers:
        image, count = numbers.image, len(numbers)
        if all(image[place::STEP] == bytes(count) for place in range(HEAD + 1, TOP - 1)):
            pairs = bytearray(2 * count)
            pairs[::2], pairs[1::2] = image[TOP - 1 :: STEP], image[TOP::STEP]
            text = pairs.decode("utf-16-le", "surrogatepass")
            found = {whole: text.count(dumps(float(whole), 2)[-2:].decode("utf-16-le")) for whole in range(highest + 1)}
            if sum(found.values()) == count:
                return {whole: times for whole, times in found.items() if times}
    from collections import Counter  # at the top its import would cost more than all our own

    return Counter(numbers)


def adds_up(numbers: Iterable[float]) -> bool:
    """Whether all numbers are finite: were one infinite or NaN, the sum would be. False also where it overflows."""
    try:
        return sum(numbers) * 0 == 0
    except OverflowError:  # an int beyond any float
        return False
