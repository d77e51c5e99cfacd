"""The case files, tests/cases/*.toml: an input, its answer, and where the answer comes from. Every host runs the same.

    [[case]]
    function = "CRR"
    args = [100, 105, 15]
    result = 0.9
    source = "article 003"

args: a number, a text, true or false, a TOML date. A list is a column, a list of lists is a block of rows (a row is
`[[1, 2, 3]]`). `{blank = true}` is an empty cell, `{error = "#N/A"}` a cell with that error, `{omitted = true}` an
argument left out before a later one; arguments at the end are simply not there.

Of the two ways to answer one is given: `result`, a single cell as above or a list of rows for what spills; or `error`,
the code of an answer that is an error as a whole, with `says` for words that the sentence must contain in Python.
Numbers agree within `tolerance` (relative, absolute below 1), 1e-9 unless the case says otherwise.

`source` says who computed the answer: an article, a page, a paper, "by hand" with the reckoning; never this program.
`cannot = {lambdas = "why"}` names a host that cannot run the case, and why; its test fails when it starts to pass.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from retention_xl.metrics.cells import ErrorValue

_HERE = Path(__file__).resolve()
_SHIPPED = (_HERE.parents[1] / "data" / "cases", _HERE.parents[2] / "tests" / "cases")  # a wheel's, a checkout's
FIELDS = {"function", "args", "result", "error", "says", "tolerance", "source", "cannot"}
OMITTED = object()  # an argument left out before a later one


class Case(NamedTuple):
    """One case, with cells as hosts hand them over: "" for an empty one, ErrorValue for an error, rows for a range."""

    name: str  # file and position: customers-7-CRR
    function: str
    args: tuple[Any, ...]
    result: Any  # a cell or rows; an ErrorValue where the answer is an error as a whole
    says: str
    tolerance: float
    source: str
    cannot: dict[str, str]  # host -> reason


def load_cases() -> list[Case]:
    """All cases of all files, in order of file name and place."""
    folder = next(folder for folder in _SHIPPED if folder.is_dir())
    return [case for path in sorted(folder.glob("*.toml")) for case in cases_of(path)]


def cases_of(path: Path) -> Iterator[Case]:
    """The cases of one file; a case that does not keep to the form is an error."""
    for number, raw in enumerate(tomllib.loads(path.read_text("utf-8"))["case"], 1):
        place = f"{path.stem}-{number}-{raw.get('function')}"
        if unknown := set(raw) - FIELDS:
            raise ValueError(f"{place}: {', '.join(sorted(unknown))}: there is no such field")
        if missing := {"function", "args", "source"} - set(raw):
            raise ValueError(f"{place}: {', '.join(sorted(missing))} is missing")
        if ("result" in raw) == ("error" in raw):
            raise ValueError(f"{place}: exactly one of result and error is wanted")
        if not raw["source"].strip():
            raise ValueError(f"{place}: says no source")
        yield Case(
            name=place,
            function=raw["function"],
            args=tuple(value_of(value) for value in raw["args"]),
            result=ErrorValue(raw["error"]) if "error" in raw else value_of(raw["result"]),
            says=raw.get("says", ""),
            tolerance=raw.get("tolerance", 1e-9),
            source=raw["source"],
            cannot=raw.get("cannot", {}),
        )


def value_of(raw: Any) -> Any:
    """A cell or a range from its form in TOML; a range as rows."""
    if isinstance(raw, list):
        rows = raw if any(isinstance(row, list) for row in raw) else [[cell] for cell in raw]
        return [[cell_of(cell) for cell in row] for row in rows]
    return cell_of(raw)


def cell_of(raw: Any) -> Any:
    if isinstance(raw, dict):
        if raw == {"blank": True}:
            return ""
        if raw == {"omitted": True}:
            return OMITTED
        [(form, code)] = raw.items()
        if form != "error":
            raise ValueError(f"{raw} is no cell")
        return ErrorValue(code)
    if isinstance(raw, (bool, int, float, str, datetime.date)):
        return raw
    raise ValueError(f"{raw!r} is no cell")


def as_rows(answer: Any) -> list[list[Any]]:
    """A cell or a range as rows; a flat list is a column."""
    if not isinstance(answer, (list, tuple)):
        return [[answer]]
    return [list(row) if isinstance(row, (list, tuple)) else [row] for row in answer]
