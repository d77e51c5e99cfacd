"""Whether a column is clean throughout, told in bulk: what a column usually holds needs no look at every cell.

Each check is one pass of Python's own C code over all cells, a tenth of the time that reading them one by one takes.
Whatever is not clean - blanks, errors, numbers among texts - is left to `ranges`, which reads cell by cell and can name
the cell that it refuses.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    Shape = int | tuple[int, int] | None  # a flat list of n, rows and columns, a single cell


class Numbers(list):  # type: ignore[type-arg]
    """Finite floats alone. `shape` is that of the range they came from."""

    __slots__ = ("shape",)
    shape: Shape


class Texts(list):  # type: ignore[type-arg]
    """Texts alone. `joined` is all of them in one, for questions about every character."""

    __slots__ = ("joined", "shape")
    joined: str
    shape: Shape

    @property
    def without_blanks(self) -> bool:
        """Whether no cell is empty and none has a blank anywhere in it."""
        return all(self) and self.joined.split(None, 1) == [self.joined]


def in_bulk(cells: Sequence[Any], shape: Shape = None) -> Sequence[Any]:
    """The cells as Numbers or Texts where they are; else as they came."""
    if not cells or type(cells) is Numbers or type(cells) is Texts:
        return cells
    first = type(cells[0])
    if first is float:
        if list(map(type, cells)).count(float) == len(cells) and adds_up(cells):
            numbers = Numbers(cells)
            numbers.shape = len(cells) if shape is None else shape
            return numbers
    elif first is str:
        try:
            joined = "".join(cells)
        except TypeError:
            return cells
        texts = Texts(cells)
        texts.joined = joined
        texts.shape = len(cells) if shape is None else shape
        return texts
    return cells


def adds_up(numbers: Iterable[float]) -> bool:
    """Whether all numbers are finite: were one infinite or NaN, the sum would be. False also where it overflows."""
    try:
        return sum(numbers) * 0 == 0
    except OverflowError:  # an int beyond any float
        return False
