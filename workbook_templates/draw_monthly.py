"""Draws monthly.xlsx. Run `python workbook_templates/draw_monthly.py` after a change and commit both.

What is filled is named (rx_..., tbl...); monthly.md lists the names. `monthly_figures.py`, `monthly_insight.py` and
`monthly_records.py` have a function for each sheet.
"""

from __future__ import annotations

import sys
from pathlib import Path

from openpyxl import Workbook

sys.path.insert(0, str(Path(__file__).parent))

import charts
import monthly_compare as compare
import monthly_experience as experience
import monthly_figures as figures
import monthly_insight as insight
import monthly_memory as memory
import monthly_records as records
import monthly_risk as risk
from draw import save

SHEETS = (
    figures.summary,
    records.actions,
    insight.commentary,
    figures.bridge,
    records.movers,
    figures.tiers,
    figures.cohorts_customers,
    figures.cohorts_revenue,
    insight.lifetime,
    risk.at_risk,
    risk.signs,
    risk.buyers,
    experience.experience,
    insight.reasons,
    compare.compare,
    figures.tie_out,
    memory.restatement,
    memory.kept,
    records.checks,
    records.quality,
    records.settings,
    records.reading,
    records.definitions,
    records.evidence,
    records.functions,
    records.data_customers,
    records.data_facts,
    insight.survival,
    experience.data_experience,
    memory.record,
)


def main(path: Path) -> None:
    """Every sheet in the workbook's order, then the charts that refer to later sheets."""
    workbook = Workbook()
    for sheet in SHEETS:
        sheet(workbook)
    charts.summary(workbook["Summary"], figures.MONTHS)
    charts.survival(workbook["Lifetime value"], "B24", title="'Lifetime value'!$B$24", first=7, last=8)
    experience.experience_charts(workbook)
    save(workbook, path, charts.finish)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("monthly.xlsx"))
