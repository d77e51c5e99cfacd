"""The workbook inside a package: sheets, names and tables; lists and blocks that grow; sheets that go; saving."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from retention_xl.errors import TemplateError
from retention_xl.report.cells import Cell, Content, OwnCell

from .addition import add_sheet
from .areas import LAST_COLUMN, Area, letters, parse_area, plain_corners
from .batches import Columns, in_columns
from .cell_text import CellText
from .charts import ChartCaches
from .follow import PRINT_AREA, follow
from .parts import OFFICE_RELATIONS, Parts, drop_attributes, local_name, remove_with_empty_parents, tag
from .reading import Note, read_notes
from .references import Resize, Widening
from .removal import remove_chart, remove_sheet
from .saving import write_package
from .sheet import Body, Sheet
from .styles import Styles

# What may stand before calcPr, nearest first: the schema fixes the order.
_BEFORE_CALCULATION = ("definedNames", "externalReferences", "functionGroups", "sheets")
_CAPTION = 4  # rows above an area that its headings and its caption take


class Name(NamedTuple):
    """A defined name. `sheet` is the sheet it is limited to; `area` is None unless it is one plain area."""

    name: str
    text: str
    sheet: str | None
    area: Area | None


class Table(NamedTuple):
    name: str
    part: str
    area: Area
    headings: tuple[str, ...]
    header_rows: int
    total_rows: int

    @property
    def body(self) -> Area:
        return self.area._replace(top=self.area.top + self.header_rows, bottom=self.area.bottom - self.total_rows)


class Package:
    def __init__(self, path: Path) -> None:
        self.parts = Parts(path)
        properties = self._workbook.find(tag("workbookPr"))
        self.date1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self.styles = Styles(self.parts)
        self._text = CellText(self.date1904, self.styles)
        self.watch: Callable[[Area, Iterable[Columns]], Iterable[Columns]] | None = None
        self._notes: list[str] = []
        self._broken: list[tuple[Sheet, etree._Element, str]] = []
        targets = {r.id: r for r in self.parts.relations(self.parts.workbook)}
        self.sheets: list[str] = []
        self._sheet_parts: dict[str, str] = {}
        self._sheets: dict[str, Sheet] = {}
        for element in self._workbook.iter(tag("sheet")):
            name = element.get("name", "")
            relation = targets[element.get(tag("id", OFFICE_RELATIONS), "")]
            self.sheets.append(name)
            self._sheet_parts[name] = relation.target
            if relation.kind == "worksheet":
                self._sheets[name] = Sheet(self.parts, name, relation.target, self._text)

    @property
    def _workbook(self) -> etree._Element:
        return self.parts.tree(self.parts.workbook)

    @property
    def file_name(self) -> str:
        return self.parts.name

    @property
    def remarks(self) -> list[str]:
        return [*self._notes, *self._text.remarks]

    @property
    def worksheets(self) -> list[Sheet]:
        return [self._sheets[name] for name in self.sheets if name in self._sheets]

    def sheet(self, name: str) -> Sheet:
        if name not in self._sheets:
            raise TemplateError(f"{self.file_name} has no worksheet {name!r}; it has {', '.join(self.sheets)}.")
        return self._sheets[name]

    # ---- what there is

    def names(self) -> list[Name]:
        spelling = self._spelling()
        return [self._name(element, spelling) for element in self._workbook.iter(tag("definedName"))]

    def _spelling(self) -> dict[str, str]:
        return {name.lower(): name for name in self.sheets}

    def _name(self, element: etree._Element, spelling: Mapping[str, str]) -> Name:
        scope, text = element.get("localSheetId"), element.text or ""
        sheet = self.sheets[int(scope)] if scope is not None and int(scope) < len(self.sheets) else None
        area = parse_area(text)
        if area is not None:
            area = area._replace(sheet=spelling[area.sheet.lower()]) if area.sheet.lower() in spelling else None
        return Name(element.get("name", ""), text, sheet, area)

    def tables(self) -> list[Table]:
        found = []
        for sheet in self.worksheets:
            for part in self.parts.related(sheet.part, "table"):
                root = self.parts.tree(part)
                headings = tuple(_unescaped(c.get("name", "")) for c in root.iter(tag("tableColumn")))
                found.append(
                    Table(
                        root.get("displayName") or root.get("name") or "",
                        part,
                        Area(sheet.name, *plain_corners(root.get("ref", ""))),
                        headings,
                        int(root.get("headerRowCount", "1")),
                        int(root.get("totalsRowCount", "0")),
                    )
                )
        return found

    def table(self, name: str) -> Table:
        return next(table for table in self.tables() if table.name.lower() == name.lower())

    def area(self, name: str) -> Area:
        """Where a name of the workbook stands now."""
        spelling, wanted = self._spelling(), name.lower()
        elements = (e for e in self._workbook.iter(tag("definedName")) if (e.get("name") or "").lower() == wanted)
        found = (self._name(element, spelling) for element in elements)
        return next(name.area for name in found if name.sheet is None and name.area is not None)

    def areas(self) -> dict[str, Area]:
        """Where all names of the workbook stand now, by their spelling in small letters."""
        names = ((name.name.lower(), name.area) for name in self.names() if name.sheet is None)
        return {name: area for name, area in names if area is not None}

    def _area_of(self, name: str) -> Area | None:
        """Of a name that a template may not have."""
        return next((known.area for known in self.names() if known.name == name and known.area is not None), None)

    def merges(self, area: Area) -> list[Area]:
        """The merged cells that lie in the area, wholly or partly."""
        elements = self.sheet(area.sheet).root.iter(tag("mergeCell"))
        merges = [Area(area.sheet, *plain_corners(element.get("ref", ""))) for element in elements]
        return [merge for merge in merges if merge.overlaps(area)]

    def merged(self, area: Area) -> bool:
        """Whether the area is one merged cell."""
        return area in self.merges(area)

    def notes(self, sheet: str) -> list[Note]:
        """What hangs on the cells of a sheet or stands in boxes above them."""
        return list(read_notes(self.parts, self.sheet(sheet).part))

    @property
    def has_macros(self) -> bool:
        return any(part.endswith("vbaProject.bin") for part in self.parts)

    # ---- growing and going

    def resize_rows(self, sheet: str, first: int, last: int, count: int) -> None:
        """The body rows first..last become `count` rows; what stands below moves, what refers to them follows."""
        self._resize(Resize(self.sheet(sheet).name, "rows", first, last, count))

    def resize_columns(self, sheet: str, first: int, last: int, count: int, top: int, bottom: int) -> None:
        """The body columns of a block whose rows (heading row included) are top..bottom become `count` columns."""
        if first + count - 1 > LAST_COLUMN:
            raise TemplateError(f"{sheet} would have more than {LAST_COLUMN:,} columns, the most a worksheet holds.")
        self._resize(Resize(self.sheet(sheet).name, "columns", first, last, count, (top, bottom)))

    def _resize(self, change: Resize) -> None:
        if change.new_last < change.first:
            raise ValueError("a body keeps at least one row and column")
        if not change.growth:
            return
        sheet = self.sheet(change.sheet)
        if change.axis == "rows":
            sheet.demand_room(change.last, change.growth)
        else:
            top, bottom = change.within or (0, 0)
            right = Area(sheet.name, top, change.last + 1, bottom, max(change.new_last, change.last + 1))
            in_the_way = sheet.occupied(right) if change.growth > 0 else []
            if in_the_way:
                raise TemplateError(
                    f"{in_the_way[0]} stands where a block grows to column {letters(change.new_last)}. "
                    f"Nothing may stand at the right of a block; move it below, above or to another sheet."
                )
        follow(self.parts, self.worksheets, change, self.sheets)
        if change.axis == "rows":
            sheet.renumber(change.last, min(change.new_last, change.last) + 1, change.growth)
        else:
            sheet.resize_columns(change)

    def add_table_column(self, name: str, heading: str, like: int | None) -> None:
        """A further column at a table's right end that looks like its column number `like`, else like its last one."""
        table = self.table(name)
        area, body = table.area, table.body
        sheet = self.sheet(area.sheet)
        model = area.left + (area.width - 1 if like is None else like)
        styles = [sheet.style(row, model) for row in range(area.top, area.bottom + 1)]
        self._resize(Widening(area.sheet, area.right, (area.top, area.bottom)))
        for row, style in zip(range(area.top, area.bottom + 1), styles, strict=True):
            sheet.put(row, area.right + 1, heading if row < body.top else None, style)
        columns = next(self.parts.touch(table.part).iter(tag("tableColumns")))
        number = 1 + max(int(column.get("id", "0")) for column in columns)
        etree.SubElement(columns, tag("tableColumn"), {"id": str(number), "name": heading})
        columns.set("count", str(len(columns)))

    def remove_sheet(self, name: str) -> None:
        """Takes a sheet out with all that belongs to it alone; what pointed to it says #REF!, links to it go."""
        if name not in self.sheets:
            raise TemplateError(f"{self.file_name} has no sheet {name!r}; it has {', '.join(self.sheets)}.")
        visible = [e.get("name") for e in self._workbook.iter(tag("sheet")) if e.get("state", "visible") == "visible"]
        if visible == [name]:
            raise TemplateError(f"{self.file_name}: {name!r} is the only visible sheet and cannot be left out.")
        others = [sheet for sheet in self.worksheets if sheet.name != name]
        pointing = [sheet for sheet in others if sheet.mentions(name)]
        whole = [(sheet, formula) for sheet in pointing for formula in sheet.sound_formulas()]
        remove_sheet(self.parts, name, self.sheets.index(name), self._sheet_parts.pop(name), others, self.sheets)
        self.sheets.remove(name)
        self._sheets.pop(name, None)
        self._broken += [(sheet, formula, name) for sheet, formula in whole if "#REF!" in (formula.text or "")]

    def add_sheet(self, name: str, cells: Iterable[OwnCell], widths: Mapping[int, float]) -> str:
        """A further sheet at the end; its name gets a number where there is one of that name. Returns its name."""
        taken, own, number = {sheet.lower() for sheet in self.sheets}, name, 2
        while own.lower() in taken:
            own, number = f"{name[:25]} ({number})", number + 1
        rows: dict[int, list[str]] = {}
        for cell in cells:
            reference, style = f"{letters(cell.column)}{cell.row}", self.styles.numbered(cell.format_code)
            rows.setdefault(cell.row, []).append(self._text.cell(reference, style, cell.content, f"{own}!{reference}"))
        part = add_sheet(self.parts, own, rows, widths)
        sheet = Sheet(self.parts, own, part, self._text)
        self.sheets.append(own)
        self._sheet_parts[own], self._sheets[own] = part, sheet
        return own

    def remove_chart(self, title: str) -> None:
        """Takes out the charts, of all sheets, whose title is the cell of this name."""
        area = self._area_of(title)
        for sheet in self.worksheets if area is not None else ():
            remove_chart(self.parts, sheet, lambda formula: parse_area(formula) == area)

    def remove_break(self, name: str) -> None:
        """Takes out the page break right above an area and its caption, so that it goes on where the page stands."""
        area = self._area_of(name)
        if area is None:
            return
        sheet = self.sheet(area.sheet)
        for breaks in list(sheet.root.iter(tag("rowBreaks"))):
            for element in list(breaks):
                if area.top - _CAPTION <= int(element.get("id", "0")) < area.top:
                    sheet.touch()
                    breaks.set("count", str(len(breaks) - 1))
                    breaks.set("manualBreakCount", str(len(breaks) - 1))
                    remove_with_empty_parents(element)

    # ---- on paper

    def print_first_rows(self, table: str, rows: int) -> None:
        """Ends the print area of a table's sheet with so many of its rows, where it would go on."""
        body = self.table(table).body
        spelling, index = self._spelling(), str(self.sheets.index(body.sheet))
        for element in self._workbook.iter(tag("definedName")):
            if element.get("name") == PRINT_AREA and element.get("localSheetId") == index:
                area = self._name(element, spelling).area
                if area is not None and body.top + rows - 1 < area.bottom:
                    element.text = area._replace(bottom=body.top + rows - 1).absolute
                    self.parts.touch(self.parts.workbook)

    def print_first_columns(self, table: str, heading: str) -> None:
        """Ends the pages of a table's sheet with the column of that heading, where its author names no print area."""
        found = self.table(table)
        sheet, index = self.sheet(found.area.sheet), str(self.sheets.index(found.area.sheet))
        names = self._workbook.find(tag("definedNames"))
        own = [e for e in self._workbook.iter(tag("definedName")) if e.get("localSheetId") == index]
        if names is None or heading not in found.headings or any(e.get("name") == PRINT_AREA for e in own):
            return
        right = found.area.left + found.headings.index(heading)
        element = etree.SubElement(names, tag("definedName"), {"name": PRINT_AREA, "localSheetId": index})
        element.text = Area(sheet.name, 1, 1, found.area.bottom, right).absolute
        self.parts.touch(self.parts.workbook)
        sheet.touch()
        for breaks in list(sheet.root.iter(tag("colBreaks"))):
            remove_with_empty_parents(breaks)

    def print_on_one_page(self, name: str) -> None:
        """Fits a sheet that is fitted to the width of its paper to the height as well, without breaks between."""
        sheet = self.sheet(name)
        for setup in sheet.root.iter(tag("pageSetup")):
            sheet.touch()
            setup.set("fitToHeight", "1")
        for breaks in list(sheet.root.iter(tag("rowBreaks"))):
            remove_with_empty_parents(breaks)

    # ---- writing

    def put(self, sheet: str, row: int, column: int, content: Content, style: int | None = None) -> None:
        self.sheet(sheet).put(row, column, content, style)

    def set_body(
        self, area: Area, rows: Iterable[Sequence[Content]], styles: Sequence[Sequence[int]], attributes: Sequence[str]
    ) -> None:
        """The cells of a list or block, asked for while the package is written; one style row for all, or one each."""
        batches: Iterable[Columns] = in_columns(rows, area.width)
        if self.watch is not None:
            batches = self.watch(area, batches)
        self.sheet(area.sheet).set_body(Body(area, batches, styles, attributes))

    def set_total(self, table: Table, column: int, content: Content) -> None:
        """A cell of a table's totals row, and what the table itself says about that total."""
        self.put(table.area.sheet, table.area.bottom, table.area.left + column, content)
        element = list(self.parts.touch(table.part).iter(tag("tableColumn")))[column]
        drop_attributes(element, "totalsRowLabel", "totalsRowFunction")
        for old in element.findall(tag("totalsRowFormula")):
            element.remove(old)
        if isinstance(content, Cell) and content.formula is not None:
            element.set("totalsRowFunction", "custom")
            formula = etree.Element(tag("totalsRowFormula"))
            formula.text = content.formula.removeprefix("=")
            # The schema wants it right behind the column's own formula.
            element.insert(len(element.findall(tag("calculatedColumnFormula"))), formula)
        elif isinstance(content, str):
            element.set("totalsRowLabel", content)

    def save(self, path: Path, stamp: date, approve: Callable[[Path], None] | None = None) -> None:
        """Writes the package whole or not at all; times in it are `stamp`, so the same contents give the same bytes.

        `approve` may refuse the finished file, by an error, before it takes its place.
        """
        if self.has_macros != (path.suffix.lower() in (".xlsm", ".xltm")):
            kind = (
                "holds macros; call the report .xlsm" if self.has_macros else "holds no macros; call the report .xlsx"
            )
            raise TemplateError(f"{self.file_name} {kind}, not {path.name}: Excel refuses to open it otherwise.")
        self._drop_calculation_chain()
        self._ask_for_calculation()
        for sheet in self.worksheets:
            sheet.drop_stale_values()
        self._say_what_broke()
        self._refresh_pivots()
        self._set_times(stamp)
        caches = ChartCaches(self)
        write_package(self.parts, path, stamp, {s.part: s for s in self.worksheets}, caches.rewrite, approve)

    @property
    def without_value(self) -> list[tuple[str, str]]:
        """Sheet and cell of each formula that was written without a result, once the package is written."""
        return list(dict.fromkeys(self._text.without_value))

    def _drop_calculation_chain(self) -> None:
        """It lists formula cells; a stale one makes Excel offer a repair, a missing one is made anew."""
        for part in self.parts.related(self.parts.workbook, "calcChain"):
            self.parts.drop_relation(self.parts.workbook, part)
            self.parts.remove(part)

    def _ask_for_calculation(self) -> None:
        book = self.parts.touch(self.parts.workbook)
        calculation = book.find(tag("calcPr"))
        if calculation is None:
            calculation = etree.Element(tag("calcPr"))
            before = next(e for e in (book.find(tag(name)) for name in _BEFORE_CALCULATION) if e is not None)
            before.addnext(calculation)
        calculation.set("fullCalcOnLoad", "1")

    def _say_what_broke(self) -> None:
        """A template author's own formulas that pointed to a sheet which is not in this month's workbook."""
        for sheet, formula, gone in self._broken:
            cell = sheet.standing_cell(formula)
            if cell is not None:
                said = f"the template's formula points to {gone!r}, which is left out."
                self._notes.append(f"{sheet.name}!{cell}: {said}")

    def _refresh_pivots(self) -> None:
        for part in list(self.parts):
            if "pivotCacheDefinition" in part and not part.endswith(".rels"):
                root = self.parts.tree(part)
                if root.find(f"{tag('cacheSource')}/{tag('worksheetSource')}") is not None:
                    self.parts.touch(part).set("refreshOnLoad", "1")

    def _set_times(self, stamp: date) -> None:
        for relation in self.parts.relations(""):
            if relation.kind == "core-properties" and relation.target in self.parts:
                for element in self.parts.touch(relation.target):
                    if local_name(element) in ("created", "modified"):
                        element.text = f"{stamp.isoformat()}T00:00:00Z"


def _unescaped(heading: str) -> str:
    return heading.replace("_x000a_", "\n").replace("_x000A_", "\n")
