"""Cells in and cells out: what a spreadsheet program hands over as arguments, and what it may be given back.

The catalogue reads numbers, text, flags, dates and Decimals by itself. Left for here is what only a host knows: which
numbers are error codes, that an argument was left out, that a whole column is mostly empty; and that an answer goes
into cells, where nothing but rows of plain values can stand. A host adds how it writes errors and dates
(`hosts/desktop.py` for xlwings).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from retention_xl.errors import CellError, MetricError
from retention_xl.metrics.cells import ERROR_CODES, ErrorValue
from retention_xl.metrics.columns import Numbers, Texts, adds_up, are_rows_of_numbers, in_bulk
from retention_xl.metrics.ranges import LISTS
from retention_xl.metrics.spec import CATALOGUE, FunctionSpec

log = logging.getLogger(__name__)

Rows = list[list[Any]]  # float, bool, str, date or ErrorValue; "" for an empty cell

MISSING_ARGUMENT = -2147352572  # how COM says that an argument was left out (DISP_E_PARAMNOTFOUND)
LEFT_OUT = 1  # the same said by our own VBA: an error number that no cell has
FIRST_ERROR_NUMBER = -2146828288  # a COM error cell is this plus its number in Excel's XlCVError
LEFT_OUT_NUMBERS = frozenset((MISSING_ARGUMENT, FIRST_ERROR_NUMBER + LEFT_OUT))
ERROR_NUMBERS = {
    2000: CellError.NULL,
    2007: CellError.DIV0,
    2015: CellError.VALUE,
    2023: CellError.REF,
    2029: CellError.NAME,
    2036: CellError.NUM,
    2042: CellError.NA,
    2043: "#GETTING_DATA",
    2045: "#SPILL!",
    2046: "#CONNECT!",
    2047: "#BLOCKED!",
    2048: "#UNKNOWN!",
    2049: "#FIELD!",
    2050: "#CALC!",
    2051: "#BUSY!",
    2055: "#PYTHON!",
}
WHOLE_COLUMN = 1_048_576  # rows of a worksheet
WRITTEN_AS_THEY_ARE = frozenset((float, bool, str))
LONGEST_TEXT_IN_AN_ARRAY = 255  # of one text in an answer of several cells: with a longer one Excel shows #VALUE!


class _Omitted:
    """The argument was left out. Not the same as a reference to an empty cell, which is a blank value."""

    def __repr__(self) -> str:
        return "(omitted)"


OMITTED = _Omitted()


class RowsOfNumbers(list):  # type: ignore[type-arg]
    """Rows of finite numbers alone, which every host writes as they are."""


def answer(spec: FunctionSpec, arguments: Sequence[Any]) -> Rows:
    """What the function says to the arguments of a formula, as rows of cells. Never raises: an error is a cell too."""
    try:
        return rows_of(spec.function(*arguments_of(spec, arguments)))
    except MetricError as error:
        return [[ErrorValue(error.code, str(error))]]
    except Exception as error:
        log.exception("%s failed", spec.name)
        told = f"{spec.name}: an error of retention_xl itself, please report it ({type(error).__name__}: {error})."
        return [[ErrorValue(CellError.VALUE, told)]]


# --- in ---


def arguments_of(spec: FunctionSpec, arguments: Sequence[Any]) -> list[Any]:
    """The arguments as the catalogue takes them: None for an optional one left out, "" for an empty cell."""
    given = dict(zip(spec.parameters, without_empty_tail(arguments), strict=False))
    as_ids = all(is_left_out(value) for parameter, value in given.items() if parameter.name == spec.counts_with)
    read: list[Any] = []
    for parameter, value in given.items():
        if is_left_out(value):
            if not parameter.optional:
                raise MetricError(CellError.VALUE, f"{spec.name}: the argument {parameter.name} is missing.")
            read.append(None)
        elif isinstance(value, (list, tuple)):
            read.append(
                _range(value, in_any_shape=parameter.kind in LISTS or (parameter.kind == "count or ids" and as_ids))
            )
        else:
            read.append("" if value is None else _cell(value))
    return read


def is_left_out(value: Any) -> bool:
    return value is OMITTED or (type(value) is int and value in LEFT_OUT_NUMBERS)


def _range(value: Sequence[Any], in_any_shape: bool) -> Sequence[Any]:
    """A range or an array constant with its errors made ErrorValues; where its shape does not matter, row by row.

    Numbers alone or texts alone, the usual case, are handed on as what they are, so that nobody looks at them again.
    """
    in_rows = bool(value) and isinstance(value[0], (list, tuple))
    cells: Sequence[Any] = value
    shape = None
    if in_rows:
        shape = len(value), len(value[0])
        cells = [cell for (cell,) in value] if shape[1] == 1 else list(chain.from_iterable(value))
    if len(cells) > 1:  # one cell alone is told from a list of one
        usual = in_bulk(cells, shape)
        if type(usual) is Numbers or (type(usual) is Texts and "#" not in usual.joined):
            return usual
    kinds = set(map(type, cells))
    texts = cells if kinds == {str} else [cell for cell in cells if type(cell) is str] if str in kinds else ()
    clean = int not in kinds and "#" not in "".join(texts)
    if in_rows and not (in_any_shape and len(cells) > 1):
        return value if clean else [[_cell(cell) for cell in row] for row in value]
    return cells if clean else [_cell(cell) for cell in cells]


def _cell(value: Any) -> Any:
    if type(value) is str:
        return unmarked(value) or value
    # Every real number of a cell arrives as a float, so an int in this band can only be an error.
    if type(value) is int and FIRST_ERROR_NUMBER <= value <= FIRST_ERROR_NUMBER + 0xFFFF:
        return ErrorValue(ERROR_NUMBERS.get(value - FIRST_ERROR_NUMBER, "#UNKNOWN!"))
    return value


def without_empty_tail(arguments: Sequence[Any]) -> Sequence[Any]:
    """The arguments, whole columns (A:A) cut together after the last row in which any of them holds something."""
    whole = [
        number
        for number, value in enumerate(arguments)
        if isinstance(value, (list, tuple)) and len(value) == WHOLE_COLUMN and isinstance(value[0], (list, tuple))
    ]
    if not whole:
        return arguments
    used = max(_used_rows(arguments[number]) for number in whole)
    return [value[: max(used, 1)] if number in whole else value for number, value in enumerate(arguments)]


def _used_rows(rows: Sequence[Sequence[Any]]) -> int:
    last = len(rows)
    empty = (None,) * len(rows[0])
    while last and (rows[last - 1] == empty or all(cell is None or cell == "" for cell in rows[last - 1])):
        last -= 1
    return last


# --- out ---


def rows_of(answer: Any) -> Rows:
    """An answer of the catalogue as equally long rows of what a cell can hold. A flat list goes down a column."""
    if not isinstance(answer, (list, tuple)):
        return [[_out(answer)]]
    if type(answer) is list and answer and type(answer[0]) is list and are_rows_of_numbers(answer):
        return RowsOfNumbers(answer)
    given = [row if isinstance(row, (list, tuple)) else (row,) for row in answer]
    finite = adds_up([cell for row in given for cell in row if type(cell) is float])
    plain = WRITTEN_AS_THEY_ARE if finite else ()
    rows = [[cell if type(cell) in plain else _out(cell) for cell in row] for row in given]
    width = max(map(len, rows), default=0)
    if not width:
        return [[""]]  # nothing to list: one empty cell, since no array is empty
    return [row + [""] * (width - len(row)) for row in rows]


def _out(value: Any) -> Any:
    if value is None:
        return ""
    if type(value) is not int and (isinstance(value, (bool, str, ErrorValue)) or hasattr(value, "toordinal")):
        return value
    number = float(value)
    if number - number != 0:
        return ErrorValue(CellError.NUM, "the answer is too large to be a number.")
    return number


def encode(rows: Rows, error: Callable[[ErrorValue], Any], day: Callable[[Any], Any]) -> Rows:
    """The rows with errors and dates as the host writes them, and texts no longer than an array may carry."""
    if type(rows) is RowsOfNumbers:
        return rows
    single = len(rows) == len(rows[0]) == 1
    if set(map(type, chain.from_iterable(rows))) <= WRITTEN_AS_THEY_ARE:
        texts = [cell for row in rows for cell in row if type(cell) is str]
        if single or not texts or max(map(len, texts)) <= LONGEST_TEXT_IN_AN_ARRAY:
            return rows

    def written(cell: Any) -> Any:
        if isinstance(cell, ErrorValue):
            cell = error(cell)
        elif hasattr(cell, "toordinal"):
            return day(cell)
        if single or not isinstance(cell, str) or len(cell) <= LONGEST_TEXT_IN_AN_ARRAY:
            return cell
        return cell[: LONGEST_TEXT_IN_AN_ARRAY - 1] + "…"

    return [[written(cell) for cell in row] for row in rows]


def marked(error: ErrorValue) -> str:
    """An error as text, for a host that can carry no errors: the code, then the reason. `unmarked` reads it."""
    return f"{error.code} {error.message}".rstrip()


def unmarked(text: str) -> ErrorValue | None:
    """The error that `marked` wrote about a function of the catalogue; None for any other text, also for "#N/A" alone.

    Without it an error text of one of our functions would count as a customer id in the next.
    """
    if not text.startswith("#"):
        return None
    code, _, message = text.partition(" ")
    return ErrorValue(code, message) if code in ERROR_CODES and message.partition(":")[0] in CATALOGUE else None
