"""The published analyses of the CDNOW purchases, reproduced. Data: tests/data/README.md."""

from __future__ import annotations

import csv
import gzip
import random
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import retention_xl as rx

DATA = Path(__file__).parent.parent / "data"


def rows_of(name: str) -> Iterator[list[str]]:
    opened = gzip.open if name.endswith(".gz") else open
    with opened(DATA / name, "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        yield from reader


@pytest.fixture(scope="module")
def summary() -> dict[str, list[float]]:
    """2,357 customers, 39 weeks: repeat purchases, week of the last, weeks seen, mean amount."""
    columns = zip(*rows_of("cdnow_summary.csv.gz"), strict=True)
    _, x, t_x, age, mean = ([float(cell) for cell in column] for column in columns)
    return {"x": x, "t_x": t_x, "age": age, "mean": mean}


@pytest.fixture(scope="module")
def purchases() -> tuple[list[str], list[str], list[float]]:
    """All 69,659 purchases: customer, day, amount."""
    customers, days, *_, amounts = zip(*rows_of("cdnow_master.csv.gz"), strict=True)
    return list(customers), list(days), [float(amount) for amount in amounts]


def test_bgnbd_fit_gives_the_published_parameters(summary: dict[str, list[float]]) -> None:
    [fitted] = rx.bgnbd_fit(summary["x"], summary["t_x"], summary["age"])
    assert fitted == pytest.approx([0.242593, 4.413532, 0.792886, 2.425754], abs=2e-6)
    assert [round(parameter, 3) for parameter in fitted] == [0.243, 4.414, 0.793, 2.426]  # as the paper prints them


def test_expectation_and_activity_of_the_first_customer_are_as_published(summary: dict[str, list[float]]) -> None:
    params = rx.bgnbd_fit(summary["x"], summary["t_x"], summary["age"])
    assert rx.bgnbd_expected(39, 2, 30.43, 38.86, params) == pytest.approx(1.22591, abs=5e-6)
    assert rx.bgnbd_alive(2, 30.43, 38.86, params) == pytest.approx(0.72661, abs=5e-6)


def test_gamma_gamma_fit_gives_the_published_parameters(summary: dict[str, list[float]]) -> None:
    params = rx.gg_fit(summary["x"], summary["mean"])
    assert params == [pytest.approx([6.2488, 3.7446, 15.4477], abs=1e-4)]
    assert rx.gg_spend(2, 22.35, params) == pytest.approx(24.6586, abs=1e-4)


@pytest.mark.thorough
def test_the_monthly_cohorts_are_those_of_the_reference(purchases: tuple[list[str], list[str], list[float]]) -> None:
    customers, days, _ = purchases
    heading, *table = rx.cohort(customers, days, None, "customers")
    assert heading == ["Cohort", "Customers", *range(18)]
    expected = [
        [label, int(float(cells[0])), *(int(float(cell)) if cell else None for cell in cells)]
        for label, *cells in rows_of("cdnow_triangle_customers.csv")
    ]
    assert table == expected
    january = [7846, 1157, 964, 810, 679, 736, 720, 582, 559, 594, 673, 634, 528, 511, 664, 472, 497, 498]
    assert table[0][2:] == january


def test_revenue_of_all_cohorts_is_the_total_of_the_purchases(
    purchases: tuple[list[str], list[str], list[float]],
) -> None:
    _, *table = rx.cohort(*purchases, "revenue")
    total = sum(cell for row in table for cell in row[2:] if cell is not None)
    assert rx.tie_out(total, 2_500_315.63) == 0


@pytest.mark.thorough
def test_share_of_customers_who_came_back_counts_days_not_lines(
    purchases: tuple[list[str], list[str], list[float]],
) -> None:
    customers, days, amounts = purchases
    _, *table = rx.rfm(customers, days, amounts)
    assert len(table) == 23_570
    assert sum(row[1] > 0 for row in table) / len(table) == pytest.approx(0.48859, abs=5e-6)


def test_the_count_formula_exceeds_1_where_lapsed_customers_return_and_the_id_form_does_not(
    purchases: tuple[list[str], list[str], list[float]],
) -> None:
    by_month: dict[str, set[str]] = {}
    for customer, day, _ in zip(*purchases, strict=True):
        by_month.setdefault(day[:7], set()).add(customer)
    months = sorted(by_month)
    first_seen: set[str] = set()
    by_counts, by_ids = [], []
    for before, now in pairwise(months):
        first_seen |= by_month[before]
        newcomers = len(by_month[now] - first_seen)
        by_counts.append(rx.crr(len(by_month[before]), len(by_month[now]), newcomers))
        by_ids.append(rx.crr(by_month[before], by_month[now]))
    assert max(by_counts) == pytest.approx(1.328, abs=5e-4)
    assert max(by_ids) < 0.37


def test_bgnbd_fit_of_cdnow_takes_no_more_than_a_fifth_of_a_second(summary: dict[str, list[float]]) -> None:
    assert any(cpu_of_fit(summary["x"], summary["t_x"], summary["age"]) <= 0.2 for _ in range(10))


@pytest.mark.thorough
def test_bgnbd_fit_of_50_000_customers_takes_no_more_than_5_seconds_and_finds_them_again() -> None:
    chance = random.Random(7)
    frequency, recency, age = [], [], []
    for _ in range(50_000):
        seen, rate, stops = chance.uniform(20, 52), chance.gammavariate(0.8, 1 / 6), chance.betavariate(0.8, 2.5)
        repeats, last, now = 0, 0.0, 0.0
        while True:
            now += chance.expovariate(rate) if rate > 0 else seen
            if now >= seen:
                break
            repeats, last = repeats + 1, now
            if chance.random() < stops:
                break
        frequency.append(repeats)
        recency.append(last)
        age.append(seen)
    assert any(cpu_of_fit(frequency, recency, age) <= 5 for _ in range(3))
    [fitted] = rx.bgnbd_fit(frequency, recency, age)
    assert fitted == pytest.approx([0.8, 6, 0.8, 2.5], rel=0.05)


def cpu_of_fit(frequency: list[float], recency: list[float], age: list[float]) -> float:
    start = time.process_time()
    rx.bgnbd_fit(frequency, recency, age)
    return time.process_time() - start
