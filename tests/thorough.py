"""What runs only where it is asked for: the same claims on many more cases, the long way round.

`pytest` leaves out what is marked `thorough`, and of a test marked `few(3)` every case after the third;
`pytest --thorough` and RETENTION_XL_THOROUGH=1, which .ci/run sets, run everything. What is named with `::` or
`-m thorough` always runs. Of each claim that is marked in part the default run keeps cases that stand for the rest.

A default run also tries a property on fewer examples, always the same. Both spare DuckDB its optimiser, and a second
thread, for ledgers of a few lines, where to plan a statement takes far longer than to run it. The modules that are
marked `planned_as_ever`, which put every statement to what it must compute, plan as the program does in a thorough run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

VARIABLE = "RETENTION_XL_THOROUGH"
A_FEW_LINES = 100_000  # bytes


def asked_for(config: pytest.Config) -> bool:
    named = any("::" in argument for argument in config.args) or "thorough" in config.option.markexpr
    return bool(config.option.thorough or os.environ.get(VARIABLE) or named)


def left_out(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """What a default run leaves out."""
    cases: Counter[str] = Counter()
    found = []
    for item in items:
        few = item.get_closest_marker("few")
        if few:
            cases[item.nodeid.partition("[")[0]] += 1
        if item.get_closest_marker("thorough") or (few and cases[item.nodeid.partition("[")[0]] > few.args[0]):
            found.append(item)
    return found


def mainly(cases: Iterable[Any], *quick: Any) -> list[Any]:
    """The cases as parameters, all but the quick ones for a thorough run only."""
    every = list(cases)
    unknown = [case for case in quick if case not in every]
    if unknown:
        raise ValueError(f"not among the cases: {unknown}")
    return [case if case in quick else pytest.param(case, marks=pytest.mark.thorough) for case in every]


@contextmanager
def small_ledgers_planned_quickly() -> Iterator[None]:
    from retention_xl.ledger import read

    connect = read.connect

    def connected(scratch: Any, size: int = 0, *rest: Any) -> Any:
        opened = connect(scratch, size, *rest)
        if 0 < size < A_FEW_LINES:  # 0 is not known, or in memory already
            opened.execute("PRAGMA disable_optimizer")
            opened.execute("SET threads = 1")
        return opened

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "connect", connected)
        yield
