"""Formulas of a template's author show their results, as far as the installed engines know and agree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from retention_xl.report import own_formulas
from retention_xl.report.cells import Block, Contents, List, Single
from retention_xl.report.fill import fill
from retention_xl.report.package import Package
from retention_xl.report.verify import Engine, Place, Value, installed_engine, verify

from .engines import cached
from .sample_templates import add_table, define

STAMP = date(2026, 10, 31)


def template(path: Path, formulas: Mapping[str, str]) -> Path:
    """A value, a list with a column of the author's own, and the author's formulas beside them."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Mine"
    sheet["B1"] = 1
    for cell, formula in formulas.items():
        sheet[cell] = formula
    for column, heading in enumerate(("Name", "Amount", "Doubled"), 1):
        sheet.cell(10, column, heading)
    for row in (11, 12):
        sheet.cell(row, 1, "x")
        sheet.cell(row, 2, 5)
        sheet.cell(row, 3, f"=B{row}*2")
    add_table(sheet, "tblMovers", "A10:C12", ["Name", "Amount", "Doubled"])
    define(book, rx_crr="Mine!$B$1")
    book.save(path)
    return path


def contents(rows: int) -> Contents:
    listed = List(("Name", "Amount"), rows, lambda at: [(f"N{i}", 10.0 + i) for i in range(rows)])
    return Contents({"rx_crr": Single(0.975)}, dict[str, Block](), {"tblMovers": listed})


def filled(tmp_path: Path, formulas: Mapping[str, str], rows: int = 3) -> tuple[Path, list[str]]:
    path = tmp_path / "out.xlsx"
    return path, fill(Package(template(tmp_path / "mine.xlsx", formulas)), contents(rows), path, STAMP)


def engine(name: str, value: Value) -> Engine:
    return Engine(name, "1", lambda path, places: dict.fromkeys(places, value))


def stand_in(monkeypatch: pytest.MonkeyPatch, *engines: Engine) -> None:
    monkeypatch.setattr(own_formulas, "installed_engines", lambda: list(engines))


@pytest.mark.parametrize("rows", [0, 1, 2, 40])
def test_the_author_s_formulas_show_the_month_s_results(tmp_path: Path, rows: int) -> None:
    path, said = filled(
        tmp_path,
        {
            "D1": "=100*B1",
            "D2": "=SUM(B11:B12)",
            "D3": '=IF(B1<1,"below <1>","all")',
            "D4": "=B1>1",
            "D5": "=1/(B1-B1)",
        },
        rows,
    )
    values = cached(path)
    assert said == []
    assert values["Mine", "D1"] == 97.5
    assert values["Mine", "D2"] == sum(10.0 + i for i in range(rows))
    assert (values["Mine", "D3"], values["Mine", "D4"], values["Mine", "D5"]) == ("below <1>", False, "#DIV/0!")
    assert [values["Mine", f"C{11 + i}"] for i in range(rows)] == [2 * (10.0 + i) for i in range(rows)]
    verify(path, installed_engine()).demand()
    assert openpyxl.load_workbook(path, data_only=True)["Mine"]["D1"].value == 97.5


def test_the_same_contents_still_give_the_same_bytes(tmp_path: Path) -> None:
    drawn = template(tmp_path / "mine.xlsx", {"D1": "=100*B1"})
    for name in ("first.xlsx", "second.xlsx"):
        fill(Package(drawn), contents(3), tmp_path / name, STAMP)
    assert (tmp_path / "first.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()


def test_a_function_that_an_engine_does_not_know_leaves_no_value(tmp_path: Path) -> None:
    path, said = filled(tmp_path, {"D1": "=NOSUCHFUNCTION(B1)", "D2": "=B1+1"})
    values = cached(path)
    assert values.get(("Mine", "D1")) is None
    assert values["Mine", "D2"] == 1.975
    assert said == []


def test_results_about_which_engines_differ_are_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, engine("One", 1.0), engine("Other", 2.0))
    path, said = filled(tmp_path, {"D1": "=B1"}, rows=1)
    assert cached(path).get(("Mine", "D1")) is None
    assert said == [
        "Mine!D1 and 1 more: a formula of your own shows no value until Excel computes it: the engines here differ "
        "about it."
    ]


def test_without_an_engine_there_is_no_value_and_nothing_to_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch)
    path, said = filled(tmp_path, {"D1": "=B1"})
    assert cached(path).get(("Mine", "D1")) is None
    assert said == []


def test_an_engine_that_cannot_read_the_workbook_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(path: Path, places: list[Place]) -> Mapping[Place, Value]:
        raise RuntimeError("no such part")

    stand_in(monkeypatch, Engine("One", "1", fails), engine("Other", 7.0))
    path, _ = filled(tmp_path, {"D1": "=B1"})
    assert cached(path)["Mine", "D1"] == 7
