"""Purchases: revenue of a calendar month, refunds beyond it told apart, repeat buyers counted by days."""

from __future__ import annotations

import pytest

from .conftest import Given

pytestmark = pytest.mark.planned_as_ever

HEAD = "Customer,Date,Amount\n"
STEADY = "".join(f"Z,{2023 + m // 12}-{m % 12 + 1:02d}-01,1.00\n" for m in range(26))


def test_a_month_is_worth_its_purchases_less_its_refunds(given: Given) -> None:
    ledger = given(HEAD + STEADY + "A,2023-01-05,30.00\nA,2023-01-20,5.00\nA,2023-01-25,-10.00\n")
    frame = ledger.customer_months().query("customer == 'A'")
    assert frame[["month", "cents"]].values.tolist() == [["2023-01", 2500]]


def test_a_purchase_of_nothing_is_active_with_zero(given: Given) -> None:
    facts = given(HEAD + STEADY + "A,2023-01-05,0.00\nA,2023-02-05,4.00\n").facts("2023-02")
    (customer,) = [c for c in facts.customers or () if c.name == "A"]
    assert customer.cents == (0, 400)
    assert facts.movements[0].new_customers == 2
    assert (facts.movements[1].expansion, facts.movements[1].expanded_customers) == (400, 1)
    (pair,) = [p for p in facts.pairs if p.name == "A"]
    assert (pair.opening, pair.closing, pair.kind, pair.term_months, pair.paid_through) == (
        0,
        400,
        "Expansion",
        None,
        None,
    )


def test_refunds_beyond_a_months_purchases_are_steps_of_the_tie_out_and_told(given: Given) -> None:
    ledger = given(HEAD + STEADY + "A,2023-01-05,10.00\nA,2023-01-20,-12.00\nA,2023-02-20,-3.00\nA,2023-03-01,5.00\n")
    assert [(m.month, m.closing) for m in ledger.facts("2023-03").movements] == [
        ("2023-01", 100), ("2023-02", 100), ("2023-03", 600),
    ]  # fmt: skip
    assert ledger.facts("2023-01").movements[0].closing_customers == 2
    facts = ledger.facts("2025-02")
    items = {item.key: item.total_cents for item in facts.tie_out}
    assert (items["refunds_beyond"], items["refunds_alone"]) == (-200, -300)
    assert sum(items.values()) == facts.ledger_total
    assert [(n.line, n.action, n.reason) for n in ledger.quality.notes] == [
        (29, "noted", "refunds of the month are larger than the customer's purchases in it"),
        (30, "noted", "a refund in a month without purchases of this customer"),
    ]


def test_the_months_column_of_the_tie_out_is_what_is_dated_in_the_month(given: Given) -> None:
    ledger = given("Customer,Date,Type,Amount\nA,2023-01-05,sale,10.00\nA,2023-01-20,refund,-12.00\n"
                   "A,2023-02-05,sale,7.00\n"
                   "B,2023-02-06,tax,1.00\nB,2023-02-07,sale,2.00\nC,2023-02-08,refund,-1.00\n")  # fmt: skip
    dated = {"2023-01": -200, "2023-02": 900}
    for month, cents in dated.items():
        facts = ledger.facts(month)
        assert sum(item.month_cents or 0 for item in facts.tie_out) == cents
        assert sum(item.total_cents for item in facts.tie_out) == facts.ledger_total == 700


def test_who_buys_again_within_365_days_on_another_day_is_a_repeater(given: Given) -> None:
    ledger = given(
        HEAD + STEADY.replace("Z,", "Z1,")
        + "A,2023-01-31,5.00\nA,2023-01-31,5.00\n"  # twice on one day
        + "B,2023-01-31,5.00\nB,2024-01-31,5.00\n"  # on the 365th day
        + "C,2023-01-31,5.00\nC,2024-02-01,5.00\n"  # a day late
        + "D,2024-02-01,5.00\nD,2024-02-02,5.00\n"  # not yet a year old
        + "E,2023-01-31,5.00\nE,2023-03-01,-5.00\n"  # only refunded
    )  # fmt: skip
    repeats = {r.month: (r.customers, r.repeaters) for r in ledger.facts("2024-03").repeats}
    assert list(repeats) == [f"2023-{m:02d}" for m in range(3, 13)] + ["2024-01", "2024-02", "2024-03"]
    assert repeats["2023-12"] == (0, 0)
    assert repeats["2024-01"] == (5, 2)  # Z1 and B; A, C and E not
    assert ledger.facts("2025-02").repeats[-1].customers == 6


def test_a_month_without_purchases_is_an_error_unless_allowed(given: Given) -> None:
    text = HEAD + "A,2023-01-05,10.00\nA,2023-03-05,10.00\n"
    assert given(text, allow_empty_months=True).facts("2023-03").movements[1].closing_customers == 0
