"""What chance alone does to a rate: intervals and tests for shares of customers."""

from __future__ import annotations

from math import erfc, exp, pi, sqrt

from retention_xl.metrics.cells import impossible, shown


def normal_deviate(confidence: float) -> float:
    """The z for which a normal variable lies in -z..z with this probability: 1.96 for 0.95.

    Newton's method from 0: the distribution function is concave above it, so the steps never overshoot.

    >>> round(normal_deviate(0.95), 6)
    1.959964
    """
    if not 0 < confidence < 1:
        raise impossible(f"confidence ({shown(confidence)}) must lie between 0 and 1, such as 0.95.")
    z = 0.0
    for _ in range(100):
        step = (erfc(z / sqrt(2)) - (1 - confidence)) / (sqrt(2 / pi) * exp(-z * z / 2))
        z += step
        if abs(step) < 1e-14:
            break
    return z


def wilson(part: float, whole: float, z: float) -> tuple[float, float]:
    """Wilson's score interval of part / whole; inside 0..1 by nature, and not empty where part is 0 or whole."""
    share = part / whole
    spread = 1 + z * z / whole
    middle = (share + z * z / (2 * whole)) / spread
    half = z / spread * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    low = 0.0 if part == 0 else max(0.0, middle - half)
    high = 1.0 if part == whole else min(1.0, middle + half)
    return low, high
