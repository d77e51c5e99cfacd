"""Revenue: what recurs, from one line of an invoice to the year."""

from __future__ import annotations

from math import fsum

from retention_xl.metrics.cells import base_is_zero, impossible, shown, wrong_kind
from retention_xl.metrics.checks import check_not_negative, check_recurring
from retention_xl.metrics.columns import row_numbers
from retention_xl.metrics.spec import metric

GROUP = "Revenue"


@metric
def mrr(amount: float, months: float) -> float:
    """Monthly recurring revenue of a line: its amount, net of tax, over the months of its term.

    Parameters:
        amount (number; money): What the line bills for its whole term, net of tax and of lasting discounts.
        months (number; months): Months of the term: 1, 3, 12, ...
    Returns:
        number: money a month.
    Formula:
        amount / months
    Errors:
        #DIV/0!: months is 0.
        #NUM!: amount or months is negative; a credit note does not change recurring revenue.
    Examples:
        =MRR(2000,12) gives 166.66666666666666
        >>> mrr(108, 12)
        9.0

    Source:
        ChartMogul help 201244842: an annual plan of 2,000 is 166.67 a month.
    """
    if amount < 0 or months < 0:
        check_not_negative(amount=amount, months=months)
    if months == 0:
        raise base_is_zero("months is 0; a term has at least one month.")
    return amount / months


@metric
def mrr_at(
    amounts: list[float],
    months: list[float],
    start_dates: list[int | None],
    end_dates: list[int | None],
    as_of: int,
) -> float:
    """Monthly recurring revenue on a day: amount over months of every line that runs then.

    Parameters:
        amounts (column of amounts; money): What each line bills for its whole term.
        months (column of amounts; months): Months of each term.
        start_dates (column of dates): First day of each line's service.
        end_dates (column of dates): First day no longer served; blank while it has no end.
        as_of (date): The day to measure at.
    Returns:
        number: money a month; 0 where no line runs.
    Formula:
        sum of amounts / months over lines with start_dates <= as_of and (no end or end_dates > as_of)
    Errors:
        #DIV/0!: a line that runs has no months.
        #NUM!: a line that runs has a negative amount or term, or ends before it starts.
        #VALUE!: a start is missing or not a date, or the columns are not equally long.
    Examples:
        =MRR_AT({1200;50},{12;1},{45292;45292},{45658;45323},45300) gives 150
        >>> mrr_at([1200, 50], [12, 1], ["2024-01-01"] * 2, ["2025-01-01", "2024-02-01"], "2024-02-01")
        100.0

    Source:
        ChartMogul help 201244842; snapshots at the closing instant, no proration.
    """
    running = []
    lines = zip(row_numbers(start_dates), amounts, months, start_dates, end_dates, strict=True)
    for row, amount, term, start, closed in lines:
        if start is None:
            raise wrong_kind(f"start_dates: line {row} has no start.")
        if closed is not None and closed < start:
            raise impossible(f"end_dates: line {row} ends before it starts.")
        if start <= as_of and (closed is None or closed > as_of):
            if amount < 0 or term < 0:
                raise impossible(f"line {row} has a negative amount ({shown(amount)}) or term ({shown(term)}).")
            if term == 0:
                raise base_is_zero(f"months: line {row} has a term of 0 months.")
            running.append(amount / term)
    return fsum(running)


@metric
def arr(mrr: float) -> float:
    """Annual recurring revenue: twelve times the monthly.

    Parameters:
        mrr (number; money a month): Monthly recurring revenue.
    Returns:
        number: money a year.
    Formula:
        12 x mrr
    Errors:
        #NUM!: mrr is negative.
    Examples:
        =ARR(1000) gives 12000
        >>> arr(1000)
        12000

    Source:
        Article 002; the usual definition.
    """
    check_not_negative(mrr=mrr)
    return 12 * mrr


@metric
def arpa(mrr: float, customers: float) -> float:
    """Average revenue per account: recurring revenue over active customers.

    Parameters:
        mrr (number; money a month): Monthly recurring revenue.
        customers (number; customers): Active customers at the same day.
    Returns:
        number: money a month and customer.
    Formula:
        mrr / customers
    Errors:
        #DIV/0!: there are no customers.
        #NUM!: mrr is negative, or customers is negative or not whole.
    Examples:
        =ARPA(20000,160) gives 125
        >>> arpa(20000, 160)
        125.0

    Source:
        ChartMogul.
    """
    check_not_negative(mrr=mrr)
    if customers < 0 or customers % 1:
        raise impossible(f"customers ({shown(customers)}) must be whole and not negative.")
    if customers == 0:
        raise base_is_zero("customers is 0.")
    return mrr / customers


@metric
def arr_growth(arr: float, arr_year_ago: float) -> float:
    """Year-on-year growth of annual recurring revenue.

    Parameters:
        arr (number; money a year): Annual recurring revenue now.
        arr_year_ago (number; money a year): Annual recurring revenue twelve months earlier.
    Returns:
        number: fraction, 0.2 for growth of 20 %.
    Formula:
        arr / arr_year_ago - 1
    Errors:
        #DIV/0!: arr_year_ago is 0; growth from nothing is no rate.
        #NUM!: an amount is negative.
    Examples:
        =ARR_GROWTH(150,120) gives 0.25
        >>> arr_growth(150, 120)
        0.25

    Source:
        Article 002.
    """
    check_not_negative(arr=arr, arr_year_ago=arr_year_ago)
    if arr_year_ago == 0:
        raise base_is_zero("arr_year_ago is 0; growth from nothing is no rate.")
    return arr / arr_year_ago - 1


@metric
def quick_ratio(
    new_mrr: float, expansion: float, contraction: float, churned: float, reactivation: float = 0.0
) -> float:
    """Quick ratio: recurring revenue gained for every unit lost; losses go in as positive numbers.

    Parameters:
        new_mrr (number; money a month): Recurring revenue of new customers.
        expansion (number; money a month): Growth of existing customers.
        contraction (number; money a month): Shrinkage of customers who stay, as a positive number.
        churned (number; money a month): Recurring revenue of customers who left, as a positive number.
        reactivation (number; money a month): Recurring revenue of customers who came back; left out unless given.
    Returns:
        number: ratio; 1 where gains and losses are equal.
    Formula:
        (new_mrr + expansion + reactivation) / (contraction + churned)
    Errors:
        #DIV/0!: nothing was lost.
        #NUM!: an amount is negative.
    Examples:
        =QUICK_RATIO(1500,200,100,1300) gives 1.2142857142857142
        >>> quick_ratio(1500, 200, 100, 1300, 200)
        1.3571428571428572

    Source:
        Visible and Baremetrics leave reactivation out, saas-metrics takes it in; hence the optional argument.
    """
    check_not_negative(
        new_mrr=new_mrr, expansion=expansion, contraction=contraction, churned=churned, reactivation=reactivation
    )
    lost = contraction + churned
    if lost == 0:
        raise base_is_zero("contraction and churned are 0; nothing was lost.")
    return (new_mrr + expansion + reactivation) / lost


@metric
def concentration(mrr: list[float], top_n: float = 10) -> float:
    """How much of recurring revenue hangs on the largest customers: the share of the top few.

    Parameters:
        mrr (numbers; money a month): Recurring revenue of every customer.
        top_n (number; customers): How many of the largest to take, 10 unless told.
    Returns:
        number: fraction; 1 where there are no more than top_n customers.
    Formula:
        sum of the top_n largest / sum of all
    Errors:
        #DIV/0!: there is no revenue.
        #NUM!: an amount is negative, or top_n is not a whole number from 1 on.
    Examples:
        =CONCENTRATION({500;300;100;100},2) gives 0.8
        >>> concentration([500, 300, 100, 100], 2)
        0.8

    Source:
        Article 001 (the few customers who bring most revenue); concentration risk as auditors state it.
    """
    from heapq import nlargest  # at the top it would make every import of the catalogue slower

    if top_n < 1 or top_n % 1:
        raise impossible(f"top_n ({shown(top_n)}) must be a whole number from 1 on.")
    check_recurring("mrr", mrr)
    total = fsum(mrr)
    if total == 0:
        raise base_is_zero("mrr adds up to 0.")
    return fsum(nlargest(int(top_n), mrr)) / total
