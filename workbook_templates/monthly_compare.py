"""The sheet Compare: the month under the published rules of others, and the steps from our figure to each."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import charts
from draw import (
    ACCENT,
    COUNT,
    GREY,
    MONEY,
    PALE,
    PERCENT,
    RATIO,
    Look,
    block,
    by_column,
    by_row,
    number,
    page,
    put,
)
from monthly_figures import TOTAL, chart_title
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet


def compare(wb: Workbook) -> None:
    ws = page(
        wb,
        "Compare",
        "The same month by the published rules of others. No rule is wrong; they answer different questions.",
        "compare",
        (2, 44, *[16] * 6, 31),
    )
    formats = (*[PERCENT] * 6, RATIO, MONEY)
    looks = by_row(*map(number, formats))
    block(wb, ws, "rx_compare", "C7", 8, 6, lambda i, j: {**looks(i, j), "bold": j == 0})
    chart_title(wb, ws, "rx_title_compare", "B16")
    charts.compare(ws, "B16", title="'Compare'!$B$16", heading=6, row=7, last=8)
    put(ws, "B33", "From our figure to each of theirs, one change of the rule at a time", bold=True, color=ACCENT)
    ws.row_breaks.append(Break(id=32))
    steps = list(_steps())
    block(wb, ws, "rx_compare_steps", "C35", len(steps), 7, lambda i, j: steps[i][j], lambda i, j: steps[i][3])
    below = 35 + len(steps) + 1
    _no_signed_zero(ws, f"D35:D{below - 2}")
    first_ratio = next(i for i, looks in enumerate(steps) if looks[0]["number"] == RATIO)
    ws.row_breaks.append(Break(id=34 + first_ratio))
    ws.row_breaks.append(Break(id=below - 1))
    put(ws, f"B{below}", "The counts behind it", bold=True, color=ACCENT)
    counts = (*[number(COUNT)] * 7, *[number(MONEY)] * 10, {**number(MONEY), "color": GREY})
    total = {4: TOTAL, 14: TOTAL}
    block(wb, ws, "rx_compare_counts", f"C{below + 2}", 18, 3, lambda i, j: {**counts[i], **total.get(i, {})})
    ws.row_dimensions[below + 1].height = 30
    below += 22
    put(ws, f"B{below}", "Where the rules are published, and what is left out", bold=True, color=ACCENT)
    plain: Look = {"border": None, "size": 9}
    block(
        wb,
        ws,
        "rx_compare_notes",
        f"C{below + 1}",
        2,
        2,
        by_column(plain, plain),
        {**plain, "bold": True},
        headings=False,
    )
    ws.freeze_panes = "C5"


def _no_signed_zero(ws: Worksheet, area: str) -> None:
    """A change by less than what is shown stands without a sign."""
    kinds = (('$E35="%"', 0.00005, "0.00%"), ('$E35="ratio"', 0.005, "0.00"), ('$E35<>"%",$E35<>"ratio"', 0.5, "0"))
    for i, (unit, least, code) in enumerate(kinds):
        rule = FormulaRule([f"AND({unit},ABS($D35)<{least})"])
        rule.dxf = DifferentialStyle(numFmt=NumberFormat(numFmtId=173 + i, formatCode=f"{code};{code}"))
        ws.conditional_formatting.add(area, rule)


def _steps() -> Iterator[tuple[Look, ...]]:
    """A row of looks for our figure, for each change of the rule, and bold for the product's figure."""
    text = (Path(__file__).parents[1] / "retention_xl" / "data" / "profiles.toml").read_text("utf-8")
    for chain in tomllib.loads(text)["chain"]:
        code = {"quick_ratio": RATIO, "cltv": MONEY}.get(chain["figure"], "0.00%")
        change = {"quick_ratio": "+0.00;-0.00;0.00", "cltv": "+#,##0;-#,##0;0"}.get(
            chain["figure"], "+0.00%;-0.00%;0.00%"
        )
        for i in range(len(chain["steps"]) + 1):
            last: Look = {"bold": True, "background": PALE} if i == len(chain["steps"]) else {}
            unit: Look = {"color": GREY, "size": 9, "align": "center"}
            says: Look = {"indent": 1, **last}
            yield {**number(code), **last}, {**number(change), **last}, {**unit, **last}, says, says, says, says
