"""One worksheet: its cells, and the bodies of lists and blocks that are streamed into it when the package is saved."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from lxml import etree

from retention_xl.errors import TemplateError
from retention_xl.report.cells import Cell, Content

from .areas import LAST_COLUMN, LAST_ROW, Area, letters, may_name, plain_corners, split_cell
from .batches import Columns
from .cell_text import CellText
from .parts import FORMULA, MAIN, ROW, VALUE, Parts, drop_attributes, tag
from .references import Resize, translated

SHEET_DATA = tag("sheetData")
SPARKLINES = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
EXCEL = "http://schemas.microsoft.com/office/excel/2006/main"
FORMULA_TEXTS = ("{*}f", "{*}formula", "{*}formula1", "{*}formula2")
"""Elements of a worksheet and its extensions whose text is a formula."""
_KEPT_ROW_ATTRIBUTES = ("ht", "customHeight", "s", "customFormat", "outlineLevel", "thickTop", "thickBot")


UNKNOWN = object()
"""The result of a formula that only Excel will know."""


class Body(NamedTuple):
    """Rows produced only while the sheet is written. `styles` and `attributes`: one for all rows, or one each."""

    area: Area
    batches: Iterable[Columns]
    styles: Sequence[Sequence[int]]
    attributes: Sequence[str]


class Sheet:
    def __init__(self, parts: Parts, name: str, part: str, text: CellText) -> None:
        self._parts, self.name, self.part, self.text = parts, name, part, text
        self._rows: dict[int, etree._Element] | None = None
        self.bodies: list[Body] = []
        self.last = False  # written after the others, of which its rows tell
        self._mentioned: str | None = None
        self._fresh: set[tuple[int, int]] = set()
        self.watched: dict[tuple[int, int], object] = {}

    # ---- reading

    @property
    def root(self) -> etree._Element:
        return self._parts.tree(self.part)

    @property
    def data(self) -> etree._Element:
        data = self.root.find(SHEET_DATA)
        if data is None:
            raise TemplateError(f"{self._parts.name}: the sheet {self.name!r} has no cell part; save it in Excel once.")
        return data

    @property
    def rows(self) -> dict[int, etree._Element]:
        """Row elements by number. On first use all rows and cells get their address, shared formulas their own text."""
        if self._rows is None:
            self._rows = self._addressed()
            self._flatten()
        return self._rows

    def prepare(self) -> None:
        """Gives every cell its address and every formula its own text, before anything moves."""
        _ = self.rows

    def _addressed(self) -> dict[int, etree._Element]:
        """Writers may leave out the address of what follows the row or cell before it."""
        rows, number = {}, 0
        for row in self.data.iterchildren(ROW):
            number = int(row.get("r") or number + 1)
            rows[number] = row
            row.set("r", str(number))
            column = 0
            for cell in row:
                column = split_cell(cell.get("r"))[1] if cell.get("r") else column + 1
                cell.set("r", f"{letters(column)}{number}")
        return rows

    def remove_row(self, number: int) -> None:
        self.data.remove(self.rows.pop(number))

    def _flatten(self) -> None:
        """Excel stores dragged formulas once ("shared"); rows that move would tear them apart."""
        masters: dict[str, tuple[str, int, int]] = {}
        for cell, formula in self.formulas():
            if formula.get("t") != "shared":
                continue
            row, column = split_cell(cell.get("r", ""))
            index = formula.get("si", "")
            if formula.text:
                masters[index] = formula.text, row, column
            elif index in masters:
                text, from_row, from_column = masters[index]
                formula.text = translated(text, row - from_row, column - from_column)
            drop_attributes(formula, "t", "si", "ref")
            self.touch()

    def formulas(self) -> Iterator[tuple[etree._Element, etree._Element]]:
        """(cell, formula) elements."""
        for formula in self.data.iter(FORMULA):
            cell = formula.getparent()
            if cell is not None:
                yield cell, formula

    def mentions(self, sheet: str) -> bool:
        """Whether any formula, rule or link of the template may name the sheet."""
        if self._mentioned is None:
            texts = [element.text or "" for element in self.root.iter(*FORMULA_TEXTS)]
            values = [e.get("val") or e.get("location") or "" for e in self.root.iter("{*}cfvo", "{*}hyperlink")]
            self._mentioned = "\n".join(text for text in texts + values if "!" in text).lower()
        return may_name(self._mentioned, sheet)

    def sound_formulas(self) -> list[etree._Element]:
        return [formula for _, formula in self.formulas() if "#REF!" not in (formula.text or "")]

    def standing_cell(self, formula: etree._Element) -> str | None:
        """The address of a formula's cell; None where the cell has been written anew since."""
        cell = formula.getparent()
        row = cell.getparent() if cell is not None else None
        if cell is None or row is None or self.rows.get(int(row.get("r", "0"))) is not row:
            return None
        return cell.get("r")

    def element(self, row: int, column: int) -> etree._Element | None:
        if row in self.rows:
            reference = f"{letters(column)}{row}"
            for cell in self.rows[row]:
                if cell.get("r") == reference:
                    return cell
        return None

    def style(self, row: int, column: int) -> int:
        """What an entry made there by hand would look like: the cell's style, else its row's, else its column's."""
        cell = self.element(row, column)
        if cell is not None:
            return int(cell.get("s", "0"))
        element = self.rows.get(row)
        if element is not None and element.get("customFormat") in ("1", "true"):
            return int(element.get("s", "0"))
        for band in self.root.iterfind(f"{tag('cols')}/{tag('col')}"):
            if int(band.get("min", "0")) <= column <= int(band.get("max", "0")):
                return int(band.get("style", "0"))
        return 0

    def look(self, row: int, column: int) -> int:
        """The style that a cell has or will have."""
        for body in self.bodies:
            if body.area.holds(row, column):
                styles = body.styles[row - body.area.top] if len(body.styles) > 1 else body.styles[0]
                return styles[column - body.area.left]
        return self.style(row, column)

    def row_attributes(self, row: int) -> str:
        """Height and format of a row, for rows that are to look like it."""
        return kept_attributes(self.rows[row]) if row in self.rows else ""

    def formula(self, row: int, column: int) -> str | None:
        cell = self.element(row, column)
        found = cell.find(FORMULA) if cell is not None else None
        return found.text if found is not None else None

    def occupied(self, area: Area) -> list[str]:
        """The addresses of the cells in the area that hold something."""
        rows = (self.rows[number] for number in sorted(self.rows) if area.top <= number <= area.bottom)
        filled = (cell.get("r", "") for row in rows for cell in row if len(cell))
        return [f"{self.name}!{place}" for place in filled if area.holds(*split_cell(place))]

    # ---- changing

    def touch(self) -> None:
        self._parts.changed.add(self.part)

    def row(self, number: int) -> etree._Element:
        if number not in self.rows:
            element = etree.Element(ROW, {"r": str(number)})
            later = [n for n in self.rows if n > number]
            if later:
                self.rows[min(later)].addprevious(element)
            else:
                self.data.append(element)
            self.rows[number] = element
        return self.rows[number]

    def put(self, row: int, column: int, content: Content, style: int | None = None) -> None:
        """Writes one cell; it keeps the look it has in the template unless a style is given."""
        reference = f"{letters(column)}{row}"
        look = self.style(row, column) if style is None else style
        text = self.text.cell(reference, look, content, f"{self.name}!{reference}")
        self.touch()
        old = self.element(row, column)
        if old is not None:
            old.getparent().remove(old)  # type: ignore[union-attr]
        self._fresh.discard((row, column))
        if not text:
            return
        cell = etree.fromstring(f'<x xmlns="{MAIN}">{text}</x>')[0]
        if isinstance(content, Cell) and content.formula is not None:
            self._fresh.add((row, column))
        parent = self.row(row)
        for following in parent:
            if split_cell(following.get("r", ""))[1] > column:
                following.addprevious(cell)
                return
        parent.append(cell)

    def clear(self, area: Area) -> None:
        """Removes cells and their look."""
        for number in range(area.top, area.bottom + 1) if area.height < len(self.rows) else sorted(self.rows):
            if number in self.rows and area.top <= number <= area.bottom:
                row = self.rows[number]
                for cell in list(row):
                    if area.left <= split_cell(cell.get("r", ""))[1] <= area.right:
                        row.remove(cell)
        self.touch()

    def demand_room(self, last: int, growth: int) -> None:
        if max(last, max(self.rows, default=0)) + growth > LAST_ROW:
            raise TemplateError(
                f"{self.name} would have more than {LAST_ROW:,} rows, the most a worksheet holds; "
                f"leave out what is not needed or ask for fewer rows."
            )

    def renumber(self, last: int, removed_from: int, growth: int) -> None:
        """Rows removed_from..last go, rows below `last` move by `growth`."""
        moved = {}
        for number, row in self.rows.items():
            if removed_from <= number <= last:
                self.data.remove(row)
                continue
            if number > last:
                number += growth
                row.set("r", str(number))
                for cell in row:
                    cell.set("r", re.sub(r"\d+", str(number), cell.get("r", "")))
            moved[number] = row
        self._rows = moved
        self.touch()

    def resize_columns(self, change: Resize) -> None:
        """Columns that a block gives up are emptied, those it gains get the width of its last sample column but one."""
        top, bottom = change.within or (1, LAST_ROW)
        if change.growth < 0:
            self.clear(Area(self.name, top, change.new_last + 1, bottom, change.last))
        else:
            self._widen_columns(change)
        self.touch()

    def _widen_columns(self, change: Resize) -> None:
        bands = self.root.find(tag("cols"))
        if bands is None:
            return
        like = next((b for b in bands if int(b.get("min", "0")) <= change.last <= int(b.get("max", "0"))), None)
        # Columns the author already gave a width keep it.
        taken = {
            c for b in bands for c in range(int(b.get("min", "0")), min(int(b.get("max", "0")), change.new_last) + 1)
        }
        free = [column for column in range(change.last + 1, change.new_last + 1) if column not in taken]
        if like is None or not free:
            return
        for column in free:
            band = copy.deepcopy(like)
            band.set("min", str(column))
            band.set("max", str(column))
            bands.append(band)
        bands[:] = sorted(bands, key=lambda b: int(b.get("min", "0")))

    def repeat_sparklines(self, top: int, bottom: int) -> None:
        """Each body row gets the sparklines of the first one, as if filled down."""
        for group in self.root.iter(f"{{{SPARKLINES}}}sparklines"):
            first = []
            for line in list(group):
                row, column = split_cell(line.findtext(f"{{{EXCEL}}}sqref") or "A1")
                if row == top:
                    first.append((line, column))
                elif top < row <= bottom:
                    group.remove(line)
            for line, column in first:
                for row in range(bottom, top, -1):
                    twin = copy.deepcopy(line)
                    for element in twin:
                        if element.tag == f"{{{EXCEL}}}f":
                            element.text = translated(element.text or "", row - top, 0)
                        else:
                            element.text = f"{letters(column)}{row}"
                    line.addnext(twin)
            self.touch()

    @property
    def cells_to_come(self) -> int:
        return sum(body.area.height * body.area.width for body in self.bodies)

    def set_body(self, body: Body) -> None:
        """Takes the place of all cells in the area; the rows are asked for when the sheet is written."""
        area = body.area
        if area.bottom > LAST_ROW or area.right > LAST_COLUMN:
            raise TemplateError(
                f"{area.readable} does not fit a worksheet ({LAST_ROW:,} rows, {LAST_COLUMN:,} columns)."
            )
        self.clear(area)
        self.bodies.append(body)

    def drop_stale_values(self) -> None:
        """The sample's results of formulas that nobody computed anew would be taken for the month's."""
        for cell, formula in self.formulas():
            place = split_cell(cell.get("r", ""))
            if place in self._fresh:
                continue
            cells = [cell]
            if formula.get("t") not in ("array", "dataTable"):
                self.text.without_value.append((self.name, cell.get("r", "")))
            if formula.get("t") == "array" and formula.get("ref"):
                top, left, bottom, right = plain_corners(formula.get("ref", ""))
                spilled = (self.element(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1))
                cells += [other for other in spilled if other is not None]
            for stale in cells:
                value = stale.find(VALUE)
                if value is not None and (value.text or stale.get("t")):
                    stale.remove(value)
                    drop_attributes(stale, "t")
                    self.touch()


def kept_attributes(row: etree._Element) -> str:
    found = [(key, row.get(key)) for key in _KEPT_ROW_ATTRIBUTES]
    return "".join(f' {key}="{value}"' for key, value in found if value is not None)
