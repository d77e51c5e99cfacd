"""The cost of winning customers and lifetime values by plan and channel, on the sheet Lifetime value."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from retention_xl import metrics
from retention_xl.ledger.records import Facts
from retention_xl.ledger.supporting.records import Spend, Supporting
from retention_xl.report.acquisition import acquisition, groups, winning
from retention_xl.report.write import write_report

from .experience_cases import spent
from .test_monthly_workbook import ledger, report_of

ONLY_SPEND = "only the table spend"


def shown(facts: Facts, path: Path) -> dict[str, list[object]]:
    """The rows of Lifetime value by their labels."""
    write_report(report_of(facts), path)
    rows = openpyxl.load_workbook(path, data_only=True)["Lifetime value"].iter_rows(min_row=7, min_col=2, max_col=12)
    return {str(row[0].value): [cell.value for cell in row[1:]] for row in rows if row[0].value}


@pytest.mark.thorough
def test_cac_payback_and_ltv_cac_are_those_of_the_functions(tmp_path: Path) -> None:
    """Three months of 6,000 each win 30 customers a month, who pay 100."""
    facts = spent(30, *[6_000] * 7)
    rows = shown(facts, tmp_path / "report.xlsx")
    cac = metrics.cac(18_000, 90)
    cltv = float(str(rows["Lifetime value (CLTV)"][0]))
    assert rows["Cost of a new customer (CAC)"][0] == pytest.approx(cac)
    assert rows["Payback, months"][0] == pytest.approx(metrics.cac_payback(cac, 100, 1))
    assert rows["LTV:CAC"][0] == pytest.approx(metrics.ltv_cac(cltv, cac))
    assert rows["Payback, months"][2] == 18
    assert rows["LTV:CAC"][2] == 3


def test_the_months_of_the_ledgers_first_customers_win_nobody() -> None:
    """In the first month everybody is new to the ledger, not to the company."""
    found = acquisition(spent(30, *[6_000] * 8))
    assert found is not None
    assert found.months[0] == "2026-04"


@pytest.mark.thorough
def test_a_month_that_the_table_does_not_name_gives_no_cost(tmp_path: Path) -> None:
    facts = spent(30, *[6_000] * 7)
    rows = tuple(row for row in facts.supporting.spend if row.month != "2026-09")
    facts = replace(facts, supporting=Supporting(spend=rows))
    assert winning(facts, 3, 1, 60) is None
    assert winning(facts, 1, 1, 60) is not None
    assert shown(facts, tmp_path / "report.xlsx")["LTV:CAC"][0] == "n/a"


def test_spend_and_customers_by_channel_make_the_whole() -> None:
    facts = ledger(ONLY_SPEND)
    found = acquisition(facts)
    assert found is not None
    for i in range(len(found.months)):
        assert sum(channel.spend[i] for channel in found.channels) == pytest.approx(found.spend[i])
        assert sum(channel.customers[i] for channel in found.channels) == found.customers[i]
        assert sum(channel.revenue[i] for channel in found.channels) == pytest.approx(found.revenue[i])


def test_channels_that_differ_in_capitals_are_one() -> None:
    facts = ledger(ONLY_SPEND)
    more = (*facts.supporting.spend, Spend(facts.month, " WEB", 100))
    names = [channel.name for channel in acquisition(replace(facts, supporting=Supporting(spend=more))).channels]  # type: ignore[union-attr]
    assert sorted(names) == ["(not stated)", "Fair", "Partner", "Web"]


@pytest.mark.thorough
def test_a_group_whose_churn_chance_explains_takes_the_churn_of_all(tmp_path: Path) -> None:
    facts = ledger(ONLY_SPEND)
    rows = shown(facts, tmp_path / "report.xlsx")
    everybody = rows["Churn rate a month, mean of 12"][0]
    for group in groups(facts):
        row = rows[f"{group.kind}: {group.name}"]
        low, high, counted = (float(str(row[i])) for i in (3, 4, 5))
        few = group.opening < 20
        assert counted == pytest.approx(everybody) or not (few or low <= float(str(everybody)) <= high)
        assert row[0] == group.opening


@pytest.mark.thorough
def test_without_spend_one_line_says_what_it_would_add(tmp_path: Path) -> None:
    rows = shown(ledger("two and a half years"), tmp_path / "report.xlsx")
    assert any(label.startswith("Spend was not given") for label in rows)
    assert "LTV:CAC" not in rows
