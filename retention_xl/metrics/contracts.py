"""Lifetime where customers differ: the shifted-beta-geometric model of contracts that come up for renewal."""

from __future__ import annotations

from itertools import pairwise
from math import exp, lgamma, log

from retention_xl.metrics.cells import base_is_zero, how_many, impossible, shown
from retention_xl.metrics.checks import check_not_negative
from retention_xl.metrics.spec import metric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

GROUP = "Lifetime value"


def check_positive(**parameters: float) -> None:
    """Refuse a parameter that is not above 0."""
    for name, parameter in parameters.items():
        if parameter <= 0:
            raise impossible(f"{name} ({shown(parameter)}) must be above 0.")


@metric
def sbg_fit(survivors: list[float]) -> list[list[float]]:
    """Fits the shifted-beta-geometric model of contract lifetimes to the survivors of one cohort: alpha and beta.

    Every customer has its own churn, the same at every renewal; across customers it follows a beta distribution. The
    loyal ones remain, which is why retention of a cohort rises with age.

    Parameters:
        survivors (series; customers or share): Customers alive at 0, 1, 2, ... periods; counts, shares or percentages.
    Returns:
        row: alpha, beta.
    Formula:
        maximum of sum of lost(t) ln P(T = t) + survivors(last) ln S(last);
        P(T = t) = S(t - 1) alpha / (alpha + beta + t - 1), S(t) = B(alpha, beta + t) / B(alpha, beta)
    Errors:
        #DIV/0!: nobody was there at the start.
        #NUM!: survivors rise or are negative, or cannot identify two parameters, with the reason; fewer than three
            numbers never can.
        #VALUE!: a number is missing in between or is text.
    Examples:
        =INDEX(SBG_FIT({100;86.9;74.3;65.3;59.3;55.1;51.7;49.1}),1,2) gives 3.806095
        >>> [[alpha, beta]] = sbg_fit([100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1])
        >>> round(alpha, 3), round(beta, 3)
        (0.668, 3.806)

    Source:
        Fader and Hardie (2007), How to project customer retention; the example is their High End segment.
    """
    if len(survivors) < 3:
        raise impossible(
            f"survivors has {how_many(len(survivors), 'numbers')}; two renewals, so three numbers, are the least."
        )
    if min(survivors) < 0:
        raise impossible(f"survivors: {shown(min(survivors))} is negative.")
    if survivors[0] == 0:
        raise base_is_zero("survivors starts with 0; nobody was there.")
    for period, (before, after) in enumerate(pairwise(survivors), 1):
        if after > before:
            raise impossible(f"survivors rises from {shown(before)} to {shown(after)} at period {period}.")
    stay = [alive / survivors[0] for alive in survivors[1:]]
    lost = [(before - after) / survivors[0] for before, after in pairwise(survivors)]
    if stay[-1] == 1:
        raise impossible("nobody has left, so nothing tells how churn differs.")
    if stay[0] == 0:
        raise impossible("nobody has renewed, so nothing tells how churn differs.")
    if stay[0] == stay[-1]:
        raise impossible("nobody has left after the first renewal, so nothing tells how churn differs.")

    def objective(parameters: Sequence[float]) -> tuple[float, list[float]]:
        alpha, beta = parameters
        value = by_alpha = by_beta = 0.0
        for period, (leave, remain) in enumerate(zip(lost, stay, strict=True)):
            together = alpha + beta + period
            value -= leave * log(alpha) + remain * log(beta + period) - (leave + remain) * log(together)
            by_alpha -= leave / alpha - (leave + remain) / together
            by_beta -= remain / (beta + period) - (leave + remain) / together
        return value, [by_alpha, by_beta]

    from retention_xl.metrics.fitting import fit_positive  # only a fit needs it

    all_alike = "churn does not fall from renewal to renewal, so customers do not differ; LIFETIME(churn) says it all."
    two_kinds = "nearly all who leave do so at the first renewal; customers stay for good or leave at once."
    return [fit_positive(objective, ("alpha", "beta"), two_kinds, all_alike)]


@metric
def sbg_survival(alpha: float, beta: float, period: float) -> float:
    """Share of customers still there after so many renewals, by the shifted-beta-geometric model.

    Parameters:
        alpha (number): First parameter of SBG_FIT.
        beta (number): Second parameter of SBG_FIT.
        period (number; periods): Renewals since the start; 0 is the start.
    Returns:
        number: fraction.
    Formula:
        S(t) = B(alpha, beta + t) / B(alpha, beta), B the beta function
    Errors:
        #NUM!: alpha or beta is not above 0, or period is negative.
    Examples:
        =SBG_SURVIVAL(1,1,1) gives 0.5
        >>> round(sbg_survival(0.668, 3.806, 12), 3)
        0.378

    Source:
        Fader and Hardie (2007).
    """
    check_positive(alpha=alpha, beta=beta)
    check_not_negative(period=period)
    return exp(lgamma(beta + period) - lgamma(beta) + lgamma(alpha + beta) - lgamma(alpha + beta + period))


@metric
def sbg_retention(alpha: float, beta: float, period: float) -> float:
    """Retention rate at one renewal, by the shifted-beta-geometric model: of those still there, how many renew.

    Parameters:
        alpha (number): First parameter of SBG_FIT.
        beta (number): Second parameter of SBG_FIT.
        period (number; periods): Which renewal: 1 is the first.
    Returns:
        number: fraction; it rises with period.
    Formula:
        r(t) = (beta + t - 1) / (alpha + beta + t - 1)
    Errors:
        #NUM!: alpha or beta is not above 0, or period is below 1.
    Examples:
        =SBG_RETENTION(1,3,1) gives 0.75
        >>> sbg_retention(1, 3, 1), sbg_retention(1, 3, 2)
        (0.75, 0.8)

    Source:
        Fader and Hardie (2007).
    """
    check_positive(alpha=alpha, beta=beta)
    if period < 1:
        raise impossible(f"period ({shown(period)}) must be 1 or later; 1 is the first renewal.")
    return (beta + period - 1) / (alpha + beta + period - 1)


@metric
def cltv_sbg(alpha: float, beta: float, margin: float, discount: float, renewals_made: float | None = None) -> float:
    """Lifetime value where churn differs between customers: margin times discounted expected lifetime (DEL or DERL).

    Without renewals_made the customer is just won and pays the first period now: t = 0, 1, 2, ... count, undiscounted
    from t = 0 (DEL). With renewals_made = n the customer has renewed n times, the next renewal is about to come and its
    payment is the first one counted, undiscounted (DERL). Published tables that number the first period as renewal 1
    have n + 1 where this has n.

    Parameters:
        alpha (number): First parameter of SBG_FIT.
        beta (number): Second parameter of SBG_FIT.
        margin (number; money a period): What one customer earns in one period, costs taken off.
        discount (number; fraction a period): Discount rate of a period.
        renewals_made (number; renewals): Renewals made so far, from 0 on; left out for a customer just won.
    Returns:
        number: money.
    Formula:
        DEL = sum over t >= 0 of S(t) / (1 + discount)^t;
        DERL = sum over t > n of S(t) / S(n) / (1 + discount)^(t - n - 1)
    Errors:
        #NUM!: alpha or beta is not above 0, margin or discount is negative, renewals_made is not a whole number from 0
            on, or the undiscounted lifetime is infinite (alpha not above 1).
    Examples:
        =CLTV_SBG(0.668088,3.806095,1,0.1) gives 5.922253
        >>> round(cltv_sbg(0.668088, 3.806095, 100, 0.1), 1)
        592.2
        >>> round(cltv_sbg(0.668088, 3.806095, 100, 0.1, 0), 1)
        541.4

    Source:
        Fader and Hardie (2010), Customer-base valuation in a contractual setting.
    """
    check_positive(alpha=alpha, beta=beta)
    check_not_negative(margin=margin, discount=discount)
    if renewals_made is None:
        return margin * discounted_lifetime(alpha, beta, discount)
    if renewals_made < 0 or renewals_made % 1:
        raise impossible(f"renewals_made ({shown(renewals_made)}) must be a whole number from 0 on.")
    renews = (beta + renewals_made) / (alpha + beta + renewals_made)
    return margin * renews * discounted_lifetime(alpha, beta + renewals_made + 1, discount)


def discounted_lifetime(alpha: float, beta: float, discount: float) -> float:
    """Sum over t >= 0 of S(t) / (1 + discount)^t."""
    if discount > 0:
        from retention_xl.metrics.hypergeometric import first_of_one  # only a discounted sum needs it

        return first_of_one(beta, alpha + beta, 1 / (1 + discount))
    if alpha <= 1:
        raise impossible(f"with alpha ({shown(alpha)}) not above 1 the undiscounted lifetime is infinite.")
    return (alpha + beta - 1) / (alpha - 1)
