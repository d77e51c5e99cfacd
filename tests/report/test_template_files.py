"""Templates of one's own: a copy to begin with, and what the check says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from retention_xl.errors import TemplateError
from retention_xl.report.contents import contents
from retention_xl.report.template import template_path
from retention_xl.report.template_files import checked, known_names, new_template, told

from .test_monthly_workbook import ledger, report_of


def edited(path: Path, change: Callable[[openpyxl.Workbook], object]) -> Path:
    new_template(path, "monthly")
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def rename(book: openpyxl.Workbook, old: str, new: str) -> None:
    name = book.defined_names.pop(old)
    name.name = new
    book.defined_names[new] = name


def test_a_new_template_is_the_shipped_one(tmp_path: Path) -> None:
    new_template(tmp_path / "my.xlsx", "monthly")
    assert (tmp_path / "my.xlsx").read_bytes() == template_path("monthly").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["my.xlsx"]


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "my.xlsx").write_text("mine", "utf-8")
    with pytest.raises(TemplateError, match="is there already"):
        new_template(tmp_path / "my.xlsx", "monthly")
    assert (tmp_path / "my.xlsx").read_text("utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["my.xlsx"]


def test_an_unknown_template_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="'montly'; did you mean 'monthly'"):
        new_template(tmp_path / "my.xlsx", "montly")


def test_the_names_that_are_known_are_those_of_a_report() -> None:
    known = known_names()
    made = contents(report_of(ledger("three customers in four months")))
    assert set(made.singles) <= set(known.singles)
    assert set(made.blocks) <= set(known.blocks)
    assert set(made.lists) <= set(known.lists)
    for name, content in made.lists.items():
        assert set(content.headings) <= set(known.lists[name].headings), name


def test_a_shipped_template_has_no_fault(tmp_path: Path) -> None:
    new_template(tmp_path / "my.xlsx", "monthly")
    lines = list(told(tmp_path / "my.xlsx", checked(tmp_path / "my.xlsx")))
    assert lines[-1] == "my.xlsx can be filled: no error, no warnings."
    assert any(line.startswith("Bound on Tiers: ") and "rx_tiers" in line for line in lines)


@pytest.mark.thorough
def test_a_name_that_is_misspelled_is_said_with_its_cell_its_menu_and_the_right_one(tmp_path: Path) -> None:
    path = edited(tmp_path / "my.xlsx", lambda book: rename(book, "rx_title", "rx_titel"))
    binding = checked(path)
    lines = list(told(path, binding))
    assert "TPL010 error: Summary!B1: the name 'rx_titel' is not one of the report's" in lines[0]
    assert "did you mean 'rx_title'?" in lines[0]
    assert "Formulas > Name Manager" in lines[0]
    assert lines[-1] == "my.xlsx cannot be filled: 1 error, no warnings."


@pytest.mark.thorough
def test_a_name_that_is_left_out_is_known_but_not_used(tmp_path: Path) -> None:
    path = edited(tmp_path / "my.xlsx", lambda book: book.defined_names.pop("rx_tiers_reading"))
    binding = checked(path)
    assert binding.errors == []
    (unused,) = (line for line in told(path, binding) if line.startswith("Known but not used: "))
    assert "rx_tiers_reading" in unused
    assert "rx_tiers_result" not in unused


def test_a_column_that_is_nearly_right_is_said_with_its_cell(tmp_path: Path) -> None:
    def change(book: openpyxl.Workbook) -> None:
        table = book["Movers"].tables["tblMovers"]
        first = book["Movers"][table.ref][0][0]
        table.tableColumns[0].name = first.value = f"{first.value}s"

    (finding,) = checked(edited(tmp_path / "my.xlsx", change)).errors
    assert finding.code == "TPL021"
    assert finding.place.startswith("Movers!B")


def test_what_is_no_workbook_is_said(tmp_path: Path) -> None:
    (tmp_path / "my.xlsx").write_text("Customer,Date", "utf-8")
    with pytest.raises(TemplateError, match=r"my\.xlsx is not an \.xlsx file"):
        checked(tmp_path / "my.xlsx")
