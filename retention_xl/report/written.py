"""What the program wrote, remembered in digests, so that the next month's run knows what people typed since.

Every row and every column of a sheet has a sum over the digests of its cells. Sums know nothing of an order: a list
that was sorted, rows that were inserted and columns that were moved keep them, and a cell that somebody typed changes
those of its row and its column. Formulas count without their references, which follow what is moved, and without their
results, which change with the settings.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from retention_xl.report.cells import Addresses, Cell, Content, List
from retention_xl.report.digests import MASK, column_digests, digest, formula_digest, text_digest, value_digest
from retention_xl.report.package import Area, Package
from retention_xl.report.package.batches import Columns
from retention_xl.report.package.reading import Read, read_rows

TABLE = "tblWritten"  # on the hidden sheet
_TITLES = "rx_title_"  # the names of the cells that charts show as their titles
HEADINGS = ("Sheet", "Part", "As written")
_ROWS, _RESULTS = _BY_ROW = ("row sums", "results")  # each in as many cells as the rows of a sheet need
_COLUMNS, _FORMULAS, _NOTES = _IN_ONE_CELL = ("column sums", "formulas", "notes")
_NUMBERS_A_CELL = 5_600  # 29,868 of the 32,767 characters that a cell takes
_SIGNS = b".~"  # no text begins like a formula


@dataclass
class SheetDigest:
    """What is known again of a sheet."""

    rows: dict[int, int] = field(default_factory=dict)  # the sum of the cells as they are, formulas as formulas
    results: dict[int, int] = field(default_factory=dict)  # what a row's sum lacks where formulas count as results
    columns: dict[int, int] = field(default_factory=dict)
    formulas: set[int] = field(default_factory=set)  # each with its column
    notes: set[int] = field(default_factory=set)
    date1904: bool = False

    def add(self, first: int, left: int, columns: Columns) -> None:
        """Rows one below the other."""
        found = []
        for column, contents in enumerate(columns, left):
            if Cell in map(type, contents):
                known = [self._content(number, column, content) for number, content in enumerate(contents, first)]
            else:
                known = column_digests(contents, self.date1904)
            if any(known):
                found.append(known)
                self._add_to_column(column, sum(known))
        rows, totals = self.rows, map(sum, zip(*found, strict=True))
        for number, total in enumerate(totals, first):
            rows[number] = (rows.get(number, 0) + total) & MASK

    def _content(self, number: int, column: int, content: Content) -> int:
        if not isinstance(content, Cell):
            return value_digest(content, self.date1904)
        result = value_digest(content.value, self.date1904)
        return result if content.formula is None else self._formula(number, column, content.formula, result)

    def _formula(self, number: int, column: int, formula: str, result: int) -> int:
        """Its digest; the sheet knows it again in this column."""
        found = formula_digest(formula)
        self.formulas.add(placed(column, found))
        self.results[number] = self.results.get(number, 0) + result - found & MASK
        return found

    def add_read(self, row: Read) -> None:
        """A row as it stands in a file."""
        total = 0
        for cell in row.cells:
            found = value_digest(cell.value)
            if cell.formula is not None:
                found = self._formula(row.number, cell.column, cell.formula, found)
            total += found
            self._add_to_column(cell.column, found)
        self.rows[row.number] = self.rows.get(row.number, 0) + total & MASK

    def _add_to_column(self, column: int, found: int) -> None:
        if found:
            self.columns[column] = self.columns.get(column, 0) + found & MASK

    def as_seen(self, number: int) -> int:
        """The sum of a row as a person sees it, formulas as their results."""
        return self.rows[number] + self.results.get(number, 0) & MASK


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

    def watched(self, area: Area, batches: Iterable[Columns]) -> Iterable[Columns]:
        """The rows of a body as they pass by."""
        known = self._sheets.get(area.sheet)
        return batches if known is None else self._passing(known, area, batches)

    @staticmethod
    def _passing(known: SheetDigest, area: Area, batches: Iterable[Columns]) -> Iterator[Columns]:
        number = area.top
        for columns in batches:
            known.add(number, area.left, columns)
            number += len(columns[0])
            yield columns

    def listing(self) -> List:
        """The rows of the hidden list. How many there are follows from the sheets' sizes, their content comes last."""
        counts = {name: -(-last // _NUMBERS_A_CELL) for name, last in self._last_rows().items()}
        count = len(_BY_ROW) * sum(counts.values()) + len(_IN_ONE_CELL) * len(counts)
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
        titles = self._titles()
        for name, known in self._sheets.items():
            sheet = self._package.sheet(name)
            for row in read_rows(self._package.parts, sheet.data):
                known.add_read(row)
                shown = (cell.value for cell in row.cells if (name, row.number, cell.column) in titles)
                known.notes.update(text_digest(str(value)) for value in shown)
            known.notes.update(text_digest(note.text) for note in self._package.notes(name))

    def _titles(self) -> set[tuple[str, int, int]]:
        """The cells that charts show above them: another program may keep what they say as the charts' own text."""
        named = (name for name in self._package.names() if name.name.startswith(_TITLES))
        return {(name.area.sheet, name.area.top, name.area.left) for name in named if name.area is not None}

    def _rows(self, at: Addresses, counts: Mapping[str, int]) -> Iterator[Sequence[Content]]:
        for name, known in self._sheets.items():
            for part, sums in ((_ROWS, known.rows), (_RESULTS, known.results)):
                for piece in range(counts[name]):
                    yield name, part, _letters(_in_order(sums, piece * _NUMBERS_A_CELL + 1))
            yield name, _COLUMNS, _letters(_in_order(known.columns, 1))
            yield name, _FORMULAS, _letters(sorted(known.formulas)[:_NUMBERS_A_CELL])
            yield name, _NOTES, _letters(sorted(known.notes)[:_NUMBERS_A_CELL])


def recalled(rows: Iterable[Sequence[str]]) -> dict[str, SheetDigest] | None:
    """What the hidden list says of each sheet; None where it says nothing, or what cannot be."""
    found: dict[str, SheetDigest] = {}
    read: dict[tuple[str, str], int] = {}
    for name, part, text in rows:
        known = found.setdefault(name, SheetDigest())
        numbers = _numbers(text)
        if numbers is None or part not in (*_BY_ROW, *_IN_ONE_CELL):
            return None
        if part in (_FORMULAS, _NOTES):
            (known.formulas if part == _FORMULAS else known.notes).update(numbers)
            continue
        before = read.get((name, part), 0)
        read[name, part] = before + _NUMBERS_A_CELL
        sums = known.rows if part == _ROWS else known.results if part == _RESULTS else known.columns
        sums |= {place: one for place, one in enumerate(numbers, before + 1) if one}
    return found or None


def _in_order(sums: Mapping[int, int], first: int) -> list[int]:
    """From the first row or column on, as many as a cell takes and there are."""
    last = max(sums, default=0)
    return [sums.get(place, 0) for place in range(first, min(first + _NUMBERS_A_CELL, last + 1))]


def _letters(numbers: Sequence[int]) -> str:
    """Without the zeros at the end."""
    packed = struct.pack(f">{len(numbers)}I", *numbers)
    return base64.b64encode(packed, _SIGNS).decode("ascii").rstrip("A=")


def _numbers(text: str) -> list[int] | None:
    text += "A" * (-len(text) % 4)
    try:
        packed = base64.b64decode(text, _SIGNS, validate=True)
    except ValueError:
        return None
    packed += bytes(-len(packed) % 4)
    return list(struct.unpack(f">{len(packed) // 4}I", packed))
