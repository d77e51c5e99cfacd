"""Where the formulas read their facts: the customer table where it is in the workbook, else the added-up facts.

Both give the same figures; a reader of a small workbook can trace each one down to the customers' cells.
"""

from __future__ import annotations

from typing import Protocol

from retention_xl.report.cells import Addresses
from retention_xl.report.model import Report

CUSTOMERS = "rx_data"  # body: first month, then one column a month
MONTHS = "rx_facts_months"  # a row for each of MONTH_ROWS, a column a month shown
COHORT_CUSTOMERS = "rx_facts_cohort_customers"
COHORT_REVENUE = "rx_facts_cohort_revenue"
TIERS = "rx_facts_tiers"  # customers, kept, opening revenue by tier

MONTH_ROWS = (
    "opening",
    "new",
    "reactivation",
    "expansion",
    "contraction",
    "churn",
    "closing",
    "kept_opening",
    "opening_customers",
    "new_customers",
    "reactivated_customers",
    "lost_customers",
    "closing_customers",
    "kept_customers",
    "expanded_customers",
    "contracted_customers",
    "paused",
    "fx",
)


class Live(Protocol):
    """Formulas (without "=") for each fact. `month` counts the months shown, `cohort` the cohorts shown."""

    def month(self, fact: str, month: int) -> str | None: ...

    def cohort(self, revenue: bool, cohort: int, age: int) -> str: ...

    def earlier(self, revenue: bool) -> str | None: ...

    def tier(self, fact: str, tier: int, low: str, high: str | None) -> str: ...


def live(report: Report, at: Addresses) -> Live:
    """The source of facts that this workbook carries."""
    return FromCustomers(report, at) if report.by_customer else FromFacts(report, at)


class FromCustomers:
    """Formulas over the customer table. Blank: not active; 0: active, nothing paid."""

    def __init__(self, report: Report, at: Addresses) -> None:
        self._at = at
        self._window = {month: i for i, month in enumerate(report.facts.window)}
        self._shown = [figures.facts.month for figures in report.shown]
        self._cohorts = [row.cohort for row in report.cohorts.rows]

    def _column(self, month: int) -> str:
        return self._at.column(CUSTOMERS, 1 + month)

    def month(self, fact: str, month: int) -> str | None:
        at = self._at
        position = self._window[self._shown[month]]
        if position == 0:  # the ledger's first month: nobody was there before
            first_month = {
                "new": f"SUM({self._column(0)})",
                "closing": f"SUM({self._column(0)})",
                "new_customers": f'COUNTIF({self._column(0)},">=0")',
                "closing_customers": f'COUNTIF({self._column(0)},">=0")',
            }
            return first_month.get(fact)
        now, before = self._column(position), self._column(position - 1)
        first = at.column(CUSTOMERS, 0)
        heading = at.cell(CUSTOMERS, -1, 1 + position)
        more, less = f'({before}<>"")*({now}>{before})', f'({now}<>"")*({now}<{before})'
        was_away = f'({before}="")*({first}<{heading})'
        return {
            "opening": f"SUM({before})",
            "new": f"SUMIFS({now},{first},{heading})",
            "reactivation": f"SUMPRODUCT({was_away},{now})",
            "expansion": f"SUMPRODUCT({more},{now})-SUMPRODUCT({more},{before})",
            "contraction": f"SUMPRODUCT({less},{before})-SUMPRODUCT({less},{now})",
            "paused": None,
            "fx": None,
            "churn": f'SUMPRODUCT(({now}="")*1,{before})',
            "closing": f"SUM({now})",
            "kept_opening": f'SUMIFS({before},{now},">=0")',
            "opening_customers": f'COUNTIF({before},">=0")',
            "new_customers": f'COUNTIFS({first},{heading},{now},">=0")',
            "reactivated_customers": f'SUMPRODUCT({was_away}*({now}<>""))',
            "lost_customers": f'SUMPRODUCT(({before}<>"")*({now}=""))',
            "closing_customers": f'COUNTIF({now},">=0")',
            "kept_customers": f'COUNTIFS({before},">=0",{now},">=0")',
            "expanded_customers": f"SUMPRODUCT({more})",
            "contracted_customers": f"SUMPRODUCT({less})",
        }[fact]

    def cohort(self, revenue: bool, cohort: int, age: int) -> str:
        at = self._at
        position = self._window[self._cohorts[cohort]]
        first, now = at.column(CUSTOMERS, 0), self._column(position + age)
        start = at.cell(CUSTOMERS, -1, 1 + position)
        return f"SUMIFS({now},{first},{start})" if revenue else f'COUNTIFS({first},{start},{now},">=0")'

    def earlier(self, revenue: bool) -> str | None:
        if not self._cohorts:
            return None
        at = self._at
        first, now = at.column(CUSTOMERS, 0), self._column(len(self._window) - 1)
        start = at.cell(CUSTOMERS, -1, 1 + self._window[self._cohorts[0]])
        before = f'"<"&{start}'
        return f"SUMIFS({now},{first},{before})" if revenue else f'COUNTIFS({first},{before},{now},">=0")'

    def tier(self, fact: str, tier: int, low: str, high: str | None) -> str:
        now, before = self._column(len(self._window) - 1), self._column(len(self._window) - 2)
        band = f'{before},">="&{low}' + (f',{before},"<"&{high}' if high else "")
        return {
            "customers": f"COUNTIFS({band})",
            "kept": f'COUNTIFS({band},{now},">=0")',
            "opening": f"SUMIFS({before},{band})",
        }[fact]


class FromFacts:
    """Formulas over the facts that the program added up, for ledgers whose customer table would be too large."""

    def __init__(self, report: Report, at: Addresses) -> None:
        self._at = at

    def month(self, fact: str, month: int) -> str | None:
        return self._at.cell(MONTHS, MONTH_ROWS.index(fact), month)

    def cohort(self, revenue: bool, cohort: int, age: int) -> str:
        return self._at.cell(COHORT_REVENUE if revenue else COHORT_CUSTOMERS, cohort, 1 + age)

    def earlier(self, revenue: bool) -> str | None:
        return self._at.cell(COHORT_REVENUE if revenue else COHORT_CUSTOMERS, -1, 0)

    def tier(self, fact: str, tier: int, low: str, high: str | None) -> str:
        return self._at.cell(TIERS, tier, ("customers", "kept", "opening").index(fact))
