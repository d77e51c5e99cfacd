"""Lifetime values beside each other: each agrees with the worksheet function of its method."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from retention_xl import metrics
from retention_xl.ledger.records import Nature
from retention_xl.report.build import build_report
from retention_xl.report.lifetime import Lifetime, lifetime
from retention_xl.report.model import Report, Source
from retention_xl.report.settings import load_settings
from retention_xl.report.write import write_report

from .small_facts import Row, facts_of
from .test_monthly_workbook import random_table


def report_of(table: dict[str, Row], nature: Nature = "recurring", **policy: float) -> Report:
    settings = load_settings(None, nature)
    items = tuple(replace(i, value=policy.get(i.key.removeprefix("policy."), i.value)) for i in settings.items)
    return build_report(
        facts_of(table, nature=nature), replace(settings, items=items), Source("ledger.csv", "", "", "", ())
    )


def found(report: Report) -> Lifetime:
    values = lifetime(report)
    assert values is not None
    return values


def falling(kept: tuple[int, ...]) -> dict[str, Row]:
    """Every month the same number of customers starts, and of each so many are left at each age."""
    months = len(kept)
    table: dict[str, Row] = {}
    for start in range(months):
        for number in range(kept[0]):
            stays = sum(number < left for left in kept)
            row = [1000 if start <= month < start + stays else None for month in range(months)]
            table[f"Customer {start:02d}-{number:03d}"] = row
    return table


HIGH_END = (100, 87, 74, 65, 59, 55, 52, 49)


def test_simple_capped_and_discounted_values_are_those_of_cltv() -> None:
    values = found(report_of(random_table(60, 20, seed=1), margin=0.7, cltv_months=36, discount=0.12))
    given = values.arpa, values.churn, 0.7
    assert values.simple == pytest.approx(metrics.cltv(*given))
    assert values.capped == pytest.approx(metrics.cltv(*given, max_periods=36))
    assert values.discounted == pytest.approx(metrics.cltv(*given, discount=values.discount))
    assert values.both == pytest.approx(metrics.cltv(*given, discount=values.discount, max_periods=36))


def test_twelve_months_of_discount_make_the_discount_of_the_year() -> None:
    assert (1 + found(report_of(falling(HIGH_END), discount=0.2)).discount) ** 12 == pytest.approx(1.2)


def test_the_projection_is_the_fit_to_the_average_cohort() -> None:
    values = found(report_of(falling(HIGH_END)))
    assert values.projection is not None
    [[alpha, beta]] = metrics.sbg_fit(list(HIGH_END))
    assert (values.projection.alpha, values.projection.beta) == pytest.approx((alpha, beta))
    assert values.projection.ages == len(HIGH_END)
    assert values.projected[30] == pytest.approx(metrics.sbg_survival(alpha, beta, 30))


def test_a_long_projection_tends_to_the_value_of_cltv_sbg() -> None:
    values = found(report_of(falling(HIGH_END), cltv_months=600, discount=0.3))
    assert values.projection is not None
    endless = metrics.cltv_sbg(values.projection.alpha, values.projection.beta, values.arpa, values.discount)
    assert sum(values.worth) == pytest.approx(endless, rel=1e-4)


def test_a_curve_that_identifies_nothing_has_no_projection_and_says_why() -> None:
    values = found(report_of(falling((30, 30, 30, 30))))
    assert values.projection is None
    assert "nobody has left" in values.why_not


def test_what_cohorts_brought_is_what_cltv_cohort_says() -> None:
    report = report_of(random_table(60, 12, seed=4), margin=0.6)
    values = found(report)
    rows = report.cohorts.rows
    ages = report.cohorts.ages
    table = [
        ["Cohort", "Customers", *range(ages)],
        *([r.cohort, r.customers[0], *r.revenue, *[None] * (ages - len(r.revenue))] for r in rows),
    ]
    told = metrics.cltv_cohort(table, 0.6, values.discount)[1:]
    assert [row[3] for row in told] == pytest.approx([cohort.discounted for cohort in values.cohorts])
    assert [row[2] for row in told] == [cohort.months for cohort in values.cohorts]


def test_no_churn_has_no_simple_value_but_a_capped_one() -> None:
    values = found(report_of({"Anna": [1000, 1000, 1000]}))
    assert values.simple is None
    assert values.capped == pytest.approx(600)


@pytest.mark.thorough
def test_the_sheet_is_left_out_for_purchases_and_for_a_first_month(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    for left_out, report in (
        (False, report_of(falling(HIGH_END))),
        (True, report_of(falling(HIGH_END), "purchases")),
        (True, report_of({"Anna": [1000]})),
    ):
        write_report(report, path)
        assert ("Lifetime value" not in openpyxl.load_workbook(path, read_only=True).sheetnames) is left_out
