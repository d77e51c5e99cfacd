"""What every source shares: the heading line is found, and rows become the table `raw` behind the view `source`."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .columns import FIELDS, REQUIRED, plain_heading, recognised
from .database import Connection
from .grouped import with_group

SEARCHED_LINES = 40  # the heading line is looked for in these; titles and blank lines may stand above it


def is_ledger(headings: Sequence[str], wanted: Mapping[str, str]) -> bool:
    """Whether these can be a ledger's headings: each required field is recognised or named by the user."""
    headings = with_group(headings)
    present = {plain_heading(h) for h in headings}
    named = {field for field, heading in wanted.items() if plain_heading(heading) in present}
    return set(REQUIRED) <= set(recognised(headings)) | named


@dataclass(frozen=True, slots=True)
class Sought:
    """The table that is looked for in a source: known by its headings, in a workbook also by the name of its sheet."""

    what: str  # "ledger", in sentences
    fits: Callable[[Sequence[str]], bool]  # whether a row can be the headings of such a table
    sheet: str | None = None
    several: bool = False  # whether like sheets of a workbook, or the files of a folder, make one table
    other: Callable[[str], object] = lambda name: None  # the other table that a sheet or file of this name holds


def ledger_sought(wanted: Mapping[str, str], sheet: str | None = None) -> Sought:
    """A ledger, whose columns (field -> heading) the user may have named."""
    from .supporting.shapes import table_named

    return Sought("ledger", lambda headings: is_ledger(headings, wanted), sheet, True, table_named)


def heading_position(rows: Sequence[Sequence[str]], sought: Sought) -> int | None:
    """Which of the first rows has the headings: those sought, else the first with two cells filled, else with one."""
    for position, row in enumerate(rows):
        if sought.fits(row):
            return position
    for least in (2, 1):
        for position, row in enumerate(rows):
            if sum(bool(cell.strip()) for cell in row) >= least:
                return position
    return None


def fitted(row: list[str], width: int) -> tuple[str, list[str]]:
    """A row as wide as the headings, and its damage: blank cells at the end come and go, filled ones are too many."""
    while len(row) > width and not row[-1].strip():
        row = row[:-1]
    if len(row) > width:
        return f"has {len(row)} cells, the heading line has {width}", [""] * width
    return "", row + [""] * (width - len(row))


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def reads_as_pattern(path: Path) -> bool:
    """Whether DuckDB would take the name of this one file for that of several."""
    return bool(set(str(path)) & set("*?[{"))


def read_csv(path: Path, width: int, skip: int, delimiter: str, compression: str) -> str:
    names = ", ".join(f"'f{i}': 'VARCHAR'" for i in range(width))
    return (
        f"read_csv({literal(str(path))}, auto_detect=false, header=false, skip={skip}, delim={literal(delimiter)}, "
        f"quote='\"', escape='\"', columns={{{names}}}, strict_mode=true, null_padding=false, "
        f"compression='{compression}')"
    )


# Fields that are kept as a value where their text follows from it: type and limits of the value, and how it is kept.
_DAY = ("DATE", "DATE '1980-01-01' AND DATE '2099-12-31'", "{}")
_CENTS = ("DECIMAL(18, 2)", "-9999999999999.99 AND 9999999999999.99", "CAST({} * 100 AS BIGINT)")
EXACT = {"date": _DAY, "start": _DAY, "end": _DAY, "due": _DAY, "amount": _CENTS}


def select_raw(
    chosen: Mapping[str, int],
    width: int,
    column: Callable[[int], str],
    table: str,
    also: str = "",
    whole: Sequence[int | None] | None = None,
) -> str:
    """The query that makes `raw` of a table: the chosen columns under their field's name, and a hash of the others.

    A day in ISO form and an amount with two decimals are kept as what they are, `exact_FIELD`, and their text, which
    follows from it, is not: `text_FIELD` is NULL there. `whole`: hash the whole line, in this order of columns, None
    for one that is missing here: equal lines of files with their columns in another order are equal.
    """
    others = _others(chosen, width)
    hashed = f"hash({', '.join(f'cell_{i}' for i in others)}) AS other_hash, " if others else ""
    if whole is not None:
        hashed = f"hash({', '.join(repr('') if i is None else f'cell_{i}' for i in whole)}) AS line_hash, "
    cells = ", ".join(f"coalesce({column(position)}, '') AS cell_{position}" for position in range(width))
    blank = " AND ".join(f"trim(cell_{i}) = ''" for i in range(width))
    kept, tried, sure = [], "", ""
    for field, position in chosen.items():
        if field not in EXACT:
            kept.append(f"cell_{position} AS raw_{field}")
            continue
        kind, limits, exact = EXACT[field]
        tried += f", TRY_CAST(cell_{position} AS {kind}) AS tried_{field}"
        is_sure = f"CAST(tried_{field} AS VARCHAR) = cell_{position} AND tried_{field} BETWEEN {limits}"
        sure += f", CASE WHEN {is_sure} THEN tried_{field} END AS sure_{field}"
        kept.append(f"{exact.format(f'sure_{field}')} AS exact_{field}")
        kept.append(f"CASE WHEN sure_{field} IS NULL THEN cell_{position} END AS text_{field}")
    row_blank = blank
    if "amount" in chosen:  # a line with an amount is not blank: the other columns need no look
        filled = f"sure_amount IS NOT NULL OR trim(cell_{chosen['amount']}) <> ''"
        row_blank = f"CASE WHEN {filled} THEN FALSE ELSE {blank} END"
    return (
        f"SELECT {also}{', '.join(kept)}, {hashed}{row_blank} AS row_blank "
        f"FROM (SELECT *{sure} FROM (SELECT *{tried} FROM (SELECT {also}{cells} FROM {table})))"
    )


def _others(chosen: Mapping[str, int], width: int) -> list[int]:
    """The columns that `raw` does not keep."""
    return [position for position in range(width) if position not in chosen.values()]


def line_hash(chosen: Mapping[str, int], width: int, whole: Sequence[int | None] | None) -> str:
    """The hash of a whole line in `raw`, as SQL. What `raw` keeps is hashed when the hash is asked for, if ever."""
    if whole is not None:
        return "line_hash"
    return f"hash({kept_columns(chosen)}{', other_hash' if _others(chosen, width) else ''})"


def kept_columns(fields: Iterable[str]) -> str:
    """The columns of `raw` that hold these fields."""
    return ", ".join(f"exact_{field}, text_{field}" if field in EXACT else f"raw_{field}" for field in fields)


def view_source(
    con: Connection,
    chosen: Iterable[str],
    line: str,
    damage: str,
    typed: str,
    exact: bool = True,
    hashed: str = "line_hash",
) -> None:
    """The view `source`: every field as a column, also those that the source does not have. `hashed`: see line_hash.

    `exact`: `raw` has values as select_raw keeps them; else it has texts alone.
    """
    columns = []
    for field in dict.fromkeys((*FIELDS, *chosen)):
        raw = f"raw_{field}" if field in chosen else "''"
        if field not in EXACT:
            columns.append(f"{raw} AS raw_{field}")
        elif field in chosen and exact:
            text = f"coalesce(text_{field}, {text_of_exact(field, f'exact_{field}')})"
            columns.append(f"exact_{field}, text_{field}, {text} AS raw_{field}")
        else:
            columns.append(f"{no_value(field)}, {raw} AS text_{field}, {raw} AS raw_{field}")
    con.execute(
        f"CREATE OR REPLACE VIEW source AS SELECT {line} AS line, {damage} AS damage, {typed} AS amount_typed, "
        f"row_blank AND {damage} = '' AS is_blank, row_blank, {hashed} AS line_hash, "
        f"{', '.join(columns)} FROM raw"
    )


def no_value(field: str) -> str:
    """The column for the exact values of a field of which there are only texts."""
    return f"CAST(NULL AS {'BIGINT' if field == 'amount' else 'DATE'}) AS exact_{field}"


def text_of_exact(field: str, column: str) -> str:
    """The text that an exact value was read from."""
    cents = f"CAST(CAST({column} AS DECIMAL(17, 0)) * DECIMAL '0.01' AS DECIMAL(18, 2))"
    value = cents if field == "amount" else column
    return f"CAST({value} AS VARCHAR)"


def load_rows(
    con: Connection,
    chosen: Mapping[str, int],
    width: int,
    scratch: Path,
    rows: Iterable[tuple[int, bool, list[str]]],
    whole: Sequence[int | None] | None = None,
) -> None:
    """Fill `raw` from rows in Python: their line, whether the amount is a typed number, their cells."""
    orderly = scratch / "orderly.csv"
    with orderly.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for line, typed, row in rows:
            damage, cells = fitted(row, width)
            writer.writerow([line, damage, int(typed), *cells])
    table = (
        "(SELECT CAST(f0 AS BIGINT) AS row_line, coalesce(f1, '') AS row_damage, f2 = '1' AS row_typed, "
        f"* EXCLUDE (f0, f1, f2) FROM {read_csv(orderly, width + 3, 0, ',', 'none')})"
    )
    also = "row_line, row_damage, row_typed, "
    con.execute(
        f"CREATE OR REPLACE TABLE raw AS {select_raw(chosen, width, lambda i: f'f{i + 3}', table, also, whole)}"
    )
    view_source(con, chosen, "row_line", "row_damage", "row_typed", hashed=line_hash(chosen, width, whole))
    orderly.unlink()
