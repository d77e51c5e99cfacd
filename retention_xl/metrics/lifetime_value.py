"""Lifetime value where churn is taken as constant, and what winning a customer costs."""

from __future__ import annotations

from retention_xl.metrics.cells import base_is_zero, impossible, nothing_yet, shown
from retention_xl.metrics.checks import check_fraction, check_not_negative
from retention_xl.metrics.spec import metric
from retention_xl.metrics.triangles import Triangle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

GROUP = "Lifetime value"


@metric
def lifetime(churn: float) -> float:
    """Expected lifetime of a customer where churn stays the same: one over churn.

    Parameters:
        churn (number; fraction a period): Share of customers lost in a period; the answer is in the same periods.
    Returns:
        number: periods, the first one included.
    Formula:
        1 / churn
    Errors:
        #N/A: churn is 0; no churn has been observed yet.
        #NUM!: churn is not between 0 and 1.
    Examples:
        =LIFETIME(0.05) gives 20
        >>> lifetime(0.05)
        20.0

    Source:
        Mean of the geometric distribution.
    """
    check_fraction(churn=churn)
    if churn == 0:
        raise nothing_yet("churn is 0; no churn has been observed, so no lifetime can be told.")
    return 1 / churn


@metric
def cltv(
    arpa: float, churn: float, margin: float = 1.0, discount: float = 0.0, max_periods: float | None = None
) -> float:
    """Customer lifetime value where churn stays the same: the margin of all payments to come, the first one now.

    All arguments are for the same period; a yearly discount of 10 % is 1.1^(1/12) - 1 a month.

    Parameters:
        arpa (number; money a period): Average revenue per account and period.
        churn (number; fraction a period): Share of customers lost in a period.
        margin (number; fraction): Gross margin, 1 unless told.
        discount (number; fraction a period): Discount rate of a period, 0 unless told.
        max_periods (number; periods): Count no more than this many payments; no cap unless given.
    Returns:
        number: money.
    Formula:
        arpa x margin x sum over t = 0, 1, ... of ((1 - churn) / (1 + discount))^t;
        undiscounted and uncapped: arpa x margin / churn
    Errors:
        #N/A: churn is 0 and neither discount nor max_periods bounds the sum.
        #NUM!: churn or margin is not between 0 and 1, another argument is negative, or max_periods is not whole.
    Examples:
        =CLTV(100,0.05,0.8) gives 1600
        >>> cltv(100, 0.05, 0.8)
        1600.0
        >>> round(cltv(100, 0.05, 0.8, 1.1 ** (1 / 12) - 1), 2)
        1390.93
        >>> cltv(100, 0.25, max_periods=2)
        175.0

    Source:
        Article 002; closed form of the discounted sum. The cap is ProfitWell's habit of 60 months.
    """
    check_fraction(churn=churn, margin=margin)
    check_not_negative(arpa=arpa, discount=discount)
    lapse = churn + discount  # of (1 + discount): what of a payment's worth is gone by the next one
    if max_periods is None:
        if lapse == 0:
            raise nothing_yet(
                "churn is 0; no churn has been observed, so without discount or max_periods it has no end."
            )
        return arpa * margin * (1 + discount) / lapse
    if max_periods < 1 or max_periods % 1:
        raise impossible(f"max_periods ({shown(max_periods)}) must be a whole number from 1 on.")
    if lapse == 0:
        return arpa * margin * max_periods
    worth_by_then: float = ((1 - churn) / (1 + discount)) ** max_periods
    return arpa * margin * (1 + discount) / lapse * (1 - worth_by_then)


@metric
def cltv_cohort(triangle: list[list[Any]], margin: float = 1.0, discount: float = 0.0) -> list[list[Any]]:
    """Value per starting customer of every cohort as observed so far, from a revenue triangle; nothing is extrapolated.

    Parameters:
        triangle (table; money): What COHORT(..., "revenue") answers, headings included.
        margin (number; fraction): Gross margin, 1 unless told.
        discount (number; fraction a period): Discount rate of a period of the triangle, 0 unless told.
    Returns:
        table: headings Cohort, Customers, Periods, Value; a row for every cohort with the periods observed so far.
    Formula:
        margin x sum over age of revenue / (1 + discount)^age / customers
    Errors:
        #DIV/0!: a cohort has no customers.
        #NUM!: margin is not between 0 and 1, or discount is negative.
        #VALUE!: the table is not a triangle with the headings Cohort, Customers, 0, 1, ...
    Examples:
        =INDEX(CLTV_COHORT({"Cohort","Customers",0,1;"2026-01",10,500,300}),2,4) gives 80
        >>> months = [["Cohort", "Customers", 0, 1], ["2026-01", 10, 500, 300], ["2026-02", 4, 240, None]]
        >>> for row in cltv_cohort(months, 0.5):
        ...     print(row)
        ['Cohort', 'Customers', 'Periods', 'Value']
        ['2026-01', 10, 2, 40.0]
        ['2026-02', 4, 1, 30.0]

    Source:
        Article 002; discounted sum of what was paid.
    """
    check_fraction(margin=margin)
    check_not_negative(discount=discount)
    table: list[list[Any]] = [["Cohort", "Customers", "Periods", "Value"]]
    for label, customers, cells in Triangle(triangle).with_customers():
        if customers == 0:
            raise base_is_zero(f"triangle: cohort {label} has no customers.")
        worth = sum(revenue / (1 + discount) ** age for age, revenue in enumerate(cells))
        table.append([label, customers, len(cells), margin * worth / customers])
    return table


@metric
def cac(spend: float, new_customers: float) -> float:
    """Customer acquisition cost: sales and marketing spend over the customers it won.

    Parameters:
        spend (number; money): Sales and marketing spend of the period.
        new_customers (number; customers): Customers won in it.
    Returns:
        number: money for a new customer.
    Formula:
        spend / new_customers
    Errors:
        #DIV/0!: nobody was won.
        #NUM!: an argument is negative, or new_customers is not whole.
    Examples:
        =CAC(50000,40) gives 1250
        >>> cac(50000, 40)
        1250.0

    Source:
        Article 002 (lever L2); the usual definition.
    """
    check_not_negative(spend=spend, new_customers=new_customers)
    if new_customers % 1:
        raise impossible(f"new_customers ({shown(new_customers)}) must be whole.")
    if new_customers == 0:
        raise base_is_zero("new_customers is 0; nobody was won.")
    return spend / new_customers


@metric
def cac_payback(cac: float, arpa: float, margin: float = 1.0) -> float:
    """Payback of the acquisition cost: after how many periods a customer's margin has earned it.

    Parameters:
        cac (number; money): Cost of winning a customer.
        arpa (number; money a period): What a new customer pays in a period.
        margin (number; fraction): Gross margin, 1 unless told.
    Returns:
        number: periods, months where arpa is by month.
    Formula:
        cac / (arpa x margin)
    Errors:
        #DIV/0!: arpa or margin is 0.
        #NUM!: cac or arpa is negative, or margin is not between 0 and 1.
    Examples:
        =CAC_PAYBACK(1200,125,0.8) gives 12
        >>> cac_payback(1200, 125, 0.8)
        12.0

    Source:
        The usual definition, with the brackets that Finmark's help leaves out.
    """
    check_not_negative(cac=cac, arpa=arpa)
    check_fraction(margin=margin)
    earned = arpa * margin
    if earned == 0:
        raise base_is_zero("arpa x margin is 0; the cost is never earned.")
    return cac / earned


@metric
def ltv_cac(cltv: float, cac: float) -> float:
    """Lifetime value for every unit of acquisition cost.

    Parameters:
        cltv (number; money): Customer lifetime value.
        cac (number; money): Cost of winning a customer.
    Returns:
        number: ratio; 3 is the usual floor.
    Formula:
        cltv / cac
    Errors:
        #DIV/0!: cac is 0.
        #NUM!: an argument is negative.
    Examples:
        =LTV_CAC(3600,1200) gives 3
        >>> ltv_cac(3600, 1200)
        3.0

    Source:
        The usual definition.
    """
    check_not_negative(cltv=cltv, cac=cac)
    if cac == 0:
        raise base_is_zero("cac is 0.")
    return cltv / cac
