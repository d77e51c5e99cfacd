"""Checks: each with its two figures as formulas, PASS or FAIL, and the banner that stands on every sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, Single, span
from retention_xl.report.model import Report
from retention_xl.report.movements import ALL_KINDS
from retention_xl.report.profiles import comparable
from retention_xl.report.sheets import at_risk, cohorts, compare, movers, quality, restatement, tie_out, tiers
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.live import live
from retention_xl.report.sheets.settings import setting

NAME = "rx_checks"
RESTATED = ". RESTATED since the last file, see Restatement"
CHANGED = ". DEFINITIONS CHANGED since the last file, see Restatement"
COMPUTED, EXPECTED, DIFFERENCE, TOLERANCE, RESULT, PROVES = range(6)


def blocks(report: Report) -> dict[str, Block]:
    """One row a check."""
    return {
        NAME: Block(
            len(report.checks),
            6,
            lambda at: _cells(report, at),
            ["Computed", "Expected", "Difference", "Tolerance", "Result", "What it proves"],
            [check.name for check in report.checks],
        )
    }


def singles(report: Report) -> dict[str, Single]:
    """How many checks fail."""
    failed = len(report.failed)

    def count(at: Addresses) -> Cell:
        results = span(at.cell(NAME, 0, RESULT), at.cell(NAME, len(report.checks) - 1, RESULT))
        return Cell(failed, f'COUNTIF({results},"FAIL")')

    return {"rx_checks_failed": Single(count)}


def banner(report: Report, at: Addresses) -> Cell:
    """ "Checks: all pass", or what must not be published; and whether what was published last month has changed."""
    failed = len(report.failed)
    cell = at.cell("rx_checks_failed")
    stop = "DO NOT PUBLISH: "
    text = f"{stop}{failed} check{'s' if failed > 1 else ''} failed, see Checks" if failed else "Checks: all pass"
    formula = f'IF({cell}=0,"Checks: all pass","{stop}"&{cell}&IF({cell}=1," check"," checks")&" failed, see Checks")'
    if report.restated:
        found = report.restated
        for changed, rows, said in (
            (found.data_changed, restatement.OF_DATA, RESTATED),
            (found.definitions_changed, restatement.OF_DEFINITIONS, CHANGED),
        ):
            tests = ",".join(f'{mark}="{restatement.CHANGED}"' for mark in restatement.marks(at, rows))
            text += said if changed else ""
            formula += f'&IF(OR({tests}),"{said}","")'
    return Cell(text, formula)


def _cells(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    formulas = _formulas(report, at)
    for i, check in enumerate(report.checks):
        computed, expected = formulas[check.key]
        a, b, tolerance = (at.cell(NAME, i, column) for column in (COMPUTED, EXPECTED, TOLERANCE))
        yield (
            Cell(check.computed, computed) if computed else check.computed,
            Cell(check.expected, expected) if expected else check.expected,
            Cell(round(check.computed - check.expected, 6), f"ROUND({a}-{b},6)"),
            Cell(check.tolerance, setting(report, at, "policy.refused_limit")) if check.is_share else check.tolerance,
            Cell("PASS" if check.passed else "FAIL", f'IF(ABS({a}-{b})<={tolerance},"PASS","FAIL")'),
            check.proves,
        )


def _formulas(report: Report, at: Addresses) -> dict[str, tuple[str, str]]:
    """Check key -> the formulas of its two figures ("" where the figure is a constant of the rule)."""
    rows, source = Rows(report, at), live(report, at)
    end = rows.last
    gaps = span(rows.revenue("gap", 0), rows.revenue("gap", end))
    rates = span(rows.rate("crr", 0), rows.rate("crr", end))
    crr, churn = rows.rate("crr", end), rows.rate("churn", end)
    closing = source.month("closing", end) or "0"
    count = source.month("closing_customers", end) or "0"
    return {
        "bridge": (f"ROUND(SUMPRODUCT((({gaps}>0)-({gaps}<0))*{gaps}),2)", ""),
        "opening": (_opening_gaps(rows, end), ""),
        "customers": (rows.customers("closing", end), count),
        "crr_churn": (f"IF(ISTEXT({crr}),1,{crr}+{churn})", ""),
        "crr_limit": (f"MAX(0,MAX({rates})-1)", ""),
        "movers": (
            at.cell(movers.BY_KIND, len(ALL_KINDS), 1),
            f"{rows.revenue('closing', end)}-{rows.revenue('opening', end)}",
        ),
        "tiers": (tiers.result(at, "opening"), rows.revenue("opening", end)),
        "cohorts": (_cohort_sum(report, at, cohorts.CUSTOMERS, "rx_cohort_earlier"), count),
        "cohort_revenue": (_cohort_sum(report, at, cohorts.REVENUE, "rx_cohort_revenue_earlier"), closing),
        "tie_out": (tie_out.computed(report, at), tie_out.control(report, at)),
        "at_risk": (at_risk.listed_revenue(at) if report.risk else "", closing),
        "lines": (
            f"{quality.line_count(at, 'accepted')}+{quality.line_count(at, 'refused')}",
            quality.line_count(at, "read"),
        ),
        "explained": (quality.refused_by_reason(report, at), quality.line_count(at, "refused")),
        "missing_lines": (quality.missing_share(at, money=False), ""),
        "missing_money": (quality.missing_share(at, money=True), ""),
        "recalculated": ("", ""),
        **({"compare": (compare.check(at), "")} if comparable(report.facts) else {}),
    }


def _opening_gaps(rows: Rows, end: int) -> str:
    """Sum of |opening - closing of the month before| over the months shown."""
    if end == 0:
        return "0"
    now = span(rows.revenue("opening", 1), rows.revenue("opening", end))
    before = span(rows.revenue("closing", 0), rows.revenue("closing", end - 1))
    return f"ROUND(SUMPRODUCT((({now}>{before})-({now}<{before}))*({now}-{before})),2)"


def _cohort_sum(report: Report, at: Addresses, name: str, earlier: str) -> str:
    count = len(report.cohorts.rows)
    now = span(at.cell(name, 0, cohorts.NOW), at.cell(name, count - 1, cohorts.NOW))
    return f"SUM({now})+{at.cell(earlier)}"
