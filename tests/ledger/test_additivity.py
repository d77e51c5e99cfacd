"""Facts add up over customers, so any number of machines can share a ledger, each with all lines of its customers."""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retention_xl.ledger import Facts, read_ledger
from retention_xl.ledger.words import customer_key

pytestmark = pytest.mark.planned_as_ever

DIRTY = Path(__file__).parents[1] / "data" / "ledger_dirty.csv.gz"
PARTS = 3
MONTH = "2023-11"
READING: dict[str, Any] = {
    "rates": {"USD": "1", "EUR": "1.08", "GBP": "1.27", "JPY": "0.0066"},
    "currency": "USD",
    "dates": "mdy",
}


@pytest.fixture(scope="module")
def whole() -> Facts:
    with read_ledger(DIRTY, **READING) as ledger:
        return ledger.facts(MONTH)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Facts]:
    return list(read_in_parts(tmp_path_factory.mktemp("parts")))


def read_in_parts(folder: Path) -> Iterator[Facts]:
    """The ledger dealt out by the number in the customer's id, so that every spelling of one lies in one part."""
    with gzip.open(DIRTY, "rt", encoding="utf-8-sig", newline="") as file:
        heading, *lines = csv.reader(file)
    customer = heading.index("Customer ID")
    dealt: list[list[list[str]]] = [[] for _ in range(PARTS)]
    for line in lines:
        digits = re.sub("[^0-9]", "", customer_key(line[customer]))
        dealt[int(digits or 0) % PARTS].append(line)
    for number, part in enumerate(dealt):
        path = folder / f"part{number}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heading, *part])
        with read_ledger(path, **READING) as ledger:
            yield ledger.facts(MONTH)


def added(*counted: dict[Any, Any]) -> Counter[Any]:
    total: Counter[Any] = Counter()
    for each in counted:
        total.update(each)
    return total


def movements(facts: Facts) -> dict[Any, int]:
    return {(m.month, f): getattr(m, f) for m in facts.movements for f in m.__slots__ if f != "month"}


def cohorts(facts: Facts) -> dict[Any, int]:
    ages = {(c.cohort, c.age, "customers"): c.customers for c in facts.cohorts}
    return ages | {(c.cohort, c.age, "cents"): c.cents for c in facts.cohorts}


def reasons(facts: Facts) -> dict[Any, int]:
    lost = {(r.month, r.reason, "customers"): r.customers for r in facts.reasons}
    return lost | {(r.month, r.reason, "cents"): r.cents for r in facts.reasons}


def tie_out(facts: Facts) -> dict[Any, int]:
    items = {(i.key, "total"): i.total_cents for i in facts.tie_out}
    return items | {(i.key, "month"): i.month_cents or 0 for i in facts.tie_out}


def totals(facts: Facts) -> dict[Any, int]:
    quality = facts.quality
    return {
        "ledger_total": facts.ledger_total,
        "joined_and_left": facts.joined_and_left,
        "read": quality.lines_read,
        "accepted": quality.lines_accepted,
        "refused": quality.lines_refused,
        **{("read", code): cents for code, cents in quality.read_cents_by_currency.items()},
        **{("accepted", code): cents for code, cents in quality.accepted_cents_by_currency.items()},
        **{("lines", action, reason): lines for action, reason, lines, _ in quality.by_reason},
    }


@pytest.mark.few(1)
@pytest.mark.parametrize("facts_of", [movements, cohorts, reasons, tie_out, totals])
def test_the_parts_add_up_to_the_whole(facts_of: Any, whole: Facts, parts: list[Facts]) -> None:
    assert added(*map(facts_of, parts)) == Counter(facts_of(whole))


def test_the_pairs_of_the_parts_are_those_of_the_whole(whole: Facts, parts: list[Facts]) -> None:
    assert sorted(pair.name for part in parts for pair in part.pairs) == [pair.name for pair in whole.pairs]
