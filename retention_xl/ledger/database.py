"""The database a ledger lives in while it is open, and the SQL that stands in sql/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

Connection = duckdb.DuckDBPyConnection


@cache
def sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def connect(scratch: Path, on_disk: bool) -> Connection:
    """A database in memory, or for a large ledger in a file that it can page to."""
    con = duckdb.connect(str(scratch / "ledger.duckdb") if on_disk else ":memory:")
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    con.execute("SET enable_progress_bar = false")
    con.execute(f"SET temp_directory = '{str(scratch).replace(chr(39), chr(39) * 2)}'")
    con.execute(sql("macros"))
    return con


def rows(con: Connection, query: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    return con.execute(query, parameters).fetchall() if parameters else con.execute(query).fetchall()


def one(con: Connection, query: str, parameters: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
    """The only row of a query that always has one."""
    return rows(con, query, parameters)[0]


def fill(con: Connection, table: str, columns: Mapping[str, str], values: Sequence[Sequence[Any]]) -> None:
    """A table from plain Python rows."""
    by_column = dict(zip(columns, zip(*values, strict=True), strict=True)) if values else dict.fromkeys(columns, ())
    select = ", ".join(f"unnest(CAST(${name} AS {kind}[])) AS {name}" for name, kind in columns.items())
    con.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT {select}", {name: list(v) for name, v in by_column.items()})
