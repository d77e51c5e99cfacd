"""The commentary: what it says of months whose story is known, and that the split of the kept revenue adds up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from retention_xl.ledger.records import Nature
from retention_xl.report.build import build_report
from retention_xl.report.effects import effects
from retention_xl.report.model import Report, Source
from retention_xl.report.settings import load_settings
from retention_xl.report.write import write_report

from .small_facts import Row, facts_of
from .test_monthly_workbook import random_table


def report_of(table: dict[str, Row], nature: Nature = "recurring", edges: tuple[float, ...] | None = None) -> Report:
    facts = facts_of(table, nature=nature)
    settings = replace(load_settings(None, nature), tier_edges=edges)
    return build_report(facts, settings, Source("ledger.csv", "", "", "", ()))


def told(report: Report, folder: Path) -> list[str]:
    path = folder / "report.xlsx"
    write_report(report, path)
    sheet = openpyxl.load_workbook(path, data_only=True)["Commentary"]
    return [str(row[0]) for row in sheet.iter_rows(min_row=7, min_col=3, max_col=3, values_only=True) if row[0]]


STORY: dict[str, Row] = {
    "Anna": [10000, 10000, None],
    "Ben": [20000, 20000, 15000],
    "Cleo": [70000, 70000, 78000],
    "Dora": [None, None, 4000],
}


@pytest.mark.thorough
def test_the_largest_gain_and_loss_of_the_month_are_named(tmp_path: Path) -> None:
    said = told(report_of(STORY), tmp_path)
    net = "Together that is 30 less than at the opening (3.0 % of it); "
    assert net + "the largest gain is expansion, 80; the largest loss is churn, 100." in said


@pytest.mark.thorough
def test_customers_are_named_with_what_they_moved(tmp_path: Path) -> None:
    said = told(report_of(STORY), tmp_path)
    assert "Lost: Anna (100); nobody else." in said
    assert "Contracted: Ben (50); nobody else." in said
    assert "Largest loss: Anna, churn, 100. Largest gain: Cleo, expansion, 80. " in said


@pytest.mark.thorough
def test_retention_is_split_into_churn_contraction_and_expansion(tmp_path: Path) -> None:
    said = told(report_of(STORY), tmp_path)
    gross = "Gross revenue retention is 85.0 % after 100.0 % the month before: churn took 10.0 % of the opening, "
    assert gross + "10.0 points more, and contraction 5.0 % of the opening, 5.0 points more." in said


@pytest.mark.thorough
def test_losses_of_small_customers_are_told_as_such(tmp_path: Path) -> None:
    said = told(report_of({**STORY, "Emil": [12000, 12000, None]}), tmp_path)
    lost = "The 2 customers lost had paid 110 each on average, against 280 of all at the opening: "
    assert lost + "the losses are among the smaller ones." in said


@pytest.mark.thorough
def test_one_lost_customer_is_not_spoken_of_as_several(tmp_path: Path) -> None:
    said = told(report_of(STORY), tmp_path)
    assert "The only one lost had paid 100; the average at the opening was 333." in said


@pytest.mark.thorough
def test_what_did_not_happen_is_not_told(tmp_path: Path) -> None:
    said = told(report_of({"Anna": [10000, 10000, 10000], "Ben": [20000, 20000, None]}), tmp_path)
    assert "MRR closed the month at 100 after an opening of 300: lost customers took 200." in said
    gross = "Gross revenue retention is 33.3 % after 100.0 % the month before: churn took 66.7 % of the opening, "
    assert gross + "66.7 points more." in said
    assert "Net revenue retention is 33.3 % after 100.0 % the month before." in said


@pytest.mark.thorough
def test_a_part_that_stayed_the_same_is_not_told_in_points(tmp_path: Path) -> None:
    said = told(report_of({"Anna": [10000, 5000, 2500], "Ben": [10000, 10000, 12500]}), tmp_path)
    assert any("contraction took 16.7 % of the opening, 8.3 points less." in line for line in said)
    still = told(report_of({"Anna": [10000, 9000, 8100]}), tmp_path)
    assert any("contraction took 10.0 % of the opening, as in the month before." in line for line in still)


@pytest.mark.thorough
def test_a_quiet_month_is_told_without_gains_and_losses(tmp_path: Path) -> None:
    said = told(report_of({"Anna": [100, 100, 100], "Ben": [200, 200, 200]}), tmp_path)
    assert "Nobody's revenue moved this month." in said
    assert not [text for text in said if text.startswith(("Together", "Lost", "New"))]


@pytest.mark.parametrize("nature", ["recurring", "purchases"])
def test_rate_mix_and_size_make_the_whole_change(nature: Nature) -> None:
    for seed in range(20):
        table = random_table(40, 8, seed, zeros=nature == "purchases")
        *tiers, total = effects(report_of(table, nature))
        parts = sum(tier.of_rate + tier.of_mix + tier.of_size for tier in tiers)
        assert parts == pytest.approx(total.kept - total.kept_before, abs=1e-6)


def test_kept_revenue_of_all_tiers_is_the_numerator_of_drr() -> None:
    report = report_of(random_table(40, 8, seed=3))
    total = effects(report)[-1]
    assert total.rate == pytest.approx(report.shown[-1].drr)
    assert total.rate_before == pytest.approx(report.shown[-2].drr)


def test_a_tier_that_grows_in_weight_alone_is_an_effect_of_mix() -> None:
    table: dict[str, Row] = {
        # half of the small ones leave in both months, no large one does; in the second there are more large ones
        "Small 1": [1000, None, None],
        "Small 2": [1000, 1000, None],
        "Small 3": [None, 1000, 1000],
        "Large 1": [10000, 10000, 10000],
        "Large 2": [None, 10000, 10000],
    }
    total = effects(report_of(table, edges=(50.0,)))[-1]
    assert total.of_rate == pytest.approx(0)
    assert total.of_mix > 0


def test_there_is_no_split_without_the_customer_table() -> None:
    report = report_of(STORY)
    assert effects(report)
    assert effects(replace(report, facts=replace(report.facts, customers=None))) == ()
