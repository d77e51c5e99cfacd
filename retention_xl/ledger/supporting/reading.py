"""One supporting table in: found by its headings, its cells typed, each row that cannot be taken listed with why.

A table that cannot be read at all is refused with the reason and never stops the report.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...errors import LedgerError
from .. import spellings, words
from ..columns import plain_heading
from ..database import Connection, connect, fill, one, rows
from ..frames import FrameSource, TypedSource
from ..records import ColumnChoice
from ..scratch import Scratch
from ..sources import Progress, Source, open_source
from ..tables import Sought, literal
from ..workbooks import SheetSource
from .cell_kinds import MACROS, PLAIN, Read, Text, read_days, read_texts
from .records import TableNote, TableRead
from .shapes import SHAPES, Column, Shape

NOTES_LIMIT = 2_000  # notes listed of one table; all are counted


@dataclass(frozen=True, slots=True)
class Given:
    """A table as the user gives it: a file (also "book.xlsx#Sheet"), a DataFrame, and how to read it."""

    source: Any
    columns: Mapping[str, str] = field(default_factory=dict)  # field -> heading
    dates: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class RowRule:
    """A rule on a whole row: where the condition (SQL over the fields) holds, the row is not taken."""

    field: str
    condition: str
    reason: str
    needs: tuple[str, ...] = ()  # other columns without which the rule does not apply


def given_as(table: str, value: Any, encoding: str | None = None, dates: str | None = None) -> Given:
    """A table from what stands in `tables`: a source by itself, or a mapping with the key `file` and how to read it."""
    if isinstance(value, Given):
        return value
    if not isinstance(value, Mapping):
        return Given(value, {}, dates, encoding)
    unknown = sorted(set(value) - {"file", "columns", "dates", "encoding"})
    if unknown or "file" not in value:
        raise LedgerError(
            f"Table {table}: {unknown[0]!r} is not known here; there are file, columns, dates and encoding."
            if unknown
            else f"Table {table}: no file is named."
        )
    if value.get("dates") not in (None, "dmy", "mdy"):
        raise LedgerError(f"Table {table}: dates {value['dates']!r} is neither dmy (day first) nor mdy (month first).")
    return Given(value["file"], value.get("columns", {}), value.get("dates", dates), value.get("encoding", encoding))


def read_rows(
    table: str, source: Any, rules: Sequence[RowRule] = ()
) -> tuple[TableRead, list[TableNote], list[dict[str, Any]]]:
    """A small table as Python rows: `line` and each field, None where it says nothing; customers stay as written."""
    with Scratch() as scratch, contextlib.closing(connect(scratch)) as con:
        read, notes = read_table(con, table, given_as(table, source), scratch, rules)
        if read.refused:
            return read, notes, []
        found = con.execute(f"SELECT * FROM table_{table} ORDER BY line")
        names = [column[0] for column in found.description]
        return read, notes, [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def read_table(
    con: Connection,
    table: str,
    given: Given,
    scratch: Path,
    rules: Sequence[RowRule] = (),
    progress: Progress = lambda text, fraction: None,
    kept: str = "",
) -> tuple[TableRead, list[TableNote]]:
    """Table `table_NAME` in the database: line, every field of its shape; unless the table is refused.

    Where the database knows the ledger's customers (`known_customers`), a row must be of one of them, and the field
    customer is their number there. `kept` is SQL over the rows taken, for a table that is added up at once.
    """
    name = _name(given.source)
    try:
        source, chosen, choices = _open(SHAPES[table], given)
        name = source.name
        return _Reader(con, SHAPES[table], source, chosen, choices, given, rules).read(scratch, progress, kept)
    except LedgerError as error:
        return TableRead(table, name, 0, 0, str(error)), []
    finally:
        con.execute("DROP TABLE IF EXISTS typed; DROP VIEW IF EXISTS source; DROP TABLE IF EXISTS raw")
        for (left,) in rows(
            con, "SELECT table_name FROM duckdb_tables() WHERE regexp_matches(table_name, '^(odd|keys)_')"
        ):
            con.execute(f"DROP TABLE {left}")


def _name(source: Any) -> str:
    return Path(source).name if isinstance(source, str | Path) else "DataFrame"


def _open(shape: Shape, given: Given) -> tuple[Source, dict[str, int], dict[str, ColumnChoice]]:
    source, sheet = given.source, None
    if isinstance(source, str | Path) and "#" in str(source) and not Path(source).exists():
        file, _, sheet = str(source).rpartition("#")
        source = Path(file)
    wanted = {plain_heading(heading): name for name, heading in given.columns.items()}
    for name in given.columns:
        if name not in shape.columns:
            raise LedgerError(f"Table {shape.name} has no field {name!r}; its fields are {', '.join(shape.columns)}.")

    def fits(headings: Sequence[str]) -> bool:
        named = {wanted[plain] for heading in headings if (plain := plain_heading(heading)) in wanted}
        return not shape.missing([*named, *shape.recognised(headings)])

    opened = open_source(source, given.encoding, Sought(f"table {shape.name}", fits, sheet))
    headings = list(opened.headings)
    chosen: dict[str, int] = {}
    choices: dict[str, ColumnChoice] = {}
    for name, heading in given.columns.items():
        found = [i for i, h in enumerate(headings) if plain_heading(h) == plain_heading(heading)]
        if len(found) != 1:
            many = f"{len(found)} columns are" if found else "no column is"
            raise LedgerError(f"{opened.name}: {many} headed {heading!r} (wanted for {name}); {_listed(headings)}.")
        chosen[name] = found[0]
        choices[name] = ColumnChoice(name, headings[found[0]], "as the settings say")
    free = ["" if i in chosen.values() else heading for i, heading in enumerate(headings)]
    for name, position in shape.recognised(free).items():
        if name not in chosen:
            chosen[name] = position
            choices[name] = ColumnChoice(name, headings[position], "by its heading")
    for position in chosen.values():
        if sum(plain_heading(h) == plain_heading(headings[position]) for h in headings) > 1:
            raise LedgerError(f"{opened.name}: several columns are headed {headings[position]!r}; rename all but one.")
    if missing := shape.missing(list(chosen)):
        raise LedgerError(f"{opened.name}: no column could be recognised as {missing}; {_listed(headings)}.")
    return opened, chosen, choices


def _listed(headings: Sequence[str]) -> str:
    return "found: " + (", ".join(repr(h) for h in headings if h.strip()) or "none")


class _Reader:
    """The steps from a source to its typed table."""

    def __init__(
        self,
        con: Connection,
        shape: Shape,
        source: Source,
        chosen: dict[str, int],
        choices: dict[str, ColumnChoice],
        given: Given,
        rules: Sequence[RowRule],
    ) -> None:
        self.con, self.shape, self.source, self.chosen, self.choices = con, shape, source, chosen, choices
        self.given = given
        self.rules = [rule for rule in rules if {rule.field, *rule.needs} <= set(chosen)]
        self.typed = isinstance(source, SheetSource | FrameSource | TypedSource)
        self.raw = {name: f"raw_{name}" for name in chosen}
        self.columns: Mapping[str, Column] = shape.columns
        self.others: list[int] = []
        if not rows(con, "SELECT 1 FROM duckdb_tables() WHERE table_name = 'known_customers'"):
            self.columns = {  # without a ledger customers are ids as any others
                name: replace(column, kind="id") if column.kind == "customer" else column
                for name, column in shape.columns.items()
            }
        elif "customer" in chosen and "customer" not in given.columns:
            # Tables often have both a number and a name; which of them the ledger goes by is seen in the cells.
            positions = shape.candidates("customer", source.headings)
            self.others = [position for position in positions if position != chosen["customer"]]

    def read(self, scratch: Path, progress: Progress, kept: str) -> tuple[TableRead, list[TableNote]]:
        others = {f"other_{i}": position for i, position in enumerate(self.others)}
        self.source.load(self.con, self.chosen | others, scratch, progress)
        self.con.execute(MACROS)
        self._choose_customer_column()
        self._read_cells()
        self._fill_typed()
        total, taken = one(self.con, "SELECT count(*), count(*) FILTER (refused_by = '') FROM typed")
        if not total:
            raise LedgerError(f"{self.source.name}: there is no row below the headings.")
        notes, noted = self._notes()
        if not taken:
            raise LedgerError(self._why_none(total, notes))
        signs = [f"sign_{name}" for name in self.chosen if self.columns[name].kind == "money"]
        fields = ", ".join([*self.columns, *signs])
        taken_rows = f"SELECT line, {fields} FROM typed WHERE refused_by = ''"
        self.con.execute(
            f"CREATE OR REPLACE TABLE table_{self.shape.name} AS WITH taken AS ({taken_rows}) {kept or 'FROM taken'}"
        )
        columns = tuple((choice.field, choice.heading) for choice in self.choices.values())
        return TableRead(self.shape.name, self.source.name, total, taken, "", noted, columns), notes

    def _choose_customer_column(self) -> None:
        """The column that names the most customers of the ledger, the likeliest heading where several do."""
        if "customer" not in self.chosen or self.columns["customer"].kind != "customer":
            return
        needed = {position for name, position in self.chosen.items() if name not in ("customer", "label")}
        best = (-1, 0, "")
        for i, position in enumerate([self.chosen["customer"], *self.others]):
            raw = f"raw_other_{i - 1}" if i else "raw_customer"
            self._read_keys(raw)
            joined = f"keys_{raw} JOIN known_customers USING (key)"
            (known,) = one(self.con, f"SELECT count(DISTINCT customer) FROM {joined}")
            if known > best[0] and position not in needed:
                best = (known, position, raw)
        _, position, self.raw["customer"] = best
        if position != self.chosen["customer"]:
            heading = self.source.headings[position]
            self.choices["customer"] = ColumnChoice("customer", heading, "as the ledger names its customers so")

    def _read_keys(self, raw: str) -> None:
        """Table `keys_RAW`: the canonical key of every text of a column of customers."""
        keys = f"keys_{raw}"
        self.con.execute(
            f"CREATE OR REPLACE TABLE {keys} AS SELECT DISTINCT {raw} AS text, plain_key({raw}) AS key FROM source"
        )
        odd = [
            (text, words.customer_key(text)) for (text,) in rows(self.con, f"SELECT text FROM {keys} WHERE key IS NULL")
        ]
        fill(self.con, "odd_keys", {"text": "VARCHAR", "key": "VARCHAR"}, odd)
        self.con.execute(f"UPDATE {keys} SET key = odd_keys.key FROM odd_keys WHERE {keys}.text = odd_keys.text")
        self.con.execute("DROP TABLE odd_keys")

    def _read_cells(self) -> None:
        """Table `odd_FIELD` for each column: what the texts mean that the database does not read by itself."""
        columns = {name: self.columns[name] for name in self.chosen if self.columns[name].kind != "customer"}
        odd = {name: self._odd_texts(column) for name, column in columns.items()}
        dated = {name: column for name, column in columns.items() if column.kind in ("day", "month")}
        filled = {name: one(self.con, f"SELECT count(*) FROM source WHERE {self.raw[name]} <> ''")[0] for name in dated}
        headings = {name: choice.heading for name, choice in self.choices.items()}
        days = {name: odd[name] for name in dated}
        read: dict[str, list[Read]] = read_days(days, dated, filled, headings, self.given.dates, self.source.name)
        for name, column in columns.items():
            plain, kind = PLAIN[column.kind]
            if name not in dated:
                pointed = f"{plain.format(self.raw[name])} IS NOT NULL AND {self.raw[name]} LIKE '%.%'"
                (points,) = one(self.con, f"SELECT count(*) > 0 FROM source WHERE {pointed}")
                read[name] = read_texts(column, odd[name], points and not self.typed, self.typed)
            kinds = {"text": "VARCHAR", "value": kind, "problem": "VARCHAR", "sign": "VARCHAR"}
            fill(self.con, f"odd_{name}", kinds, read[name])

    def _odd_texts(self, column: Column) -> list[Text]:
        raw, plain = self.raw[column.name], PLAIN[column.kind][0].format(self.raw[column.name])
        found = rows(
            self.con,
            f"SELECT {raw}, min(line), count(*) FROM source WHERE NOT is_blank AND {plain} IS NULL "
            f"GROUP BY {raw} ORDER BY min(line), {raw}",
        )
        return [Text(*row) for row in found]

    def _fill_typed(self) -> None:
        """Table `typed`: each row with its values, what is wrong with its cells, and what costs it its place."""
        selected, joins, refusals = ["s.line", "s.damage"], [], []
        for name, column in self.columns.items():
            if name not in self.chosen:
                kind = "INTEGER" if column.kind == "customer" else PLAIN[column.kind][1]
                selected.append(f"CAST(NULL AS {kind}) AS {name}")
                continue
            value, problem, join = self._cell(column)
            selected += [f"{value} AS {name}", f"s.{self.raw[name]} AS cell_{name}", f"{problem} AS problem_{name}"]
            if column.kind == "money":
                selected.append(f"coalesce(o_{name}.sign, '') AS sign_{name}")
            joins.append(join)
            if column.strict:
                refusals.append((name, f"problem_{name} <> ''", f"problem_{name}"))
        refusals += [(rule.field, rule.condition, literal(rule.reason)) for rule in self.rules]
        by = " ".join(f"WHEN {condition} THEN {literal(name)}" for name, condition, _ in refusals)
        why = " ".join(f"WHEN {condition} THEN {reason}" for _, condition, reason in refusals)
        self.con.execute(
            f"CREATE OR REPLACE TABLE typed AS WITH cells AS (SELECT {', '.join(selected)} "
            f"FROM source s {' '.join(joins)} WHERE NOT s.is_blank) SELECT *, "
            f"CASE WHEN damage <> '' THEN 'line' {by} ELSE '' END AS refused_by, "
            f"CASE WHEN damage <> '' THEN 'the line ' || damage {why} ELSE '' END AS refusal FROM cells"
        )

    def _cell(self, column: Column) -> tuple[str, str, str]:
        """A cell's value, what is wrong with it, and the tables that tell."""
        name, raw = column.name, self.raw[column.name]
        if column.kind == "customer":
            blank = "names no customer" if column.required else ""
            none = ", ".join(literal(word) for word in sorted(spellings.NO_CUSTOMER))
            problem = (
                f"CASE WHEN k.key IN ({none}) THEN {literal(blank)} WHEN c.customer IS NULL "
                "THEN 'is no customer of the ledger' ELSE '' END"
            )
            join = f"LEFT JOIN keys_{raw} k ON k.text = s.{raw} LEFT JOIN known_customers c ON c.key = k.key"
            return "c.customer", problem, join
        value = f"coalesce({PLAIN[column.kind][0].format(f's.{raw}')}, o_{name}.value)"
        blank, outside = "is blank" if column.required else "", "FALSE"
        if column.least is not None:
            outside = f"{value} < {column.least}"
        if column.most is not None:
            outside += f" OR {value} > {column.most}"
        limits = f"between {column.least} and {column.most}" if column.most is not None else f"{column.least} or more"
        problem = (
            f"CASE WHEN coalesce(o_{name}.problem, '') <> '' THEN o_{name}.problem WHEN {value} IS NULL "
            f"THEN {literal(blank)} WHEN {outside} THEN {literal(f'is not {limits}')} ELSE '' END"
        )
        join = f"LEFT JOIN odd_{name} o_{name} ON o_{name}.text = s.{raw}"
        return f"CASE WHEN NOT ({outside}) THEN {value} END", problem, join

    def _notes(self) -> tuple[list[TableNote], int]:
        """What is wrong with the rows, in their order: the refused ones, and cells that were left out."""
        cells = " ".join(f"WHEN '{name}' THEN cell_{name}" for name in self.chosen)
        query = (
            f"SELECT line, refused_by AS field, coalesce(CASE refused_by {cells} END, '') AS value, refusal AS reason "
            "FROM typed WHERE refused_by <> ''"
        )
        for name in self.chosen:
            query += (
                f" UNION ALL SELECT line, '{name}', cell_{name}, problem_{name} || '; only this cell is left out' "
                f"FROM typed WHERE refused_by = '' AND problem_{name} <> ''"
            )
        (total,) = one(self.con, f"SELECT count(*) FROM ({query})")
        listed = rows(self.con, f"SELECT * FROM ({query}) ORDER BY line, field LIMIT {NOTES_LIMIT}")
        name = self.source.name
        return [
            TableNote(self.shape.name, name, line, self.choices[f].heading if f in self.choices else "", value, reason)
            for line, f, value, reason in listed
        ], total

    def _why_none(self, total: int, notes: Sequence[TableNote]) -> str:
        first = notes[0]
        place = f", column {first.column}" if first.column else ""
        none = "its only row cannot be taken" if total == 1 else f"none of its {total:,} rows can be taken"
        told = f"{self.source.name}: {none}; the first is line {first.line}{place}: {first.value!r} {first.reason}"
        if first.reason.endswith("customer of the ledger"):
            (example,) = one(self.con, "SELECT min(name) FROM known_customers")
            told += f", whose customers go by names such as {example!r}"
        return f"{told}."
