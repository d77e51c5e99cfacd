"""Tables that know customers, where subscriptions are counted."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from retention_xl.ledger import Ledger
from retention_xl.ledger.policies import Policies
from retention_xl.ledger.supporting.records import Supporting

from .conftest import Given

LINES = """Customer,Date,Amount,Term,Subscription ID
A,2024-01-05,10,month,s1
A,2024-02-05,10,month,s1
A,2024-03-05,10,month,s1
A,2024-01-09,70,month,s2
A,2024-02-09,70,month,s2
A,2024-03-09,70,month,s2
A,2024-04-09,70,month,s2
B,2024-01-05,10,month,s3
B,2024-02-05,10,month,s3
B,2024-03-05,10,month,s3
B,2024-04-05,10,month,s3
"""


@pytest.fixture
def beside(given: Given) -> Any:
    def read(**tables: dict[str, list[Any]]) -> tuple[Ledger, Supporting]:
        frames = {name: pd.DataFrame(columns) for name, columns in tables.items()}
        ledger = given(LINES, policies=Policies(count_by="subscription"), tables=frames)
        return ledger, ledger.facts("2024-04").supporting

    return read


def test_what_is_known_of_a_customer_holds_for_each_of_its_subscriptions(beside: Any) -> None:
    _, found = beside(customers={"customer": ["A", "B"], "segment": ["large", "small"]})
    assert {name: card.segment for name, card in found.customers.items()} == {
        "A / s1": "large",
        "A / s2": "large",
        "B / s3": "small",
    }


def test_a_row_of_the_subscription_itself_comes_first(beside: Any) -> None:
    _, found = beside(customers={"customer": ["A", "s1"], "segment": ["large", "trial"]})
    assert {name: card.segment for name, card in found.customers.items()} == {"A / s1": "trial", "A / s2": "large"}


@pytest.mark.thorough
def test_a_cancellation_is_that_of_the_subscription_which_ended_with_it(beside: Any) -> None:
    ledger, found = beside(cancellations={"customer": ["A"], "end date": ["2024-04-05"], "reason": ["price"]})
    assert [(c.name, c.reason) for c in found.cancellations] == [("A / s1", "price")]
    lost = [pair for pair in ledger.facts("2024-04").pairs if pair.kind == "Churn"]
    assert [(pair.name, pair.reason) for pair in lost] == [("A / s1", "price")]


@pytest.mark.thorough
def test_a_cancellation_of_which_nothing_has_come_yet_is_that_of_all_that_run(beside: Any) -> None:
    _, found = beside(cancellations={"customer": ["B", "A"], "notice": ["2024-04-20", "2024-04-25"]})
    assert sorted(c.name for c in found.cancellations) == ["A / s2", "B / s3"]


def test_tickets_are_counted_once_with_the_subscription_that_ran_longest(beside: Any) -> None:
    _, found = beside(tickets={"customer": ["A", "A", "B"], "opened": ["2024-03-01", "2024-04-02", "2024-04-03"]})
    assert sorted(t.name for t in found.tickets) == ["A / s2", "A / s2", "B / s3"]
