"""What of a workbook is printed: the first rows of long lists, small ledgers on few pages, nothing of the data."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from retention_xl.report.sheets.paper import ROWS
from retention_xl.report.write import write_report

from .small_facts import Row
from .test_commentary import report_of


def written(customers: int, folder: Path, months: int = 3) -> Workbook:
    """The workbook of a ledger whose customers all pay more in its last month, each by another amount."""
    table: dict[str, Row] = {
        f"Customer {i:03d}": [*[10000 + i] * (months - 1), 11000 + 3 * i] for i in range(customers)
    }
    path = folder / "report.xlsx"
    write_report(report_of(table), path)
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return written(ROWS + 30, tmp_path_factory.mktemp("long"))


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return written(3, tmp_path_factory.mktemp("short"))


@pytest.fixture(scope="module")
def stable(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """Nobody came in the months that are shown."""
    return written(3, tmp_path_factory.mktemp("stable"), months=30)


@pytest.mark.thorough
def test_a_ledger_without_new_customers_has_no_empty_curve(stable: Workbook) -> None:
    sheet = stable["Cohorts customers"]
    assert sheet["E5"].value == "Nobody became a customer in the months that are shown."
    assert not sheet._charts


@pytest.mark.thorough
def test_a_long_list_of_movers_prints_its_first_rows_and_says_so(long: Workbook) -> None:
    sheet = long["Movers"]
    table = sheet.tables["tblMovers"].ref
    first, last = (int("".join(filter(str.isdigit, corner))) for corner in table.split(":"))
    assert last - first == ROWS + 30
    assert sheet.print_area == f"'Movers'!$A$1:$H${first + ROWS}"
    assert sheet[f"B{first - 2}"].value == f"On paper: the largest {ROWS} of {ROWS + 30}; all of them are in this list."


@pytest.mark.thorough
def test_a_short_list_of_movers_prints_whole_and_says_nothing_of_paper(short: Workbook) -> None:
    sheet = short["Movers"]
    last = sheet.tables["tblMovers"].ref.split(":")[1]
    assert sheet.print_area == f"'Movers'!$A$1:$H${last[1:]}"
    top = int("".join(filter(str.isdigit, sheet.tables["tblMovers"].ref.split(":")[0])))
    assert not sheet[f"B{top - 2}"].value


def test_the_largest_movements_come_first(long: Workbook) -> None:
    sheet = long["Movers"]
    first, last = sheet.tables["tblMovers"].ref.split(":")
    changes = [abs(row[3].value) for row in sheet[f"B{int(first[1:]) + 1}:{last}"]]
    assert changes == sorted(changes, reverse=True)


def test_the_cohorts_of_a_young_ledger_are_one_page(short: Workbook) -> None:
    sheet = short["Cohorts customers"]
    assert sheet.page_setup.fitToHeight == 1
    assert not sheet.row_breaks.brk


def test_the_bridge_prints_as_far_as_its_last_month(short: Workbook, stable: Workbook) -> None:
    assert short["Bridge"].print_area == "'Bridge'!$A$1:$D$43,'Bridge'!$A$44:$O$76"
    long = stable["Bridge"]
    assert long.print_area == "'Bridge'!$A$1:$Z$43,'Bridge'!$A$44:$O$76"
    assert [one.id for one in long.col_breaks.brk] == [15]  # thirteen months on a page
