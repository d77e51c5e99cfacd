"""The sample ledger: the same for everybody, believable, and with the dirt it promises."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from retention_xl import sample
from retention_xl.errors import LedgerError
from retention_xl.ledger import read_ledger

Row = dict[str, str]
EXPECTED_SHA256 = "c6c0b08eefba4df3ea373a0b1df0567eb1a88055ef21e19d5b1e9b5b20959f9e"


@pytest.fixture(scope="module")
def rows(sample_ledger: Path) -> list[Row]:
    with sample_ledger.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def lines() -> list[sample.Line]:
    return sample.sample_lines()


def subscriptions(lines: list[sample.Line]) -> dict[str, dict[int, int]]:
    """Recurring cents a month by customer and month, straight from the clean lines."""
    running: dict[str, dict[int, int]] = {}
    ends = [sample.day_of_month(month, 31) for month in range(sample.MONTHS)]
    for line in lines:
        if line.kind == "invoice" and line.start and line.end:
            months = 12 if line.interval == "annual" else 1
            for month, day in enumerate(ends):
                if line.start <= day <= line.end:
                    # half up to the cent; set, not added: a period that is invoiced anew must not count twice
                    running.setdefault(line.customer, {})[month] = (2 * line.cents + months) // (2 * months)
    return running


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_bytes_on_every_python(sample_ledger: Path) -> None:
    assert hashlib.sha256(sample_ledger.read_bytes()).hexdigest() == EXPECTED_SHA256


@pytest.mark.thorough
def test_another_seed_gives_another_ledger() -> None:
    assert sample.sample_lines(1) != sample.sample_lines(2)


@pytest.mark.thorough
def test_it_covers_36_months_up_to_the_last_day_of_october_2026(lines: list[sample.Line]) -> None:
    assert lines[0].day == date(2023, 11, 1)
    assert lines[-1].day == date(2026, 10, 31)
    assert len({(line.day.year, line.day.month) for line in lines}) == 36


def test_it_has_a_mid_sized_company_s_customers_and_lines(lines: list[sample.Line]) -> None:
    assert 2_000 <= len({line.customer for line in lines}) <= 4_000
    assert 35_000 <= len(lines) <= 90_000


def test_its_figures_are_those_of_a_healthy_company(lines: list[sample.Line]) -> None:
    running = subscriptions(lines)
    closing = sum(months.get(35, 0) for months in running.values()) / 100
    assert 500_000 <= closing <= 1_500_000
    lost = sum(1 for months in running.values() for m in range(23, 35) if m in months and m + 1 not in months)
    opening = sum(1 for months in running.values() for m in range(23, 35) if m in months)
    assert 0.015 <= lost / opening <= 0.025
    year_ago = {name: months[23] for name, months in running.items() if 23 in months}
    nrr = sum(running[name].get(35, 0) for name in year_ago) / sum(year_ago.values())
    assert 1.00 <= nrr <= 1.08


def test_customers_of_the_marketplace_leave_faster_from_august_to_october_2026(lines: list[sample.Line]) -> None:
    running = subscriptions(lines)
    channel = {line.customer: line.channel for line in lines}

    def churn(where: str, months: range) -> float:
        there = [(c, m) for c in running for m in months if channel[c] == where and m - 1 in running[c]]
        return sum(m not in running[c] for c, m in there) / len(there)

    trouble = sample.MARKETPLACE_TROUBLE
    before = range(trouble.start - 6, trouble.start)
    assert churn("Marketplace", trouble) > 2 * churn("Marketplace", before)
    assert churn("Website", trouble) < 1.5 * churn("Website", before)


def test_cohort_curves_flatten_with_age(lines: list[sample.Line]) -> None:
    running = subscriptions(lines)
    kept = []
    for age in (0, 3, 6, 12, 24):
        old = [months for months in running.values() if min(months) <= 35 - 24]
        kept.append(sum(min(months) + age in months for months in old) / len(old))
    early, late = 1 - kept[1] / kept[0], (1 - kept[4] / kept[3]) / 4  # a quarter's loss, then
    assert early > 1.3 * late


def test_the_largest_customer_contracts_in_the_last_month(lines: list[sample.Line]) -> None:
    running = subscriptions(lines)
    before = {name: months[34] for name, months in running.items() if 34 in months}
    largest = max(before, key=before.__getitem__)
    assert largest == sample.LARGEST_CUSTOMER
    assert running[largest][35] < 0.8 * before[largest]


@pytest.mark.thorough
def test_the_ledger_reads_every_month_of_it_as_it_was_made(sample_ledger: Path, lines: list[sample.Line]) -> None:
    running = subscriptions(lines)
    with read_ledger(sample_ledger) as ledger:
        read = [(month.closing, month.closing_customers) for month in ledger.facts().movements]
    made = []
    for month in range(sample.MONTHS):
        active = [months[month] for months in running.values() if month in months]
        made.append((sum(active), len(active)))
    assert read == made


def test_every_kind_of_line_occurs(lines: list[sample.Line]) -> None:
    kinds = Counter(line.kind for line in lines)
    assert set(kinds) == {"invoice", "set-up fee", "refund", "credit", "cancel", "reactivate"}
    assert min(kinds.values()) > 50


def test_a_credit_and_its_new_invoice_cancel_each_other(lines: list[sample.Line]) -> None:
    invoices = Counter((line.customer, line.day, line.cents) for line in lines if line.kind == "invoice")
    assert all(invoices[line.customer, line.day, -line.cents] for line in lines if line.kind == "credit")


def test_names_are_unique_to_a_customer_and_some_look_like_formulas(lines: list[sample.Line]) -> None:
    homes: dict[str, set[tuple[str, str]]] = {}
    for line in lines:
        homes.setdefault(line.customer, set()).add((line.region, line.channel))
    assert all(len(home) == 1 for home in homes.values())
    assert set(sample.NAMES_THAT_LOOK_LIKE_FORMULAS) <= set(homes)


@pytest.mark.thorough
def test_the_promised_dirt_is_there_and_no_more(rows: list[Row]) -> None:
    repeated = [number for number, count in Counter(row["Line"] for row in rows).items() if count > 1]
    dirt = {
        "amount n/a": sum(row["Amount"] == "n/a" for row in rows),
        "no customer": sum(row["Customer"] == "" for row in rows),
        "decimal comma": sum(row["Amount"][-3:-2] == "," for row in rows),
        "day.month.year": sum("." in row["Invoice date"] for row in rows),
        "trailing blank": sum(row["Customer"] != row["Customer"].strip() for row in rows),
        "line twice": len(repeated),
        "total": sum(row["Customer"] == "Total" for row in rows),
    }
    assert dirt == {
        "amount n/a": 2,
        "no customer": 2,
        "decimal comma": 4,
        "day.month.year": 5,
        "trailing blank": 3,
        "line twice": 2,
        "total": 1,
    }
    assert rows[-1]["Customer"] == "Total"


@pytest.mark.thorough
def test_writing_it_again_changes_nothing(sample_ledger: Path, tmp_path: Path) -> None:
    shutil.copy(sample_ledger, tmp_path)
    assert sample.write_sample(tmp_path).read_bytes() == sample_ledger.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == [sample.FILE_NAME]


@pytest.mark.thorough
def test_a_file_that_somebody_changed_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / sample.FILE_NAME).write_text("my own figures", "utf-8")
    with pytest.raises(LedgerError, match="is there already"):
        sample.write_sample(tmp_path)
    assert (tmp_path / sample.FILE_NAME).read_text("utf-8") == "my own figures"
