"""Ledgers in delimited text. DuckDB reads an orderly file; one with oddities goes through Python's csv, more slowly."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import duckdb

from ..errors import LedgerError
from .database import Connection, one
from .file_kinds import told
from .grouped import fill_down, with_group
from .places import Places
from .sources import Progress
from .tables import (
    SEARCHED_LINES,
    Sought,
    heading_position,
    line_hash,
    load_rows,
    read_csv,
    reads_as_pattern,
    select_raw,
    view_source,
)

if TYPE_CHECKING:
    from _csv import Reader

DELIMITERS = ",;\t|"
_BLANKS = " "  # columns set apart by one blank or more
_MARKS = (  # the longer first: that of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_CHUNK = 1 << 22
_LONGEST_RECORD = 200  # physical lines; beyond it a quotation mark is taken as never closed


def _reader(lines: Iterable[str], delimiter: str) -> Reader:
    if delimiter == _BLANKS:
        return csv.reader((line.rstrip() + "\n" for line in lines), delimiter=_BLANKS, skipinitialspace=True)
    return csv.reader(lines, delimiter=delimiter)


def _in_blank_columns(head: Sequence[str]) -> bool:
    return len({len(line.split()) for line in head if line.strip()}) == 1


class CsvSource:
    """A delimited text file, plain or .gz."""

    def __init__(self, path: Path, encoding: str | None, sought: Sought) -> None:
        self.path = path
        self.name, self.places = path.name, Places(path.name)
        with path.open("rb") as file:
            self.compressed = file.read(2) == b"\x1f\x8b"
        self.size = path.stat().st_size * (10 if self.compressed else 1)
        self.encoding = self._encoding(encoding)
        self._sought = sought
        rows, lines, self.delimiter = self._look()
        position = heading_position(rows, sought)
        if position is None:
            raise LedgerError(f"{self.name}: the file is empty.")
        given = [cell.strip() for cell in rows[position]]
        self.headings: Sequence[str] = with_group(given) if sought.several else given
        self.grouped = list(self.headings) != given
        self.heading_line = lines[position]  # where the heading record starts
        self.heading_end = lines[position + 1] - 1 if position + 1 < len(lines) else None

    @contextmanager
    def _binary(self) -> Iterator[IO[bytes]]:
        try:
            with gzip.open(self.path, "rb") if self.compressed else self.path.open("rb") as file:
                yield file  # type: ignore[misc]
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise LedgerError(
                f"{self.name}: the file is not a complete .gz archive; export or copy it again."
            ) from error

    @contextmanager
    def _text(self) -> Iterator[IO[str]]:
        try:
            with (
                self._binary() as binary,
                io.TextIOWrapper(binary, encoding=self.encoding, errors="strict", newline="") as text,
            ):
                yield text
        except UnicodeError as error:
            raise self._undecodable() from error
        except LookupError as error:
            raise LedgerError(
                f"{self.name}: {self.encoding!r} is not an encoding that Python knows, such as cp1252."
            ) from error

    def _encoding(self, given: str | None) -> str:
        """That of the mark at the file's beginning, else the one given, else UTF-8."""
        with self._binary() as file:
            begin = file.read(400)
        if given is None and (meaning := told(begin)):
            raise LedgerError(f"{self.name}: the file {meaning}.")
        marked = next((encoding for mark, encoding in _MARKS if begin.startswith(mark)), None)
        return marked or given or "utf-8-sig"

    def _undecodable(self) -> LedgerError:
        line = 1
        decoder = codecs.getincrementaldecoder(self.encoding)()
        with self._binary() as file:
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
        for delimiter in DELIMITERS + _BLANKS:
            if delimiter == _BLANKS and (best is None or best[0][0] or not _in_blank_columns(head)):
                continue
            rows, _ = self._split(head, delimiter)
            position = heading_position(rows, self._sought)
            if position is None:
                continue
            width = len(rows[position])
            regular = sum(len(row) == width for row in rows)
            score = (self._sought.fits(rows[position]), regular if width > 1 else 0, width)
            if best is None or score > best[0]:
                best = (score, delimiter)
        delimiter = best[1] if best else ","
        return (*self._split(head, delimiter), delimiter)

    def _split(self, head: list[str], delimiter: str) -> tuple[list[list[str]], list[int]]:
        reader = _reader(head, delimiter)
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
        self,
        con: Connection,
        chosen: Mapping[str, int],
        scratch: Path,
        progress: Progress,
        whole: Sequence[int | None] | None = None,
    ) -> None:
        progress(f"Reading {self.name}", None)
        if not (self._is_plain() and self._load_fast(con, chosen, whole)):
            self._load_odd(con, chosen, scratch, whole)

    def _is_plain(self) -> bool:
        """Whether DuckDB may read the file itself: UTF-8, and no sign in the name that it would take as a pattern."""
        whole = not self.grouped and self.delimiter != _BLANKS and self.heading_end is not None
        return whole and self.encoding == "utf-8-sig" and not reads_as_pattern(self.path)

    def _count_lines(self) -> int:
        """Physical lines of the file, blank ones at its end left out; checks the encoding on the way."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        lines, pending = 0, 0
        seen = False
        with self._binary() as file:
            while chunk := file.read(_CHUNK):
                if not chunk.isascii() or decoder.getstate()[0]:
                    try:
                        decoder.decode(chunk)
                    except UnicodeError as error:
                        raise self._undecodable() from error
                blank = chunk.count(b"\n", len(chunk.rstrip(b"\r\n")))
                inside = chunk.count(b"\n") - blank
                if chunk.strip(b"\r\n"):
                    lines += pending + inside
                    pending = blank
                    seen = True
                else:
                    pending += blank
        return lines + 1 if seen else 0

    def _load_fast(self, con: Connection, chosen: Mapping[str, int], whole: Sequence[int | None] | None) -> bool:
        """True where every physical line is one record, so that a row's position tells its line."""
        width, skip = len(self.headings), self.heading_end
        assert skip is not None
        expected = self._count_lines() - skip
        table = read_csv(self.path, width, skip, self.delimiter, "gzip" if self.compressed else "none")
        try:
            select = select_raw(chosen, width, "f{}".format, table, whole=whole)
            con.execute(f"CREATE OR REPLACE TABLE raw AS {select}")
        except duckdb.Error:
            return False
        (rows,) = one(con, "SELECT count(*) FROM raw")
        if rows != expected:
            return False
        view_source(con, chosen, f"rowid + {skip + 1}", "''", "FALSE", hashed=line_hash(chosen, width, whole))
        return True

    def _records(self, text: IO[str]) -> Iterator[tuple[int, list[str]]]:
        reader = _reader(text, self.delimiter)
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

    def _load_odd(
        self, con: Connection, chosen: Mapping[str, int], scratch: Path, whole: Sequence[int | None] | None
    ) -> None:
        """Line breaks in quotes, blank lines, lines too short or too long: every record keeps the line it starts on."""
        with self._text() as text:
            records = ((line, False, row) for line, row in self._records(text) if line > self.heading_line)
            rows = fill_down(records) if self.grouped else records
            load_rows(con, chosen, len(self.headings), scratch, rows, whole)
