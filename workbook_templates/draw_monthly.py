"""Draws monthly.xlsx, the template of the monthly workbook. Run `python workbook_templates/draw_monthly.py` after a change.

What is filled is named (rx_..., tbl...); monthly.md lists the names. Every sheet is one function, in the workbook's order.
"""

from __future__ import annotations

import sys
from pathlib import Path

from openpyxl import Workbook
from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break

sys.path.insert(0, str(Path(__file__).parent))

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
    banner_colours,
    block,
    fill,
    font,
    line,
    listing,
    name,
    page,
    print_setup,
    put,
    save,
    status_colours,
    unit_formats,
)

MONTHS = 24
BOLD_TOP = {"bold": True, "border": line("top", ACCENT, "medium")}
CARDS = ("mrr", "crr", "drr", "grr", "nrr", "churn", "cltv", "quick_ratio")
FORMATS = {"mrr": MONEY, "cltv": MONEY, "quick_ratio": RATIO}


def summary(wb: Workbook) -> None:
    ws = wb.active
    ws.title = "Summary"
    ws.sheet_view.showGridLines = False
    ws.sheet_properties.tabColor = ACCENT
    for i, width in enumerate((2, 30, *[11.2] * 10, 2, *[9.5] * 8), 1):
        ws.column_dimensions[letter(i)].width = width
    put(ws, "B1", size=20, bold=True, color=ACCENT)
    ws.row_dimensions[1].height = 30
    put(ws, "B2", color=GREY)
    put(ws, "B3", bold=True, size=11, color=GOOD, background=GOOD_FILL)
    ws.merge_cells("B3:U3")
    ws.row_dimensions[3].height = 20
    banner_colours(ws, "B3")
    for defined, cell in (("rx_title", "B1"), ("rx_subtitle", "B2"), ("rx_banner", "B3")):
        name(wb, defined, ws, cell)
    for k, key in enumerate(CARDS):
        top = 5 if k < 4 else 9
        first, last = (("B", "C"), ("D", "F"), ("G", "I"), ("J", "L"))[k % 4]
        for offset, suffix, look in (
            (0, "_label", {"size": 9, "color": GREY, "align": "left"}),
            (1, "", {"size": 20, "bold": True, "color": ACCENT, "number": FORMATS.get(key, PERCENT), "align": "left"}),
            (2, "_status", {"size": 9, "align": "left"}),
        ):
            row = top + offset
            for column in range(ws[f"{first}1"].column, ws[f"{last}1"].column + 1):
                put(ws, f"{letter(column)}{row}", background="F3F6F9")
            put(ws, f"{first}{row}", background="F3F6F9", border=line("left", ACCENT, "thick"), indent=1, **look)
            ws.merge_cells(f"{first}{row}:{last}{row}")
            name(wb, f"rx_card_{key}{suffix}", ws, f"{first}{row}")
        ws.row_dimensions[top + 1].height = 30
    ws.row_dimensions[4].height = ws.row_dimensions[8].height = 8

    def tile(i: int, j: int) -> dict[str, object]:
        number = FORMATS.get(CARDS[i], PERCENT)
        if j == 2 and number == PERCENT:
            number = POINTS
        if j == 6:
            return {"align": "center"}
        return {"number": number, "align": "right", "bold": j == 0}

    block(wb, ws, "rx_tiles", "C14", 8, 10, tile)
    status_colours(ws, "I14:I21", "On target", "Watch", "Off target")
    ws.row_dimensions[13].height = 18
    put(ws, "B23", "In short", bold=True, color=ACCENT, size=12)
    for i in range(3):
        row = 24 + i
        put(ws, f"B{row}", wrap=True, vertical="top")
        ws.merge_cells(f"B{row}:L{row}")
        ws.row_dimensions[row].height = 29
        name(wb, f"rx_comment_{i + 1}", ws, f"B{row}")
    for cell, defined in (("N5", "rx_title_revenue"), ("N22", "rx_title_retention")):
        put(ws, cell, size=8, color="FFFFFF")  # stands under its chart, which shows it as the title
        name(wb, defined, ws, cell)
    put(ws, "B29", "What other data would add", bold=True, color=ACCENT, size=12)
    plain = {"border": None, "color": GREY}
    block(wb, ws, "rx_missing", "C30", 2, 2, lambda i, j: plain, lambda i: plain, headings=False)
    print_setup(ws, None, pages_tall=1)


def actions(wb: Workbook) -> None:
    ws = page(
        wb,
        "Actions",
        "What this month's figures call for, the most money first. Owner, due, status and notes are yours to fill in.",
        "actions",
        (2, 10, 7, 38, 11, 10, 10, 12, 30, 42, 36, 12, 11, 12, 11, 8, 20),
        repeat="6:6",
    )
    top = {"wrap": True, "vertical": "top"}
    yours = {**top, "color": INPUT, "background": INPUT_FILL}
    number = {**top, "align": "right"}
    listing(
        ws,
        "tblActions",
        "B6",
        (
            "Priority", "Rule", "What we see", "Measured", "Limit", "Unit", "Exposed a month", "Customers", "What to do",
            "Evidence", "Owner", "Due", "Status", "First seen", "Months open", "Notes",
        ),
        (
            {**top, "bold": True}, top, top, {**number, "number": "#,##0.00"}, {**number, "number": "#,##0.00"}, top,
            {**number, "number": MONEY}, top, top, {**top, "size": 8, "color": GREY}, yours, {**yours, "number": DAY},
            yours, {**number, "number": MONTH}, {**number, "number": "0"}, yours,
        ),
    )  # fmt: skip
    unit_formats(ws, "E7:F8", "G")
    status_colours(ws, "B7:B8", "Low", "Medium", "High")
    choice = DataValidation(type="list", formula1='"Open,In progress,Done,Not now"', allow_blank=True)
    choice.error, choice.errorTitle = "Choose Open, In progress, Done or Not now.", "Status"
    choice.add("N7:N8")
    ws.add_data_validation(choice)
    done = FormulaRule(['$N7="Done"'], font=font(color=GREY))
    ws.conditional_formatting.add("D7:D8", done)
    ws.freeze_panes = "E7"


def bridge(wb: Workbook) -> None:
    ws = page(
        wb,
        "Bridge",
        "How revenue and customers came from the opening to the closing of each month. Losses are negative, in parentheses.",
        "bridge",
        (2, 36, *[10.2] * MONTHS),
    )

    def revenue(i: int, j: int) -> dict[str, object]:
        look = BOLD_TOP if i == 6 else {"bold": i == 0}
        return {**look, "number": CENTS if i == 7 else MONEY, "align": "right", **({"color": GREY} if i == 7 else {})}

    def customers(i: int, j: int) -> dict[str, object]:
        return {**(BOLD_TOP if i == 4 else {"bold": i == 0}), "number": COUNT, "align": "right"}

    def rates(i: int, j: int) -> dict[str, object]:
        number = RATIO if i == 7 else MONEY if i in (8, 9, 11) else PERCENT
        return {"number": number, "align": "right", **({"color": GREY, "size": 9} if i in (1, 2) else {})}

    for defined, top, count, look in (
        ("rx_bridge_revenue", 7, 8, revenue),
        ("rx_bridge_customers", 18, 8, customers),
        ("rx_bridge_rates", 29, 12, rates),
    ):
        labels = lambda i, look=look: {k: v for k, v in look(i, 0).items() if k not in ("number", "align")}  # noqa: E731
        block(wb, ws, defined, f"C{top}", count, MONTHS, look, labels, heading_number=MONTH)
    put(ws, "B43", size=8, color="FFFFFF")  # under the chart, which shows it as its title
    name(wb, "rx_title_waterfall", ws, "B43")
    print_setup(ws, None, pages_tall=1)
    put(ws, "B64", "Figures behind the chart: each bar from its base, above and below zero", color=GREY)
    block(
        wb,
        ws,
        "rx_waterfall",
        "C66",
        6,
        7,
        lambda i, j: {"number": MONEY, "align": "right", "color": GREY},
        lambda i: {"color": GREY},
    )
    ws.row_dimensions[65].height = 28
    ws.freeze_panes = "C7"
    charts.waterfall(ws, "B43", title="'Bridge'!$B$43", first=66, last=71)


def movers(wb: Workbook) -> None:
    ws = page(
        wb,
        "Movers",
        "Every customer whose revenue moved this month. The sums above the list are the bridge's figures.",
        "movers",
        (2, 38, 14, 14, 14, 15, 34, 15),
        repeat="16:16",
    )
    look = lambda i, j: {"number": COUNT if j == 0 else CENTS, "align": "right", **(BOLD_TOP if i == 5 else {})}  # noqa: E731
    block(wb, ws, "rx_movers_by_kind", "C7", 6, 4, look, lambda i: BOLD_TOP if i == 5 else {})
    money = {"number": CENTS, "align": "right"}
    listing(
        ws,
        "tblMovers",
        "B16",
        ("Customer", "From", "To", "Change", "Kind", "Reason", "Customer since"),
        ({}, money, money, money, {}, {"wrap": True}, {"number": MONTH, "align": "right"}),
    )
    ws.freeze_panes = "C17"


def tiers(wb: Workbook) -> None:
    ws = page(
        wb,
        "Tiers",
        "Customers by what they paid at the opening: who stays, and what that means for revenue (article 000).",
        "tiers",
        (2, 30, *[13] * 9),
    )
    print_setup(ws, None, pages_tall=1)
    formats = (MONEY, MONEY, COUNT, COUNT, PERCENT, PERCENT, PERCENT, MONEY, PERCENT)
    block(wb, ws, "rx_tiers", "C7", 2, 9, lambda i, j: {"number": formats[j], "align": "right"})
    results = (COUNT, MONEY, PERCENT, PERCENT, PERCENT, POINTS)
    look = lambda i, j: (
        {"number": results[i], "align": "right", "bold": True} if j == 0 else {"color": GREY, "border": None}
    )
    block(wb, ws, "rx_tiers_result", "C12", 6, 2, look)
    put(ws, "B20", wrap=True, bold=True, color=ACCENT, vertical="top")
    ws.merge_cells("B20:K20")
    ws.row_dimensions[20].height = 32
    name(wb, "rx_tiers_reading", ws, "B20")
    put(ws, "B22", size=8, color="FFFFFF")  # under the chart, which shows it as its title
    name(wb, "rx_title_tiers", ws, "B22")
    charts.tiers(ws, "B22", title="'Tiers'!$B$22", first=7, last=8)


def cohort_sheet(wb: Workbook, revenue: bool) -> None:
    ages = MONTHS
    ws = page(
        wb,
        "Cohorts revenue" if revenue else "Cohorts customers",
        "What each month's new customers pay later, as a part of what they paid in their first month."
        if revenue
        else "How many of each month's new customers are still there later.",
        "cohort_revenue" if revenue else "cohorts",
        (2, 30, 11, 11, *[9.5 if revenue else 7] * ages),
    )
    stem = "rx_cohort_revenue" if revenue else "rx_cohort"
    put(ws, "B5", "Older cohorts, now", color=GREY)
    put(ws, "C5", number=MONEY if revenue else COUNT, align="right")
    name(wb, f"{stem}_earlier", ws, "C5")
    if not revenue:
        put(ws, "B6", "Grey: fewer at the start than", color=GREY)
        put(ws, "C6", number=COUNT, align="right")
        name(wb, "rx_small_cohort", ws, "C6")
        put(ws, "E5", color=GREY)
        name(wb, "rx_cohort_note", ws, "E5")
    counted = MONEY if revenue else COUNT
    rate = lambda i, j: {"number": counted if j == 0 else PERCENT, "align": "right", "size": 9}  # noqa: E731
    label = lambda i: {"number": MONTH, "align": "left"}  # noqa: E731
    put(ws, "B7", "Age in months, part of the start", bold=True, color=ACCENT)
    block(wb, ws, f"{stem}_rate", "C9", 2, 2 + ages, rate, label, heading_number="0")
    # from the lowest to the highest share after the first month, which is 100 % by definition
    heat = ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="7FB2D9")
    ws.conditional_formatting.add(f"F9:{letter(4 + ages)}10", heat)
    if not revenue:
        small = FormulaRule(["$C9<$C$6"], font=font(color="A6A6A6", italic=True, size=9))
        ws.conditional_formatting.add(f"B9:{letter(4 + ages)}10", small)
    rows = 2 if revenue else 4
    averages = (PERCENT, MONEY) if revenue else (PERCENT, PERCENT, PERCENT, COUNT)
    look = lambda i, j: {
        "number": averages[i],
        "align": "right",
        "size": 9,
        "bold": i == 0,
        **({} if i == 0 else {"color": GREY}),
    }
    block(
        wb,
        ws,
        f"{stem}_average",
        "C12",
        rows,
        2 + ages,
        look,
        lambda i: {"bold": i == 0, **({} if i == 0 else {"color": GREY})},
        headings=False,
    )
    title = 17
    put(ws, f"B{title}", size=8, color="FFFFFF")  # under the chart, which shows it as its title
    name(wb, "rx_title_cohort_revenue" if revenue else "rx_title_cohorts", ws, f"B{title}")
    charts.curve(
        ws,
        f"B{title}",
        title=f"'{ws.title}'!$B${title}",
        row=12,
        heading=8,
        first="E",
        last=letter(4 + ages),
        interval=not revenue,
    )
    counts = 40
    put(
        ws, f"B{counts - 2}", "The amounts behind it" if revenue else "The customers behind it", bold=True, color=ACCENT
    )
    look = lambda i, j: {"number": counted, "align": "right", "size": 9}  # noqa: E731
    block(
        wb, ws, stem if revenue else "rx_cohort_customers", f"C{counts}", 2, 2 + ages, look, label, heading_number="0"
    )
    ws.row_breaks.append(Break(id=counts - 3))
    ws.freeze_panes = "C5"


def tie_out(wb: Workbook) -> None:
    ws = page(
        wb,
        "Tie-out",
        "From the revenue of the report to the total of the ledger, every step named, to the cent.",
        "tie_out",
        (2, 62, 10, 20, 20),
    )
    print_setup(ws, None, pages_tall=1)
    look = lambda i, j: {"align": "center"} if j == 0 else {"number": CENTS, "align": "right"}  # noqa: E731
    block(wb, ws, "rx_tie_out", "C7", 2, 3, look)
    for step, style in (
        ("=", {"bold": True}),
        ("control", {"color": GOOD}),
        ("check", {"bold": True, "color": ACCENT}),
    ):
        rule = FormulaRule([f'$C7="{step}"'], font=font(**style), fill=fill(PALE) if step == "=" else None)
        ws.conditional_formatting.add("B7:E8", rule)
    wrong = FormulaRule(['AND($C7="check",ABS($E7)>0.005)'], font=font(bold=True, color=BAD))
    ws.conditional_formatting.add("E7:E8", wrong)
    for i, text in enumerate(("Prepared by", "Reviewed by", "Date")):
        put(ws, f"B{11 + i}", text, align="right")
        put(ws, f"C{11 + i}", background=INPUT_FILL, color=INPUT, border=line())
        ws.merge_cells(f"C{11 + i}:E{11 + i}")


def checks(wb: Workbook) -> None:
    ws = page(
        wb,
        "Checks",
        "Two figures made in two ways that must agree. One FAIL turns the banner of every sheet red.",
        "checks",
        (2, 46, 18, 18, 16, 14, 12, 78),
    )
    put(ws, "B5", "Checks that fail", color=GREY)
    put(ws, "C5", number="0", bold=True, align="right")
    name(wb, "rx_checks_failed", ws, "C5")
    looks = ({"number": "#,##0.00##", "align": "right"},) * 4
    look = lambda i, j: looks[j] if j < 4 else {"align": "center", "bold": True} if j == 4 else {"color": GREY}  # noqa: E731
    block(wb, ws, "rx_checks", "C8", 2, 6, look)
    status_colours(ws, "G8:G9", "PASS", None, "FAIL")


def quality(wb: Workbook) -> None:
    ws = page(
        wb,
        "Data quality",
        "Every source line that was refused, read in a changed way, or deserves a look, with the reason.",
        "quality",
        (2, 16, 78, 12, 20, 20, 26, 18, 11),
    )
    block(
        wb,
        ws,
        "rx_quality",
        "D7",
        4,
        2,
        lambda i, j: {"number": (PERCENT if i == 3 else COUNT) if j == 0 else CENTS, "align": "right"},
        lambda i: {},
    )
    money, count = {"number": CENTS, "align": "right"}, {"number": COUNT, "align": "right"}
    put(ws, "B12", "By reason", bold=True, color=ACCENT)
    listing(
        ws,
        "tblReasons",
        "B13",
        ("What was done", "Reason", "Lines", "Amount", "Currency"),
        ({}, {"wrap": True}, count, money, {}),
    )
    put(ws, "B18", "Line by line", bold=True, color=ACCENT)
    listing(
        ws,
        "tblLines",
        "B19",
        ("What was done", "Reason", "Line", "File", "Column", "Value", "Amount", "Currency"),
        ({}, {"wrap": True}, {**count, "number": "0"}, {}, {}, {}, money, {}),
    )


def settings(wb: Workbook) -> None:
    ws = page(
        wb,
        "Settings",
        "The inputs that the formulas read. Change one here and the workbook follows; put it in a settings file to keep it.",
        "settings",
        (2, 62, 16, 14, 92, 30),
    )
    look = lambda i, j: (
        {"color": INPUT, "background": INPUT_FILL, "align": "right", "number": "#,##0.##"}
        if j == 0
        else {"color": GREY}
    )
    block(wb, ws, "rx_settings", "C7", 2, 4, look)
    unit_formats(ws, "C7:C8", "D")
    ws.conditional_formatting.add("C7:C8", FormulaRule(['$F7=""'], font=font(), fill=fill("FFFFFF")))
    put(
        ws,
        "B11",
        "How the ledger was read (change it on the command line or in the settings file, and run again)",
        bold=True,
        color=ACCENT,
    )
    block(
        wb,
        ws,
        "rx_reading",
        "C13",
        2,
        2,
        lambda i, j: {"align": "left", "border": None},
        lambda i: {"border": None},
    )


def reference(wb: Workbook) -> None:
    top = {"wrap": True, "vertical": "top"}
    ws = page(wb, "Definitions", "What each figure means, how it is computed, and where the definition comes from.", "definitions",
              (2, 30, 62, 48, 18, 58, 34), repeat="6:6")  # fmt: skip
    _unbind_head(wb, ws, "definitions")
    listing(
        ws,
        "tblDefinitions",
        "B6",
        ("Figure", "Definition", "Formula", "Unit", "Edge cases", "Source"),
        ({**top, "bold": True}, *[top] * 5),
    )
    ws.freeze_panes = "C7"
    ws = page(wb, "Evidence", "What the five source articles claim, with the source they name. Claims, not benchmarks.", "evidence",
              (2, 8, 86, 24, 34, 70), repeat="6:6")  # fmt: skip
    _unbind_head(wb, ws, "evidence")
    listing(
        ws,
        "tblEvidence",
        "B6",
        ("Id", "Claim", "Where", "Source named", "Conflict"),
        ({**top, "bold": True}, *[top] * 4),
    )
    ws.freeze_panes = "C7"


def _unbind_head(wb: Workbook, ws: object, key: str) -> None:
    """Sheets of text have no unit, no period and no check."""
    for stem in ("rx_period_", "rx_check_"):
        del wb.defined_names[f"{stem}{key}"]


def data(wb: Workbook) -> None:
    ws = page(wb, "Data customers", "The customer table that the formulas read. Blank: not active. 0: active, nothing paid. Its rows are not printed.",
              "data", (2, 34, 13, *[11] * 40), repeat="6:6", tab=GREY)  # fmt: skip
    _unbind_head(wb, ws, "data")
    look = lambda i, j: {"number": MONTH if j == 0 else CENTS, "align": "right", "border": None, "size": 9}  # noqa: E731
    ws.print_area = "A1:P6"
    block(wb, ws, "rx_data", "C7", 2, 3, look, lambda i: {"border": None, "size": 9}, heading_number=MONTH)
    ws.freeze_panes = "D7"
    ws = page(wb, "Data facts", "The added-up facts that the formulas read: this ledger's customer table would be too large for a workbook.",
              "facts", (2, 34, 14, *[12] * 40), tab=GREY)  # fmt: skip
    _unbind_head(wb, ws, "facts")
    plain = lambda i, j: {"number": CENTS, "align": "right", "border": None, "size": 9}  # noqa: E731
    count = lambda i, j: {"number": COUNT, "align": "right", "border": None, "size": 9}  # noqa: E731
    label = lambda i: {"border": None, "size": 9}  # noqa: E731
    month_label = lambda i: {"border": None, "size": 9, "number": MONTH, "align": "left"}  # noqa: E731
    by_row = lambda i, j: plain(i, j) if i < 8 else count(i, j)  # noqa: E731
    block(wb, ws, "rx_facts_months", "C7", 16, MONTHS, by_row, label, heading_number=MONTH)
    put(ws, "B24", "Customers of each cohort by age; first heading: older cohorts now", color=GREY)
    block(wb, ws, "rx_facts_cohort_customers", "C26", 2, 1 + MONTHS, count, month_label, heading_number="#,##0")
    put(ws, "B29", "Revenue of each cohort by age; first heading: older cohorts now", color=GREY)
    block(wb, ws, "rx_facts_cohort_revenue", "C31", 2, 1 + MONTHS, plain, month_label, heading_number="#,##0")
    put(ws, "B34", "Tiers of the report month", color=GREY)
    block(wb, ws, "rx_facts_tiers", "C36", 2, 3, lambda i, j: plain(i, j) if j == 2 else count(i, j), label)


def main(path: Path) -> None:
    wb = Workbook()
    summary(wb)
    actions(wb)
    bridge(wb)
    movers(wb)
    tiers(wb)
    cohort_sheet(wb, revenue=False)
    cohort_sheet(wb, revenue=True)
    tie_out(wb)
    checks(wb)
    quality(wb)
    settings(wb)
    reference(wb)
    data(wb)
    charts.summary(wb["Summary"], MONTHS)
    save(wb, path, charts.sparklines)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("monthly.xlsx"))
