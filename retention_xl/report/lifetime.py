"""Lifetime values by several methods side by side, so that a reader sees why they differ."""

from __future__ import annotations

from dataclasses import dataclass

from retention_xl import metrics
from retention_xl.errors import MetricError
from retention_xl.report.model import Report


@dataclass(frozen=True)
class Projection:
    """The shifted-beta-geometric model of a cohort's survival, fitted to the first `ages` of the average cohort."""

    alpha: float
    beta: float
    ages: int


@dataclass(frozen=True)
class CohortValue:
    """What a customer of a cohort has brought so far, margin only; nothing is extrapolated."""

    cohort: str
    customers: int
    months: int
    so_far: float
    discounted: float


@dataclass(frozen=True)
class Lifetime:
    """Inputs and results. Survival runs over the months that the settings let count; None: cannot be told."""

    arpa: float
    churn: float
    margin: float
    months: int
    discount: float  # a month
    simple: float | None
    capped: float
    discounted: float | None
    both: float
    projection: Projection | None
    why_not: str  # no projection
    constant: tuple[float, ...]  # share of customers left at each age if churn stays the same
    projected: tuple[float, ...]
    worth: tuple[float, ...]  # what each month of the projection adds today
    cohorts: tuple[CohortValue, ...]


def lifetime(report: Report) -> Lifetime | None:
    """None for purchases, where nobody cancels, and before any month had an opening."""
    last, settings = report.shown[-1], report.settings
    if report.facts.nature == "purchases" or last.arpa is None or last.mean_churn is None or last.cltv is None:
        return None
    arpa, churn, margin = last.arpa, last.mean_churn, settings.number("policy.margin")
    months = int(settings.number("policy.cltv_months"))
    discount = (1 + settings.number("policy.discount")) ** (1 / 12) - 1
    projection, why_not = _projection(report)
    constant, projected = [1.0], [1.0]
    for age in range(1, months):
        constant.append(constant[-1] * (1 - churn))
        if projection:
            lasting = projection.beta + age - 1
            projected.append(projected[-1] * lasting / (projection.alpha + lasting))
    factors = [1 / (1 + discount) ** age for age in range(months)]
    return Lifetime(
        arpa=arpa,
        churn=churn,
        margin=margin,
        months=months,
        discount=discount,
        simple=arpa * margin / churn if churn else None,
        capped=last.cltv,
        discounted=arpa * margin * (1 + discount) / (churn + discount) if churn + discount else None,
        both=arpa * margin * sum(left * factor for left, factor in zip(constant, factors, strict=True)),
        projection=projection,
        why_not=why_not,
        constant=tuple(constant),
        projected=tuple(projected) if projection else (),
        worth=tuple(arpa * margin * s * f for s, f in zip(projected, factors, strict=True)) if projection else (),
        cohorts=_cohorts(report, margin, discount),
    )


def _projection(report: Report) -> tuple[Projection | None, str]:
    """Fitted as far as the average of the cohorts falls from age to age and enough customers are behind it."""
    smallest = report.settings.number("policy.small_cohort")
    curve: list[float] = []
    for share, behind in zip(report.cohorts.average, report.cohorts.behind, strict=True):
        if share is None or behind < smallest or (curve and share > curve[-1]):
            break
        curve.append(share)
    if len(curve) < 3:
        return None, "it takes three ages from the start that cohorts of enough customers have reached."
    try:
        [[alpha, beta]] = metrics.sbg_fit(curve)
    except MetricError as error:
        return None, str(error).removeprefix("SBG_FIT: ")
    return Projection(alpha, beta, len(curve)), ""


def _cohorts(report: Report, margin: float, discount: float) -> tuple[CohortValue, ...]:
    found = []
    for row in report.cohorts.rows:
        size = row.customers[0]
        worth = sum(amount / (1 + discount) ** age for age, amount in enumerate(row.revenue))
        found.append(
            CohortValue(row.cohort, size, len(row.revenue), margin * sum(row.revenue) / size, margin * worth / size)
        )
    return tuple(found)
