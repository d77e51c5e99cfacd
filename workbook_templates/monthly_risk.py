"""The sheets of customers who may leave: At risk, Signs of leaving; of purchases, Buyers at risk."""

from __future__ import annotations

from draw import (
    ACCENT,
    CENTS,
    COUNT,
    DAY,
    GREY,
    MONEY,
    MONTH,
    PALE,
    PERCENT,
    RATIO,
    Look,
    block,
    by_column,
    by_row,
    everywhere,
    fill,
    font,
    line,
    listing,
    name,
    number,
    page,
    put,
    status_colours,
    whole_numbers,
)
from monthly_records import WRAP
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles.numbers import NumberFormat


def at_risk(wb: Workbook) -> None:
    ws = page(
        wb,
        "At risk",
        "Who may leave, and what that puts at stake. The score adds up visible signs; it is no probability.",
        "at_risk",
        (2, 24, 12.5, 11, 9, 9.5, 11.5, 7.5, 8.5, 9.5, 9, 6, 30, 42),
        repeat="22:22",
    )
    block(wb, ws, "rx_risk_segments", "C7", 10, 4, _segment, lambda i, j: _segment(i, 0))
    put(ws, "B18", "Months that a customer stays", color=GREY)
    put(ws, "C18", **number("0.0"), color=GREY)
    name(wb, "rx_risk_lifetime", ws, "C18")
    put(ws, "B19", wrap=True, vertical="top", color=GREY)
    ws.merge_cells("B19:N19")
    ws.row_dimensions[19].height = 27
    name(wb, "rx_risk_note", ws, "B19")
    put(ws, "B21", "Customers at risk, the most exposed first", bold=True, color=ACCENT)
    figures = {
        heading: {**WRAP, **number(code)}
        for heading, code in (
            ("Revenue a month", CENTS),
            ("Exposed", MONEY),
            ("Score", "0%"),
            ("Next renewal", DAY),
            ("Margin", "0%"),
            ("Times typical", RATIO),
            ("Accepts an offer", "0%"),
            ("Largest offer", MONEY),
        )
    }
    columns: dict[str, Look] = {
        "Customer": {**WRAP, "bold": True},
        "Segment": WRAP,
        **figures,
        "Offer pays": {**WRAP, "align": "center"},
        "Signs": WRAP,
        "What to do": WRAP,
    }
    listing(ws, "tblAtRisk", "B22", columns)
    status_colours(ws, "C23:C24", "Look after", "Offer", "Fight for")


def signs(wb: Workbook) -> None:
    ws = page(
        wb,
        "Signs of leaving",
        "What is known of the customers at risk. A sign counts from its limit on, or up to it, with its weight.",
        "signs",
        (2, 26, *[12] * 15),
        repeat="7:11",
    )
    put(ws, "B5", "Blank: not known. Offer: 1 speaks for one, 0 against.", color=GREY)
    centred: Look = {"align": "center"}  # headings of three lines at the right would run into each other
    rules = by_row({**centred, "size": 9}, {**centred, "number": "#,##0.0"}, {**centred, "number": "0%"})
    ws.row_dimensions[7].height = 42
    block(wb, ws, "rx_risk_rules", "C8", 3, 3, rules, {"color": GREY})
    ws.row_dimensions[11].height = 6
    block(
        wb,
        ws,
        "rx_risk_signs",
        "C12",
        2,
        3,
        everywhere({**centred, "number": "#,##0.0;-#,##0.0;0"}),
        {},
        headings=False,
    )
    counts = 'AND(C12<>"",OR(AND(C$8="from",C12>=C$9),AND(C$8="up to",C12<=C$9)))'
    whole = "#,##0;-#,##0;0"
    both = FormulaRule([f"AND({counts},C12=INT(C12))"], font=font(bold=True), fill=fill(PALE))
    both.dxf.numFmt = NumberFormat(numFmtId=170, formatCode=whole)
    ws.conditional_formatting.add("C12:E13", both)
    ws.conditional_formatting.add("C12:E13", FormulaRule([counts], font=font(bold=True), fill=fill(PALE)))
    whole_numbers(ws, "C9:E9")
    whole_numbers(ws, "C12:E13", whole)
    ws.freeze_panes = "C12"


def _segment(row: int, column: int) -> Look:
    """The segments; below them what is listed, at risk and all, as sums."""
    total: Look = {"bold": True, "border": line("top", ACCENT)} if row in (5, 7, 9) else {}
    looks = by_column(
        number(COUNT), number(MONEY), number(PERCENT), {"color": GREY, "border": None, "align": "left", "indent": 1}
    )
    return looks(row, column) if column == 3 else {**looks(row, column), **total}


def buyers(wb: Workbook) -> None:
    ws = page(
        wb,
        "Buyers at risk",
        "Who bought in a rhythm of their own and is overdue, and what they brought in the last twelve months.",
        "buyers",
        (2, 34, 13, 16, 13, 13, 11, 11, 11, 11, 11, 52),
        repeat="28:28",
    )
    looks = by_column(number(COUNT), number(CENTS), {"color": GREY, "border": None, "indent": 1})
    block(wb, ws, "rx_buyers_segments", "C7", 7, 3, looks)
    ratio, grey = number(RATIO), {"color": GREY, "border": None, "indent": 1}
    values = (ratio, ratio, number(COUNT), number(CENTS), *[number("0.0000")] * 4)
    block(wb, ws, "rx_buyers_rules", "C17", 8, 2, lambda i, j: grey if j else values[i])
    put(ws, "B26", color=GREY)
    name(wb, "rx_buyers_note", ws, "B26")
    month = {"number": MONTH, "align": "right"}
    columns: dict[str, Look] = {
        "Customer": {},
        "Segment": {},
        "Revenue, 12 months": number(CENTS),
        "First purchase": month,
        "Last purchase": month,
        "Months bought": number(COUNT),
        "Usual gap": number("0.0"),
        "Months silent": number(COUNT),
        "Times usual gap": number("0.0"),
        "Still active": number("0%"),
        "What to do": WRAP,
    }
    listing(ws, "tblBuyersAtRisk", "B28", columns)
    ws.freeze_panes = "C7"
