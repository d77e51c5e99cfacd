"""The minimiser, its helpers, and fits of made customers: the top of the likelihood, found from any sane data."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from math import exp, lgamma, log
from time import process_time

import pytest

import retention_xl as rx
from retention_xl.metrics import purchase_fits
from retention_xl.metrics.fitting import digamma, fit_positive, minimise
from retention_xl.metrics.hypergeometric import first_of_one, gauss_series


def test_the_minimum_of_rosenbrocks_valley_is_found() -> None:
    def valley(point: Sequence[float]) -> tuple[float, list[float]]:
        x, y = point
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2, [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]

    assert minimise(valley, [-1.2, 1.0]) == pytest.approx([1, 1], abs=1e-8)


def test_the_minimum_of_a_steep_and_a_flat_direction_is_found() -> None:
    def bowl(point: Sequence[float]) -> tuple[float, list[float]]:
        x, y = point
        return 1e4 * (x - 1) ** 2 + 1e-3 * (y + 2) ** 2, [2e4 * (x - 1), 2e-3 * (y + 2)]

    assert minimise(bowl, [0.0, 0.0]) == pytest.approx([1, -2], abs=1e-5)


@pytest.mark.parametrize(("direction", "where"), [(1, "zero: too small"), (-1, "infinity: too large")])
def test_a_likelihood_without_a_top_is_refused_with_the_reason(direction: int, where: str) -> None:
    def slope(parameters: Sequence[float]) -> tuple[float, list[float]]:
        return direction * log(parameters[0]), [direction / parameters[0]]

    with pytest.raises(rx.MetricError, match=f"^size runs off to {where}$"):
        fit_positive(slope, ["size"], "too small", "too large")


@pytest.mark.parametrize(
    ("x", "known"), [(0.5, -1.9635100260214235), (1, -0.5772156649015329), (10, 2.251752589066721)]
)
def test_digamma_is_the_known_value(x: float, known: float) -> None:
    assert digamma(x) == pytest.approx(known, rel=1e-13)


@pytest.mark.parametrize("x", [0.01, 0.3, 2.5, 9.99, 10.01, 1234.5])
def test_digamma_is_the_slope_of_the_logarithm_of_gamma(x: float) -> None:
    step = 1e-5 * x
    assert digamma(x) == pytest.approx((lgamma(x + step) - lgamma(x - step)) / (2 * step), rel=1e-6)


@pytest.mark.parametrize("z", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_hypergeometric_functions_have_their_closed_forms(z: float) -> None:
    if z:
        assert first_of_one(1, 2, z) == pytest.approx(-log(1 - z) / z, rel=1e-12)
        assert gauss_series(1, 1, 2, z) == pytest.approx(-log(1 - z) / z, rel=1e-12)
    assert gauss_series(3, 2, 2, z) == pytest.approx((1 - z) ** -3, rel=1e-10)
    assert first_of_one(2.5, 4, z) == pytest.approx(gauss_series(1, 2.5, 4, z), rel=1e-12)


def test_a_sum_that_would_not_end_is_num() -> None:
    with pytest.raises(rx.MetricError, match="the discount is too small"):
        rx.cltv_sbg(0.5, 2, 1, 1e-14)
    with pytest.raises(rx.MetricError, match="the period is too long"):
        rx.bgnbd_expected(1e12, 0, 0, 4, [0.2, 4, 0.8, 2])


# --- likelihoods as the papers print them, in the plainest form ---


def log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def sbg_likelihood(survivors: list[float], params: Sequence[float]) -> float:
    alpha, beta = params
    total = 0.0
    for period in range(1, len(survivors)):
        lost = survivors[period - 1] - survivors[period]
        total += lost * (log_beta(alpha + 1, beta + period - 1) - log_beta(alpha, beta))
    return total + survivors[-1] * (log_beta(alpha, beta + len(survivors) - 1) - log_beta(alpha, beta))


def bgnbd_likelihood(rows: list[tuple[int, float, float]], params: Sequence[float]) -> float:
    r, alpha, a, b = params
    total = 0.0
    for x, t_x, age in rows:
        alive = exp(log_beta(a, b + x) - log_beta(a, b)) * (alpha + age) ** -(r + x)
        gone = exp(log_beta(a + 1, b + x - 1) - log_beta(a, b)) * (alpha + t_x) ** -(r + x) if x else 0
        total += lgamma(r + x) - lgamma(r) + r * log(alpha) + log(alive + gone)
    return total


def gg_likelihood(rows: list[tuple[int, float]], params: Sequence[float]) -> float:
    p, q, v = params
    return sum(
        lgamma(p * x + q) - lgamma(p * x) - lgamma(q) + q * log(v) + (p * x - 1) * log(m) + p * x * log(x)
        - (p * x + q) * log(v + m * x)
        for x, m in rows
    )  # fmt: skip


def assert_it_is_the_top(likelihood: Callable[[Sequence[float]], float], fitted: Sequence[float]) -> None:
    """Every parameter a little larger or smaller, alone or two together, makes it less likely."""
    best = likelihood(fitted)
    steps = (0.99, 1, 1.01)
    for place in range(len(fitted)):
        for other in range(place, len(fitted)):
            for one in steps:
                for two in steps:
                    beside = list(fitted)
                    beside[place] *= one
                    beside[other] *= two
                    if beside != list(fitted):
                        assert likelihood(beside) < best


@pytest.mark.parametrize("seed", range(8))
def test_sbg_fit_is_the_top_of_the_likelihood_and_near_the_truth(seed: int) -> None:
    chance = random.Random(seed)
    alpha, beta = chance.uniform(0.4, 2), chance.uniform(1, 6)
    survivors = [0.0] * 9
    for _ in range(20_000):
        churn = chance.betavariate(alpha, beta)
        period = 0
        while period < 9:
            survivors[period] += 1
            period += 1
            if chance.random() < churn:
                break
    [fitted] = rx.sbg_fit(survivors)
    assert fitted == pytest.approx([alpha, beta], rel=0.25)
    assert_it_is_the_top(lambda params: sbg_likelihood(survivors, params), fitted)
    [of_shares] = rx.sbg_fit([count / survivors[0] for count in survivors])
    assert of_shares == pytest.approx(fitted, rel=1e-6)


def made_customers(chance: random.Random, number: int, truth: Sequence[float]) -> list[tuple[int, float, float]]:
    r, alpha, a, b = truth
    rows = []
    for _ in range(number):
        age, rate, stops = (
            chance.choice([26.0, 39.0, 52.0]),
            chance.gammavariate(r, 1 / alpha),
            chance.betavariate(a, b),
        )
        x, last, now = 0, 0.0, 0.0
        while (now := now + chance.expovariate(max(rate, 1e-9))) < age:
            x, last = x + 1, now
            if chance.random() < stops:
                break
        rows.append((x, last, age))
    return rows


@pytest.mark.few(2)
@pytest.mark.parametrize("seed", range(6))
def test_bgnbd_fit_is_the_top_of_the_likelihood_in_weeks_or_days(seed: int) -> None:
    rows = made_customers(random.Random(seed), 1500, (0.6, 6, 0.8, 2))
    [fitted] = rx.bgnbd_fit(*zip(*rows, strict=True))
    assert_it_is_the_top(lambda params: bgnbd_likelihood(rows, params), fitted)
    r, alpha, a, b = fitted
    x, t_x, age = zip(*rows, strict=True)
    [in_days] = rx.bgnbd_fit(x, [7 * time for time in t_x], [7 * time for time in age])
    assert in_days == pytest.approx([r, 7 * alpha, a, b], rel=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_gamma_gamma_fit_is_the_top_of_the_likelihood_in_any_currency(seed: int) -> None:
    chance = random.Random(seed)
    rows = []
    for _ in range(800):
        x, nu = chance.randint(1, 8), chance.gammavariate(3.7, 1 / 15)
        rows.append((x, chance.gammavariate(6 * x, 1 / (nu * x))))
    x, m = zip(*rows, strict=True)
    [fitted] = rx.gg_fit(x, m)
    assert_it_is_the_top(lambda params: gg_likelihood(rows, params), fitted)
    [in_yen] = rx.gg_fit(x, [150 * mean for mean in m])
    assert in_yen == pytest.approx([fitted[0], fitted[1], 150 * fitted[2]], rel=1e-5)


@pytest.mark.parametrize(
    ("survivors", "says"),
    [
        ([10, 10, 10], "nobody has left"),
        ([10, 0, 0], "nobody has renewed"),
        ([10, 5, 5], "nobody has left after the first renewal"),
        ([100, 50, 49.9999, 49.9999], "runs off to zero: nearly all who leave do so at the first renewal"),
        ([100, 90, 70, 30], "runs off to infinity: churn does not fall"),
    ],
)
def test_survivors_that_leave_a_parameter_open_are_num(survivors: list[float], says: str) -> None:
    with pytest.raises(rx.MetricError, match=says) as refused:
        rx.sbg_fit(survivors)
    assert refused.value.code == "#NUM!"


def test_customers_of_whom_none_drops_out_leave_the_fit_open() -> None:
    chance = random.Random(1)
    rows = made_customers(chance, 400, (2, 10, 1e-6, 1))
    with pytest.raises(rx.MetricError, match="runs off to") as refused:
        rx.bgnbd_fit(*zip(*rows, strict=True))
    assert refused.value.code == "#NUM!"


def test_the_order_of_customers_does_not_change_a_fit() -> None:
    rows = made_customers(random.Random(3), 600, (0.6, 6, 0.8, 2))
    assert rx.bgnbd_fit(*zip(*rows, strict=True)) == rx.bgnbd_fit(*zip(*sorted(rows), strict=True))


@pytest.mark.thorough
def test_a_fit_of_many_different_customers_is_the_top_of_their_own_likelihood() -> None:
    """It starts from a fit of some of them."""
    rows = made_customers(random.Random(5), 6000, (1.5, 3, 0.8, 2))
    assert len(set(rows)) > 4500
    [fitted] = rx.bgnbd_fit(*zip(*rows, strict=True))
    assert_it_is_the_top(lambda params: bgnbd_likelihood(rows, params), fitted)


@pytest.mark.parametrize("mistaken", [1_200_000, 1e15, 1e308])
def test_a_column_of_money_taken_for_frequencies_is_refused_at_once(mistaken: float) -> None:
    started = process_time()
    with pytest.raises(rx.MetricError, match="BGNBD_FIT") as refused:
        rx.bgnbd_fit([0, 1, mistaken, 3, 2], [0, 1, 2, 3, 2.5], [5] * 5)
    assert refused.value.code == "#NUM!"
    assert process_time() - started < 1


def test_a_long_gap_between_frequencies_is_bridged_as_it_is_built_up(monkeypatch: pytest.MonkeyPatch) -> None:
    histories = [(0, 0.0, 1.0, 3), (1, 0.3, 1.0, 2), (2000, 0.9, 1.0, 1), (2500, 0.8, 1.1, 1)]
    value, slopes = purchase_fits.bgnbd_objective(histories)([0.3, 0.5, 0.7, 1.9])
    monkeypatch.setattr(purchase_fits, "LONG_GAP", 10_000)
    built_up, its_slopes = purchase_fits.bgnbd_objective(histories)([0.3, 0.5, 0.7, 1.9])
    assert value == pytest.approx(built_up, rel=1e-12)
    assert slopes == pytest.approx(its_slopes, rel=1e-9)


def test_parameters_beyond_all_arithmetic_are_refused_each_in_its_own_cell() -> None:
    first, second = rx.cltv_sbg([[2], [0.668]], [[1e308], [3.806]], 1, [[1e-320], [0.1]])
    assert first == [rx.ErrorValue("#NUM!")]
    assert second == [pytest.approx(5.9226, abs=1e-4)]
