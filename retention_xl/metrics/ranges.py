"""What hosts and Python hand over - cells, lists, rows of cells - read by the kinds that a function declares.

All rules about ranges stand here once: a range is read row by row; columns used together have equally many cells; blank
rows do not count; an error met is passed on; a function of single cells works cell by cell when given a range.
"""

from __future__ import annotations

from itertools import chain

from retention_xl.errors import MetricError
from retention_xl.metrics.cells import (
    LAST_SERIAL,
    ORDINAL_OF_SERIAL_ZERO,
    SERIAL_OF_THE_DAY_THAT_NEVER_WAS,
    day_in,
    flag_in,
    how_many,
    id_key,
    is_blank,
    number_in,
    shown,
    text_in,
    wrong_kind,
)
from retention_xl.metrics.columns import Counted, Numbers, Texts, adds_up, in_bulk, row_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from retention_xl.metrics.columns import Shape
    from retention_xl.metrics.spec import Parameter

NUMBER_TYPES = frozenset((float, int))
ROW_TYPES = frozenset((list, tuple))
TYPES_OF_SERIALS_AND_BLANKS = NUMBER_TYPES | {str, type(None)}


class Ids:
    """Customer ids as they stand in `cells`, and the `keys` that make two spellings one id ("" for a blank cell)."""

    __slots__ = ("_keys", "alike", "cells")

    def __init__(self, cells: Sequence[Any], place: str) -> None:
        self.cells = in_bulk(cells)
        self.alike = ""  # of which kind all are, where no two of a kind differ in their spelling alone
        self._keys: Sequence[str] | None = None
        if type(self.cells) is Numbers:
            self.alike = "numbers"
        elif type(self.cells) is not Texts:
            self._keys = read_each(id_key, cells, place)
        elif self.cells.without_blanks:
            joined = self.cells.joined
            if joined[:1].isupper() and joined.isascii() and joined.upper() == joined:
                self.alike = "capitals"
            elif joined.casefold() == joined:
                self._keys = self.cells

    @property
    def keys(self) -> Sequence[str]:
        """What makes two spellings one id; "" for a blank cell."""
        if self._keys is None and self.alike == "numbers":
            self._keys = [id_key(number, "") for number in self.cells]
        elif self._keys is None:
            self._keys = list(map(str.casefold, map(str.strip, self.cells)))
        return self._keys

    def distinct(self) -> set[str]:
        """The keys, each once, blanks left out."""
        keys = set(self.keys)
        keys.discard("")
        return keys

    def shared_with(self, others: Ids) -> tuple[int, int]:
        """How many distinct ids are among the others too, and how many there are."""
        if self.alike and self.alike == others.alike:  # as they stand: a third of the time
            keys, those = set(self.cells), others.cells
            keys.discard("")
        else:
            keys, those = self.distinct(), others.keys
        count = len(keys)
        keys.difference_update(those)  # to take away those who are kept is half the work of making a set of them
        return count - len(keys), count

    def spellings(self) -> dict[str, Any]:
        """For every key the first spelling met, in order of first appearance."""
        found: dict[str, Any] = {}
        for key, cell in zip(self.keys, self.cells, strict=True):
            if key and key not in found:
                found[key] = cell.strip() if isinstance(cell, str) else cell
        return found


def cells_of(value: Any, place: str) -> tuple[Sequence[Any], Shape]:
    """The cells of an argument, row by row, and its shape."""
    kind = type(value)
    if kind is Numbers or kind is Texts:
        return value, value.shape
    if kind is not list and kind is not tuple:
        if isinstance(value, str) or not hasattr(value, "__iter__"):
            return (value,), None
        if hasattr(value, "to_numpy"):  # a pandas Series or DataFrame
            value = value.tolist() if hasattr(value, "tolist") else value.to_numpy().tolist()
        else:
            value = value.tolist() if hasattr(value, "tolist") else list(value)
    if not value or type(value[0]) not in (list, tuple):
        return value, len(value)
    width = len(value[0])
    if not set(map(type, value)) <= ROW_TYPES or set(map(len, value)) != {width}:
        raise wrong_kind(f"{place}: the rows of a range must be equally long.")
    cells = [cell for (cell,) in value] if width == 1 else list(chain.from_iterable(value))
    return cells, (len(value), width) if len(cells) != 1 else None


def read_each(read: Callable[[Any, str], Any], cells: Sequence[Any], place: str) -> list[Any]:
    """Every cell read; the number of the cell goes into the message only where one is refused."""
    try:
        return [read(cell, place) for cell in cells]
    except MetricError:
        for number, cell in zip(row_numbers(cells), cells, strict=True):
            read(cell, f"{place}, cell {number}")
        raise


def read_numbers(cells: Sequence[Any], place: str) -> list[float]:
    """Numbers, a blank cell being 0."""
    if type(cells) is Numbers:
        return cells
    if set(map(type, cells)) <= NUMBER_TYPES and adds_up(cells):
        return list(cells)
    return read_each(number_in, cells, place)


def read_stated_numbers(cells: Sequence[Any], place: str) -> list[float]:
    """Numbers, none of them blank."""
    if type(cells) is Numbers:
        return cells
    for number, cell in zip(row_numbers(cells), cells, strict=True):
        if is_blank(cell):
            raise wrong_kind(f"{place}, cell {number}: the cell is blank where a number belongs.")
    return read_numbers(cells, place)


def read_series(cells: Sequence[Any], place: str) -> list[float]:
    """Numbers in order; blank cells after the last one do not count."""
    last = len(cells)
    while last and is_blank(cells[last - 1]):
        last -= 1
    return read_stated_numbers(cells[:last], place)


def read_present_numbers(cells: Sequence[Any], place: str) -> list[float]:
    """Numbers, blank cells left out."""
    if type(cells) is Numbers:
        return cells
    if set(map(type, cells)) <= NUMBER_TYPES and adds_up(cells):
        return list(cells)
    stated = [number for number, cell in enumerate(cells, 1) if not is_blank(cell)]
    return read_numbers(Counted.of([cells[number - 1] for number in stated], stated), place)


def read_rows(value: Any, place: str) -> list[list[Any]]:
    """A table as rows of cells, kinds kept, blanks as None; an error stays in its cell for the function to judge."""
    cells, shape = cells_of(value, place)
    tidy = [None if is_blank(cell) else cell for cell in cells]
    if not isinstance(shape, tuple):
        return [tidy]
    height, width = shape
    return [tidy[row * width : (row + 1) * width] for row in range(height)]


def read_dates(cells: Sequence[Any], place: str) -> list[int | None]:
    """Days, None for a blank cell."""
    if type(cells) is Numbers and all_usual_days(cells):
        return [ORDINAL_OF_SERIAL_ZERO + day for day in map(int, cells)]
    if set(map(type, cells)) <= TYPES_OF_SERIALS_AND_BLANKS:
        serials = [cell for cell in cells if cell is not None and cell != ""]
        if set(map(type, serials)) <= NUMBER_TYPES and adds_up(serials) and all_usual_days(serials):
            origin = ORDINAL_OF_SERIAL_ZERO
            return [None if cell is None or cell == "" else origin + int(cell) for cell in cells]
    return read_each(day_in, cells, place)


def all_usual_days(serials: Sequence[float]) -> bool:
    """Whether all serials are days from March 1900 on."""
    return not serials or (min(serials) > SERIAL_OF_THE_DAY_THAT_NEVER_WAS and max(serials) < LAST_SERIAL + 1)


def read_flags(cells: Sequence[Any], place: str) -> list[bool]:
    """Flags, FALSE for a blank cell."""
    if set(map(type, cells)) == {bool}:
        return list(cells)
    return read_each(flag_in, cells, place)


def read_texts(cells: Sequence[Any], place: str) -> list[str]:
    """Texts, "" for a blank cell."""
    if type(cells) is Texts:
        return list(map(str.strip, cells))
    return read_each(text_in, cells, place)


LISTS: dict[str, Callable[[Sequence[Any], str], Any]] = {
    "ids": Ids,
    "numbers": read_present_numbers,
    "series": read_series,
    "params": read_stated_numbers,
    "column of ids": Ids,
    "column of amounts": read_numbers,
    "column of numbers": read_stated_numbers,
    "column of dates": read_dates,
    "column of flags": read_flags,
    "column of texts": read_texts,
}


def read_cell(parameter: Parameter, cell: Any) -> Any:
    """One cell as a single argument's kind reads it."""
    place, kind = parameter.name, parameter.kind
    if kind == "number" or kind == "count or ids":
        return number_in(cell, place)
    if kind == "flag":
        return flag_in(cell, place)
    if kind == "date":
        day = day_in(cell, place)
        if day is None and not parameter.optional:
            raise wrong_kind(f"{place}: the cell is blank where a date belongs.")
        return parameter.default if day is None else day
    text = text_in(cell, place)
    if kind == "text":
        return text
    if not text:
        return parameter.default
    choice = text.lower()
    if choice not in parameter.choices:
        raise wrong_kind(f"{place}: {shown(text)} is none of {', '.join(parameter.choices)}.")
    return choice


def rows_that_count(columns: dict[str, Sequence[Any]], kinds: dict[str, str]) -> dict[str, Sequence[Any]]:
    """The columns without rows that are blank throughout, or have no id and an amount of 0 or none.

    Where there are such rows the columns are Counted: the place of a cell is the one in the range that was given.
    """
    names = list(columns)
    first = len(columns[names[0]])
    for name in names[1:]:
        if len(columns[name]) != first:
            raise wrong_kind(
                f"{name} has {how_many(len(columns[name]), 'cells')} and {names[0]} has {first}; "
                "columns used together must be equally long."
            )
    if len(names) == 1 and kinds[names[0]] != "column of ids":
        return columns
    key = next((name for name in names if kinds[name] == "column of ids"), names[0])
    if has_no_blanks(columns[key]):
        return columns
    amounts = [name for name in names if kinds[name] == "column of amounts"]
    unused = []
    for row, cell in enumerate(columns[key]):
        if not is_blank(cell) and not (isinstance(cell, str) and cell.isspace() and kinds[key] == "column of ids"):
            continue
        if kinds[key] != "column of ids":
            if all(is_blank(columns[name][row]) for name in names):
                unused.append(row)
            continue
        for name in amounts:
            if number_in(columns[name][row], f"{name}, cell {row + 1}") != 0:
                raise wrong_kind(
                    f"{key}, cell {row + 1}: the id is blank but {name} is {shown(columns[name][row])}; "
                    "an amount must belong to someone."
                )
        unused.append(row)
    if not unused:
        return columns
    used = sorted(set(range(first)).difference(unused))
    rows = [row + 1 for row in used]
    return {name: Counted.of([cells[row] for row in used], rows) for name, cells in columns.items()}


def has_no_blanks(cells: Sequence[Any]) -> bool:
    """Whether a column of numbers alone or of texts alone has no blank cell, told in one pass; False if in doubt."""
    if type(cells) is Texts:
        return all(cells if cells.without_blanks else map(str.strip, cells))
    return type(cells) is Numbers or (set(map(type, cells)) <= NUMBER_TYPES and adds_up(cells))
