"""What people typed into a workbook outside the lists that carry it on: everything that the program did not write."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import combinations
from typing import NamedTuple

from retention_xl.report.cells import LONGEST_PIECE, Cell, Content, OwnCell, OwnSheet, Plain
from retention_xl.report.digests import MASK, formula_digest, text_digest, value_digest
from retention_xl.report.package import Area, Package, Reference, letters, rewrite
from retention_xl.report.package.parts import tag
from retention_xl.report.package.reading import TITLE, Note, Read, ReadCell, read_rows, row_of
from retention_xl.report.template import template_path
from retention_xl.report.verify import EXCEL_ZERO
from retention_xl.report.written import SheetDigest, placed

_TRIED = 12  # cells of a row of which one or two may be the ones that were added


class Typed(NamedTuple):
    """Something that a person typed. `row` holds the texts of its row, by which a setting is known."""

    sheet: str
    cell: str  # "" for what has none
    text: str
    what: str
    value: Plain = None
    row: tuple[str, ...] = ()


class Found(NamedTuple):
    typed: tuple[Typed, ...]
    sheets: tuple[OwnSheet, ...]


Elsewhere = Callable[[str, int, int], bool]
"""Whether a cell (sheet, row, column; column 0 for a note) is carried over by a list that takes what is typed there."""


def typed_in(
    package: Package,
    known: Mapping[str, SheetDigest] | None,
    hidden: str,
    elsewhere: Elsewhere,
    filled: Callable[[str], Sequence[Area]],
) -> Found:
    """`known` is what the file itself remembers of its sheets. Where it does not, whatever stands outside the areas
    that are `filled` and is not `drawn` in the shipped template was typed.
    """
    typed: list[Typed] = []
    sheets: list[OwnSheet] = []
    drawn = {} if known else _drawn_in(Package(template_path("monthly")))
    renamed = _renamed(package, known or {}, hidden)
    for sheet in package.worksheets:
        name = sheet.name
        if name == hidden:
            continue
        recalled = (known or drawn).get(renamed.get(name, name))
        if recalled is None:
            own, said = _own_sheet(package, name)
            sheets.append(own)
            typed += said
            continue
        if name in renamed:
            typed.append(Typed(name, "", name, f"the sheet was called {renamed[name]}"))
        rows = {row.number: row for row in read_rows(package.parts, sheet.data)}
        cells = _unknown(rows, recalled) if known else _outside(rows, recalled, filled(name))
        for row, cell, what in cells:
            if not elsewhere(name, row.number, cell.column):
                typed.append(_typed(package, name, row, cell, what))
        for note in package.notes(name):
            if text_digest(note.text) in recalled.notes or (note.cell and elsewhere(name, row_of(note.cell), 0)):
                continue
            if note.what == TITLE and _shown_in(rows, note.text):
                continue  # LibreOffice writes a title that showed a cell as its text
            typed.append(_noted(name, note))
    return Found(tuple(typed), tuple(sheets))


def _noted(sheet: str, note: Note) -> Typed:
    return Typed(sheet, note.cell, note.text, note.what)


def _shown_in(rows: Mapping[int, Read], text: str) -> bool:
    return any(cell.value == text for row in rows.values() for cell in row.cells)


def _typed(package: Package, sheet: str, row: Read, cell: ReadCell, what: str) -> Typed:
    text = shown(package, cell)
    if cell.formula is not None:
        what = f"a formula; its result was {text}" if text else "a formula"
        text = f"={cell.formula}"
    beside = tuple(other.value for other in row.cells if isinstance(other.value, str))
    value = cell.value if cell.formula is None else None
    return Typed(sheet, f"{letters(cell.column)}{row.number}", text, what, value, beside)


def shown(package: Package, cell: ReadCell) -> str:
    """A value as a person reads it."""
    value = cell.value
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if package.styles.shows_dates(cell.style) and 0 < value < 2_958_466 and not package.date1904:
        moment = EXCEL_ZERO + timedelta(days=value)
        return moment.date().isoformat() if value == int(value) else moment.isoformat(" ", "minutes")
    return f"{value:.15g}"


# ---- compared with what the program remembers

_TEXT, _INSTEAD = "typed beside what the program writes", "typed over what the program writes"


def _unknown(rows: Mapping[int, Read], known: SheetDigest) -> Iterator[tuple[Read, ReadCell, str]]:
    """The cells that the program did not write."""
    now = SheetDigest()
    for row in rows.values():
        now.add_read(row)
    waiting: dict[int, list[int]] = {}
    for number, total in known.rows.items():
        waiting.setdefault(total, []).append(number)
    shift, left = {}, []
    for number, total in now.rows.items():
        if waiting.get(total):
            shift[number] = number - waiting[total].pop(0)
        else:
            left.append(number)
    gone = {number: known.rows[number] for numbers in waiting.values() for number in numbers}
    as_seen = {known.as_seen(number): number for number in gone}
    moved = set(known.columns.values())
    columns = {c for c, one in now.columns.items() if known.columns.get(c) != one and one not in moved}
    matched_rows = sorted(shift)
    for number in left:
        row = rows[number]
        as_pasted = as_seen.get(now.as_seen(number))
        if as_pasted in gone and all(cell.formula is None or _is_ours(cell, known) for cell in row.cells):
            # Formulas that were replaced by their results say what the program said.
            del gone[as_pasted]
            continue
        suspects = [cell for cell in row.cells if cell.column in columns]
        added, matched = _added(suspects, now.rows[number], gone)
        if matched is not None:
            gone.pop(matched, None)
            for cell in added:
                yield row, cell, _TEXT
            continue
        above = bisect(matched_rows, number)
        before = number - (shift[matched_rows[above - 1]] if above else 0)
        changed = before in gone
        gone.pop(before, None)
        for cell in suspects:
            if not (changed and _is_ours(cell, known)):
                yield row, cell, _INSTEAD if changed else _TEXT


def _is_ours(cell: ReadCell, known: SheetDigest) -> bool:
    """Whether the cell holds a formula like one that the program wrote in its column."""
    return cell.formula is not None and placed(cell.column, formula_digest(cell.formula)) in known.formulas


def _added(suspects: Sequence[ReadCell], total: int, gone: Mapping[int, int]) -> tuple[Sequence[ReadCell], int | None]:
    """The one or two cells without which the row is one of the program's, and that one's number; 0: an empty row."""
    wanted = {known: number for number, known in gone.items()}
    wanted.setdefault(0, 0)
    for count in (1, 2) if len(suspects) <= _TRIED else (1,):
        for some in combinations(suspects, count):
            rest = (total - sum(_digest(cell) for cell in some)) & MASK
            if rest in wanted:
                return some, wanted[rest]
    return (), None


def _digest(cell: ReadCell) -> int:
    return value_digest(cell.value) if cell.formula is None else formula_digest(cell.formula)


def _renamed(package: Package, known: Mapping[str, SheetDigest], hidden: str) -> dict[str, str]:
    """Sheets of the program under other names: new name -> old name."""
    names = [sheet.name for sheet in package.worksheets]
    missing = [name for name in known if name not in names]
    found: dict[str, str] = {}
    for name in names:
        if not missing or name in known or name == hidden:
            continue
        now = SheetDigest()
        for row in read_rows(package.parts, package.sheet(name).data):
            now.add_read(row)
        sums = set(now.rows.values())
        for old in missing:
            alike = sum(one in sums for one in known[old].rows.values())
            if alike and 2 * alike >= len(known[old].rows):
                found[name] = old
                missing.remove(old)
                break
    return found


# ---- of a file that remembers nothing


def _outside(
    rows: Mapping[int, Read], drawn: SheetDigest, filled: Sequence[Area]
) -> Iterator[tuple[Read, ReadCell, str]]:
    """The cells outside the areas that the program fills whose content the shipped template does not have."""
    texts = set(drawn.rows.values())
    for row in rows.values():
        for cell in row.cells:
            inside = any(area.holds(row.number, cell.column) for area in filled)
            if not inside and _digest(cell) not in texts:
                yield row, cell, _TEXT


def _drawn_in(template: Package) -> dict[str, SheetDigest]:
    """Every text of a template, each as a row of its own."""
    found = {}
    for sheet in template.worksheets:
        known = found[sheet.name] = SheetDigest()
        for row in read_rows(template.parts, sheet.data):
            for cell in row.cells:
                known.rows[len(known.rows)] = _digest(cell)
        known.notes.update(text_digest(note.text) for note in template.notes(sheet.name))
    return found


# ---- whole sheets

_NAME = re.compile(r'"(?:[^"]|"")*"|([A-Za-z_\\][\w.\\]*)(?!\s*[\w.(!])')


def _own_sheet(package: Package, name: str) -> tuple[OwnSheet, list[Typed]]:
    """Its values and formats. Formulas go on where they refer to their own sheet alone; the others are told."""
    sheet, cells, elsewhere = package.sheet(name), list[OwnCell](), list[str]()
    for row in read_rows(package.parts, sheet.data):
        for cell in row.cells:
            content: Content = cell.value
            if cell.formula is not None and _stays_inside(cell.formula, name):
                content = Cell(None, cell.formula)
            elif cell.formula is not None:
                elsewhere.append(f"{letters(cell.column)}{row.number}: ={cell.formula}")
            cells.append(OwnCell(row.number, cell.column, content, package.styles.format_code(cell.style)))
    bands = sheet.root.iterfind(f"{tag('cols')}/{tag('col')}")
    widths = {
        column: float(band.get("width", "0"))
        for band in bands
        if band.get("width")
        for column in range(int(band.get("min", "1")), min(int(band.get("max", "1")), _WIDTHS) + 1)
    }
    what = "the sheet goes on with its values; these formulas refer to other cells than its own"
    told = [Typed(name, "", text, what) for text in _packed(elsewhere)]
    if any(package.parts.related(sheet.part, "drawing")):
        told.append(Typed(name, "", name, "the sheet goes on without its charts and pictures"))
    told += [_noted(name, note) for note in package.notes(name)]
    return OwnSheet(name, tuple(cells), widths), told


_WIDTHS = 256  # columns whose width is kept


def _stays_inside(formula: str, sheet: str) -> bool:
    """Whether a formula refers to no cell, list or name of another sheet."""
    outside = "[" in formula

    def look(reference: Reference) -> str:
        nonlocal outside
        outside = outside or (reference.sheet is not None and reference.sheet.lower() != sheet.lower())
        return "0"

    rest = rewrite(formula, look)
    names = {found[1].upper() for found in _NAME.finditer(rest) if found[1]}
    return not outside and "!" not in rest and names <= {"TRUE", "FALSE"}


def _packed(texts: Sequence[str]) -> Iterator[str]:
    """As few texts as cells can take."""
    packed = ""
    for text in texts:
        if packed and len(packed) + len(text) > LONGEST_PIECE:
            yield packed
            packed = ""
        packed = f"{packed}\n{text}" if packed else text
    if packed:
        yield packed
