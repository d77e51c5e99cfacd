"""A fiscal year that does not start in January: its quarter on the first page, its movements in a sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from retention_xl.ledger import Policies
from retention_xl.report.contents import contents
from retention_xl.report.sheets import commentary
from retention_xl.report.wording import fiscal_months, fiscal_quarter

from .small_facts import facts_of
from .test_monthly_workbook import report_of

TABLE = {"A": [100_00] * 9, "B": [50_00] * 7 + [None] * 2, "C": [None] * 4 + [20_00] * 5}


@pytest.mark.parametrize(
    ("month", "start", "quarter", "months"),
    [
        ("2026-10", 1, "FY2026 Q4", 10),
        ("2026-10", 7, "FY2027 Q2", 4),
        ("2026-06", 7, "FY2026 Q4", 12),
        ("2026-07", 7, "FY2027 Q1", 1),
        ("2026-01", 2, "FY2026 Q4", 12),
    ],
)
def test_a_fiscal_year_carries_the_year_in_which_it_ends(month: str, start: int, quarter: str, months: int) -> None:
    assert (fiscal_quarter(month, start), fiscal_months(month, start)) == (quarter, months)


def subtitle(report: Any) -> Any:
    return contents(report).singles["rx_subtitle"].content


def test_the_first_page_names_the_fiscal_quarter_and_the_sentence_what_the_year_brought() -> None:
    facts = replace(facts_of(TABLE), policies=Policies(fiscal_year_start=7))  # January to September 2024
    report = report_of(facts)
    assert "month to 30 September 2024 (FY2025 Q1)" in subtitle(report)
    (cell,) = [make(report, _Places()) for _, key, _, make in commentary._sentences(report) if key == "fiscal"]
    assert cell.value == "FY2025 so far, from July 2024: from 170 to 120; customers lost in it: 1."


def test_the_calendar_year_is_not_named_and_a_fiscal_month_s_own_last_day_is() -> None:
    facts = facts_of(TABLE)
    assert "month to 30 September 2024; from" in subtitle(report_of(facts))
    fiscal = subtitle(report_of(replace(facts, last_day=date(2024, 9, 28))))
    assert "month to 28 September 2024 (FY2024 Q3)" in fiscal


class _Places:
    """Any address: only values are looked at."""

    def cell(self, name: str, row: int = 0, column: int = 0) -> str:
        return f"{name}!A{row + 2 + column}"

    def row(self, name: str, row: int) -> str:
        return f"{name}!A{row + 2}:B{row + 2}"

    def column(self, name: str, column: int) -> str:
        return f"{name}!A2:A9"

    def area(self, name: str) -> str:
        return f"{name}!A2:B9"

    def list_column(self, table: str, heading: str) -> str:
        return f"{table}!A2:A9"
