"""The sheets that say why, and what a customer is worth: Commentary, Lifetime value, Reasons."""

from __future__ import annotations

import charts
from draw import (
    ACCENT,
    CENTS,
    COUNT,
    GREY,
    INPUT,
    INPUT_FILL,
    MONEY,
    MONTH,
    PERCENT,
    Look,
    block,
    by_column,
    by_row,
    font,
    name,
    never_printed,
    no_bar_without_headings,
    number,
    page,
    print_setup,
    put,
)
from monthly_figures import TOTAL, chart_title
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.worksheet.pagebreak import Break


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
    where: Look = {"color": GREY, "size": 9, "vertical": "top", "indent": 1}
    block(wb, ws, "rx_commentary", "C7", 2, 2, by_column(text, where), head)
    put(ws, "B10", "Largest movements of each kind", bold=True, color=ACCENT)
    block(wb, ws, "rx_largest", "C12", 2, 3, by_column({}, number(CENTS), number(PERCENT)))


def lifetime(wb: Workbook) -> None:
    ws = page(
        wb,
        "Lifetime value",
        "What a customer is worth by several methods, and why they differ. Before the cost of winning the customer.",
        "lifetime",
        (2, 40, *[15] * 9),
    )
    note: Look = {"color": GREY, "size": 9, "border": None, "indent": 1}
    formats = (CENTS, PERCENT, PERCENT, COUNT, PERCENT, "0.00%", "0.0000", "0.0000")
    given: Look = {"color": INPUT, "background": INPUT_FILL}
    looks = [{**number(code), **(given if i > 5 else {})} for i, code in enumerate(formats)]
    block(wb, ws, "rx_ltv_inputs", "C7", 8, 2, lambda i, j: note if j else looks[i])
    value, months, ratio = {**number(MONEY), "bold": True}, number("0.0"), number(PERCENT)
    block(wb, ws, "rx_ltv", "C17", 6, 4, by_column(value, months, ratio, note))
    chart_title(wb, ws, "rx_title_ltv", "B24")
    put(ws, "B42", "What a starting customer of each cohort brought so far (margin only)", bold=True, color=ACCENT)
    ws.row_breaks.append(Break(id=41))
    columns = by_column(number(COUNT), number(COUNT), number(CENTS), number(CENTS))
    block(wb, ws, "rx_ltv_cohorts", "C44", 2, 4, columns, {"number": MONTH, "align": "left"})
    ws.row_breaks.append(Break(id=47))
    put(ws, "B48", "What it costs to win a customer, and when that is earned back", bold=True, color=ACCENT)
    formats = (MONEY, COUNT, MONEY, CENTS, "0.0", MONEY, "0.0")
    block(wb, ws, "rx_cac", "C50", 7, 4, by_row(*map(number, formats)))
    ws.row_dimensions[49].height = 28
    no_bar_without_headings(ws, "B49:F49", "C49")
    few = FormulaRule(["F$51<$F$59"], font=font(color="A6A6A6", italic=True))
    ws.conditional_formatting.add("F50:F56", few)
    put(ws, "B59", "Plans and channels in the month; grey, also above: fewer customers than", bold=True, color=ACCENT)
    put(ws, "F59", **number(COUNT), color=GREY)
    name(wb, "rx_ltv_small", ws, "F59")
    shares = [number(PERCENT)] * 4
    columns = by_column(number(COUNT), number(COUNT), *shares, number(COUNT), number(MONEY), number(MONEY))
    block(wb, ws, "rx_ltv_groups", "C61", 2, 9, columns)
    no_bar_without_headings(ws, "B60:K60", "C60")
    small = FormulaRule(["$C61<$F$59"], font=font(color="A6A6A6", italic=True))
    ws.conditional_formatting.add("B61:K62", small)


def survival(wb: Workbook) -> None:
    """Apart from the sheet of values, whose chart and formulas read it."""
    purpose = "Part of the customers left by months since the start, and what that is worth. Not printed."
    ws = page(wb, "Data survival", purpose, "survival", (2, 34, *[15] * 5), tab=GREY)
    never_printed(ws)
    columns = by_column(*[number(PERCENT)] * 3, number("0.000"), number(CENTS))
    block(wb, ws, "rx_ltv_survival", "C7", 2, 5, columns, {"number": "0", "align": "left"})
    ws.freeze_panes = "C7"


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
