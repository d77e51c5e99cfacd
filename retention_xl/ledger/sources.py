"""Tables in: a file or a DataFrame becomes the table `raw`, each cell as the text that stands there, with its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeGuard

from ..errors import LedgerError
from .database import Connection
from .places import Places
from .tables import Sought

Progress = Callable[[str, float | None], None]


class Source(Protocol):
    """A table that knows its headings and can put chosen columns into `raw`."""

    name: str
    headings: Sequence[str]
    size: int  # bytes, roughly: whether the ledger had better live on disk
    places: Places  # of its lines, once it is loaded

    def load(
        self,
        con: Connection,
        chosen: Mapping[str, int],
        scratch: Path,
        progress: Progress,
        whole: Sequence[int | None] | None = None,
    ) -> None:
        """Fill `raw`. `whole` are the columns that make a line what it is, None for one that only others have."""


def only(source: Any) -> Any:
    """The one member of a list of one; anything else as it is."""
    return source[0] if isinstance(source, (list, tuple)) and len(source) == 1 else source


def leave(source: Source) -> None:
    """Let go of a source that will not be loaded."""
    if close := getattr(source, "close", None):
        close()


def open_source(
    source: Any, encoding: str | None, sought: Sought, table: str | None = None, query: str | None = None
) -> Source:
    """The right reader: for a file, a folder, a pattern such as exports/*.csv, several paths, the URL of a database,
    or a DataFrame."""
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        from .frames import FrameSource

        return FrameSource(source)
    if hasattr(source, "__arrow_c_stream__"):
        from .frames import ArrowSource

        return ArrowSource(source)
    source = only(source)
    if not isinstance(source, (str, Path, list, tuple)):
        raise LedgerError(f"A {type(source).__name__} is no ledger; give a path, a DataFrame or an Arrow table.")
    if is_database(source):
        from .server import DatabaseSource

        return DatabaseSource(source, table, query)
    if table is not None or query is not None:
        raise LedgerError(
            f"{'--table' if table is not None else '--query'} is for a database, whose URL then stands in the place "
            "of the ledger's file, such as postgresql://user@host/database."
        )
    if isinstance(source, (list, tuple)):
        return _open_several(source, encoding, sought)
    if Path(source).is_dir() or _is_pattern(source):
        if not sought.several:
            raise LedgerError(f"{source}: this is more than one file; name the {sought.what} file alone.")
        from .folders import open_folder

        return open_folder(str(source), encoding, sought)
    return open_file(Path(source), encoding, sought)


def is_database(source: Any) -> TypeGuard[str]:
    return isinstance(source, str) and re.match(r"[A-Za-z][A-Za-z0-9_+]*://|sqlite:", source) is not None


def source_name(source: Any, table: str | None = None, engine: str = "duckdb") -> str:
    """What the ledger is called in the report, and its workbook after it."""
    source = only(source)
    if engine == "spark":
        return str(source).rstrip("/").rsplit("/", 1)[-1]
    if is_database(source):
        return table or "query"
    if isinstance(source, (list, tuple)):
        source = Path(source[0]).parent
    if Path(source).is_dir() or _is_pattern(source):
        from .folders import folder_name

        return folder_name(str(source))
    return Path(source).name


def _is_pattern(source: Any) -> bool:
    from .folders import is_pattern

    return is_pattern(str(source))


def _open_several(paths: Sequence[Any], encoding: str | None, sought: Sought) -> Source:
    if not paths:
        raise LedgerError(f"No {sought.what} file is named.")
    from .folders import open_files

    for path in map(Path, paths):
        if not path.exists():
            raise LedgerError(f"{path}: there is no such file.")
    return open_files([Path(path) for path in paths], source_name(paths), str(paths[0]), encoding, sought)


def open_file(path: Path, encoding: str | None, sought: Sought) -> Source:
    if not path.exists():
        raise LedgerError(f"{path}: there is no such file.")
    if path.stat().st_size == 0:
        raise LedgerError(f"{path.name}: the file is empty.")
    try:
        with path.open("rb") as file:
            magic = file.read(8)
    except OSError as error:
        raise LedgerError(f"{path}: the file cannot be opened ({error.strerror}).") from error
    from .workbook_guard import COMPOUND
    from .workbooks import SUFFIXES, sheet_source

    if magic.startswith((b"PK\x03\x04", COMPOUND)) or path.suffix.lower() in SUFFIXES:
        return sheet_source(path, sought)
    if magic.startswith(b"PAR1"):
        from .frames import ParquetSource

        return ParquetSource(path)
    from .textfiles import CsvSource

    return CsvSource(path, encoding, sought)
