"""Customers without a contract: how often they buy, whether they still do, what they spend."""

from __future__ import annotations

from math import exp, fsum, log

from retention_xl.metrics.cells import how_many, impossible, nothing_yet, shown, wrong_kind
from retention_xl.metrics.checks import check_history, check_not_negative
from retention_xl.metrics.columns import row_numbers
from retention_xl.metrics.spec import metric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from retention_xl.metrics.ranges import Ids

GROUP = "Lifetime value"

DAYS_OF_UNIT = {"day": 1.0, "week": 7.0, "month": 365.25 / 12}
NEAR = 1e-5  # how near to a point where the formula has a limit but no value: there it is interpolated


@metric
def rfm(
    customer_ids: Ids,
    dates: list[int | None],
    amounts: list[float] | None = None,
    as_of: int | None = None,
    unit: str = "week",
) -> list[list[Any]]:
    """Recency, frequency and money of every customer, as BGNBD_FIT and GG_FIT take them.

    Purchases of one day are one purchase. Frequency does not count the first; recency is the time from the first
    purchase to the last, age the time from the first to as_of. Purchases after as_of do not count.

    Parameters:
        customer_ids (column of ids): Customer of each purchase.
        dates (column of dates): Day of each purchase.
        amounts (column of amounts; money): Amount of each purchase; leave refunds out.
        as_of (date): Day up to which purchases are counted; the last date unless told.
        unit (day | week | month): Unit of recency and age, "week" unless told; a month is 365.25 / 12 days.
    Returns:
        table: headings Id, Frequency, Recency, Age, Mean amount; a row for every customer in order of first appearance.
            Mean amount is of the repeat purchases, 0 where there are none, and blank without amounts.
    Formula:
        frequency = purchase days - 1; mean amount = amount of all days but the first / frequency
    Errors:
        #N/A: there is no purchase up to as_of.
        #NUM!: an amount is negative.
        #VALUE!: a date is missing or not a date, an amount has no id, or the columns are not equally long.
    Examples:
        =INDEX(RFM({"A";"A";"B"},{45292;45306;45299},{10;20;30},45320),2,4) gives 4
        >>> for row in rfm(["A", "A", "B"], ["2024-01-01", "2024-01-15", "2024-01-08"], [10, 20, 30], "2024-01-29"):
        ...     print(row)
        ['Id', 'Frequency', 'Recency', 'Age', 'Mean amount']
        ['A', 1, 2.0, 4.0, 20.0]
        ['B', 0, 0.0, 3.0, 0.0]

    Source:
        Fader, Hardie and Lee (2005); mean of the repeat purchases as in Fader and Hardie (2013).
    """
    bought: dict[str, dict[int, list[float]]] = {}
    for row, key, day, amount in zip(
        row_numbers(dates), customer_ids.keys, dates, amounts or [0.0] * len(dates), strict=True
    ):
        if day is None:
            raise wrong_kind(f"dates: purchase {row} has no date.")
        if amount < 0:
            raise impossible(f"amounts: purchase {row} is {shown(amount)}; a refund is no purchase, leave it out.")
        if as_of is None or day <= as_of:
            bought.setdefault(key, {}).setdefault(day, []).append(amount)
    if not bought:
        raise nothing_yet("there is no purchase up to as_of.")
    until = as_of if as_of is not None else max(max(days) for days in bought.values())
    length, spelling = DAYS_OF_UNIT[unit], customer_ids.spellings()
    table: list[list[Any]] = [["Id", "Frequency", "Recency", "Age", "Mean amount"]]
    for key, days in bought.items():
        first, last, repeats = min(days), max(days), len(days) - 1
        spent = fsum(amount for day, paid in days.items() if day != first for amount in paid)
        mean = None if amounts is None else spent / repeats if repeats else 0.0
        table.append([spelling[key], repeats, (last - first) / length, (until - first) / length, mean])
    return table


@metric
def bgnbd_fit(frequency: list[float], recency: list[float], age: list[float]) -> list[list[float]]:
    """Fits the BG/NBD model of repeat purchases without a contract: the row r, alpha, a, b.

    Customers buy at random at a rate of their own, and after any purchase may stop for good by a chance of their own.

    Parameters:
        frequency (column of numbers; purchases): Repeat purchases of each customer, as RFM gives them.
        recency (column of numbers; periods): Time from the first purchase to the last; 0 without repeat purchases.
        age (column of numbers; periods): Time from the first purchase to now.
    Returns:
        row: r, alpha, a, b; the params of BGNBD_EXPECTED and BGNBD_ALIVE.
    Formula:
        maximum of the likelihood of all histories; purchase rates gamma(r, alpha), chances of stopping beta(a, b)
    Errors:
        #NUM!: a history cannot be, or the customers cannot identify four parameters, with the reason.
        #VALUE!: a number is missing or text, or the columns are not equally long.
    Examples:
        =INDEX(BGNBD_FIT({0;1;1;2;1;0;0;8},{0;5;12;26;1;0;0;16},{30;39;32;32;34;39;34;32}),1,1) gives 0.381793
        >>> histories = [0, 1, 1, 2, 1, 0, 0, 8], [0, 5, 12, 26, 1, 0, 0, 16], [30, 39, 32, 32, 34, 39, 34, 32]
        >>> [round(parameter, 2) for parameter in bgnbd_fit(*histories)[0]]
        [0.38, 2.63, 0.92, 0.98]

    Source:
        Fader, Hardie and Lee (2005), "Counting your customers" the easy way.
    """
    from retention_xl.metrics.purchase_fits import fit_bgnbd  # only a fit needs it

    return [fit_bgnbd(frequency, recency, age)]


def parameters_of(params: list[float], names: str) -> list[float]:
    """The fitted parameters, all above 0, as many as there are names."""
    wanted = names.split(", ")
    if len(params) != len(wanted):
        raise wrong_kind(f"params has {how_many(len(params), 'numbers')}; {names} are wanted.")
    for name, parameter in zip(wanted, params, strict=True):
        if parameter <= 0:
            raise impossible(f"params: {name} ({shown(parameter)}) must be above 0.")
    return params


@metric
def bgnbd_expected(periods: float, frequency: float, recency: float, age: float, params: list[float]) -> float:
    """How many purchases to expect of a customer in the next periods, by the BG/NBD model.

    Parameters:
        periods (number; periods): How far to look ahead, in the periods of the fit.
        frequency (number; purchases): Repeat purchases so far.
        recency (number; periods): Time from the first purchase to the last.
        age (number; periods): Time from the first purchase to now.
        params (params): The row r, alpha, a, b of BGNBD_FIT; one row for all customers.
    Returns:
        number: purchases.
    Formula:
        (a + b + x - 1) / (a - 1) x [1 - ((alpha + T) / (alpha + T + t))^(r + x) 2F1(r + x, b + x; a + b + x - 1;
        t / (alpha + T + t))] / [1 + (x > 0) a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x)]
    Errors:
        #NUM!: the history cannot be, periods is negative or a parameter is not above 0.
        #VALUE!: params are not four numbers.
    Examples:
        =BGNBD_EXPECTED(39,2,30.43,38.86,{0.242593,4.413532,0.792886,2.425754}) gives 1.22591
        >>> round(bgnbd_expected(39, 2, 30.43, 38.86, [0.243, 4.414, 0.793, 2.426]), 3)
        1.226

    Source:
        Fader, Hardie and Lee (2005), equation 10; the example is customer 1 of CDNOW, 39 weeks ahead.
    """
    r, alpha, a, b = parameters_of(params, "r, alpha, a, b")
    check_not_negative(periods=periods)
    check_history(frequency, recency, age)
    if abs(a - 1) < NEAR:
        below, above = (expected_if_alive(periods, frequency, age, r, alpha, 1 + side, b) for side in (-NEAR, NEAR))
        expected = below + (above - below) * (a - 1 + NEAR) / (2 * NEAR)
    else:
        expected = expected_if_alive(periods, frequency, age, r, alpha, a, b)
    return expected * alive_chance(frequency, recency, age, r, alpha, a, b)


def expected_if_alive(
    periods: float, frequency: float, age: float, r: float, alpha: float, a: float, b: float
) -> float:
    """The numerator of the expectation. By Euler's transformation the series is short and does not overflow."""
    from retention_xl.metrics.hypergeometric import gauss_series  # only an expectation needs it

    c = a + b + frequency - 1
    if abs(c) < NEAR:
        c = NEAR
    z = periods / (alpha + age + periods)
    series = gauss_series(a + b - 1 - r, a - 1, c, z)
    return c / (a - 1) * (1 - exp((a - 1) * log(1 - z)) * series)


def alive_chance(frequency: float, recency: float, age: float, r: float, alpha: float, a: float, b: float) -> float:
    """The probability that a customer has not stopped."""
    if frequency == 0:
        return 1.0
    odds = log(a / (b + frequency - 1)) + (r + frequency) * log((alpha + age) / (alpha + recency))
    return 1 / (1 + exp(odds)) if odds < 700 else 0.0


@metric
def bgnbd_alive(frequency: float, recency: float, age: float, params: list[float]) -> float:
    """The probability that a customer without a contract is still active, by the BG/NBD model.

    Parameters:
        frequency (number; purchases): Repeat purchases so far.
        recency (number; periods): Time from the first purchase to the last.
        age (number; periods): Time from the first purchase to now.
        params (params): The row r, alpha, a, b of BGNBD_FIT; one row for all customers.
    Returns:
        number: fraction; 1 without repeat purchases, since in this model only a repeat purchase can be the last.
    Formula:
        1 / (1 + a / (b + x - 1) ((alpha + T) / (alpha + t_x))^(r + x)) for x > 0
    Errors:
        #NUM!: the history cannot be, or a parameter is not above 0.
        #VALUE!: params are not four numbers.
    Examples:
        =BGNBD_ALIVE(2,30.43,38.86,{0.242593,4.413532,0.792886,2.425754}) gives 0.72661
        >>> round(bgnbd_alive(2, 30.43, 38.86, [0.243, 4.414, 0.793, 2.426]), 3)
        0.727

    Source:
        Fader, Hardie and Lee (2008), Computing P(alive) using the BG/NBD model.
    """
    check_history(frequency, recency, age)
    return alive_chance(frequency, recency, age, *parameters_of(params, "r, alpha, a, b"))


@metric
def gg_fit(frequency: list[float], mean_amount: list[float]) -> list[list[float]]:
    """Fits the Gamma-Gamma model of what customers spend on a purchase: the row p, q, v.

    It holds where what customers spend does not go with how often they buy; check that first. Customers without
    repeat purchases are left out.

    Parameters:
        frequency (column of numbers; purchases): Repeat purchases of each customer, as RFM gives them.
        mean_amount (column of amounts; money): Mean amount of them.
    Returns:
        row: p, q, v; the params of GG_SPEND.
    Formula:
        maximum of the likelihood; amounts gamma(p, nu) of each customer, nu gamma(q, v) across customers
    Errors:
        #NUM!: a number cannot be, or the customers cannot identify three parameters, with the reason; fewer than three
            who have bought again never can.
        #VALUE!: a number is missing or text, or the columns are not equally long.
    Examples:
        =INDEX(GG_FIT({2;1;4;3;6},{22;12;74;21;37}),1,1) gives 3.580381
        >>> [round(parameter, 2) for parameter in gg_fit([2, 1, 4, 3, 6], [22, 12, 74, 21, 37])[0]]
        [3.58, 5.19, 42.2]

    Source:
        Fader and Hardie (2013), The Gamma-Gamma model of monetary value.
    """
    from retention_xl.metrics.purchase_fits import fit_gamma_gamma  # only a fit needs it

    return [fit_gamma_gamma(frequency, mean_amount)]


@metric
def gg_spend(frequency: float, mean_amount: float, params: list[float]) -> float:
    """What to expect a customer to spend on a purchase, by the Gamma-Gamma model: its mean drawn towards everybody's.

    Parameters:
        frequency (number; purchases): Repeat purchases so far.
        mean_amount (number; money): Mean amount of them; does not count where there are none.
        params (params): The row p, q, v of GG_FIT; one row for all customers.
    Returns:
        number: money for a purchase.
    Formula:
        p (v + x m) / (p x + q - 1)
    Errors:
        #NUM!: frequency is negative or not whole, mean_amount is negative, a parameter is not above 0, or p x + q is
            not above 1, where no mean exists.
        #VALUE!: params are not three numbers.
    Examples:
        =GG_SPEND(2,22.35,{6.2488,3.7446,15.4477}) gives 24.6586
        >>> round(gg_spend(2, 22.35, [6.25, 3.74, 15.44]), 2)
        24.66

    Source:
        Fader and Hardie (2013), equation 5; the example is customer 1 of CDNOW.
    """
    p, q, v = parameters_of(params, "p, q, v")
    check_not_negative(frequency=frequency, mean_amount=mean_amount)
    if frequency % 1:
        raise impossible(f"frequency ({shown(frequency)}) must be a whole number.")
    if p * frequency + q <= 1:
        raise impossible(f"p x + q is {shown(p * frequency + q)}, not above 1; the model has no mean there.")
    return p * (v + frequency * mean_amount) / (p * frequency + q - 1)
