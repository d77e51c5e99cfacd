"""The sheets that say why: Commentary, Reasons."""

from __future__ import annotations

import charts
from draw import (
    ACCENT,
    CENTS,
    COUNT,
    GREY,
    MONEY,
    PERCENT,
    Look,
    block,
    by_column,
    by_row,
    number,
    page,
    print_setup,
    put,
)
from monthly_figures import TOTAL, chart_title
from openpyxl import Workbook


def commentary(wb: Workbook) -> None:
    ws = page(
        wb,
        "Commentary",
        "What moved this month and why. Each figure in a sentence is taken from the sheet named beside it.",
        "commentary",
        (2, 22, 112, 20, 18),
    )
    print_setup(ws, None, pages_tall=1)
    head: Look = {"bold": True, "color": ACCENT, "vertical": "top"}
    text: Look = {"wrap": True, "vertical": "top"}
    where: Look = {"color": GREY, "size": 9, "vertical": "top"}
    block(wb, ws, "rx_commentary", "C7", 2, 2, by_column(text, where), head)
    put(ws, "B10", "Largest movements of each kind", bold=True, color=ACCENT)
    block(wb, ws, "rx_largest", "C12", 2, 3, by_column({}, number(CENTS), number(PERCENT)))


def reasons(wb: Workbook) -> None:
    ws = page(
        wb,
        "Reasons",
        "Why customers left, by the reason that the ledger states; the most revenue first.",
        "reasons",
        (2, 34, *[12.5] * 10),
    )
    print_setup(ws, None, pages_tall=1)
    half = (COUNT, COUNT, COUNT, PERCENT, PERCENT)
    looks = by_column(*map(number, half), *map(number, (MONEY, MONEY, MONEY, PERCENT, PERCENT)))
    ws.row_dimensions[6].height = 30
    block(wb, ws, "rx_reasons", "C7", 2, 10, looks, {"wrap": True})
    small: Look = {"color": GREY, "size": 9}
    styles = by_row(TOTAL, small, small)
    block(
        wb, ws, "rx_reasons_total", "C10", 3, 10, lambda i, j: {**looks(i, j), **styles(i, j)}, styles, headings=False
    )
    chart_title(wb, ws, "rx_title_reasons", "B15")
    charts.pareto(ws, "B15", title="'Reasons'!$B$15", first=7, last=8, share=11, running=12)
