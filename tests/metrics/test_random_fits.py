"""Any sane data: a fit or #NUM! with the reason, never a failure, a warning or a wild number; and SciPy does no better.

`tests/benchmarks/fits.py` does the same with a thousand data sets a model, up to 50,000 customers each.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Sequence
from math import exp, isfinite
from typing import Any

import pytest
from thorough import mainly

import retention_xl as rx

from .random_customers import random_histories, random_spending, random_survivors
from .test_fitting import bgnbd_likelihood, gg_likelihood, sbg_likelihood

MODELS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., float]]] = {
    "sBG": (rx.sbg_fit, lambda chance: (random_survivors(chance, (5, 50, 1000)),), sbg_likelihood),
    "BG/NBD": (rx.bgnbd_fit, lambda chance: random_histories(chance, (5, 30, 300)), bgnbd_likelihood),
    "Gamma-Gamma": (rx.gg_fit, lambda chance: random_spending(chance, (5, 30, 300)), gg_likelihood),
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", mainly(range(40), *range(20)))
def test_random_data_give_finite_parameters_or_num_with_the_reason(model: str, seed: int) -> None:
    fit, make, _ = MODELS[model]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            [fitted] = fit(*make(random.Random(seed)))
        except rx.MetricError as refused:
            assert refused.code == "#NUM!"
            assert len(str(refused)) > 40, "the reason is missing"
        else:
            assert all(isfinite(parameter) and parameter > 0 for parameter in fitted)


@pytest.mark.parametrize("model", MODELS)
def test_most_random_data_are_fitted(model: str) -> None:
    """Five customers often tell nothing; but a fit that refused everything would pass the test above."""
    fit, make, _ = MODELS[model]
    fitted = 0
    for seed in range(20):
        try:
            fit(*make(random.Random(seed)))
            fitted += 1
        except rx.MetricError:
            continue
    assert fitted >= 8


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", mainly(range(5), 0))
def test_no_start_leads_scipy_to_a_likelier_fit(model: str, seed: int) -> None:
    """An inner peak is not taken for the top; where we refuse, SciPy too runs off to where no parameter makes sense."""
    from scipy.optimize import minimize

    fit, make, likelihood = MODELS[model]
    data = make(random.Random(seed))
    rows: Any = data[0] if model == "sBG" else list(zip(*data, strict=True))
    try:
        [fitted] = fit(*data)
    except rx.MetricError:
        fitted = None
    size = {"sBG": 2, "BG/NBD": 4, "Gamma-Gamma": 3}[model]
    unit = 1.0 if model == "sBG" else sum(data[-1]) / len(data[-1])

    def scaled(point: Sequence[float]) -> list[float]:
        parameters = [exp(min(max(part, -30.0), 30.0)) for part in point]
        if model == "BG/NBD":
            parameters[1] *= unit
        if model == "Gamma-Gamma":
            parameters[2] *= unit
        return parameters

    def objective(point: Sequence[float]) -> float:
        try:
            value = -likelihood(rows, scaled(point))
        except (ValueError, OverflowError):  # the plain form of the paper does not bear all points
            return 1e12
        return value if isfinite(value) else 1e12

    top = None
    for start in ([0.0] * size, [1.0] * size, [-1.0] * size, [1.0, -1.0, 1.0, -1.0][:size]):
        found = minimize(objective, start, method="Nelder-Mead", options={"maxiter": 3000, "fatol": 1e-9})
        if top is None or found.fun < top.fun:
            top = found
    assert top is not None
    if fitted is None:
        assert max(map(abs, top.x)) > 4, top.x
    else:
        assert likelihood(rows, fitted) >= -top.fun - 1e-6 * max(1, abs(top.fun))
