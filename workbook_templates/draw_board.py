"""Draws board.xlsx, the month on one printed page. Run `python workbook_templates/draw_board.py` after a change.

Only the sheet Board is printed. The sheets behind it hold what its figures and charts are made from; `board.md` lists
the names.
"""

from __future__ import annotations

import sys
from pathlib import Path

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.worksheet.worksheet import Worksheet

sys.path.insert(0, str(Path(__file__).parent))

import charts
import monthly_figures as figures
import monthly_insight as insight
import monthly_records as records
from draw import (
    ACCENT,
    GOOD,
    GOOD_FILL,
    GREY,
    banner_colours,
    block,
    line,
    name,
    never_printed,
    page,
    print_setup,
    put,
    save,
    status_colours,
)
from monthly_figures import CARD, CARDS, FORMATS, MONTHS, chart_title
from openpyxl.utils import get_column_letter as letter

WIDTH = 12  # columns of the page, from B on
LAST = letter(1 + WIDTH)
HALF = (19.6, 6.7)  # centimetres of a chart


def board(wb: Workbook) -> None:
    ws = wb.active
    ws.title = "Board"
    ws.sheet_view.showGridLines = False
    ws.sheet_properties.tabColor = ACCENT
    ws.column_dimensions["A"].width = 1
    for i in range(WIDTH):
        ws.column_dimensions[letter(2 + i)].width = 17
    put(ws, "B1", size=20, bold=True, color=ACCENT)
    put(ws, "B2", color=GREY)
    put(ws, "B3", bold=True, size=11, color=GOOD, background=GOOD_FILL, indent=1)
    ws.merge_cells(f"B3:{LAST}3")
    banner_colours(ws, "B3")
    for defined, cell in (("rx_title", "B1"), ("rx_subtitle", "B2"), ("rx_banner", "B3")):
        name(wb, defined, ws, cell)
    for i, key in enumerate(CARDS):
        _tile(wb, ws, key, 5 if i < 4 else 10, 2 + 3 * (i % 4))
    for row, height in ((1, 30), (3, 20), (4, 6), (9, 6), (14, 6), (15, 46)):
        ws.row_dimensions[row].height = height
    put(ws, "B15", wrap=True, vertical="top")
    ws.merge_cells(f"B15:{LAST}15")
    name(wb, "rx_paragraph", ws, "B15")
    chart_title(wb, ws, "rx_title_retention", "H16")
    put(ws, "H38", color=GREY, align="center")
    ws.merge_cells(f"H38:{LAST}38")
    name(wb, "rx_board_cohorts", ws, "H38")
    put(ws, "B46", "First actions", bold=True, color=ACCENT, size=12)
    for i in range(3):
        row = 47 + i
        put(ws, f"B{row}", wrap=True, vertical="top")
        ws.merge_cells(f"B{row}:{LAST}{row}")
        said = FormulaRule([f'$B${row}<>""'], border=line())
        ws.conditional_formatting.add(f"B{row}:{LAST}{row}", said)
        ws.row_dimensions[row].height = 28
        name(wb, f"rx_action_{i + 1}", ws, f"B{row}")
    print_setup(ws, None, pages_tall=1)
    ws.print_area = f"A1:{LAST}49"
    ws.oddFooter.right.text = None


def _tile(wb: Workbook, ws: Worksheet, key: str, top: int, column: int) -> None:
    """A figure with its name above, its status and its twelve months below."""
    first, last = letter(column), letter(column + 2)
    looks = (
        ("_label", {"size": 9, "color": GREY}, 15),
        ("", {"size": 20, "bold": True, "color": ACCENT, "number": FORMATS.get(key, "0.0%"), "shrink": True}, 28),
        ("_status", {"size": 9}, 15),
        ("_trend", {"size": 11, "color": ACCENT}, 16),
    )
    for row, (suffix, look, height) in enumerate(looks, top):
        for filled in range(column, column + 3):
            put(ws, f"{letter(filled)}{row}", background=CARD)
        edge = line("left", ACCENT, "thick")
        put(ws, f"{first}{row}", background=CARD, border=edge, indent=1, align="left", **look)
        ws.merge_cells(f"{first}{row}:{last}{row}")
        name(wb, f"rx_card_{key}{suffix}", ws, f"{first}{row}")
        ws.row_dimensions[row].height = height


def key_figures(wb: Workbook) -> None:
    ws = page(wb, "Figures", "The eight figures of the first page.", "figures", (2, 34, *[12] * 10))
    block(wb, ws, "rx_tiles", "C7", 8, 10, figures.tile)
    status_colours(ws, "I7:I14", "On target", "Watch", "Off target")


SHEETS = (
    board,
    key_figures,
    insight.commentary,
    figures.bridge,
    figures.tiers,
    figures.cohorts_customers,
    records.checks,
    records.settings,
    records.data_facts,
)


def main(path: Path) -> None:
    """Every sheet, then the charts of the first, which refer to the others."""
    workbook = Workbook()
    for sheet in SHEETS:
        sheet(workbook)
    ws, bridge = workbook["Board"], workbook["Bridge"]
    charts.waterfall(bridge, "B16", title="'Bridge'!$B$45", first=68, last=75, on=ws, size=HALF)
    charts.retention(bridge, MONTHS, "'Board'!$H$16", ws, "H16", HALF)
    charts.tiers(workbook["Tiers"], "B31", title="'Tiers'!$B$22", first=7, last=8, on=ws, size=HALF)
    cohorts = workbook["Cohorts customers"]
    last = letter(4 + MONTHS)
    charts.curve(
        cohorts,
        "H31",
        title="'Cohorts customers'!$B$17",
        row=12,
        heading=8,
        first="E",
        last=last,
        interval=True,
        on=ws,
        size=HALF,
    )
    for other in workbook.worksheets[1:]:
        never_printed(other)
    save(workbook, path, charts.finish)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("board.xlsx"))
