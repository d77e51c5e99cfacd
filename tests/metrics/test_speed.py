"""A formula in a cell costs little more than bare arithmetic. Ratios of the best of several runs, never wall time."""

from __future__ import annotations

from collections.abc import Callable
from timeit import repeat

import retention_xl as rx

TRIES = 20  # a busy machine adds to a run, it never takes away


def bare_crr(opening: float, closing: float, new_customers: float) -> float:
    return (closing - new_customers) / opening


def best(call: Callable[[], object], number: int) -> float:
    return min(repeat(call, number=number, repeat=7)) / number


def test_a_call_with_numbers_takes_at_most_ten_times_bare_arithmetic_and_a_microsecond() -> None:
    for _ in range(TRIES):
        bare = min(repeat("f(100, 105, 15)", globals={"f": bare_crr}, number=1000, repeat=100)) / 1000
        ours = min(repeat("f(100, 105, 15)", globals={"f": rx.crr}, number=1000, repeat=100)) / 1000
        if ours <= 10 * bare and ours < 1e-6:
            return
    raise AssertionError(f"{ours * 1e9:.0f} ns, {ours / bare:.1f} times bare arithmetic")


def test_100_000_ids_take_at_most_13_times_looking_at_every_cell() -> None:
    opening = [(f"C{number:08d}",) for number in range(50_000)]
    closing = [(f"c{number:08d}",) for number in range(5_000, 55_000)]

    def iterate() -> None:
        for column in (opening, closing):
            for row in column:
                for _ in row:
                    pass

    for _ in range(TRIES):
        looking, ours = best(iterate, 1), best(lambda: rx.crr(opening, closing), 1)
        if ours <= 13 * looking:
            break
    assert ours <= 13 * looking, f"{ours / looking:.1f} times"
    assert rx.crr(opening, closing) == 0.9
