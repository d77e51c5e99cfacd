"""The sheets of the workbook's memory: Restatement, and the hidden record that next month's workbook reads."""

from __future__ import annotations

from draw import (
    ACCENT,
    BAD,
    BAD_FILL,
    CENTS,
    DAY,
    GREY,
    Look,
    block,
    by_column,
    by_row,
    fill,
    listing,
    name,
    number,
    page,
    put,
    unbound_page,
)
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font


def restatement(wb: Workbook) -> None:
    ws = page(
        wb,
        "Restatement",
        "What the last file said of its month against what this one says of it; who signed the files before.",
        "restatement",
        (2, 44, 22, 22, 20),
    )
    put(ws, "B6", bold=True)
    name(wb, "rx_restated", ws, "B6")
    ws.conditional_formatting.add(
        "B6:E6", FormulaRule(['LEFT($B$6,7)<>"Nothing"'], font=Font(bold=True, color=BAD), fill=fill(BAD_FILL))
    )
    mark: Look = {"align": "right", "color": GREY, "size": 9}
    looks = by_row(number(CENTS), number("#,##0;(#,##0);0"), mark, mark, mark)
    block(wb, ws, "rx_restatement", "C9", 5, 3, lambda i, j: looks(i, j), {})
    changed = FormulaRule(['OR($E9="CHANGED",AND(ISNUMBER($E9),$E9<>0))'], font=Font(bold=True, color=BAD))
    ws.conditional_formatting.add("E9:E13", changed)
    put(ws, "B16", "Files signed before", bold=True, color=ACCENT)
    signed: dict[str, Look] = {
        "Month": {},
        "Prepared by": {"align": "left"},
        "Reviewed by": {"align": "left"},
        "Signed on": {"align": "left", "number": DAY},
    }
    listing(ws, "tblSignOffs", "B17", signed)
    put(ws, "B21", "Customers whose revenue of that month is another now", bold=True, color=ACCENT)
    money = number(CENTS)
    put(ws, "D21", color=GREY)
    name(wb, "rx_restatement_printed", ws, "D21")
    ws.print_area = "A1:E24"
    listing(ws, "tblRestatement", "B22", {"Customer": {}, "Last file": money, "This file": money, "Difference": money})


def kept(wb: Workbook) -> None:
    purpose = (
        "What people typed into earlier files where no list takes it on. Type it where it belongs, or delete its row."
    )
    ws = unbound_page(wb, "Kept", purpose, (2, 17, 22, 9, 78, 70), repeat="6:6")
    wrapped: Look = {"wrap": True}
    columns: dict[str, Look] = {
        "File of": {},
        "Sheet": {},
        "Cell": {},
        "What was typed": wrapped,
        "What it was": wrapped,
    }
    listing(ws, "tblKept", "B6", columns)
    ws.freeze_panes = "B7"


def record(wb: Workbook) -> None:
    purpose = "What the program notes down for next month's workbook. Hidden; please leave it as it is."
    ws = unbound_page(wb, "Record", purpose, (2, 30, 34, 52, 20, 16, 90), tab=GREY)
    small: Look = {"size": 9, "align": "left"}
    block(wb, ws, "rx_record", "C7", 2, 2, by_column(small, {**small, "color": GREY}), small)
    columns = dict.fromkeys(("Rule", "State", "First seen", "Figure", "Measured", "As written"), small)
    listing(ws, "tblRecord", "B12", columns)
    listing(ws, "tblWritten", "B17", dict.fromkeys(("Sheet", "Part", "As written"), small))
    ws.sheet_state = "hidden"
