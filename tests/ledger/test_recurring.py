"""Recurring revenue: what a line is worth in which month, and what never touches it."""

from __future__ import annotations

import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import Ledger, Policies

from .conftest import Given

pytestmark = pytest.mark.planned_as_ever

HEAD = "Customer,Date,Type,Amount,Interval\n"
SERVED = "Customer,Date,Type,Amount,Interval,Service start,Service end\n"
# A customer that is there all the time, so that the months of a test are the ledger's.
STEADY = "".join(f"Z,{2023 + m // 12}-{m % 12 + 1:02d}-01,invoice,1.00,month\n" for m in range(26))


def months_of(ledger: Ledger, customer: str = "A") -> dict[str, int]:
    frame = ledger.customer_months()
    frame = frame[frame["customer"] == customer]
    return dict(zip(frame["month"], frame["cents"], strict=True))


def totals(ledger: Ledger, month: str | None = None) -> dict[str, int]:
    facts = ledger.facts(month)
    assert sum(item.total_cents for item in facts.tie_out) == facts.ledger_total
    return {item.key: item.total_cents for item in facts.tie_out if item.total_cents}


def test_an_annual_invoice_is_a_twelfth_in_each_of_twelve_months(given: Given) -> None:
    months = months_of(given(HEAD + STEADY + "A,2023-03-15,invoice,120.00,year\n"))
    assert months == {f"{2023 + (m // 12)}-{m % 12 + 1:02d}": 1000 for m in range(2, 14)}


def test_an_annual_plan_never_contracts_in_february(given: Given) -> None:
    ledger = given(HEAD + STEADY + "A,2023-01-31,invoice,12000.00,annual\n")
    assert set(months_of(ledger).values()) == {100000}
    assert all(m.contraction == 0 for m in ledger.facts("2023-12").movements)


@pytest.mark.few(1)
@pytest.mark.parametrize("start", ["2023-01-28", "2023-01-29", "2023-01-30", "2023-01-31", "2023-02-28"])
def test_a_monthly_plan_billed_at_month_end_is_active_every_month(given: Given, start: str) -> None:
    """31 Jan runs to 28 Feb, the next line from 28 Feb to 31 Mar: no month is missed or counted twice."""
    day = int(start[-2:])
    ends = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    first = int(start[5:7])
    lines = [f"A,2023-{m:02d}-{min(day, ends[m - 1]):02d},invoice,10.00,month\n" for m in range(first, 13)]
    assert months_of(given(HEAD + STEADY + "".join(lines))) == {f"2023-{m:02d}": 1000 for m in range(first, 13)}


def test_the_rounding_of_a_twelfth_is_a_step_of_the_tie_out(given: Given) -> None:
    ledger = given(HEAD + STEADY + "A,2023-01-10,invoice,100.00,year\n")
    assert set(months_of(ledger).values()) == {833}
    assert totals(ledger)["rounding"] == 10000 - 12 * 833


def test_without_a_term_every_line_is_one_month(given: Given) -> None:
    ledger = given("Customer,Date,Type,Amount\nA,2023-01-10,renewal,10.00\nA,2023-02-10,renewal,12.00\n")
    assert ledger.nature == "recurring"
    assert months_of(ledger) == {"2023-01": 1000, "2023-02": 1200}


def test_the_count_of_an_interval_multiplies_it(given: Given) -> None:
    text = "Customer,Date,Amount,interval,interval_count\nA,2023-01-10,30.00,month,3\nA,2023-04-10,5.00,month,\n"
    assert months_of(given(text)) == {"2023-01": 1000, "2023-02": 1000, "2023-03": 1000, "2023-04": 500}


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2023-03-01", "2023-03-31", ["2023-03"]),  # the last day served
        ("2023-03-01", "2023-04-01", ["2023-03"]),  # the first day no longer served
        ("2023-03-15", "2023-04-14", ["2023-03"]),
        ("2023-03-15", "2023-04-15", ["2023-03"]),
        ("2023-01-31", "2023-02-28", ["2023-01"]),
        ("2023-02-28", "2023-03-31", ["2023-02"]),  # anchored on the 31st
        ("2023-02-28", "2023-03-28", ["2023-02"]),
        ("2023-03-01", "2023-05-31", ["2023-03", "2023-04", "2023-05"]),
    ],
)
def test_both_ways_to_write_the_end_of_service_are_recognised(
    given: Given, start: str, end: str, months: list[str]
) -> None:
    steady = STEADY.replace("month\n", "month,,\n")
    ledger = given(SERVED + steady + f"A,2023-01-20,invoice,30.00,,{start},{end}\n")
    assert months_of(ledger) == dict.fromkeys(months, 3000 // len(months))
    assert ledger.quality.notes == ()


def test_the_dates_of_service_count_before_the_term(given: Given) -> None:
    steady = STEADY.replace("month\n", "month,,\n")
    months = months_of(given(SERVED + steady + "A,2023-01-20,invoice,30.00,year,2023-03-01,2023-03-31\n"))
    assert months == {"2023-03": 3000}


def test_service_of_no_whole_months_counts_as_the_nearest_number_and_is_told(given: Given) -> None:
    steady = STEADY.replace("month\n", "month,,\n")
    ledger = given(SERVED + steady + "A,2023-01-20,invoice,30.00,,2023-03-10,2023-05-02\n")
    assert months_of(ledger) == {"2023-03": 1500, "2023-04": 1500}
    (note,) = ledger.quality.notes
    assert (note.action, note.column, note.value) == ("changed", "Service end", "2023-05-02")
    assert note.reason == "the service is not whole months; counted as the nearest number of them (2 months)"
    assert totals(ledger)["recurring_revenue"] == 3000 + 2600


def test_a_last_part_of_a_month_lowers_the_monthly_amount_and_its_rest_is_a_step_of_the_tie_out(given: Given) -> None:
    steady = STEADY.replace("month\n", "month,,\n")
    ledger = given(SERVED + steady + "A,2023-01-20,invoice,30.00,,2023-03-10,2023-05-28\n")
    assert months_of(ledger) == {"2023-03": 1000, "2023-04": 1000}  # nearest to three months, two month ends
    assert totals(ledger)["part_months"] == 1000


@pytest.mark.thorough
@pytest.mark.parametrize(("habit", "months"), [("2023-01-31", {"2023-03": 700}), ("2023-02-01", {})])
def test_the_end_of_a_part_of_a_month_is_meant_as_the_other_ends_are(
    given: Given, habit: str, months: dict[str, int]
) -> None:
    """To 31 March: with the last day served it covers the month's end, without it does not."""
    steady = STEADY.replace("month\n", "month,,\n")
    ledger = given(
        SERVED
        + steady
        + f"B,2023-01-01,invoice,5.00,,2023-01-01,{habit}\nA,2023-03-05,invoice,7.00,,2023-03-05,2023-03-31\n"
    )
    assert months_of(ledger) == months


@pytest.mark.thorough
def test_a_stub_within_a_month_is_a_step_of_the_tie_out_and_who_came_and_went_is_counted(given: Given) -> None:
    steady = STEADY.replace("month\n", "month,,\n")
    ledger = given(SERVED + steady + "A,2023-03-05,invoice,7.00,,2023-03-05,2023-03-20\n")
    assert months_of(ledger) == {}
    assert totals(ledger)["part_months"] == 700
    assert [ledger.facts(month).joined_and_left for month in ("2023-02", "2023-03", "2023-04")] == [0, 1, 0]


def test_service_that_ends_before_it_starts_is_refused_and_of_one_day_is_one_time(given: Given) -> None:
    steady = STEADY.replace("month\n", "month,,\n")
    ledger = given(
        SERVED
        + steady
        + "A,2023-03-05,invoice,7.00,,2023-03-05,2023-03-01\nB,2023-03-05,invoice,5.00,,2023-03-05,2023-03-05\n"
    )
    assert [(n.action, n.line, n.reason) for n in ledger.quality.notes] == [
        ("refused", 28, "the service ends before it starts"),
        ("noted", 29, "the service starts and ends on one day; taken as one-time, not as recurring revenue"),
    ]
    assert totals(ledger)["one_time"] == 500


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("line", "key", "cents"),
    [
        ("A,2023-05-10,one-time,99.00,", "one_time", 9900),
        ("A,2023-05-10,setup fee,99.00,month", "one_time", 9900),
        ("A,2023-05-10,usage,99.00,month", "usage", 9900),
        ("A,2023-05-10,invoice,99.00,", "one_time", 9900),
        ("A,2023-05-10,invoice,99.00,one-time", "one_time", 9900),
        ("A,2023-05-10,tax,19.00,month", "tax", 1900),
        ("A,2023-05-10,refund,-5.00,", "refunds", -500),
        ("A,2023-05-10,credit note,-5.00,month", "credit_notes", -500),
        ("A,2023-05-10,cancel,-5.00,", "cancellations", -500),
    ],
)
def test_what_does_not_recur_is_no_recurring_revenue_but_a_step_of_the_tie_out(
    given: Given, line: str, key: str, cents: int
) -> None:
    ledger = given(HEAD + STEADY + "A,2023-05-10,invoice,10.00,month\n" + line + "\n")
    assert months_of(ledger) == {"2023-05": 1000}
    assert totals(ledger)[key] == cents


def test_without_kinds_a_line_below_zero_is_a_credit(given: Given) -> None:
    ledger = given("Customer,Date,Amount,Interval\nA,2023-05-10,10.00,month\nA,2023-05-12,-4.00,month\n")
    assert months_of(ledger) == {"2023-05": 1000}
    assert totals(ledger)["credit_notes"] == -400


def test_a_credit_and_the_invoice_that_bills_it_anew_leave_the_original_standing(given: Given) -> None:
    ledger = given(
        HEAD
        + STEADY
        + "A,2023-05-28,invoice,10.00,month\nA,2023-05-30,credit,-10.00,month\nA,2023-06-05,invoice,10.00,month\n"
        "A,2023-06-28,invoice,10.00,month\nA,2023-07-28,invoice,10.00,month\n"
    )
    assert months_of(ledger) == {"2023-05": 1000, "2023-06": 1000, "2023-07": 1000}
    assert (totals(ledger)["reinvoice_credits"], totals(ledger)["reinvoices"]) == (-1000, 1000)


def test_a_correction_of_the_same_day_is_told_from_the_next_renewal(given: Given) -> None:
    ledger = given(
        HEAD
        + STEADY
        + "A,2023-05-27,invoice,10.00,month\nA,2023-05-29,credit,-10.00,month\nA,2023-05-29,invoice,10.00,month\n"
        "A,2023-06-27,invoice,10.00,month\n"
    )
    assert months_of(ledger) == {"2023-05": 1000, "2023-06": 1000}


@pytest.mark.thorough
def test_a_credit_without_a_new_invoice_takes_nothing_from_the_next_renewal(given: Given) -> None:
    ledger = given(
        HEAD
        + STEADY
        + "A,2023-05-27,invoice,10.00,month\nA,2023-05-29,credit,-10.00,month\nA,2023-06-27,invoice,10.00,month\n"
        "A,2023-06-28,invoice,11.00,month\n"
    )
    assert months_of(ledger) == {"2023-05": 1000, "2023-06": 2100}
    assert totals(ledger)["credit_notes"] == -1000


@pytest.mark.thorough
def test_each_credit_is_answered_by_one_invoice(given: Given) -> None:
    ledger = given(
        HEAD
        + STEADY
        + "A,2023-05-02,invoice,120.00,year\n"
        + "A,2023-05-04,credit,-120.00,\nA,2023-05-04,invoice,120.00,year\n"
        "A,2023-05-09,credit,-120.00,\nA,2023-05-09,invoice,120.00,year\nA,2023-05-11,invoice,120.00,year\n",
        policies=Policies(overlap="add"),
    )
    assert set(months_of(ledger).values()) == {2000}  # the first invoice, and the one that no credit calls for
    assert (totals(ledger)["reinvoice_credits"], totals(ledger)["reinvoices"]) == (-24000, 24000)


@pytest.mark.thorough
@pytest.mark.parametrize(("day", "pairs"), [("2023-06-01", 1), ("2023-06-02", 0)])
def test_a_credit_is_billed_anew_within_31_days_or_not_at_all(given: Given, day: str, pairs: int) -> None:
    ledger = given(
        HEAD + STEADY + f"A,2023-04-01,invoice,120.00,year\nA,2023-05-01,credit,-120.00,\nA,{day},invoice,120.00,year\n"
    )
    assert totals(ledger).get("reinvoices", 0) == pairs * 12000


@pytest.mark.thorough
def test_an_invoice_answers_one_credit_only(given: Given) -> None:
    """Two subscriptions, the second billed ahead; both are credited, and one invoice follows within reach of both."""
    steady = STEADY.replace("month\n", "month,,\n")
    ledger = given(
        SERVED + steady + "A,2023-01-01,invoice,120.00,,2023-01-01,2024-01-01\n"
        "A,2023-03-01,invoice,120.00,,2023-05-01,2024-05-01\nA,2023-04-01,credit,-120.00,,,\n"
        "A,2023-05-01,credit,-120.00,,,\nA,2023-05-02,invoice,120.00,,2023-05-02,2024-05-02\n"
    )
    found = totals(ledger)
    assert (found["reinvoice_credits"], found["credit_notes"], found["reinvoices"]) == (-12000, -12000, 12000)


def test_lines_that_take_a_customer_below_zero_are_refused_not_clipped(given: Given) -> None:
    ledger = given(
        HEAD + STEADY + "A,2023-05-01,invoice,10.00,month\nA,2023-05-02,discount,-3.00,month\n"
        "B,2023-05-01,invoice,10.00,month\nB,2023-05-02,discount,-30.00,month\n"
    )
    assert (months_of(ledger), months_of(ledger, "B")) == ({"2023-05": 700}, {"2023-05": 1000})
    (note,) = ledger.quality.notes
    assert (note.action, note.line, note.reason) == ("refused", 31, "takes the customer's recurring revenue below zero")
    assert totals(ledger)["refused"] == -3000


def test_several_subscriptions_add_up_and_losing_one_is_a_contraction(given: Given) -> None:
    ledger = given(
        HEAD
        + STEADY
        + "A,2023-05-01,invoice,10.00,month\nA,2023-05-01,invoice,20.00,month\nA,2023-06-01,invoice,10.00,month\n"
    )
    june = ledger.facts("2023-06").movements[-1]
    assert (june.contraction, june.contracted_customers, june.churn) == (2000, 1, 0)


@pytest.mark.thorough
def test_a_hole_in_the_months_is_an_error_unless_allowed(given: Given) -> None:
    text = HEAD + "A,2023-01-05,invoice,10.00,month\nA,2023-04-05,invoice,10.00,month\n"
    with pytest.raises(LedgerError) as error:
        given(text)
    assert str(error.value) == (
        "ledger.csv: no customer is active in 2023-02 to 2023-03, which would read as every customer lost; the figures "
        "go on in 2023-04 with line 3. If that is right, say so with --allow-empty-months."
    )
    ledger = given(text, allow_empty_months=True)
    assert [m.closing for m in ledger.facts("2023-04").movements] == [1000, 0, 0, 1000]
    assert ledger.facts("2023-04").movements[-1].reactivation == 1000


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("head", "line", "nature", "because"),
    [
        ("Customer,Date,Amount,Interval", "A,2023-01-05,1,month", "recurring", "the column 'Interval' says how long"),
        (
            "Customer,Date,Amount,Period start,Period end",
            "A,2023-01-05,1,2023-01-05,2023-02-05",
            "recurring",
            "'Period start' and",
        ),
        ("Customer,Date,Amount,Type", "A,2023-01-05,1,renewal", "recurring", "the kind 'renewal'"),
        ("Customer,Month,MRR", "A,2023-01,1", "recurring", "the amounts are headed 'MRR'"),
        ("Customer,Date,Amount", "A,2023-01-05,1", "purchases", "no column gives a term"),
        ("Customer,Date,Amount,Type", "A,2023-01-05,1,sale", "purchases", "no line is a renewal"),
    ],
)
def test_the_nature_of_a_ledger_is_told_with_its_reason(
    given: Given, head: str, line: str, nature: str, because: str
) -> None:
    ledger = given(f"{head}\n{line}\n")
    assert ledger.nature == nature and because in ledger.nature_reason
    other = "purchases" if nature == "recurring" else "recurring"
    assert given(f"{head}\n{line}\n", nature=other).nature_reason == f"{other}, as stated"


def test_a_ledger_without_recurring_lines_is_refused(given: Given) -> None:
    with pytest.raises(LedgerError, match="no line is recurring revenue or a purchase"):
        given(HEAD + "A,2023-01-05,setup,10.00,\n")
    with pytest.raises(LedgerError, match="no recurring revenue at any month's end"):
        given(HEAD + "A,2023-01-05,invoice,0.00,month\n")


@pytest.mark.thorough
def test_the_last_month_is_complete_when_it_ends_like_those_before(given: Given) -> None:
    full = "".join(f"A,2023-{m:02d}-{d},invoice,10.00,month\n" for m in range(1, 13) for d in ("03", "25"))
    assert given(HEAD + full).last_complete_month == "2023-12"
    begun = given(HEAD + full + "A,2024-01-03,invoice,10.00,month\n")
    assert (begun.last_month, begun.last_complete_month, str(begun.last_date)) == ("2024-01", "2023-12", "2024-01-03")
    assert given(HEAD + full + "A,2024-01-25,invoice,10.00,month\n").last_complete_month == "2024-01"
    trailing = given(HEAD + full + "A,2024-02-03,refund,-1.00,\n")
    assert (trailing.last_month, trailing.last_complete_month) == ("2023-12", "2023-12")


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("month", "says"),
    [
        ("2022-12", "Month 2022-12 is outside the ledger, which runs from 2023-01 to 2025-02."),
        ("2025-03", "Month 2025-03 is outside the ledger"),
        ("2024-13", "Month '2024-13' is not a month; write it as 2026-10."),
        ("October", "Month 'October' is not a month"),
    ],
)
def test_a_month_that_cannot_be_reported_is_said_with_the_range(given: Given, month: str, says: str) -> None:
    with pytest.raises(LedgerError) as error:
        given(HEAD + STEADY).facts(month)
    assert str(error.value).startswith(says)
