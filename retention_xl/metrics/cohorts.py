"""Cohorts: customers who started together, and how long they stay."""

from __future__ import annotations

from math import fsum

from retention_xl.metrics.cells import base_is_zero, impossible, nothing_yet, shown, wrong_kind
from retention_xl.metrics.columns import row_numbers
from retention_xl.metrics.kaplan_meier import median_time, survival_steps
from retention_xl.metrics.spec import metric
from retention_xl.metrics.triangles import COHORT_HEADING, CUSTOMERS_HEADING, Triangle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from retention_xl.metrics.ranges import Ids

GROUP = "Cohorts"

MONTHS_OF_GRAIN = {"month": 1, "quarter": 3, "year": 12}


def periods_of(days: Iterable[int | None], months: int) -> dict[int | None, int]:
    """For every day the number of the calendar period of so many months in which it lies."""
    from datetime import date  # imported where a calendar is needed: it would cost every import of the catalogue

    at = {day: date.fromordinal(day) for day in set(days) if day is not None}
    return {day: (found.year * 12 + found.month - 1) // months for day, found in at.items()}


def label_of(period: int, months: int) -> str:
    """A period's name: 2026-10, 2026-Q4, 2026."""
    year, month = divmod(period * months, 12)
    if months == 1:
        return f"{year}-{month + 1:02d}"
    return f"{year}-Q{month // 3 + 1}" if months == 3 else str(year)


@metric
def cohort(
    customer_ids: Ids,
    dates: list[int | None],
    amounts: list[float] | None = None,
    measure: str = "rate",
    grain: str = "month",
) -> list[list[Any]]:
    """The cohort triangle: customers by the period of their first purchase, and how many buy again in every later one.

    Periods are calendar months, quarters or years, never blocks of 30 days. Cells in the future are blank; the last
    period is the one of the last date, and is partial where the data end within it. A line with a negative amount is a
    refund: it lowers revenue, but is no purchase.

    Parameters:
        customer_ids (column of ids): Customer of each line.
        dates (column of dates): Date of each line.
        amounts (column of amounts; money): Amount of each line; wanted for the measures of revenue.
        measure (rate | customers | revenue | revenue_rate | cumulative): "rate" unless told: customers as a share of
            the cohort. "customers". "revenue". "revenue_rate": revenue as a share of age 0. "cumulative" revenue.
        grain (month | quarter | year): Calendar "month" unless told, "quarter" or "year".
    Returns:
        table: headings Cohort, Customers, 0, 1, 2, ...; a row for every period in which customers started, with its
            label (2026-10, 2026-Q4, 2026), the customers who started in it, and a cell for every age in periods.
    Formula:
        customers of the cohort with a purchase in period start + age / customers of the cohort
    Errors:
        #DIV/0!: revenue_rate is asked for and a cohort has no revenue at age 0.
        #N/A: there are no lines.
        #NUM!: a customer has a refund before any purchase.
        #VALUE!: a date is missing or not a date, an amount has no id, or revenue is asked for without amounts.
    Examples:
        =INDEX(COHORT({"A";"B";"A"},{45292;45301;45323}),2,4) gives 0.5
        >>> days = ["2026-01-05", "2026-01-20", "2026-02-03", "2026-02-10"]
        >>> for row in cohort(["A", "B", "A", "C"], days):
        ...     print(row)
        ['Cohort', 'Customers', 0, 1]
        ['2026-01', 2, 1.0, 0.5]
        ['2026-02', 1, 1.0, None]
        >>> cohort(["A", "B", "A", "C"], days, [10, 20, 30, 40], "revenue")[1]
        ['2026-01', 2, 30.0, 30.0]

    Source:
        Cohorts by first purchase as in ChartMogul and Baremetrics.
    """
    months = MONTHS_OF_GRAIN[grain]
    if amounts is None and measure not in ("rate", "customers"):
        raise wrong_kind(f"amounts are wanted for the measure {measure}.")
    if not customer_ids.keys:
        raise nothing_yet("there are no lines.")
    if None in dates:
        raise wrong_kind(f"dates: line {row_numbers(dates)[dates.index(None)]} has no date.")
    periods = periods_of(dates, months)
    last = max(periods.values())
    lines: list[tuple[str, int]] = list(zip(customer_ids.keys, map(periods.__getitem__, dates), strict=True))
    purchases = set(lines)
    if amounts and min(amounts) < 0:
        purchases = {line for line, amount in zip(lines, amounts, strict=True) if amount >= 0}
    started: dict[str, int] = {}
    for key, period in purchases:
        if period < started.get(key, last + 1):
            started[key] = period
    starts = sorted(set(started.values()))
    active = {start: [0] * (last - start + 1) for start in starts}
    for key, period in purchases:
        start = started[key]
        active[start][period - start] += 1
    paid: dict[tuple[int, int], list[float]] = {}  # by start and period
    for (key, period), amount in zip(lines, amounts or (), strict=bool(amounts)):
        start = started.get(key, last + 1)
        if period < start:
            raise impossible(f"amounts: customer {key!r} has a refund ({shown(amount)}) before any purchase.")
        paid.setdefault((start, period), []).append(amount)
    table: list[list[Any]] = [[COHORT_HEADING, CUSTOMERS_HEADING, *range(last - starts[0] + 1)]]
    for start, customers in active.items():
        label = label_of(start, months)
        revenue = [fsum(paid.get((start, period), ())) for period in range(start, last + 1)]
        cells = cohort_cells(measure, customers, revenue, label)
        table.append([label, customers[0], *cells, *[None] * (start - starts[0])])
    return table


def cohort_cells(measure: str, customers: list[int], revenue: list[float], label: str) -> list[Any]:
    """One cohort's cells by age."""
    if measure == "customers":
        return list(customers)
    if measure == "rate":
        return [active / customers[0] for active in customers]
    if measure == "revenue":
        return list(revenue)
    if measure == "cumulative":
        return [fsum(revenue[: age + 1]) for age in range(len(revenue))]
    if revenue[0] == 0:
        raise base_is_zero(f"cohort {label} has no revenue at age 0.")
    return [paid / revenue[0] for paid in revenue]


@metric
def cohort_curve(triangle: list[list[Any]]) -> list[list[Any]]:
    """The average retention curve of a cohort triangle: by age, weighted by size, young cohorts as far as they go.

    Parameters:
        triangle (table; customers or money): What COHORT answers with "customers" or "revenue", headings included; or
            a table of your own with the headings Cohort, 0, 1, 2, ...
    Returns:
        table: headings Age, Rate, Cohorts; a row for every age with the number of cohorts that are old enough.
    Formula:
        sum of the cells of an age / sum of the cells of age 0 of the same cohorts
    Errors:
        #DIV/0!: all cohorts of an age started with 0.
        #VALUE!: the table is not a triangle with headings, or has text or a blank before its last cell.
    Examples:
        =INDEX(COHORT_CURVE({"Cohort",0,1;"a",80,78;"b",20,12}),3,2) gives 0.9
        >>> cohort_curve([["Cohort", 0, 1], ["2026-01", 80, 78], ["2026-02", 20, None]])
        [['Age', 'Rate', 'Cohorts'], [0, 1.0, 2], [1, 0.975, 1]]

    Source:
        Size-weighted average; an average of percentages would count small cohorts like large ones.
    """
    cohorts = [cells for _, cells in Triangle(triangle).observed()]
    table: list[list[Any]] = [["Age", "Rate", "Cohorts"]]
    for age in range(max(map(len, cohorts), default=0)):
        old_enough = [cells for cells in cohorts if len(cells) > age]
        base = fsum(cells[0] for cells in old_enough)
        if base == 0:
            raise base_is_zero(f"triangle: the cohorts that have reached age {age} started with 0.")
        table.append([age, fsum(cells[age] for cells in old_enough) / base, len(old_enough)])
    return table


@metric
def survival(tenure: list[float], ended: list[bool]) -> list[list[Any]]:
    """The Kaplan-Meier survival table: which share of customers is still there after each tenure.

    Those who are still customers count as long as they have been seen; they are neither lost nor left out.

    Parameters:
        tenure (column of numbers; periods): How long each customer has been one, until the end or until now.
        ended (column of flags): TRUE where the customer has left; FALSE where the tenure still runs.
    Returns:
        table: headings Time, At risk, Ended, Survival; a row for time 0 and for every tenure that occurs.
    Formula:
        product over times of 1 - ended / at risk
    Errors:
        #N/A: there are no customers.
        #NUM!: a tenure is negative.
        #VALUE!: a tenure is missing or text, or the columns are not equally long.
    Examples:
        =INDEX(SURVIVAL({1;2;3},{TRUE;FALSE;TRUE}),3,4) gives 0.6666666666666667
        >>> for row in survival([1, 2, 2, 5], [True, True, False, False]):
        ...     print(row)
        ['Time', 'At risk', 'Ended', 'Survival']
        [0, 4, 0, 1.0]
        [1, 4, 1, 0.75]
        [2, 3, 1, 0.5]
        [5, 1, 0, 0.5]

    Source:
        Kaplan and Meier (1958).
    """
    return [["Time", "At risk", "Ended", "Survival"], *map(list, survival_steps(tenure, ended, "tenure"))]


@metric
def median_lifetime(tenure: list[float], ended: list[bool]) -> float:
    """The tenure by which half of the customers have left, those who are still there counted rightly.

    Parameters:
        tenure (column of numbers; periods): How long each customer has been one, until the end or until now.
        ended (column of flags): TRUE where the customer has left; FALSE where the tenure still runs.
    Returns:
        number: periods, as tenure.
    Formula:
        the first time at which the Kaplan-Meier survival is 0.5 or less
    Errors:
        #N/A: there are no customers, or more than half of them remain.
        #NUM!: a tenure is negative.
        #VALUE!: a tenure is missing or text, or the columns are not equally long.
    Examples:
        =MEDIAN_LIFETIME({1;2;2;5},{TRUE;TRUE;FALSE;FALSE}) gives 2
        >>> median_lifetime([1, 2, 2, 5], [True, True, False, False])
        2

    Source:
        Kaplan and Meier (1958).
    """
    median = median_time(tenure, ended, "tenure")
    if median is None:
        raise nothing_yet("more than half of the customers remain; there is no median yet.")
    return median
