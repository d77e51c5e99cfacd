"""Agreement with independent computations: pandas and SciPy, on random data and on published data sets."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import numpy
import pandas
import pytest
import scipy  # its parts come when they are asked for: a worker that runs none of this does not wait for them

import retention_xl as rx

SEEDS = pytest.mark.parametrize("seed", range(6))


def random_purchases(seed: int, customers: int = 60) -> tuple[list[str], list[dt.date], list[float]]:
    chance = random.Random(seed)
    ids, days, amounts = [], [], []
    for number in range(customers):
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            ids.append(f"C{number}")
            days.append(dt.date(2024, 11, 1) + dt.timedelta(days=chance.randrange(500)))
            amounts.append(float(chance.randrange(1, 500)))
    return ids, days, amounts


@SEEDS
@pytest.mark.parametrize("grain", ["month", "quarter", "year"])
def test_cohorts_are_the_pivot_table_of_pandas(seed: int, grain: str) -> None:
    ids, days, amounts = random_purchases(seed)
    frame = pandas.DataFrame({"id": ids, "day": pandas.to_datetime(days), "amount": amounts})
    period = frame["day"].dt.to_period({"month": "M", "quarter": "Q", "year": "Y"}[grain])
    frame["born"] = period.groupby(frame["id"]).transform("min").map(lambda one: one.ordinal)
    frame["age"] = period.map(lambda one: one.ordinal) - frame["born"]
    last = period.map(lambda one: one.ordinal).max()
    customers = frame.pivot_table(index="born", columns="age", values="id", aggfunc="nunique", fill_value=0)
    revenue = frame.pivot_table(index="born", columns="age", values="amount", aggfunc="sum", fill_value=0)
    for measure, pivot in (("customers", customers), ("revenue", revenue)):
        heading, *rows = rx.cohort(ids, days, amounts, measure, grain)
        assert heading == ["Cohort", "Customers", *range(len(heading) - 2)]
        assert [row[1] for row in rows] == list(customers[0])
        for row, (born, expected) in zip(rows, pivot.iterrows(), strict=True):
            for age, cell in enumerate(row[2:]):
                assert cell == (None if born + age > last else pytest.approx(expected.get(age, 0)))


@SEEDS
def test_rfm_is_the_group_by_of_pandas(seed: int) -> None:
    ids, days, amounts = random_purchases(seed)
    frame = pandas.DataFrame({"id": ids, "day": pandas.to_datetime(days), "amount": amounts})
    as_of = frame["day"].max()
    daily = frame.groupby(["id", "day"])["amount"].sum().reset_index()
    _, *rows = rx.rfm(ids, days, amounts, None, "day")
    assert [row[0] for row in rows] == list(dict.fromkeys(ids))
    for name, frequency, recency, age, mean in rows:
        of_one = daily[daily["id"] == name].sort_values("day")
        first, repeats = of_one["day"].iloc[0], of_one.iloc[1:]
        assert frequency == len(repeats)
        assert recency == (of_one["day"].iloc[-1] - first).days
        assert age == (as_of - first).days
        assert mean == (pytest.approx(repeats["amount"].mean()) if len(repeats) else 0)


@SEEDS
def test_retention_and_revenue_are_those_of_a_merged_table(seed: int) -> None:
    chance = random.Random(seed)
    before = {f"C{chance.randrange(900)}": float(chance.randrange(1, 900)) for _ in range(300)}
    after = {name: round(paid * chance.choice((1, 1, 0.5, 1.3)), 2) for name, paid in before.items()}
    after = {name: paid for name, paid in after.items() if chance.random() < 0.8} | {"N1": 70.0, "N2": 80.0}
    merged = pandas.DataFrame({"before": before}).join(pandas.DataFrame({"after": after}), how="outer").fillna(0)
    held = merged[merged["before"] > 0]
    total = held["before"].sum()
    columns = list(merged["before"]), list(merged["after"])
    assert rx.crr(list(before), list(after)) == pytest.approx((held["after"] > 0).mean())
    assert rx.grr(*columns) == pytest.approx(held[["before", "after"]].min(axis=1).sum() / total)
    assert rx.nrr(*columns) == pytest.approx(held["after"].sum() / total)
    assert rx.drr(*columns) == pytest.approx(held.loc[held["after"] > 0, "before"].sum() / total)
    bridge = dict(rx.mrr_bridge(*columns))
    assert bridge["New"] == pytest.approx(merged.loc[merged["before"] == 0, "after"].sum())
    assert bridge["Closing"] == pytest.approx(merged["after"].sum())
    edges = [100, 400]
    tiers = held.groupby(pandas.cut(held["before"], [0, *edges, 1e9], right=False), observed=True)
    rates = tiers["after"].agg(lambda paid: (paid > 0).mean())
    assert rx.drr(*columns, edges) == pytest.approx((rates * tiers["before"].sum()).sum() / total)


@SEEDS
def test_kaplan_meier_is_that_of_scipy(seed: int) -> None:
    chance = random.Random(seed)
    tenure = [float(chance.randrange(1, 25)) for _ in range(80)]
    ended = [chance.random() < 0.6 for _ in tenure]
    sample = scipy.stats.CensoredData(
        uncensored=[time for time, over in zip(tenure, ended, strict=True) if over],
        right=[time for time, over in zip(tenure, ended, strict=True) if not over],
    )
    curve = scipy.stats.ecdf(sample).sf
    known = dict(zip(curve.quantiles, curve.probabilities, strict=True))
    _, *rows = rx.survival(tenure, ended)
    for time, at_risk, left, share in rows:
        assert share == pytest.approx(curve.evaluate(time) if time not in known else known[time], abs=1e-12)
        assert at_risk == sum(one >= time for one in tenure)
        assert left == sum(one == time and over for one, over in zip(tenure, ended, strict=True))
    half = [time for time, share in known.items() if share <= 0.5]
    if half:
        assert rx.median_lifetime(tenure, ended) == min(half)


@SEEDS
def test_the_interval_of_a_rate_is_wilsons_of_scipy(seed: int) -> None:
    chance = random.Random(seed)
    opening = chance.randint(1, 2000)
    kept, confidence = chance.randint(0, opening), chance.choice((0.8, 0.95, 0.99))
    interval = scipy.stats.binomtest(kept, opening).proportion_ci(confidence, method="wilson")
    assert rx.crr_interval(kept, opening, confidence) == [pytest.approx([interval.low, interval.high], abs=1e-9)]


@pytest.mark.parametrize("seed", range(40))
def test_a_change_is_real_where_the_chi_square_test_says_so(seed: int) -> None:
    chance = random.Random(seed)
    one, two = chance.randint(20, 900), chance.randint(20, 900)
    kept_one, kept_two = chance.randint(1, one - 1), chance.randint(1, two - 1)
    if seed % 2:  # rates that are close to each other
        kept_two = min(two - 1, max(1, round(two * kept_one / one) + chance.randint(-9, 9)))
    table = [[kept_one, one - kept_one], [kept_two, two - kept_two]]
    chance_of_it = scipy.stats.chi2_contingency(table, correction=False).pvalue
    assert rx.change_is_real(kept_one, one, kept_two, two, 0.95) == (chance_of_it < 0.05)


def test_the_lift_of_a_feature_has_the_interval_of_newcombe_or_of_the_two_rates() -> None:
    """The interval holds the difference, and shrinks as the square root of the number of customers grows."""
    widths = []
    for times in (1, 4, 16):
        ids = [f"C{number}" for number in range(100 * times)]
        adopters, kept = ids[: 40 * times], ids[4 * times : 70 * times]
        [[lift, low, high]] = rx.feature_lift(ids, adopters, kept)
        assert lift == pytest.approx(36 / 40 - 30 / 60)
        assert low < lift < high
        widths.append(high - low)
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.1)
    assert widths[1] / widths[2] == pytest.approx(2, rel=0.05)


@SEEDS
def test_sbg_has_the_survival_of_a_beta_mixture(seed: int) -> None:
    chance = random.Random(seed)
    alpha, beta, discount = chance.uniform(0.3, 3), chance.uniform(0.5, 6), chance.uniform(0.02, 0.2)
    periods = numpy.arange(0, 4000)
    survival = scipy.special.beta(alpha, beta + periods) / scipy.special.beta(alpha, beta)
    for period in (0, 1, 5, 40):
        assert rx.sbg_survival(alpha, beta, period) == pytest.approx(survival[period])
        if period:
            assert rx.sbg_retention(alpha, beta, period) == pytest.approx(survival[period] / survival[period - 1])
    worth = scipy.special.hyp2f1(1, beta, alpha + beta, 1 / (1 + discount))
    assert rx.cltv_sbg(alpha, beta, 1, discount) == pytest.approx(worth)
    assert worth == pytest.approx((survival / (1 + discount) ** periods).sum(), rel=1e-6)
    # The residual value after n renewals: what is due at the coming renewal and after, of one who is there now.
    made = 3
    residual = (survival[made + 1 :] / survival[made] / (1 + discount) ** (periods[made + 1 :] - made - 1)).sum()
    assert rx.cltv_sbg(alpha, beta, 1, discount, made) == pytest.approx(residual, rel=1e-6)


@SEEDS
def test_expected_purchases_are_those_of_the_hypergeometric_formula(seed: int) -> None:
    chance = random.Random(seed)
    r, alpha, a, b = chance.uniform(0.2, 2), chance.uniform(2, 9), chance.uniform(1.2, 3), chance.uniform(1, 4)
    x, age, ahead = chance.randint(0, 9), chance.uniform(20, 50), chance.uniform(1, 60)
    last = chance.uniform(1, age) if x else 0.0
    term = scipy.special.hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + age + ahead))
    expected = (a + b + x - 1) / (a - 1) * (1 - ((alpha + age) / (alpha + age + ahead)) ** (r + x) * term)
    dead = (a / (b + x - 1)) * ((alpha + age) / (alpha + last)) ** (r + x) if x else 0.0
    assert rx.bgnbd_alive(x, last, age, [r, alpha, a, b]) == pytest.approx(1 / (1 + dead))
    assert rx.bgnbd_expected(ahead, x, last, age, [r, alpha, a, b]) == pytest.approx(expected / (1 + dead), rel=1e-7)


@SEEDS
def test_lifetime_values_are_sums_written_out(seed: int) -> None:
    chance = random.Random(seed)
    churn, discount, margin = chance.uniform(0.01, 0.3), chance.uniform(0.001, 0.1), chance.uniform(0.3, 1)
    worth = sum(50 * margin * ((1 - churn) / (1 + discount)) ** t for t in range(20_000))
    assert rx.cltv(50, churn, margin, discount) == pytest.approx(worth)
    assert rx.cltv(50, churn, margin, discount, 7) == pytest.approx(
        sum(50 * margin * ((1 - churn) / (1 + discount)) ** t for t in range(7))
    )
    assert rx.lifetime(churn) == pytest.approx(scipy.stats.geom(churn).mean())


@SEEDS
def test_scores_are_those_of_pandas(seed: int) -> None:
    chance = random.Random(seed)
    scores = pandas.Series([chance.randrange(11) for _ in range(200)])
    assert rx.nps(list(scores)) == pytest.approx(100 * ((scores >= 9).mean() - (scores <= 6).mean()))
    assert rx.csat(list(scores % 5 + 1)) == pytest.approx((scores % 5 + 1 >= 4).mean())
    answers = pandas.DataFrame([[chance.randint(1, 5) for _ in range(10)] for _ in range(30)])
    points = (answers[[0, 2, 4, 6, 8]] - 1).sum(axis=1) + (5 - answers[[1, 3, 5, 7, 9]]).sum(axis=1)
    assert rx.ux_score(answers.values.tolist()) == pytest.approx((2.5 * points).mean())


# Freireich and others (1963): weeks of remission of 21 patients under 6-mercaptopurine, the data of every textbook.
# Kaplan-Meier as printed by Lawless (2003), Statistical Models and Methods for Lifetime Data.
WEEKS = (6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35)
STILL_IN_REMISSION = (3, 5, 7, 8, 11, 12, 13, 16, 17, 18, 19, 20)  # by place in WEEKS
PRINTED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def test_kaplan_meier_is_as_printed_for_the_remission_of_leukaemia() -> None:
    tenure = [float(weeks) for weeks in WEEKS]
    ended = [place not in STILL_IN_REMISSION for place in range(len(WEEKS))]
    curve: dict[Any, float] = {row[0]: row[3] for row in rx.survival(tenure, ended)[1:] if row[2]}
    assert {time: round(share, 3) for time, share in curve.items()} == PRINTED
    assert rx.median_lifetime(tenure, ended) == 23


def test_sbg_fit_of_the_regular_segment_is_as_printed() -> None:
    """Fader and Hardie (2007): alpha 0.704, beta 1.182 from seven renewals."""
    [[alpha, beta]] = rx.sbg_fit([100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1])
    assert (round(alpha, 3), round(beta, 3)) == (0.704, 1.182)


def test_wilsons_interval_is_that_of_newcombe() -> None:
    """Newcombe (1998), Two-sided confidence intervals for the single proportion, table I."""
    printed = {
        (81, 263): (0.2553, 0.3662),
        (15, 148): (0.0624, 0.1605),
        (0, 20): (0, 0.1611),
        (1, 29): (0.0061, 0.1718),
    }
    for (kept, opening), interval in printed.items():
        [[low, high]] = rx.crr_interval(kept, opening)
        assert (round(low, 4), round(high, 4)) == interval
