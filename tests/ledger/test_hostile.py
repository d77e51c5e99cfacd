"""Whatever is in a ledger: accepted + refused = read, in lines and money; what is accepted equals the truth."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from retention_xl.ledger import read_ledger

from .hostile_ledgers import HEADINGS, hostile

pytestmark = pytest.mark.planned_as_ever


def _csv(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([["Billing lines"], [], HEADINGS, *rows])


def _xlsx(path: Path, rows: list[list[str]]) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    for row in [["Billing lines"], [], HEADINGS, *rows]:
        sheet.append(row)
    book.save(path)


@pytest.mark.parametrize(
    ("name", "write", "seed"),
    [
        ("ledger.csv", _csv, 70_001),
        ("ledger.xlsx", _xlsx, 70_001),
        *(pytest.param("ledger.csv", _csv, seed, marks=pytest.mark.thorough) for seed in range(70_002, 70_012)),
        pytest.param("ledger.xlsx", _xlsx, 70_012, marks=pytest.mark.thorough),  # what the file is changes little
    ],
)
def test_all_that_is_accepted_is_the_truth_and_all_else_is_listed(
    tmp_path: Path, name: str, write: object, seed: int
) -> None:
    made = hostile(seed)
    write(tmp_path / name, made.rows)  # type: ignore[operator]
    with read_ledger(tmp_path / name, dates=made.order) as ledger:  # type: ignore[arg-type]
        quality, lines = ledger.quality, ledger.lines()
        found: dict[str, dict[str, int]] = {customer: {} for customer in made.truth}
        for row in ledger.customer_months().itertuples():
            found[unicodedata.normalize("NFKC", row.customer).strip().upper()][row.month] = int(row.cents)
        last = ledger.last_month
    assert quality.lines_read == quality.lines_accepted + quality.lines_refused == sum(any(row) for row in made.rows)
    assert Counter(lines.loc[lines["refusal"] != "", "refusal"]) == Counter(made.refused)
    assert sum(note.action == "refused" for note in quality.notes) == quality.lines_refused
    assert sum(quality.read_cents_by_currency.values()) == int(lines["own_cents"].sum())
    accepted = lines[lines["refusal"] == ""]
    assert sum(quality.accepted_cents_by_currency.values()) == int(accepted["own_cents"].sum())
    assert {c: known for c, known in found.items() if c not in made.damaged} == {
        c: {month: cents for month, cents in known.items() if cents and month <= last}
        for c, known in made.truth.items()
        if c not in made.damaged
    }
