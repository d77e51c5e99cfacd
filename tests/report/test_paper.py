"""What of a workbook is printed: the first rows of long lists, small ledgers on few pages, nothing of the data."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from retention_xl.report.build import build_report
from retention_xl.report.settings import load_settings
from retention_xl.report.sheets.paper import ROWS
from retention_xl.report.write import write_report

from .rule_cases import CASES
from .small_facts import Row
from .test_carry_over import SOURCE
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


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workbook, Workbook]:
    """Nobody came, went or paid another amount; the board beside it."""
    folder = tmp_path_factory.mktemp("still")
    report = report_of({f"Customer {i}": [10000 + i] * 30 for i in range(12)})
    for template in ("monthly", "board"):
        write_report(report, folder / f"{template}.xlsx", template)
    first, second = (openpyxl.load_workbook(folder / f"{template}.xlsx") for template in ("monthly", "board"))
    return first, second


def titles(book: Workbook) -> set[str]:
    """The cells that the charts of a workbook take their titles from."""
    return {chart.title.tx.strRef.f for sheet in book.worksheets for chart in sheet._charts}


def test_what_did_not_happen_has_no_chart_on_the_board_either(still: tuple[Workbook, Workbook]) -> None:
    for book, sheets in zip(still, (("Bridge", "Cohorts customers"), ("Board",)), strict=True):
        assert sheets[0] in book.sheetnames
        assert not [title for title in titles(book) if "Cohorts" in title or title.startswith("'Bridge'")]
    assert still[1]["Board"]["H38"].value == "Nobody became a customer in the months that are shown."
    assert not still[0]["Cohorts customers"]["C8"].value  # no headings over nothing


def test_an_empty_list_says_that_there_is_nothing_to_list(still: tuple[Workbook, Workbook]) -> None:
    sheet = still[0]["Movers"]
    top = int("".join(filter(str.isdigit, sheet.tables["tblMovers"].ref.split(":")[0])))
    assert sheet[f"B{top - 2}"].value == "Nobody's revenue moved this month."
    assert still[0]["Data quality"]["C13"].value == "Every line was taken as it stands: there is none to list."


def test_a_figure_too_wide_for_its_column_is_printed_smaller(short: Workbook) -> None:
    for name in ("Summary", "Bridge", "Movers", "Tiers", "Actions"):
        for row in short[name].iter_rows():
            for cell in row:
                if cell.number_format.startswith("#,##0"):
                    assert cell.alignment.shrink_to_fit, f"{name}!{cell.coordinate}"
                    assert not cell.alignment.wrap_text, f"{name}!{cell.coordinate}"


def test_a_rate_stands_beside_its_unit_as_it_is_printed(long: Workbook) -> None:
    sheet = long["Settings"]
    rows = list(sheet.iter_rows(min_row=7, min_col=2, max_col=6, values_only=True))
    units = {str(row[4]): row[2] for row in rows}
    assert (units["targets.crr"], units["limits.R01.drop"]) == ("%", "% points")
    assert not {"fraction", "points", "count"} & set(units.values())


def test_a_checklist_with_nothing_open_prints_no_page_to_sign_it_off(short: Workbook, tmp_path: Path) -> None:
    facts, path = CASES["R02"][0](), tmp_path / "open.xlsx"
    write_report(build_report(facts, load_settings(None, facts.nature), SOURCE), path)
    done, open_ones = short["Actions"], openpyxl.load_workbook(path)["Actions"]
    assert {row[12].value for row in done[done.tables["tblActions"].ref][1:]} == {"Done"}
    assert done.print_area == f"'Actions'!$A$1:$J${done.max_row}"
    assert not done.col_breaks.brk
    assert "Open" in {row[12].value for row in open_ones[open_ones.tables["tblActions"].ref][1:]}
    assert not open_ones.print_area
    assert open_ones.col_breaks.brk


@pytest.mark.parametrize(("highest", "edges"), [(50_000, (200.0, 500.0)), (45_000, (200.0,)), (400, (2.0,))])
def test_no_tier_begins_above_what_the_largest_customer_pays(highest: int, edges: tuple[float, ...]) -> None:
    report = report_of({f"Customer {i}": [highest * (i + 1) // 30] * 3 for i in range(30)})
    assert report.tiers.edges == edges
    assert all(tier.customers for tier in report.tiers.rows)
