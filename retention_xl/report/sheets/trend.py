"""A figure's last months as a row of bars made of text, which every program shows and prints."""

from __future__ import annotations

import math
from collections.abc import Sequence

from retention_xl.report.cells import Cell, span

BARS = "▁▂▃▄▅▆▇█"
MONTHS = 12


def trend(values: Sequence[float | None], cells: Sequence[str]) -> Cell:
    """A bar for each of the last twelve months, from the lowest to the highest of them; a blank where there is none."""
    values, cells = values[-MONTHS:], cells[-MONTHS:]
    known = [value for value in values if value is not None]
    if not known:
        return Cell("", '""')
    low, high, area = min(known), max(known), span(cells[0], cells[-1])
    text = "".join(" " if value is None else BARS[_height(value, low, high)] for value in values)
    steps = f'(LEN("{BARS}")-1)'
    bars = [
        f'IF(ISTEXT({cell})," ",MID("{BARS}",1+IF(MAX({area})=MIN({area}),0,'
        f"ROUND(ROUND({steps}*({cell}-MIN({area}))/(MAX({area})-MIN({area})),6),0)),1))".replace(" ", " ")
        for cell in cells
    ]
    return Cell(text, "&".join(bars))


def _height(value: float, low: float, high: float) -> int:
    """Halves go up, as ROUND does; what two programs add up differs by less than the sixth decimal."""
    if high == low:
        return 0
    return math.floor(round((len(BARS) - 1) * (value - low) / (high - low), 6) + 0.5)
