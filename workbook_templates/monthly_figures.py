"""The sheets of figures: Summary, Bridge, Tiers, Cohorts, Tie-out."""

from __future__ import annotations

import charts
from draw import (
    ACCENT,
    BAD,
    CENTS,
    COUNT,
    DAY,
    GOOD,
    GOOD_FILL,
    GREY,
    INPUT,
    INPUT_FILL,
    MONEY,
    MONTH,
    PALE,
    PERCENT,
    POINTS,
    RATIO,
    Look,
    banner_colours,
    block,
    by_column,
    by_row,
    everywhere,
    fill,
    fixed_scale,
    font,
    line,
    name,
    no_bar_without_headings,
    no_minus_zero,
    number,
    page,
    print_setup,
    put,
    status_colours,
)
from openpyxl import Workbook
from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

MONTHS = 24
HALF_PAGE = (16, 8)  # centimetres of a chart beside another
CARDS = ("mrr", "crr", "drr", "grr", "nrr", "churn", "cltv", "quick_ratio")
FORMATS = {"mrr": MONEY, "cltv": MONEY, "quick_ratio": RATIO}
CARD = "F3F6F9"
MILLIONS = '[>=999999.5]#,##0.0,,"m";#,##0'  # 7,403,216 as 7.4m
TOTAL: Look = {"bold": True, "border": line("top", ACCENT, "medium")}


def chart_title(workbook: Workbook, sheet: Worksheet, defined: str, cell: str) -> None:
    """A message that stands under its chart, which shows it as its title."""
    put(sheet, cell, size=8, color="FFFFFF")
    name(workbook, defined, sheet, cell)


def summary(wb: Workbook) -> None:
    ws = wb.active
    ws.title = "Summary"
    ws.sheet_view.showGridLines = False
    ws.sheet_properties.tabColor = ACCENT
    for i, width in enumerate((2, 28, *[9.5] * 9, 15, 2, *[7.8] * 8), 1):
        ws.column_dimensions[letter(i)].width = width
    put(ws, "B1", size=20, bold=True, color=ACCENT)
    ws.row_dimensions[1].height = 30
    put(ws, "B2", color=GREY)
    put(ws, "B3", bold=True, size=11, color=GOOD, background=GOOD_FILL, indent=1)
    ws.merge_cells("B3:U3")
    ws.row_dimensions[3].height = 20
    banner_colours(ws, "B3")
    for defined, cell in (("rx_title", "B1"), ("rx_subtitle", "B2"), ("rx_banner", "B3")):
        name(wb, defined, ws, cell)
    for i, key in enumerate(CARDS):
        _card(wb, ws, key, 5 if i < 4 else 9, ("BC", "DF", "GI", "JL")[i % 4])
    ws.row_dimensions[4].height = ws.row_dimensions[8].height = 8
    block(wb, ws, "rx_tiles", "C14", 8, 10, tile)
    no_minus_zero(ws, "E15:E19")  # the changes of rates
    status_colours(ws, "I14:I21", "On target", "Watch", "Off target")
    ws.row_dimensions[13].height = 18
    put(ws, "B22", "Change of a rate: in percentage points.", color=GREY, size=8, vertical="top")
    put(ws, "B23", "In short", bold=True, color=ACCENT, size=12)
    for i in range(3):
        row = 24 + i
        put(ws, f"B{row}", wrap=True, vertical="top")
        ws.merge_cells(f"B{row}:L{row}")
        ws.row_dimensions[row].height = 29
        name(wb, f"rx_comment_{i + 1}", ws, f"B{row}")
    chart_title(wb, ws, "rx_title_revenue", "N5")
    chart_title(wb, ws, "rx_title_retention", "N22")
    put(ws, "B29", "What other data would add", bold=True, color=ACCENT, size=12)
    plain: Look = {"border": None, "color": GREY}
    block(wb, ws, "rx_missing", "C30", 2, 2, everywhere(plain), plain, headings=False)
    print_setup(ws, None, pages_tall=1)


def _card(wb: Workbook, ws: Worksheet, key: str, top: int, columns: str) -> None:
    """A figure with its name above and its status below."""
    first, last = columns
    big: Look = {"size": 20, "bold": True, "color": ACCENT, "number": FORMATS.get(key, PERCENT), "shrink": True}
    for offset, suffix, look in ((0, "_label", {"size": 9, "color": GREY}), (1, "", big), (2, "_status", {"size": 9})):
        row = top + offset
        for column in range(ws[f"{first}1"].column, ws[f"{last}1"].column + 1):
            put(ws, f"{letter(column)}{row}", background=CARD)
        edge = line("left", ACCENT, "thick")
        put(ws, f"{first}{row}", background=CARD, border=edge, indent=1, align="left", **look)
        ws.merge_cells(f"{first}{row}:{last}{row}")
        name(wb, f"rx_card_{key}{suffix}", ws, f"{first}{row}")
    ws.row_dimensions[top + 1].height = 30


def tile(row: int, column: int) -> Look:
    """The look of a figure of the first page in the table of all eight."""
    shown = FORMATS.get(CARDS[row], PERCENT)
    if column == 2 and shown == PERCENT:
        shown = POINTS
    if column == 9:
        return {"align": "left", "color": ACCENT, "size": 8, "indent": 1}
    return {"align": "center"} if column == 6 else {**number(shown), "bold": column == 0}


def bridge(wb: Workbook) -> None:
    ws = page(
        wb,
        "Bridge",
        "From opening to closing, month by month",
        "bridge",
        (2, 36, *[10.2] * MONTHS),
    )
    _thirteen_months_a_page(ws)
    put(ws, "D2", "Losses are in parentheses.", color=GREY)
    money, counted, small = number(MONEY), number(COUNT), {**number(PERCENT), "color": GREY, "size": 9}
    opening, closing = {**money, "bold": True}, {**money, **TOTAL}
    revenue = (opening, *[money] * 7, closing, {**number(CENTS), "color": GREY})
    customers = ({**counted, "bold": True}, *[counted] * 3, {**counted, **TOTAL}, *[counted] * 3)
    rate = number(PERCENT)
    rates = (rate, small, small, *[rate] * 4, number(RATIO), money, money, rate, money)
    for defined, top, looks in (
        ("rx_bridge_revenue", 7, revenue),
        ("rx_bridge_customers", 20, customers),
        ("rx_bridge_rates", 31, rates),
    ):
        block(wb, ws, defined, f"C{top}", len(looks), MONTHS, by_row(*looks), by_row(*looks), heading_number=MONTH)
    chart_title(wb, ws, "rx_title_waterfall", "B45")
    charts.waterfall(ws, "B45", title="'Bridge'!$B$45", first=68, last=75)
    put(ws, "B66", "Figures behind the chart: each bar from its base, above and below zero", color=GREY)
    block(wb, ws, "rx_waterfall", "C68", 8, 7, everywhere({**money, "color": GREY}), {"color": GREY})
    ws.row_dimensions[67].height = 28
    ws.freeze_panes = "C7"


def _thirteen_months_a_page(ws: Worksheet) -> None:
    """Twenty-four months on one page would be too small to read; the chart has a page of its own.

    Two areas, so that no empty page stands at the right of the chart; a fixed scale, for a page that is fitted to its
    paper takes no heed of breaks.
    """
    fixed_scale(ws, 74, title_columns="A:B")
    ws.col_breaks.append(Break(id=2 + 13))
    ws.print_area = f"A1:{letter(2 + MONTHS)}43,A44:O76"


def tiers(wb: Workbook) -> None:
    ws = page(
        wb,
        "Tiers",
        "Customers by what they paid at the opening: who stays, and what that means for revenue (article 000).",
        "tiers",
        (2, 30, *[15] * 9),
    )
    formats = (MONEY, MONEY, COUNT, COUNT, PERCENT, PERCENT, PERCENT, MONEY, PERCENT)
    block(wb, ws, "rx_tiers", "C7", 2, 9, by_column(*map(number, formats)))
    results = by_row(*({**number(f), "bold": True} for f in (COUNT, MONEY, PERCENT, PERCENT, PERCENT, POINTS)))
    no_minus_zero(ws, "C17")  # the tiering error
    how: Look = {"color": GREY, "border": None, "indent": 1}
    block(wb, ws, "rx_tiers_result", "C12", 6, 2, lambda i, j: how if j else results(i, j))
    put(ws, "B20", wrap=True, bold=True, color=ACCENT, vertical="top")
    ws.merge_cells("B20:K20")
    ws.row_dimensions[20].height = 32
    name(wb, "rx_tiers_reading", ws, "B20")
    chart_title(wb, ws, "rx_title_tiers", "B22")
    charts.tiers(ws, "B22", title="'Tiers'!$B$22", first=7, last=8, size=HALF_PAGE)
    chart_title(wb, ws, "rx_title_quadrant", "G22")
    charts.quadrant(ws, "G22", title="'Tiers'!$G$22", first=67, last=68, line=80, size=HALF_PAGE)
    ws.row_breaks.append(Break(id=38))
    put(ws, "B39", "Why the revenue kept differs from the month before", bold=True, color=ACCENT)
    meaning = "Rate: more or fewer of a tier stayed. Mix: the tiers weigh differently. Size: of the opening."
    put(ws, "F39", meaning, color=GREY)
    formats = (MONEY, MONEY, PERCENT, MONEY, MONEY, PERCENT, MONEY, MONEY, MONEY)
    block(wb, ws, "rx_tiers_effects", "C41", 2, 9, by_column(*map(number, formats)))
    no_bar_without_headings(ws, "B40:K40", "C40")
    total = FormulaRule(['$B41="All tiers"'], font=font(bold=True), fill=fill(PALE))
    ws.conditional_formatting.add("B41:K42", total)
    put(ws, "B45", "How much hangs on the largest customers", bold=True, color=ACCENT)
    ws.row_dimensions[46].height = 28
    columns = by_column(number(COUNT), number(CENTS), number(MONEY), {**number(PERCENT), "bold": True})
    block(wb, ws, "rx_concentration", "C47", 2, 4, columns)
    chart_title(wb, ws, "rx_title_concentration", "B50")
    charts.concentration(ws, "B50", title="'Tiers'!$B$50", first=47, last=48, share=6)
    ws.print_area = "A1:K64"  # what follows is for the chart
    put(ws, "B65", "Figures behind the chart of customers and revenue kept", color=GREY)
    small: Look = {**number(PERCENT), "color": GREY}
    month: Look = {"number": MONTH, "align": "left", "color": GREY}
    block(wb, ws, "rx_quadrant", "C67", 2, 2, everywhere(small), month)
    put(ws, "B78", "Where customers and revenue are kept alike", color=GREY)
    block(wb, ws, "rx_quadrant_line", "C80", 2, 2, everywhere(small), {"color": GREY})


def cohorts_customers(wb: Workbook) -> None:
    _cohorts(wb, False, "Cohorts customers", "How many of each month's new customers are still there later.")


def cohorts_revenue(wb: Workbook) -> None:
    purpose = "What each month's new customers pay later, as a part of what they paid in their first month."
    _cohorts(wb, True, "Cohorts revenue", purpose)


def _cohorts(wb: Workbook, revenue: bool, title: str, purpose: str) -> None:
    """Shares by age with their average and its curve on the first page, the figures behind them on the second."""
    last = letter(4 + MONTHS)
    key, stem = ("cohort_revenue", "rx_cohort_revenue") if revenue else ("cohorts", "rx_cohort")
    ws = page(wb, title, purpose, key, (2, 24, 9, 9, *[6.5] * MONTHS))
    # narrow columns, so that 24 ages stand on one page
    size: Look = {**number(MILLIONS if revenue else COUNT), "shrink": True}
    put(ws, "B5", "Older cohorts, now", color=GREY)
    put(ws, "C5", **size)
    name(wb, f"{stem}_earlier", ws, "C5")
    put(ws, "B7", "By age in months: share of the first month", bold=True, color=ACCENT)
    shares, started = {**number(PERCENT), "size": 9}, {**size, "size": 9}
    columns = by_column(started, *[shares] * (1 + MONTHS))
    no_bar_without_headings(ws, f"B8:{last}8", "C8")
    block(wb, ws, f"{stem}_rate", "C9", 2, 2 + MONTHS, columns, {"number": MONTH, "align": "left"}, heading_number="0")
    # from the lowest to the highest share after the first month, which is 100 % by definition
    heat = ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="7FB2D9")
    if not revenue:  # before the heat, which it stops
        _grey_where_small(wb, ws, f"B9:{last}10")
    ws.conditional_formatting.add(f"F9:{last}10", heat)
    lead, rest = {**number(PERCENT), "size": 9, "bold": True}, {"size": 9, "color": GREY}
    averages = (lead, {**size, **rest})
    if not revenue:
        averages = (lead, *[{**number(PERCENT), **rest}] * 2, {**size, **rest})
    looks = by_row(*averages)
    block(wb, ws, f"{stem}_average", "C12", len(averages), 2 + MONTHS, looks, looks, headings=False)
    chart_title(wb, ws, f"rx_title_{'cohort_revenue' if revenue else 'cohorts'}", "B17")
    charts.curve(ws, "B17", title=f"'{title}'!$B$17", row=12, heading=8, first="E", last=last, interval=not revenue)
    put(ws, "B33", "The amounts behind it" if revenue else "The customers behind it", bold=True, color=ACCENT)
    no_bar_without_headings(ws, f"B34:{last}34", "C34")
    behind = stem if revenue else "rx_cohort_customers"
    label: Look = {"number": MONTH, "align": "left"}
    block(wb, ws, behind, "C35", 2, 2 + MONTHS, everywhere(started), label, heading_number="0")
    ws.row_breaks.append(Break(id=16))
    ws.freeze_panes = "C5"


def _grey_where_small(wb: Workbook, ws: Worksheet, area: str) -> None:
    put(ws, "B6", "Grey: began with fewer than", color=GREY)
    put(ws, "C6", **number(COUNT))
    name(wb, "rx_small_cohort", ws, "C6")
    put(ws, "E5", color=GREY)
    name(wb, "rx_cohort_note", ws, "E5")
    small = FormulaRule(["$C9<$C$6"], stopIfTrue=True, font=font(color="595959", italic=True, size=9))  # no heat
    ws.conditional_formatting.add(area, small)


def tie_out(wb: Workbook) -> None:
    ws = page(
        wb,
        "Tie-out",
        "From the revenue of the report to the total of the ledger, every step named, to the cent.",
        "tie_out",
        (2, 62, 10, 20, 20),
    )
    print_setup(ws, None, pages_tall=1)
    block(wb, ws, "rx_tie_out", "C7", 2, 3, by_column({"align": "center"}, number(CENTS), number(CENTS)))
    steps: tuple[tuple[str, Look], ...] = (
        ("=", {"bold": True}),
        ("control", {"color": GOOD}),
        ("check", {"bold": True, "color": ACCENT}),
    )
    for step, style in steps:
        rule = FormulaRule([f'$C7="{step}"'], font=font(**style), fill=fill(PALE) if step == "=" else None)
        ws.conditional_formatting.add("B7:E8", rule)
    wrong = FormulaRule(['AND($C7="check",ABS($E7)>0.005)'], font=font(bold=True, color=BAD))
    ws.conditional_formatting.add("E7:E8", wrong)
    signed = (("Prepared by", "prepared_by", None), ("Reviewed by", "reviewed_by", None), ("Date", "signed_on", DAY))
    for i, (text, defined, format_code) in enumerate(signed):
        put(ws, f"B{11 + i}", text, align="right")
        put(ws, f"C{11 + i}", None, format_code, "left", background=INPUT_FILL, color=INPUT, border=line())
        name(wb, f"rx_{defined}", ws, f"C{11 + i}")
        ws.merge_cells(f"C{11 + i}:E{11 + i}")
