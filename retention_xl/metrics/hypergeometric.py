"""Gauss's hypergeometric function where the customer models need it."""

from __future__ import annotations

from retention_xl.metrics.cells import impossible

MOST_TERMS = 200_000
NEGLIGIBLE = 1e-16


def first_of_one(b: float, c: float, z: float) -> float:
    """2F1(1, b; c; z) for b > 0, c > b and 0 <= z < 1, by Gauss's continued fraction (modified Lentz's method).

    The series would need many more terms near 1, which is where the small discount rates of a month lie.

    >>> round(first_of_one(1, 2, 0.5), 12)  # -ln(1 - z) / z
    1.38629436112
    """
    fraction = ratio = 1.0
    inverse = 0.0
    for term in range(1, MOST_TERMS):
        half, odd = divmod(term, 2)
        if term == 1:
            step = -b / c * z
        elif odd:
            step = -(b + half) * (c - 1 + half) / ((c + 2 * half - 1) * (c + 2 * half)) * z
        else:
            step = -half * (c - b + half - 1) / ((c + 2 * half - 2) * (c + 2 * half - 1)) * z
        inverse = 1 / (1 + step * inverse)
        ratio = 1 + step / ratio
        change = inverse * ratio
        fraction *= change
        if abs(change - 1) < NEGLIGIBLE * 10:
            return 1 / fraction
    raise impossible("the discount is too small for the sum to be told; use 0 for none.")


def gauss_series(a: float, b: float, c: float, z: float) -> float:
    """2F1(a, b; c; z) for 0 <= z < 1 by its series."""
    term = total = 1.0
    for n in range(MOST_TERMS):
        term *= (a + n) * (b + n) / ((c + n) * (n + 1)) * z
        total += term
        if abs(term) < NEGLIGIBLE * abs(total):
            return total
    raise impossible("the period is too long for the sum to be told.")
