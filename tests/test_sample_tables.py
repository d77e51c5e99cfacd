"""The tables beside the sample ledger: the same for everybody, of its customers, and one story with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import Facts, read_ledger
from retention_xl.sample_tables import TABLES, write_sample_tables

EXPECTED_SHA256 = "b971e275619b7be718fd4c560f36ac4b12f30b081c8689dde2e119cbce742083"


@pytest.fixture(scope="module")
def facts(sample_ledger: Path, sample_tables: dict[str, Path]) -> Iterator[Facts]:
    with read_ledger(sample_ledger, tables=sample_tables) as ledger:
        yield ledger.facts()


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_bytes_on_every_python(sample_tables: dict[str, Path]) -> None:
    content = b"".join(sample_tables[name].read_bytes() for name in TABLES)
    assert hashlib.sha256(content).hexdigest() == EXPECTED_SHA256


@pytest.mark.thorough
def test_every_table_is_taken_but_for_the_three_rows_that_are_wrong_on_purpose(facts: Facts) -> None:
    assert {table.table for table in facts.supporting.tables} == set(TABLES)
    assert [table.refused for table in facts.supporting.tables if table.refused] == []
    assert [(note.table, note.value) for note in facts.supporting.notes] == [
        ("surveys", "Nobody we know Ltd"),
        ("surveys", "11"),
        ("tickets", "31 Octember 2026"),
    ]


def test_every_customer_of_the_month_has_a_card(facts: Facts) -> None:
    assert {pair.name for pair in facts.pairs} <= set(facts.supporting.customers)


def test_who_gave_notice_answers_lower_and_uses_less(facts: Facts) -> None:
    beside = facts.supporting
    going = {pair.name for pair in facts.pairs if pair.closing and pair.cancelled_on}
    scores: dict[bool, list[float]] = {True: [], False: []}
    for answer in beside.surveys:
        if answer.measure == "NPS" and f"{answer.day:%Y-%m}" == facts.month:
            scores[answer.name in going].append(answer.score)
    assert sum(scores[True]) / len(scores[True]) < sum(scores[False]) / len(scores[False]) - 1
    uses: dict[bool, list[float]] = {True: [], False: []}
    for use in beside.usage:
        if use.month == facts.month:
            uses[use.name in going].append(use.uses)
    assert sum(uses[True]) / len(uses[True]) < 0.8 * sum(uses[False]) / len(uses[False])


@pytest.mark.thorough
def test_writing_them_again_changes_nothing_and_another_s_file_is_left_alone(tmp_path: Path) -> None:
    first = {name: path.read_bytes() for name, path in write_sample_tables(tmp_path).items()}
    assert {name: path.read_bytes() for name, path in write_sample_tables(tmp_path).items()} == first
    (tmp_path / "spend.csv").write_text("my own figures", "utf-8")
    with pytest.raises(LedgerError, match=r"spend\.csv is there already and is not this sample"):
        write_sample_tables(tmp_path)
    assert (tmp_path / "spend.csv").read_text("utf-8") == "my own figures"
