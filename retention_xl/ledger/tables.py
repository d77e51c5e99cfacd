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


def read_csv(path: Path, width: int, skip: int, delimiter: str, compression: str) -> str:
    names = ", ".join(f"'f{i}': 'VARCHAR'" for i in range(width))
    return (
        f"read_csv({literal(str(path))}, auto_detect=false, header=false, skip={skip}, delim={literal(delimiter)}, "
        f"quote='\"', escape='\"', columns={{{names}}}, strict_mode=true, null_padding=false, "
        f"compression='{compression}')"
    )


def select_raw(
    chosen: Mapping[str, int], width: int, column: Callable[[int], str], whole: Sequence[int | None] | None = None
) -> str:
    """The select list of `raw`: the chosen columns under their field's name, and a hash of the whole line.

    `whole` is the order in which columns are hashed, None for one that is missing here: equal lines of files with
    their columns in another order are equal.
    """
    fields = ", ".join(f"coalesce({column(position)}, '') AS raw_{field}" for field, position in chosen.items())
    hashed = ", ".join("''" if i is None else f"coalesce({column(i)}, '')" for i in (whole or range(width)))
    blank = " AND ".join(f"trim(coalesce({column(i)}, '')) = ''" for i in range(width))
    row_blank = blank
    if "amount" in chosen:  # a line with an amount is not blank: the other columns need no look
        row_blank = f"CASE WHEN trim(coalesce({column(chosen['amount'])}, '')) <> '' THEN FALSE ELSE {blank} END"
    return f"{fields}, hash({hashed}) AS line_hash, {row_blank} AS row_blank"


def view_source(con: Connection, chosen: Mapping[str, int], line: str, damage: str, typed: str) -> None:
    """The view `source`: every field as a column, also those that the source does not have."""
    absent = "".join(f", '' AS raw_{field}" for field in FIELDS if field not in chosen)
    con.execute(
        f"CREATE OR REPLACE VIEW source AS SELECT {line} AS line, {damage} AS damage, {typed} AS amount_typed{absent}, "
        f"row_blank AND {damage} = '' AS is_blank, raw.* FROM raw"
    )


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
    con.execute(
        "CREATE OR REPLACE TABLE raw AS SELECT CAST(f0 AS BIGINT) AS row_line, coalesce(f1, '') AS row_damage, "
        f"f2 = '1' AS row_typed, {select_raw(chosen, width, lambda i: f'f{i + 3}', whole)} "
        f"FROM {read_csv(orderly, width + 3, 0, ',', 'none')}"
    )
    view_source(con, chosen, "row_line", "row_damage", "row_typed")
    orderly.unlink()
