"""The month on one page: the figures of the monthly workbook, live, without a list of customers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import openpyxl
import pytest
from thorough import mainly

from retention_xl.monthly import write_monthly
from retention_xl.report.check_workbook import check_workbook
from retention_xl.report.model import Report
from retention_xl.report.sheets.trend import BARS, trend
from retention_xl.report.write import write_report

from .engines import cached, compare, libreoffice_convert, recalc_formualizer, recalc_ironcalc, recalc_libreoffice
from .test_monthly_workbook import SHAPES, STANDING_FOR_ALL, ledger, report_of


@pytest.fixture(scope="module", params=SHAPES)
def board(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Report, Path]]:
    report = report_of(ledger(request.param))
    path = tmp_path_factory.mktemp("board") / "board.xlsx"
    assert write_report(report, path, "board") == []
    yield report, path


@pytest.mark.few(2)
def test_two_engines_calculate_every_value_that_is_shown(board: tuple[Report, Path]) -> None:
    _, path = board
    assert compare(cached(path), recalc_ironcalc(path)) == []
    assert compare(cached(path), recalc_formualizer(path)) == []


@pytest.mark.libreoffice
def test_libreoffice_calculates_every_value_that_is_shown(tmp_path: Path, soffice: str) -> None:
    path = tmp_path / "board.xlsx"
    write_report(report_of(ledger("two and a half years")), path, "board")
    assert compare(cached(path), recalc_libreoffice(path, tmp_path, soffice)) == []


def test_it_lists_no_customers(board: tuple[Report, Path]) -> None:
    _, path = board
    sheets = openpyxl.load_workbook(path, read_only=True).sheetnames
    assert sheets[0] == "Board"
    assert not {"Data customers", "Movers", "Actions"} & set(sheets)


@pytest.mark.parametrize("board", mainly(STANDING_FOR_ALL, STANDING_FOR_ALL[0]), indirect=True)
def test_it_keeps_the_rules_of_good_modelling(board: tuple[Report, Path]) -> None:
    _, path = board
    assert check_workbook(path) == []


def shown(path: Path, names: Iterable[str]) -> list[object]:
    book = openpyxl.load_workbook(path, data_only=True)
    places = [next(iter(book.defined_names[name].destinations)) for name in names]
    return [book[sheet][cell.replace("$", "")].value for sheet, cell in places]


@pytest.mark.thorough
def test_its_figures_are_those_of_the_monthly_workbook(tmp_path: Path) -> None:
    report = report_of(ledger("two and a half years"))
    write_report(report, tmp_path / "monthly.xlsx")
    write_report(report, tmp_path / "board.xlsx", "board")
    names = ["rx_title", "rx_banner", *(f"rx_card_{tile.key}" for tile in report.tiles)]
    assert shown(tmp_path / "board.xlsx", names) == shown(tmp_path / "monthly.xlsx", names)


def test_the_first_actions_stand_in_the_order_of_the_checklist(tmp_path: Path) -> None:
    report = report_of(ledger("two and a half years"))
    write_report(report, tmp_path / "board.xlsx", "board")
    first = report.actions[:3]
    assert len(first) > 1
    said = shown(tmp_path / "board.xlsx", [f"rx_action_{number}" for number, _ in enumerate(first, 1)])
    for action, text in zip(first, said, strict=True):
        assert f"{action.priority}: {action.finding}" in str(text)


@pytest.mark.libreoffice
@pytest.mark.parametrize(
    "name",
    mainly(
        ["two and a half years", "three customers in four months", "purchases with free ones"], "two and a half years"
    ),
)
def test_it_prints_on_one_page(name: str, tmp_path: Path, soffice: str) -> None:
    path = tmp_path / "board.xlsx"
    write_report(report_of(ledger(name)), path, "board")
    printed = libreoffice_convert(path, tmp_path, soffice, "pdf:calc_pdf_Export")
    assert printed.read_bytes().count(b"/Type/Page/") == 1


@pytest.mark.thorough
def test_the_board_page_is_written_beside_the_workbook(tmp_path: Path) -> None:
    lines = "Customer,Date,Amount,Term\nA,2026-05-01,10,monthly\nA,2026-06-30,12,monthly\nB,2026-06-30,20,monthly\n"
    (tmp_path / "ledger.csv").write_text(lines)
    done = write_monthly(tmp_path / "ledger.csv", "ledger.csv", folder=tmp_path, board=True)
    page = tmp_path / "ledger-retention-2026-06-board.xlsx"
    assert page.is_file()
    assert f"Board page: {page}" in done.remarks
    again = write_monthly(tmp_path / "ledger.csv", "ledger.csv", folder=tmp_path, template="board")
    assert again.path == page


def test_a_trend_runs_from_the_lowest_to_the_highest_bar() -> None:
    cells = [f"'Bridge'!${column}$7" for column in "CDEFG"]
    assert trend([1, 2, 3, None, 8], cells).value == f"{BARS[0]}{BARS[1]}{BARS[2]} {BARS[7]}"
    assert trend([5.0, 5.0], cells[:2]).value == BARS[0] * 2
    assert trend([None], cells[:1]).value == ""


def test_a_trend_shows_the_last_twelve_months() -> None:
    cells = [f"'Bridge'!$C${row}" for row in range(7, 31)]
    assert trend([float(i) for i in range(24)], cells).value == trend([float(i) for i in range(12)], cells[:12]).value
