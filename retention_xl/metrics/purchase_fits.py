"""Likelihoods of the purchase models: BG/NBD for how often and how long, Gamma-Gamma for how much."""

from __future__ import annotations

from math import exp, fsum, lgamma, log

from retention_xl.metrics.cells import impossible, shown
from retention_xl.metrics.checks import check_history
from retention_xl.metrics.columns import row_numbers
from retention_xl.metrics.fitting import digamma, fit_positive, start_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from retention_xl.metrics.fitting import Objective

MANY = 2000  # different histories


LONG_GAP = 1000  # from one frequency to the next; building up from x to x would take longer than the gamma function


def fit_bgnbd(frequency: list[float], recency: list[float], age: list[float]) -> list[float]:
    """r, alpha, a, b of the BG/NBD model by maximum likelihood.

    Customers of equal history are counted once with their number; what depends on frequency alone is summed once for
    each frequency. Times are scaled to a mean age of 1.
    """
    histories: dict[tuple[int, float, float], int] = {}
    for row, repeats, last, seen in zip(row_numbers(frequency), frequency, recency, age, strict=True):
        check_history(repeats, last, seen, f"customer {row}: ")
        history = int(repeats), last, seen
        histories[history] = histories.get(history, 0) + 1
    if len(histories) < 2 or not any(frequency):
        raise impossible(
            "the customers do not differ, or nobody has bought again; four parameters need more than that."
        )
    scale = fsum(age) / len(frequency)
    scaled = [
        (repeats, last / scale, seen / scale, count) for (repeats, last, seen), count in sorted(histories.items())
    ]
    names = ("r", "alpha", "a", "b")
    # Many customers are first fitted by some of them: from there the whole is two or three steps away.
    some = scaled[:: max(1, len(scaled) // MANY)]
    start = None if len(some) == len(scaled) else start_from(bgnbd_objective(some), len(names))
    r, alpha, a, b = fit_positive(
        bgnbd_objective(scaled),
        names,
        "nobody seems to drop out, or everybody at once; the model does not fit these customers.",
        "all customers seem to buy or to drop out alike; the model does not fit these customers.",
        start,
    )
    return [r, alpha * scale, a, b]


def bgnbd_objective(histories: list[tuple[int, float, float, int]]) -> Objective:
    """The negative average log-likelihood of histories (repeats, last, seen, customers), with its gradient."""
    customers = sum(count for *_, count in histories)
    by_frequency: dict[int, list[tuple[float, float, int]]] = {}
    for repeats, last, seen, count in histories:
        by_frequency.setdefault(repeats, []).append((last, seen, count))
    sizes = {repeats: sum(count for *_, count in group) for repeats, group in by_frequency.items()}

    def objective(parameters: Sequence[float]) -> tuple[float, list[float]]:
        r, alpha, a, b = parameters
        value = by_r = by_alpha = by_a = by_b = 0.0
        # ln of gamma(r + x) / gamma(r), and of B(a, b + x) / B(a, b), and their slopes, built up from x to x.
        gamma_ratio = gamma_slope = beta_ratio = beta_slope_a = beta_slope_b = 0.0
        reached = 0
        for repeats, group in by_frequency.items():
            if repeats - reached > LONG_GAP:
                gamma_ratio, gamma_slope = lgamma(r + repeats) - lgamma(r), digamma(r + repeats) - digamma(r)
                beta_ratio = lgamma(b + repeats) - lgamma(b) + lgamma(a + b) - lgamma(a + b + repeats)
                beta_slope_a = digamma(a + b) - digamma(a + b + repeats)
                beta_slope_b = digamma(b + repeats) - digamma(b) + beta_slope_a
                reached = repeats
            while reached < repeats:
                gamma_ratio += log(r + reached)
                gamma_slope += 1 / (r + reached)
                beta_ratio += log((b + reached) / (a + b + reached))
                beta_slope_a -= 1 / (a + b + reached)
                beta_slope_b += 1 / (b + reached) - 1 / (a + b + reached)
                reached += 1
            size = sizes[repeats]
            value += size * (gamma_ratio + r * log(alpha) + beta_ratio)
            by_r += size * (gamma_slope + log(alpha))
            by_alpha += size * r / alpha
            by_a += size * beta_slope_a
            by_b += size * beta_slope_b
            power = r + repeats
            if not repeats:
                for _, seen, count in group:
                    logarithm = log(alpha + seen)
                    value -= count * power * logarithm
                    by_r -= count * logarithm
                    by_alpha -= count * power / (alpha + seen)
                continue
            dead = a / (b + repeats - 1)  # odds of having dropped out at the last purchase, before the silence since
            by_dead = 0.0
            for last, seen, count in group:
                until_last, until_now = alpha + last, alpha + seen
                log_last = log(until_last)
                silence = log_last - log(until_now)
                alive = exp(power * silence)
                both = alive + dead
                value += count * (log(both) - power * log_last)
                share = count * alive / both
                by_r += share * silence - count * log_last
                by_alpha += share * power * (1 / until_last - 1 / until_now) - count * power / until_last
                by_dead += count / both
            by_a += by_dead * dead / a
            by_b -= by_dead * dead / (b + repeats - 1)
        return -value / customers, [-slope / customers for slope in (by_r, by_alpha, by_a, by_b)]

    return objective


def fit_gamma_gamma(frequency: list[float], mean_amount: list[float]) -> list[float]:
    """p, q, v of the Gamma-Gamma model by maximum likelihood, over customers with repeat purchases."""
    groups: dict[int, list[float]] = {}
    for row, repeats, mean in zip(row_numbers(frequency), frequency, mean_amount, strict=True):
        if repeats < 0 or repeats % 1:
            raise impossible(f"customer {row}: frequency ({shown(repeats)}) must be a whole number from 0 on.")
        if repeats and mean <= 0:
            raise impossible(f"customer {row}: mean_amount ({shown(mean)}) must be above 0 where frequency is.")
        if repeats:
            groups.setdefault(int(repeats), []).append(mean)
    customers = sum(map(len, groups.values()))
    if customers < 3:
        raise impossible(f"{customers} customers have repeat purchases; three parameters need at least three.")
    scale = fsum(mean for group in groups.values() for mean in group) / customers
    # By frequency: how many customers, the sum of the logarithms of their means, and the means; all scaled.
    data = [
        (repeats, len(group), fsum(log(mean / scale) for mean in group), [mean / scale for mean in group])
        for repeats, group in sorted(groups.items())
    ]

    def objective(parameters: Sequence[float]) -> tuple[float, list[float]]:
        p, q, v = parameters
        value = by_p = by_q = by_v = 0.0
        for repeats, count, logarithms, means in data:
            shape = p * repeats
            logs = fsum(log(v + repeats * mean) for mean in means)
            inverses = fsum(1 / (v + repeats * mean) for mean in means)
            total, alone = digamma(shape + q), digamma(shape)
            value += count * (lgamma(shape + q) - lgamma(shape) - lgamma(q) + q * log(v) + shape * log(repeats))
            value += (shape - 1) * logarithms - (shape + q) * logs
            by_p += repeats * (count * (total - alone + log(repeats)) + logarithms - logs)
            by_q += count * (total - digamma(q) + log(v)) - logs
            by_v += count * q / v - (shape + q) * inverses
        return -value / customers, [-slope / customers for slope in (by_p, by_q, by_v)]

    p, q, v = fit_positive(
        objective,
        ("p", "q", "v"),
        "amounts differ more than the model allows.",
        "amounts differ too little between purchases or between customers to tell the two apart.",
    )
    return [p, q, v * scale]
