"""Cohorts: customers and revenue by month of start and age, with the size-weighted average of what is old enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, Single, span
from retention_xl.report.model import Report
from retention_xl.report.sheets.bridge import interval_formula
from retention_xl.report.sheets.live import live
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.sheets.settings import setting
from retention_xl.report.wording import NOT_AVAILABLE, first_day, month_name

CUSTOMERS, RATE, AVERAGE = "rx_cohort_customers", "rx_cohort_rate", "rx_cohort_average"
REVENUE, REVENUE_RATE, REVENUE_AVERAGE = "rx_cohort_revenue", "rx_cohort_revenue_rate", "rx_cohort_revenue_average"
FEW_COHORTS = 8
SIZE, NOW, FIRST_AGE = 0, 1, 2  # the body's columns: size at the start, active at the report month, then ages


def blocks(report: Report) -> dict[str, Block]:
    """Counts, rates and averages of customers, then the same of revenue."""
    cohorts = report.cohorts
    rows, width = len(cohorts.rows), FIRST_AGE + cohorts.ages
    ages: list[Content] = list(range(cohorts.ages))
    labels: list[Content] = [first_day(row.cohort) for row in cohorts.rows]
    revenue = report.words.revenue
    at_month = month_name(report.month).split()[0][:3] + " now"
    started: list[Content] = ["Started", at_month, *ages] if rows else [""] * width
    paid: list[Content] = ["At start", at_month, *ages] if rows else [""] * width
    return {
        CUSTOMERS: Block(rows, width, lambda at: _counts(report, at, False), started, labels),
        RATE: Block(rows, width, lambda at: _rates(report, at, False), started, labels),
        AVERAGE: Block(
            4,
            width,
            lambda at: _averages(report, at),
            (),
            ["Average, weighted by size", "interval, low", "interval, high", f"{report.words.customers} behind it"]
            if rows
            else [""] * 4,
        ),
        REVENUE: Block(rows, width, lambda at: _counts(report, at, True), paid, labels),
        REVENUE_RATE: Block(rows, width, lambda at: _rates(report, at, True), paid, labels),
        REVENUE_AVERAGE: Block(
            2,
            width,
            lambda at: _revenue_averages(report, at),
            (),
            ["Average, weighted by revenue", f"{revenue} behind it"] if rows else [""] * 2,
        ),
    }


def on_one_page(report: Report) -> list[str]:
    """The sheets whose second page would hold a few lines only."""
    return ["Cohorts customers", "Cohorts revenue"] if len(report.cohorts.rows) <= FEW_COHORTS else []


def unused_charts(report: Report) -> list[str]:
    """Nobody started, or only this month: no curve."""
    return [] if report.cohorts.ages > 1 else ["rx_title_cohorts", "rx_title_cohort_revenue"]


def singles(report: Report) -> dict[str, Single]:
    """What the older cohorts hold, the note on the first cohort and the message of each curve."""
    cohorts = report.cohorts
    return {
        "rx_cohort_earlier": Single(lambda at: _earlier(report, at, False)),
        "rx_cohort_revenue_earlier": Single(lambda at: _earlier(report, at, True)),
        "rx_cohort_note": Single(_note(report)),
        "rx_board_cohorts": Single(_note(report) if unused_charts(report) else ""),
        "rx_small_cohort": Single(lambda at: _small(report, at)),
        "rx_title_cohorts": Single(lambda at: _title(report, at, AVERAGE, cohorts.average, "Customers")),
        "rx_title_cohort_revenue": Single(
            lambda at: _title(report, at, REVENUE_AVERAGE, cohorts.revenue_average, report.words.revenue)
        ),
    }


def _small(report: Report, at: Addresses) -> Cell:
    return Cell(report.settings.number("policy.small_cohort"), setting(report, at, "policy.small_cohort"))


def _note(report: Report) -> str:
    first = report.facts.months[0]
    if not report.cohorts.rows:
        return "Nobody became a customer in the months that are shown."
    if report.cohorts.rows and report.cohorts.rows[0].cohort == first and report.facts.nature == "recurring":
        return f"The cohort of {month_name(first)} is everybody who was already there when the ledger begins."
    return "Age 0 is the month of the first payment. Months still to come are blank, not zero."


def _earlier(report: Report, at: Addresses, revenue: bool) -> Content:
    value: float = report.cohorts.earlier_revenue if revenue else report.cohorts.earlier_active
    formula = live(report, at).earlier(revenue)
    return value if formula is None else Cell(value, formula)


def _counts(report: Report, at: Addresses, revenue: bool) -> Iterable[Sequence[Content]]:
    source, name = live(report, at), REVENUE if revenue else CUSTOMERS
    for i, row in enumerate(report.cohorts.rows):
        values: Sequence[float] = row.revenue if revenue else row.customers
        reached = [Cell(value, source.cohort(revenue, i, age)) for age, value in enumerate(values)]
        size, now = at.cell(name, i, FIRST_AGE), at.cell(name, i, FIRST_AGE + len(values) - 1)
        yield [Cell(values[0], size), Cell(values[-1], now), *reached]


def _rates(report: Report, at: Addresses, revenue: bool) -> Iterable[Sequence[Content]]:
    counts = REVENUE if revenue else CUSTOMERS
    for i, row in enumerate(report.cohorts.rows):
        values: Sequence[float] = row.revenue if revenue else row.customers
        base = at.cell(counts, i, SIZE)

        def rate(value: float, column: int, i: int = i, base: str = base, start: float = values[0]) -> Cell:
            shown = value / start if start else NOT_AVAILABLE
            return Cell(shown, f'IF({base}=0,"{NOT_AVAILABLE}",{at.cell(counts, i, column)}/{base})')

        yield [
            Cell(values[0], base),
            rate(values[-1], NOW),
            *(rate(value, FIRST_AGE + age) for age, value in enumerate(values)),
        ]


def _span(at: Addresses, name: str, rows: int, column: int) -> str:
    return span(at.cell(name, 0, column), at.cell(name, rows - 1, column))


def _averages(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    cohorts = report.cohorts
    ages = range(cohorts.ages)
    lead: list[Content] = [None, None]
    count = [at.cell(AVERAGE, 3, FIRST_AGE + age) for age in ages]
    rate = [at.cell(AVERAGE, 0, FIRST_AGE + age) for age in ages]
    kept = [f"SUM({_span(at, CUSTOMERS, _old(report, age), FIRST_AGE + age)})" for age in ages]
    yield lead + [
        Cell(_or_na(cohorts.average[a]), f'IF({count[a]}=0,"{NOT_AVAILABLE}",{kept[a]}/{count[a]})') for a in ages
    ]
    for bound, sign in enumerate("-+"):
        row: list[Content] = []
        for a in ages:
            ends = cohorts.average_interval[a]
            formula = interval_formula(report, at, rate[a], count[a], sign)
            row.append(Cell(_or_na(None if ends is None else ends[bound]), formula))
        yield [*lead, *row]
    yield [*lead, *(Cell(cohorts.behind[a], f"SUM({_span(at, CUSTOMERS, _old(report, a), SIZE)})") for a in ages)]


def _revenue_averages(report: Report, at: Addresses) -> Iterable[Sequence[Content]]:
    cohorts = report.cohorts
    lead: list[Content] = [None, None]
    first, second = [], []
    for age in range(cohorts.ages):
        old = _old(report, age)
        behind = sum(row.revenue[0] for row in cohorts.rows[:old])
        below = at.cell(REVENUE_AVERAGE, 1, FIRST_AGE + age)
        paid = f"SUM({_span(at, REVENUE, old, FIRST_AGE + age)})"
        first.append(Cell(_or_na(cohorts.revenue_average[age]), f'IF({below}=0,"{NOT_AVAILABLE}",{paid}/{below})'))
        second.append(Cell(behind, f"SUM({_span(at, REVENUE, old, SIZE)})"))
    yield [*lead, *first]
    yield [*lead, *second]


def _old(report: Report, age: int) -> int:
    """How many of the cohorts, oldest first, have reached an age."""
    return sum(len(row.customers) > age for row in report.cohorts.rows)


def _or_na(value: float | None) -> float | str:
    return NOT_AVAILABLE if value is None else value


def _title(report: Report, at: Addresses, block: str, average: Sequence[float | None], what: str) -> Content:
    """ "Customers: 61.3 % are left after 12 months" at the age that most cohorts reach, 12 at the most."""
    age = min(12, len(average) - 1)
    if age < 1 or average[age] is None:
        return f"{what} by age of the cohort"
    cell = at.cell(block, 0, FIRST_AGE + age)
    sentence = Sentence(f"{what}: ").percent(average[age] or 0.0, cell)
    return sentence.say(f" are left after {age} month{'s' if age > 1 else ''}").cell()
