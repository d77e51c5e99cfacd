"""Tables in: a file or a DataFrame becomes the table `raw`, each cell as the text that stands there, with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ..errors import LedgerError
from .database import Connection
from .tables import Sought

Progress = Callable[[str, float | None], None]


class Source(Protocol):
    """A table that knows its headings and can put chosen columns into `raw`."""

    name: str
    headings: Sequence[str]
    size: int  # bytes, roughly: whether the ledger had better live on disk

    def load(self, con: Connection, chosen: Mapping[str, int], scratch: Path, progress: Progress) -> None: ...


def open_source(source: Any, encoding: str | None, sought: Sought) -> Source:
    """The right reader for a path or a DataFrame."""
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        from .frames import FrameSource

        return FrameSource(source)
    path = Path(source)
    if path.is_dir():
        raise LedgerError(f"{path}: this is a folder; name the {sought.what} file in it.")
    if not path.exists():
        raise LedgerError(f"{path}: there is no such file.")
    if path.stat().st_size == 0:
        raise LedgerError(f"{path.name}: the file is empty.")
    try:
        with path.open("rb") as file:
            magic = file.read(8)
    except OSError as error:
        raise LedgerError(f"{path}: the file cannot be opened ({error.strerror}).") from error
    suffix = path.suffix.lower()
    if magic.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or suffix in (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"):
        from .workbooks import WorkbookSource

        return WorkbookSource(path, magic, sought)
    if magic.startswith(b"PAR1"):
        from .frames import ParquetSource

        return ParquetSource(path)
    from .textfiles import CsvSource

    return CsvSource(path, encoding, sought)
