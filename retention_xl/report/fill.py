"""A template and the contents of a report -> a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from . import written
from .cells import Block, Cell, Content, Contents, List
from .own_formulas import write_results
from .package import Area, Package, Table, filled_down
from .template import Binding, bind, column_of
from .written import Witness

_NOWHERE = "#REF!"


def fill(
    package: Package,
    contents: Contents,
    path: Path,
    stamp: date,
    approve: Callable[[Path], None] | None = None,
    tell_missing: bool = True,
) -> list[str]:
    """Writes the filled template, whole or not at all, and says what its reader has to know (texts that were cut ...).

    `approve` may refuse the finished file, by an error, before it takes its place. `tell_missing`: also say what
    figures the template has no place for.
    """
    for sheet in contents.drop_sheets:
        if sheet in package.sheets:
            package.remove_sheet(sheet)
    for title in contents.drop_charts:
        package.remove_chart(title)
    for block in contents.drop_breaks:
        package.remove_break(block)
    for sheet in contents.one_page:
        if sheet in package.sheets:
            package.print_on_one_page(sheet)
    binding = bind(package, contents)
    binding.demand(package.file_name)
    binding = _with_added_columns(package, binding, contents)
    own_sheets = _add_own_sheets(package, contents)
    looks = {name: _BlockLook(package, area, contents.blocks[name]) for name, area in binding.blocks.items()}
    list_looks = {name: _ListLook(package, table) for name, table in binding.lists.items()}
    _resize(package, binding, contents)
    for name, rows in contents.printed_rows.items():
        if name in binding.lists:
            package.print_first_rows(name, rows)
    for name, heading in contents.printed_columns.items():
        if name in binding.lists:
            package.print_first_columns(name, heading)
    witness = None
    if written.TABLE in binding.lists:
        witness = Witness(package, own_sheets)
        package.watch = witness.watched
        contents = replace(contents, lists={**contents.lists, written.TABLE: witness.listing()})
        _resize_list(package, contents, written.TABLE)
        package.sheet(package.table(written.TABLE).area.sheet).last = True
    placed = binding.placed(package)
    addresses = PlacedAddresses(placed, contents)
    for name, area in placed.blocks.items():
        looks[name].write(package, area, contents.blocks[name], addresses)
    for name, table in placed.lists.items():
        list_looks[name].write(package, table, contents.lists[name], addresses)
    for name, area in placed.singles.items():
        single = contents.singles[name].content
        content = single(addresses) if callable(single) else single
        package.put(area.sheet, area.top, area.left, addresses.kept(content))
    if witness is not None:
        witness.stands()
    own: list[str] = []

    def finish(finished: Path) -> None:
        if package.without_value:
            own.extend(write_results(finished, package.without_value))
        if approve is not None:
            approve(finished)

    package.save(path, stamp, finish)
    return [*own, *(addresses.remarks() if tell_missing else ()), *package.remarks]


def _with_added_columns(package: Package, binding: Binding, contents: Contents) -> Binding:
    """Every list with a column for each heading that a person added to an earlier workbook."""
    for name, table in binding.lists.items():
        for heading, like in contents.lists[name].added.items():
            if column_of(table, heading) is None:
                package.add_table_column(name, heading, column_of(table, like))
    return binding.placed(package)


def _resize(package: Package, binding: Binding, contents: Contents) -> None:
    """Every list and block to its size. Each moves what stands below, so places are looked up anew each time."""
    for name in binding.blocks:
        block, area = contents.blocks[name], package.area(name)
        package.resize_rows(area.sheet, area.top, area.bottom, max(block.rows, 1))
        area = package.area(name)
        package.resize_columns(
            area.sheet, area.left, area.right, max(block.columns, 1), top=area.top - 1, bottom=area.bottom
        )
    for name in binding.lists:
        _resize_list(package, contents, name)


def _resize_list(package: Package, contents: Contents, name: str) -> None:
    body = package.table(name).body
    package.resize_rows(body.sheet, body.top, body.bottom, max(contents.lists[name].count, 1))


def _add_own_sheets(package: Package, contents: Contents) -> list[str]:
    """Sheets that a person made, under the names that they get here."""
    added = (s for s in contents.own_sheets if contents.surely_own or s.name not in package.sheets)
    return [package.add_sheet(sheet.name, sheet.cells, sheet.widths) for sheet in added]


class PlacedAddresses:
    """The `Addresses` of a workbook whose lists and blocks have their final size.

    What the template does not name has no address; a formula that needs one is written as its value alone.
    """

    def __init__(self, binding: Binding, contents: Contents) -> None:
        self._areas: dict[str, Area] = {**binding.singles, **binding.blocks}
        self._columns: dict[str, list[int | None]] = {}
        self._headings = {name: list(content.headings) for name, content in contents.lists.items()}
        for name, table in binding.lists.items():
            self._areas[name] = table.body
            self._columns[name] = [column_of(table, heading) for heading in self._headings[name]]
        self._missing: set[str] = set()

    def cell(self, name: str, row: int = 0, column: int = 0) -> str:
        return self._part(name, row, column, row, column)

    def row(self, name: str, row: int) -> str:
        area = self._areas.get(name)
        return self._nowhere(name) if area is None else self._inside(name, area.part(row, 0, row, area.width - 1))

    def column(self, name: str, column: int) -> str:
        area = self._areas.get(name)
        return self._nowhere(name) if area is None else self._part(name, 0, column, area.height - 1, column)

    def area(self, name: str) -> str:
        area = self._areas.get(name)
        return self._nowhere(name) if area is None else area.absolute

    def list_column(self, table: str, heading: str) -> str:
        return self.column(table, self._headings[table].index(heading))

    def _part(self, name: str, top: int, left: int, bottom: int, right: int) -> str:
        area = self._areas.get(name)
        if area is None:
            return self._nowhere(name)
        if name in self._columns:
            column = self._columns[name][left]
            if column is None:
                return self._nowhere(f"{name}[{self._headings[name][left]}]")
            left = right = column
        return self._inside(name, area.part(top, left, bottom, right))

    def _inside(self, name: str, part: Area) -> str:
        area = self._areas[name]
        # The headings above and the labels at the left belong to it: -1.
        if part.top < area.top - 1 or part.bottom > area.bottom or part.left < area.left - 1 or part.right > area.right:
            raise IndexError(f"{part.readable} lies outside {name!r} ({area.readable})")
        return part.absolute

    def _nowhere(self, name: str) -> str:
        self._missing.add(name)
        return _NOWHERE

    def kept(self, content: Content) -> Content:
        if self._missing and isinstance(content, Cell) and content.formula is not None and _NOWHERE in content.formula:
            return content.value
        return content

    def kept_row(self, row: Sequence[Content]) -> Sequence[Content]:
        return list(map(self.kept, row)) if self._missing else row

    def remarks(self) -> list[str]:
        if not self._missing:
            return []
        names = ", ".join(sorted(self._missing))
        return [f"The template has no place for {names}; figures computed from it are values, not formulas."]


class _BlockLook:
    """How a block looks in the template, taken before anything moves.

    A block of the sample's size keeps each cell's own look. Otherwise all rows look like the first one; the first and
    last columns like the sample's first and last, those between like the sample's own inner columns.
    """

    def __init__(self, package: Package, area: Area, block: Block) -> None:
        sheet = package.sheet(area.sheet)
        rows = range(area.top, area.bottom + 1) if max(block.rows, 1) == area.height else range(area.top, area.top + 1)
        columns = [area.left + n for n in _sample_columns(area.width, max(block.columns, 1))]
        # Labels and headings that nobody gives stay the template's; those of an empty block would be the sample's.
        self.labelled = bool(block.labels) or not block.rows
        self.headed = bool(block.headings) or not block.columns
        labels = [area.left - 1] if self.labelled else []
        self.body = [[sheet.style(row, column) for column in labels + columns] for row in rows]
        self.headings = [sheet.style(area.top - 1, column) for column in columns]
        self.attributes = [sheet.row_attributes(row) for row in rows]
        if len(rows) > 1:
            for row in block.unused:
                self.attributes[row] += ' hidden="1"'
        self.sample_height = area.height

    def write(self, package: Package, area: Area, block: Block, addresses: PlacedAddresses) -> None:
        sheet = package.sheet(area.sheet)
        for index, style in enumerate(self.headings):
            if self.headed:
                content = block.headings[index] if index < len(block.headings) else None
                sheet.put(area.top - 1, area.left + index, addresses.kept(content), style)
        body = area._replace(left=area.left - 1) if self.labelled else area
        package.set_body(body, self._rows(block, area, addresses), self.body, self.attributes)
        if area.height != self.sample_height:
            sheet.repeat_sparklines(area.top, area.bottom)

    def _rows(self, block: Block, area: Area, addresses: PlacedAddresses) -> Iterator[Sequence[Content]]:
        rows: Iterable[Sequence[Content]] = block.cells(addresses) if block.rows and block.columns else [[None]]
        labels = iter(block.labels)
        for row in rows:
            filled = [*row, *[None] * (area.width - len(row))] if len(row) < area.width else row
            yield addresses.kept_row([next(labels, None), *filled] if self.labelled else filled)


def _sample_columns(sample: int, count: int) -> list[int]:
    """The sample column that each of `count` columns looks like."""
    if count == sample:
        return list(range(count))
    inner = [min(column, max(sample - 2, 0)) for column in range(count - 1)]
    return [*inner, sample - 1] if count > 1 else [0]


class _ListLook:
    """How the first sample row of a table looks, taken before anything moves."""

    def __init__(self, package: Package, table: Table) -> None:
        body, sheet = table.body, package.sheet(table.body.sheet)
        self.styles = [sheet.style(body.top, column) for column in range(body.left, body.right + 1)]
        self.attributes = sheet.row_attributes(body.top)
        self.sample_height = body.height

    def write(self, package: Package, table: Table, content: List, addresses: PlacedAddresses) -> None:
        body = table.body
        formulas = {
            column: formula
            for column in range(body.width)
            if (formula := package.sheet(body.sheet).formula(body.top, body.left + column)) is not None
        }
        taken = [column_of(table, heading) for heading in content.headings]
        # A column that computes itself in the template does so here too, whatever stood in it a month ago.
        taken = [
            None if heading in content.added and column in formulas else column
            for heading, column in zip(content.headings, taken, strict=True)
        ]
        own = {column: filled_down(formula) for column, formula in formulas.items() if column not in taken}
        rows = _list_rows(content, taken, own, body.width, addresses)
        package.set_body(body, rows, [self.styles], [self.attributes])
        if body.height != self.sample_height:
            package.sheet(body.sheet).repeat_sparklines(body.top, body.bottom)
        if table.total_rows:
            for heading, total in content.totals.items():
                column = column_of(table, heading)
                if column is not None:
                    package.set_total(table, column, addresses.kept(total))


def _list_rows(
    content: List,
    taken: Sequence[int | None],
    own: Mapping[int, Callable[[int], str]],
    width: int,
    addresses: PlacedAddresses,
) -> Iterator[Sequence[Content]]:
    """Rows in the order of the template's columns."""
    if not content.count:
        yield [None] * width
        return
    in_order = taken == list(range(width))
    for number, row in enumerate(content.rows(addresses)):
        if len(row) != len(taken):
            raise ValueError(f"a row of {len(row)} values for the columns {', '.join(content.headings)}")
        if in_order:
            yield addresses.kept_row(row)
            continue
        cells: list[Content] = [None] * width
        for column, value in zip(taken, row, strict=True):
            if column is not None:
                cells[column] = value
        for column, formula in own.items():
            cells[column] = Cell(None, formula(number))
        yield addresses.kept_row(cells)
