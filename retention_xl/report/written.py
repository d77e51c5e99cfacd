"""What the program wrote, remembered in digests, so that the next month's run knows what people typed since.

Every row and every column of a sheet has a sum over the digests of its cells. Sums know nothing of an order: a list
that was sorted, rows that were inserted and columns that were moved keep them, and a cell that somebody typed changes
those of its row and its column. Formulas count without their references, which follow what is moved, and without their
results, which change with the settings.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import NamedTuple

from retention_xl.report.cells import Addresses, Cell, Content, List
from retention_xl.report.package import Area, Package
from retention_xl.report.package.cell_text import serial
from retention_xl.report.package.reading import Read, read_rows

TABLE = "tblWritten"  # on the hidden sheet
HEADINGS = ("Sheet", "Part", "As written")
_ROWS, _COLUMNS, _FORMULAS, _NOTES = "rows", "columns", "formulas", "notes"
_PARTS = (_COLUMNS, _FORMULAS, _NOTES)  # each in one cell; rows take as many as they need

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.~"
_WIDTH = 5  # letters of a digest of 30 bits
MASK = (1 << 6 * _WIDTH) - 1  # sums go round in it
_PLACE = {letter: place for place, letter in enumerate(_LETTERS)}
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_ROWS_AT_ONCE = 500
_NOTHING = _LETTERS[0] * _WIDTH
_ROWS_A_CELL, _DIGESTS_A_CELL = 3_000, 6_000  # 30,000 of the 32,767 characters that a cell takes
_LONGEST = 16_000  # characters of a text that count: one that had to be cut is still known

# What programs write in ways of their own: controls, line ends, their escapes.
_ODD = re.compile("_x[0-9A-Fa-f]{4}_|[\x00-\x20]+")
_IN_A_FORMULA = re.compile(
    r'(?P<text>"(?:[^"]|"")*")'
    r"|(?:'(?:[^']|'')+'!|[\w.]+!)?\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?(?![\w(.])"
    r"|(?<![\w.])(?P<number>[0-9]+(?:\.[0-9]*)?(?:[Ee][+-]?[0-9]+)?)"
    r"|(?P<nothing>\s+|_xlfn\.|_xlws\.|(?<=TRUE)\(\)|(?<=FALSE)\(\))"
)


def digest(text: bytes) -> int:
    """30 bits that sums of others do not make up."""
    (found,) = digests((text,))
    return found


def digests(texts: Iterable[bytes]) -> list[int]:
    """The digest of each."""
    return [code * (code | 1) >> 16 & MASK for code in map(zlib.crc32, texts)]


def text_digest(text: str) -> int:
    """Of a text as every program keeps it."""
    if not text.isprintable() or "_x" in text:
        text = _ODD.sub(" ", text)
    return digest(text[:_LONGEST].strip().encode("utf-8", "replace"))


def number_digest(value: float) -> int:
    """Of a number in the digits that every program keeps."""
    return digest(b"%.12g" % value)


def formula_digest(formula: str) -> int:
    """Of a formula without what moving and saving change in it."""
    return digest(_IN_A_FORMULA.sub(_shape, formula).upper().encode("utf-8", "replace"))


def _shape(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind is None:
        return "@"
    if kind == "number":
        return f"{float(found[0]):.12g}"
    return found[0] if kind == "text" else ""


def value_digest(value: object, date1904: bool = False) -> int:
    """Of a value as a workbook holds it; 0 for nothing."""
    if value is None or value == "":
        return 0
    if isinstance(value, str):
        return text_digest(value)
    if isinstance(value, bool):
        return digest(b"TRUE" if value else b"FALSE")
    if isinstance(value, int | float):
        return number_digest(value)
    if isinstance(value, date):
        days = serial(value, date1904)
        return text_digest(value.isoformat()) if days is None else number_digest(days)
    raise TypeError(f"{value!r} is no value of a cell")


def column_digests(contents: Sequence[Content], date1904: bool) -> list[int] | None:
    """`value_digest` of each of many values of one kind, blanks among them; None where they are of several kinds."""
    kinds = set(map(type, contents))
    blank = type(None) in kinds
    kinds.discard(type(None))
    if not kinds:
        return [0] * len(contents)
    if len(kinds) > 1 or not kinds <= {str, float, int, date}:
        return None
    if kinds <= {float, int}:
        if not blank:
            return digests(map(b"%.12g".__mod__, contents))
        return [0 if value is None else number_digest(value) for value in contents]  # type: ignore[arg-type]
    if kinds == {str} and not blank:
        texts = "".join(contents)  # type: ignore[arg-type]
        if len(texts) <= _LONGEST and texts.isprintable() and "_x" not in texts:
            return digests(map(str.encode, map(str.strip, contents)))  # type: ignore[arg-type]
    known = {value: value_digest(value, date1904) for value in set(contents)}
    return [known[value] for value in contents]


class Sums(NamedTuple):
    """Of a row: its cells as they are, formulas as formulas, and as a person sees them, formulas as their results."""

    cells: int
    values: int


@dataclass
class SheetDigest:
    """What is known again of a sheet."""

    rows: dict[int, Sums] = field(default_factory=dict)
    columns: dict[int, int] = field(default_factory=dict)
    formulas: set[int] = field(default_factory=set)  # each with its column
    notes: set[int] = field(default_factory=set)
    date1904: bool = False

    def add(self, number: int, left: int, contents: Iterable[Content]) -> None:
        """A row of cells, or a part of one."""
        cells = values = 0
        columns = self.columns
        for column, content in enumerate(contents, left):
            if content is None or content == "":
                continue
            if isinstance(content, Cell) and content.formula is not None:
                found = self.add_formula(column, content.formula)
                values += value_digest(content.value, self.date1904)
            else:
                found = value_digest(content.value if isinstance(content, Cell) else content, self.date1904)
                values += found
            cells += found
            columns[column] = columns.get(column, 0) + found & MASK
        self._add_sums(number, cells, values)

    def add_rows(self, first: int, left: int, rows: Sequence[Sequence[Content]]) -> None:
        """Rows one below the other: quickly where each column holds values of one kind."""
        columns: list[list[int]] = []
        for contents in zip(*rows, strict=True) if len(set(map(len, rows))) == 1 else ():
            found = column_digests(contents, self.date1904)
            if found is None:
                break
            columns.append(found)
        if len(columns) != max(map(len, rows)):
            for number, row in enumerate(rows, first):
                self.add(number, left, row)
            return
        for column, found in enumerate(columns, left):
            if any(found):
                self.columns[column] = self.columns.get(column, 0) + sum(found) & MASK
        for number, total in enumerate(map(sum, zip(*columns, strict=True)), first):
            self._add_sums(number, total, total)

    def add_formula(self, column: int, formula: str) -> int:
        """Its digest; the sheet knows it again in this column."""
        found = formula_digest(formula)
        self.formulas.add(placed(column, found))
        return found

    def add_read(self, row: Read) -> None:
        """A row as it stands in a file."""
        cells = values = 0
        for cell in row.cells:
            value = value_digest(cell.value)
            found = value if cell.formula is None else self.add_formula(cell.column, cell.formula)
            cells, values = cells + found, values + value
            if found:
                self.columns[cell.column] = self.columns.get(cell.column, 0) + found & MASK
        self._add_sums(row.number, cells, values)

    def _add_sums(self, number: int, cells: int, values: int) -> None:
        if cells or values:
            before = self.rows.get(number, _EMPTY)
            self.rows[number] = Sums(before.cells + cells & MASK, before.values + values & MASK)


_EMPTY = Sums(0, 0)


def placed(column: int, formula: int) -> int:
    """A formula's digest together with its column."""
    return digest(b"%d %d" % (column, formula))


class Witness:
    """Sees everything that goes into a workbook while it is written, and writes it down on the hidden sheet last."""

    def __init__(self, package: Package, own: Sequence[str]) -> None:
        """`own` are sheets of people's own, which are carried on whole, whatever is in them."""
        self._package = package
        self._sheets = {
            sheet.name: SheetDigest(date1904=package.date1904) for sheet in package.worksheets if sheet.name not in own
        }
        hidden = package.table(TABLE).area.sheet
        self._sheets.pop(hidden)

    def watched(self, area: Area, rows: Iterable[Sequence[Content]]) -> Iterable[Sequence[Content]]:
        """The rows of a body as they pass by."""
        known = self._sheets.get(area.sheet)
        return rows if known is None else self._passing(known, area, rows)

    @staticmethod
    def _passing(known: SheetDigest, area: Area, rows: Iterable[Sequence[Content]]) -> Iterator[Sequence[Content]]:
        number, source = area.top, iter(rows)
        while chunk := list(islice(source, _ROWS_AT_ONCE)):
            known.add_rows(number, area.left, chunk)
            number += len(chunk)
            yield from chunk

    def listing(self) -> List:
        """The rows of the hidden list. How many there are follows from the sheets' sizes, their content comes last."""
        counts = {name: -(-last // _ROWS_A_CELL) for name, last in self._last_rows().items()}
        count = sum(counts.values()) + len(_PARTS) * len(counts)
        return List(HEADINGS, count, lambda at: self._rows(at, counts))

    def _last_rows(self) -> dict[str, int]:
        """Of what stands in each sheet, and of the areas that are filled only while it is written."""
        last = {name: max(self._package.sheet(name).rows, default=0) for name in self._sheets}
        areas = [*(named.area for named in self._package.names()), *(table.area for table in self._package.tables())]
        for area in areas:
            if area is not None and area.sheet in last:
                last[area.sheet] = max(last[area.sheet], area.bottom)
        return last

    def stands(self) -> None:
        """What stands in the sheets beside the bodies; to be called when all of it does."""
        for name, known in self._sheets.items():
            sheet = self._package.sheet(name)
            for row in read_rows(self._package.parts, sheet.data):
                known.add_read(row)
            known.notes.update(text_digest(note.text) for note in self._package.notes(name))

    def _rows(self, at: Addresses, counts: Mapping[str, int]) -> Iterator[Sequence[Content]]:
        for name, known in self._sheets.items():
            last = max(known.rows, default=0)
            for piece in range(counts[name]):
                numbers = range(piece * _ROWS_A_CELL + 1, min((piece + 1) * _ROWS_A_CELL, last) + 1)
                sums = (known.rows.get(number, _EMPTY) for number in numbers)
                yield name, _ROWS, "".join(_letters(s.cells) + _letters(s.values) for s in sums).rstrip(_LETTERS[0])
            columns = (known.columns.get(column, 0) for column in range(1, max(known.columns, default=0) + 1))
            for part, found in zip(_PARTS, (columns, sorted(known.formulas), sorted(known.notes)), strict=True):
                yield name, part, "".join(_letters(one) for one in list(found)[:_DIGESTS_A_CELL])


def recalled(rows: Iterable[Sequence[str]]) -> dict[str, SheetDigest] | None:
    """What the hidden list says of each sheet; None where it says nothing, or what cannot be."""
    found: dict[str, SheetDigest] = {}
    begun: dict[str, int] = {}
    for name, part, text in rows:
        known = found.setdefault(name, SheetDigest())
        digests = _digests(text)
        if digests is None:
            return None
        if part == _ROWS:
            first = begun.get(name, 0)
            begun[name] = first + _ROWS_A_CELL
            digests += [0] * (len(digests) % 2)
            pairs = zip(digests[::2], digests[1::2], strict=True)
            known.rows |= {n: Sums(*pair) for n, pair in enumerate(pairs, first + 1) if any(pair)}
        elif part == _COLUMNS:
            known.columns |= {column: one for column, one in enumerate(digests, 1) if one}
        elif part == _FORMULAS:
            known.formulas.update(digests)
        elif part == _NOTES:
            known.notes.update(digests)
    return found or None


def _letters(number: int) -> str:
    if not number:
        return _NOTHING
    return _PAIRS[number >> 18] + _PAIRS[number >> 6 & 4095] + _LETTERS[number & 63]


def _digests(text: str) -> list[int] | None:
    text += _LETTERS[0] * (-len(text) % _WIDTH)
    found = []
    try:
        for start in range(0, len(text), _WIDTH):
            number = 0
            for letter in text[start : start + _WIDTH]:
                number = number << 6 | _PLACE[letter]
            found.append(number)
    except KeyError:
        return None
    return found
