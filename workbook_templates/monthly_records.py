"""The sheets of records: Actions, Movers, Checks, Data quality, Settings, Definitions, Evidence, Functions and data."""

from __future__ import annotations

from draw import (
    ACCENT,
    CENTS,
    COUNT,
    DAY,
    GREY,
    INPUT,
    INPUT_FILL,
    MONEY,
    MONTH,
    Look,
    block,
    by_column,
    by_row,
    everywhere,
    fill,
    fixed_scale,
    font,
    line,
    listing,
    name,
    never_printed,
    number,
    page,
    print_setup,
    put,
    status_colours,
    unbound_page,
    unit_formats,
    whole_numbers,
)
from monthly_figures import MONTHS, TOTAL
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

# Nine points: at ten LibreOffice makes a row of wrapped text lower than it prints the lines, and cuts the last one.
WRAP: Look = {"wrap": True, "vertical": "top", "size": 9}


def actions(wb: Workbook) -> None:
    ws = page(
        wb,
        "Actions",
        "What this month's figures call for, the most money first. Owner, due, status and notes are yours to fill in.",
        "actions",
        (2, 9, 6, 42, 9, 8, 8.5, 11, 30, 47, 44, 13, 12, 11, 10, 7.5, 26, 28),
        repeat="6:6",
    )
    yours: Look = {**WRAP, "color": INPUT, "background": INPUT_FILL}
    figure: Look = {**number("#,##0.00"), "vertical": "top", "size": 9}  # a figure that wraps would show as ####
    columns: dict[str, Look] = {
        "Priority": {**WRAP, "bold": True},
        "Rule": WRAP,
        "What we see": WRAP,
        "Measured": figure,
        "Limit": figure,
        "Unit": WRAP,
        "Exposed a month": {**figure, **number(MONEY)},
        "Customers": WRAP,
        "What to do": WRAP,
        "Evidence": {**WRAP, "color": GREY},
        "Owner": yours,
        "Due": {**yours, **number(DAY)},
        "Status": yours,
        "First seen": {**WRAP, **number(MONTH)},
        "Months open": {**WRAP, **number("0")},
        "Outcome": WRAP,
        "Notes": yours,
    }
    listing(ws, "tblActions", "B6", columns)
    unit_formats(ws, "E7:F8", "G")
    status_colours(ws, "B7:B8", "Low", "Medium", "High")
    choice = DataValidation(type="list", formula1='"Open,In progress,Done,Not now"', allow_blank=True)
    choice.error, choice.errorTitle = "Choose Open, In progress, Done or Not now.", "Status"
    choice.add("N7:N8")
    ws.add_data_validation(choice)
    ws.conditional_formatting.add("C7:R8", FormulaRule(['OR($N7="Done",$N7="Closed")'], font=Font(color=GREY)))
    ws.freeze_panes = "E7"
    _two_pages(ws)


def _two_pages(ws: Worksheet) -> None:
    """What is seen and to be done on one page, evidence and what people write on the next: large enough to read."""
    fixed_scale(ws, 80, title_columns="C:C")
    ws.col_breaks.append(Break(id=10))


def movers(wb: Workbook) -> None:
    ws = page(
        wb,
        "Movers",
        "Every customer whose revenue moved this month. The sums above the list are the bridge's figures.",
        "movers",
        (2, 38, 14, 14, 14, 15, 34, 15),
        repeat="18:18",
    )
    money = number(CENTS)
    row = by_column(number(COUNT), money, money, money)
    total = by_column(*({**look, **TOTAL} for look in (number(COUNT), money, money, money)))
    labels = by_row(*[{}] * 7, TOTAL)
    block(wb, ws, "rx_movers_by_kind", "C7", 8, 4, lambda i, j: total(i, j) if i == 7 else row(i, j), labels)
    columns: dict[str, Look] = {
        "Customer": {},
        "From": money,
        "To": money,
        "Change": money,
        "Kind": {},
        "Reason": {"wrap": True, "size": 9},
        "Customer since": number(MONTH),
    }
    put(ws, "B16", color=GREY)
    name(wb, "rx_movers_printed", ws, "B16")
    listing(ws, "tblMovers", "B18", columns)
    ws.print_area = "A1:H20"
    ws.freeze_panes = "C19"


def checks(wb: Workbook) -> None:
    ws = page(
        wb,
        "Checks",
        "Two figures made in two ways that must agree. One FAIL turns the banner of every sheet red.",
        "checks",
        (2, 40, 15, 15, 13, 11, 10, 74),
    )
    put(ws, "B5", "Checks that fail", color=GREY)
    put(ws, "C5", bold=True, **number("0"))
    name(wb, "rx_checks_failed", ws, "C5")
    result, proves = {"align": "center", "bold": True}, {"color": GREY, "indent": 1, "wrap": True, "size": 9}
    block(wb, ws, "rx_checks", "C8", 2, 6, by_column(*[number("#,##0.00##")] * 4, result, proves))
    for word, code in (("limit", "0.00%"), ("100 %", "0.0%")):
        rate = FormulaRule([f'ISNUMBER(SEARCH("{word}",$B8))'], stopIfTrue=True)
        rate.dxf = DifferentialStyle(numFmt=NumberFormat(numFmtId=171 if word == "limit" else 172, formatCode=code))
        ws.conditional_formatting.add("C8:F9", rate)
    whole_numbers(ws, "C8:F9")
    status_colours(ws, "G8:G9", "PASS", None, "FAIL")


def quality(wb: Workbook) -> None:
    ws = page(
        wb,
        "Data quality",
        "Every source line that was refused, read in a changed way, or deserves a look, with the reason.",
        "quality",
        (2, 16, 70, 11, 19, 14, 22, 16, 10),
        repeat="20:20",
    )
    money, count = number(CENTS), number(COUNT)
    share = {**number("0.00%"), "color": GREY}
    lines, sums = by_row(*[count] * 4, share), by_row(*[money] * 4, share)
    block(wb, ws, "rx_quality", "D7", 5, 2, lambda i, j: sums(i, j) if j else lines(i, j), {})
    put(ws, "B13", "By reason", bold=True, color=ACCENT)
    put(ws, "C13", color=GREY)
    name(wb, "rx_reasons_note", ws, "C13")
    reasons: dict[str, Look] = {
        "What was done": {},
        "Reason": {"wrap": True, "size": 9},
        "Lines": count,
        "Amount": money,
        "Currency": {},
    }
    listing(ws, "tblReasons", "B14", reasons)
    put(ws, "B19", "Line by line", bold=True, color=ACCENT)
    put(ws, "C19", color=GREY)
    name(wb, "rx_lines_printed", ws, "C19")
    lines: dict[str, Look] = {
        "What was done": {},
        "Reason": {"wrap": True, "size": 9},
        "Line": number("0"),
        "File": {},
        "Column": {},
        "Value": {},
        "Amount": money,
        "Currency": {},
    }
    listing(ws, "tblLines", "B20", lines)
    ws.print_area = "A1:I22"


def settings(wb: Workbook) -> None:
    ws = page(
        wb,
        "Settings",
        "The inputs that the formulas read. A change here shows at once; put it in a settings file to keep it.",
        "settings",
        (2, 46, 14, 13, 84, 26),
        repeat="6:6",
    )
    value: Look = {**number("#,##0.00"), "color": INPUT, "background": INPUT_FILL}
    says: Look = {"color": GREY, "indent": 1}
    block(
        wb,
        ws,
        "rx_settings",
        "C7",
        2,
        4,
        by_column(value, says, {**says, "wrap": True, "size": 9}, says),
        {"wrap": True},
    )
    unit_formats(ws, "C7:C8", "D")
    whole_numbers(ws, "C7:C8")
    ws.conditional_formatting.add("C7:C8", FormulaRule(['$F7=""'], font=font(), fill=fill("FFFFFF")))


def reading(wb: Workbook) -> None:
    purpose = "How the ledger was read, by the command line or the settings file: what was taken for what, and why."
    ws = page(wb, "How it was read", purpose, "reading", (2, 46, 36, 84), repeat="6:6")
    plain: Look = {**WRAP, "align": "left"}
    block(
        wb,
        ws,
        "rx_reading",
        "C7",
        2,
        2,
        by_column({**plain, "number": DAY}, {**plain, "color": GREY, "indent": 1}),
        plain,
    )


def definitions(wb: Workbook) -> None:
    purpose = "What each figure means, how it is computed, and where the definition comes from."
    ws = unbound_page(wb, "Definitions", purpose, (2, 22, 42, 34, 14, 42, 26), repeat="6:6")
    print_setup(ws, "6:6", pages_tall=2)  # the list is the program's own: a third page would hold a line or two
    columns = dict.fromkeys(("Figure", "Definition", "Formula", "Unit", "Edge cases", "Source"), WRAP)
    listing(ws, "tblDefinitions", "B6", {**columns, "Figure": {**WRAP, "bold": True}})
    ws.freeze_panes = "C7"


def evidence(wb: Workbook) -> None:
    purpose = "What the five source articles claim, with the source they name. Claims, not benchmarks."
    ws = unbound_page(wb, "Evidence", purpose, (2, 6, 60, 16, 27, 45), repeat="6:6")
    print_setup(ws, "6:6", pages_tall=2)
    columns = dict.fromkeys(("Id", "Claim", "Where", "Source named", "Conflict"), WRAP)
    listing(ws, "tblEvidence", "B6", {**columns, "Id": {**WRAP, "bold": True}})
    ws.freeze_panes = "C7"


def functions(wb: Workbook) -> None:
    purpose = "What can be typed into a cell where the function pack is installed. Not needed to read this workbook."
    ws = unbound_page(wb, "Functions", purpose, (2, 11, 21, 26, 32, 24, 26, 30, 20), repeat="6:6")
    columns = dict.fromkeys(
        ("Group", "Function", "Call", "What it answers", "Returns", "Example", "Errors", "Source"), WRAP
    )
    listing(ws, "tblFunctions", "B6", {**columns, "Function": {**WRAP, "bold": True}})
    ws.freeze_panes = "D7"


PLAIN: Look = {"border": None, "size": 9}
MONTH_LABEL: Look = {**PLAIN, "number": MONTH, "align": "left"}


def data_customers(wb: Workbook) -> None:
    purpose = "The customer table that the formulas read. Blank: not active. 0: active, nothing paid. Not printed."
    ws = unbound_page(wb, "Data customers", purpose, (2, 34, 13, *[11] * 40), tab=GREY)
    never_printed(ws)  # it would be hundreds of pages
    columns = by_column({**number(MONTH), **PLAIN}, *[{**number(CENTS), **PLAIN}] * 2)
    block(wb, ws, "rx_data", "C7", 2, 3, columns, PLAIN, heading_number=MONTH)
    ws.freeze_panes = "D7"


def data_facts(wb: Workbook) -> None:
    purpose = "The added-up facts that the formulas read: a table of all customers would be too large. Not printed."
    ws = unbound_page(wb, "Data facts", purpose, (2, 34, 14, *[12] * 40), tab=GREY)
    never_printed(ws)
    money, count = {**number(CENTS), **PLAIN}, {**number(COUNT), **PLAIN}
    facts = by_row(*[money] * 8, *[count] * 8, *[money] * 2)
    block(wb, ws, "rx_facts_months", "C7", 18, MONTHS, facts, PLAIN, heading_number=MONTH)
    for row, what, defined, look in (
        (26, "Customers", "rx_facts_cohort_customers", count),
        (31, "Revenue", "rx_facts_cohort_revenue", money),
    ):
        put(ws, f"B{row}", f"{what} of each cohort by age; first heading: older cohorts now", color=GREY)
        corner = f"C{row + 2}"
        block(wb, ws, defined, corner, 2, 1 + MONTHS, everywhere(look), MONTH_LABEL, heading_number="#,##0")
    put(ws, "B36", "Tiers of the report month", color=GREY, border=line())
    block(wb, ws, "rx_facts_tiers", "C38", 2, 3, by_column(count, count, money), PLAIN)
