"""Facts and settings -> the report model. No disk, no clock: the same facts give the same report on any day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import cast

from retention_xl import metrics
from retention_xl.errors import MetricError
from retention_xl.ledger.records import Facts, MonthFacts
from retention_xl.report import lapsing
from retention_xl.report.acquisition import acquisition, groups
from retention_xl.report.actions import checklist, judged, missing_data
from retention_xl.report.carry_over import carry_over
from retention_xl.report.checks import make_checks
from retention_xl.report.experience import experience
from retention_xl.report.model import (
    UNNAMED,
    CohortRow,
    Cohorts,
    MonthFigures,
    Report,
    Source,
    Tier,
    Tiers,
    Tile,
    Words,
)
from retention_xl.report.previous import Previous
from retention_xl.report.profiles import not_compared
from retention_xl.report.restated import restatement
from retention_xl.report.risk import at_risk
from retention_xl.report.rules_case import arpa, drr, grr, nrr, quick_ratio, ratio
from retention_xl.report.settings import Settings, load_settings, with_month_targets
from retention_xl.report.wording import NOT_AVAILABLE

MONTHS_SHOWN = 24
COHORTS_SHOWN = 24

RECURRING = Words(
    revenue="MRR",
    revenue_long="Monthly recurring revenue (MRR)",
    customers="customers",
    kept="still paying at the month's end",
    lost="no longer paying at the month's end",
)
PURCHASES = Words(
    revenue="Revenue",
    revenue_long="Revenue of the month",
    customers="buyers",
    kept="bought last month and this month",
    lost="bought last month, not this month",
)


def build_report(
    facts: Facts, settings: Settings | None = None, source: Source = UNNAMED, previous: Previous | None = None
) -> Report:
    """The report of `facts.month`, for `write_report`.

    `settings`: targets, limits and policies, the shipped ones unless given. `source` says where the facts come from and
    how they were read, `previous` what an earlier month's workbook said.

    >>> with rx.read_ledger(lines) as ledger:  # the lines of read_ledger's example
    ...     report = build_report(ledger.facts())
    >>> report.month, [(figure.label, figure.this_month) for figure in report.headline[:2]]
    ('2026-03', [('Monthly recurring revenue (MRR)', '130'), ('Customer retention (CRR)', '50.0 %')])
    """
    settings = with_month_targets(settings or load_settings(None, facts.nature), facts)
    shown = _shown_months(facts, settings)
    tiers = _tiers(facts, settings)
    cohorts = _cohorts(facts, settings)
    risk = at_risk(facts, settings.values())
    experienced = experience(facts, settings.values())
    checks = make_checks(facts, settings, shown, tiers, cohorts, risk)
    actions = checklist(
        facts,
        limits=settings.limits,
        targets=settings.targets(),
        margin=settings.number("policy.margin"),
        checks_failed=[check.name for check in checks if not check.passed],
        confidence=settings.number("policy.confidence"),
        longest_lifetime=int(settings.number("policy.cltv_months")),
        minimum=int(settings.number("policy.small_cohort")),
        inputs=settings.values(),
        risk=risk,
        own=settings.own_rules,
        counts=experienced,
    )
    rates = {key: getattr(shown[-1], key) for key in ("crr", "drr", "grr", "nrr")}
    judges = judged(facts, settings.values()) | {own.id for own in settings.own_rules}
    carried = carry_over(actions, previous, facts.month, judges, rates, [c.name for c in risk.listed] if risk else ())
    restated = restatement(facts, settings, previous) if previous else None
    words = PURCHASES if facts.nature == "purchases" else RECURRING
    tiles = _tiles(words, settings, shown)
    missing = (*missing_data(facts, settings.values()), *not_compared(facts), *lapsing.missing(facts))
    return Report(
        facts=facts,
        settings=settings,
        source=source,
        words=words,
        shown=shown,
        tiles=tiles,
        tiers=tiers,
        cohorts=cohorts,
        checks=checks,
        actions=actions,
        carried=carried,
        missing=missing,
        previous=previous,
        restated=restated,
        risk=risk,
        lapsing=lapsing.lapsing(facts, settings.values()),
        judged=judges,
        experience=experienced,
        acquisition=acquisition(facts) if facts.nature == "recurring" else None,
        groups=groups(facts) if facts.nature == "recurring" else (),
    )


def wilson(kept: int, opening: int, confidence: float) -> tuple[float, float] | None:
    """The interval of a rate, or None where nobody was there."""
    if not opening:
        return None
    low, high = cast("tuple[float, float]", metrics.crr_interval(kept, opening, confidence)[0])
    return low, high


def mean(values: Sequence[float | None]) -> float | None:
    """The mean of the values that exist."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _shown_months(facts: Facts, settings: Settings) -> tuple[MonthFigures, ...]:
    """The last months with an opening; the ledger's first month (everybody is new) only where there is no other."""
    figures: list[MonthFigures] = []
    for month in (facts.movements[1:] or facts.movements)[-MONTHS_SHOWN:]:
        earlier = [f.churn for f in figures[-11:]]
        figures.append(_figures(month, earlier, settings))
    return tuple(figures)


def _figures(month: MonthFacts, earlier_churn: Sequence[float | None], settings: Settings) -> MonthFigures:
    kept = month.opening_customers - month.lost_customers
    churn = ratio(month.lost_customers, month.opening_customers)
    mean_churn = mean([*earlier_churn, churn])
    revenue = arpa(month)
    return MonthFigures(
        facts=month,
        kept_customers=kept,
        crr=ratio(kept, month.opening_customers),
        interval=wilson(kept, month.opening_customers, settings.number("policy.confidence")),
        churn=churn,
        drr=drr(month),
        grr=grr(month),
        nrr=nrr(month),
        quick_ratio=quick_ratio(month),
        arpa=revenue,
        arr=metrics.arr(month.closing / 100),
        mean_churn=mean_churn,
        cltv=_cltv(revenue, mean_churn, settings),
    )


def _cltv(revenue: float | None, churn: float | None, settings: Settings) -> float | None:
    if revenue is None or churn is None:
        return None
    try:
        months = settings.number("policy.cltv_months")
        return cast("float", metrics.cltv(revenue, churn, settings.number("policy.margin"), 0, months))
    except MetricError:
        return None


_TILES = (
    # key, label, unit, what MonthFigures calls it
    ("mrr", "", "money", ""),
    ("crr", "Customer retention (CRR)", "fraction", "crr"),
    ("drr", "Dollar retention (DRR)", "fraction", "drr"),
    ("grr", "Gross revenue retention (GRR)", "fraction", "grr"),
    ("nrr", "Net revenue retention (NRR)", "fraction", "nrr"),
    ("churn", "Churn rate", "fraction", "churn"),
    ("cltv", "Customer lifetime value (CLTV)", "money", "cltv"),
    ("quick_ratio", "Quick ratio", "ratio", "quick_ratio"),
)


def _tiles(words: Words, settings: Settings, shown: Sequence[MonthFigures]) -> tuple[Tile, ...]:
    confidence = settings.number("policy.confidence")
    tiles = []
    for key, label, unit, attribute in _TILES:
        series = [getattr(f, attribute) if attribute else f.facts.closing / 100 for f in shown]
        low = high = None
        last = shown[-1]
        if key in ("crr", "churn"):
            count = last.kept_customers if key == "crr" else last.facts.lost_customers
            low, high = wilson(count, last.facts.opening_customers, confidence) or (None, None)
        target = settings[f"targets.{key}"]
        tiles.append(
            Tile(
                key=key,
                label=label or words.revenue_long,
                unit=unit,
                this_month=series[-1],
                last_month=series[-2] if len(series) > 1 else None,
                mean3=mean(series[-3:]),
                year_ago=series[-13] if len(series) > 12 else None,
                target=target,
                low=low,
                high=high,
                status=status(key, series[-1], target, settings.number("policy.watch_band")),
            )
        )
    return tuple(tiles)


def status(key: str, value: float | None, target: float | None, band: float) -> str:
    """On target, Watch (missed by no more than the band), Off target; churn is the only figure that should be low."""
    if target is None:
        return "No target"
    if value is None:
        return NOT_AVAILABLE
    if key == "churn":
        return "On target" if value <= target else "Watch" if value <= target * (1 + band) else "Off target"
    return "On target" if value >= target else "Watch" if value >= target * (1 - band) else "Off target"


def _tiers(facts: Facts, settings: Settings) -> Tiers:
    there = [pair for pair in facts.pairs if pair.opening is not None]
    edges = settings.tier_edges or _natural_edges([(pair.opening or 0) / 100 for pair in there])
    bounds = [0.0, *edges]
    members, kepts, cents = [0] * len(bounds), [0] * len(bounds), [0] * len(bounds)
    for pair in there:
        opened = pair.opening or 0
        tier = bisect_right(bounds, opened / 100) - 1
        members[tier] += 1
        kepts[tier] += pair.closing is not None
        cents[tier] += opened
    total = sum(cents) / 100
    confidence = settings.number("policy.confidence")
    rows = []
    for tier, (low, high) in enumerate(zip(bounds, [*bounds[1:], None], strict=True)):
        customers, kept, opening = members[tier], kepts[tier], cents[tier] / 100
        crr, interval = ratio(kept, customers), wilson(kept, customers, confidence)
        rows.append(Tier(low, high, customers, kept, crr, interval, opening, ratio(opening, total)))
    month = facts.movements[-1]
    kept_all = month.opening_customers - month.lost_customers
    crr = ratio(kept_all, month.opening_customers)
    by_tier = sum(row.crr * row.opening for row in rows if row.crr is not None) / total if total else None
    direct = drr(month)
    gap = settings.number("policy.tier_gap")
    return Tiers(tuple(edges), tuple(rows), by_tier, direct, crr, reading(crr, direct, gap))


READINGS = {
    "revenue": "Revenue is kept better than customers: the losses sit in the small tiers. Healthy where the company "
    "moves to larger contracts on purpose; otherwise look at the small tiers first.",
    "customers": "Customers are kept better than revenue: large customers leave. Look at the largest tier first.",
    "alike": "Customers and revenue are kept alike: no tier stands out.",
    "nothing": "There is nothing to compare: nothing was paid at the opening.",
}


def reading(crr: float | None, drr: float | None, gap: float) -> str:
    """What the place of CRR against DRR says."""
    if crr is None or drr is None:
        return READINGS["nothing"]
    return READINGS["revenue" if drr - crr > gap else "customers" if crr - drr > gap else "alike"]


def _natural_edges(openings: Sequence[float]) -> tuple[float, ...]:
    """Round amounts near the middle, the top fifth and the top twentieth of the customers' opening revenue.

    One above what the largest pays would begin a tier of nobody; the lowest stays, for there are two tiers at least.
    """
    ordered = sorted(value for value in openings if value > 0)
    if not ordered:
        return (100.0,)
    edges = {_round_amount(ordered[min(int(len(ordered) * part), len(ordered) - 1)]) for part in (0.5, 0.8, 0.95)}
    lowest, *higher = sorted(edges)
    return (lowest, *(edge for edge in higher if edge <= ordered[-1]))


def _round_amount(value: float) -> float:
    """The nearest of 1, 2, 5 times a power of ten, 0.01 at the least."""
    ladder: list[float] = [step * 10.0**power for power in range(-2, 13) for step in (1, 2, 5)]
    nearest: float = min(ladder, key=lambda step: abs(step - value))
    return round(nearest, 2)


def _cohorts(facts: Facts, settings: Settings) -> Cohorts:
    cells = {(c.cohort, c.age): (c.customers, c.cents) for c in facts.cohorts}
    position = {month: i for i, month in enumerate(facts.months)}
    last = len(facts.months) - 1
    sized = [month for month in facts.months if cells.get((month, 0), (0, 0))[0]]
    visible = [month for month in sized if month in facts.months[-COHORTS_SHOWN:] and month in facts.window]
    rows = []
    for cohort in visible:
        reached = [cells.get((cohort, age), (0, 0)) for age in range(last - position[cohort] + 1)]
        rows.append(CohortRow(cohort, tuple(c for c, _ in reached), tuple(v / 100 for _, v in reached)))
    ages = max((len(row.customers) for row in rows), default=0)
    hidden = [cells.get((month, last - position[month]), (0, 0)) for month in sized if month not in visible]
    confidence = settings.number("policy.confidence")
    average, intervals, behind, revenue_average = [], [], [], []
    for age in range(ages):
        old = [row for row in rows if len(row.customers) > age]
        size, kept = sum(row.customers[0] for row in old), sum(row.customers[age] for row in old)
        average.append(ratio(kept, size))
        intervals.append(wilson(kept, size, confidence) if size >= kept else None)
        behind.append(size)
        revenue_average.append(ratio(sum(row.revenue[age] for row in old), sum(row.revenue[0] for row in old)))
    return Cohorts(
        rows=tuple(rows),
        ages=ages,
        earlier_active=sum(c for c, _ in hidden),
        earlier_revenue=sum(v for _, v in hidden) / 100,
        average=tuple(average),
        average_interval=tuple(intervals),
        behind=tuple(behind),
        revenue_average=tuple(revenue_average),
    )
