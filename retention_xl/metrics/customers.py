"""Customers: who was there, who stayed, who left, who came."""

from __future__ import annotations

from math import sqrt

from retention_xl.errors import MetricError
from retention_xl.metrics.cells import base_is_zero, impossible, nothing_yet, shown, wrong_kind
from retention_xl.metrics.chance import normal_deviate, wilson
from retention_xl.metrics.spec import metric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from retention_xl.metrics.ranges import Ids

GROUP = "Customers"


def refusal_of_counts(**counts: float) -> MetricError:
    """Why these cannot be numbers of customers; the first of them is the base of a rate."""
    for name, count in counts.items():
        if count < 0 or count % 1:
            return impossible(
                f"{name} ({shown(count)}) is not a number of customers; it must be whole and not negative."
            )
    return base_is_zero(f"{next(iter(counts))} is 0; there is nobody to keep or lose.")


def kept_and_opening(opening: Ids, closing: Ids) -> tuple[int, int]:
    """How many of the ids at the opening are there at the closing, and how many there were."""
    kept, base = opening.shared_with(closing)
    if not base:
        raise base_is_zero("opening has no ids; there is nobody to keep or lose.")
    return kept, base


def kept_count(opening: float, closing: float, new_customers: float) -> float:
    """How many of the customers counted at the closing were there at the opening, after all checks."""
    if opening % 1 or closing % 1 or not 0 <= new_customers <= closing or opening <= 0 or new_customers % 1:
        if closing >= 0 and new_customers > closing:
            raise impossible(
                f"new_customers ({shown(new_customers)}) is larger than closing ({shown(closing)}); "
                "new customers are part of closing."
            )
        raise refusal_of_counts(opening=opening, closing=closing, new_customers=new_customers)
    return closing - new_customers


@metric
def crr(opening: Any, closing: Any, new_customers: float | None = None) -> float:
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
        (closing - new_customers) / opening; of ids, those in both / those at the opening
    Errors:
        #DIV/0!: opening is 0 or has no ids.
        #NUM!: a count is negative or not whole, or new_customers is larger than closing.
        #VALUE!: a count is text, or two counts are given without new_customers.
    Examples:
        =CRR(100,105,15) gives 0.9
        >>> crr(100, 105, 15)
        0.9
        >>> crr(["A", "B", "C", "D"], ["a", "B ", "C", "E"])
        0.75

    Source:
        Articles 000, 003 and 004.
    """
    if new_customers is None:
        kept, base = kept_and_opening(opening, closing)
        return kept / base
    if opening % 1 or closing % 1 or not 0 <= new_customers <= closing or opening <= 0 or new_customers % 1:
        kept_count(opening, closing, new_customers)
    rate: float = (closing - new_customers) / opening
    return rate


@metric
def churn(opening: Any, closing: Any, new_customers: float | None = None) -> float:
    """Churn rate: the share of the customers held at the opening who are no longer held at the closing; 1 - CRR.

    Parameters:
        opening (count or ids; customers): Customers at the opening: their ids, or how many.
        closing (count or ids; customers): Customers at the closing: their ids, or how many, the new ones included.
        new_customers (number; customers): How many of the closing customers are new; only with counts.
    Returns:
        number: fraction, 0.1 for 10 %; negative where CRR of the counts is above 1.
    Formula:
        1 - CRR(opening, closing, new_customers)
    Errors:
        #DIV/0!: opening is 0 or has no ids.
        #NUM!: a count is negative or not whole, or new_customers is larger than closing.
        #VALUE!: a count is text, or two counts are given without new_customers.
    Examples:
        =CHURN(100,105,15) gives 0.1
        >>> churn(100, 105, 15)
        0.1
        >>> churn(["A", "B", "C", "D"], ["a", "B ", "C", "E"])
        0.25

    Source:
        Articles 001 and 002; logo churn of a closed opening cohort.
    """
    if new_customers is None:
        kept, base = kept_and_opening(opening, closing)
        return (base - kept) / base
    rate: float = (opening - kept_count(opening, closing, new_customers)) / opening
    return rate


@metric
def churn_rate(lost: float, opening: float, new_customers: float | None = None) -> float:
    """Churn rate from a count of lost customers: lost / opening, or of opening and new customers together.

    Parameters:
        lost (number; customers): Customers who left in the period.
        opening (number; customers): Customers at its opening.
        new_customers (number; customers): Customers who joined in the period, where the lost ones include some of them.
    Returns:
        number: fraction, 0.1 for 10 %.
    Formula:
        lost / opening, or lost / (opening + new_customers)
    Errors:
        #DIV/0!: there was nobody to lose.
        #NUM!: a count is negative or not whole, or more are lost than were there.
        #VALUE!: a count is text.
    Examples:
        =CHURN_RATE(13,115) gives 0.11304347826086956
        >>> churn_rate(10, 100)
        0.1
        >>> churn_rate(13, 100, 15)
        0.11304347826086956

    Source:
        Articles 001 and 002; with new_customers the rule of Stripe Billing.
    """
    joined = new_customers or 0.0
    if lost < 0 or lost % 1 or joined < 0 or joined % 1 or opening < 0 or opening % 1 or opening + joined == 0:
        raise refusal_of_counts(opening=opening, lost=lost, new_customers=joined)
    if lost > opening + joined:
        raise impossible(f"lost ({shown(lost)}) is larger than the {shown(opening + joined)} customers who were there.")
    return lost / (opening + joined)


def listed(ids: Ids, wanted: Callable[[str], bool], nobody: str) -> list[list[Any]]:
    """A column of the first spellings of all ids that are wanted, in order of first appearance."""
    found = [[spelling] for key, spelling in ids.spellings().items() if wanted(key)]
    if not found:
        raise nothing_yet(f"{nobody}; there is nothing to list.")
    return found


@metric
def customers_kept(opening: Ids, closing: Ids, as_list: bool = False) -> Any:
    """Customers held at the opening and still held at the closing: how many, or which.

    Parameters:
        opening (ids; customers): Customer ids at the opening.
        closing (ids; customers): Customer ids at the closing.
        as_list (flag): TRUE for the ids themselves, in the order and spelling of the opening list.
    Returns:
        number or column: customers; or their ids, one a row.
    Formula:
        count of ids in both lists
    Errors:
        #N/A: as_list is TRUE and nobody was kept.
    Examples:
        =CUSTOMERS_KEPT({"A";"B";"C"},{"B";"C";"D"}) gives 2
        >>> customers_kept(["A", "B", "C"], ["B", "C", "D"])
        2
        >>> customers_kept(["A", "B", "C"], ["B", "C", "D"], True)
        [['B'], ['C']]

    Source:
        Articles 000, 003 and 004.
    """
    if not as_list:
        return opening.shared_with(closing)[0]
    return listed(opening, closing.distinct().__contains__, "nobody was kept")


@metric
def customers_lost(opening: Ids, closing: Ids, as_list: bool = False) -> Any:
    """Customers held at the opening and no longer held at the closing: how many, or which.

    Parameters:
        opening (ids; customers): Customer ids at the opening.
        closing (ids; customers): Customer ids at the closing.
        as_list (flag): TRUE for the ids themselves, in the order and spelling of the opening list.
    Returns:
        number or column: customers; or their ids, one a row.
    Formula:
        count of ids in opening that are not in closing
    Errors:
        #N/A: as_list is TRUE and nobody was lost.
    Examples:
        =CUSTOMERS_LOST({"A";"B";"C"},{"B";"C";"D"}) gives 1
        >>> customers_lost(["A", "B", "C"], ["B", "C", "D"])
        1
        >>> customers_lost(["A", "B", "C"], ["B", "C", "D"], True)
        [['A']]

    Source:
        Article 001.
    """
    if not as_list:
        kept, base = opening.shared_with(closing)
        return base - kept
    closing_keys = closing.distinct()
    return listed(opening, lambda key: key not in closing_keys, "nobody was lost")


@metric
def customers_new(opening: Ids, closing: Ids, as_list: bool = False) -> Any:
    """Customers held at the closing who were not held at the opening, those who came back included: how many, or which.

    Parameters:
        opening (ids; customers): Customer ids at the opening.
        closing (ids; customers): Customer ids at the closing.
        as_list (flag): TRUE for the ids themselves, in the order and spelling of the closing list.
    Returns:
        number or column: customers; or their ids, one a row.
    Formula:
        count of ids in closing that are not in opening
    Errors:
        #N/A: as_list is TRUE and nobody is new.
    Examples:
        =CUSTOMERS_NEW({"A";"B";"C"},{"B";"C";"D"}) gives 1
        >>> customers_new(["A", "B", "C"], ["B", "C", "D"])
        1
        >>> customers_new(["A", "B", "C"], ["B", "C", "D"], True)
        [['D']]

    Source:
        Article 003.
    """
    if not as_list:
        known, held = closing.shared_with(opening)
        return held - known
    opening_keys = opening.distinct()
    return listed(closing, lambda key: key not in opening_keys, "nobody is new")


@metric
def customers_returned(opening: Ids, closing: Ids, known_before: Ids, as_list: bool = False) -> Any:
    """Customers held at the closing, not at the opening, but known before: how many came back, or which.

    Parameters:
        opening (ids; customers): Customer ids at the opening.
        closing (ids; customers): Customer ids at the closing.
        known_before (ids; customers): Ids of everyone who was a customer at any time before the opening.
        as_list (flag): TRUE for the ids themselves, in the order and spelling of the closing list.
    Returns:
        number or column: customers; or their ids, one a row.
    Formula:
        count of ids in closing and known_before that are not in opening
    Errors:
        #N/A: as_list is TRUE and nobody came back.
    Examples:
        =CUSTOMERS_RETURNED({"A";"B"},{"B";"C";"D"},{"C";"E"}) gives 1
        >>> customers_returned(["A", "B"], ["B", "C", "D"], ["C", "E"])
        1
        >>> customers_returned(["A", "B"], ["B", "C", "D"], ["C", "E"], True)
        [['C']]

    Source:
        Reactivation as ChartMogul and Recurly define it: active again after having been inactive.
    """
    wanted = known_before.distinct() - opening.distinct()
    if not as_list:
        return len(wanted.intersection(closing.keys))
    return listed(closing, wanted.__contains__, "nobody came back")


@metric
def customers_at(ids: Ids, start_dates: list[int | None], end_dates: list[int | None], as_of: int) -> int:
    """Distinct customers who are active on a day: started by then, and not ended or ended later.

    Parameters:
        ids (column of ids; customers): Customer id of each subscription or contract.
        start_dates (column of dates): First day of each.
        end_dates (column of dates): First day on which it no longer runs; blank while it has no end.
        as_of (date): The day to count at.
    Returns:
        number: customers.
    Formula:
        count of distinct ids with start_dates <= as_of and (no end or end_dates > as_of)
    Errors:
        #NUM!: an end lies before its start.
        #VALUE!: a start is missing or not a date, or the columns are not equally long.
    Examples:
        =CUSTOMERS_AT({"A";"B";"C"},{45292;45323;45292},{45383;45444;45323},45350) gives 2
        >>> customers_at(["A", "B", "C"], ["2024-01-01"] * 3, ["2024-04-01", "", "2024-02-01"], "2024-02-28")
        2

    Source:
        Closing instants as in the definitions of CRR and GRR: active is started and not ended.
    """
    active = set()
    for key, start, closed in zip(ids.keys, start_dates, end_dates, strict=True):
        if start is None:
            raise wrong_kind(f"start_dates: customer {key!r} has no start.")
        if closed is not None and closed < start:
            raise impossible(f"end_dates: a contract of customer {key!r} ends before it starts.")
        if start <= as_of and (closed is None or closed > as_of):
            active.add(key)
    return len(active)


@metric
def crr_interval(kept: float, opening: float, confidence: float = 0.95) -> list[list[float]]:
    """The range in which the true retention rate lies, given that few customers are a small sample: low and high.

    Parameters:
        kept (number; customers): Customers of the opening who are still there.
        opening (number; customers): Customers at the opening.
        confidence (number; fraction): How sure the range shall be, 0.95 unless told.
    Returns:
        row: low, high, as fractions; for a range of counts one row a cell.
    Formula:
        Wilson's score interval: (p + z^2/2n -+ z sqrt(p(1 - p)/n + z^2/4n^2)) / (1 + z^2/n)
    Errors:
        #DIV/0!: opening is 0.
        #NUM!: a count is negative or not whole, kept is larger than opening, or confidence is not between 0 and 1.
    Examples:
        =CRR_INTERVAL(0,10) gives {0,0.277532799}
        >>> [[low, high]] = crr_interval(90, 100)
        >>> round(low, 3), round(high, 3)
        (0.826, 0.945)

    Source:
        Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    check_share("kept", kept, "opening", opening)
    return [list(wilson(kept, opening, normal_deviate(confidence)))]


def check_share(part_name: str, part: float, whole_name: str, whole: float) -> None:
    """Refuse counts of which one cannot be a part of the other."""
    if whole <= 0 or whole % 1 or part < 0 or part % 1:
        raise refusal_of_counts(**{whole_name: whole, part_name: part})
    if part > whole:
        raise impossible(f"{part_name} ({shown(part)}) is larger than {whole_name} ({shown(whole)}).")


@metric
def change_is_real(
    kept_before: float, opening_before: float, kept_now: float, opening_now: float, confidence: float = 0.95
) -> bool:
    """TRUE where two retention rates differ by more than chance explains, FALSE where the change may be noise.

    Parameters:
        kept_before (number; customers): Customers kept in the earlier period.
        opening_before (number; customers): Customers at the opening of the earlier period.
        kept_now (number; customers): Customers kept in the later period.
        opening_now (number; customers): Customers at the opening of the later period.
        confidence (number; fraction): How sure to be, 0.95 unless told.
    Returns:
        flag: TRUE or FALSE.
    Formula:
        |p2 - p1| > z sqrt(p(1 - p)(1/n1 + 1/n2)), p the rate of both periods together
    Errors:
        #DIV/0!: an opening is 0.
        #NUM!: a count is negative or not whole, kept is larger than opening, or confidence is not between 0 and 1.
    Examples:
        =CHANGE_IS_REAL(900,1000,800,1000) gives TRUE
        >>> change_is_real(900, 1000, 800, 1000), change_is_real(9, 10, 8, 10)
        (True, False)

    Source:
        Two-proportion z test with the pooled rate.
    """
    check_share("kept_before", kept_before, "opening_before", opening_before)
    check_share("kept_now", kept_now, "opening_now", opening_now)
    z = normal_deviate(confidence)
    rate = (kept_before + kept_now) / (opening_before + opening_now)
    deviation = sqrt(rate * (1 - rate) * (1 / opening_before + 1 / opening_now))
    return abs(kept_now / opening_now - kept_before / opening_before) > z * deviation
