"""Bounds and directions that hold for any input."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import retention_xl as rx

ids = st.lists(st.text("ABCDEFabc", min_size=1, max_size=2), min_size=1, max_size=30)
counts = st.integers(0, 10_000)
cents = st.integers(0, 10_000_00).map(lambda number: number / 100)
pairs = st.lists(st.tuples(cents, cents), min_size=1, max_size=30).filter(lambda rows: any(row[0] for row in rows))
fraction = st.floats(0, 1)
positive = st.floats(0.05, 20)


def columns(rows: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [row[0] for row in rows], [row[1] for row in rows]


@given(ids, ids)
def test_crr_of_ids_lies_between_0_and_1_and_churn_is_the_rest(opening: list[str], closing: list[str]) -> None:
    rate = rx.crr(opening, closing)
    assert 0 <= rate <= 1
    assert rate + rx.churn(opening, closing) == pytest.approx(1)


@given(ids, ids)
def test_counts_taken_from_lists_give_the_rate_of_the_lists(opening: list[str], closing: list[str]) -> None:
    held = rx.customers_kept(opening, opening)
    there = rx.customers_kept(closing, closing)
    joined = rx.customers_new(opening, closing)
    assert rx.crr(held, there, joined) == pytest.approx(rx.crr(opening, closing))
    assert rx.customers_kept(opening, closing) + rx.customers_lost(opening, closing) == held
    assert rx.customers_kept(opening, closing) + joined == there


@given(ids, ids, ids)
def test_who_returned_is_among_the_new_ones(opening: list[str], closing: list[str], known: list[str]) -> None:
    assert 0 <= rx.customers_returned(opening, closing, known) <= rx.customers_new(opening, closing)
    assert rx.customers_returned(opening, closing, closing) == rx.customers_new(opening, closing)


@given(ids, ids)
def test_a_list_has_as_many_names_as_the_count_says(opening: list[str], closing: list[str]) -> None:
    lost = rx.customers_lost(opening, closing)
    assume(lost)
    names = [name for [name] in rx.customers_lost(opening, closing, True)]
    assert len(names) == lost
    assert sorted(names, key=opening.index) == names  # in order of first appearance


@given(st.integers(1, 10_000), counts, counts)
def test_crr_of_counts_is_exact(opening: int, kept: int, new: int) -> None:
    assert rx.crr(opening, kept + new, new) == float(Fraction(kept, opening))


@given(st.integers(1, 2000), fraction, st.floats(0.5, 0.999))
def test_the_interval_holds_the_rate_and_narrows_with_more_customers(whole: int, share: float, sure: float) -> None:
    part = int(share * whole)
    [[low, high]] = rx.crr_interval(part, whole, sure)
    assert 0 <= low <= part / whole <= high <= 1
    [[low_of_more, high_of_more]] = rx.crr_interval(part * 10, whole * 10, sure)
    assert high_of_more - low_of_more < high - low


@given(st.integers(1, 500), st.integers(1, 500), fraction, fraction)
def test_a_change_is_as_real_seen_from_either_side(n_before: int, n_now: int, before: float, now: float) -> None:
    there, then = (int(before * n_before), n_before), (int(now * n_now), n_now)
    assert rx.change_is_real(*there, *then) == rx.change_is_real(*then, *there)
    assert not rx.change_is_real(*there, *there)


@given(pairs)
def test_gross_is_not_above_direct_nor_net_nor_1(rows: list[tuple[float, float]]) -> None:
    opening, closing = columns(rows)
    gross, net, direct = rx.grr(opening, closing), rx.nrr(opening, closing), rx.drr(opening, closing)
    assert 0 <= gross <= direct + 1e-12 <= 1 + 1e-12
    assert gross <= net + 1e-12
    assert rx.mrr_churn(opening, closing) == pytest.approx(1 - gross)
    assert rx.mrr_churn(opening, closing, "net") == pytest.approx(1 - net)
    assert rx.mrr_churn(opening, closing, "lost") == pytest.approx(1 - direct)


@given(pairs)
def test_the_bridge_adds_up_and_agrees_with_the_rates(rows: list[tuple[float, float]]) -> None:
    opening, closing = columns(rows)
    bridge = dict(rx.mrr_bridge(opening, closing))
    running = 0.0
    for label in ("Opening", "New", "Reactivation", "Expansion", "Contraction", "Churn"):
        running += bridge[label]
    assert running == bridge["Closing"] == pytest.approx(sum(closing), abs=1e-6)
    kept = bridge["Opening"] + bridge["Contraction"] + bridge["Churn"]
    assert kept / bridge["Opening"] == pytest.approx(rx.grr(opening, closing))
    assert (kept + bridge["Expansion"]) / bridge["Opening"] == pytest.approx(rx.nrr(opening, closing))
    assert rx.expansion(opening, closing) == pytest.approx(bridge["Expansion"])
    assert rx.contraction(opening, closing) == pytest.approx(-bridge["Contraction"])


@given(pairs, st.lists(st.booleans(), min_size=30, max_size=30))
def test_who_paid_earlier_only_moves_from_new_to_reactivation(
    rows: list[tuple[float, float]], known: list[bool]
) -> None:
    opening, closing = columns(rows)
    plain = dict(rx.mrr_bridge(opening, closing))
    told = dict(rx.mrr_bridge(opening, closing, known[: len(rows)]))
    assert told["New"] + told["Reactivation"] == pytest.approx(plain["New"])
    assert {label: told[label] for label in ("Opening", "Expansion", "Contraction", "Churn")} == {
        label: plain[label] for label in ("Opening", "Expansion", "Contraction", "Churn")
    }


@given(pairs, st.lists(st.integers(1, 9000), min_size=1, max_size=6, unique=True).map(sorted))
def test_tiers_add_up_and_a_tier_for_every_size_gives_the_direct_rate(
    rows: list[tuple[float, float]], edges: list[int]
) -> None:
    opening, closing = columns(rows)
    _, *tiers, total = rx.drr_tiers(opening, closing, edges)
    assert len(tiers) == len(edges) + 1
    for column in (2, 3, 5):
        assert sum(tier[column] for tier in tiers) == pytest.approx(total[column])
    assert sum(tier[6] for tier in tiers) == pytest.approx(1)
    assert total[4] == pytest.approx(rx.drr(opening, closing, edges))
    assert total[7] == pytest.approx(total[4] - rx.drr(opening, closing))
    distinct = len(set(opening) - {0}) == len([amount for amount in opening if amount])
    every_size = sorted(set(opening) - {0})
    if distinct:
        assert rx.drr(opening, closing, every_size) == pytest.approx(rx.drr(opening, closing))


@given(st.lists(cents, min_size=1, max_size=40), st.integers(1, 45))
def test_concentration_rises_to_1_with_the_number_taken(amounts: list[float], top: int) -> None:
    assume(sum(amounts) > 0)
    share = rx.concentration(amounts, top)
    assert min(1, top / len(amounts)) - 1e-12 <= share <= 1 + 1e-12
    assert share <= rx.concentration(amounts, top + 1) + 1e-12
    assert rx.concentration(amounts, len(amounts)) == pytest.approx(1)


@given(st.floats(1, 1000), st.floats(0.001, 1), fraction, st.floats(0, 0.5), st.integers(1, 200))
def test_lifetime_value_falls_with_churn_and_discount_and_rises_with_the_cap(
    arpa: float, churn: float, margin: float, discount: float, periods: int
) -> None:
    value = rx.cltv(arpa, churn, margin, discount)
    assert value <= rx.cltv(arpa, churn, margin) * (1 + 1e-12)
    assert value <= rx.cltv(arpa, churn / 2, margin, discount) * (1 + 1e-12)
    capped = rx.cltv(arpa, churn, margin, discount, periods)
    assert arpa * margin * (1 - 1e-9) <= capped <= value * (1 + 1e-9)
    payments = sum(arpa * margin * ((1 - churn) / (1 + discount)) ** period for period in range(periods))
    assert capped == pytest.approx(payments, rel=1e-6)


@given(st.floats(0, 1), st.integers(1, 12), st.integers(1, 12))
def test_annualising_twice_is_annualising_once(churn: float, first: int, second: int) -> None:
    twice = rx.annualise(rx.annualise(churn, first, "churn"), second, "churn")
    assert twice == pytest.approx(rx.annualise(churn, first * second, "churn"))
    assert rx.annualise(1 - churn, first) == pytest.approx(1 - rx.annualise(churn, first, "churn"))


purchases = st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(46_000, 46_400), cents), min_size=1, max_size=40)


@given(purchases, st.sampled_from(["month", "quarter", "year"]))
def test_a_triangle_counts_every_customer_once_and_every_amount(
    lines: list[tuple[str, int, float]], grain: str
) -> None:
    customers, days, amounts = (list(column) for column in zip(*lines, strict=True))
    _, *sizes = rx.cohort(customers, days, amounts, "customers", grain)
    assert sum(row[1] for row in sizes) == len(set(customers))
    assert all(row[1] == row[2] for row in sizes)
    _, *revenue = rx.cohort(customers, days, amounts, "revenue", grain)
    assert sum(cell for row in revenue for cell in row[2:] if cell is not None) == pytest.approx(sum(amounts))
    for row in sizes:
        blanks = [cell is None for cell in row[2:]]
        assert blanks == sorted(blanks)  # blank from where the future begins
        assert all(cell is None or 0 <= cell <= row[1] for cell in row[2:])


@given(purchases)
def test_the_curve_of_one_cohort_is_its_own_rate(lines: list[tuple[str, int, float]]) -> None:
    customers = [line[0] for line in lines]
    days = [min(line[1], 46_020) if number == 0 else line[1] for number, line in enumerate(lines)]
    triangle = rx.cohort(customers, days, None, "customers")
    one = [triangle[0], triangle[1]]
    rates = rx.cohort(customers, days)[1]
    curve = rx.cohort_curve(one)
    assert [row[1] for row in curve[1:]] == pytest.approx([cell for cell in rates[2:] if cell is not None])


histories = st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=40)


@given(histories)
def test_survival_never_rises_and_the_median_is_where_it_passes_one_half(rows: list[tuple[int, bool]]) -> None:
    tenure, ended = [row[0] for row in rows], [row[1] for row in rows]
    _, *table = rx.survival(tenure, ended)
    assert all(later[3] <= earlier[3] and later[0] > earlier[0] for earlier, later in pairwise(table))
    assert sum(row[2] for row in table) == sum(ended)
    reached = [row[0] for row in table if row[3] <= 0.5 + 1e-12]
    if reached:
        assert rx.median_lifetime(tenure, ended) == reached[0]
    else:
        with pytest.raises(rx.MetricError) as refused:
            rx.median_lifetime(tenure, ended)
        assert refused.value.code == "#N/A"


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_survival_without_censoring_is_the_share_still_there(tenure: list[int]) -> None:
    for time, _, _, share in rx.survival(tenure, [True] * len(tenure))[1:]:
        assert share == pytest.approx(sum(one > time for one in tenure) / len(tenure))


@given(positive, positive, st.integers(1, 30))
def test_survival_of_the_model_is_the_product_of_its_retention(alpha: float, beta: float, period: int) -> None:
    product = 1.0
    for renewal in range(1, period + 1):
        product *= rx.sbg_retention(alpha, beta, renewal)
    assert rx.sbg_survival(alpha, beta, period) == pytest.approx(product, rel=1e-9)


@given(positive, positive, st.floats(0.02, 1), st.integers(0, 12))
def test_discounted_lifetime_is_the_sum_of_its_payments(
    alpha: float, beta: float, discount: float, renewals: int
) -> None:
    def payments(after: int) -> float:
        alive = 1.0 if after == 0 else rx.sbg_retention(alpha, beta, after)
        total, weight, period = 0.0, 1.0, after
        while weight > 1e-14:
            total += alive * weight
            period += 1
            alive *= rx.sbg_retention(alpha, beta, period)
            weight /= 1 + discount
        return total

    assert rx.cltv_sbg(alpha, beta, 1, discount) == pytest.approx(payments(0), rel=1e-9)
    assert rx.cltv_sbg(alpha, beta, 1, discount, renewals) == pytest.approx(payments(renewals + 1), rel=1e-9)


@given(positive, positive, positive, positive, st.integers(1, 20), fraction, st.floats(1, 60), st.floats(0.1, 60))
def test_who_has_been_silent_longer_is_less_likely_active(
    r: float, alpha: float, a: float, b: float, repeats: int, part: float, age: float, more: float
) -> None:
    params, recency = [r, alpha, a, b], part * age
    now = rx.bgnbd_alive(repeats, recency, age, params)
    assert 0 <= rx.bgnbd_alive(repeats, recency, age + more, params) <= now <= 1
    assert rx.bgnbd_expected(0, repeats, recency, age, params) == pytest.approx(0, abs=1e-9)
    near, far = (rx.bgnbd_expected(time, repeats, recency, age, params) for time in (more, 2 * more))
    assert 0 <= near * (1 - 1e-6) <= far


@given(st.integers(1, 50), st.floats(1, 500), st.floats(1, 500), positive, st.floats(1.1, 20), st.floats(1, 100))
def test_expected_spend_lies_between_the_own_mean_and_everybodys(
    repeats: int, mean: float, other: float, p: float, q: float, v: float
) -> None:
    params, everybody = [p, q, v], p * v / (q - 1)
    spend = rx.gg_spend(repeats, mean, params)
    assert min(mean, everybody) * (1 - 1e-9) <= spend <= max(mean, everybody) * (1 + 1e-9)
    assert (rx.gg_spend(repeats, other, params) > spend) == (other > mean) or other == pytest.approx(mean)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=50))
def test_nps_of_one_answer_more(scores: list[int]) -> None:
    points = rx.nps(scores)
    assert -100 <= points <= 100
    assert rx.nps([*scores, 10]) >= points >= rx.nps([*scores, 0])


@given(ids, ids, ids)
def test_lift_lies_in_its_interval(everyone: list[str], adopters: list[str], kept: list[str]) -> None:
    used = rx.customers_kept(everyone, adopters)
    assume(0 < used < rx.customers_kept(everyone, everyone))
    [[lift, low, high]] = rx.feature_lift(everyone, adopters, kept)
    assert -1 <= low <= lift <= high <= 1


@given(st.lists(st.tuples(st.sampled_from(["price", "Price ", "bugs", ""]), cents), min_size=1, max_size=30))
def test_reasons_share_out_the_whole(rows: list[tuple[str, float]]) -> None:
    reasons, amounts = [row[0] for row in rows], [row[1] for row in rows]
    assume(sum(amounts) > 0)
    _, *table = rx.churn_reasons(reasons, amounts)
    assert sum(row[3] for row in table) == pytest.approx(1)
    assert table[-1][4] == pytest.approx(1)
    assert [row[2] for row in table] == sorted((row[2] for row in table), reverse=True)
    assert "(not stated)" in [row[0] for row in table]
