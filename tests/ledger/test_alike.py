"""A ledger in which every line is taken is kept and asked in a shorter way: with the same answers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from retention_xl.ledger import Facts, read_ledger

SAME = sorted(set(Facts.__slots__) - {"quality", "ledger_total", "tie_out"})
LEDGERS = {
    "months": ("Customer,Date,Amount,Term", ("monthly",)),
    "terms": ("Customer,Date,Amount,Term,Tier", ("monthly,Basic", "annual,Team", "quarterly,Team", "monthly,")),
    "purchases": ("Customer,Date,Amount,Region", ("North", "South", "")),
}


def write(path: Path, heading: str, endings: tuple[str, ...], *more: str) -> Path:
    chance = random.Random(3)
    lines = [
        f"C{customer:03d},{2024 + month // 12}-{month % 12 + 1:02d}-{1 + customer % 28:02d},"
        f"{chance.randrange(100, 90_000) / 100:.2f},{chance.choice(endings)}"
        for customer in range(30)
        for month in range(customer % 7, 18 - customer % 5)
    ]
    path.write_text("\n".join([heading, *lines, *more, ""]), "utf-8")
    return path


@pytest.mark.few(3)
@pytest.mark.parametrize("kind", LEDGERS)
@pytest.mark.parametrize("odd", ["C001,2024-03-02,nothing", "nobody", "repeat"])
def test_one_line_that_is_not_taken_changes_nothing_about_the_others(tmp_path: Path, kind: str, odd: str) -> None:
    heading, endings = LEDGERS[kind]
    clean = write(tmp_path / "clean.csv", heading, endings)
    last = clean.read_text("utf-8").splitlines()[-1]
    line = {"nobody": ",2024-03-02,5.00", "repeat": last}.get(odd, odd)
    line += "," * (heading.count(",") - line.count(","))
    spoilt = write(tmp_path / "spoilt.csv", heading, endings, line)
    with read_ledger(clean) as ledger:
        lines, facts = ledger.lines(), ledger.facts()
    with read_ledger(spoilt, duplicates="refuse") as ledger:
        all_lines, other = ledger.lines(), ledger.facts()
    assert (facts.quality.lines_refused, other.quality.lines_refused) == (0, 1)
    assert all_lines["refusal"].iloc[-1] != ""
    assert all_lines.iloc[:-1].astype(lines.dtypes).equals(lines)
    assert {name: getattr(other, name) for name in SAME} == {name: getattr(facts, name) for name in SAME}


@pytest.mark.parametrize("kind", LEDGERS)
def test_a_line_that_repeats_is_noted_also_where_no_line_is_refused(tmp_path: Path, kind: str) -> None:
    heading, endings = LEDGERS[kind]
    clean = write(tmp_path / "clean.csv", heading, endings).read_text("utf-8").splitlines()
    (tmp_path / "twice.csv").write_text("\n".join([*clean, clean[-1], ""]), "utf-8")
    with read_ledger(tmp_path / "twice.csv") as ledger:
        (note,) = (each for each in ledger.quality.notes if "repeats an earlier line" in each.reason)
        cents = ledger.lines()["own_cents"]
    assert (note.line, note.action) == (len(clean) + 1, "noted")
    assert cents.iloc[-1] == cents.iloc[-2]
