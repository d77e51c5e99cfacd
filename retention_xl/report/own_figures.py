"""The named figures that a company's own rules may speak of, for the report month and the months before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from retention_xl import metrics
from retention_xl.ledger.records import MonthFacts
from retention_xl.report.rules_case import Case, arpa, at_closing, crr, drr, grr, nrr, quick_ratio, ratio

# Endings of a figure's name: how many months back, and over how many months the mean is taken.
ENDINGS: Mapping[str, tuple[int, int, str]] = {
    "_before": (1, 1, " the month before"),
    "_mean3": (0, 3, ", mean of 3 months"),
    "_year_ago": (12, 1, " a year ago"),
}


class Figure(NamedTuple):
    """A figure with its name in sentences, its unit, and how it is found in a month's facts."""

    label: str
    unit: str  # "fraction", "money", "ratio", "customers"
    of: Callable[[MonthFacts], float | None]


OF_A_MONTH: Mapping[str, Figure] = {
    "crr": Figure("CRR", "fraction", lambda m: crr(m).value),
    "churn": Figure("churn rate", "fraction", lambda m: 1 - crr(m).value),
    "drr": Figure("DRR", "fraction", drr),
    "grr": Figure("GRR", "fraction", grr),
    "nrr": Figure("NRR", "fraction", nrr),
    "quick_ratio": Figure("quick ratio", "ratio", quick_ratio),
    "mrr": Figure("revenue", "money", lambda m: m.closing / 100),
    "arr": Figure("12 x revenue", "money", lambda m: 12 * m.closing / 100),
    "arpa": Figure("revenue per customer", "money", arpa),
    "opening": Figure("opening revenue", "money", lambda m: m.opening / 100),
    "new": Figure("revenue of new customers", "money", lambda m: m.new / 100),
    "reactivation": Figure("reactivation", "money", lambda m: m.reactivation / 100),
    "expansion": Figure("expansion", "money", lambda m: m.expansion / 100),
    "contraction": Figure("contraction", "money", lambda m: m.contraction / 100),
    "lost_revenue": Figure("revenue lost", "money", lambda m: m.churn / 100),
    "expansion_share": Figure("expansion of the opening", "fraction", lambda m: ratio(m.expansion, m.opening)),
    "contraction_share": Figure("contraction of the opening", "fraction", lambda m: ratio(m.contraction, m.opening)),
    "lost_share": Figure("revenue lost of the opening", "fraction", lambda m: ratio(m.churn, m.opening)),
    "customers": Figure("customers", "customers", lambda m: m.closing_customers),
    "new_customers": Figure("new customers", "customers", lambda m: m.new_customers),
    "returned": Figure("customers who returned", "customers", lambda m: m.reactivated_customers),
    "expanded": Figure("customers who expanded", "customers", lambda m: m.expanded_customers),
    "contracted": Figure("customers who cut down", "customers", lambda m: m.contracted_customers),
    "lost": Figure("customers lost", "customers", lambda m: m.lost_customers),
}
# Known for the report month alone.
OF_THIS_MONTH: Mapping[str, tuple[str, str]] = {
    "top10_share": ("revenue of the ten largest", "fraction"),
    "at_risk": ("customers at risk", "customers"),
    "at_risk_revenue": ("revenue at risk", "money"),
    "at_risk_share": ("revenue at risk, of all", "fraction"),
}


def figure_names() -> list[str]:
    """Every name that a rule may use."""
    endings = ("", *ENDINGS)
    return [*(name + ending for name in OF_A_MONTH for ending in endings), *OF_THIS_MONTH]


def split_name(name: str) -> tuple[str, str]:
    """ "crr_before" -> "crr" and its ending."""
    for ending in ENDINGS:
        if name.endswith(ending) and name.removesuffix(ending) in OF_A_MONTH:
            return name.removesuffix(ending), ending
    return name, ""


def label_of(name: str) -> str:
    """A figure as sentences name it."""
    base, ending = split_name(name)
    if base in OF_THIS_MONTH:
        return OF_THIS_MONTH[base][0]
    return OF_A_MONTH[base].label + (ENDINGS[ending][2] if ending else "")


def unit_of(name: str) -> str:
    """The unit of a figure."""
    base, _ = split_name(name)
    return OF_THIS_MONTH[base][1] if base in OF_THIS_MONTH else OF_A_MONTH[base].unit


def value_of(case: Case, name: str, back: int = 0) -> float | None:
    """The figure so many months before the report month; None where it cannot be told."""
    base, ending = split_name(name)
    if base in OF_THIS_MONTH:
        return None if back else _of_this_month(case, base)
    more, length, _ = ENDINGS.get(ending, (0, 1, ""))
    months = [case.month(back + more + i) for i in range(length)]
    values = [None if month is None else OF_A_MONTH[base].of(month) for month in months]
    known = [value for value in values if value is not None]
    return sum(known) / length if len(known) == length else None


def _of_this_month(case: Case, name: str) -> float | None:
    if name == "top10_share":
        amounts = [cents for _, cents in at_closing(case.closing_pairs)]
        return float(metrics.concentration(amounts, 10)) if sum(amounts) else None
    found = case.risk
    if name == "at_risk":
        return len(found.every) if found else 0
    cents = found.cents if found else 0
    return cents / 100 if name == "at_risk_revenue" else ratio(cents, case.facts.movements[-1].closing)
