"""What the definitions of others count, from ledgers written out: days of service, notices, who came and went."""

from __future__ import annotations

import pytest

from retention_xl.ledger.records import ProfileCounts
from retention_xl.report import profiles

from .conftest import Given
from .test_facts import random_ledger

pytestmark = pytest.mark.planned_as_ever

HEAD = "Customer,Date,Type,Amount,Start,End\n"


def line(customer: str, start: str, end: str, amount: int = 100, kind: str = "invoice") -> str:
    return f"{customer},{start},{kind},{amount},{start},{end}\n"


def golden_ledger() -> str:
    """100 customers at 100, and June: 15 new of which 3 leave, 8 end, 2 cancel ahead, 2 come back, +200, -100."""
    lines = [HEAD]
    for number in range(100):
        name, june = f"Old {number:03d}", 100
        lines.append(line(name, "2026-05-01", "2026-06-01"))
        if number < 8:  # the service ends with May
            continue
        if number < 10:  # cancelled in June, paid to the end of July
            lines.append(line(name, "2026-06-01", "2026-08-01", 200))
            lines.append(f"{name},2026-06-20,cancel,0,,\n")
            continue
        june += 100 if number < 12 else -50 if number < 14 else 0
        lines.append(line(name, "2026-06-01", "2026-07-01", june))
    lines += [line(f"New {number:02d}", "2026-06-10", "2026-07-10") for number in range(12)]
    lines += [line(f"Brief {number}", "2026-06-05", "2026-06-25") for number in range(3)]
    for number in range(2):
        lines.append(line(f"Back {number}", "2026-03-01", "2026-04-01"))
        lines.append(line(f"Back {number}", "2026-06-15", "2026-07-15"))
    lines.append(line("Back 0", "2026-04-01", "2026-05-01"))
    return "".join(lines)


def counts(given: Given, text: str, month: str) -> tuple[ProfileCounts, ...]:
    found = given(text, allow_empty_months=True).facts(month).profiles
    assert found is not None
    return found.counts


def by_rule(product: str, figure: str, found: tuple[ProfileCounts, ...]) -> float:
    chain = next(c for c in profiles.chains() if (c.product, c.figure) == (product, figure))
    step = chain.steps[-1]
    value = profiles.value(step.rule, profiles.counted(found[profiles.COLUMNS.index(step.column)]))
    assert value is not None
    return round(value, 4)


def test_the_golden_month_gives_each_products_published_figure(given: Given) -> None:
    found = counts(given, golden_ledger(), "2026-06")
    month, cancelled, days = found
    assert (month.opening_customers, cancelled.opening_customers) == (100, 100)
    assert (month.lost_customers, cancelled.lost_customers) == (8, 10)
    assert (cancelled.new_customers, cancelled.returned_customers, cancelled.brief_new_customers) == (12, 2, 3)
    assert cancelled.closing_customers == 104
    assert days == cancelled  # June has 30 days
    assert by_rule("profitwell", "churn", found) == 0.08
    assert by_rule("chartmogul", "churn", found) == 0.13
    assert by_rule("stripe", "churn", found) == 0.113
    assert (
        by_rule("baremetrics", "churn", found) == 0.13
    )  # 0.15 with the two past due, of which the ledger says nothing
    assert by_rule("chartmogul", "net_churn", found) == 0.1
    assert by_rule("baremetrics", "quick_ratio", found) == 1.2143


def test_the_golden_month_by_our_rules_and_those_of_the_articles(given: Given) -> None:
    cancelled = profiles.counted(counts(given, golden_ledger(), "2026-06")[1])

    def rule(text: str) -> float:
        value = profiles.value(text, cancelled)
        assert value is not None
        return round(value, 4)

    assert rule("(closing - new - brief_new) / opening") == 0.89
    assert rule("(closing - new) / opening") == 0.92
    assert rule("(closing - new - returned) / opening") == 0.9
    assert rule("lost / opening") == 0.1
    assert rule("(opening_money - contraction - churn) / opening_money") == 0.89
    assert rule("(opening_money + expansion - contraction - churn) / opening_money") == 0.91
    with_return = "(new_money + brief_new_money + expansion + reactivation) / (contraction + churn + brief_new_money)"
    assert rule(with_return) == 1.3571


@pytest.mark.thorough
def test_a_cancellation_before_the_month_is_no_loss_of_the_month_it_ends_in(given: Given) -> None:
    text = HEAD + line("A", "2026-05-01", "2026-07-01", 200) + line("B", "2026-05-01", "2026-08-01", 300)
    text += "A,2026-05-20,cancel,0,,\n" + line("Z", "2026-07-10", "2026-08-10")
    month, cancelled, _ = counts(given, text, "2026-07")
    assert (month.opening_customers, month.lost_customers) == (2, 1)
    assert (cancelled.opening_customers, cancelled.lost_customers, cancelled.closing_customers) == (1, 0, 2)


@pytest.mark.thorough
def test_a_notice_taken_back_or_followed_by_a_renewal_is_none(given: Given) -> None:
    text = HEAD + line("A", "2026-05-01", "2026-08-01", 300) + line("B", "2026-05-01", "2026-06-01")
    text += "A,2026-05-20,cancel,0,,\nA,2026-06-10,reactivate,0,,\n"
    text += "B,2026-05-20,cancel,0,,\n" + line("B", "2026-06-01", "2026-07-01")
    month, cancelled, _ = counts(given, text, "2026-06")
    assert (cancelled.opening_customers, cancelled.returned_customers, cancelled.closing_customers) == (0, 2, 2)
    assert month.closing_customers == 2


def test_who_goes_and_comes_back_within_the_month_counts_once_each_way(given: Given) -> None:
    text = HEAD + line("A", "2026-05-10", "2026-06-10") + line("A", "2026-06-20", "2026-07-20", 130)
    month = counts(given, text, "2026-06")[0]
    assert (month.lost_customers, month.brief_returned_customers, month.brief_reactivation) == (0, 1, 10000)
    assert month.expansion == 3000


def test_a_renewal_on_the_last_day_of_each_month_leaves_no_gap(given: Given) -> None:
    text = HEAD + line("A", "2026-08-31", "2026-09-30") + line("A", "2026-09-30", "2026-10-30")
    text += line("A", "2026-10-31", "2026-11-30")
    assert counts(given, text, "2026-10")[0].brief_returned_customers == 0


@pytest.mark.thorough
def test_the_thirty_days_begin_with_the_close_of_the_thirtieth_day_before(given: Given) -> None:
    text = HEAD + line("A", "2026-06-01", "2026-09-01", 300)
    for number, start in enumerate(("2026-07-01", "2026-07-02")):
        text += line(f"New {number}", start, f"2026-09-{start[-2:]}", 200)
    _, _, days = counts(given, text, "2026-07")
    assert (days.opening_customers, days.new_customers) == (2, 1)  # 1 July is the thirtieth day before 31 July


@pytest.mark.thorough
def test_of_a_short_month_the_thirty_days_reach_into_the_one_before(given: Given) -> None:
    text = HEAD + line("A", "2026-01-01", "2026-03-01", 200) + line("B", "2025-12-30", "2026-01-30")
    text += line("C", "2026-01-30", "2026-02-28") + line("Z", "2026-02-10", "2026-03-10")
    month, _, days = counts(given, text, "2026-02")
    assert (month.opening_customers, month.lost_customers) == (2, 1)
    # after 29 January B goes on the 30th; C comes on the 30th and goes again
    assert (days.opening_customers, days.lost_customers, days.brief_new_customers) == (2, 1, 1)


def test_purchases_have_no_profiles(given: Given) -> None:
    assert given("Customer,Date,Amount\nA,2026-05-01,10\nB,2026-05-31,20\n").facts("2026-05").profiles is None


def adds_up(found: tuple[ProfileCounts, ...]) -> bool:
    return all(
        c.opening + c.new + c.reactivation + c.expansion + c.apart - c.contraction - c.churn == c.closing
        and c.opening_customers + c.new_customers + c.returned_customers - c.lost_customers == c.closing_customers
        for c in found
    )


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [1, 2])
def test_in_every_month_all_columns_add_up_and_the_first_is_the_month_itself(given: Given, seed: int) -> None:
    ledger = given(random_ledger(seed), allow_empty_months=True)
    for month in ledger.facts(ledger.last_month).months[::3]:
        facts = ledger.facts(month)
        assert facts.profiles is not None
        assert len(facts.profiles.counts) == 3
        assert adds_up(facts.profiles.counts)
        own, counts = facts.movements[-1], facts.profiles.counts[0]
        assert (counts.lost_customers, counts.churn) == (own.lost_customers, own.churn)
        assert facts.profiles.counts[1].closing == facts.profiles.counts[2].closing


@pytest.mark.thorough
def test_a_pause_is_neither_churn_nor_contraction_here_either(given: Given) -> None:
    text = HEAD + line("A", "2026-05-01", "2026-08-01", 300) + line("B", "2026-05-01", "2026-08-01", 600)
    text += "A,2026-06-10,pause,0,,\n" + line("Z", "2026-07-10", "2026-08-10")
    for month, apart in (("2026-06", -10000), ("2026-07", 0)):
        found = counts(given, text, month)
        assert adds_up(found)
        assert (found[0].lost_customers, found[0].contraction, found[0].apart) == (0, 0, apart)


@pytest.mark.thorough
def test_an_early_renewal_counts_once(given: Given) -> None:
    text = HEAD + line("A", "2026-01-01", "2027-01-01", 1200) + line("A", "2026-06-15", "2027-06-15", 2400)
    month = counts(given, text, "2026-06")[0]
    assert (month.opening, month.expansion, month.closing) == (10000, 10000, 20000)
