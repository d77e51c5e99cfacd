"""Maximum likelihood for models of a few positive parameters: a minimiser, and the digamma function for gradients."""

from __future__ import annotations

from math import exp, log

from retention_xl.metrics.cells import impossible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Objective = Callable[[Sequence[float]], tuple[float, list[float]]]

MOST_STEPS = 500
FLAT = 1e-9  # a gradient this small, of an average log-likelihood by the logarithm of a parameter, is none
TELLABLE = 1e-15  # a smaller change of a value around 1 is lost in rounding
LONGEST_STEP = 2.0  # in logarithms: no parameter changes more than sevenfold at once
RUNAWAY = log(1e5)  # parameters are scaled to the data; one so far off is on its way to zero or infinity


def digamma(x: float) -> float:
    """The derivative of the logarithm of the gamma function, for x > 0.

    >>> round(digamma(1), 12)
    -0.577215664902
    """
    result = 0.0
    while x < 10:
        result -= 1 / x
        x += 1
    inverse = 1 / (x * x)
    series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))))
    return result + log(x) - 0.5 / x - series


def minimise(objective: Objective, start: Sequence[float]) -> list[float]:
    """The point at which a smooth function is smallest, by the method of Broyden, Fletcher, Goldfarb and Shanno.

    `objective` gives value and gradient. A step is taken when it lowers the value enough and the slope along it has
    become less steep (weak Wolfe conditions, by bisection), so that the curvature learnt from it is positive.
    """
    size = len(start)
    point = list(start)
    value, gradient = objective(point)
    inverse = identity(size)
    for _ in range(MOST_STEPS):
        if max(map(abs, gradient)) < FLAT:
            break
        direction = [-dot(row, gradient) for row in inverse]
        slope = dot(direction, gradient)
        if slope >= 0:  # rounding has spoilt what was learnt
            inverse = identity(size)
            direction, slope = [-part for part in gradient], -dot(gradient, gradient)
        longest = max(map(abs, direction))
        if longest > LONGEST_STEP:
            direction = [part * LONGEST_STEP / longest for part in direction]
            slope *= LONGEST_STEP / longest
            longest = LONGEST_STEP
        low, high, step = 0.0, None, 1.0
        for _ in range(60):
            there = [at + step * part for at, part in zip(point, direction, strict=True)]
            value_there, gradient_there = objective(there)
            if not value_there <= value + 1e-4 * step * slope:
                high = step
                if -step * slope < TELLABLE * max(1.0, abs(value)):
                    break  # halving on would only compare rounding errors
            elif dot(gradient_there, direction) < 0.9 * slope:
                low = step
            else:
                break
            step = 2 * low if high is None else (low + high) / 2
            if step * longest > 4 * LONGEST_STEP:
                break
        moved = [after - before for after, before in zip(there, point, strict=True)]
        turned = [after - before for after, before in zip(gradient_there, gradient, strict=True)]
        if not value_there < value:
            break  # as low as numbers of this size can tell
        point, value, gradient = there, value_there, gradient_there
        curvature = dot(moved, turned)
        if curvature > 0:
            inverse = learnt(inverse, moved, turned, curvature)
        if max(map(abs, point)) > RUNAWAY:
            break
    return point


def identity(size: int) -> list[list[float]]:
    """The unit matrix."""
    return [[float(row == column) for column in range(size)] for row in range(size)]


def dot(left: Sequence[float], right: Sequence[float]) -> float:
    """The scalar product."""
    return sum(a * b for a, b in zip(left, right, strict=True))


def learnt(inverse: list[list[float]], moved: list[float], turned: list[float], curvature: float) -> list[list[float]]:
    """The inverse second derivatives after a step: the update of the four."""
    product = [dot(row, turned) for row in inverse]
    scale = (1 + dot(turned, product) / curvature) / curvature
    return [
        [
            inverse[i][j] + scale * moved[i] * moved[j] - (product[i] * moved[j] + moved[i] * product[j]) / curvature
            for j in range(len(moved))
        ]
        for i in range(len(moved))
    ]


def by_logarithms(objective: Objective) -> Objective:
    """An objective of positive parameters as one of their logarithms, which may be anything."""

    def objective_of_logarithms(point: Sequence[float]) -> tuple[float, list[float]]:
        parameters = [exp(part) for part in point]
        value, gradient = objective(parameters)
        return value, [slope * parameter for slope, parameter in zip(gradient, parameters, strict=True)]

    return objective_of_logarithms


def start_from(objective: Objective, size: int) -> list[float] | None:
    """Logarithms of parameters to start the fit of more data from; None where these data alone run off."""
    point = minimise(by_logarithms(objective), [0.0] * size)
    return None if max(map(abs, point)) > RUNAWAY / 2 else point


def fit_positive(
    objective: Objective, names: Sequence[str], at_zero: str, at_infinity: str, start: Sequence[float] | None = None
) -> list[float]:
    """The positive parameters, scaled to lie around 1, at which a negative average log-likelihood is smallest.

    `objective` takes parameters and gives the gradient by them. Where the likelihood rises without end towards zero or
    infinity the data do not identify the parameters: #NUM!, with the reason that the model has for it. `start` holds
    logarithms to start from instead of 0.
    """
    point = minimise(by_logarithms(objective), start or [0.0] * len(names))
    for name, part in zip(names, point, strict=True):
        if abs(part) > RUNAWAY:
            where, reason = ("infinity", at_infinity) if part > 0 else ("zero", at_zero)
            raise impossible(f"{name} runs off to {where}: {reason}")
    return [exp(part) for part in point]
