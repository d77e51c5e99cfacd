"""A table of customers with tenure, charge and a flag for who left: rates of its month, and nothing invented."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import read_ledger

from .conftest import Given

TELCO = Path(__file__).parent.parent / "data" / "telco_customers.csv.gz"


@pytest.mark.thorough
def test_the_telephone_company_loses_those_whom_the_table_says_it_lost() -> None:
    table = pd.read_csv(TELCO)
    before = table[table["tenure"] > 0]  # the others joined this month
    charges = (before["monthly_charges"] * 100).round().astype(int)
    with read_ledger(TELCO, as_of="2026-10") as ledger:
        assert (ledger.quality.lines_accepted, ledger.quality.lines_refused) == (len(table), 0)
        assert (ledger.last_complete_month, ledger.first_month) == ("2026-10", "2020-10")
        facts = ledger.facts()
        month = facts.movements[-1]
    assert (month.opening_customers, month.lost_customers, month.new_customers) == (7032, 1869, 11)
    assert month.opening == charges.sum()
    assert month.churn == charges[before["churn"] == "Yes"].sum()
    assert sum(pair.closing is not None for pair in facts.pairs if pair.opening is not None) == 7032 - 1869
    for back in (1, 12, 60):  # who is in the table had joined by then
        assert facts.movements[-1 - back].closing_customers == (table["tenure"] >= back).sum()


def test_a_snapshot_without_its_month_says_how_to_tell_it() -> None:
    with pytest.raises(LedgerError) as error:
        read_ledger(TELCO)
    assert str(error.value) == (
        "telco_customers.csv.gz: this is a table of customers with 'tenure' and 'churn' and no date; say of which "
        "month it is with --month, for example --month 2026-10."
    )


TABLE = """customerID;tenure;Contract;MonthlyCharges;Churn
A;2;Year;10,50;No
B;2;Month;20;Yes
C;0;Month;7,00;No
D;x;Month;1,00;No
E;3;Month;free;No
F;3;Month;5,00;maybe
G;3;Month;5,00;
H;0;Month;4,00;Yes
"""


def test_every_row_counts_or_is_refused_with_its_reason(given: Given) -> None:
    ledger = given(TABLE, as_of="2026-10")
    facts = ledger.facts()
    assert [(pair.name, pair.opening, pair.closing) for pair in facts.pairs] == [
        ("A", 1050, 1050),
        ("B", 2000, None),
        ("C", None, 700),
    ]
    assert {(n.line, n.column, n.value) for n in ledger.quality.notes if n.action == "refused"} == {
        (5, "tenure", "x"),
        (6, "MonthlyCharges", "free"),
        (7, "Churn", "maybe"),
        (8, "Churn", "?"),
    }
    assert "joined 'tenure' months before 2026-10" in ledger.nature_reason
    assert "only the last month's rates" in ledger.told[0]


def test_a_table_with_dates_is_an_ordinary_ledger(given: Given) -> None:
    ledger = given("customer,date,mrr,tenure,churn\nA,2024-01-05,10,3,No\n")
    assert (ledger.nature, ledger.told) == ("recurring", ())
