"""Rate, mix and size: why the revenue kept differs from the month before, tier by tier, on the Tiers sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from retention_xl.report.cells import Addresses, Block, Cell, Content, span
from retention_xl.report.effects import Effects, effects
from retention_xl.report.model import Report
from retention_xl.report.sheets import tiers
from retention_xl.report.sheets.live import CUSTOMERS
from retention_xl.report.wording import MONTH_NAMES, first_day

EFFECTS = "rx_tiers_effects"
OPENING_BEFORE, KEPT_BEFORE, RATE_BEFORE, OPENING, KEPT, RATE, OF_RATE, OF_MIX, OF_SIZE = range(9)


def blocks(report: Report) -> dict[str, Block]:
    """A row for each tier and one for all; one that says so where there is nothing to compare."""
    rows = effects(report)
    if not rows:
        unknown = "This needs three months, and a table of all customers in the workbook."
        return {EFFECTS: Block(1, 9, lambda at: [()], [""] * 9, [unknown])}
    labels = [*(f"Tier {i + 1}" for i in range(len(rows) - 1)), "All tiers"]
    return {EFFECTS: Block(len(rows), 9, lambda at: _rows(report, at, rows), _headings(report), labels)}


def _headings(report: Report) -> list[str]:
    months = [figures.facts.month for figures in report.shown][-2:]
    before, now = (f"{MONTH_NAMES[first_day(month).month - 1][:3]}" for month in (months[0], months[-1]))
    return [
        *(f"Opening {before}", f"Kept {before}", f"Rate {before}", f"Opening {now}", f"Kept {now}", f"Rate {now}"),
        *("Effect of rate", "Effect of mix", "Effect of size"),
    ]


def _rows(report: Report, at: Addresses, rows: Sequence[Effects]) -> Iterable[Sequence[Content]]:
    *each, total = rows
    end = len(each)
    columns = [at.column(CUSTOMERS, len(report.facts.window) - back) for back in (2, 1, 0)]

    def everything(column: int) -> str:
        return f"SUM({span(at.cell(EFFECTS, 0, column), at.cell(EFFECTS, end - 1, column))})"

    def of_all(column: int) -> str:
        return at.cell(EFFECTS, end, column)

    for i, tier in enumerate(each):
        low = at.cell(tiers.TIERS, i, tiers.FROM)
        high = at.cell(tiers.TIERS, i, tiers.TO) if i < end - 1 else None
        amounts = []
        for before, after in pairwise(columns):
            band = f'{before},">="&{low}' + (f',{before},"<"&{high}' if high else "")
            amounts += [f"SUMIFS({before},{band})", f'SUMIFS({before},{band},{after},">=0")']
        own = [at.cell(EFFECTS, i, column) for column in range(9)]
        yield (
            Cell(tier.opening_before, amounts[0]),
            Cell(tier.kept_before, amounts[1]),
            Cell(tier.rate_before, _rate(own, OPENING_BEFORE, of_all(RATE_BEFORE))),
            Cell(tier.opening, amounts[2]),
            Cell(tier.kept, amounts[3]),
            Cell(tier.rate, _rate(own, OPENING, of_all(RATE))),
            Cell(tier.of_rate, f"{own[OPENING]}*({own[RATE]}-{own[RATE_BEFORE]})"),
            Cell(
                tier.of_mix,
                f"({own[OPENING]}-{of_all(OPENING)}*{own[OPENING_BEFORE]}/{of_all(OPENING_BEFORE)})"
                f"*({own[RATE_BEFORE]}-{of_all(RATE_BEFORE)})",
            ),
            Cell(
                tier.of_size,
                f"({of_all(OPENING)}-{of_all(OPENING_BEFORE)})*{own[OPENING_BEFORE]}/{of_all(OPENING_BEFORE)}"
                f"*{of_all(RATE_BEFORE)}",
            ),
        )
    yield (
        Cell(total.opening_before, everything(OPENING_BEFORE)),
        Cell(total.kept_before, everything(KEPT_BEFORE)),
        Cell(total.rate_before, f"{of_all(KEPT_BEFORE)}/{of_all(OPENING_BEFORE)}"),
        Cell(total.opening, everything(OPENING)),
        Cell(total.kept, everything(KEPT)),
        Cell(total.rate, f"{of_all(KEPT)}/{of_all(OPENING)}"),
        Cell(total.of_rate, everything(OF_RATE)),
        Cell(total.of_mix, everything(OF_MIX)),
        Cell(total.of_size, everything(OF_SIZE)),
    )


def _rate(own: Sequence[str], opening: int, of_all: str) -> str:
    """Kept of the opening; a tier that held nothing takes the rate of all tiers."""
    return f"IF({own[opening]}=0,{of_all},{own[opening + 1]}/{own[opening]})"
