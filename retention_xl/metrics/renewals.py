"""Renewals and repeat purchases: what came up for a decision, and how it was decided."""

from __future__ import annotations

from retention_xl.metrics.cells import base_is_zero, impossible, nothing_yet, shown, wrong_kind
from retention_xl.metrics.checks import check_not_negative
from retention_xl.metrics.columns import row_numbers
from retention_xl.metrics.spec import metric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from retention_xl.metrics.ranges import Ids

GROUP = "Customers"


@metric
def renewal_rate(renewed: float, due: float) -> float:
    """Renewal rate: the share of what was due for renewal in the period that was renewed; nothing else counts.

    Parameters:
        renewed (number; contracts or money): Contracts renewed of those due, or their revenue.
        due (number; contracts or money): Contracts due for renewal in the period, or their revenue.
    Returns:
        number: fraction.
    Formula:
        renewed / due
    Errors:
        #DIV/0!: nothing was due.
        #NUM!: an argument is negative, or renewed is larger than due.
    Examples:
        =RENEWAL_RATE(18,20) gives 0.9
        >>> renewal_rate(18, 20)
        0.9

    Source:
        Article 002.
    """
    check_not_negative(renewed=renewed, due=due)
    if renewed > due:
        raise impossible(f"renewed ({shown(renewed)}) is larger than due ({shown(due)}); only what was due counts.")
    if due == 0:
        raise base_is_zero("due is 0; nothing was due for renewal.")
    return renewed / due


@metric
def early_cancel_rate(
    contract_ends: list[int | None], cancelled_on: list[int | None], from_date: int, to_date: int
) -> float:
    """Early cancellation rate: contracts cancelled in a period before their end, of those that ran at its start.

    Parameters:
        contract_ends (column of dates): Agreed end of each contract, all of them started before from_date.
        cancelled_on (column of dates): Day on which it was cancelled; blank where it was not.
        from_date (date): First day of the period.
        to_date (date): Last day of the period.
    Returns:
        number: fraction.
    Formula:
        contracts with from_date <= cancelled_on <= to_date and cancelled_on < contract_ends /
        contracts with contract_ends > from_date that were not cancelled before from_date
    Errors:
        #DIV/0!: no contract ran at from_date.
        #NUM!: to_date lies before from_date.
        #VALUE!: an end is missing or not a date, or the columns are not equally long.
    Examples:
        =EARLY_CANCEL_RATE({45657;45657;45382},{45350;0;0},45323,45351) gives 0.3333333333333333
        >>> ends = ["2024-12-31", "2024-12-31", "2024-03-31"]
        >>> early_cancel_rate(ends, ["2024-02-28", "", ""], "2024-02-01", "2024-02-29")
        0.3333333333333333

    Source:
        Article 002.
    """
    if to_date < from_date:
        raise impossible("to_date lies before from_date.")
    running = early = 0
    for row, agreed, cancelled in zip(row_numbers(contract_ends), contract_ends, cancelled_on, strict=True):
        if agreed is None:
            raise wrong_kind(f"contract_ends: contract {row} has no end.")
        if agreed <= from_date or (cancelled is not None and cancelled < from_date):
            continue
        running += 1
        if cancelled is not None and cancelled <= to_date and cancelled < agreed:
            early += 1
    if running == 0:
        raise base_is_zero("no contract ran at from_date.")
    return early / running


@metric
def repeat_rate(
    customer_ids: Ids, dates: list[int | None], window_days: float = 365, as_of: int | None = None
) -> float:
    """Repeat purchase rate: the share of customers who bought again, on another day, within so many days of the first.

    Only customers whose window is over count: the young ones have not had their chance yet.

    Parameters:
        customer_ids (column of ids): Customer of each purchase.
        dates (column of dates): Day of each purchase.
        window_days (number; days): Length of the window after the first purchase, 365 unless told.
        as_of (date): Day up to which purchases are known; the last date unless told.
    Returns:
        number: fraction.
    Formula:
        customers with a purchase on a later day <= first + window_days / customers with first + window_days <= as_of
    Errors:
        #N/A: no customer's window is over.
        #NUM!: window_days is not a whole number from 1 on.
        #VALUE!: a date is missing or not a date, or the columns are not equally long.
    Examples:
        =REPEAT_RATE({"A";"B";"A"},{45292;45292;45301},30,45400) gives 0.5
        >>> repeat_rate(["A", "B", "A"], ["2024-01-01", "2024-01-01", "2024-01-10"], 30, "2024-04-18")
        0.5

    Source:
        Article 002; distinct days, as the CDNOW literature counts.
    """
    if window_days < 1 or window_days % 1:
        raise impossible(f"window_days ({shown(window_days)}) must be a whole number from 1 on.")
    bought: dict[str, set[int]] = {}
    for row, key, day in zip(row_numbers(dates), customer_ids.keys, dates, strict=True):
        if day is None:
            raise wrong_kind(f"dates: purchase {row} has no date.")
        if as_of is None or day <= as_of:
            bought.setdefault(key, set()).add(day)
    last = as_of if as_of is not None else max((max(days) for days in bought.values()), default=0)
    ready = repeaters = 0
    for days in bought.values():
        first = min(days)
        if first + window_days <= last:
            ready += 1
            repeaters += any(first < day <= first + window_days for day in days)
    if ready == 0:
        raise nothing_yet(
            f"no customer's first purchase is {shown(window_days)} or more days ago; no window is over yet."
        )
    return repeaters / ready


@metric
def annualise(rate: float, periods_per_year: float, kind: str = "retention") -> float:
    """A rate of a period as a rate of a year: compounded, since who has left cannot leave again.

    Parameters:
        rate (number; fraction a period): Retention or churn of one period.
        periods_per_year (number; periods): 12 for months, 4 for quarters.
        kind (retention | churn): Which of the two the rate is; "retention" unless told.
    Returns:
        number: fraction a year.
    Formula:
        retention: rate^n; churn: 1 - (1 - rate)^n
    Errors:
        #NUM!: a churn rate is not between 0 and 1, a retention rate is negative, or periods_per_year is not above 0.
        #VALUE!: kind is neither of the two.
    Examples:
        =ANNUALISE(0.5,2) gives 0.25
        >>> round(annualise(0.05, 12, "churn"), 4)
        0.4596

    Source:
        Compounding; 12 x 5 % would be 60 %, and 12 x 10 % more than everybody.
    """
    if periods_per_year <= 0:
        raise impossible(f"periods_per_year ({shown(periods_per_year)}) must be above 0.")
    if kind == "churn":
        if not 0 <= rate <= 1:
            raise impossible(f"rate ({shown(rate)}) must be a fraction from 0 to 1; 5 % is 0.05.")
        remaining: float = (1 - rate) ** periods_per_year
        return 1 - remaining
    check_not_negative(rate=rate)
    kept: float = rate**periods_per_year
    return kept
