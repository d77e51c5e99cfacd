"""The catalogue as a table of texts: one source for README, the terminal, the add-in and the workbook."""

from __future__ import annotations

import re
from typing import NamedTuple

from retention_xl.metrics.spec import CATALOGUE, FunctionSpec

HEADINGS = ("Group", "Function", "Call", "What it answers", "Returns", "Example", "Errors", "Source")


class Row(NamedTuple):
    """One function in a table, in the columns of HEADINGS."""

    group: str
    name: str
    call: str
    answers: str
    returns: str
    example: str
    errors: str
    source: str


def call_of(spec: FunctionSpec) -> str:
    """The call as a table shows it, optional arguments in brackets: CRR(opening, closing, [new_customers])."""
    return f"{spec.name}({', '.join(f'[{p.name}]' if p.optional else p.name for p in spec.parameters)})"


_MANY_DIGITS = re.compile(r"\d+\.\d{7,}")


def _given(answer: str) -> str:
    """What the example answers; digits that nobody reads are rounded away, and it says so."""
    short = _MANY_DIGITS.sub(lambda number: f"{float(number[0]):.6g}", answer)
    return f"gives {answer}" if short == answer else f"gives about {short}"


def table() -> list[Row]:
    """Every function of the catalogue, group by group, in the catalogue's order."""
    groups = list(dict.fromkeys(spec.group for spec in CATALOGUE.values()))
    return [
        Row(
            group=spec.group,
            name=spec.name,
            call=call_of(spec),
            answers=spec.help,
            returns=f"{spec.returns_kind}: {spec.returns}",
            example=f"{spec.example} {_given(spec.example_gives)}",
            errors="; ".join(f"{code} {when.removesuffix('.')}" for code, when in spec.errors)
            + ("." if spec.errors else ""),
            source=spec.source,
        )
        for spec in sorted(CATALOGUE.values(), key=lambda spec: groups.index(spec.group))
    ]
