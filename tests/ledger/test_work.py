"""How much work a ledger makes: counted in rows that statements hand on, which no other program slows down."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from retention_xl.ledger import read_ledger
from retention_xl.ledger.database import Connection
from retention_xl.ledger.policies import Policies

ROWS = re.compile(r'"(?:intermediate_rows|operator_cardinality)": (\d+)')
FILLED = ("TABLE reinvoices AS", "INSERT INTO replaced", "given_back AS")
PAIRS = 300
HEADINGS = "Customer,Date,Amount,Term,Type\n"


@pytest.fixture
def most_rows(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows of every step of every statement that fills a table of what corrects or replaces what."""
    counted: list[int] = []
    run = Connection._run

    def counting(self: Connection, query: str, parameters: Any = None) -> None:
        if any(filled in query for filled in FILLED):
            for statement in re.split(r";\s", re.sub(r"^\s*--.*$", "", query, flags=re.MULTILINE)):
                if any(filled in statement for filled in FILLED):
                    told = self._con.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}").fetchall()
                    counted.extend(map(int, ROWS.findall(told[0][1])))
        return run(self, query, parameters)

    monkeypatch.setattr(Connection, "_run", counting)
    return counted


@pytest.mark.parametrize("days", [1, 60])
def test_a_customer_with_many_corrections_of_one_amount_makes_no_more_work_than_it_has_lines(
    tmp_path: Path, most_rows: list[int], days: int
) -> None:
    lines = [f"Steady,{date(2024, month, 5)},10.00,monthly,invoice\n" for month in range(1, 13)]
    for number in range(PAIRS):
        day = date(2024, 3, 1) + timedelta(days=number % days)
        lines += [
            f"Often,{day},10.00,monthly,invoice\n",
            f"Often,{day + timedelta(days=1)},-10.00,,credit note\n",
            f"Often,{day + timedelta(days=2)},10.00,monthly,invoice\n",
        ]
    path = tmp_path / "ledger.csv"
    path.write_text(HEADINGS + "".join(lines), "utf-8")
    with read_ledger(path) as ledger:
        roles = ledger.lines()["role"].value_counts()
    assert roles["reinvoice"] == roles["reinvoice_credit"] > 0
    assert len(most_rows) > 10
    assert max(most_rows) < 30 * len(lines)  # each with each would be a hundred times as many as there are lines


def test_refunds_that_reduce_revenue_are_not_set_beside_every_invoice_of_their_customer(
    tmp_path: Path, most_rows: list[int]
) -> None:
    lines = [f"Steady,{date(2024, month, 5)},10.00,monthly,invoice\n" for month in range(1, 13)]
    for number in range(PAIRS):
        day = date(2024, 3, 1) + timedelta(days=number)
        lines += [f"Often,{day},{10 + number % 7}.00,monthly,invoice\n", f"Often,{day},-1.00,,refund\n"]
    path = tmp_path / "ledger.csv"
    path.write_text(HEADINGS + "".join(lines), "utf-8")
    with read_ledger(path, policies=Policies(refunds="reduce")) as ledger:
        april = ledger.movements().set_index("month").loc["2024-04"]
    assert april["closing"] > 0
    assert most_rows
    assert max(most_rows) < 30 * len(lines)
