"""Lifetime value: a customer valued in several ways, the survival behind them, and what cohorts brought so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.cells import Addresses, Block, Cell, Content, Single, span
from retention_xl.report.lifetime import Lifetime, lifetime
from retention_xl.report.model import Report
from retention_xl.report.sheets import cohorts
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.sheets.settings import setting
from retention_xl.report.wording import NOT_AVAILABLE, first_day, month_name

SHEET, SURVIVAL_SHEET = "Lifetime value", "Data survival"
INPUTS, VALUES, SURVIVAL, COHORTS = "rx_ltv_inputs", "rx_ltv", "rx_ltv_survival", "rx_ltv_cohorts"
INPUT_ROWS = ("arpa", "margin", "churn", "months", "year", "discount", "alpha", "beta")
VALUE, MONTHS, AGAINST = range(3)
CONSTANT, PROJECTED, OBSERVED, FACTOR, WORTH = range(5)


def unused_sheets(report: Report) -> list[str]:
    """The sheet itself and its survival table where no lifetime can be told."""
    return [] if lifetime(report) else [SHEET, SURVIVAL_SHEET]


def blocks(report: Report) -> dict[str, Block]:
    """Inputs, values by method, cohorts so far, survival by age."""
    found = lifetime(report)
    if found is None:
        return {}
    months = [first_day(row.cohort) for row in found.cohorts]
    return {
        INPUTS: Block(
            len(INPUT_ROWS),
            2,
            lambda at: _inputs(report, at, found),
            ["Value", "From"],
            [
                "Revenue per customer a month (ARPA)",
                "Gross margin",
                "Churn rate a month, mean of 12",
                "Longest lifetime counted, months",
                "Discount a year",
                "Discount a month",
                "Projection: alpha",
                "Projection: beta",
            ],
        ),
        VALUES: Block(
            6,
            4,
            lambda at: _values(report, at, found),
            ["Value", "Months", "Of simple", "Why it differs"],
            [
                "Simple",
                "Capped",
                "Discounted",
                "Capped and discounted",
                "Projected, capped and discounted",
                f"Observed: cohort of {month_name(found.cohorts[_oldest(report, found)].cohort)}"
                if found.cohorts
                else "Observed: no customer is new in these months",
            ],
        ),
        COHORTS: Block(
            len(months),
            4,
            lambda at: _cohorts(report, at, found),
            ["Customers", "Months", "So far", "Discounted"],
            months,
        ),
        SURVIVAL: Block(
            found.months,
            5,
            lambda at: _survival(report, at, found),
            ["Constant churn", "Projected", "Observed", "Discount factor", "Worth today"],
            list(range(found.months)),
        ),
    }


def singles(report: Report) -> dict[str, Single]:
    """The message of the chart."""
    found = lifetime(report)
    return {"rx_title_ltv": Single(lambda at: _title(report, at, found))} if found else {}


def _oldest(report: Report, found: Lifetime) -> int:
    """The oldest cohort of new customers; the ledger's first month holds everybody who was there already."""
    return 1 if found.cohorts[0].cohort == report.facts.months[0] and len(found.cohorts) > 1 else 0


def _input(at: Addresses, key: str) -> str:
    return at.cell(INPUTS, INPUT_ROWS.index(key), 0)


def _inputs(report: Report, at: Addresses, found: Lifetime) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    yield Cell(found.arpa, rows.rate("arpa", rows.last)), "Bridge"
    yield Cell(found.margin, setting(report, at, "policy.margin")), "Settings"
    yield Cell(found.churn, rows.rate("mean_churn", rows.last)), "Bridge"
    yield Cell(found.months, setting(report, at, "policy.cltv_months")), "Settings"
    year = setting(report, at, "policy.discount")
    yield Cell(report.settings.number("policy.discount"), year), "Settings"
    yield Cell(found.discount, f"(1+{_input(at, 'year')})^(1/12)-1"), "so that twelve months make the year's discount"
    projection = found.projection
    if projection is None:
        yield NOT_AVAILABLE, f"No projection: {found.why_not}"
        yield NOT_AVAILABLE, ""
        return
    fitted = f"Computed by the program: fitted to ages 0 to {projection.ages - 1} of the average on Cohorts customers"
    yield projection.alpha, fitted
    yield projection.beta, "Computed by the program. Both are inputs here: other values may be tried."


def _values(report: Report, at: Addresses, found: Lifetime) -> Iterable[Sequence[Content]]:
    margin = f"{_input(at, 'arpa')}*{_input(at, 'margin')}"
    churn, discount, months = (_input(at, key) for key in ("churn", "discount", "months"))
    simple = at.cell(VALUES, 0, VALUE)

    def row(
        i: int, value: float | None, formula: str, lasts: float | None, lasting: str, how: str
    ) -> Sequence[Content]:
        own = at.cell(VALUES, i, VALUE)
        against = None if value is None or not found.simple else value / found.simple
        return (
            Cell(_or_na(value), formula),
            Cell(_or_na(lasts), lasting),
            Cell(
                _or_na(against),
                f'IF(ISTEXT({simple}),"{NOT_AVAILABLE}",IF(OR(ISTEXT({own}),{simple}=0),'
                f'"{NOT_AVAILABLE}",{own}/{simple}))',
            ),
            how,
        )

    lasts = 1 / found.churn if found.churn else None
    capped = (1 - (1 - found.churn) ** found.months) / found.churn if found.churn else float(found.months)
    lasting = f'IF({churn}=0,"{NOT_AVAILABLE}",1/{churn})'
    capping = f"IF({churn}=0,{months},(1-(1-{churn})^{months})/{churn})"
    yield row(
        0,
        found.simple,
        f'IF({churn}=0,"{NOT_AVAILABLE}",{margin}/{churn})',
        lasts,
        lasting,
        "ARPA x margin / churn. Counts payments in the far future as if they were sure, and at full value.",
    )
    rows = Rows(report, at)
    yield row(
        1,
        found.capped,
        rows.rate("cltv", rows.last),
        capped,
        capping,
        "The figure of the first page: no payment counts beyond the longest lifetime.",
    )
    yield row(
        2,
        found.discounted,
        f'IF({churn}+{discount}=0,"{NOT_AVAILABLE}",{margin}*(1+{discount})/({churn}+{discount}))',
        lasts,
        lasting,
        "Each payment at today's value; no cap.",
    )
    lost = f"((1-{churn})/(1+{discount}))^{months}"
    both = f"{margin}*(1+{discount})/({churn}+{discount})*(1-{lost})"
    yield row(
        3,
        found.both,
        f"IF({churn}+{discount}=0,{margin}*{months},{both})",
        capped,
        capping,
        "Both: the careful figure where customers are alike.",
    )
    projected, worth = (_column(at, found, column) for column in (PROJECTED, WORTH))
    yield row(
        4,
        sum(found.worth) if found.worth else None,
        f'IF(COUNT({worth})=0,"{NOT_AVAILABLE}",SUM({worth}))',
        sum(found.projected) if found.projected else None,
        f'IF(COUNT({projected})=0,"{NOT_AVAILABLE}",SUM({projected}))',
        "Customers differ: those likely to leave go first, the loyal remain, so churn falls with age (sBG model).",
    )
    if not found.cohorts:
        yield NOT_AVAILABLE, NOT_AVAILABLE, NOT_AVAILABLE, "What a starting customer really brought: nobody started."
        return
    i = _oldest(report, found)
    observed = found.cohorts[i]
    yield row(
        5,
        observed.discounted,
        at.cell(COHORTS, i, 3),
        observed.months,
        at.cell(COHORTS, i, 1),
        "What a starting customer really brought so far, discounted; with expansion, and nothing of what is to come.",
    )


def _or_na(value: float | None) -> float | str:
    return NOT_AVAILABLE if value is None else value


def _column(at: Addresses, found: Lifetime, column: int) -> str:
    return span(at.cell(SURVIVAL, 0, column), at.cell(SURVIVAL, found.months - 1, column))


def _cohorts(report: Report, at: Addresses, found: Lifetime) -> Iterable[Sequence[Content]]:
    margin, discount = _input(at, "margin"), _input(at, "discount")
    for i, row in enumerate(found.cohorts):
        last = cohorts.FIRST_AGE + row.months - 1
        paid = span(at.cell(cohorts.REVENUE, i, cohorts.FIRST_AGE), at.cell(cohorts.REVENUE, i, last))
        ages = span(at.cell(cohorts.REVENUE, -1, cohorts.FIRST_AGE), at.cell(cohorts.REVENUE, -1, last))
        size = at.cell(COHORTS, i, 0)
        yield (
            Cell(row.customers, at.cell(cohorts.CUSTOMERS, i, cohorts.SIZE)),
            Cell(row.months, f"COUNT({paid})"),
            Cell(row.so_far, f"{margin}*SUM({paid})/{size}"),
            Cell(row.discounted, f"{margin}*SUMPRODUCT({paid}/(1+{discount})^{ages})/{size}"),
        )


def _survival(report: Report, at: Addresses, found: Lifetime) -> Iterable[Sequence[Content]]:
    churn, alpha, beta, discount = (_input(at, key) for key in ("churn", "alpha", "beta", "discount"))
    margin = f"{_input(at, 'arpa')}*{_input(at, 'margin')}"
    average = report.cohorts.average
    for age in range(found.months):
        own = at.cell(SURVIVAL, age, -1)
        factor = Cell(1 / (1 + found.discount) ** age, f"1/(1+{discount})^{own}")
        constant: Content = 1
        projected: Content = 1 if found.projection else None
        if age:
            before, left = at.cell(SURVIVAL, age - 1, -1), at.cell(SURVIVAL, age - 1, PROJECTED)
            constant = Cell(found.constant[age], f"{at.cell(SURVIVAL, age - 1, CONSTANT)}*(1-{churn})")
            if found.projection:
                projected = Cell(found.projected[age], f"{left}*({beta}+{before})/({alpha}+{beta}+{before})")
        worth = f"{margin}*{at.cell(SURVIVAL, age, PROJECTED)}*{at.cell(SURVIVAL, age, FACTOR)}"
        share = average[age] if age < len(average) else None
        yield (
            constant,
            projected,
            None if share is None else Cell(share, at.cell(cohorts.AVERAGE, 0, cohorts.FIRST_AGE + age)),
            factor,
            Cell(found.worth[age], worth) if found.worth else None,
        )


def _title(report: Report, at: Addresses, found: Lifetime) -> Content:
    """ "61.3 % of customers are left after 12 months; constant churn would leave 76.0 %"."""
    age = min(12, len(report.cohorts.average) - 1, found.months - 1)
    observed = report.cohorts.average[age] if age > 0 else None
    if observed is None:
        return "Share of customers left by months since the start"
    sentence = Sentence().percent(observed, at.cell(SURVIVAL, age, OBSERVED))
    sentence.say(f" of customers are left after {age} month{'s' if age > 1 else ''}; constant churn would leave ")
    return sentence.percent(found.constant[age], at.cell(SURVIVAL, age, CONSTANT)).cell()
