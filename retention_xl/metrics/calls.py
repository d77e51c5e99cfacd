"""A call with whatever a host or a person hands over: arguments read by their kinds, single cells over ranges."""

from __future__ import annotations

from itertools import repeat

from retention_xl.errors import MetricError
from retention_xl.metrics.cells import ErrorValue, how_many, impossible, shown, wrong_kind
from retention_xl.metrics.columns import Counted, Numbers, adds_up, in_bulk
from retention_xl.metrics.ranges import LISTS, Ids, cells_of, read_cell, read_rows, read_stated_numbers, rows_that_count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from retention_xl.metrics.columns import Shape
    from retention_xl.metrics.spec import FunctionSpec, Parameter

TYPES_OF_ONE_ANSWER = frozenset((float, int, bool))


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
        cells, shape = cells_of(given[name], name)
        cells = in_bulk(cells, shape)
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
            found = LISTS[kinds[name]](cells, name)
            read[name] = Counted.of(found, cells.rows) if type(cells) is Counted and type(found) is list else found
    return read


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
                    f"{name} has {how_many(len(cells), 'cells')} and {widest} has {count}; "
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
    at_once = all_at_once(function, spec, spread, count) if not shared else None
    if at_once is not None:
        return in_shape(at_once, shape, spec.spills)
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
        except ArithmeticError:
            answers.append(ErrorValue("#NUM!", f"{spec.name}: a number is too large."))
    return in_shape(answers, shape, spec.spills)


def all_at_once(
    function: Callable[..., Any], spec: FunctionSpec, spread: list[tuple[Parameter, Sequence[Any]]], count: int
) -> list[Any] | None:
    """The answers where every cell is a plain number and none is refused; None leaves it to a look at every cell."""
    columns: list[Iterable[Any]] = []
    for (parameter, cells), in_order in zip(spread, spec.parameters, strict=False):
        found = in_bulk(cells)
        if parameter is not in_order or parameter.kind not in ("number", "count or ids") or type(found) is not Numbers:
            return None
        columns.append(found if len(found) == count else repeat(found[0], count))
    try:
        answers = list(map(function, *columns))
    except (MetricError, ArithmeticError):
        return None
    if type(in_bulk(answers)) is Numbers:
        return answers
    kinds = set(map(type, answers))
    if kinds <= TYPES_OF_ONE_ANSWER:
        return answers if adds_up(answers) else None
    return answers if kinds == {list} else None


def in_shape(answers: list[Any], shape: Shape, rows: bool) -> Any:
    """The answers in the shape of the range that asked; an answer that is a row of its own gives one row a cell."""
    if rows:
        width = max((len(answer[0]) for answer in answers if isinstance(answer, list)), default=1)
        return [answer[0] if isinstance(answer, list) else [answer] * width for answer in answers]
    if not isinstance(shape, tuple):
        return answers
    height, width = shape
    if width == 1:
        return [[answer] for answer in answers]
    return [answers[row * width : (row + 1) * width] for row in range(height)]
