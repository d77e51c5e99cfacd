"""Ledgers that are tables already: DataFrames of pandas or polars, Arrow tables, Parquet files. All know numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from ..errors import LedgerError
from .cells import is_number, text_of
from .database import Connection
from .places import Places
from .sources import Progress
from .tables import line_hash, literal, reads_as_pattern, select_raw, view_source


class FrameSource:
    """A pandas DataFrame, which is only read. Line 2 is its first row, as in the CSV it would be saved to."""

    name = "DataFrame"
    places = Places(name)

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.headings: Sequence[str] = [str(heading) for heading in frame.columns]
        self.size = 0  # it is in memory already

    def load(
        self,
        con: Connection,
        chosen: Mapping[str, int],
        scratch: Path,
        progress: Progress,
        whole: Sequence[int | None] | None = None,
    ) -> None:
        import numpy as np
        import pandas as pd

        width = len(self.headings)
        columns: dict[str, Any] = {}
        typed = np.zeros(len(self._frame), dtype=bool)
        for position in range(width):
            try:
                codes, distinct = pd.factorize(self._frame.iloc[:, position])
            except TypeError as error:
                raise LedgerError(
                    f"DataFrame, column {self.headings[position]}: a cell holds more than one value."
                ) from error
            texts = np.array([*map(text_of, distinct), ""], dtype=object)  # code -1 stands for a missing value
            columns[f"f{position}"] = texts[codes]
            if position == chosen.get("amount"):
                typed = np.array([*map(is_number, distinct), False], dtype=bool)[codes]
        con.register("frame", pd.DataFrame({**columns, "row_typed": typed}, dtype=None))
        select = select_raw(chosen, width, "f{}".format, "frame", "row_typed, ", whole)
        con.execute(f"CREATE OR REPLACE TABLE raw AS {select}")
        con.unregister("frame")
        view_source(con, chosen, "rowid + 2", "''", "row_typed", hashed=line_hash(chosen, width, whole))


class TypedSource:
    """A table that the database reads by itself, with its types. Line 2 is its first row."""

    name: str
    places: Places
    size: int
    headings: Sequence[str]
    _kinds: list[str]
    _table: str

    def _describe(self, con: duckdb.DuckDBPyConnection) -> None:
        described = con.execute(f"DESCRIBE SELECT * FROM {self._table}").fetchall()
        self.headings = [name for name, *_ in described]
        self._kinds = [str(kind) for _, kind, *_ in described]
        for heading, kind in zip(self.headings, self._kinds, strict=True):
            if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
                raise LedgerError(f"{self.name}, column {heading}: a cell holds more than one value.")

    def load(
        self,
        con: Connection,
        chosen: Mapping[str, int],
        scratch: Path,
        progress: Progress,
        whole: Sequence[int | None] | None = None,
    ) -> None:
        progress(f"Reading {self.name}", None)
        kind = self._kinds[chosen["amount"]] if "amount" in chosen else "VARCHAR"
        typed = "FALSE" if kind in ("VARCHAR", "BLOB") or kind.startswith("ENUM") else "TRUE"
        select = select_raw(chosen, len(self.headings), self._text, self._table, whole=whole)
        con.execute(f"CREATE OR REPLACE TABLE raw AS {select}")
        view_source(con, chosen, "rowid + 2", "''", typed, hashed=line_hash(chosen, len(self.headings), whole))

    def _text(self, position: int) -> str:
        column = '"' + self.headings[position].replace('"', '""') + '"'
        if self._kinds[position] == "DOUBLE":  # the 15 digits that a spreadsheet keeps
            return f"CASE WHEN isfinite({column}) THEN format('{{:.15g}}', {column}) END"
        if self._kinds[position] == "TIMESTAMP WITH TIME ZONE":  # the database's own text ends in +00
            return f"CAST({column} AS VARCHAR) || ':00'"
        return f"CAST({column} AS VARCHAR)"


LINE = 50  # bytes of a line of a ledger as text, roughly


class ParquetSource(TypedSource):
    def __init__(self, path: Path) -> None:
        self.name, self.places = path.name, Places(path.name)
        self._table = f"read_parquet({literal(str(path))})"
        if reads_as_pattern(path):
            raise LedgerError(f"{path.name}: the name of a Parquet file cannot have any of * ? [ {{; rename it.")
        try:
            with duckdb.connect() as con:
                self._describe(con)
                counted = con.execute(
                    f"SELECT sum(num_rows) FROM parquet_file_metadata({literal(str(path))})"
                ).fetchone()
        except duckdb.Error as error:
            raise LedgerError(f"{self.name}: the file cannot be read as Parquet.") from error
        assert counted is not None
        # Packed as it is, the file's own size says little of what its lines take.
        self.size = max(path.stat().st_size, LINE * int(counted[0] or 0))


class _Stream:
    """A table by nothing but its Arrow stream, which needs no pyarrow, whatever else the table can do."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


class ArrowSource(TypedSource):
    """A polars DataFrame, an Arrow table or any other that gives an Arrow stream. It is only read."""

    size = 0  # it is in memory already

    def __init__(self, table: Any) -> None:
        self.name = "DataFrame" if "polars" in type(table).__module__ else "Arrow table"
        self.places = Places(self.name)
        self._table = "arrow_table"
        # A reader gives its rows once only, and they are asked for twice.
        self._stream = _Stream(table.read_all() if hasattr(table, "read_all") else table)
        with duckdb.connect() as con:
            con.register(self._table, self._stream)
            self._describe(con)

    def load(
        self,
        con: Connection,
        chosen: Mapping[str, int],
        scratch: Path,
        progress: Progress,
        whole: Sequence[int | None] | None = None,
    ) -> None:
        con.register(self._table, self._stream)
        super().load(con, chosen, scratch, progress, whole)
        con.unregister(self._table)
