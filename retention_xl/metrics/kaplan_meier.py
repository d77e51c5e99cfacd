"""The Kaplan-Meier estimate: durations of which some still run."""

from __future__ import annotations

from retention_xl.metrics.cells import impossible, nothing_yet, shown

HALF = 0.5 + 1e-12  # a product of fractions that is one half may come out a digit above it


def survival_steps(durations: list[float], ended: list[bool], name: str) -> list[tuple[float, int, int, float]]:
    """Time, number at risk, number ended then, share surviving it; for time 0 and every duration that occurs."""
    if not durations:
        raise nothing_yet(f"{name} is empty; there is nothing to follow.")
    if min(durations) < 0:
        raise impossible(f"{name}: {shown(min(durations))} is negative.")
    counts: dict[float, list[int]] = {0: [0, 0]}  # by time: how many were seen that long, how many of them ended
    for duration, over in zip(durations, ended, strict=True):
        count = counts.setdefault(duration, [0, 0])
        count[0] += 1
        count[1] += over
    steps = []
    at_risk, share = len(durations), 1.0
    for time, (seen, over_then) in sorted(counts.items()):
        share *= 1 - over_then / at_risk
        steps.append((time, at_risk, over_then, share))
        at_risk -= seen
    return steps


def median_time(durations: list[float], ended: list[bool], name: str) -> float | None:
    """The first time by which half have ended; None while more than half have not."""
    return next((time for time, _, _, share in survival_steps(durations, ended, name) if share <= HALF), None)
