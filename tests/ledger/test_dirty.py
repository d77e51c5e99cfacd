"""A ledger with every kind of dirt, read a second time here by other means, and against what its generator knows."""

from __future__ import annotations

import csv
import gzip
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import Ledger, read_ledger
from retention_xl.ledger.dates import month_of

pytestmark = pytest.mark.planned_as_ever

DATA = Path(__file__).parent.parent / "data"
RATES = {"USD": 1, "EUR": "1.08", "GBP": "1.27", "JPY": "0.0067"}
FIRST = 2019 * 12  # month 0 of the generator


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with read_ledger(DATA / "ledger_dirty.csv.gz", rates=RATES) as opened:
        yield opened


@pytest.fixture(scope="module")
def source() -> list[dict[str, str]]:
    with gzip.open(DATA / "ledger_dirty.csv.gz", "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cents_of(text: str) -> int:
    """Each amount of this file has two decimals, so its digits are its cents."""
    negative = any(sign in text for sign in "-\u2212(")
    return int(re.sub(r"\D", "", text)) * (-1 if negative else 1)


def day_of(text: str) -> date:
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y", "%d %b %Y", "%Y/%m/%d", "%Y-%m-%dT%H:%M:%SZ"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return date(1899, 12, 30) + timedelta(days=int(text))


def id_of(text: str) -> str:
    """ "" where the id is missing or has lost its letter."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return f"C{int(digits):09d}" if "c" in unicodedata.normalize("NFKC", text).lower() and digits else ""


@pytest.mark.thorough
def test_every_accepted_line_is_read_as_an_independent_reader_does(
    ledger: Ledger, source: list[dict[str, str]]
) -> None:
    frame = ledger.lines()
    assert frame["line"].tolist() == list(range(2, len(source) + 2))
    accepted = frame[frame["refusal"] == ""]
    assert len(accepted) == 21_158
    names = {"": ""}
    for line in accepted.itertuples():
        row = source[line.line - 2]
        assert line.own_cents == cents_of(row["Amount"]), line
        assert line.day.date() == day_of(row["Invoice Date"]), line
        assert line.currency == row["Currency"].upper(), line
        customer = id_of(row["Customer ID"])
        if customer:
            assert names.setdefault(line.customer, customer) == customer, line


def test_every_refused_line_has_a_reason_that_its_text_explains(ledger: Ledger, source: list[dict[str, str]]) -> None:
    frame = ledger.lines()
    refused = frame[frame["refusal"] != ""]
    ids = {id_of(row["Customer ID"]) for row in source}
    seen: Counter[tuple[str, ...]] = Counter()
    repeats = set()
    for number, row in enumerate(source, start=2):
        key = tuple(row.values())
        seen[key] += 1
        if seen[key] > 1:
            repeats.add(number)
    for line in refused.itertuples():
        row = source[line.line - 2]
        explained = {
            "total_line": row["Customer ID"] == "Total",
            "same_line_twice": line.line in repeats,
            "no_customer": row["Customer ID"] in ("", "N/A"),
            "damaged_id": row["Customer ID"].endswith(".0")
            and f"C{int(row['Customer ID'].split('.')[0] or 0):09d}" in ids,
            "currency_blank": row["Currency"] == "",
        }
        assert explained[line.refusal], (line, row)
    assert len(refused) == 388
    assert repeats <= set(refused["line"])


def test_accepted_and_refused_make_up_what_was_read_in_lines_and_money(
    ledger: Ledger, source: list[dict[str, str]]
) -> None:
    quality = ledger.quality
    assert quality.lines_read == len(source) == 21_546 == quality.lines_accepted + quality.lines_refused
    read: dict[str, int] = defaultdict(int)
    for row in source:
        read[row["Currency"].upper()] += cents_of(row["Amount"])
    assert dict(quality.read_cents_by_currency) == dict(read)
    refused: Counter[str] = Counter()
    for action, _, _, cents in quality.by_reason:
        if action == "refused":
            refused.update(cents)
    for currency, cents in read.items():
        assert quality.accepted_cents_by_currency.get(currency, 0) + refused[currency] == cents
    assert quality.notes_total == len(quality.notes)


@pytest.mark.thorough
def test_the_tie_out_closes_to_the_cent(ledger: Ledger) -> None:
    for month in ("2019-06", "2021-12", "2023-12"):
        facts = ledger.facts(month)
        assert sum(item.total_cents for item in facts.tie_out) == facts.ledger_total


def test_active_months_are_those_the_generator_knows(ledger: Ledger, source: list[dict[str, str]]) -> None:
    """Customers without a refused line must agree in every month. 113 refused lines do not tell their customer, so that
    many customers may lack months; none may have a month too many."""
    last = month_of(ledger.last_month)
    assert last is not None
    frame = ledger.lines()
    refused = frame.loc[frame["refusal"] != "", "line"]
    touched, unknown = set(), 0
    for number in refused:
        text = source[number - 2]["Customer ID"]
        digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text.removesuffix(".0")))
        if digits:
            touched.add(int(digits))
        else:
            unknown += text != "Total"
    active: dict[int, set[int]] = defaultdict(set)
    months = ledger.customer_months()
    for name, month in zip(months["customer"], months["month"], strict=True):
        digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", name.removesuffix(".0")))
        active[int(digits or 0)].add(month_of(month) - FIRST)  # type: ignore[operator]
    truth = pd.read_csv(DATA / "ledger_dirty_truth.csv.gz")
    agree = lacking = 0
    for c in truth.itertuples():
        if c.customer in touched:
            continue
        expected = set(range(c.start, c.end1 if c.end1 >= 0 else last - FIRST + 1))
        if c.start2 >= 0:
            expected |= set(range(c.start2, c.end2 if c.end2 >= 0 else last - FIRST + 1))
        expected = {m for m in expected if m <= last - FIRST}
        assert active[c.customer] <= expected, c
        agree += active[c.customer] == expected
        lacking += active[c.customer] != expected
    assert unknown == 112
    assert agree > 1200 and 0 < lacking <= unknown


def test_four_currencies_are_not_added_up_without_rates() -> None:
    with pytest.raises(LedgerError, match=r"EUR 1,420,545\.82 in 3,487 lines.*--rates rates\.csv"):
        read_ledger(DATA / "ledger_dirty.csv.gz")
