"""The sheets fed by tables beside the ledger: Experience, and the counts that its formulas read."""

from __future__ import annotations

import charts
from draw import (
    ACCENT,
    CENTS,
    COUNT,
    GREY,
    MONEY,
    MONTH,
    PERCENT,
    Look,
    block,
    by_column,
    everywhere,
    fill,
    font,
    never_printed,
    number,
    page,
    put,
    status_colours,
    unit_formats,
    whole_numbers,
)
from monthly_figures import chart_title
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.worksheet.pagebreak import Break

PLAIN: Look = {"border": None, "size": 9}
MONTH_LABEL: Look = {**PLAIN, "number": MONTH, "align": "left"}


def experience(wb: Workbook) -> None:
    ws = page(
        wb,
        "Experience",
        "What customers say, how soon they get value, what they use and wait for: from the tables beside the ledger.",
        "experience",
        (2, 34, *[9.5] * 7, 12, 9.5, 9, 56),
    )
    figure, count, note = number(MONEY), number(COUNT), {"color": GREY, "size": 9, "indent": 1, "wrap": True}
    quiet: Look = {**figure, "color": GREY, "size": 9}
    last = ({"align": "center"}, {"color": GREY, "size": 9}, note)
    columns = by_column({**figure, "bold": True}, figure, figure, quiet, quiet, count, count, figure, *last)
    block(wb, ws, "rx_experience", "C7", 2, 11, columns)
    ws.row_dimensions[6].height = 28
    unit_formats(ws, "C7:G8", "L")
    unit_formats(ws, "J7:J8", "L")
    status_colours(ws, "K7:K8", "On target", "Watch", "Off target")
    ws.conditional_formatting.add("B7:M8", FormulaRule(['$L7=""'], font=font(color=GREY, italic=True)))
    ws.row_breaks.append(Break(id=10))
    put(
        ws,
        "B11",
        "Features: who uses them, and who of those that took one up early is still there",
        bold=True,
        color=ACCENT,
    )
    share, grey = number(PERCENT), {**number(PERCENT), "color": GREY, "size": 9}
    columns = by_column(
        count, share, share, count, share, count, share, {**share, "bold": True}, grey, grey, {"indent": 1}
    )
    block(wb, ws, "rx_features", "C13", 2, 11, columns)
    ws.row_dimensions[12].height = 28
    few = FormulaRule(['$M13="too few to tell"'], font=font(color="A6A6A6", italic=True))
    ws.conditional_formatting.add("F13:M14", few)
    better = FormulaRule(['LEFT($M13,8)="adopters"'], font=font(bold=True, color=ACCENT), fill=fill("EAF1F7"))
    ws.conditional_formatting.add("J13:M14", better)
    chart_title(wb, ws, "rx_title_nps", "B18")
    chart_title(wb, ws, "rx_title_features", "H18")
    ws.freeze_panes = "C7"


def experience_charts(wb: Workbook) -> None:
    """They refer to the sheet of data, which is drawn later."""
    charts.nps(wb["Experience"], "B18", title="'Experience'!$B$18", first=13, last=14)
    charts.features(wb["Experience"], "H18", title="'Experience'!$H$18", first=13, last=14)


def data_experience(wb: Workbook) -> None:
    purpose = "Counts of the tables beside the ledger that the formulas read. Not printed."
    ws = page(wb, "Data experience", purpose, "experience_data", (2, 36, *[12] * 24), tab=GREY)
    never_printed(ws)
    plain: Look = {**number("#,##0.00"), **PLAIN}
    count, money = {**number(COUNT), **PLAIN}, {**number(CENTS), **PLAIN}
    share = {**number("0.0000"), **PLAIN}

    def caption(cell: str, text: str) -> None:
        put(ws, cell, text, bold=True, color=ACCENT)

    block(wb, ws, "rx_data_experience", "C7", 2, 13, everywhere(plain), PLAIN, heading_number=MONTH)
    whole_numbers(ws, "C7:O8")
    caption("B11", "NPS of the months with answers")
    block(wb, ws, "rx_data_nps", "C13", 2, 2, by_column({**number("0.0"), **PLAIN}, count), MONTH_LABEL)
    caption("B17", "Features: users, and who of the early adopters and of the others is still there")
    columns = by_column(*[count] * 6, *[share] * 6)
    block(wb, ws, "rx_data_features", "C19", 2, 12, columns, PLAIN)
    caption("B23", "Days until first value (Kaplan-Meier): the median is where half are no longer without it")
    block(
        wb, ws, "rx_data_value", "C25", 2, 5, by_column(count, count, count, share, count), {**PLAIN, "align": "left"}
    )
    for top, what, defined, look in (
        (29, "Sales and marketing spend by channel", "rx_data_spend", money),
        (35, "New customers by channel", "rx_data_new", count),
        (41, "Revenue of new customers in their first month, by channel", "rx_data_new_revenue", money),
    ):
        caption(f"B{top}", what)
        block(wb, ws, defined, f"C{top + 2}", 2, 3, everywhere(look), MONTH_LABEL)
    ws.freeze_panes = "C5"
