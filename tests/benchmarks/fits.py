"""A thousand random data sets for each model: a fit, or #NUM! with the reason; no failure, no warning, no wild number.

`python fits.py 200` does 200. One in a hundred sets of purchases has 50,000 customers.
"""

from __future__ import annotations

import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from math import isfinite
from typing import Any

from ratios import ROOT, cpu_of, end, judge, tell

sys.path.insert(0, str(ROOT))

import retention_xl as rx
from tests.metrics.random_customers import SIZES, random_histories, random_spending, random_survivors

WITH_LARGE = (*SIZES * 16, *SIZES[:3], 50_000)
LARGEST = 1e5  # of a parameter in units of the data; further off it is refused as running away


def fits_of(name: str, fit: Callable[..., Any], make: Callable[[random.Random], Any], count: int) -> None:
    """Fit them all, each with the seed of its number, and print what came of it."""
    refused: Counter[str] = Counter()
    failed: list[str] = []
    fitted, longest = 0, 0.0
    for seed in range(count):
        data = make(random.Random(seed))
        unit = sum(data[-1]) / len(data[-1])
        try:
            spent = cpu_of(lambda data=data: answers.append(fit(*data)[0]))
        except rx.MetricError as error:
            refused[f"{error.code} {str(error).partition(': ')[2][:60]}"] += 1
            continue
        except Exception as error:
            failed.append(f"seed {seed}: {error!r}")
            continue
        fitted, longest = fitted + 1, max(longest, spent)
        if not all(isfinite(part) and 0 < part <= LARGEST * max(1.0, unit) for part in answers.pop()):
            failed.append(f"seed {seed}: a wild number")
    judge(f"{name}: failures and warnings in {count:,} random data sets", len(failed), "<=", 0, "")
    judge(f"{name}: refusals other than #NUM!", sum(not reason.startswith("#NUM!") for reason in refused), "<=", 0, "")
    tell(f"{name}: fitted", fitted, "")
    tell(f"{name}: the longest fit", longest, "s")
    for reason, number in refused.most_common():
        tell(reason, number, "")
    for line in failed[:10]:
        print(line)


answers: list[Any] = []

if __name__ == "__main__":
    warnings.simplefilter("error")
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    fits_of("sBG", rx.sbg_fit, lambda chance: (random_survivors(chance),), sets)
    fits_of("BG/NBD", rx.bgnbd_fit, lambda chance: random_histories(chance, WITH_LARGE), sets)
    fits_of("Gamma-Gamma", rx.gg_fit, lambda chance: random_spending(chance, WITH_LARGE), sets)
    end()
