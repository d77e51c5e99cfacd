"""The points of the FAST standard and of ICAEW's twenty principles that a machine can check, on a finished workbook."""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from retention_xl.errors import RetentionError

from .package import Package
from .package.areas import Area, column_number, letters, split_cell
from .package.references import translated
from .verify import formula_cells

# Counts, halves, quarters, months of a year, percent: numbers of arithmetic, not of the business.
STRUCTURAL = {"0", "1", "2", "3", "4", "12", "100"}
# Their second argument says how a figure is written, or which one is taken, not how large it is.
_DIGITS = ("ROUND", "ROUNDUP", "ROUNDDOWN", "FIXED", "TRUNC", "REPT", "LEFT", "RIGHT", "LARGE", "SMALL")
_TOKEN = re.compile(
    r"""(?P<text>"[^"]*")|(?P<column>\[[^\]]*\])|(?P<sheet>'(?:[^']|'')+'!)|(?P<function>[A-Z][\w.]*)\(|(?P<reference>\$?[A-Z]{1,3}\$?\d+)"""
    r"""|(?P<name>[A-Za-z_\\][\w.\\]*)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:E[+-]?\d+)?%?)|(?P<open>[({])|(?P<close>[)}])"""
    r"""|(?P<comma>,)|(?P<array>\{[^}]*\})""",
    re.VERBOSE,
)
_REFERENCE = re.compile(
    r"(?:'((?:[^']|'')+)'|([A-Za-z_][\w.]*))?(!)?\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?"
)
_UNIT = re.compile(r"\bin [A-Z]{3}\b|amounts? in|units?\b|currency|%|per cent|customers|buyers", re.IGNORECASE)
_MIDDLE = (500_000, 8_000)
_UNIT_ROWS = 8  # where a reader looks for it
SHOWN = 10
_INPUT_FONT = re.compile(r"0000[8-9A-F][0-9A-F]$", re.IGNORECASE)  # blue, from navy to pure


class Point(NamedTuple):
    """One thing found: its rule, its place, what is there."""

    code: str
    place: str
    text: str


RULES: Mapping[str, str] = {
    "WBK01": "no number of the business stands inside a formula; it stands in a cell and has a name",
    "WBK02": "a formula is the same along its row, or down its column",
    "WBK03": "an input is blue on light yellow, and nothing else is",
    "WBK04": "every sheet with figures says their unit at its top",
    "WBK05": "every check feeds the banner, and every sheet with formulas shows it",
    "WBK06": "no hidden sheet holds a formula or is read by one",
    "WBK07": "nothing refers to another file",
    "WBK08": "no cell shows an error",
}


class _Book(NamedTuple):
    """What the rules look at."""

    sheets: Any  # openpyxl's workbook, formulas as they are typed
    formulas: dict[tuple[str, str], str]
    values: dict[tuple[str, str], object]
    areas: dict[tuple[str, str], tuple[Area, ...]]  # what each formula names
    package: Package


def check_workbook(path: Path) -> list[Point]:
    """Everything found, in the order of the rules and then of the sheets."""
    from openpyxl import load_workbook

    package = Package(path)
    cells = list(formula_cells(path))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl would not save again: nothing is saved here
            sheets = load_workbook(path)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RetentionError(f"{path.name} cannot be read ({error}); open it in Excel and save it anew.") from error
    book = _Book(
        sheets,
        {(cell.sheet, cell.cell): cell.formula for cell in cells},
        {(cell.sheet, cell.cell): cell.value for cell in cells},
        {(cell.sheet, cell.cell): tuple(references_in(cell.formula, cell.sheet)) for cell in cells},
        package,
    )
    return [
        *_constants(book),
        *_inconsistent(book),
        *_inputs(book),
        *_units(book),
        *_banner(book),
        *_hidden(book),
        *_external(book),
        *_errors(book),
    ]


def report_lines(points: Iterable[Point]) -> Iterator[str]:
    """What was found under each rule, at most ten places of each."""
    by_rule: dict[str, list[Point]] = {code: [] for code in RULES}
    for point in points:
        by_rule[point.code].append(point)
    for code, rule in RULES.items():
        found = by_rule[code]
        yield f"{code} {'found ' + str(len(found)) if found else 'ok'}: {rule}"
        for point in found[:SHOWN]:
            yield f"  {point.place}: {point.text}" if point.place else f"  {point.text}"
        if len(found) > SHOWN:
            yield f"  and {len(found) - SHOWN:,} more"


# ---- formulas


def numbers_in(formula: str) -> list[str]:
    """The numbers typed into a formula that are neither structural nor a count of digits."""
    found, inside = [], [("", 0)]  # function and number of the argument, outermost first
    for token in _TOKEN.finditer(formula):
        kind, text = token.lastgroup, token.group()
        if kind == "function":
            inside.append((token["function"], 0))
        elif kind == "open":
            inside.append(("", 0))
        elif kind == "close":
            inside = inside[:-1] or [("", 0)]
        elif kind == "comma":
            inside[-1] = (inside[-1][0], inside[-1][1] + 1)
        elif kind == "number" and text not in STRUCTURAL and not (inside[-1][0] in _DIGITS and inside[-1][1]):
            found.append(text)
    return found


def _constants(book: _Book) -> Iterator[Point]:
    for (sheet, cell), formula in book.formulas.items():
        found = numbers_in(formula)
        if found:
            yield Point("WBK01", f"{sheet}!{cell}", f"{', '.join(dict.fromkeys(found))} in ={formula}")


def _inconsistent(book: _Book) -> Iterator[Point]:
    """A formula unlike its neighbours, of which those at both sides and one more are alike, in its row or column."""
    relative: dict[tuple[str, int, int], str] = {}
    for (sheet, cell), formula in book.formulas.items():
        row, column = split_cell(cell)
        # As if all stood in one cell, in the middle of the sheet: alike then means alike relative to the own place.
        relative[sheet, row, column] = translated(formula, _MIDDLE[0] - row, _MIDDLE[1] - column)
    for (sheet, row, column), own in relative.items():
        along = [relative.get((sheet, row, column + step)) for step in (-2, -1, 1, 2)]
        down = [relative.get((sheet, row + step, column)) for step in (-2, -1, 1, 2)]
        if own in (*along, *down):
            continue
        if any(line[1] is not None and line[1] == line[2] and line.count(line[1]) > 2 for line in (along, down)):
            place = f"{sheet}!{letters(column)}{row}"
            yield Point(
                "WBK02", place, f"differs from its alike neighbours: ={book.formulas[sheet, f'{letters(column)}{row}']}"
            )


# ---- looks


def looks_like_input(cell: Any) -> bool:
    """Blue letters on a light yellow ground."""
    colour, ground = cell.font.color, cell.fill
    blue = colour is not None and colour.type == "rgb" and bool(_INPUT_FONT.search(str(colour.rgb)))
    if not blue or ground.fill_type != "solid" or ground.start_color.type != "rgb":
        return False
    red, green, low = (int(str(ground.start_color.rgb)[i : i + 2], 16) for i in (2, 4, 6))
    return red > 0xE0 and green > 0xE0 and low < min(red, green)


def _inputs(book: _Book) -> Iterator[Point]:
    """A formula with the input's look; a number to which a formula points that lacks it.

    Records are not inputs: nobody is to change them. Only where an input stands, down to the next blank row, are
    numbers beside it taken for inputs too.
    """
    for sheet, cell in book.formulas:
        if looks_like_input(book.sheets[sheet][cell]) and not _look_taken_away(book.sheets[sheet], cell):
            yield Point("WBK03", f"{sheet}!{cell}", "a formula has the look of an input")
    settings = {(sheet.title, row) for sheet in book.sheets.worksheets for row in _rows_of_inputs(sheet)}
    for sheet, cell in sorted(_single_precedents(book)):
        if (sheet, split_cell(cell)[0]) in settings:
            place = book.sheets[sheet][cell]
            if _is_number(place.value) and not looks_like_input(place) and not (_counts_on(place) or _begins(place)):
                yield Point("WBK03", f"{sheet}!{cell}", f"{place.value!r} is used by formulas and does not look so")


def _rows_of_inputs(sheet: Any) -> set[int]:
    """The rows of each part of a sheet, between blank rows, in which a number has the look of an input."""
    found: set[int] = set()
    part: set[int] = set()
    has_input = False
    for number, row in enumerate(sheet.iter_rows(), 1):
        if all(cell.value in (None, "") for cell in row):
            found |= part if has_input else set()
            part, has_input = set(), False
            continue
        part.add(number)
        has_input = has_input or any(_is_number(cell.value) and looks_like_input(cell) for cell in row)
    return found | (part if has_input else set())


def _look_taken_away(sheet: Any, cell: str) -> bool:
    """Whether a conditional format with a ground of its own applies to the cell: one whose condition is X1=""."""
    row, column = split_cell(cell)
    for areas in sheet.conditional_formatting:
        for place in areas.cells.ranges:
            if not (place.min_row <= row <= place.max_row and place.min_col <= column <= place.max_col):
                continue
            for rule in areas.rules:
                if rule.type != "expression" or rule.dxf is None or rule.dxf.fill is None:
                    continue
                condition = translated(rule.formula[0], row - place.min_row, column - place.min_col)
                found = re.fullmatch(r'\$?([A-Z]{1,3})\$?(\d+)=""', condition)
                if found and sheet[f"{found[1]}{found[2]}"].value in (None, ""):
                    return True
    return False


def _counts_on(cell: Any) -> bool:
    """Whether a number is one of a row or column 0, 1, 2 ...: an age or a month, which is a heading and no input."""
    for rows, columns in ((1, 0), (0, 1)):
        for step in (-1, 1):
            row, column = cell.row + step * rows, cell.column + step * columns
            if row and column and cell.parent.cell(row, column).value == cell.value + step:
                return True
    return False


def _begins(cell: Any) -> bool:
    """Whether a number is the 0 or 1, nothing or all, with which a row or column of formulas begins."""
    return cell.value in (0, 1) and "f" in (cell.offset(1, 0).data_type, cell.offset(0, 1).data_type)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _single_precedents(book: _Book) -> set[tuple[str, str]]:
    """The single cells to which formulas point."""
    found: set[tuple[str, str]] = set()
    for areas in book.areas.values():
        for area in areas:
            if (area.height, area.width) == (1, 1) and area.sheet in book.sheets.sheetnames:
                found.add((area.sheet, f"{letters(area.left)}{area.top}"))
    return found


def references_in(formula: str, own_sheet: str) -> Iterator[Area]:
    """The areas that a formula names."""
    for found in _REFERENCE.finditer(re.sub(r'"[^"]*"', '""', formula)):
        quoted, bare, mark, left, top, right, bottom = found.groups()
        if (bare and not mark) or (found.end() < len(formula) and formula[found.end()] == "("):
            continue
        sheet = (quoted.replace("''", "'") if quoted else bare) if mark else own_sheet
        yield Area(sheet, int(top), column_number(left), int(bottom or top), column_number(right or left))


def _units(book: _Book) -> Iterator[Point]:
    with_formulas = Counter(sheet for sheet, _ in book.formulas)
    for sheet in book.sheets.worksheets:
        if not with_formulas[sheet.title]:
            continue
        top = (cell.value for row in sheet.iter_rows(max_row=_UNIT_ROWS) for cell in row)
        computed = (
            value
            for (name, cell), value in book.values.items()
            if name == sheet.title and split_cell(cell)[0] <= _UNIT_ROWS
        )
        if not any(isinstance(value, str) and _UNIT.search(value) for value in (*top, *computed)):
            yield Point("WBK04", sheet.title, f"no unit in its first {_UNIT_ROWS} rows, such as 'amounts in EUR'")


# ---- checks and the file


def _banner(book: _Book) -> Iterator[Point]:
    """From every PASS or FAIL to one count, from the count to one banner, from the banner to every sheet."""
    results = {place for place, value in book.values.items() if value in ("PASS", "FAIL")}
    if not results:
        yield Point("WBK05", "", "the workbook has no check that shows PASS or FAIL")
        return
    counts = [place for place, formula in book.formulas.items() if "COUNTIF(" in formula and '"FAIL"' in formula]
    counted = {r for r in results if any(_covers(area, r) for count in counts for area in book.areas[count])}
    for sheet, cell in sorted(results - counted):
        yield Point("WBK05", f"{sheet}!{cell}", "this check is not counted: its FAIL would not reach the banner")
    linked = more = set(counts)
    while more:
        more = {
            place
            for place, areas in book.areas.items()
            if place not in linked and any(_covers(area, known) for area in areas for known in more)
        }
        linked = linked | more
    shown = {sheet for sheet, cell in linked if isinstance(book.values[sheet, cell], str)}
    for sheet in dict.fromkeys(sheet for sheet, _ in book.formulas):
        if sheet not in shown:
            yield Point("WBK05", sheet, "no cell of this sheet says whether the checks pass")


def _covers(area: Area, place: tuple[str, str]) -> bool:
    sheet, cell = place
    return area.sheet == sheet and area.holds(*split_cell(cell))


def _hidden(book: _Book) -> Iterator[Point]:
    taking_part = {sheet for sheet, _ in book.formulas}
    taking_part |= {area.sheet for areas in book.areas.values() for area in areas}
    for sheet in book.sheets.worksheets:
        if sheet.sheet_state != "visible" and sheet.title in taking_part:
            yield Point("WBK06", sheet.title, f"the sheet is {sheet.sheet_state} (right click on a tab > Unhide)")


def _external(book: _Book) -> Iterator[Point]:
    for part in book.package.parts:
        if part.startswith("xl/externalLinks/") and not part.endswith(".rels"):
            yield Point("WBK07", part, "a link to another workbook (Data > Edit Links)")
    for (sheet, cell), formula in book.formulas.items():
        if re.search(r"\[\d+\]", formula):
            yield Point("WBK07", f"{sheet}!{cell}", f"a formula that reads another workbook: ={formula}")


def _errors(book: _Book) -> Iterator[Point]:
    for (sheet, cell), value in book.values.items():
        if isinstance(value, str) and re.fullmatch(r"#(?:[A-Z/0]+[!?]|N/A)", value):
            yield Point("WBK08", f"{sheet}!{cell}", f"{value} from ={book.formulas[sheet, cell]}")
    for sheet in book.sheets.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "e" and (sheet.title, cell.coordinate) not in book.values:
                    yield Point("WBK08", f"{sheet.title}!{cell.coordinate}", str(cell.value))
