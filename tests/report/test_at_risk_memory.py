"""What people wrote on the list At risk goes on with its customer; with one who is no longer listed, to Actions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.table import TableColumn

from retention_xl.ledger.supporting.records import Supporting
from retention_xl.report.build import build_report
from retention_xl.report.model import Report
from retention_xl.report.previous import read_previous
from retention_xl.report.write import write_report

from .engines import cached, formulas
from .risk_facts import signed_facts
from .test_at_risk import report_of

FIRST = 23  # row of the list


def typed(path: Path, columns: dict[str, dict[str, object]], beside: dict[str, str]) -> None:
    """Adds columns to the list, each with what stands in it by customer, and texts in cells beside it."""
    book = openpyxl.load_workbook(path)
    sheet = book["At risk"]
    table = sheet.tables["tblAtRisk"]
    rows = {sheet.cell(row, 2).value: row for row in range(FIRST, FIRST + 10)}
    for number, (heading, texts) in enumerate(columns.items()):
        column = 15 + number
        sheet.cell(FIRST - 1, column).value = heading
        table.tableColumns.append(TableColumn(id=100 + number, name=heading))
        for name, text in texts.items():
            sheet.cell(rows[name], column).value = text
    last = openpyxl.utils.get_column_letter(14 + len(columns))
    table.ref = f"B{FIRST - 1}:{last}{table.ref.split(':')[1].lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"
    table.autoFilter = None
    for name, text in beside.items():
        sheet.cell(rows[name], 20).value = text
    book.save(path)


def next_report(path: Path, report: Report) -> Report:
    return build_report(report.facts, report.settings, report.source, read_previous(path))


@pytest.mark.thorough
def test_columns_that_people_added_go_on_with_their_customers(tmp_path: Path) -> None:
    path, report = tmp_path / "first.xlsx", report_of(signed_facts(), policy__margin=0.8)
    write_report(report, path)
    called = {"Called": {"Usage": datetime(2026, 11, 4), "Notice": datetime(2026, 11, 5)}}
    typed(path, {**called, "Said": {"Quote": "will sign"}, "Twice": {"Usage": "=D25*2"}}, {})
    again = next_report(path, report)
    second = tmp_path / "second.xlsx"
    write_report(again, second)
    sheet = openpyxl.load_workbook(second)["At risk"]
    assert [sheet.cell(FIRST - 1, column).value for column in (15, 16, 17)] == ["Called", "Said", "Twice"]
    by_name = {sheet.cell(row, 2).value: row for row in range(FIRST, FIRST + 8)}
    assert sheet.cell(by_name["Usage"], 15).value == datetime(2026, 11, 4)
    assert sheet.cell(by_name["Quote"], 16).value == "will sign"
    assert formulas(second)["At risk", f"Q{by_name['Usage']}"] == f"D{by_name['Usage']}*2"
    assert not any("At risk," in str(value) for value in cached(second).values())


def test_what_was_written_about_a_customer_no_longer_listed_moves_to_actions(tmp_path: Path) -> None:
    path, report = tmp_path / "first.xlsx", report_of(signed_facts(), policy__margin=0.8)
    write_report(report, path)
    typed(path, {"Said": {"Quote": "will sign", "Cutter": "budget"}}, {"Cutter": "ring in May"})
    bare = report_of(replace(signed_facts(), supporting=Supporting()))
    rows = next_report(path, replace(report, facts=bare.facts)).carried.rows
    kept = {str(row.cells.get("What we see")): str(row.cells.get("Notes")) for row in rows if not row.rule}
    assert kept["Notes carried over: At risk, Quote (October 2026)"] == "Said: will sign"
    assert "ring in May" in kept["Notes carried over: At risk, Cutter (October 2026)"]
