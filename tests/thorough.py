"""What runs only where it is asked for: the same claims on many more cases, the long way round.

`pytest` leaves out what is marked `thorough`; `pytest --thorough` and RETENTION_XL_THOROUGH=1, which .ci/run sets, run
everything. What is named with `::` or `-m thorough` always runs. Of each claim that is marked in part the default run
keeps cases that stand for the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest

VARIABLE = "RETENTION_XL_THOROUGH"


def asked_for(config: pytest.Config) -> bool:
    named = any("::" in argument for argument in config.args) or "thorough" in config.option.markexpr
    return bool(config.option.thorough or os.environ.get(VARIABLE) or named)


def mainly(cases: Iterable[Any], *quick: Any) -> list[Any]:
    """The cases as parameters, all but the quick ones for a thorough run only."""
    every = list(cases)
    unknown = [case for case in quick if case not in every]
    if unknown:
        raise ValueError(f"not among the cases: {unknown}")
    return [case if case in quick else pytest.param(case, marks=pytest.mark.thorough) for case in every]
