"""Who may leave: each sign by itself, what a score is made of, the segments, and the sheet with all of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from thorough import mainly

from retention_xl import metrics
from retention_xl.ledger.records import Facts
from retention_xl.ledger.supporting.records import Cancellation, Supporting
from retention_xl.report.build import build_report
from retention_xl.report.model import Report, Source
from retention_xl.report.risk import AtRisk, Risk, at_risk
from retention_xl.report.rules import starting_values
from retention_xl.report.settings import load_settings
from retention_xl.report.write import write_report

from .engines import cached, compare, formulas, recalc_formualizer, recalc_ironcalc, recalc_libreoffice
from .made_facts import Account, accounts, made_facts
from .risk_facts import AFTER, SIGNED, days_ago, signed_facts
from .small_facts import facts_of


def found(facts: Facts, **changed: float) -> Risk:
    values = {**starting_values(), **{key.replace("__", "."): value for key, value in changed.items()}}
    risk = at_risk(facts, values)
    assert risk is not None
    return risk


def of(risk: Risk, name: str) -> AtRisk:
    return next(customer for customer in risk.listed if customer.name == name)


def report_of(facts: Facts, **changed: float) -> Report:
    settings = load_settings(None, facts.nature)
    items = tuple(replace(i, value=changed.get(i.key.replace(".", "__"), i.value)) for i in settings.items)
    return build_report(facts, replace(settings, items=items), Source("ledger.csv", "", "", "", ()))


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("Notice", ["notice"]),
        ("Payment", ["payment"]),
        ("Usage", ["usage"]),
        ("Cutter", ["contraction"]),
        ("Detractor", ["detractor", "contact"]),
        ("Tickets", ["tickets"]),
        ("Quote", ["quote"]),
        ("Silent", ["contact"]),
        ("Renewal", ["renewal", "contact"]),
        ("Young", ["young"]),
    ],
)
def test_a_score_is_the_sum_of_the_weights_of_the_signs_that_count(name: str, weights: list[str]) -> None:
    values = starting_values()
    risk = found(signed_facts(), risk__listed=0.01)
    assert of(risk, name).score == pytest.approx(sum(values[f"risk.weight_{key}"] for key in weights))
    assert not {customer.name for customer in risk.listed} & {f"Quiet {i:03}" for i in range(1, 21)}


def test_a_score_ends_at_one() -> None:
    assert of(found(signed_facts(), risk__weight_detractor=0.9), "Detractor").score == 1


@pytest.mark.parametrize(
    ("setting", "name", "at_the_limit", "beyond"),
    [
        ("risk.usage_fall", "Usage", 0.5, 0.51),
        ("risk.cut", "Cutter", 0.5, 0.51),
        ("risk.tickets", "Tickets", 2, 3),
        ("risk.quote_days", "Quote", 30, 31),
        ("risk.contact_days", "Silent", 200, 201),
        ("risk.renewal_days", "Renewal", 45, 44),
        ("risk.young_months", "Young", 1, 0),
    ],
)
def test_a_sign_counts_at_its_limit_and_not_beyond(setting: str, name: str, at_the_limit: float, beyond: float) -> None:
    facts, values = signed_facts(), {**starting_values(), "risk.listed": 0.05}
    for limit, counts in ((at_the_limit, True), (beyond, False)):
        risk = at_risk(facts, {**values, setting: limit})
        assert risk is not None
        own = next((customer for customer in risk.listed if customer.name == name), None)
        rest = values["risk.weight_contact"] if name == "Renewal" else 0
        assert (own is not None and own.score > rest) is counts


def test_a_sign_without_data_is_no_column() -> None:
    facts = replace(signed_facts(), supporting=Supporting())
    assert [sign.key for sign in found(facts).signs] == ["contraction", "renewal", "young"]


def test_a_table_more_takes_no_score_down() -> None:
    alone = found(replace(signed_facts(), supporting=Supporting()), risk__listed=0.1)
    together = found(signed_facts(), risk__listed=0.1)
    assert alone.listed
    for customer in alone.listed:
        assert of(together, customer.name).score >= customer.score


def test_a_plan_of_a_month_has_no_contract_that_ends() -> None:
    monthly = [Account("Monthly", (100, 100, 50), term_months=1, paid_through=AFTER)]
    annual = [Account("Annual", (100, 100, 50), term_months=12, paid_through=AFTER)]
    risk = found(made_facts([*monthly, *annual, *accounts(3, 100, 100, 100)]))
    days = [sign.key for sign in risk.signs].index("renewal")
    assert of(risk, "Monthly").signs[days] is None
    assert of(risk, "Annual").signs[days] == 1


def test_a_notice_of_a_customer_who_is_gone_or_of_a_time_that_is_over_is_none() -> None:
    gone = Account("Gone", (100, 100, None))
    facts = made_facts([gone, Account("Here", (100, 100, 100)), *accounts(3, 100, 100, 50)])
    notices = (
        Cancellation("Gone", AFTER, days_ago(5), "", True),
        Cancellation("Here", days_ago(1), days_ago(5), "", True),
        Cancellation("Nobody", AFTER, days_ago(5), "", True),
    )
    risk = found(replace(facts, supporting=Supporting(cancellations=notices)))
    assert {customer.name for customer in risk.listed} == {f"Customer {i:03}" for i in (1, 2, 3)}


def test_what_is_small_and_far_from_leaving_is_left_in_peace_and_what_is_large_is_not() -> None:
    risk = found(signed_facts(), policy__margin=0.8)
    segments = {customer.name: customer.segment for customer in risk.listed}
    assert segments["Notice"] == "Offer"  # price is the reason: likely to accept
    assert segments["Payment"] == "Let go" if SIGNED["Payment"] < risk.typical else "Fight for"
    assert segments["Tickets"] == "Leave in peace"
    assert segments["Usage"] == "Look after"
    assert segments["Detractor"] == "Let go"


def test_ready_to_leave_and_unlikely_to_accept_is_to_be_fought_for() -> None:
    assert of(found(signed_facts(), risk__accepts=0.9, policy__margin=0.8), "Notice").segment == "Fight for"


def test_the_largest_offer_is_that_of_incentive_max_with_the_customers_own_margin() -> None:
    risk = found(signed_facts(), policy__margin=0.8)
    assert of(risk, "Notice").largest_offer == pytest.approx(metrics.incentive_max(500, 0.8, risk.lifetime, 0.2))
    assert of(risk, "Quote").largest_offer == pytest.approx(metrics.incentive_max(1200, 0.5, risk.lifetime, 0.2))
    assert of(found(signed_facts()), "Notice").largest_offer is None


def test_the_list_ends_with_its_rows_and_the_rest_is_counted() -> None:
    every, short = found(signed_facts()), found(signed_facts(), risk__rows=3)
    assert short.listed == every.listed[:3]
    assert short.more == len(every.listed) - 3
    assert short.more_cents == round(100 * sum(customer.revenue for customer in every.listed[3:]))
    exposed = [customer.exposed for customer in every.listed]
    assert exposed == sorted(exposed, reverse=True)


@pytest.mark.parametrize("nature", ["recurring", "purchases"])
def test_there_is_no_list_for_purchases_nor_where_nobody_is_at_risk(nature: str) -> None:
    quiet = made_facts(accounts(30, 100, 100, 100))
    signed = replace(signed_facts(), nature=nature)
    assert at_risk(quiet, starting_values()) is None
    assert (at_risk(signed, starting_values()) is None) is (nature == "purchases")


# ---- the sheets


@pytest.mark.thorough
@pytest.mark.parametrize("margin", mainly([1.0, 0.8, 0.0], 0.8))
def test_every_formula_of_all_signs_is_recalculated_to_the_value_shown(tmp_path: Path, margin: float) -> None:
    path = tmp_path / "report.xlsx"
    report = report_of(signed_facts(), policy__margin=margin, risk__listed=0.05)
    assert report.failed == ()
    write_report(report, path)
    for recalculate in (recalc_ironcalc, recalc_formualizer):
        assert compare(cached(path), recalculate(path)) == []


@pytest.mark.thorough
def test_a_single_sign_and_a_single_customer_make_a_sheet(tmp_path: Path) -> None:
    facts = facts_of({"Anna": [100, 100, 50], "Ben": [300, 300, 300]})
    path = tmp_path / "report.xlsx"
    write_report(report_of(facts), path)
    for recalculate in (recalc_ironcalc, recalc_formualizer):
        assert compare(cached(path), recalculate(path)) == []
    sheet = openpyxl.load_workbook(path, data_only=True)["At risk"]
    assert [sheet["B23"].value, sheet["F23"].value, sheet["M23"].value] == ["Anna", 0.3, "cut down by 50 %"]


@pytest.mark.libreoffice
def test_libreoffice_recalculates_the_list_too(tmp_path: Path, soffice: str) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report_of(signed_facts(), policy__margin=0.8), path)
    assert compare(cached(path), recalc_libreoffice(path, tmp_path, soffice)) == []


@pytest.mark.thorough
def test_both_sheets_are_left_out_where_there_is_nothing_to_list(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    for facts, there in ((signed_facts(), True), (made_facts(accounts(30, 100, 100, 100)), False)):
        write_report(report_of(facts), path)
        sheets = openpyxl.load_workbook(path, read_only=True).sheetnames
        assert {"At risk", "Signs of leaving"} <= set(sheets) if there else "At risk" not in sheets


@pytest.mark.thorough
def test_the_check_ties_the_list_and_the_others_to_the_closing(tmp_path: Path) -> None:
    report = report_of(signed_facts())
    assert any(check.key == "at_risk" and check.passed for check in report.checks)
    assert report.risk is not None
    broken = replace(report.risk, others_cents=report.risk.others_cents + 100)
    path = tmp_path / "report.xlsx"
    write_report(replace(report, risk=broken), path)
    row = next(
        r
        for r in openpyxl.load_workbook(path)["Checks"].iter_rows()
        if r[1].value == "At risk and not at risk make the closing"
    )
    assert recalc_ironcalc(path)["Checks", f"G{row[0].row}"] == "FAIL"


@pytest.mark.thorough
def test_what_would_add_the_missing_signs_is_said(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report_of(replace(signed_facts(), supporting=Supporting())), path)
    texts = [str(value) for value in cached(path).values()]
    texts += [str(c.value) for row in openpyxl.load_workbook(path)["At risk"].iter_rows() for c in row if c.value]
    assert any("for want of data: notices (lines of cancellation" in text for text in texts)


@pytest.mark.few(1)
@pytest.mark.parametrize(("margin", "told"), [(0.8, "yes"), (0.1, "no"), (1.0, "n/a")])
def test_whether_an_offer_pays_is_said_of_those_who_would_accept_it(tmp_path: Path, margin: float, told: str) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report_of(signed_facts(), policy__margin=margin), path)
    rows = list(openpyxl.load_workbook(path, data_only=True)["At risk"].iter_rows(min_row=23, max_row=30))
    assert {row[1].value: row[11].value or "" for row in rows if row[2].value == "Offer"} == {"Notice": told}


@pytest.mark.thorough
def test_the_commentary_says_how_much_may_leave_and_who_first(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report_of(signed_facts(), policy__margin=0.8), path)
    said = [value for (sheet, _), value in cached(path).items() if sheet == "Commentary" and "signs of" in str(value)]
    told = "8 customers with 4,450 of MRR show signs of leaving, 43.4 % of all; 500 of it is worth fighting for"
    assert str(said[0]).startswith(told)
    assert str(said[0]).endswith("Most exposed: Notice (500), Quote (1,200), Usage (900).")


@pytest.mark.thorough
def test_the_revenue_behind_an_action_is_a_formula_over_the_cells_that_hold_it(tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    lost = accounts(4, *[90] * 12, None, name="Lost")
    cutter = Account("Cutter", (*[900] * 12, 500))
    facts = made_facts([*accounts(30, *[100] * 13), cutter, *lost])
    write_report(report_of(facts, risk__listed=0.1), path)
    written = formulas(path)
    rows = {r[2].value: r[0].row for r in openpyxl.load_workbook(path)["Actions"].iter_rows(min_row=7) if r[2].value}
    exposed = {rule: written["Actions", f"H{row}"] for rule, row in rows.items() if ("Actions", f"H{row}") in written}
    assert exposed["R01"].startswith("-'Bridge'!")
    assert exposed["R08"].startswith("'At risk'!")
    assert exposed["R07"].startswith("LARGE('Data customers'!")
    values = cached(path)
    assert [values["Actions", f"H{rows[rule]}"] for rule in ("R01", "R07", "R08")] == [360, 1400, 500]
