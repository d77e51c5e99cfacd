"""Tables in: a file or a DataFrame becomes the table `raw`, every cell as the text that stands there, with its line number."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

import duckdb

from ..errors import LedgerError
from .columns import FIELDS, REQUIRED, recognised

Progress = Callable[[str, float | None], None]
DELIMITERS = ",;\t|"
SEARCHED_LINES = 40  # the heading line is looked for in these; titles and blank lines may stand above it
_CHUNK = 1 << 22
_LONGEST_RECORD = 200  # physical lines; beyond it a quotation mark is taken as never closed


class Source(Protocol):
    """A table that knows its headings and can put chosen columns into `raw`."""

    name: str
    headings: Sequence[str]
    size: int  # bytes, roughly: whether the ledger had better live on disk

    def load(
        self, con: duckdb.DuckDBPyConnection, chosen: Mapping[str, int], scratch: Path, progress: Progress
    ) -> None: ...


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def heading_position(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows is the heading line: the first that names the required fields, else the first with two cells filled."""
    for position, row in enumerate(rows):
        if set(REQUIRED) <= set(recognised(row)):
            return position
    for least in (2, 1):
        for position, row in enumerate(rows):
            if sum(bool(cell.strip()) for cell in row) >= least:
                return position
    return None


def select_raw(chosen: Mapping[str, int], width: int, column: Callable[[int], str], typed: str = "FALSE") -> str:
    """The select list of `raw`: the chosen columns under their field's name, and a hash of the whole line."""
    fields = ", ".join(
        f"coalesce({column(chosen[f])}, '') AS raw_{f}" if f in chosen else f"'' AS raw_{f}" for f in FIELDS
    )
    whole = ", ".join(f"coalesce({column(i)}, '')" for i in range(width))
    blank = " AND ".join(f"coalesce({column(i)}, '') = ''" for i in range(width))
    return f"{fields}, {typed} AS amount_typed, hash({whole}) AS line_hash, ({blank}) AS is_blank"


class CsvSource:
    """A delimited text file, plain or .gz. DuckDB reads it; a file with oddities goes through Python's csv, more slowly."""

    def __init__(self, path: Path, encoding: str | None) -> None:
        self.path = path
        self.name = path.name
        self.compressed = path.suffix.lower() == ".gz"
        self.size = path.stat().st_size * (10 if self.compressed else 1)
        self.encoding = encoding or self._encoding_by_mark()
        rows, lines, self.delimiter = self._look()
        position = heading_position(rows)
        if position is None:
            raise LedgerError(f"{self.name}: the file is empty.")
        self.headings: Sequence[str] = [cell.strip() for cell in rows[position]]
        self.heading_line = lines[position]  # where the heading record starts
        self.heading_end = lines[position + 1] - 1 if position + 1 < len(lines) else None

    def _open(self) -> IO[bytes]:
        return gzip.open(self.path, "rb") if self.compressed else self.path.open("rb")

    @contextmanager
    def _text(self) -> Iterator[IO[str]]:
        try:
            with (
                self._open() as binary,
                io.TextIOWrapper(binary, encoding=self.encoding, errors="strict", newline="") as text,
            ):
                yield text
        except UnicodeError as error:
            raise self._undecodable() from error
        except LookupError as error:
            raise LedgerError(
                f"{self.name}: {self.encoding!r} is not an encoding Python knows; an example is cp1252."
            ) from error
        except (EOFError, gzip.BadGzipFile) as error:
            raise LedgerError(
                f"{self.name}: the file is not a complete .gz archive; export or copy it again."
            ) from error

    def _encoding_by_mark(self) -> str:
        try:
            with self._open() as file:
                mark = file.read(4)
        except (EOFError, gzip.BadGzipFile) as error:
            raise LedgerError(
                f"{self.name}: the file is not a complete .gz archive; export or copy it again."
            ) from error
        if mark.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        return "utf-8-sig"

    def _undecodable(self) -> LedgerError:
        line = 1
        decoder = codecs.getincrementaldecoder(self.encoding)()
        with self._open() as file:
            for row in file:
                try:
                    decoder.decode(row)
                except UnicodeError:
                    break
                line += 1
        return LedgerError(
            f"{self.name}, line {line}: the text is not {self.encoding.removesuffix('-sig').upper()}; save the file as "
            '"CSV UTF-8", or name its encoding (for example --encoding cp1252).'
        )

    def _look(self) -> tuple[list[list[str]], list[int], str]:
        """The first rows, the lines they start on, and the delimiter that makes the widest regular table of them."""
        with self._text() as text:
            head = [line for _, line in zip(range(SEARCHED_LINES), text, strict=False)]
        if head and head[0].lower().startswith("sep=") and len(head[0].strip()) == 5:
            told, head = head[0].strip()[4], ["\n", *head[1:]]
            return (*self._split(head, told), told)
        best: tuple[tuple[bool, int, int], str] | None = None
        for delimiter in DELIMITERS:
            rows, _ = self._split(head, delimiter)
            position = heading_position(rows)
            if position is None:
                continue
            width = len(rows[position])
            regular = sum(len(row) == width for row in rows)
            score = (set(REQUIRED) <= set(recognised(rows[position])), regular if width > 1 else 0, width)
            if best is None or score > best[0]:
                best = (score, delimiter)
        delimiter = best[1] if best else ","
        return (*self._split(head, delimiter), delimiter)

    def _split(self, head: list[str], delimiter: str) -> tuple[list[list[str]], list[int]]:
        reader = csv.reader(head, delimiter=delimiter)
        rows, lines, before = [], [], 0
        try:
            for row in reader:
                rows.append(row)
                lines.append(before + 1)
                before = reader.line_num
        except csv.Error:
            pass  # a field longer than csv allows; what was read so far is enough to choose a delimiter
        return rows, lines

    def load(
        self, con: duckdb.DuckDBPyConnection, chosen: Mapping[str, int], scratch: Path, progress: Progress
    ) -> None:
        progress(f"Reading {self.name}", None)
        if not (self._is_plain() and self._load_fast(con, chosen)):
            self._load_odd(con, chosen, scratch)

    def _is_plain(self) -> bool:
        """Whether DuckDB may read the file itself: UTF-8, and no sign in the name that it would take as a pattern."""
        return self.encoding == "utf-8-sig" and not set(str(self.path)) & set("*?[{") and self.heading_end is not None

    def _count_lines(self) -> int:
        """Physical lines of the file, blank ones at its end left out; checks the encoding on the way."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        lines, pending = 0, 0
        seen = False
        with self._open() as file:
            while chunk := file.read(_CHUNK):
                try:
                    decoder.decode(chunk)
                except UnicodeError as error:
                    raise self._undecodable() from error
                body = chunk.rstrip(b"\r\n")
                if body:
                    lines += pending + body.count(b"\n")
                    pending = chunk.count(b"\n") - body.count(b"\n")
                    seen = True
                else:
                    pending += chunk.count(b"\n")
        return lines + 1 if seen else 0

    def _read_csv(self, path: Path, width: int, skip: int, delimiter: str, compression: str) -> str:
        names = ", ".join(f"'f{i}': 'VARCHAR'" for i in range(width))
        return (
            f"read_csv({quoted(str(path))}, auto_detect=false, header=false, skip={skip}, delim={quoted(delimiter)}, quote='\"', "
            f"escape='\"', columns={{{names}}}, strict_mode=true, null_padding=false, compression='{compression}')"
        )

    def _load_fast(self, con: duckdb.DuckDBPyConnection, chosen: Mapping[str, int]) -> bool:
        """True where every physical line is one record, so that a row's position tells its line."""
        width, skip = len(self.headings), self.heading_end
        assert skip is not None
        expected = self._count_lines() - skip
        table = self._read_csv(self.path, width, skip, self.delimiter, "gzip" if self.compressed else "none")
        try:
            con.execute(f"CREATE OR REPLACE TABLE raw AS SELECT {select_raw(chosen, width, 'f{}'.format)} FROM {table}")
        except duckdb.Error:
            return False
        (rows,) = con.execute("SELECT count(*) FROM raw").fetchone() or (0,)
        if rows != expected:
            return False
        con.execute(f"CREATE OR REPLACE VIEW source AS SELECT rowid + {skip + 1} AS line, '' AS damage, * FROM raw")
        return True

    def _records(self, text: IO[str]) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(text, delimiter=self.delimiter)
        before = 0
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise LedgerError(
                    f"{self.name}, line {before + 1}: the line cannot be read as CSV ({error})."
                ) from error
            if reader.line_num - before > _LONGEST_RECORD:
                raise LedgerError(f"{self.name}, line {before + 1}: a quotation mark is opened here and never closed.")
            yield before + 1, row
            before = reader.line_num

    def _load_odd(self, con: duckdb.DuckDBPyConnection, chosen: Mapping[str, int], scratch: Path) -> None:
        """Blank lines, line breaks inside quotes, lines too short or too long: each record is written out again with its line."""
        width = len(self.headings)
        orderly = scratch / "orderly.csv"
        with self._text() as text, orderly.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for line, row in self._records(text):
                if line <= self.heading_line:
                    continue
                damage, row = fitted(row, width)
                writer.writerow([line, damage, *row])
        table = self._read_csv(orderly, width + 2, 0, ",", "none")
        con.execute(
            "CREATE OR REPLACE TABLE raw AS SELECT CAST(f0 AS BIGINT) AS line, coalesce(f1, '') AS damage, "
            f"{select_raw(chosen, width, lambda i: f'f{i + 2}')} FROM {table}"
        )
        con.execute("CREATE OR REPLACE VIEW source AS SELECT * FROM raw")
        orderly.unlink()


def fitted(row: list[str], width: int) -> tuple[str, list[str]]:
    """A row as wide as the headings. Blank cells left out at its end are filled; filled cells beyond the headings are damage."""
    while len(row) > width and not row[-1].strip():
        row = row[:-1]
    if len(row) > width:
        return f"has {len(row)} cells, the heading line has {width}", [""] * width
    return "", row + [""] * (width - len(row))


def open_source(source: Any, encoding: str | None) -> Source:
    """The right reader for a path or a DataFrame."""
    if hasattr(source, "columns") and hasattr(source, "iloc"):
        from .frames import FrameSource

        return FrameSource(source)
    path = Path(source)
    if path.is_dir():
        raise LedgerError(f"{path}: this is a folder; name the ledger file in it.")
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

        return WorkbookSource(path, magic)
    if magic.startswith(b"PAR1"):
        from .frames import ParquetSource

        return ParquetSource(path)
    return CsvSource(path, encoding)
