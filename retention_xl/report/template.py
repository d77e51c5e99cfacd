"""A template's contract: `rx_*` names and `tbl*` tables, matched with what a report has to say; strict, with places."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from retention_xl.errors import TemplateError

from .cells import Contents
from .package import LAST_COLUMN, Area, Name, Package, Table, letters

_HERE = Path(__file__).resolve()
# Inside an installed wheel, or beside the package in a checkout.
_SHIPPED = (_HERE.parents[1] / "workbook_templates", _HERE.parents[2] / "workbook_templates")
_WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm")


def shipped_templates() -> dict[str, Path]:
    folder = next((folder for folder in _SHIPPED if folder.is_dir()), None)
    return {path.stem: path for path in sorted(folder.glob("*.xlsx"))} if folder else {}


def template_path(template: str | Path) -> Path:
    """The file of a shipped template ("monthly"), or the path a user gave."""
    path, shipped = Path(template), shipped_templates()
    if str(template) in shipped:
        return shipped[str(template)]
    if path.suffix.lower() in _WORKBOOK_SUFFIXES or path.exists():
        return path
    near = _nearest(str(template), shipped)
    raise TemplateError(
        f"There is no template {str(template)!r}{near or '.'} Shipped are {', '.join(shipped) or 'none'}; "
        f"a template of your own is given by its path, such as my.xlsx."
    )


class Finding(NamedTuple):
    """One thing to say about a template: an "error" stops a report, a "warning" should be mended."""

    level: str
    code: str
    place: str  # "Sheet!C5", or "" for the whole file
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.level}: {self.place + ': ' if self.place else ''}{self.text}"


@dataclass(frozen=True)
class Binding:
    """Where each bound name stands in the template as it is now, and what had to be said."""

    singles: Mapping[str, Area]
    blocks: Mapping[str, Area]
    lists: Mapping[str, Table]
    unused: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == "error"]

    def placed(self, package: Package) -> Binding:
        """The same names where they stand now."""
        areas, tables = package.areas(), {table.name.lower(): table for table in package.tables()}
        return replace(
            self,
            singles={name: areas[name.lower()] for name in self.singles},
            blocks={name: areas[name.lower()] for name in self.blocks},
            lists={name: tables[name.lower()] for name in self.lists},
        )

    def demand(self, file_name: str) -> None:
        """Refuses a template with errors, with all of them."""
        if self.errors:
            said = "\n".join(f"  {finding}" for finding in self.errors)
            raise TemplateError(f"The template {file_name} does not keep the contract:\n{said}")


def bind(package: Package, contents: Contents, required: Iterable[str] = ()) -> Binding:
    """Matches the names and tables of a template with the contents of a report."""
    said: list[Finding] = []
    names = _usable_names(package, said)
    tables = {table.name: table for table in package.tables()}
    known = [*contents.singles, *contents.blocks, *contents.lists]
    spelling = {name.lower(): name for name in (*contents.singles, *contents.blocks)}
    singles: dict[str, Area] = {}
    blocks: dict[str, Area] = {}
    for name, area in names:
        right = spelling.get(name.name.lower())
        if right is None:
            said.append(
                Finding(
                    "error",
                    "TPL010",
                    area.readable,
                    f"the name {name.name!r} is not one of the report's"
                    f"{_nearest(name.name, spelling.values())} (Formulas > Name Manager).",
                )
            )
        elif right in contents.singles:
            said.extend(_single_faults(package, name, area))
            singles[right] = area
        else:
            said.extend(_block_faults(package, name, area))
            blocks[right] = area
    lists: dict[str, Table] = {}
    table_spelling = {name.lower(): name for name in contents.lists}
    for table in tables.values():
        right = table_spelling.get(table.name.lower())
        if right is not None:
            own = [heading for heading in contents.lists[right].headings if heading not in contents.lists[right].added]
            said.extend(_table_faults(package, table, own))
            lists[right] = table
        elif table.name.lower().startswith("tbl"):
            said.append(
                Finding(
                    "error",
                    "TPL010",
                    table.area.readable,
                    f"the table {table.name!r} is not one of the report's{_nearest(table.name, contents.lists)} "
                    f"(Table Design > Table Name).",
                )
            )
    bound = {*singles, *blocks, *lists}
    for name_required in sorted(set(required) - bound):
        near = _nearest(name_required, [name.name for name, _ in names] + list(tables))
        said.append(
            Finding("error", "TPL020", "", f"{name_required!r} is missing{near} (Formulas > Name Manager > New).")
        )
    said.extend(_overlaps(singles, blocks, lists))
    unused = tuple(name for name in known if name not in bound)
    return Binding(singles, blocks, lists, unused, tuple(said))


def check_template(path: Path, contents: Contents, required: Iterable[str] = ()) -> Binding:
    """All that can be said about a template before it is filled; raises only for a file that is no workbook at all."""
    package = Package(path)
    for sheet in contents.drop_sheets:
        if sheet in package.sheets:
            package.remove_sheet(sheet)
    binding = bind(package, contents, required)
    return replace(binding, findings=(*binding.findings, *_formula_faults(package), *_file_notes(package)))


# ---- names


def _usable_names(package: Package, said: list[Finding]) -> list[tuple[Name, Area]]:
    found = []
    for name in package.names():
        if not name.name.lower().startswith("rx_"):
            continue
        menu = "(Formulas > Name Manager)"
        if name.sheet is not None:
            text = f"the name {name.name!r} is limited to this sheet; make it one of the workbook {menu}."
            said.append(Finding("error", "TPL014", name.sheet, text))
        elif "#REF!" in name.text:
            text = f"the name {name.name!r} is broken ({name.text}): its cell was deleted {menu}."
            said.append(Finding("error", "TPL011", "", text))
        elif name.area is None:
            text = f"the name {name.name!r} must be one cell or one area of cells, it is {name.text} {menu}."
            said.append(Finding("error", "TPL015", "", text))
        else:
            found.append((name, name.area))
    return found


def _single_faults(package: Package, name: Name, area: Area) -> Iterable[Finding]:
    if (area.height, area.width) != (1, 1) and not package.merged(area):
        text = f"{name.name!r} takes one value and must name one cell, not {area.height} x {area.width}."
        yield Finding("error", "TPL012", area.readable, text)


def _block_faults(package: Package, name: Name, area: Area) -> Iterable[Finding]:
    if area.height < 2 or area.width < 2:
        text = f"{name.name!r} takes a block and must name at least 2 x 2 cells, its body without headings and labels."
        yield Finding("error", "TPL013", area.readable, text)
    if area.top == 1 or area.left == 1:
        text = f"{name.name!r} needs a row for headings above and a column for labels at its left."
        yield Finding("error", "TPL013", area.readable, text)
    for merge in package.merges(area):
        text = f"merged cells lie in the block {name.name!r} (Home > Merge & Center)."
        yield Finding("error", "TPL024", merge.readable, text)


# ---- tables


def _table_faults(package: Package, table: Table, known: Iterable[str]) -> Iterable[Finding]:
    place, body = table.area.readable, table.body
    if not table.header_rows:
        yield Finding(
            "error", "TPL021", place, f"the table {table.name!r} hides its headings (Table Design > Header Row)."
        )
        return
    headings = {folded_heading(heading) for heading in table.headings}
    missing = [heading for heading in known if folded_heading(heading) not in headings]
    names = {folded_heading(heading) for heading in known}
    for column, heading in enumerate(table.headings):
        near = difflib.get_close_matches(heading, missing, 1, 0.75) if folded_heading(heading) not in names else []
        if near:
            cell = f"{body.sheet}!{letters(body.left + column)}{table.area.top}"
            text = f"{table.name!r} has a column {heading!r}; the report's is {near[0]!r}. Rename one of them."
            yield Finding("error", "TPL021", cell, text)
    if not names & headings:
        text = f"{table.name!r} has none of the report's columns: {', '.join(known)}."
        yield Finding("error", "TPL021", place, text)
    if body.height < 2:
        text = f"{table.name!r} has one sample row; keep two, so that formulas and charts refer to ranges, which grow."
        yield Finding("warning", "TPL022", place, text)
    for merge in package.merges(body._replace(left=1, right=LAST_COLUMN)):
        text = f"merged cells cross the rows of {table.name!r} (Home > Merge & Center)."
        yield Finding("error", "TPL024", merge.readable, text)
    beside = [body._replace(left=1, right=body.left - 1), body._replace(left=body.right + 1, right=LAST_COLUMN)]
    occupied = [cell for area in beside for cell in package.sheet(body.sheet).occupied(area)]
    if occupied:
        text = f"this and {len(occupied) - 1} more cells stand" if len(occupied) > 1 else "this cell stands"
        text += f" beside {table.name!r}, whose rows grow. Move it above, below or to another sheet."
        yield Finding("error", "TPL026", occupied[0], text)


def folded_heading(heading: str) -> str:
    """A heading without what its case and its blanks make different."""
    return " ".join(heading.split()).casefold()


def column_of(table: Table, heading: str) -> int | None:
    """Counted from 0; headings match whatever their case and blanks."""
    headings, wanted = [folded_heading(own) for own in table.headings], folded_heading(heading)
    return headings.index(wanted) if wanted in headings else None


# ---- the whole


def _overlaps(singles: Mapping[str, Area], blocks: Mapping[str, Area], lists: Mapping[str, Table]) -> Iterable[Finding]:
    grown = [(name, area.part(-1, -1, area.height - 1, area.width - 1)) for name, area in blocks.items()]
    grown += [(name, table.area) for name, table in lists.items()]
    for index, (name, area) in enumerate(grown):
        for other, place in [*grown[index + 1 :], *singles.items()]:
            if area.overlaps(place):
                yield Finding("error", "TPL016", place.readable, f"{other!r} lies in the place of {name!r}.")


_TEXT_OR_QUALIFIED = re.compile(r'"[^"]*"|[\w.]+\[(?:[^\[\]]|\[[^\[\]]*\])*\]')


def _formula_faults(package: Package) -> Iterable[Finding]:
    for sheet in package.worksheets:
        for cell, formula in sheet.formulas():
            text, place = formula.text or "", f"{sheet.name}!{cell.get('r')}"
            if "#REF!" in text:
                yield Finding("warning", "TPL030", place, f"the formula refers to deleted cells: ={text}")
            elif re.search(r"\[\d+\]", text):
                yield Finding("warning", "TPL031", place, f"the formula refers to another workbook: ={text}")
            elif "[" in _TEXT_OR_QUALIFIED.sub("", text):
                said = f"a structured reference without its table's name shows #NAME? in LibreOffice: ={text}"
                yield Finding("warning", "TPL027", place, said)


def _file_notes(package: Package) -> Iterable[Finding]:
    if package.has_macros:
        yield Finding("warning", "TPL041", "", "the workbook holds macros; the report must be saved as .xlsm.")
    for folder, what in (("xl/externalLinks/", "links to other workbooks"), ("xl/connections", "data connections")):
        if any(part.startswith(folder) for part in package.parts):
            yield Finding(
                "warning", "TPL042", "", f"the workbook has {what} (Data > Edit Links, Queries & Connections)."
            )


def _nearest(name: str, right: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(right), 1, 0.6)
    return f"; did you mean {near[0]!r}?" if near else ""
