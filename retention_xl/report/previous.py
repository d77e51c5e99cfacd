"""Last month's workbook as it stands after a month in people's hands: read by names and headings, never changed."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from retention_xl.errors import TemplateError
from retention_xl.report import risk
from retention_xl.report import written as written_down
from retention_xl.report.actions import HEADINGS, TABLE
from retention_xl.report.cells import OwnSheet, Plain
from retention_xl.report.package import LAST_ROW, Area, Package, Reference, letters, rewrite, split_cell
from retention_xl.report.template import folded_heading
from retention_xl.report.typed import Typed, typed_in

RECORD = "rx_record"  # what the program notes down about a month, on a hidden sheet
RECORD_TABLE = "tblRecord"
RECORD_HEADINGS = ("Rule", "State", "First seen", "Figure", "Measured", "As written")
SIGN_OFFS = "tblSignOffs"
SIGN_OFF_HEADINGS = ("Month", "Prepared by", "Reviewed by", "Signed on")
SIGNED = ("rx_prepared_by", "rx_reviewed_by", "rx_signed_on")
KEPT = "tblKept"
KEPT_HEADINGS = ("File of", "Sheet", "Cell", "What was typed", "What it was")
BY_CUSTOMER = "closing by customer"  # a fact of that sheet: the fingerprint of every customer's closing
CUSTOMERS = "rx_data"
_SEARCHED = 60  # rows of a sheet in which headings are looked for where no table says where they stand


class Formula(NamedTuple):
    """A formula in a row of the checklist.

    `pieces` is its text, cut where it refers to a column of its own row: every second piece is the heading of one.
    It is empty where the formula refers to anything else, which may stand elsewhere in the next workbook.
    """

    text: str
    pieces: tuple[str, ...]
    value: Plain


Kept = Plain | Formula
"""What stands in a cell and is kept."""


@dataclass(frozen=True)
class PreviousRow:
    """A row of the checklist. `loose` is what stands in it under no heading: notes on cells, cells beside the table."""

    cells: Mapping[str, Kept]
    loose: tuple[str, ...] = ()

    def text(self, heading: str) -> str:
        """A cell as text without blanks around it."""
        return plain_text(self.cells.get(heading)).strip()


@dataclass(frozen=True)
class Recorded:
    """What the program wrote for a rule, as its hidden sheet remembers it."""

    state: str  # "open" or "closed"
    first_seen: str
    figure: str
    measured: float | None
    written: Mapping[str, str]  # heading -> "=" and the fingerprint of the cell, "~" and that of a formula's value


@dataclass(frozen=True)
class SignOff:
    """Who answered for a month's file."""

    month: str
    prepared_by: str
    reviewed_by: str
    signed_on: Plain


@dataclass(frozen=True)
class Previous:
    """All that a month takes over from an earlier one."""

    path: Path
    month: str
    facts: Mapping[str, Plain]  # of the hidden sheet: closing, customers, fingerprints ...
    rows: tuple[PreviousRow, ...]
    added: tuple[str, ...]  # headings of columns that a person added
    record: Mapping[str, Recorded]
    sign_offs: tuple[SignOff, ...]  # those of earlier months, then this file's own
    at_risk: tuple[PreviousRow, ...] = ()  # of the list of customers at risk, those in which a person wrote
    at_risk_added: tuple[str, ...] = ()  # headings of the columns that a person added there
    closings: Mapping[str, float] = field(default_factory=dict)  # by customer, where the file holds the customer table
    kept: tuple[PreviousRow, ...] = ()  # of the list of what was typed into the files before
    kept_added: tuple[str, ...] = ()
    typed: tuple[Typed, ...] = ()  # what people typed where no list carries it on
    own_sheets: tuple[OwnSheet, ...] = ()
    remembers: bool = True  # whether the file says what the program wrote in it


def plain_text(value: object) -> str:
    """A cell's value as a person reads it."""
    if isinstance(value, Formula):
        value = value.value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def read_previous(path: Path, closes_as: Callable[[str, str], bool] = lambda month, fingerprint: False) -> Previous:
    """What `path`, the workbook of an earlier month, says. Whatever a person typed into its checklist is in it.

    `closes_as` says whether the caller has the same closings by customer for a month: then they are not read.
    """
    from openpyxl import load_workbook  # slow to import, and a first report has no earlier workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl names what it cannot keep; nothing is saved here
        try:
            package = Package(path)
            shown = load_workbook(path, read_only=True, data_only=True)
            typed = load_workbook(path, read_only=True)
        except TemplateError as error:
            raise TemplateError(str(error).replace("There is no template", "There is no workbook")) from error
        except (ValueError, KeyError, TypeError, SyntaxError) as error:
            raise TemplateError(f"{path.name} cannot be read as a workbook: {error}.") from error
        try:
            return _Reader(path, package, shown, typed).previous(closes_as)
        finally:
            shown.close()
            typed.close()


class _Place(NamedTuple):
    """Where a list stands: its headings, its rows down to the last, and which of its columns are the program's."""

    sheet: str
    top: int
    bottom: int
    ours: frozenset[int]
    headed: frozenset[int]


class _Reader:
    def __init__(self, path: Path, package: Package, shown: Any, typed: Any) -> None:
        self.path, self.package, self.shown, self.typed = path, package, shown, typed
        self.areas = package.areas()
        self.tables = {table.name.lower(): table for table in package.tables()}
        self.lists: dict[str, _Place] = {}  # those that were read

    def previous(self, closes_as: Callable[[str, str], bool]) -> Previous:
        facts = self._facts()
        month = plain_text(facts.get("month"))
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", month):
            raise TemplateError(
                f"{self.path.name} is no monthly report of this program: it has no record of its month "
                f"(the name {RECORD} on a hidden sheet). Give the workbook of an earlier month."
            )
        columns, rows = self._rows(TABLE, HEADINGS, to_the_end=True)
        risk_columns, risk_rows = self._rows(risk.TABLE, risk.HEADINGS)
        risk_added = tuple(heading for heading in risk_columns if heading not in risk.HEADINGS)
        kept_columns, kept = self._rows(KEPT, KEPT_HEADINGS, to_the_end=True)
        signed = [self._single(name) for name in SIGNED]
        _, written = self._rows(written_down.TABLE, written_down.HEADINGS)
        known = written_down.recalled([row.text(h) for h in written_down.HEADINGS] for row in written)
        sign_offs = [*self._sign_offs(), SignOff(month, plain_text(signed[0]), plain_text(signed[1]), signed[2])]
        found = typed_in(self.package, known, self._hidden, self._elsewhere, self._filled)
        return Previous(
            path=self.path,
            month=month,
            facts=facts,
            rows=tuple(rows),
            added=tuple(heading for heading in columns if heading not in HEADINGS),
            record=self._record(),
            at_risk=tuple(r for r in risk_rows if r.loose or any(r.cells.get(h) is not None for h in risk_added)),
            at_risk_added=risk_added,
            sign_offs=tuple(s for s in sign_offs if s.prepared_by or s.reviewed_by or s.signed_on),
            closings={} if closes_as(month, plain_text(facts.get(BY_CUSTOMER))) else self._closings(),
            kept=tuple(kept),
            kept_added=tuple(heading for heading in kept_columns if heading not in KEPT_HEADINGS),
            typed=found.typed,
            own_sheets=found.sheets,
            remembers=known is not None,
        )

    # ---- names

    def _single(self, name: str) -> Plain:
        area = self.areas.get(name.lower())
        if area is None:
            return None
        values = next(iter(self._values(area.sheet, area.top, area.top, area.left, area.left)), (None,))
        return _plain(values[0])

    def _values(self, sheet: str, top: int, bottom: int, left: int, right: int) -> Iterator[tuple[object, ...]]:
        rows = self.shown[sheet].iter_rows(top, bottom, left, right, values_only=True)
        yield from rows

    def _facts(self) -> dict[str, Plain]:
        area = self.areas.get(RECORD)
        if area is None or area.left < 2:
            return {}
        rows = self._values(area.sheet, area.top, area.bottom, area.left - 1, area.left)
        return {plain_text(row[0]): _plain(row[1]) for row in rows if len(row) == 2}

    def _closings(self) -> dict[str, float]:
        """The last month of the customer table; customers who were not active are left out."""
        area = self.areas.get(CUSTOMERS)
        if area is None:
            return {}
        found = {}
        for row in self._values(area.sheet, area.top, area.bottom, area.left - 1, area.right):
            if row[0] not in (None, "") and isinstance(row[-1], int | float):
                found[str(row[0])] = float(row[-1])
        return found

    # ---- lists

    def _sign_offs(self) -> list[SignOff]:
        _, rows = self._rows(SIGN_OFFS, SIGN_OFF_HEADINGS)
        return [
            SignOff(row.text("Month"), row.text("Prepared by"), row.text("Reviewed by"), _bare(row.cells["Signed on"]))
            for row in rows
        ]

    def _record(self) -> dict[str, Recorded]:
        _, rows = self._rows(RECORD_TABLE, RECORD_HEADINGS)
        found = {}
        for row in rows:
            measured = _bare(row.cells["Measured"])
            found[row.text("Rule")] = Recorded(
                state=row.text("State"),
                first_seen=row.text("First seen"),
                figure=row.text("Figure"),
                measured=float(measured) if isinstance(measured, int | float) else None,
                written=dict(re.findall(r"([^=~;]+)([=~][0-9a-f]+)", row.text("As written"))),
            )
        return found

    def _rows(self, table: str, known: Sequence[str], to_the_end: bool = False) -> tuple[list[str], list[PreviousRow]]:
        """The headings of a list and its rows down to the first blank one, or to the sheet's end where people add some.

        A program that saved the file may have dropped the table or renamed it; then the headings say where it stands.
        """
        place = self._heading_row(table, known)
        if place is None:
            return [], []
        sheet, top = place
        headings = self._headings(sheet, top, known)
        notes = self._notes_on_cells(sheet)
        totals = self._totals_row(table)
        names = {heading: column for column, heading in headings.items()}
        rows, bottom = [], top
        for number, (value_row, typed_row) in enumerate(
            zip(
                self.shown[sheet].iter_rows(min_row=top + 1), self.typed[sheet].iter_rows(min_row=top + 1), strict=True
            ),
            top + 1,
        ):
            if number == totals:
                continue
            cells: dict[str, Kept] = dict.fromkeys(names)
            loose = list(notes.get(number, ()))
            for shown, typed in zip(value_row, typed_row, strict=False):
                value, formula = _plain(shown.value), _formula_of(typed)
                if value is None and formula is None:
                    continue
                column = shown.column
                heading = headings.get(column)
                if heading is None:
                    loose.append(f"{letters(column)}{number}: {plain_text(value) or formula}")
                elif formula is None:
                    cells[heading] = value
                else:
                    cells[heading] = _carried_formula(formula, number, headings, sheet, value)
            if loose or any(value is not None for value in cells.values()):
                rows.append(PreviousRow(cells, tuple(loose)))
            elif not to_the_end:
                break
            bottom = number
        folded = {folded_heading(heading) for heading in known}
        ours = frozenset(column for column, heading in headings.items() if folded_heading(heading) in folded)
        self.lists[table] = _Place(sheet, top, LAST_ROW if to_the_end else bottom, ours, frozenset(headings))
        return list(headings.values()), rows

    def _heading_row(self, table: str, known: Sequence[str]) -> tuple[str, int] | None:
        found = self.tables.get(table.lower())
        if found is not None and found.header_rows:
            return found.area.sheet, found.area.top
        folded, best, place = {folded_heading(heading) for heading in known}, len(known) // 2, None
        for sheet, number, texts in self._rows_searched:
            met = len(texts & folded)
            if met > best:
                best, place = met, (sheet, number)
        return place

    @cached_property
    def _rows_searched(self) -> list[tuple[str, int, frozenset[str]]]:
        """The texts of every row in which headings may stand, read once for all lists that are not found by name."""
        return [
            (sheet, number, frozenset(folded_heading(value) for value in row if isinstance(value, str)))
            for sheet in self.shown.sheetnames
            if hasattr(self.shown[sheet], "iter_rows")  # a chart on a sheet of its own has none
            for number, row in enumerate(self.shown[sheet].iter_rows(max_row=_SEARCHED, values_only=True), 1)
        ]

    def _headings(self, sheet: str, top: int, known: Sequence[str]) -> dict[int, str]:
        """Column number -> heading; ours in our spelling, a second one of the same name with a number."""
        spelling = {folded_heading(heading): heading for heading in known}
        found: dict[int, str] = {}
        taken: set[str] = set()
        for row in self.shown[sheet].iter_rows(top, top):
            for cell in row:
                text = " ".join(_printable(plain_text(_plain(cell.value))).split())
                if not text:
                    continue
                heading, number = spelling.get(folded_heading(text), text), 2
                while folded_heading(heading) in taken:
                    heading, number = f"{text} ({number})", number + 1
                taken.add(folded_heading(heading))
                found[cell.column] = heading
        return found

    def _totals_row(self, table: str) -> int | None:
        """The number of the row of totals that a person switched on, as long as nothing was typed into its place."""
        found = self.tables.get(table.lower())
        if found is None or not found.total_rows:
            return None
        row = next(self.typed[found.area.sheet].iter_rows(found.area.bottom, found.area.bottom, values_only=True), ())
        only_totals = all("SUBTOTAL(" in str(v) for v in row if v is not None and str(v) != "Total")
        return found.area.bottom if only_totals else None

    def _notes_on_cells(self, sheet: str) -> dict[int, list[str]]:
        """By row, the notes and comments that hang on cells."""
        found: dict[int, list[str]] = {}
        for note in self.package.notes(sheet):
            if note.cell:
                found.setdefault(split_cell(note.cell)[0], []).append(f"Note on {note.cell}: {note.text}")
        return found

    # ---- what was typed elsewhere

    @property
    def _hidden(self) -> str:
        area = self.areas.get(RECORD)
        return "" if area is None else area.sheet

    def _elsewhere(self, sheet: str, row: int, column: int) -> bool:
        """Whether a list or the record of who signed carries on what is typed into this cell (0: a note on it)."""
        for name, place in self.lists.items():
            if place.sheet != sheet or not place.top <= row <= place.bottom:
                continue
            if name == SIGN_OFFS:
                return row > place.top and column in place.ours
            if name in (TABLE, KEPT):
                return row > place.top or column in place.headed
            if name == risk.TABLE:
                return column not in place.ours if row > place.top else column in place.headed - place.ours
        signed = (self.areas.get(name) for name in SIGNED)
        return any(area is not None and (area.sheet, area.top, area.left) == (sheet, row, column) for area in signed)

    def _filled(self, sheet: str) -> list[Area]:
        """The areas of a sheet that the program fills, with their headings and labels."""
        named = self.areas.values()
        areas = [a.part(-1, -1, a.height - 1, a.width - 1) if a.height > 1 or a.width > 1 else a for a in named]
        return [area for area in [*areas, *(table.area for table in self.tables.values())] if area.sheet == sheet]


def _bare(value: Kept) -> Plain:
    return value.value if isinstance(value, Formula) else value


def _plain(value: object) -> Plain:
    if isinstance(value, datetime):
        return value.date() if (value.hour, value.minute, value.second) == (0, 0, 0) else value
    if value is None or isinstance(value, bool | int | float | date):
        return value
    return str(value) or None


def _formula_of(cell: Any) -> str | None:
    """The text of a cell's formula, without "="; None for a constant, though it begin with "="."""
    if cell.data_type != "f":
        return None
    return str(getattr(cell.value, "text", cell.value)).removeprefix("=")  # an array formula has its text inside


def _carried_formula(formula: str, row: int, headings: Mapping[int, str], sheet: str, value: Plain) -> Formula:
    """What the formula refers to in its own row is found again by its heading."""
    mark, elsewhere = "\0", False

    def change(reference: Reference) -> str | None:
        nonlocal elsewhere
        own = reference.sheet is None or reference.sheet.lower() == sheet.lower()
        heading = headings.get(reference.first.column)
        if own and reference.single and reference.first.row == row and heading is not None:
            return f"{mark}{heading}{mark}"
        elsewhere = True
        return None

    marked = rewrite(formula, change)
    return Formula(formula, () if elsewhere else tuple(marked.split(mark)), value)


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
