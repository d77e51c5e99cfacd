"""The database a ledger lives in while it is open, and the SQL that stands in sql/.

Statements run in a thread of their own, so that Ctrl-C is heard and the bar moves meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb

from ..errors import LedgerError

if TYPE_CHECKING:
    import pandas as pd

    from .sources import Progress

Result = TypeVar("Result")
SOON = 0.1  # seconds between two looks at a running statement
LARGE = 256 << 20  # bytes of a source; beyond it the ledger is kept on disk while it is read
SMALL = 256 << 10  # bytes of a source; up to it several threads take longer to agree than one to do it
LEAST_MEMORY, MOST_MEMORY = 900, 3000  # MB of the database of a ledger on disk; what runs beside it comes on top
LEAST_SCRATCH = 4096  # MB that may go to disk for what does not fit in memory
SCRATCH_PER_MB = 8  # of a source, where that is more: no ledger needs it, and a runaway statement fills no disk
LONG = 5  # looks after which a statement is worth a bar of its own
MOST_PARSED = 512  # texts
UNWANTED = (  # of the database's own improvements, where its version has them
    "compressed_materialization",  # packs the empty side of an outer join into types that what comes out does not fit
    "partitioned_execution",  # reads a large table once for each range of customers, also for few of its rows
)
_PARSED: dict[str, Sequence[duckdb.Statement]] = {}


@cache
def sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")


@cache
def _unwanted() -> str:
    """Of `UNWANTED` what this version has: a name that it does not know would be an error."""
    with duckdb.connect() as con:
        known = con.execute("SELECT name FROM duckdb_optimizers()").fetchall()
    return ",".join(name for (name,) in known if name in UNWANTED)


def flagged(text: str, flags: Mapping[str, bool]) -> str:
    """A statement with flags said in its text, not as parameters: what cannot happen in this ledger is not planned."""
    for name, holds in flags.items():
        text = re.sub(rf"[$]{name}\b", "TRUE" if holds else "FALSE", text)
    return text


class Connection:
    """A database in memory, or in a file that it can page to."""

    keeps_order = True  # rows are handed on in the order they lie in
    filled: dict[str, dict[str, Sequence[Any]]]  # what was put into tables by `fill`, by column

    def __init__(
        self, file: Path | None, scratch: Path, progress: Progress, memory: int, most: int, small: bool = False
    ) -> None:
        """`memory` of a database in a file and `most` that may go to disk besides, in MB; `small`: for one thread."""
        self.filled = {}
        self._place = scratch.parent
        self._con = duckdb.connect(str(file) if file else ":memory:")
        self._thread = ThreadPoolExecutor(1, "ledger")
        self._progress = progress
        self._step = ""
        settings = [
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            "TimeZone = 'UTC'",  # not the machine's: an instant becomes the same text everywhere
            "enable_progress_bar = true",  # counts how far a statement is
            "enable_progress_bar_print = false",
            "wal_autocheckpoint = '1TB'",  # a checkpoint would pack anew what lives for this run only
            "temp_directory = '{}'".format(str(scratch).replace("'", "''")),
            f"max_temp_directory_size = '{most}MB'",
        ]
        if file:
            settings.append(f"memory_limit = '{memory}MB'")
        if small:
            settings.append("threads = 1")
        self._con.execute("; ".join(f"SET {setting}" for setting in settings))
        self._con.execute("PRAGMA disable_checkpoint_on_shutdown")
        self._con.execute(f"SET disabled_optimizers = '{_unwanted()}'")
        self._run(sql("macros"))

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._thread.shutdown()
        self._con.close()

    def begin(self, step: str) -> None:
        self._step = step
        self._progress(step, None)

    def execute(self, query: str, parameters: Mapping[str, Any] | None = None) -> Connection:
        self._watched(lambda: self._run(query, parameters))
        return self

    def _run(self, query: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Each statement of a text in turn; the parameters are those of the last."""
        *before, last = self._parsed(query)
        for statement in before:
            self._con.execute(statement)
        self._con.execute(last, parameters) if parameters else self._con.execute(last)

    def _parsed(self, query: str) -> Sequence[duckdb.Statement]:
        """The statements of a text. Reading it is a fifth of a small ledger; the next finds it read."""
        parsed = _PARSED.get(query)
        if parsed is None:
            if len(_PARSED) >= MOST_PARSED:
                _PARSED.clear()  # another thread's ledger may do so too
            parsed = _PARSED[query] = self._con.extract_statements(query)
        return parsed

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._watched(self._con.fetchall)

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._watched(self._con.fetchone)

    @property
    def description(self) -> list[tuple[Any, ...]]:
        return self._con.description

    def df(self) -> pd.DataFrame:
        return self._watched(self._con.df)

    def register(self, name: str, frame: Any) -> None:
        self._con.register(name, frame)

    def unregister(self, name: str) -> None:
        self._con.unregister(name)

    def fill(self, table: str, kinds: Mapping[str, str], columns: Mapping[str, Sequence[Any]]) -> None:
        """A table of columns of these SQL types."""
        if not any(columns.values()):
            empty = ", ".join(f"{name} {kind}" for name, kind in kinds.items())
            self.execute(f"CREATE OR REPLACE TABLE {table} ({empty})")
            return
        select = ", ".join(f"unnest(CAST(${name} AS {kind}[])) AS {name}" for name, kind in kinds.items())
        self.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT {select}", {n: list(v) for n, v in columns.items()})

    def _watched(self, work: Callable[[], Result]) -> Result:
        """Do it in the other thread. This one waits, a little at a time, for on Windows a wait is deaf to Ctrl-C."""
        running = self._thread.submit(work)
        looks = 0
        try:
            while True:
                try:
                    return running.result(SOON)
                except StillRunning:
                    looks += 1
                    self._tell(looks)
        except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise LedgerError(
                f"There is not enough memory or disk for the ledger ({reason}). What does not fit in memory goes to "
                f"{self._place}; the environment variable TMPDIR (TEMP on Windows) names a larger place."
            ) from error
        except BaseException:  # Ctrl-C above all
            self._stop(running)
            raise

    def _tell(self, looks: int) -> None:
        if looks >= LONG:
            percent = self._con.query_progress()
            self._progress(self._step, percent / 100 if percent >= 0 else None)

    def _stop(self, running: Future[Any]) -> None:
        while not running.done():  # an interruption before the statement has begun is lost
            self._con.interrupt()
            try:
                running.exception(SOON)
            except StillRunning:
                continue


def connect(scratch: Path, size: int = 0, progress: Progress = lambda text, fraction: None) -> Connection:
    """A database in memory, or for a ledger of a large `size` in bytes on disk, with half of it in memory."""
    file = scratch / "ledger.duckdb" if size > LARGE else None
    memory = min(MOST_MEMORY, max(LEAST_MEMORY, size >> 21))
    return Connection(file, scratch, progress, memory, allowed(size), 0 < size <= SMALL)


def allowed(size: int) -> int:
    """MB that may go to disk for a source of so many bytes."""
    return max(LEAST_SCRATCH, SCRATCH_PER_MB * size >> 20)


def rows(con: Connection, query: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    return con.execute(query, parameters).fetchall()


def one(con: Connection, query: str, parameters: Mapping[str, Any] | None = None) -> tuple[Any, ...]:
    """The only row of a query that always has one."""
    return rows(con, query, parameters)[0]


def fill(con: Connection, table: str, kinds: Mapping[str, str], values: Sequence[Sequence[Any]]) -> None:
    """A table from plain Python rows. They stay at hand while it is cleaned: they decide what is asked."""
    columns: dict[str, Sequence[Any]] = dict.fromkeys(kinds, ())
    if values:
        columns.update(zip(kinds, zip(*values, strict=True), strict=True))
    con.fill(table, kinds, columns)
    con.filled[table] = columns
