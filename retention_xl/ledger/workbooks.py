"""Ledgers in Excel files. What could harm the reader (a bomb, a stray cell in the far corner) is met beforehand."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import LedgerError
from .cells import is_number, text_of
from .database import Connection
from .sources import Progress
from .tables import SEARCHED_LINES, Sought, heading_position, load_rows
from .words import squeeze

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

LARGEST = 4 << 30  # bytes of all parts when unpacked
SUSPICIOUS = (200 << 20, 150)  # unpacked bytes, and times the packed size: no real workbook is packed that well
MOST_CELLS = 60_000_000  # of the rectangle around all filled cells: the reader takes memory for each
_COORDINATE = re.compile(rb'\br="([A-Z]{0,3})([0-9]{1,7})"')
_SHEET = re.compile(rb'<(?:\w+:)?sheet\b[^>]*?\bname="([^"]*)"[^>]*?\b(?:\w+:)?id="([^"]*)"')
_PART = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_CHUNK = 1 << 20


class WorkbookSource:
    """The one sheet of an Excel file that holds a ledger."""

    def __init__(self, path: Path, magic: bytes, sought: Sought) -> None:
        self.name = path.name
        self.size = 0  # an Excel sheet has at most a million lines
        if path.suffix.lower() not in (".xlsx", ".xlsm", ".xls"):
            raise LedgerError(f"{self.name}: this kind of file is not read; save it as .xlsx or as CSV UTF-8.")
        if magic.startswith(b"PK"):
            self._check_package(path)
        elif not magic.startswith(b"\xd0\xcf\x11\xe0"):
            raise LedgerError(f"{self.name}: the file is not an Excel workbook, though its name says so.")
        elif "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
            raise self._protected()
        self._choose_sheet(path, sought)

    def _protected(self) -> LedgerError:
        return LedgerError(f"{self.name}: the workbook is protected by a password; save a copy without it.")

    def _unreadable(self, error: Exception) -> LedgerError:
        return LedgerError(f"{self.name}: the file cannot be read as an Excel workbook ({error}).")

    def _check_package(self, path: Path) -> None:
        try:
            with zipfile.ZipFile(path) as package:
                parts = package.infolist()
                unpacked = sum(part.file_size for part in parts)
                packed = max(1, sum(part.compress_size for part in parts))
                if unpacked > LARGEST or (unpacked > SUSPICIOUS[0] and unpacked > SUSPICIOUS[1] * packed):
                    raise LedgerError(
                        f"{self.name}: the file unpacks to {unpacked >> 20:,} MB from {packed >> 20:,} MB, which no "
                        "ledger does; save it again in Excel, or as CSV UTF-8."
                    )
                names = {part.filename for part in parts}
                titles = _titles(package) if "xl/workbook.xml" in names else {}
                for part in parts:
                    if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part.filename):
                        self._check_extent(package, part, titles.get(part.filename, part.filename))
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise self._unreadable(error) from error

    def _check_extent(self, package: zipfile.ZipFile, part: zipfile.ZipInfo, title: str) -> None:
        widest, lowest = b"A", 1
        for chunk in _overlapping(package, part):
            found = _COORDINATE.findall(chunk)
            if found:
                widest = max(widest, *(column for column, _ in found), key=lambda c: (len(c), c))
                lowest = max(lowest, *(int(row) for _, row in found))
        columns = 0
        for letter in widest:
            columns = columns * 26 + letter - 64
        if columns * lowest > MOST_CELLS:
            raise LedgerError(
                f"{self.name}, sheet {title!r}: cells are filled as far as column {widest.decode()} and row "
                f"{lowest:,}; delete the columns and rows beyond the table and save."
            )

    def _choose_sheet(self, path: Path, sought: Sought) -> None:
        from python_calamine import CalamineError, CalamineWorkbook, PasswordError

        tables: list[tuple[str, list[list[Any]], int]] = []
        try:
            with CalamineWorkbook.from_path(path) as workbook:
                for name in self._sheets_to_look_at(workbook, sought):
                    cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                    rows = [[text_of(cell) for cell in row] for row in cells[:SEARCHED_LINES]]
                    position = heading_position(rows, sought)
                    if position is not None and len(cells) > position + 1:
                        tables.append((name, cells, position))
        except PasswordError as error:
            raise self._protected() from error
        except (CalamineError, OSError, ValueError) as error:
            raise self._unreadable(error) from error
        named = [t for t in tables if sought.fits([text_of(cell) for cell in t[1][t[2]]])]
        if len(named) > 1:
            listed = ", ".join(repr(name) for name, _, _ in named)
            raise LedgerError(
                f"{self.name}: the sheets {listed} each hold a {sought.what}; put all lines on one sheet, "
                "or save one alone."
            )
        if not tables:
            raise LedgerError(f"{self.name}: no sheet has a line below its headings.")
        sheet_name, self._cells, self._heading = (named or tables)[0]
        self.name = f"{self.name}[{sheet_name}]" if len(tables) > 1 or sought.sheet else self.name
        self.headings: Sequence[str] = [text_of(cell).strip() for cell in self._cells[self._heading]]

    def _sheets_to_look_at(self, workbook: CalamineWorkbook, sought: Sought) -> list[str]:
        """The sheet that is named, also a hidden one; without a name every sheet that can be seen."""
        from python_calamine import SheetVisibleEnum

        if sought.sheet is None:
            return [s.name for s in workbook.sheets_metadata if s.visible == SheetVisibleEnum.Visible]
        wanted = squeeze(sought.sheet)
        named = [name for name in workbook.sheet_names if squeeze(name) == wanted]
        if not named:
            listed = ", ".join(map(repr, workbook.sheet_names))
            raise LedgerError(f"{self.name}: there is no sheet {sought.sheet!r}; the sheets are {listed}.")
        return named

    def load(self, con: Connection, chosen: Mapping[str, int], scratch: Path, progress: Progress) -> None:
        progress(f"Reading {self.name}", None)
        amount = chosen.get("amount", -1)
        below = enumerate(self._cells[self._heading + 1 :], start=self._heading + 2)
        rows = (
            (line, 0 <= amount < len(row) and is_number(row[amount]), [text_of(c) for c in row]) for line, row in below
        )
        load_rows(con, chosen, len(self.headings), scratch, rows)
        self._cells = []


def _titles(package: zipfile.ZipFile) -> dict[str, str]:
    """The name of the sheet that each part of the package holds."""
    targets = {}
    for entry in _PART.findall(package.read("xl/_rels/workbook.xml.rels")):
        pair = dict(re.findall(r'(\w+)="([^"]*)"', entry.decode("utf-8", "replace")))
        targets[pair.get("Id", "")] = "xl/" + pair.get("Target", "").removeprefix("/xl/").removeprefix("/")
    return {
        targets.get(key.decode(), ""): unescape(name.decode("utf-8", "replace"))
        for name, key in _SHEET.findall(package.read("xl/workbook.xml"))
    }


def _overlapping(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part in pieces; each begins with the end of the one before, so that no coordinate is cut."""
    before = b""
    with package.open(part) as file:
        while chunk := file.read(_CHUNK):
            yield before + chunk
            before = chunk[-32:]
