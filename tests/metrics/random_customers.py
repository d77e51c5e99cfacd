"""Random data for the models of lifetime value: few customers and many, in any unit, as the model says or nearly so."""

from __future__ import annotations

import random
from math import exp

SIZES = (5, 5, 30, 30, 300, 3000)


def random_survivors(chance: random.Random, sizes: tuple[int, ...] = (5, 50, 1000, 50_000)) -> list[float]:
    """Customers alive at each renewal, as counts or as shares."""
    alpha, beta = exp(chance.uniform(-1.5, 2)), exp(chance.uniform(-1.5, 3))
    customers, periods = chance.choice(sizes), chance.randint(3, 12)
    living = [chance.betavariate(alpha, beta) for _ in range(min(customers, 2000))]
    alive = [len(living)]
    for _ in range(periods):
        living = [churn for churn in living if chance.random() > churn]
        alive.append(len(living))
    scale = chance.choice((1, 1 / alive[0], customers / alive[0]))
    return [number * scale for number in alive]


def random_histories(
    chance: random.Random, sizes: tuple[int, ...] = SIZES
) -> tuple[list[float], list[float], list[float]]:
    """Repeat purchases, recency and age of each customer, in weeks, days, years or months."""
    r, alpha = exp(chance.uniform(-1.5, 1)), exp(chance.uniform(-1, 3))
    a, b = exp(chance.uniform(-1, 1)), exp(chance.uniform(-0.5, 1.5))
    unit = chance.choice((1, 7, 1 / 52, 1 / 4.345))
    frequency, recency, age = [], [], []
    for _ in range(chance.choice(sizes)):
        rate, leaves, seen = chance.gammavariate(r, 1 / alpha), chance.betavariate(a, b), chance.uniform(20, 52)
        bought, last, now = 0, 0.0, 0.0
        while (now := now + (chance.expovariate(rate) if rate > 1e-12 else 1e9)) <= seen:
            bought, last = bought + 1, now
            if chance.random() < leaves:
                break
        frequency.append(float(bought))
        recency.append(last * unit)
        age.append(seen * unit)
    return frequency, recency, age


def random_spending(chance: random.Random, sizes: tuple[int, ...] = SIZES) -> tuple[list[float], list[float]]:
    """Purchases and their mean amount of each customer, in cents, euros or thousands."""
    p, q, v = exp(chance.uniform(-0.5, 2)), exp(chance.uniform(0.3, 2)), exp(chance.uniform(-1, 5))
    unit = chance.choice((1, 100, 0.001))
    frequency, means = [], []
    for _ in range(chance.choice(sizes)):
        purchases, spread = 1 + int(chance.expovariate(0.5)), chance.gammavariate(q, 1 / v)
        frequency.append(float(purchases))
        means.append(unit * max(chance.gammavariate(p * purchases, 1 / (spread * purchases)), 1e-6))
    return frequency, means
