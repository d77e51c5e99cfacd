"""The sheet Functions of the monthly workbook says what the catalogue, =EXPLAIN and README say."""

from __future__ import annotations

import re

import openpyxl
import pytest

from retention_xl import CATALOGUE, explain
from retention_xl.hosts import reference
from retention_xl.metrics.reference import HEADINGS, Row, table
from retention_xl.report.build import build_report
from retention_xl.report.model import Source
from retention_xl.report.settings import load_settings
from retention_xl.report.write import write_report

from .small_facts import facts_of


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    path = tmp_path_factory.mktemp("functions") / "month.xlsx"
    facts = facts_of({"One": [100, 100], "Two": [50, 60]})
    write_report(build_report(facts, load_settings(None, facts.nature), Source("ledger.csv", "", "", "", ())), path)
    sheet = openpyxl.load_workbook(path)["Functions"]
    listed = sheet.tables["tblFunctions"].ref
    return [tuple(cell.value for cell in row) for row in sheet[listed]]


def test_its_rows_are_the_catalogue(rows: list[tuple[object, ...]]) -> None:
    assert rows[0] == HEADINGS
    assert rows[1:] == [tuple(row) for row in table()]
    assert [row[1] for row in rows[1:]] == list(CATALOGUE)


def test_an_example_shows_no_more_digits_than_are_read() -> None:
    examples = {row.name: row.example for row in table()}
    assert examples["CRR"] == "=CRR(100,105,15) gives 0.9"
    assert examples["CHURN_RATE"] == "=CHURN_RATE(13,115) gives about 0.113043"
    assert not [text for text in examples.values() if re.search(r"gives.*\.\d{7}", text)]


@pytest.mark.parametrize("row", table(), ids=lambda row: row.name)
def test_a_row_says_what_the_help_in_a_cell_and_in_the_terminal_say(row: Row) -> None:
    in_a_cell: dict[str, str] = {}
    label = ""
    for named, text in explain(row.name):
        label = named or label
        in_a_cell[label] = f"{in_a_cell.get(label, '')} {text}".strip()
    assert row.call == in_a_cell["Function"]
    assert in_a_cell["Definition"].startswith(row.answers)
    exact = f"{in_a_cell['Example']} gives {in_a_cell['Gives']}"
    assert row.example == exact or row.example.startswith(f"{in_a_cell['Example']} gives about ")
    assert row.source == in_a_cell["Source"]
    in_the_terminal = reference.explain(row.name)
    for text in (row.call, row.answers, exact, row.source):
        assert text in in_the_terminal
