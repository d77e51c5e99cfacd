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
from retention_xl.metrics.renewals import annualise, early_cancel_rate, renewal_rate, repeat_rate
from retention_xl.metrics.revenue import arpa, arr, arr_growth, concentration, mrr, mrr_at, quick_ratio
from retention_xl.metrics.revenue_kept import contraction, drr, drr_tiers, expansion, grr, mrr_bridge, mrr_churn, nrr
from retention_xl.metrics.cohorts import cohort, cohort_curve, median_lifetime, survival
from retention_xl.metrics.lifetime_value import cac, cac_payback, cltv, cltv_cohort, lifetime, ltv_cac
from retention_xl.metrics.contracts import cltv_sbg, sbg_fit, sbg_retention, sbg_survival
from retention_xl.metrics.purchases import bgnbd_alive, bgnbd_expected, bgnbd_fit, gg_fit, gg_spend, rfm
from retention_xl.metrics.surveys import csat, nps, ux_score
from retention_xl.metrics.experience import (
    activation,
    churn_reasons,
    feature_lift,
    feature_usage,
    k_factor,
    open_tickets,
    ticket_age,
    time_to_value,
)
from retention_xl.metrics.trust import explain, incentive_max, tie_out

__all__ = [
    "CATALOGUE",
    "ErrorValue",
    "FunctionSpec",
    "Parameter",
    "activation",
    "annualise",
    "arpa",
    "arr",
    "arr_growth",
    "bgnbd_alive",
    "bgnbd_expected",
    "bgnbd_fit",
    "cac",
    "cac_payback",
    "change_is_real",
    "churn",
    "churn_rate",
    "churn_reasons",
    "cltv",
    "cltv_cohort",
    "cltv_sbg",
    "cohort",
    "cohort_curve",
    "concentration",
    "contraction",
    "crr",
    "crr_interval",
    "csat",
    "customers_at",
    "customers_kept",
    "customers_lost",
    "customers_new",
    "customers_returned",
    "drr",
    "drr_tiers",
    "early_cancel_rate",
    "expansion",
    "explain",
    "feature_lift",
    "feature_usage",
    "gg_fit",
    "gg_spend",
    "grr",
    "incentive_max",
    "k_factor",
    "lifetime",
    "ltv_cac",
    "median_lifetime",
    "mrr",
    "mrr_at",
    "mrr_bridge",
    "mrr_churn",
    "nps",
    "nrr",
    "open_tickets",
    "quick_ratio",
    "renewal_rate",
    "repeat_rate",
    "rfm",
    "sbg_fit",
    "sbg_retention",
    "sbg_survival",
    "survival",
    "ticket_age",
    "tie_out",
    "time_to_value",
    "ux_score",
]
