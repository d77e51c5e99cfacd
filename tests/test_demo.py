"""`retention-xl demo`: what it leaves, that it is the report of its ledger, and that it says what it said before."""

from __future__ import annotations

import shutil
from pathlib import Path

import goldens
import openpyxl
import pytest
from typer.testing import CliRunner

from retention_xl.cli import app
from retention_xl.report.check_workbook import check_workbook
from retention_xl.sample_tables import TABLES


def test_demo_writes_a_ledger_its_tables_and_its_workbook(demo: tuple[Path, str]) -> None:
    folder, said = demo
    assert {path.name for path in folder.iterdir()} == {
        "billing-ledger.csv",
        "billing-ledger-retention-2026-10.xlsx",
        *(f"{name}.csv" for name in TABLES),
    }
    assert "Checks: all" in said
    assert "7 refused" in said


@pytest.mark.thorough
def test_demo_can_be_run_again(demo: tuple[Path, str], tmp_path: Path) -> None:
    there = shutil.copytree(demo[0], tmp_path / "there")
    assert CliRunner().invoke(app, ["demo", str(there)]).exit_code == 0


@pytest.mark.thorough
def test_the_demo_s_workbook_is_the_one_that_report_makes(
    sample_ledger: Path, sample_tables: dict[str, Path], sample_workbook: Path, tmp_path: Path
) -> None:
    tables = sample_tables["customers"].parent
    command = ["report", str(sample_ledger), "--tables", str(tables), "-o", str(tmp_path / "out.xlsx")]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert (tmp_path / "out.xlsx").read_bytes() == sample_workbook.read_bytes()


def test_names_that_look_like_formulas_are_text_in_the_workbook(sample_workbook: Path) -> None:
    cells = [
        cell for row in openpyxl.load_workbook(sample_workbook, read_only=True)["Movers"].iter_rows() for cell in row
    ]
    assert {"=Sum Systems", "-Minus & Co", "@Home Interiors"} <= {cell.value for cell in cells}
    assert {cell.data_type for cell in cells if cell.value == "=Sum Systems"} == {"s"}


@pytest.mark.thorough
def test_the_demo_workbook_keeps_the_rules_of_good_modelling(sample_workbook: Path) -> None:
    assert check_workbook(sample_workbook) == []


@pytest.mark.parametrize("part", goldens.PARTS)
def test_the_demo_workbook_says_what_it_said_before(part: str, sample_workbook: Path) -> None:
    before = goldens.golden(part).read_text("utf-8").split("\n")
    now = goldens.text_of(sample_workbook, part).split("\n")
    assert now == before, "if the change is meant: python tests/goldens.py"


def test_every_golden_text_is_compared() -> None:
    assert {path.name for path in goldens.FOLDER.iterdir()} == {goldens.golden(part).name for part in goldens.PARTS}
