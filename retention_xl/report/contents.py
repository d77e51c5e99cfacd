"""The whole workbook's contents, by the names of the template: every sheet's cells put together."""

from __future__ import annotations

from retention_xl.report.cells import Addresses, Block, Cell, Contents, List, Single
from retention_xl.report.model import Report
from retention_xl.report.sheets import (
    acquisition,
    actions,
    at_risk,
    board,
    bridge,
    checks,
    cohorts,
    commentary,
    compare,
    concentration,
    data,
    effects,
    experience,
    experience_data,
    kept,
    lapsing,
    lifetime,
    movers,
    paper,
    quality,
    reasons,
    record,
    reference,
    restatement,
    settings,
    summary,
    tie_out,
    tiers,
)
from retention_xl.report.wording import month_name

# Every sheet but the first says its unit and period, and repeats the banner.
SHEETS = (
    "figures",
    "actions",
    "commentary",
    "bridge",
    "movers",
    "tiers",
    "cohorts",
    "cohort_revenue",
    "lifetime",
    "at_risk",
    "signs",
    "buyers",
    "reasons",
    "compare",
    "tie_out",
    "restatement",
    "checks",
    "quality",
    "settings",
    "reading",
    "survival",
    "experience",
    "experience_data",
)


def contents(report: Report) -> Contents:
    """All singles, blocks and lists of this month's workbook."""
    blocks: dict[str, Block] = {}
    for sheet in (
        summary,
        commentary,
        bridge,
        movers,
        tiers,
        concentration,
        effects,
        cohorts,
        lifetime,
        acquisition,
        at_risk,
        lapsing,
        experience,
        experience_data,
        reasons,
        compare,
        tie_out,
        restatement,
        checks,
        quality,
        settings,
        data,
        record,
    ):
        blocks |= sheet.blocks(report)
    singles = _heads(report)
    for sheet in (
        summary,
        board,
        bridge,
        movers,
        tiers,
        concentration,
        cohorts,
        lifetime,
        acquisition,
        at_risk,
        lapsing,
        experience,
        reasons,
        compare,
        tie_out,
        restatement,
        checks,
        quality,
    ):
        singles |= sheet.singles(report)
    lists: dict[str, List] = {}
    for sheet in (actions, movers, at_risk, lapsing, restatement, kept, quality, reference, record):
        lists |= sheet.lists(report)
    return Contents(
        singles,
        blocks,
        lists,
        [
            *lifetime.unused_sheets(report),
            *at_risk.unused_sheets(report),
            *lapsing.unused_sheets(report),
            *experience.unused_sheets(report),
            *experience_data.unused_sheets(report),
            *reasons.unused_sheets(report),
            *compare.unused_sheets(report),
            *restatement.unused_sheets(report),
            *kept.unused_sheets(report),
            data.unused_sheet(report),
        ],
        [
            title
            for sheet in (summary, bridge, tiers, concentration, cohorts, experience, compare)
            for title in sheet.unused_charts(report)
        ],
        acquisition.unused_breaks(report),
        report.previous.own_sheets if report.previous else (),
        report.previous.remembers if report.previous else True,
        dict.fromkeys((movers.TABLE, restatement.TABLE, quality.LINES), paper.ROWS),
        actions.printed_columns(report),
        [*cohorts.on_one_page(report), *quality.on_one_page(report)],
    )


def _heads(report: Report) -> dict[str, Single]:
    unit = report.facts.currency or "the ledger's currency"
    period = f"{month_name(report.month)}; amounts in {unit}"

    def banner(at: Addresses) -> Cell:
        return Cell(checks.banner(report, at).value, at.cell("rx_banner"))

    heads = {f"rx_period_{sheet}": Single(period) for sheet in SHEETS}
    heads |= {f"rx_check_{sheet}": Single(banner) for sheet in SHEETS}
    return heads
