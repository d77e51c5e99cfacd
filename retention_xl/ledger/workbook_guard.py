"""What could harm the reader of a workbook (a bomb, a stray cell in the far corner) is met before it is read."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any
from xml.parsers import expat

from ..column_letters import LAST_COLUMN, LAST_ROW, column_number, letters
from ..errors import LedgerError
from . import binary_workbook
from .file_kinds import is_plain_text, told

LARGEST = 4 << 30  # bytes of all parts when unpacked
SUSPICIOUS = (200 << 20, 150)  # unpacked bytes, and times the packed size: no real workbook is packed that well
MOST_CELLS = 60_000_000  # of the rectangle around all filled cells: the reader takes memory for each
CHUNK = 1 << 20
COMPOUND = b"\xd0\xcf\x11\xe0"  # the container of .xls, and of any Excel file under a password
_COORDINATE = re.compile(rb'\br="([A-Z]{0,3})([0-9]{1,7})"')
_SHEET = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\bname="([^"]*)"[^>]*?\b(?:\w+:)?id="([^"]*)"')
_PART = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ENTRY = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT = f"{_ENTRY}table:1.0 ", f"{_ENTRY}office:1.0 ", f"{_ENTRY}text:1.0 "


def check_workbook(path: Path, name: str) -> None:
    """Refuse what is no workbook, is under a password, or would take far more memory than its lines need."""
    with path.open("rb") as file:
        start = file.read(400)
    magic = start[:4]
    if magic == COMPOUND:
        if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise protected(name)
    elif magic.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as package:
                _check_package(package, name)
        except (
            zipfile.BadZipFile,
            EOFError,
            NotImplementedError,
            RuntimeError,
            LookupError,
            expat.ExpatError,
        ) as error:
            raise unreadable(name, error) from error
    else:
        meaning = told(start) or "is not a workbook, though its name says so"
        raise LedgerError(f"{name}: the file {meaning}{'; it holds text: name it .csv' * is_plain_text(start)}.")


def protected(name: str) -> LedgerError:
    return LedgerError(f"{name}: the workbook is protected by a password; save a copy without it.")


def unreadable(name: str, error: BaseException) -> LedgerError:
    return LedgerError(f"{name}: the file cannot be read as a workbook ({error}).")


def _check_package(package: zipfile.ZipFile, name: str) -> None:
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    if unpacked > LARGEST or (unpacked > SUSPICIOUS[0] and unpacked > SUSPICIOUS[1] * packed):
        raise LedgerError(
            f"{name}: the file unpacks to {unpacked >> 20:,} MB from {packed >> 20:,} MB, which no "
            "ledger does; save it again in the program that made it, or as CSV UTF-8."
        )
    names = {part.filename for part in parts}
    if "META-INF/manifest.xml" in names and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise protected(name)
    if "content.xml" in names:
        for title, width, height in _extents_of_opendocument(package):
            _check_extent(width, height, title, name)
    elif "xl/workbook.bin" in names:
        titles = _titles(package, "bin")
        for part in parts:
            if re.fullmatch(r"xl/worksheets/[^/]+\.bin", part.filename):
                with package.open(part) as file:
                    width, height = binary_workbook.extent(file)
                _check_extent(width, height, titles.get(part.filename, part.filename), name)
    elif any(part.startswith("xl/") for part in names):
        titles = _titles(package, "xml") if "xl/workbook.xml" in names else {}
        for part in parts:
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part.filename):
                width, height = _extent_of_xml(package, part)
                _check_extent(width, height, titles.get(part.filename, part.filename), name)
    else:
        raise LedgerError(f"{name}: the file is an archive and no workbook; unpack it and name the ledger in it.")


def _check_extent(width: int, height: int, title: str, name: str) -> None:
    # No program's sheet goes further than the last column and row: more is damage.
    if width * height > MOST_CELLS or width > LAST_COLUMN or height > LAST_ROW:
        raise LedgerError(
            f"{name}, sheet {title!r}: cells are filled as far as column {letters(width)} and row {height:,}; "
            "delete the columns and rows beyond the table and save."
        )


def _extent_of_xml(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[int, int]:
    widest, lowest = b"A", 1
    for chunk in _overlapping(package, part):
        found = _COORDINATE.findall(chunk)
        if found:
            widest = max(widest, *(column for column, _ in found), key=lambda c: (len(c), c))
            lowest = max(lowest, *(int(row) for _, row in found))
    return column_number(widest.decode()), lowest


def _titles(package: zipfile.ZipFile, kind: str) -> dict[str, str]:
    """The name of the sheet that each part of the package holds."""
    targets = {}
    for entry in _PART.findall(package.read(f"xl/_rels/workbook.{kind}.rels")):
        pair = dict(re.findall(r'(\w+)="([^"]*)"', entry.decode("utf-8", "replace")))
        targets[pair.get("Id", "")] = "xl/" + pair.get("Target", "").removeprefix("/xl/").removeprefix("/")
    if kind == "bin":
        with package.open("xl/workbook.bin") as file:
            return {targets.get(key, ""): title for key, title in binary_workbook.sheets(file)}
    return {
        targets.get(key.decode(), ""): unescape(title.decode("utf-8", "replace"))
        for title, key in _SHEET.findall(package.read("xl/workbook.xml"))
    }


def _overlapping(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part in pieces; each begins with the end of the one before, so that no coordinate is cut."""
    before = b""
    with package.open(part) as file:
        while chunk := file.read(CHUNK):
            yield before + chunk
            before = chunk[-32:]


class _Extents:
    """Follows an OpenDocument text: how far the filled cells of each table reach, repeated ones counted out."""

    def __init__(self) -> None:
        self.found: list[tuple[str, int, int]] = []
        self._title = ""
        self._row = self._repeats = self._column = self._width = self._height = 0
        self._cell = (0, False)  # how often the cell is repeated, and whether it has a value

    def start(self, name: str, given: Mapping[str, str]) -> None:
        if name == _TABLE + "table":
            self._title = given.get(_TABLE + "name", "")
            self._row = self._width = self._height = 0
        elif name == _TABLE + "table-row":
            self._repeats, self._column = _count(given, "number-rows-repeated"), 0
        elif name in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            self._cell = (_count(given, "number-columns-repeated"), _OFFICE + "value-type" in given)
        elif name == _TEXT + "p":
            self._cell = (self._cell[0], True)

    def end(self, name: str) -> None:
        if name in (_TABLE + "table-cell", _TABLE + "covered-table-cell"):
            repeats, filled = self._cell
            self._column += repeats
            if filled:
                self._width = max(self._width, self._column)
                self._height = max(self._height, self._row + self._repeats)
        elif name == _TABLE + "table-row":
            self._row += self._repeats
        elif name == _TABLE + "table":
            self.found.append((self._title, self._width, self._height))


def _count(given: Mapping[str, str], attribute: str) -> int:
    text = given.get(_TABLE + attribute, "1")
    return int(text) if re.fullmatch("[0-9]{1,12}", text) else 1


def _extents_of_opendocument(package: zipfile.ZipFile) -> list[tuple[str, int, int]]:
    extents = _Extents()
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: Any) -> None:
        raise expat.ExpatError("a document type is declared")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = extents.start, extents.end
    with package.open("content.xml") as file:
        while chunk := file.read(CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return extents.found
