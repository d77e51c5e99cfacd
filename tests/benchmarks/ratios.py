"""Times compared within one run: what else the machine does slows both sides, so only ratios are judged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CDNOW = ROOT / "tests" / "data" / "cdnow_summary.csv.gz"
missed: list[str] = []


def cpu_each(sides: dict[str, Callable[[], Any]], rounds: int = 7, at_least: float = 0.02) -> dict[str, float]:
    """CPU seconds of one call of each side: the least of several rounds, the sides taking turns."""
    repeats = {}
    for name, side in sides.items():
        count, spent = 1, 0.0
        while spent < at_least:
            count *= 2 if count > 1 else 1
            spent = cpu_of(side, count)
            if spent < at_least:
                count = max(count * 2, int(count * at_least / max(spent, 1e-9)))
        repeats[name] = count
    best = dict.fromkeys(sides, float("inf"))
    for _ in range(rounds):
        for name, side in sides.items():
            best[name] = min(best[name], cpu_of(side, repeats[name]) / repeats[name])
    return best


def cpu_of(side: Callable[[], Any], count: int = 1) -> float:
    turns = range(count)
    started = process_time()
    for _ in turns:
        side()
    return process_time() - started


def cpu_of_process(code: str, runs: int = 5) -> float:
    """CPU seconds that a fresh Python spends on `code`, from the first instruction; the least of several runs."""
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{code}\n"
        "import time; print('cpu', time.process_time())"  # counts from the start of the process
    )
    spent = []
    for _ in range(runs):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        spent.append(float(done.stdout.split("cpu ")[-1]))
    return min(spent)


def judge(what: str, value: float, goal: str, limit: float, unit: str = "x") -> None:
    """Print a figure beside its goal; `goal` starts with <= or >=."""
    holds = value <= limit if goal == "<=" else value >= limit
    if not holds:
        missed.append(what)
    print(f"{'ok    ' if holds else 'MISSED'} {value:10.3f} {unit:<3} {goal} {limit:g} {unit:<3} {what}", flush=True)


def tell(what: str, value: float, unit: str) -> None:
    print(f"       {value:10.3f} {unit:<3} {'':12} {what}", flush=True)


def end() -> None:
    """Exit with 1 where a goal was missed."""
    sys.exit(f"Missed: {', '.join(missed)}" if missed else 0)
