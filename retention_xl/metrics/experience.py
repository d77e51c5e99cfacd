"""Experience: how soon customers get value, what they use, what they wait for, why they leave."""

from __future__ import annotations

from math import fsum, sqrt

from retention_xl.metrics.cells import base_is_zero, impossible, nothing_yet, shown, wrong_kind
from retention_xl.metrics.chance import normal_deviate, wilson
from retention_xl.metrics.checks import check_not_negative
from retention_xl.metrics.columns import row_numbers
from retention_xl.metrics.kaplan_meier import median_time
from retention_xl.metrics.spec import metric

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from retention_xl.metrics.ranges import Ids

GROUP = "Experience"

NOT_STATED = "(not stated)"


def started(
    start_dates: list[int | None], then_dates: list[int | None], start_name: str, then_name: str
) -> Iterator[tuple[int, int | None]]:
    """Pairs of a day and a later one that may not have come yet."""
    for row, start, then in zip(row_numbers(start_dates), start_dates, then_dates, strict=True):
        if start is None:
            raise wrong_kind(f"{start_name}: row {row} has no date.")
        if then is not None and then < start:
            raise impossible(f"{then_name}: row {row} lies before its date in {start_name}.")
        yield start, then


@metric
def time_to_value(start_dates: list[int | None], reached_dates: list[int | None], as_of: int | None = None) -> float:
    """Time to value: the median number of days from start to first value, those still on the way counted rightly.

    Parameters:
        start_dates (column of dates): Day on which each customer started.
        reached_dates (column of dates): Day on which it first got value; blank while it has not.
        as_of (date): Day up to which is known who got there; the last date of both columns unless told.
    Returns:
        number: days.
    Formula:
        Kaplan-Meier median of reached_dates - start_dates; of who has not got there, as_of - start_dates so far
    Errors:
        #N/A: nobody has started, or fewer than half have got there.
        #NUM!: value was reached before the start.
        #VALUE!: a start is missing or not a date, or the columns are not equally long.
    Examples:
        =TIME_TO_VALUE({45292;45292;45292},{45297;45302;0},45350) gives 10
        >>> time_to_value(["2024-01-01"] * 3, ["2024-01-06", "2024-01-11", ""], "2024-02-28")
        10

    Source:
        Article 002; the median by Kaplan and Meier (1958), so that the slow ones do not drop out.
    """
    pairs = list(started(start_dates, reached_dates, "start_dates", "reached_dates"))
    until = as_of if as_of is not None else last_day(pairs)
    known = [(start, then if then is not None and then <= until else None) for start, then in pairs if start <= until]
    days: list[float] = [(until if then is None else then) - start for start, then in known]
    median = median_time(days, [then is not None for _, then in known], "start_dates")
    if median is None:
        raise nothing_yet("fewer than half of the customers have got there; there is no median yet.")
    return median


def last_day(pairs: list[tuple[int, int | None]]) -> int:
    """The last of all days."""
    return max((then or start for start, then in pairs), default=0)


@metric
def activation(
    start_dates: list[int | None],
    activated_dates: list[int | None],
    within_days: float = 30,
    as_of: int | None = None,
) -> float:
    """Activation rate: the share of customers activated within so many days of their start; young ones not counted.

    Parameters:
        start_dates (column of dates): Day on which each customer started.
        activated_dates (column of dates): Day on which it finished all key actions; blank while it has not.
        within_days (number; days): How long a customer may take, 30 unless told.
        as_of (date): Day up to which is known who is activated; the last date of both columns unless told.
    Returns:
        number: fraction.
    Formula:
        customers with activated_dates - start_dates <= within_days / customers with start_dates + within_days <= as_of
    Errors:
        #N/A: no customer has had so many days yet.
        #NUM!: a customer was activated before the start, or within_days is negative.
        #VALUE!: a start is missing or not a date, or the columns are not equally long.
    Examples:
        =ACTIVATION({45292;45292;45340},{45300;0;0},30,45350) gives 0.5
        >>> activation(["2024-01-01", "2024-01-01", "2024-02-18"], ["2024-01-09", "", ""], 30, "2024-02-28")
        0.5

    Source:
        Article 002.
    """
    check_not_negative(within_days=within_days)
    pairs = list(started(start_dates, activated_dates, "start_dates", "activated_dates"))
    until = as_of if as_of is not None else last_day(pairs)
    ready = [(start, then) for start, then in pairs if start + within_days <= until]
    if not ready:
        raise nothing_yet(f"no customer has had {shown(within_days)} days yet.")
    return sum(then is not None and then - start <= within_days for start, then in ready) / len(ready)


@metric
def feature_usage(active_ids: Ids, feature_ids: Ids) -> float:
    """Feature usage: the share of active customers who used a feature.

    Parameters:
        active_ids (ids; customers): Ids of the customers active in the period.
        feature_ids (ids; customers): Ids of whoever used the feature in it; those who are not active do not count.
    Returns:
        number: fraction.
    Formula:
        ids in both lists / ids in active_ids
    Errors:
        #DIV/0!: nobody is active.
    Examples:
        =FEATURE_USAGE({"A";"B";"C";"D"},{"B";"D";"X"}) gives 0.5
        >>> feature_usage(["A", "B", "C", "D"], ["B", "D", "X"])
        0.5

    Source:
        Article 002.
    """
    used, active = active_ids.shared_with(feature_ids)
    if not active:
        raise base_is_zero("active_ids has no ids; nobody is active.")
    return used / active


@metric
def feature_lift(ids: Ids, adopter_ids: Ids, kept_ids: Ids) -> list[list[float]]:
    """How much better adopters of a feature are kept than the others, with its interval; an association, not a cause.

    Parameters:
        ids (ids; customers): All customers at the opening.
        adopter_ids (ids; customers): Those who took up the feature, best in their first days.
        kept_ids (ids; customers): Those who are still customers at the closing.
    Returns:
        row: lift, low, high, as fractions; low and high are the 95 % interval of the lift.
    Formula:
        CRR of adopters - CRR of the others; interval of Newcombe from Wilson's intervals of both
    Errors:
        #DIV/0!: there are no adopters, or nobody else.
    Examples:
        =INDEX(FEATURE_LIFT({"A";"B";"C";"D"},{"A";"B"},{"A";"B";"C"}),1,1) gives 0.5
        >>> [[lift, low, high]] = feature_lift(["A", "B", "C", "D"], ["A", "B"], ["A", "B", "C"])
        >>> lift, round(low, 3), round(high, 3)
        (0.5, -0.273, 0.905)

    Source:
        Article 002 (which feature the best-kept customers used first); Newcombe (1998), method 10.
    """
    everyone, kept = ids.distinct(), kept_ids.distinct()
    adopters = everyone & adopter_ids.distinct()
    others = everyone - adopters
    if not adopters or not others:
        raise base_is_zero(f"there are {len(adopters)} adopters and {len(others)} others; both are wanted to compare.")
    z = normal_deviate(0.95)
    with_it, without = len(adopters & kept), len(others & kept)
    rate, other_rate = with_it / len(adopters), without / len(others)
    low, high = wilson(with_it, len(adopters), z)
    other_low, other_high = wilson(without, len(others), z)
    lift = rate - other_rate
    return [
        [
            lift,
            lift - sqrt((rate - low) ** 2 + (other_high - other_rate) ** 2),
            lift + sqrt((high - rate) ** 2 + (other_rate - other_low) ** 2),
        ]
    ]


def ages_of_open(opened: list[int | None], closed: list[int | None], as_of: int) -> list[int]:
    """The age in days of every ticket that is open on a day, in order of age."""
    pairs = started(opened, closed, "opened", "closed")
    return sorted(as_of - start for start, then in pairs if start <= as_of and (then is None or then > as_of))


@metric
def open_tickets(opened: list[int | None], closed: list[int | None], as_of: int) -> int:
    """How many support tickets are open on a day.

    Parameters:
        opened (column of dates): Day on which each ticket was opened.
        closed (column of dates): Day on which it was closed; blank while it is open.
        as_of (date): The day to count at; a ticket closed on it is no longer open.
    Returns:
        number: tickets.
    Formula:
        count of tickets with opened <= as_of and (not closed or closed > as_of)
    Errors:
        #NUM!: a ticket was closed before it was opened.
        #VALUE!: opened is missing or not a date, or the columns are not equally long.
    Examples:
        =OPEN_TICKETS({45292;45293;45294},{45295;0;45300},45296) gives 2
        >>> open_tickets(["2024-01-01", "2024-01-02", "2024-01-03"], ["2024-01-04", "", "2024-01-09"], "2024-01-05")
        2

    Source:
        Article 002.
    """
    return len(ages_of_open(opened, closed, as_of))


@metric
def ticket_age(opened: list[int | None], closed: list[int | None], as_of: int) -> float:
    """How long the tickets that are open on a day have been waiting: the median of their ages.

    Parameters:
        opened (column of dates): Day on which each ticket was opened.
        closed (column of dates): Day on which it was closed; blank while it is open.
        as_of (date): The day to measure at.
    Returns:
        number: days.
    Formula:
        median of as_of - opened over the open tickets
    Errors:
        #N/A: no ticket is open.
        #NUM!: a ticket was closed before it was opened.
        #VALUE!: opened is missing or not a date, or the columns are not equally long.
    Examples:
        =TICKET_AGE({45292;45293;45294},{45295;0;45300},45296) gives 2.5
        >>> ticket_age(["2024-01-01", "2024-01-02", "2024-01-03"], ["2024-01-04", "", "2024-01-09"], "2024-01-05")
        2.5

    Source:
        Article 002 (open tickets: keep few and answer quickly).
    """
    ages = ages_of_open(opened, closed, as_of)
    if not ages:
        raise nothing_yet("no ticket is open on that day.")
    return (ages[(len(ages) - 1) // 2] + ages[len(ages) // 2]) / 2


@metric
def k_factor(invites: float, users: float, joined: float) -> float:
    """Virality: how many new users one user brings, by invitations sent and the share of them that is taken up.

    Parameters:
        invites (number; invitations): Invitations sent in the period.
        users (number; users): Users who could send them.
        joined (number; users): Users who joined by an invitation.
    Returns:
        number: new users for each user.
    Formula:
        invites / users x joined / invites
    Errors:
        #DIV/0!: there are no users or no invitations.
        #NUM!: an argument is negative, or more joined than were invited.
    Examples:
        =K_FACTOR(500,1000,100) gives 0.1
        >>> k_factor(500, 1000, 100)
        0.1

    Source:
        Article 002.
    """
    check_not_negative(invites=invites, users=users, joined=joined)
    if users == 0 or invites == 0:
        raise base_is_zero(f"users is {shown(users)} and invites is {shown(invites)}; both are wanted.")
    if joined > invites:
        raise impossible(f"joined ({shown(joined)}) is larger than invites ({shown(invites)}).")
    return joined / users


@metric
def churn_reasons(reasons: list[str], amounts: list[float] | None = None) -> list[list[Any]]:
    """Why customers leave, the weightiest reason first: count, amount, share and running share of every reason stated.

    Parameters:
        reasons (column of texts): Reason of each lost customer; blank where none was stated.
        amounts (column of amounts; money): Revenue lost with each; the shares are of it, or of the count without it.
    Returns:
        table: headings Reason, Count, Amount, Share, Running share; blank reasons stand as "(not stated)", a row that
            is always there; without amounts the column Amount is blank.
    Formula:
        share = amount of the reason / all amounts, running from the largest down
    Errors:
        #DIV/0!: the amounts add up to 0.
        #N/A: there are no lost customers.
        #NUM!: an amount is negative.
        #VALUE!: an amount is text, or the columns are not equally long.
    Examples:
        =INDEX(CHURN_REASONS({"price";"service";"Price"}),2,4) gives 0.6666666666666666
        >>> for row in churn_reasons(["price", "service", "", "Price"], [100, 300, 50, 50]):
        ...     print(row)
        ['Reason', 'Count', 'Amount', 'Share', 'Running share']
        ['service', 1, 300.0, 0.6, 0.6]
        ['price', 2, 150.0, 0.3, 0.9]
        ['(not stated)', 1, 50.0, 0.1, 1.0]

    Source:
        Articles 001, 002 and 003.
    """
    if not reasons:
        raise nothing_yet("there are no lost customers.")
    if amounts and min(amounts) < 0:
        raise impossible(f"amounts: {shown(min(amounts))} is negative; lost revenue goes in as a positive number.")
    spelling = {NOT_STATED: NOT_STATED}
    paid: dict[str, list[float]] = {NOT_STATED: []}
    for reason, amount in zip(reasons, amounts or [1.0] * len(reasons), strict=True):
        key = reason.casefold() or NOT_STATED
        spelling.setdefault(key, reason)
        paid.setdefault(key, []).append(amount)
    total = fsum(amount for ones in paid.values() for amount in ones)
    if total == 0:
        raise base_is_zero("the amounts add up to 0; there is nothing to share out.")
    by_weight = sorted(paid, key=lambda key: (-fsum(paid[key]), -len(paid[key]), key))
    table: list[list[Any]] = [["Reason", "Count", "Amount", "Share", "Running share"]]
    running: list[float] = []
    for key in by_weight:
        weight = fsum(paid[key])
        running.append(weight)
        amount_shown = weight if amounts is not None else None
        table.append([spelling[key], len(paid[key]), amount_shown, weight / total, fsum(running) / total])
    return table
