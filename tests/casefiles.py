"""Whether an answer is that of a case; the cases themselves are read by `retention_xl.hosts.cases`."""

from __future__ import annotations

from typing import Any

from retention_xl import ErrorValue
from retention_xl.hosts.cases import OMITTED, Case, as_rows, cases_of, load_cases

__all__ = ["OMITTED", "Case", "agrees", "as_rows", "cases_of", "disagreement", "load_cases"]


def disagreement(case: Case, answer: Any) -> str | None:
    """In what an answer differs from the case's result; None where it does not. A flat list is a column."""
    expected, got = as_rows(case.result), as_rows(answer)
    if (len(expected), len(expected[0])) != (len(got), len(got[0]) if got else 0):
        return f"{case.name}: {got} has not the shape of {expected}"
    for row, (wanted_row, got_row) in enumerate(zip(expected, got, strict=True), 1):
        for column, (wanted, cell) in enumerate(zip(wanted_row, got_row, strict=True), 1):
            if not agrees(wanted, cell, case.tolerance):
                return f"{case.name}: row {row}, column {column}: {cell!r} is not {wanted!r}"
    return None


def agrees(wanted: Any, got: Any, tolerance: float) -> bool:
    """Whether two cells hold the same; None and "" are both an empty cell."""
    if wanted in ("", None) or got in ("", None):
        return wanted in ("", None) and got in ("", None)
    if isinstance(wanted, (bool, str, ErrorValue)) or isinstance(got, (bool, str, ErrorValue)):
        return type(wanted) is type(got) and wanted == got
    if hasattr(wanted, "toordinal") or hasattr(got, "toordinal"):
        return bool(wanted == got)
    return abs(wanted - got) <= tolerance * max(1.0, abs(wanted))
