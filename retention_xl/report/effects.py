"""Why the revenue kept differs from the month before: rates within the tiers, mix between them, size of the opening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retention_xl.report.model import Report


@dataclass(frozen=True)
class Effects:
    """A tier, or all of them, in both months: opening revenue, what of it was kept, and what the change comes from."""

    opening_before: float
    kept_before: float
    rate_before: float
    opening: float
    kept: float
    rate: float
    of_rate: float  # customers of the tier stayed more, or less
    of_mix: float  # the tiers weigh differently
    of_size: float  # the opening was larger, or smaller


def effects(report: Report) -> tuple[Effects, ...]:
    """One for each tier and a last one for all; none where the customer table or an earlier month is missing.

    A tier that held nothing in a month has no rate of its own there and takes that of all tiers.
    """
    customers, months = report.facts.customers, len(report.facts.window)
    if customers is None or not report.by_customer or months < 3:
        return ()
    rows = [customer.cents[-3:] for customer in customers]
    before, now = ([(row[i], row[i + 1]) for row in rows if row[i] is not None] for i in (0, 1))
    bounds = [0.0, *report.tiers.edges]
    tiers = []
    for low, high in zip(bounds, [*bounds[1:], None], strict=True):
        tiers.append((_sums(before, low, high), _sums(now, low, high)))
    opened_before, kept_before = (sum(old[i] for old, _ in tiers) for i in (0, 1))
    opened, kept = (sum(new[i] for _, new in tiers) for i in (0, 1))
    if not opened_before or not opened:
        return ()
    mean, mean_now = kept_before / opened_before, kept / opened
    found = []
    for (o0, k0), (o1, k1) in tiers:
        rate0, rate1 = k0 / o0 if o0 else mean, k1 / o1 if o1 else mean_now
        of_mix = opened * (o1 / opened - o0 / opened_before) * (rate0 - mean)
        of_size = (opened - opened_before) * o0 / opened_before * mean
        found.append(Effects(o0, k0, rate0, o1, k1, rate1, o1 * (rate1 - rate0), of_mix, of_size))
    total = [sum(getattr(tier, part) for tier in found) for part in ("of_rate", "of_mix", "of_size")]
    return (*found, Effects(opened_before, kept_before, mean, opened, kept, mean_now, *total))


def _sums(pairs: Sequence[tuple[int | None, int | None]], low: float, high: float | None) -> tuple[float, float]:
    """Opening revenue of a tier and what of it stayed."""
    inside = [(o, c) for o, c in pairs if o is not None and o / 100 >= low and (high is None or o / 100 < high)]
    return sum(o for o, _ in inside) / 100, sum(o for o, c in inside if c is not None) / 100
