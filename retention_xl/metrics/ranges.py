"""What hosts and Python hand over - cells, lists, rows of cells - read by the kinds that a function declares.

All rules about ranges stand here once: a range is read row by row; columns used together have equally many cells; blank
rows do not count; an error met is passed on; a function of single cells works cell by cell when given a range.
"""

from __future__ import annotations

from retention_xl.errors import MetricError
from retention_xl.metrics.cells import (
    ErrorValue,
    day_in,
    flag_in,
    id_key,
    impossible,
    is_blank,
    number_in,
    shown,
    text_in,
    wrong_kind,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from retention_xl.metrics.spec import FunctionSpec, Parameter

    Shape = int | tuple[int, int] | None  # a flat list of n, rows and columns, a single cell

NUMBER_TYPES = frozenset((float, int))


class Ids:
    """Customer ids as they stand in `cells`, and the `keys` that make two spellings one id ("" for a blank cell)."""

    __slots__ = ("cells", "keys")

    def __init__(self, cells: Sequence[Any], place: str) -> None:
        self.cells = cells
        try:
            self.keys = list(map(str.casefold, map(str.strip, cells)))
        except TypeError:  # not text alone
            self.keys = read_each(id_key, cells, place)

    def distinct(self) -> set[str]:
        """The keys, each once, blanks left out."""
        keys = set(self.keys)
        keys.discard("")
        return keys

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
    cells: list[Any] = []
    for row in value:
        if type(row) not in (list, tuple) or len(row) != width:
            raise wrong_kind(f"{place}: the rows of a range must be equally long.")
        cells.extend(row)
    return cells, (len(value), width) if len(cells) != 1 else None


def read_each(read: Callable[[Any, str], Any], cells: Iterable[Any], place: str) -> list[Any]:
    """Every cell read; the number of the cell goes into the message only where one is refused."""
    cells = list(cells)
    try:
        return [read(cell, place) for cell in cells]
    except MetricError:
        for number, cell in enumerate(cells, 1):
            read(cell, f"{place}, cell {number}")
        raise


def read_numbers(cells: Sequence[Any], place: str) -> list[float]:
    """Numbers, a blank cell being 0."""
    if set(map(type, cells)) <= NUMBER_TYPES and adds_up(cells):
        return list(cells)
    return read_each(number_in, cells, place)


def adds_up(numbers: Sequence[float]) -> bool:
    """Whether all numbers are finite: were one infinite or NaN, the sum would be. False also where it overflows."""
    try:
        return sum(numbers) * 0 == 0
    except OverflowError:  # an int beyond any float
        return False


def read_stated_numbers(cells: Sequence[Any], place: str) -> list[float]:
    """Numbers, none of them blank."""
    for number, cell in enumerate(cells, 1):
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
    return read_numbers([cell for cell in cells if not is_blank(cell)], place)


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
    return read_each(day_in, cells, place)


def read_flags(cells: Sequence[Any], place: str) -> list[bool]:
    """Flags, FALSE for a blank cell."""
    return read_each(flag_in, cells, place)


def read_texts(cells: Sequence[Any], place: str) -> list[str]:
    """Texts, "" for a blank cell."""
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


def arguments(spec: FunctionSpec, args: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    """The arguments that were given, by name, in the order of the signature. None for an optional one: not given."""
    parameters = spec.parameters
    if len(args) > len(parameters):
        raise TypeError(f"{spec.python_name}() takes {len(parameters)} arguments, not {len(args)}")
    given = dict(zip((parameter.name for parameter in parameters), args, strict=False))
    for name, value in named.items():
        if name in given:
            raise TypeError(f"{spec.python_name}() got {name} twice")
        if all(name != parameter.name for parameter in parameters):
            raise TypeError(f"{spec.python_name}() has no argument {name}")
        given[name] = value
    for parameter in parameters:
        if parameter.name not in given and not parameter.optional:
            raise TypeError(f"{spec.python_name}() needs the argument {parameter.name}")
    return {
        parameter.name: given[parameter.name]
        for parameter in parameters
        if parameter.name in given and not (parameter.optional and given[parameter.name] is None)
    }


def call(spec: FunctionSpec, function: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """The function's answer to any arguments that a host or a person hands over."""
    given = arguments(spec, args, named)
    spreads, as_ids = spec.spreads, False
    if spec.counts_with:
        as_ids = spec.counts_with not in given
        spreads = not as_ids
    if as_ids:
        refuse_two_counts(spec, given)
    if spreads:
        return cell_by_cell(spec, function, given)
    return finite(function(**read_arguments(spec, given)))


def refuse_two_counts(spec: FunctionSpec, given: dict[str, Any]) -> None:
    """Two single numbers are counts whose third is missing, not two lists of one id: the answer would be a silent 0."""
    cells = []
    for parameter in spec.parameters:
        if parameter.kind == "count or ids":
            found, shape = cells_of(given[parameter.name], parameter.name)
            if shape is not None or isinstance(found[0], str) or not hasattr(found[0], "__float__"):
                return
            cells.append(f"{parameter.name} ({shown(found[0])})")
    raise wrong_kind(
        f"{' and '.join(cells)} are counts; counts need {spec.counts_with} as well, 0 where there are none."
    )


def read_arguments(spec: FunctionSpec, given: dict[str, Any]) -> dict[str, Any]:
    """Every argument read by its kind, the columns of one call with equally many rows."""
    read: dict[str, Any] = {}
    columns: dict[str, Sequence[Any]] = {}
    for parameter in spec.parameters:
        name, kind = parameter.name, parameter.kind
        if name not in given:
            continue
        if kind == "table":
            read[name] = read_rows(given[name], name)
            continue
        cells, _ = cells_of(given[name], name)
        if kind.startswith("column of "):
            columns[name] = cells
        elif kind == "count or ids":
            read[name] = Ids(cells, name)
        elif kind in LISTS:
            read[name] = LISTS[kind](cells, name)
        elif len(cells) == 1:
            read[name] = read_cell(parameter, cells[0])
        else:
            raise wrong_kind(f"{name}: one cell is wanted, not a range of {len(cells)}.")
    if columns:
        kinds = {parameter.name: parameter.kind for parameter in spec.parameters}
        for name, cells in rows_that_count(columns, kinds).items():
            read[name] = LISTS[kinds[name]](cells, name)
    return read


def rows_that_count(columns: dict[str, Sequence[Any]], kinds: dict[str, str]) -> dict[str, Sequence[Any]]:
    """The columns without rows that are blank throughout, or have no id and an amount of 0 or none."""
    names = list(columns)
    first = len(columns[names[0]])
    for name in names[1:]:
        if len(columns[name]) != first:
            raise wrong_kind(
                f"{name} has {len(columns[name])} cells and {names[0]} has {first}; "
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
    left_out = set(unused)
    return {name: [cell for row, cell in enumerate(cells) if row not in left_out] for name, cells in columns.items()}


def has_no_blanks(cells: Sequence[Any]) -> bool:
    """Whether a column of numbers alone or of texts alone has no blank cell, told in one pass; False if in doubt."""
    kinds = set(map(type, cells))
    if kinds <= NUMBER_TYPES:
        return adds_up(cells)
    return kinds == {str} and all(map(str.strip, cells))


def finite(answer: Any) -> Any:
    """The answer, unless it is a number too large to be one."""
    if type(answer) is float and answer - answer != 0:
        raise impossible("the answer is too large to be a number.")
    return answer


def cell_by_cell(spec: FunctionSpec, function: Callable[..., Any], given: dict[str, Any]) -> Any:
    """A function of single cells given ranges: one answer a cell, an error staying in its own cell."""
    shared: dict[str, Any] = {}
    spread: list[tuple[Parameter, Sequence[Any]]] = []
    shape: Shape = None
    count, widest = 1, ""
    for parameter in spec.parameters:
        name = parameter.name
        if name not in given:
            continue
        cells, own = cells_of(given[name], name)
        if parameter.kind == "params":
            shared[name] = read_stated_numbers(cells, name)
            continue
        if len(cells) != 1:
            if widest and len(cells) != count:
                raise wrong_kind(
                    f"{name} has {len(cells)} cells and {widest} has {count}; "
                    "ranges used together must be equally long."
                )
            if not widest:
                count, widest, shape = len(cells), name, own
        elif shape is None and own is not None:
            shape = own
        spread.append((parameter, cells))
    if shape is None:
        single = {parameter.name: read_cell(parameter, cells[0]) for parameter, cells in spread}
        return finite(function(**single, **shared))
    answers: list[Any] = []
    for row in range(count):
        try:
            single = {
                parameter.name: read_cell(parameter, cells[row if len(cells) == count else 0])
                for parameter, cells in spread
            }
            answers.append(finite(function(**single, **shared)))
        except MetricError as error:
            answers.append(ErrorValue(error.code, f"{spec.name}: {error}"))
        except OverflowError:
            answers.append(ErrorValue("#NUM!", f"{spec.name}: a number is too large."))
    return in_shape(answers, shape, spec.spills)


def in_shape(answers: list[Any], shape: Shape, rows: bool) -> Any:
    """The answers in the shape of the range that asked; an answer that is a row of its own gives one row a cell."""
    if rows:
        width = max((len(answer[0]) for answer in answers if isinstance(answer, list)), default=1)
        return [answer[0] if isinstance(answer, list) else [answer] * width for answer in answers]
    if not isinstance(shape, tuple):
        return answers
    height, width = shape
    return [answers[row * width : (row + 1) * width] for row in range(height)]
