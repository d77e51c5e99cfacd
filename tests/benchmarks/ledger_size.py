"""Ledgers of millions of lines to all facts, beside DuckDB and pandas statements written by hand for these files alone.

`python ledger_size.py [LINES]` (10,000,000 unless told) compares by a clean ledger, which the others trust, and by a
dirty one, which they check as far as they must; `python ledger_size.py grows [LINES]` (100,000,000 unless told) reads
two Parquet files, one of a tenth of the lines, for which it needs some GB of disk. Each side runs in a process of its
own, whose CPU and memory count from its start. Of our facts the others have the movements, cohorts, pairs and tie-out,
and of the dirty ledger the lines and the money refused for each reason: all must be equal.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import ledger_by_hand
from ledger_by_hand import DIRTY, hash_of
from ratios import ROOT, end, judge, tell

LINES, MANY_LINES = 10_000_000, 100_000_000
MADE = """
CREATE MACRO drawn(seed, below) AS CAST(hash(seed) % below AS BIGINT);
COPY (
    WITH customers AS (
        SELECT range AS id, drawn(range, 36) AS first, 1 + drawn(range + 1, 40) AS stays,
            CASE WHEN drawn(range + 2, 4) = 0 THEN 12 ELSE 1 END AS term, 500 + drawn(range + 3, 90000) AS cents,
            ['Basic', 'Team', 'Business'][1 + drawn(range + 4, 3)] AS tier, drawn(range + 5, 28) AS day
        FROM range({customers})
    ),
    months AS (
        SELECT c.*, unnest(range(c.first, least(60, c.first + c.stays), c.term)) AS month FROM customers c
    ),
    clean AS (
        SELECT 'L' || id || '-' || month AS "Line ID", 'C' || lpad(CAST(id AS VARCHAR), 9, '0') AS "Customer",
            CAST(DATE '2019-01-01' + to_months(CAST(month AS INTEGER)) + to_days(CAST(day AS INTEGER)) AS DATE)
                AS "Date",
            CAST((cents + CASE WHEN drawn(id * 64 + month, 30) = 0 THEN 500 ELSE 0 END) * term / 100.0
                AS DECIMAL(18, 2)) AS "Amount",
            CASE term WHEN 12 THEN 'annual' ELSE 'monthly' END AS "Term", tier AS "Tier"
        FROM months
    )
    {lines}
) TO '{path}' ({options})
"""
CLEAN_LINES = 'SELECT * EXCLUDE ("Line ID") FROM clean'
# Of a thousand lines one stands twice, one has no amount, one no such day, one no customer, five write the id in other
# letters, and five are followed by a credit note.
DIRTY_LINES = """
    , drawn_lines AS (SELECT *, drawn("Line ID", 1000) AS kind FROM clean),
    copied AS (
        SELECT *, unnest(CASE WHEN kind = 0 THEN ['', ''] WHEN kind > 8 AND kind < 14 THEN ['', 'credit'] ELSE [''] END)
            AS extra
        FROM drawn_lines
    )
    SELECT "Line ID" || extra AS "Line ID",
        CASE WHEN kind = 3 THEN '' WHEN kind > 3 AND kind < 9 THEN lower("Customer") || ' ' ELSE "Customer" END
            AS "Customer",
        CASE WHEN kind = 2 THEN '2021-02-30' ELSE CAST("Date" AS VARCHAR) END AS "Date",
        CASE WHEN kind = 1 THEN 'n/a' WHEN extra = 'credit' THEN CAST(CAST(-"Amount" / 3 AS DECIMAL(18, 2)) AS VARCHAR)
            ELSE CAST("Amount" AS VARCHAR) END AS "Amount",
        "Term", "Tier"
    FROM copied"""
REFUSED = {
    "the same line twice: every cell repeats, the line id too": "repeated",
    "no customer is named": "customer",
    "is not a date": "day",
    "is not a number": "amount",
}


class Used(NamedTuple):
    cpu: float  # seconds
    clock: float  # seconds
    memory: float  # GB


def ours(path: Path, month: int) -> dict[str, Any]:
    sys.path.insert(0, str(ROOT))
    from retention_xl.ledger import read_ledger

    with read_ledger(path) as ledger:
        facts = ledger.facts()
    moved = [
        [_number(m.month), m.closing, m.closing_customers, m.new, m.reactivation, m.expansion, m.contraction, m.churn]
        for m in facts.movements
    ]
    cohorts = [[_number(c.cohort), c.age, c.customers, c.cents] for c in facts.cohorts if c.customers]
    pairs = [[p.name, p.opening, p.closing, p.tier, p.term_months, str(p.paid_through)] for p in facts.pairs]
    items = {item.key: item.total_cents for item in facts.tie_out}
    ahead = items["billed_ahead"] + items["billed_later"]
    found = {
        "month": _number(facts.month),
        "movements": moved,
        "cohorts": cohorts,
        "pairs": hash_of(pairs),
        "tie_out": [[items["recurring_revenue"], ahead, items["rounding"]]],
    }
    if path.stem == DIRTY:
        quality = facts.quality
        refused = [
            [REFUSED[reason], lines, sum(cents.values())]
            for action, reason, lines, cents in quality.by_reason
            if action == "refused"
        ]
        accepted = sum(quality.accepted_cents_by_currency.values())
        found["lines"] = sorted([*refused, ["taken", quality.lines_accepted, accepted]])
    return found


def facts_alone(path: Path, month: int) -> dict[str, Any]:
    sys.path.insert(0, str(ROOT))
    from retention_xl.ledger import read_ledger

    with read_ledger(path) as ledger:
        return {"pairs": len(ledger.facts().pairs)}


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def measured(side: str, path: Path, month: int) -> tuple[Used, dict[str, Any]]:
    """What a side used in a process of its own, and its answers."""
    started = perf_counter()
    process = subprocess.Popen(
        [sys.executable, __file__, side, str(path), str(month)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{side} failed.")
    unit = 1 if sys.platform == "darwin" else 1024
    clock = perf_counter() - started
    return Used(used.ru_utime + used.ru_stime, clock, used.ru_maxrss * unit / 1e9), json.loads(told)


def made(path: Path, lines: int, which: str = CLEAN_LINES) -> Path:
    """A ledger of about so many lines."""
    import duckdb

    options = "FORMAT parquet" if path.suffix == ".parquet" else "HEADER"
    con = duckdb.connect(config={"temp_directory": str(path.parent / "spilled")})
    con.execute(MADE.format(customers=lines * 10 // 137, lines=which, path=path, options=options))
    return path


def compare(path: Path, what: str) -> None:
    used, answers = measured("ours", path, 0)
    others = {}
    for side in ("by_duckdb", "by_duckdb_in_memory", "by_pandas"):
        others[side], found = measured(side, path, answers["month"])
        if answers != found:
            differ = ", ".join(each for each in answers if answers[each] != found[each])
            sys.exit(f"The answers {side} differ from ours: {differ}")
    for side, each in {"ours": used, **others}.items():
        tell(f"{what}: {side}, CPU", each.cpu, "s")
        tell(f"{what}: {side}, by the clock", each.clock, "s")
        tell(f"{what}: {side}, memory", each.memory, "GB")
    hand, usual = others["by_duckdb"], others["by_pandas"]
    judge(f"{what}: CPU over DuckDB by hand in as much memory", used.cpu / hand.cpu, "<=", 1.3)
    tell(f"{what}: CPU over DuckDB by hand in any memory", used.cpu / others["by_duckdb_in_memory"].cpu, "x")
    tell(f"{what}: CPU of the usual pandas over ours", usual.cpu / used.cpu, "x")
    judge(f"{what}: clock of the usual pandas over ours", usual.clock / used.clock, ">=", 6)
    judge(f"{what}: memory", used.memory, "<=", 1.2, "GB")


def grow(folder: Path, lines: int) -> None:
    """The CPU and memory of many lines beside those of a tenth of them."""
    few, _ = measured("facts_alone", made(folder / "few.parquet", lines // 10), 0)
    many, _ = measured("facts_alone", made(folder / "many.parquet", lines), 0)
    tell(f"about {lines // 10:,} lines of Parquet to all facts, CPU", few.cpu, "s")
    tell(f"about {lines:,} lines, CPU", many.cpu, "s")
    judge(f"about {lines:,} lines: CPU over ten times that of a tenth", many.cpu / few.cpu / 10, "<=", 1.15)
    judge(f"about {lines:,} lines: memory", many.memory, "<=", 4, "GB")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        asked, place, at = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
        sides = {"ours": ours, "facts_alone": facts_alone, **vars(ledger_by_hand)}
        print(json.dumps(sides[asked](place, at)))
    else:
        told = [int(argument.replace("_", "")) for argument in sys.argv[1:] if argument != "grows"]
        with tempfile.TemporaryDirectory() as temporary:
            if "grows" in sys.argv:
                grow(Path(temporary), *(told or [MANY_LINES]))
            else:
                (lines,) = told or [LINES]
                for name, which in (("clean", CLEAN_LINES), (DIRTY, DIRTY_LINES)):
                    path = made(Path(temporary, f"{name}.csv"), lines, which)
                    compare(path, f"about {lines:,} lines, {name}, {path.stat().st_size / 1e6:,.0f} MB of CSV")
                    path.unlink()
        end()
