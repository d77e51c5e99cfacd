"""The CDNOW purchases, whose figures are published: 23,570 customers who first bought in January to March 1997."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from retention_xl.ledger import Facts, Ledger, read_ledger

pytestmark = pytest.mark.planned_as_ever

DATA = Path(__file__).parent.parent / "data"


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with read_ledger(DATA / "cdnow_master.csv.gz") as opened:
        yield opened


@pytest.fixture(scope="module")
def facts(ledger: Ledger) -> Facts:
    return ledger.facts()


@pytest.mark.thorough
def test_the_total_is_right_to_the_cent(ledger: Ledger, facts: Facts) -> None:
    assert facts.ledger_total == 250_031_563
    assert sum(m.closing for m in facts.movements) == 250_031_563
    assert sum(item.total_cents for item in facts.tie_out) == 250_031_563
    assert (ledger.quality.lines_read, ledger.quality.lines_refused) == (69_659, 0)


def test_the_months_are_those_of_the_data_and_the_last_is_complete(ledger: Ledger, facts: Facts) -> None:
    assert (ledger.nature, ledger.first_month, ledger.last_month) == ("purchases", "1997-01", "1998-06")
    assert (ledger.last_complete_month, facts.month, str(ledger.last_date)) == ("1998-06", "1998-06", "1998-06-30")


def test_every_cell_of_the_cohort_triangle_is_the_reference(facts: Facts) -> None:
    with (DATA / "cdnow_triangle_customers.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    expected = {
        (row[0], int(age)): int(float(customers))
        for row in rows
        for age, customers in zip(head[1:], row[1:], strict=True)
        if customers
    }
    assert {(c.cohort, c.age): c.customers for c in facts.cohorts} == expected
    assert sum(c.cents for c in facts.cohorts) == 250_031_563


def test_equal_lines_are_genuine_purchases_noted_and_kept(ledger: Ledger) -> None:
    ((action, reason, lines, _),) = ledger.quality.by_reason
    assert (action, lines, len(ledger.quality.notes)) == ("noted", 255, 255)
    assert "kept" in reason


def test_80_purchases_of_nothing_make_their_customers_active(ledger: Ledger) -> None:
    frame = ledger.lines()
    assert (frame["own_cents"] == 0).sum() == 80
    months = ledger.customer_months()
    assert (
        len(months)
        == frame.assign(month=frame["day"].dt.strftime("%Y-%m"))[["customer", "month"]].drop_duplicates().shape[0]
    )


def test_retention_of_the_set_stays_within_one_where_counts_exceed_it(facts: Facts) -> None:
    """(closing - new) / opening reaches 132.8 %, because lapsed customers return."""
    later = facts.movements[3:]
    by_set = [(m.opening_customers - m.lost_customers) / m.opening_customers for m in later]
    by_count = [(m.closing_customers - m.new_customers) / m.opening_customers for m in later]
    assert all(0 < share <= 1 for share in by_set)
    assert min(by_set[1:]) > 0.25 and max(by_set) < 0.38  # the first month after the campaign apart
    assert max(by_count) == pytest.approx(1.328, abs=0.0005)


def test_ids_keep_their_zeros_and_every_customer_is_met(facts: Facts) -> None:
    assert facts.customers is not None and len(facts.customers) == 23_570
    assert facts.customers[0].name == "00001"


@pytest.mark.thorough
def test_reading_the_archive_again_gives_the_same_facts(facts: Facts) -> None:
    with read_ledger(DATA / "cdnow_master.csv.gz") as again:
        assert again.facts() == facts
