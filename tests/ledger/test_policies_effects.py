"""For each policy a small ledger that gives other facts under it than under the default, worked out by hand."""

from __future__ import annotations

import pytest

from retention_xl.ledger import Facts, Ledger, Policies

from .conftest import Given

pytestmark = pytest.mark.planned_as_ever

HEAD = "Customer,Date,Type,Amount,Interval,Plan,Currency\n"
# A customer that is there all the time, so that the months of a test are the ledger's.
STEADY = "".join(f"Z,{2023 + m // 12}-{m % 12 + 1:02d}-01,invoice,1.00,month,,USD\n" for m in range(26))


def lines(text: str) -> str:
    """A ledger from lines such as "A 2023-01-10 invoice 10.00 month Pro": the rest of the columns may be missing."""
    body = [",".join([*row.split(), *[""] * 6][:6]) for row in text.strip().splitlines()]
    return HEAD + STEADY + "".join(f"{row},USD\n" for row in body)


def months_of(ledger: Ledger, customer: str = "A") -> dict[str, int]:
    frame = ledger.customer_months()
    frame = frame[frame["customer"] == customer]
    return dict(zip(frame["month"], frame["cents"], strict=True))


def year(first: int, last: int, cents: int) -> dict[str, int]:
    """The same amount in months of 2023 and on: 1 is January 2023, 13 January 2024."""
    return {f"{2023 + (m - 1) // 12}-{(m - 1) % 12 + 1:02d}": cents for m in range(first, last + 1)}


def checked(ledger: Ledger, month: str | None = None) -> Facts:
    """The facts of a month, whose bridge and tie-out close to the cent."""
    facts = ledger.facts(month or ledger.last_month)
    for m in facts.movements:
        moved = m.new + m.reactivation + m.expansion - m.contraction - m.churn + m.fx + m.paused
        assert m.opening + moved == m.closing, m
    assert sum(item.total_cents for item in facts.tie_out) == facts.ledger_total
    recognised = next(item for item in facts.tie_out if item.group == "recognised")
    assert recognised.total_cents == sum(m.closing for m in facts.movements)
    assert recognised.month_cents == facts.movements[-1].closing
    return facts


def step(facts: Facts, key: str) -> int:
    """What the tie-out says for a step, 0 where it has none."""
    return sum(item.total_cents for item in facts.tie_out if item.key == key)


EARLY = "A 2023-01-10 invoice 120.00 year Pro\nA 2023-12-10 invoice 240.00 year Pro"


@pytest.mark.thorough
def test_an_early_renewal_counts_once_from_its_own_start_and_is_noted(given: Given) -> None:
    ledger = given(lines(EARLY))
    assert months_of(ledger) == {**year(1, 11, 1000), **year(12, 23, 2000)}
    (note,) = ledger.quality.notes
    assert (note.action, note.line, note.reason.rsplit("(", 1)[1]) == ("noted", 28, "line 29)")
    assert step(checked(ledger), "policy_overlap") == 1000
    both = given(lines(EARLY), policies=Policies(overlap="add"))
    assert months_of(both)["2023-12"] == 3000 and step(checked(both), "policy_overlap") == 0


@pytest.mark.thorough
def test_a_plan_billed_every_30_days_counts_no_month_twice(given: Given) -> None:
    days = ("01-01", "01-31", "03-02", "04-01", "05-01", "05-31", "06-30")
    ledger = given(lines("\n".join(f"A 2023-{day} invoice 10.00 month" for day in days)))
    assert months_of(ledger) == {month: cents for month, cents in year(1, 6, 1000).items() if month != "2023-02"}
    bridged = given(
        lines("\n".join(f"A 2023-{day} invoice 10.00 month" for day in days)), policies=Policies(gap_days=5)
    )
    assert months_of(bridged) == year(1, 6, 1000)
    assert step(checked(bridged), "policy_gap") == -1000


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("A 2023-01-05 invoice 120 year X\nA 2023-06-05 invoice 240 year Y", 3000),  # two plans
        ("A 2023-01-05 invoice 120 year X\nA 2023-01-05 invoice 240 year X", 3000),  # two lines of one invoice
        ("A 2023-01-05 invoice 120 year X\nA 2023-06-05 invoice 240 year X", 2000),  # an upgrade of one plan
        ("A 2023-01-05 invoice 120 year\nA 2023-06-05 invoice 240 year", 2000),
    ],
)
def test_only_invoices_of_one_subscription_replace_each_other(given: Given, text: str, cents: int) -> None:
    assert months_of(given(lines(text)))["2023-07"] == cents


@pytest.mark.thorough
def test_subscriptions_that_each_go_on_in_their_own_rhythm_add_up(given: Given) -> None:
    """Without a plan: one billed on the 5th, one on the 20th, one on the month's last day, and one by the year."""
    ends = (31, 28, 31, 30, 31, 30)
    text = "A 2023-01-20 invoice 1200 year\nA 2024-01-20 invoice 1200 year\n" + "".join(
        f"A 2023-{m:02d}-05 invoice 1 month\nA 2023-{m:02d}-20 invoice 2 month\n"
        f"A 2023-{m:02d}-{ends[m - 1]} invoice 4 month\n"
        for m in range(1, 7)
    )
    ledger = given(lines(text))
    assert {m: c for m, c in months_of(ledger).items() if m < "2023-07"} == year(1, 6, 10700)
    assert ledger.quality.notes == ()


def test_the_column_of_subscriptions_tells_them_apart(given: Given) -> None:
    text = "Customer,Date,Amount,Interval,Subscription ID\n" + "".join(
        f"Z,2023-{m:02d}-01,1.00,month,z\n" for m in range(1, 13)
    )
    text += "A,2023-01-05,120.00,year,S1\nA,2023-06-05,240.00,year,S2\nA,2023-08-05,360.00,year,S1\n"
    assert months_of(given(text)) == {**year(1, 5, 1000), **year(6, 7, 3000), **year(8, 12, 5000)}


@pytest.mark.thorough
def test_an_addition_that_ends_with_the_term_adds_up(given: Given) -> None:
    text = "Customer,Date,Amount,Service start,Service end\n" + "".join(
        f"Z,2023-{m:02d}-01,1.00,2023-{m:02d}-01,2023-{m + 1:02d}-01\n" for m in range(1, 12)
    )
    text += "A,2023-01-01,120.00,2023-01-01,2024-01-01\nA,2023-07-01,60.00,2023-07-01,2024-01-01\n"
    assert months_of(given(text)) == {**year(1, 6, 1000), **year(7, 11, 2000)}


@pytest.mark.thorough
def test_a_credited_invoice_gives_way_to_the_one_that_bills_its_service_at_another_amount(given: Given) -> None:
    text = (
        "A 2023-01-05 invoice 120 year\nA 2023-01-09 credit -120\n"
        "A 2023-01-09 invoice 96 year\nA 2024-01-05 invoice 96 year"
    )
    ledger = given(lines(text))
    assert set(months_of(ledger).values()) == {800}
    facts = checked(ledger)
    assert (step(facts, "credit_notes"), step(facts, "policy_overlap")) == (-12000, 12000)


def test_the_day_of_a_discount_goes_with_the_invoice_it_belongs_to(given: Given) -> None:
    text = "A 2023-01-10 invoice 120 year Pro\nA 2023-01-10 discount -24 year Pro\nA 2023-12-10 invoice 120 year Pro"
    assert months_of(given(lines(text))) == {**year(1, 11, 800), **year(12, 23, 1000)}


LATE = "A 2023-01-28 invoice 10 month X\nA 2023-03-03 invoice 10 month X\nA 2023-05-20 invoice 10 month X"


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("policies", "months", "key"),
    [
        (Policies(), ("2023-01", "2023-03", "2023-05"), ""),
        (Policies(gap_days=2), ("2023-01", "2023-03", "2023-05"), ""),
        (Policies(gap_days=3), ("2023-01", "2023-02", "2023-03", "2023-05"), "policy_gap"),
        (Policies(return_days=46), ("2023-01", "2023-02", "2023-03", "2023-05"), "policy_return"),
        (Policies(return_days=47), ("2023-01", "2023-02", "2023-03", "2023-04", "2023-05"), "policy_return"),
    ],
)
def test_a_short_gap_or_absence_is_bridged_at_the_revenue_before(
    given: Given, policies: Policies, months: tuple[str, ...], key: str
) -> None:
    ledger = given(lines(LATE), policies=policies)
    assert months_of(ledger) == dict.fromkeys(months, 1000)
    facts = checked(ledger)
    assert sum(m.reactivated_customers for m in facts.movements) == 5 - len(months)
    assert not key or step(facts, key) == -1000 * (len(months) - 3)


@pytest.mark.thorough
def test_the_lapse_of_one_of_two_subscriptions_is_bridged_too(given: Given) -> None:
    text = LATE + "\nA 2023-01-01 invoice 120 year Y"
    assert months_of(given(lines(text)))["2023-02"] == 1000
    assert months_of(given(lines(text), policies=Policies(gap_days=5)))["2023-02"] == 2000


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("churn_date", "last"), [("paid_through", "2023-12"), ("cancel", "2023-04"), ("notice", "2023-04")]
)
def test_a_cancelled_subscription_ends_when_the_policy_says(given: Given, churn_date: str, last: str) -> None:
    text = (
        "A 2023-01-10 invoice 120 year\nA 2023-05-10 cancel 0\n"
        "B 2023-01-10 invoice 120 year\nB 2023-05-10 cancel 0\nB 2023-06-10 reactivate 0"
    )
    ledger = given(lines(text), policies=Policies(churn_date=churn_date))
    assert max(months_of(ledger)) == last
    assert max(months_of(ledger, "B")) == "2023-12"  # took it back
    assert step(checked(ledger), "policy_cancel") == (0 if churn_date == "paid_through" else 8000)


def test_a_cancelled_plan_leaves_the_customer_s_other_plan(given: Given) -> None:
    text = "A 2023-01-10 invoice 120 year X\nA 2023-01-10 invoice 240 year Y\nA 2023-05-10 cancel 0 - X"
    months = months_of(given(lines(text), policies=Policies(churn_date="cancel")))
    assert (months["2023-04"], months["2023-05"]) == (3000, 2000)


UNPAID = """Customer,Date,Amount,Interval,Status,Due date
A,2023-01-05,10,month,paid,2023-01-19
A,2023-02-05,10,month,overdue,2023-02-19
A,2023-03-05,10,month,open,2023-03-19
A,2023-04-05,10,month,open,2023-04-19
B,2023-01-05,120,year,open,
C,2023-01-05,10,month,unpaid,
C,2023-02-05,10,month,paid,
C,2023-03-05,10,month,unpaid,
C,2023-04-05,10,month,paid,
"""


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("days", "a", "b"),
    [(30, 2, 1), ("never", 4, 12), (0, 1, 0), (60, 3, 2)],  # months with revenue
)
def test_an_unpaid_invoice_counts_so_many_days_past_due_of_the_first_in_a_row(
    given: Given, days: int | str, a: int, b: int
) -> None:
    steady = "".join(f"Z,2023-{m:02d}-01,1,month,paid,\n" for m in range(1, 13))
    ledger = given(UNPAID + steady, policies=Policies(delinquent_days=days))
    assert months_of(ledger) == year(1, a, 1000)
    assert months_of(ledger, "B") == year(1, b, 1000)
    # paid again the month after: only at once is an unpaid month none
    assert len(months_of(ledger, "C")) == (2 if days == 0 else 4)
    facts = checked(ledger, "2023-12")
    assert (step(facts, "policy_unpaid") > 0) == (days != "never")
    if days == 30:
        reasons = {(r.month, r.reason): r.customers for r in facts.reasons}
        assert reasons[("2023-02", "Unpaid invoice")] == 1 and reasons[("2023-03", "Unpaid invoice")] == 1


PAUSED = (
    "A 2023-01-10 invoice 120 year\nA 2023-04-10 pause 0\nA 2023-06-05 resume 0\n"
    "B 2023-01-10 invoice 120 year\nB 2023-04-10 pause 0"
)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("pause", "in_april"),
    [("paused", ("paused", -2000)), ("contraction", ("contraction", 2000)), ("counts", ("closing", 2100))],
)
def test_a_pause_is_what_the_policy_says_and_after_90_days_a_loss(
    given: Given, pause: str, in_april: tuple[str, int]
) -> None:
    ledger = given(lines(PAUSED), policies=Policies(pause=pause))
    facts = checked(ledger)
    by_month = {m.month: m for m in facts.movements}
    april, july = by_month["2023-04"], by_month["2023-07"]
    assert getattr(april, in_april[0]) == in_april[1]
    assert (april.churn, april.lost_customers, april.closing_customers) == (0, 0, 3)
    assert (july.lost_customers, july.closing_customers) == (1, 2)
    assert july.churn == (0 if pause == "contraction" else 1000)
    assert july.closing == 1100  # who resumed goes on
    shown = {p.name: p.kind for p in ledger.facts("2023-04").pairs}
    assert shown["A"] == {"paused": "Paused", "contraction": "Contraction", "counts": None}[pause]
    lost = {r.month: r.cents for r in ledger.facts("2023-07").reasons}
    assert lost["2023-07"] == july.churn


@pytest.mark.thorough
def test_a_pause_of_monthly_invoices_ends_with_the_next_one(given: Given) -> None:
    text = "\n".join(f"A 2023-{m:02d}-05 invoice 10 month" for m in (1, 2, 3, 6, 7)) + "\nA 2023-04-01 pause 0"
    ledger = given(lines(text))
    assert months_of(ledger) == {**year(1, 3, 1000), **year(4, 5, 0), **year(6, 7, 1000)}
    june = next(m for m in checked(ledger).movements if m.month == "2023-06")
    assert (june.paused, june.reactivation, june.expansion) == (1000, 0, 0)


@pytest.mark.thorough
def test_a_longer_pause_is_allowed_by_its_days(given: Given) -> None:
    ledger = given(lines(PAUSED), policies=Policies(pause_days=200))
    assert next(m for m in checked(ledger).movements if m.month == "2023-07").lost_customers == 0


@pytest.mark.thorough
def test_refunds_reduce_the_invoice_they_belong_to_where_the_policy_says_so(given: Given) -> None:
    text = (
        "A 2023-01-10 invoice 120 year\nA 2023-03-10 refund -60\n"
        "B 2023-01-10 invoice 120 year\nB 2023-03-10 credit -500"
    )
    assert set(months_of(given(lines(text))).values()) == {1000}
    ledger = given(lines(text), policies=Policies(refunds="reduce"))
    assert (set(months_of(ledger).values()), months_of(ledger, "B")) == ({500}, {})
    assert step(checked(ledger), "policy_refunds") == 6000 + 12000


@pytest.mark.thorough
def test_usage_counts_with_the_mean_of_three_months_where_the_policy_says_so(given: Given) -> None:
    text = "A 2023-01-10 invoice 120 year\nA 2023-02-10 usage 30\nA 2023-03-10 overage 60"
    assert set(months_of(given(lines(text))).values()) == {1000}
    ledger = given(lines(text), policies=Policies(usage="mean3"))
    assert months_of(ledger) == {
        **year(1, 12, 1000), "2023-02": 2000, "2023-03": 4000, "2023-04": 4000, "2023-05": 3000,
    }  # fmt: skip
    assert step(checked(ledger), "policy_usage") == -9000


def test_the_month_worked_out_in_the_definitions(given: Given) -> None:
    """100 customers at 100; 15 new of which 3 leave; 10 lost; 2 back; +200 up; -100 down; one paused.

    CRR .90, churn .10, GRR .89, NRR .91, as the definitions state.
    """
    text = ["Customer,Date,Type,Amount,Service start,Service end"]

    def served(name: str, start: str, end: str, amount: int = 100) -> None:
        text.append(f"{name},{start},invoice,{amount},{start},{end}")

    for i in range(2):
        served(f"back {i}", "2023-01-01", "2023-02-01")
    for i in range(100):
        served(f"old {i}", "2023-01-01", "2023-02-01")
        served(f"old {i}", "2023-02-01", "2023-03-01")
        if i >= 10:
            served(f"old {i}", "2023-03-01", "2023-04-01", {10: 200, 11: 200, 12: 50, 13: 50}.get(i, 100))
    text.append("old 99,2023-03-10,pause,0,,")
    for i in range(12):
        served(f"new {i}", "2023-03-05", "2023-04-05")
    for i in range(3):
        served(f"brief {i}", "2023-03-05", "2023-03-20", 50)
    for i in range(2):
        served(f"back {i}", "2023-03-05", "2023-04-05")
    facts = checked(given("\n".join(text) + "\n"), "2023-03")
    m = facts.movements[-1]
    assert (m.opening, m.opening_customers, m.closing_customers) == (1_000_000, 100, 104)
    assert (m.new_customers, m.reactivated_customers, m.lost_customers, facts.joined_and_left) == (12, 2, 10, 3)
    assert 1 - m.lost_customers / m.opening_customers == pytest.approx(0.90)
    assert (m.opening - m.contraction - m.churn) / m.opening == pytest.approx(0.89)
    assert (m.opening + m.expansion - m.contraction - m.churn) / m.opening == pytest.approx(0.91)
    assert m.paused == -10_000
