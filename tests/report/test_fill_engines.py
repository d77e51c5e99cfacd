"""Engines that know nothing of ours compute what the filled workbook says: the same values, whatever its size."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from retention_xl.report.cells import Addresses, Block, Cell, Content, Contents, List, Single
from retention_xl.report.fill import fill
from retention_xl.report.package import Package

from .engines import cached, compare, formulas, recalc_formualizer, recalc_ironcalc, recalc_libreoffice
from .sample_templates import add_table, define, repacked, rich_template
from .test_fill import month

STAMP = date(2024, 6, 30)
SIZES = [(0, 1), (1, 1), (2, 2), (3, 12), (300, 24)]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A list, a block and values on three sheets, with formulas of the author's own between."""
    book = Workbook()
    summary = book.active
    summary.title = "The summary"
    customers, bridge = book.create_sheet("Customers"), book.create_sheet("Bri'dge")
    for row, label in enumerate(("month", "total", "mean", "text", "yes", "error", "empty", "day", "own"), 1):
        summary.cell(row, 1, label)
        summary.cell(row, 2, "sample")
    summary["B9"] = "=SUM(Customers!B2:B3)"  # the author's
    customers.append(["id", "from", "to", "change"])
    for row in (2, 3):
        for column, value in enumerate(("sample", 1, 2, "=C2-B2"), 1):
            customers.cell(row, column, value)
    add_table(customers, "tblCustomers", "A1:D3", ["id", "from", "to", "change"])
    customers["B5"] = "=SUM(B2:B3)"
    for row in (2, 3, 4):
        for column in (1, 2, 3):
            bridge.cell(row, column, 0)
    summary["B8"].number_format = "d mmm yyyy"
    names = dict(zip(("month", "total", "mean", "text", "yes", "error", "empty", "day"), range(1, 9), strict=True))
    define(book, **{f"rx_{name}": f"'The summary'!$B${row}" for name, row in names.items()})
    define(book, rx_bridge="'Bri''dge'!$B$3:$C$4")
    book.save(tmp_path / "template.xlsx")
    return tmp_path / "template.xlsx"


def contents(rows: int, columns: int) -> Contents:
    pairs = [(float(number % 7), None if number % 3 == 0 else float(number % 5)) for number in range(rows)]
    total = math.fsum(pair[0] for pair in pairs)

    def lines(at: Addresses) -> Iterable[Sequence[Content]]:
        for number, pair in enumerate(pairs):
            yield [f"=id{number}", *pair, Cell((pair[1] or 0.0) - pair[0], f"C{number + 2}-B{number + 2}")]

    def cells(at: Addresses) -> Iterable[Sequence[Content]]:
        for row in range(2):
            out: list[Content] = []
            for column in range(columns):
                above = at.cell("rx_bridge", row - 1, column)
                out.append(
                    Cell(float(column + 1), above) if row else Cell(float(column + 1), f"COLUMNS($A:A)+{column}")
                )
            yield out

    def amount(at: Addresses) -> str:
        return at.list_column("tblCustomers", "from")

    singles: dict[str, Single] = {
        "rx_month": Single("=2024-06"),
        "rx_total": Single(lambda at: Cell(total, f"SUM({amount(at)})")),
        "rx_mean": Single(lambda at: Cell(total / rows if rows else "#DIV/0!", f"AVERAGE({amount(at)})")),
        "rx_text": Single(lambda at: Cell(f"{rows} & more", f'COUNT({amount(at)})&" & more"')),
        "rx_yes": Single(lambda at: Cell(total > 5, f"SUM({amount(at)})>5")),
        "rx_error": Single(lambda at: Cell("#N/A", "NA()")),
        "rx_empty": Single(lambda at: Cell("", f'IF(COUNT({amount(at)})>=0,"","x")')),
        "rx_day": Single(Cell(date(2024, 2, 29), "EDATE(DATE(2024,1,31),1)")),
    }
    return Contents(
        singles,
        {"rx_bridge": Block(2, columns, cells, [column + 1 for column in range(columns)], ["one", "two"])},
        {"tblCustomers": List(("id", "from", "to", "change"), rows, lines)},
    )


def filled(template: Path, rows: int, columns: int) -> Path:
    assert fill(Package(template), contents(rows, columns), template.with_name("out.xlsx"), STAMP) == []
    return template.with_name("out.xlsx")


@pytest.mark.parametrize(("rows", "columns"), SIZES)
@pytest.mark.parametrize("recalculated", [recalc_ironcalc, recalc_formualizer])
def test_two_engines_compute_the_values_written(template: Path, rows: int, columns: int, recalculated) -> None:
    out = filled(template, rows, columns)
    written, computed = cached(out), recalculated(out)
    assert compare(written, computed) == []
    # The author's own formulas show their values too: both engines computed them when the file was filled.
    assert {("The summary", "B9"), ("Customers", f"B{max(rows, 1) + 3}")} <= set(formulas(out)) <= set(written)
    own = math.fsum(number % 7 for number in range(rows))
    assert computed["The summary", "B9"] == computed["Customers", f"B{max(rows, 1) + 3}"] == own


@pytest.mark.libreoffice
@pytest.mark.parametrize(("rows", "columns"), [(0, 1), (300, 24)])
def test_libreoffice_computes_the_values_written(
    template: Path, tmp_path: Path, soffice: str, rows: int, columns: int
) -> None:
    out = filled(template, rows, columns)
    assert compare(cached(out), recalc_libreoffice(out, tmp_path, soffice), any_error=True) == []


def falsified(path: Path) -> Path:
    """The same workbook with every number of ours beside its formula one too high."""

    def spoil(parts: dict[str, bytes]) -> None:
        for name in parts:
            if name.startswith("xl/worksheets/sheet"):
                parts[name] = re.sub(
                    rb"(<c r=\"\w+\"[^>t]*><f>[^<]*</f><v>)([-\d.]+)",
                    lambda found: found[1] + repr(float(found[2]) + 1).encode(),
                    parts[name],
                )

    return repacked(path, spoil)


@pytest.mark.parametrize("recalculated", [recalc_ironcalc, recalc_formualizer])
def test_a_wrong_value_beside_a_formula_is_found(template: Path, recalculated) -> None:
    out = falsified(filled(template, 3, 2))
    wrong = {line.partition(":")[0] for line in compare(cached(out), recalculated(out))}
    assert {"The summary!B2", "The summary!B3", "Customers!D2", "Bri'dge!B3"} <= wrong


@pytest.mark.libreoffice
def test_libreoffice_does_not_believe_a_wrong_value(template: Path, tmp_path: Path, soffice: str) -> None:
    out = falsified(filled(template, 3, 2))
    assert len(compare(cached(out), recalc_libreoffice(out, tmp_path, soffice), any_error=True)) > 5


def test_readers_that_do_not_calculate_show_every_value(template: Path) -> None:
    out = filled(template, 3, 2)
    sheet = load_workbook(out, data_only=True)["The summary"]
    shown = [sheet.cell(row, 2).value for row in range(1, 9)]
    assert shown == ["=2024-06", 3, 1, "3 & more", False, "#N/A", None, datetime(2024, 2, 29)]
    rows = CalamineWorkbook.from_path(out).get_sheet_by_name("The summary").to_python()
    assert [row[1] for row in rows[:8]] == ["=2024-06", 3.0, 1.0, "3 & more", False, "", "", date(2024, 2, 29)]


@pytest.mark.libreoffice
@pytest.mark.parametrize("rows", [1, 40])
def test_libreoffice_opens_a_template_with_everything_in_it_and_agrees_about_the_author_s_formulas(
    tmp_path: Path, soffice: str, rows: int
) -> None:
    template = rich_template(tmp_path / "template.xlsx")
    out = tmp_path / "out.xlsx"
    fill(Package(template), month(rows, (rows, 5), (3, 6)), out, STAMP)
    office = recalc_libreoffice(out, tmp_path, soffice)
    assert set(formulas(out)) == set(office)
    # IronCalc does not find notes where openpyxl puts them, so the other one.
    assert compare(recalc_formualizer(out), office, any_error=True) == []
    assert office["Summary", "B5"] == office["Summary", "B3"] == 1.5 * sum(range(rows))
