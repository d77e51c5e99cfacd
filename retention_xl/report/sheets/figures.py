"""Formulas of the checklist's figures: what was measured, and the revenue behind it, from the cells that show them."""

from __future__ import annotations

from collections.abc import Sequence

from retention_xl.report.actions import Action
from retention_xl.report.cells import Addresses, span
from retention_xl.report.model import Report
from retention_xl.report.own_figures import ENDINGS, split_name
from retention_xl.report.sheets import acquisition, at_risk, experience
from retention_xl.report.sheets.bridge import CUSTOMER_ROWS, RATE_ROWS, REVENUE_ROWS, Rows
from retention_xl.report.sheets.live import CUSTOMERS

_LONGEST = 8_000  # of a formula that names customers' cells one by one; Excel takes 8,192
_ARGUMENTS = 250  # of a SUM; Excel takes 255
# Figures of the Bridge under the names that rules and people's own rules use: the sheet's part, its row, its sign.
_BRIDGE = {
    **{key: ("rate", key, "") for key in RATE_ROWS},
    "mrr": ("revenue", "closing", ""),
    **{key: ("revenue", key, "") for key in REVENUE_ROWS[:4]},
    "contraction": ("revenue", "contraction", "-"),
    "lost_revenue": ("revenue", "churn", "-"),
    "customers": ("customers", "closing", ""),
    "new_customers": ("customers", "new", ""),
    "lost": ("customers", "lost", "-"),
    **{key: ("customers", key, "") for key in CUSTOMER_ROWS if key in ("returned", "expanded", "contracted")},
}
_SHARES = {"contraction_share": "contraction", "lost_share": "lost_revenue", "expansion_share": "expansion"}

# Figures of the tables beside the ledger: the label on Experience with its column, the row of the cost of winning.
_EXPERIENCE = {
    "nps_quarter": ("Net promoter score (NPS)", experience.THREE),
    "ux_quarter": ("UX score (SUS)", experience.THREE),
    "activation_quarter": ("Activation", experience.THREE),
    "value_median": ("Time to value, median", experience.THIS),
    "response_median": ("First response, median", experience.THIS),
    "k": ("Virality (K)", experience.THIS),
}
_WINNING = {"ltv_cac": acquisition.RATIO, "cac_payback": acquisition.PAYBACK}


def measured(report: Report, at: Addresses, key: str) -> str | None:
    """The formula of a measured figure from cells of other sheets; None where only the program knows it."""
    rows = Rows(report, at)
    end = rows.last
    if key == "crr_drop":
        return f"{rows.rate('crr', end - 1)}-{rows.rate('crr', end)}"
    if key == "crr_minus_drr":
        return f"{rows.rate('crr', end)}-{rows.rate('drr', end)}"
    if key == "contraction_rate":
        return _of_month(rows, "contraction_share", end)
    if key == "checks_failed":
        return at.cell("rx_checks_failed")
    if key == "top10_share" and report.by_customer:
        now = at.column(CUSTOMERS, len(report.facts.window))
        return f"({ten_largest(report, at)})/SUM({now})"
    if key in ("risk_share", "at_risk_share", "at_risk_revenue", "at_risk") and report.risk:
        column = {"at_risk": at_risk.COUNT, "at_risk_revenue": at_risk.REVENUE}.get(key, at_risk.SHARE)
        return at.cell(at_risk.SEGMENT_BLOCK, at_risk.AT_RISK, column)
    if key in _EXPERIENCE and report.experience:
        return experience.figure_cell(report, at, *_EXPERIENCE[key])
    if key in _WINNING and report.acquisition:
        return acquisition.window_cell(at, _WINNING[key])
    return _of_the_bridge(rows, key)


def ten_largest(report: Report, at: Addresses) -> str:
    """What the ten largest customers pay, from the customer table."""
    now = at.column(CUSTOMERS, len(report.facts.window))
    return "+".join(f"LARGE({now},{rank})" for rank in range(1, 11))


def _of_the_bridge(rows: Rows, key: str) -> str | None:
    """A figure of the Bridge, of this month or as its ending says."""
    base, ending = split_name(key)
    back, length, _ = ENDINGS.get(ending, (0, 1, ""))
    months = [rows.last - back - i for i in range(length)]
    if min(months) < 0:
        return None
    formulas = [_of_month(rows, base, month) for month in months]
    known = [formula for formula in formulas if formula is not None]
    if len(known) < length:
        return None
    return known[0] if length == 1 else f"({'+'.join(known)})/{length}"


def _of_month(rows: Rows, base: str, month: int) -> str | None:
    if base in _SHARES:
        return f"{_of_month(rows, _SHARES[base], month)}/{rows.revenue('opening', month)}"
    if base not in _BRIDGE:
        return None
    part, row, sign = _BRIDGE[base]
    address = {"rate": rows.rate, "revenue": rows.revenue, "customers": rows.customers}[part](row, month)
    return sign + address


def exposed(report: Report, at: Addresses, action: Action) -> str | None:
    """The formula of the revenue exposed: from the Bridge, the list of those at risk, or the customers' cells."""
    rows = Rows(report, at)
    facts, cents = report.shown[-1].facts, action.exposed_cents
    if not cents:
        return None
    if action.exposes == "at_risk" and report.risk:
        return at.cell(at_risk.SEGMENT_BLOCK, at_risk.AT_RISK, at_risk.REVENUE)
    lost, cut = (f"-{rows.revenue(key, rows.last)}" for key in ("churn", "contraction"))
    if action.exposes == "churn" and cents == facts.churn:
        return lost
    if action.exposes == "contraction" and cents == facts.contraction:
        return cut
    if action.exposes == "losses" and cents == facts.churn + facts.contraction:
        return lost + cut
    return paid_by(report, at, action.behind, cents)


def paid_by(report: Report, at: Addresses, behind: Sequence[tuple[str, int]], cents: int) -> str | None:
    """The sum of the customers' cells of the closing or of the opening, whichever holds these amounts."""
    table = report.facts.customers
    if not report.by_customer or table is None or not behind or sum(c for _, c in behind) != cents:
        return None
    wanted = dict(behind)
    months = len(report.facts.window)
    found = {c.name: (row, c.cents) for row, c in enumerate(table) if c.name in wanted}
    if len(found) < len(behind):
        return None
    for month in (months - 1, months - 2):
        if month >= 0 and all(found[name][1][month] == amount for name, amount in behind):
            cells = sorted(found[name][0] for name, _ in behind)
            ranges = _ranges(at, cells, 1 + month)
            sums = [ranges[start : start + _ARGUMENTS] for start in range(0, len(ranges), _ARGUMENTS)]
            formula = "+".join(f"SUM({','.join(some)})" for some in sums)
            return formula if len(formula) <= _LONGEST else None
    return None


def _ranges(at: Addresses, rows: Sequence[int], column: int) -> list[str]:
    """The cells of these rows, those that stand together as one range."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    cells = [(at.cell(CUSTOMERS, first, column), at.cell(CUSTOMERS, last, column)) for first, last in found]
    return [first if first == last else span(first, last) for first, last in cells]
