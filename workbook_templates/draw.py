"""The look shared by all shipped templates: one font, one accent colour, inputs in blue on yellow (FAST standard)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter as letter
from openpyxl.utils import quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

ACCENT = "1F4E79"
PALE = "DDE7F0"
GREY = "7F7F7F"
RULE = "BFBFBF"
GOOD, GOOD_FILL = "1B5E20", "E3F1E4"  # with words beside them: colour is never the only sign
WATCH, WATCH_FILL = "7A4B00", "FFF1D6"
BAD, BAD_FILL = "8B1A1A", "FBE3E1"
INPUT, INPUT_FILL = "0000C0", "FFFFE0"

Look = dict[str, Any]
"""How a cell looks: the arguments of `put` but its place."""
LookAt = Callable[[int, int], Look]
"""The look of a block's cell by row and column."""

FONT = "Calibri"
MONEY = "#,##0;(#,##0);0"
CENTS = "#,##0.00;(#,##0.00);0.00"
PERCENT = "0.0%"
POINTS = "0.0%;-0.0%;0.0%"
RATIO = "0.00"
COUNT = "#,##0;(#,##0);0"
MONTH = "mmm yyyy"
DAY = "d mmm yyyy"
NOWHERE = "XFD1"  # an empty cell


def number(format_code: str) -> Look:
    """The look of a figure; one that is too wide for its column is printed smaller, not as ####."""
    return {"number": format_code, "align": "right", "shrink": True}


def everywhere(look: Look) -> LookAt:
    """One look for a whole block."""
    return lambda row, column: look


def by_row(*looks: Look) -> LookAt:
    """A look for each row."""
    return lambda row, column: looks[row]


def by_column(*looks: Look) -> LookAt:
    """A look for each column."""
    return lambda row, column: looks[column]


def font(**style: object) -> Font:
    """The workbook's font, 10 points unless told."""
    return Font(**{"name": FONT, "size": 10, "color": "000000", **style})  # type: ignore[arg-type]


def fill(colour: str) -> PatternFill:
    """A plain fill."""
    return PatternFill("solid", start_color=colour, end_color=colour)


def line(where: str = "bottom", colour: str = RULE, style: str = "thin") -> Border:
    """A border on one side."""
    return Border(**{where: Side(style=style, color=colour)})  # type: ignore[arg-type]


def put(
    sheet: Worksheet,
    cell: str,
    value: object = None,
    number: str | None = None,
    align: str | None = None,
    wrap: bool = False,
    border: Border | None = None,
    background: str | None = None,
    vertical: str = "center",
    indent: int = 0,
    shrink: bool = False,
    **style: object,
) -> None:
    """A cell with its text (or a sample value) and its look; an indent counts from the left unless told."""
    c = sheet[cell]
    if value is not None:
        c.value = value
    c.font = font(**style)
    c.alignment = Alignment(
        horizontal=align or ("left" if indent else None),
        vertical=vertical,
        wrap_text=wrap,
        indent=indent,
        shrink_to_fit=shrink,
    )
    if number:
        c.number_format = number
    if border:
        c.border = border
    if background:
        c.fill = fill(background)


def name(workbook: Workbook, defined: str, sheet: Worksheet, area: str) -> None:
    """A workbook-wide name for a cell or an area, such as "C5" or "C5:Z12"."""
    corners = [f"${''.join(filter(str.isalpha, c))}${''.join(filter(str.isdigit, c))}" for c in area.split(":")]
    workbook.defined_names[defined] = DefinedName(
        defined, attr_text=f"{quote_sheetname(sheet.title)}!{':'.join(corners)}"
    )


def page(
    workbook: Workbook,
    title: str,
    purpose: str,
    key: str,
    widths: Sequence[float],
    repeat: str | None = None,
    tab: str = ACCENT,
    head: str | None = None,
) -> Worksheet:
    """A sheet with its title, its purpose, its unit and period and the banner, set up for A4 landscape."""
    sheet = workbook.create_sheet(title)
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = tab
    for i, width in enumerate(widths, 1):
        sheet.column_dimensions[letter(i)].width = width
    put(sheet, "B1", head or title, size=16, bold=True, color=ACCENT)
    sheet.row_dimensions[1].height = 24
    put(sheet, "B2", purpose, color=GREY)
    put(sheet, "B3", None, bold=True)
    put(sheet, "B4", None, bold=True, color=GOOD)
    name(workbook, f"rx_period_{key}", sheet, "B3")
    name(workbook, f"rx_check_{key}", sheet, "B4")
    banner_colours(sheet, "B4")
    print_setup(sheet, repeat)
    return sheet


def unbound_page(
    workbook: Workbook, title: str, purpose: str, widths: Sequence[float], repeat: str | None = None, tab: str = ACCENT
) -> Worksheet:
    """A sheet of text or plain data: it has no unit, no period and no check."""
    sheet = page(workbook, title, purpose, "none", widths, repeat, tab)
    for stem in ("rx_period_", "rx_check_"):
        del workbook.defined_names[f"{stem}none"]
    return sheet


def print_setup(sheet: Worksheet, repeat: str | None, pages_tall: int = 0) -> None:
    """A4 landscape, one page wide, heading rows repeated, page x of y."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = pages_tall
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.6
    sheet.oddFooter.left.text = "&A"
    sheet.oddFooter.right.text = "Page &P of &N"
    sheet.oddFooter.left.size = sheet.oddFooter.right.size = 8
    if repeat:
        sheet.print_title_rows = repeat


def fixed_scale(sheet: Worksheet, percent: int, title_columns: str) -> None:
    """Pages of a fixed scale side by side, with breaks where told: a page that is fitted takes no heed of them."""
    sheet.sheet_properties.pageSetUpPr.fitToPage = False
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = None
    sheet.page_setup.scale = percent
    sheet.page_setup.pageOrder = "overThenDown"
    sheet.print_title_cols = title_columns


def banner_colours(sheet: Worksheet, cell: str) -> None:
    """Green where all checks pass, red where the workbook must not be published or an earlier one is restated."""
    absolute = f"${cell[0]}${cell[1:]}"
    words = ",".join(f'ISNUMBER(SEARCH("{word}",{absolute}))' for word in ("RESTATED", "DEFINITIONS CHANGED"))
    bad = f'OR(LEFT({absolute},2)="DO",{words})'
    sheet.conditional_formatting.add(cell, FormulaRule([bad], font=Font(bold=True, color=BAD), fill=fill(BAD_FILL)))


def status_colours(sheet: Worksheet, area: str, good: str, watch: str | None, bad: str) -> None:
    """Three words in three colours."""
    first = area.split(":")[0]
    for word, colour, back in ((good, GOOD, GOOD_FILL), (watch, WATCH, WATCH_FILL), (bad, BAD, BAD_FILL)):
        if word:
            rule = FormulaRule([f'{first}="{word}"'], font=Font(bold=True, color=colour), fill=fill(back))
            sheet.conditional_formatting.add(area, rule)


def unit_formats(sheet: Worksheet, area: str, unit_column: str) -> None:
    """The number format of a value follows the unit written beside it."""
    first_row = "".join(filter(str.isdigit, area.split(":")[0]))
    unit = f"${unit_column}{first_row}"
    whole = ("number", "customers", "months", "days")
    formats = (
        (("%", "% points"), 164, PERCENT),
        (("ratio", "times"), 165, RATIO),
        (whole, 166, COUNT),
        (("score", "hours"), 168, "0.0"),
    )
    for words, code, number in formats:
        test = "OR(" + ",".join(f'{unit}="{word}"' for word in words) + ")"
        style = DifferentialStyle(numFmt=NumberFormat(numFmtId=code, formatCode=number))
        rule = FormulaRule([test])
        rule.dxf = style
        sheet.conditional_formatting.add(area, rule)


def whole_numbers(sheet: Worksheet, area: str, number: str = COUNT) -> None:
    """A whole number stands without decimals: "#,##0.##" would leave it a bare point in Excel."""
    first = area.split(":")[0]
    rule = FormulaRule([f"{first}=INT({first})"])
    rule.dxf = DifferentialStyle(numFmt=NumberFormat(numFmtId=169 if number == COUNT else 170, formatCode=number))
    sheet.conditional_formatting.add(area, rule)


def never_printed(sheet: Worksheet) -> None:
    """For a sheet of data: its print area is an empty cell, for its heading alone would be a lonely page."""
    sheet.print_area = NOWHERE
    sheet.print_title_rows = None
    sheet.oddFooter.left.text = sheet.oddFooter.right.text = None


def no_bar_without_headings(sheet: Worksheet, headings: str, first: str) -> None:
    """For a block that says in one line why it is empty, and then has no headings: an empty bar would stand there."""
    column, row = first.rstrip("0123456789"), first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    sheet.conditional_formatting.add(headings, FormulaRule([f'${column}${row}=""'], fill=fill("FFFFFF")))


def no_minus_zero(sheet: Worksheet, area: str) -> None:
    """A rate that is negative by less than what is shown stands as 0.0%, not as -0.0%."""
    first = area.split(":")[0]
    rule = FormulaRule([f"AND({first}<0,{first}>-0.0005)"])
    rule.dxf = DifferentialStyle(numFmt=NumberFormat(numFmtId=167, formatCode="0.0%;0.0%"))
    sheet.conditional_formatting.add(area, rule)


def block(
    workbook: Workbook,
    sheet: Worksheet,
    defined: str,
    corner: str,
    rows: int,
    columns: int,
    look: LookAt,
    labels: Look | LookAt | None = None,
    heading_number: str | None = None,
    headings: bool = True,
) -> None:
    """The styled sample of a block: headings above, labels at the left, the body under its name.

    Labels look as `labels` says; of a body's look they take all but what makes a figure of it.
    """
    column = sheet[corner].column
    top = sheet[corner].row
    if headings:
        for j in range(-1, columns):
            place = _heading_look(look(0, j) if j >= 0 else {})
            cell = f"{letter(column + j)}{top - 1}"
            put(sheet, cell, number=heading_number, bold=True, color="FFFFFF", background=ACCENT, wrap=True, **place)
    for i in range(rows):
        label = labels or {}
        if callable(label):
            label = {key: value for key, value in label(i, 0).items() if key not in ("number", "align", "shrink")}
        put(sheet, f"{letter(column - 1)}{top + i}", **{"border": line(), **label})
        for j in range(columns):
            put(sheet, f"{letter(column + j)}{top + i}", **{"border": line(), **look(i, j)})
    name(workbook, defined, sheet, f"{corner}:{letter(column + columns - 1)}{top + rows - 1}")


def _heading_look(look: Look) -> Look:
    """A heading stands where its column's values stand."""
    align = look.get("align", "left")
    return {"align": align, "indent": 1 if align == "left" else 0}


def listing(sheet: Worksheet, table: str, corner: str, columns: Mapping[str, Look]) -> None:
    """An Excel Table, heading by heading, with two sample rows; the first gives the styles."""
    column, top = sheet[corner].column, sheet[corner].row
    for j, (heading, look) in enumerate(columns.items()):
        place = _heading_look(look)
        cell = f"{letter(column + j)}{top}"
        put(sheet, cell, heading, bold=True, color="FFFFFF", background=ACCENT, wrap=True, **place)
        for i in (1, 2):
            whole: Look = {"border": line(), "vertical": "top", **place, **look}
            put(sheet, f"{letter(column + j)}{top + i}", **whole)
    area = f"{corner}:{letter(column + len(columns) - 1)}{top + 2}"
    made = Table(displayName=table, name=table, ref=area)
    made.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    made._initialise_columns()
    for made_column, heading in zip(made.tableColumns, columns, strict=True):
        assert isinstance(made_column, TableColumn)
        made_column.name = heading
    sheet.add_table(made)


def save(workbook: Workbook, path: Path, parts: Callable[[str, bytes], bytes]) -> None:
    """Write the template with fixed times, so that drawing it again gives the same bytes.

    `parts` may add to a part what openpyxl cannot write.
    """
    workbook.properties.creator = "retention_xl"
    workbook.properties.created = workbook.properties.modified = datetime(2026, 1, 1)
    scratch = path.with_suffix(".tmp")
    try:
        workbook.save(scratch)
        with zipfile.ZipFile(scratch) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for entry in source.infolist():
                data = source.read(entry)
                if entry.filename == "docProps/core.xml":
                    data = _fixed_times(data)
                info = zipfile.ZipInfo(entry.filename, (2026, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o600 << 16
                info.create_system = 3
                target.writestr(info, parts(entry.filename, data))
    finally:
        scratch.unlink(missing_ok=True)


def _fixed_times(core: bytes) -> bytes:
    """openpyxl stamps the time of saving over `modified`."""
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", core)
