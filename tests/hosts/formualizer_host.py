"""The catalogue in formualizer, a spreadsheet engine for tests: our functions called from the cells of a workbook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import formualizer

from retention_xl.hosts import values
from retention_xl.metrics.cells import ErrorValue
from retention_xl.metrics.spec import CATALOGUE, FunctionSpec

KINDS = {
    "Null": "#NULL!",
    "Div": "#DIV/0!",
    "Value": "#VALUE!",
    "Ref": "#REF!",
    "Name": "#NAME?",
    "Num": "#NUM!",
    "Na": "#N/A",
    "Spill": "#SPILL!",
    "Calc": "#CALC!",
}
CODES = {code: kind for kind, code in KINDS.items()}


def register(workbook: formualizer.Workbook) -> None:
    """Make every function of the catalogue callable in the formulas of the workbook."""
    for name, spec in CATALOGUE.items():
        needed = sum(not parameter.optional for parameter in spec.parameters)
        workbook.register_function(name, called_from_cells(spec), min_args=needed, max_args=len(spec.parameters))


def called_from_cells(spec: FunctionSpec) -> Callable[..., Any]:
    def function(*arguments: Any) -> Any:
        rows = values.answer(spec, [read(argument) for argument in arguments])
        written = values.encode(rows, write_error, lambda day: day)
        return written[0][0] if len(written) == len(written[0]) == 1 else written

    return function


def read(value: Any) -> Any:
    """A value as formualizer has it: rows as lists, an error as a mapping, a blank cell as None."""
    if isinstance(value, list):
        return [read(element) for element in value]
    return ErrorValue(KINDS[value["kind"]]) if isinstance(value, dict) else value


def write_error(error: ErrorValue) -> dict[str, str]:
    return {"type": "Error", "kind": CODES[error.code], "message": error.message}
