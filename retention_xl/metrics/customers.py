"""Customers: who was there, who stayed, who left, who came."""

from __future__ import annotations

from retention_xl.errors import MetricError
from retention_xl.metrics.cells import base_is_zero, impossible, shown
from retention_xl.metrics.ranges import Ids
from retention_xl.metrics.spec import metric

GROUP = "Customers"


def not_counts(**counts: float) -> MetricError:
    """The refusal of numbers of customers of which one is negative or not whole."""
    name, count = next((name, count) for name, count in counts.items() if count < 0 or count % 1)
    return impossible(f"{name} ({shown(count)}) is not a number of customers; it must be whole and not negative.")


@metric
def crr(opening: float | Ids, closing: float | Ids, new_customers: float | None = None) -> float:
    """Customer retention rate: the share of the customers held at the opening who are still held at the closing.

    Two arguments are lists of customer ids and give a rate between 0 and 1. Three are counts. A rate of counts above 1
    is returned as it is: customers have come back who are not counted as new, or new_customers is wrong.

    Parameters:
        opening (count or ids; customers): Customers at the opening: their ids, or how many.
        closing (count or ids; customers): Customers at the closing: their ids, or how many, the new ones included.
        new_customers (number; customers): How many of the closing customers are new; only with counts.
    Returns:
        number: fraction, 0.9 for 90 %.
    Formula:
        (closing - new_customers) / opening, or |opening and closing| / |opening| of ids
    Errors:
        #DIV/0!: opening is 0 or has no ids.
        #NUM!: a count is negative or not whole, or new_customers is larger than closing.
        #VALUE!: a count is text; or two counts are given without new_customers.
    Examples:
        =CRR(100,105,15)
        >>> crr(100, 105, 15)
        0.9
        >>> crr(["A", "B", "C", "D"], ["a", "B ", "C", "E"])
        0.75
    Source:
        Articles 000, 003 and 004.
    """
    if isinstance(opening, Ids):
        assert isinstance(closing, Ids)
        base = opening.distinct()
        if not base:
            raise base_is_zero("opening has no ids; there is nobody to keep.")
        return len(base & closing.distinct()) / len(base)
    assert not isinstance(closing, Ids)
    assert new_customers is not None
    if opening % 1 or closing % 1 or new_customers % 1 or opening < 0 or closing < 0 or new_customers < 0:
        raise not_counts(opening=opening, closing=closing, new_customers=new_customers)
    if new_customers > closing:
        raise impossible(
            f"new_customers ({shown(new_customers)}) is larger than closing ({shown(closing)}); "
            "new customers are part of closing."
        )
    if opening == 0:
        raise base_is_zero("opening is 0; there is nobody to keep.")
    return (closing - new_customers) / opening
