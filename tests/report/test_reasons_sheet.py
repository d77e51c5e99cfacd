"""The sheet Reasons: which reasons it names, in which order, and when there is no sheet."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from retention_xl.ledger.records import Facts
from retention_xl.report.build import build_report
from retention_xl.report.model import Report, Source
from retention_xl.report.settings import load_settings
from retention_xl.report.sheets.reasons import NAMED, NOT_STATED, reasons
from retention_xl.report.write import write_report

from .small_facts import facts_of


def report_of(facts: Facts) -> Report:
    return build_report(facts, load_settings(None, facts.nature), Source("ledger.csv", "", "", "", ()))


def leavers(stated: list[str]) -> Facts:
    """A customer for each reason, who pays 1 more than the one before and leaves; and one who stays."""
    table: dict[str, list[int | None]] = {
        f"Leaver {i}": [(len(stated) - i) * 100, (len(stated) - i) * 100, None] for i in range(len(stated))
    }
    reason = {f"Leaver {i}": text for i, text in enumerate(stated)}
    return facts_of({"Stays": [500, 500, 500], **table}, reasons=reason)


def labels(stated: list[str]) -> list[str]:
    return [row.label for row in reasons(report_of(leavers(stated)))]


def test_the_reason_with_the_most_revenue_comes_first() -> None:
    assert labels(["Price", "Price", "Service"])[:2] == ["Price", "Service"]
    assert labels(["Price", "Service", "Service", "Service"])[:2] == ["Service", "Price"]


def test_not_stated_is_a_row_even_where_every_reason_is_stated() -> None:
    assert labels(["Price"]) == ["Price", NOT_STATED]


def test_not_stated_stands_last_however_much_it_holds() -> None:
    assert labels(["", "", "Price"]) == ["Price", NOT_STATED]


def test_spellings_that_a_formula_takes_as_equal_are_one_reason() -> None:
    assert labels(["Price", "PRICE"]) == ["Price", NOT_STATED]


def test_rare_reasons_stand_together() -> None:
    shown = labels([f"Reason {i:02d}" for i in range(NAMED + 3)])
    assert shown[NAMED - 1 :] == [f"Reason {NAMED - 1:02d}", "3 other reasons", NOT_STATED]


def test_all_rows_together_are_the_losses_of_the_bridge() -> None:
    facts = leavers([f"Reason {i:02d}" for i in range(NAMED + 3)])
    rows = reasons(report_of(facts))
    assert sum(row.now[0] for row in rows) == facts.movements[-1].lost_customers
    assert round(sum(row.now[1] for row in rows) * 100) == facts.movements[-1].churn


def test_there_is_no_sheet_where_nobody_states_a_reason(tmp_path: Path) -> None:
    with_reason, without = tmp_path / "with.xlsx", tmp_path / "without.xlsx"
    write_report(report_of(leavers(["Price"])), with_reason)
    write_report(report_of(leavers([""])), without)
    assert "Reasons" in openpyxl.load_workbook(with_reason, read_only=True).sheetnames
    assert "Reasons" not in openpyxl.load_workbook(without, read_only=True).sheetnames
