"""The catalogue of worksheet functions: pure, on Python's standard library alone; `spec` says how one is written."""

from __future__ import annotations

# ruff: noqa: I001  the order of these imports is the order of the catalogue
from retention_xl.metrics.cells import ErrorValue
from retention_xl.metrics.spec import CATALOGUE, FunctionSpec, Parameter
from retention_xl.metrics.customers import (
    change_is_real,
    churn,
    churn_rate,
    crr,
    crr_interval,
    customers_at,
    customers_kept,
    customers_lost,
    customers_new,
    customers_returned,
)
from retention_xl.metrics.revenue import arpa, arr, arr_growth, concentration, mrr, mrr_at, quick_ratio
from retention_xl.metrics.revenue_kept import contraction, drr, drr_tiers, expansion, grr, mrr_bridge, mrr_churn, nrr
from retention_xl.metrics.cohorts import cohort, cohort_curve, median_lifetime, survival
from retention_xl.metrics.lifetime_value import cac, cac_payback, cltv, cltv_cohort, lifetime, ltv_cac
from retention_xl.metrics.trust import explain, incentive_max, tie_out

__all__ = [
    "CATALOGUE",
    "ErrorValue",
    "FunctionSpec",
    "Parameter",
    "arpa",
    "arr",
    "arr_growth",
    "cac",
    "cac_payback",
    "change_is_real",
    "churn",
    "churn_rate",
    "cltv",
    "cltv_cohort",
    "cohort",
    "cohort_curve",
    "concentration",
    "contraction",
    "crr",
    "crr_interval",
    "customers_at",
    "customers_kept",
    "customers_lost",
    "customers_new",
    "customers_returned",
    "drr",
    "drr_tiers",
    "expansion",
    "explain",
    "grr",
    "incentive_max",
    "lifetime",
    "ltv_cac",
    "median_lifetime",
    "mrr",
    "mrr_at",
    "mrr_bridge",
    "mrr_churn",
    "nrr",
    "quick_ratio",
    "survival",
    "tie_out",
]
