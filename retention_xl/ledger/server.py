"""A table or a query of a database, by its SQLAlchemy URL. It is only read, in chunks; no password is ever shown."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import LedgerError
from .cells import is_number, text_of
from .columns import listed
from .database import Connection
from .places import Places
from .sources import Progress
from .tables import load_rows

if TYPE_CHECKING:
    import sqlalchemy as sa

CHUNK = 20_000  # lines fetched at a time
_READS = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(?:select|with|values|table)\b", re.IGNORECASE | re.DOTALL)


class DatabaseSource:
    """The lines that a table or a query gives. Line 2 is the first of them, as in the CSV they would be saved to."""

    size = 0  # is not known before it is read

    def __init__(self, place: str, table: str | None, query: str | None) -> None:
        given = _url_of(place)
        # What a message says instead of the URL: neither the password nor options, which may hold one too.
        self._shown = given.set(query={}).render_as_string(hide_password=True).replace(":***@", "@")
        self._url = _with_driver(given)
        if (table is None) == (query is None):
            raise LedgerError(
                f"{self._shown}: say which lines to read, either --table NAME or --query 'select ...'{self._tables()}"
            )
        if query is not None and not _READS.match(query):
            raise LedgerError(f"--query: {_short(query)} is not a query that only reads, which begins with select.")
        self._query = query
        self.told: list[str] = []
        if table is not None:
            with self._connected() as con:
                self._table = self._find(con, table)
            self.name = self._table.fullname
            self.headings: Sequence[str] = [column.name for column in self._table.columns]
        else:
            self.name = "query"
            self._asked = self._ask()
            self.headings = [str(key) for key in next(self._asked).keys()]  # noqa: SIM118  a result is no mapping
        self.places = Places(self.name)

    def load(
        self,
        con: Connection,
        chosen: Mapping[str, int],
        scratch: Path,
        progress: Progress,
        whole: Sequence[int | None] | None = None,
    ) -> None:
        lines = self._ask() if self._query is None else self._asked
        with contextlib.closing(lines), self._failures():
            rows = self._rows(next(lines), chosen.get("amount", -1), progress)
            load_rows(con, chosen, len(self.headings), scratch, rows, whole)

    def close(self) -> None:
        if self._query is not None:
            self._asked.close()

    def _ask(self) -> Generator[Any]:
        """The lines as the database gives them, again and again, as long as this is not closed.

        A query is sent once: it may be slow, and what it calls may change something. Whoever has its headings goes on
        with its lines; the connection ends with this generator.
        """
        with self._connected() as server, self._lines(server) as result:
            while True:
                yield result

    def _rows(self, result: Any, amount: int, progress: Progress) -> Iterator[tuple[int, bool, list[str]]]:
        line, floats = 1, False
        for chunk in result.partitions(CHUNK):
            progress(f"Reading {self.name}: {line - 1:,} lines", None)
            for row in chunk:
                line += 1
                value = row[amount] if amount >= 0 else None
                floats = floats or isinstance(value, float)
                yield line, is_number(value), [text_of(cell) for cell in row]
        if floats:
            self.told.append(
                f"{self.name}: the column {self.headings[amount]} holds binary floating point numbers; each amount is "
                "taken with the 15 digits that they keep for certain."
            )

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        """A connection in a transaction that can only read, ended without a trace."""
        import sqlalchemy as sa

        try:
            engine = sa.create_engine(self._url, poolclass=sa.pool.NullPool, hide_parameters=True)
        except ModuleNotFoundError as error:
            raise self._without_driver(error.name or "") from error
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
            raise LedgerError(
                f"{self._shown}: SQLAlchemy knows no database {self._url.drivername!r}; a URL begins with "
                "postgresql://, sqlite:/// or the name of another one whose driver is installed."
            ) from error
        try:
            with self._failures(), engine.connect() as con:
                yield _read_only(con)
        finally:
            engine.dispose()

    @contextmanager
    def _failures(self) -> Iterator[None]:
        """What the database refuses, as an error of ours."""
        import sqlalchemy as sa

        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            raise LedgerError(f"{self._shown}: {self._reason(error)}") from error

    def _without_driver(self, package: str) -> LedgerError:
        known = {"psycopg": "retention-xl[postgresql]", "MySQLdb": "mysqlclient"}
        return LedgerError(
            f"{self._shown}: the driver of this database, the Python package {package}, is not installed; "
            f'pip install "{known.get(package, package)}".'
        )

    def _reason(self, error: Exception) -> str:
        """What the database says, in one line and without the password."""
        said = " ".join(str(getattr(error, "orig", None) or error).split())
        for secret in (self._url.password, *map(str, self._url.query.values())):
            said = said.replace(secret, "***") if secret else said
        return said if said.endswith((".", "?")) else f"{said}."

    @contextmanager
    def _lines(self, con: sa.Connection) -> Iterator[Any]:
        import sqlalchemy as sa

        con = con.execution_options(stream_results=True, yield_per=CHUNK)
        if self._query is not None:  # as it is: neither : nor % in it mean anything to us
            result = con.execution_options(no_parameters=True).exec_driver_sql(self._query)
        else:
            result = con.execute(sa.select(self._table).order_by(*self._table.primary_key))
        try:
            yield result
        finally:
            result.close()

    def _find(self, con: sa.Connection, wanted: str) -> sa.Table:
        """The table or view, by its name or as schema.name. Its columns are read as the driver gives them."""
        import sqlalchemy as sa

        inspector = sa.inspect(con)
        schema, name = None, wanted
        if wanted not in _names(inspector, None) and "." in wanted:
            schema, _, name = wanted.rpartition(".")
        names = _names(inspector, schema)
        found = [n for n in names if n == name] or [n for n in names if n.casefold() == name.casefold()]
        if len(found) != 1:
            near = difflib.get_close_matches(name, names, 5, 0.5) or names[:20]
            listed_near = ", ".join(near) or "none"
            raise LedgerError(f"{self._shown}: there is no table {wanted!r}; there are {listed_near}.")
        keys = set(inspector.get_pk_constraint(found[0], schema)["constrained_columns"])
        names_of = [column["name"] for column in inspector.get_columns(found[0], schema)]
        # Without their types: SQLAlchemy then passes on what the driver reads, and no amount goes through a float.
        columns = [sa.Column(name, sa.types.NullType(), primary_key=name in keys) for name in names_of]
        return sa.Table(found[0], sa.MetaData(), *columns, schema=schema)

    def _tables(self) -> str:
        import sqlalchemy as sa

        with self._connected() as con:
            return f"; the tables are {listed(_names(sa.inspect(con), None)[:50])}."


def _names(inspector: Any, schema: str | None) -> list[str]:
    return sorted({*inspector.get_table_names(schema), *inspector.get_view_names(schema)})


def _short(query: str) -> str:
    line = " ".join(query.split())
    return repr(line if len(line) <= 60 else f"{line[:57]}...")


def _url_of(place: str) -> sa.URL:
    try:
        import sqlalchemy as sa
    except ModuleNotFoundError as error:
        raise LedgerError(
            'Reading from a database needs SQLAlchemy; pip install "retention-xl[database]", for PostgreSQL '
            '"retention-xl[postgresql]".'
        ) from error
    try:
        url: sa.URL = sa.make_url(place)
    except (sa.exc.ArgumentError, ValueError) as error:
        # The text itself is not shown: it may hold a password that could not be told apart.
        raise LedgerError(
            "The address of the database cannot be read; it is written as postgresql://user@host:5432/database "
            "(signs such as @ or / in a password as %40, %2F)."
        ) from error
    return url


def _with_driver(url: sa.URL) -> sa.URL:
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")  # version 3; SQLAlchemy alone would ask for version 2
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        if not Path(str(url.database)).is_file():  # SQLite would make an empty one
            raise LedgerError(f"{url.database}: there is no such file.")
        file = Path(str(url.database)).absolute().as_uri()
        return url.set(database=f"{file}?mode=ro", query={**url.query, "uri": "true"})
    return url


def _read_only(con: sa.Connection) -> sa.Connection:
    """Where the database can promise it, nothing can be written and every chunk sees the same moment."""
    backend = con.dialect.name
    if backend == "postgresql":
        con = con.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        con.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")  # not that of the machine: every run sees the same days
        con.exec_driver_sql("SET LOCAL extra_float_digits = 1")
    elif backend in ("mysql", "mariadb"):
        con.exec_driver_sql("SET SESSION TRANSACTION READ ONLY")
        con.rollback()
    return con
