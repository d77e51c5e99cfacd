"""What the tables beside a ledger look like: their columns, kinds of cell and headings, from tables.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..columns import plain_heading, run_together

CellKind = Literal[
    "customer",
    "id",
    "text",
    "day",
    "month",
    "money",
    "number",
    "rate",
    "share",
    "percent_or_number",
    "count",
    "yes_no",
    "currency",
    "measure",
    "figure",
    "state",
]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a table can have. In a strict one a cell that cannot be read costs the row, else only the cell."""

    name: str
    kind: CellKind
    headings: tuple[str, ...]
    required: bool
    strict: bool
    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Shape:
    """A table by its name: what it adds to the report, how its file or sheet may be called, what columns it has."""

    name: str
    adds: str
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    one_of: tuple[tuple[str, ...], ...]  # sets of columns of which it needs one

    def recognised(self, headings: Sequence[str]) -> dict[str, int]:
        """The column of each field by its heading; each heading is one field, each field the likeliest heading."""
        chosen: dict[str, int] = {}
        for name, column in self.columns.items():
            ranked = sorted(
                (rank, position)
                for position, heading in enumerate(headings)
                if position not in chosen.values() and (rank := _rank(column, heading)) is not None
            )
            if ranked:
                chosen[name] = ranked[0][1]
        return chosen

    def candidates(self, name: str, headings: Sequence[str]) -> list[int]:
        """Every column whose heading answers to a field, the likeliest first."""
        ranks = ((_rank(self.columns[name], heading), position) for position, heading in enumerate(headings))
        return [position for rank, position in sorted((r, p) for r, p in ranks if r is not None)]

    def missing(self, present: Sequence[str]) -> str:
        """What the table lacks, in words; "" where it has all it needs."""
        missing = [column.name for column in self.columns.values() if column.required and column.name not in present]
        if missing:
            return " and ".join(missing)
        if self.one_of and not any(set(columns) <= set(present) for columns in self.one_of):
            return " or ".join(" with ".join(c) if len(c) < 3 else f"{c[0]} to {c[-1]}" for c in self.one_of)
        return ""


def _run_together(text: str) -> str:
    return run_together(plain_heading(text))


def _rank(column: Column, heading: str) -> int | None:
    text = _run_together(heading)
    return column.headings.index(text) if text in column.headings else None


def _column(name: str, described: Mapping[str, Any], tables: Mapping[str, Any]) -> Column:
    headings = described["headings"]
    if isinstance(headings, str):  # those of the same column of another table
        headings = tables[headings]["columns"][name]["headings"]
    return Column(
        name=name,
        kind=described["kind"],
        headings=tuple(dict.fromkeys(map(_run_together, [*headings, name]))),
        required=described.get("required", False),
        strict=described.get("strict", described.get("required", False)),
        least=described.get("least"),
        most=described.get("most"),
    )


with (Path(__file__).parent / "tables.toml").open("rb") as _file:
    _TOML = tomllib.load(_file)

WORDS: dict[str, frozenset[str]] = {meaning: frozenset(words) for meaning, words in _TOML.pop("words").items()}
FIGURES: dict[str, str] = {word: figure for figure, words in _TOML.pop("figures").items() for word in words}
MEASURES: dict[str, str] = {word: measure for measure, words in _TOML.pop("measures").items() for word in words}
SHAPES: dict[str, Shape] = {
    name: Shape(
        name=name,
        adds=table["adds"],
        names=tuple(map(_run_together, table["names"])),
        columns={c: _column(c, described, _TOML) for c, described in table["columns"].items()},
        one_of=tuple(map(tuple, table.get("one_of", ()))),
    )
    for name, table in _TOML.items()
}


def table_named(text: str) -> str | None:
    """The table that a sheet or a file of this name holds."""
    plain = _run_together(text)
    return next((name for name, shape in SHAPES.items() if plain == name or plain in shape.names), None)
