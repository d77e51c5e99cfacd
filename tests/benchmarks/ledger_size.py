"""A ledger of millions of lines to all facts, beside DuckDB statements and pandas written by hand for this one file.

`python ledger_size.py [LINES]` (10,000,000 unless told) compares; `python ledger_size.py grows [LINES]` (100,000,000
unless told) reads two Parquet files, one of a tenth of the lines, for which it needs some GB of disk. Each side runs in
a process of its own, whose CPU and memory count from its start. What is written by hand trusts the file: it is in one
currency, every line is clean, nothing repeats and no credit is billed anew; of our side it wants the same movements,
cohorts, pairs, tie-out and total.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

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
    )
    SELECT 'C' || lpad(CAST(id AS VARCHAR), 9, '0') AS "Customer",
        CAST(DATE '2019-01-01' + to_months(CAST(month AS INTEGER)) + to_days(CAST(day AS INTEGER)) AS DATE) AS "Date",
        CAST((cents + CASE WHEN drawn(id * 64 + month, 30) = 0 THEN 500 ELSE 0 END) * term / 100.0 AS DECIMAL(18, 2))
            AS "Amount",
        CASE term WHEN 12 THEN 'annual' ELSE 'monthly' END AS "Term", tier AS "Tier"
    FROM months
) TO '{path}' ({options})
"""
BY_HAND = """
CREATE TABLE lines AS
SELECT "Customer" AS customer, "Date" AS day, CAST("Amount" * 100 AS BIGINT) AS cents, "Tier" AS tier,
    CASE "Term" WHEN 'annual' THEN 12 ELSE 1 END AS months,
    CAST(year("Date") * 12 + month("Date") - 1 AS INTEGER) AS month
FROM read_csv($path, header = true, columns = {'Customer': 'VARCHAR', 'Date': 'DATE', 'Amount': 'DECIMAL(18, 2)',
    'Term': 'VARCHAR', 'Tier': 'VARCHAR'});
CREATE TABLE names AS
SELECT customer AS name, CAST(row_number() OVER () AS INTEGER) AS id FROM (SELECT DISTINCT customer FROM lines);
CREATE TABLE recurring AS
SELECT n.id, l.day, l.month, l.months, l.cents, l.tier, (2 * l.cents + l.months) // (2 * l.months) AS mrr
FROM lines l JOIN names n ON n.name = l.customer;
CREATE TABLE cells AS
SELECT id, CAST(month + step AS INTEGER) AS month, CAST(sum(mrr) AS BIGINT) AS cents
FROM (SELECT id, month, mrr, unnest(range(months)) AS step FROM recurring)
WHERE month + step <= (SELECT max(month) FROM recurring)
GROUP BY ALL;
CREATE TABLE moves AS
SELECT *, lag(month) OVER w AS before_month, lag(cents) OVER w AS before_cents, lead(month) OVER w AS after_month,
    first_value(month) OVER w AS first_month
FROM cells WINDOW w AS (PARTITION BY id ORDER BY month);
"""
ANSWERS = {
    "movements": """
        WITH a AS (
            SELECT month, sum(cents) AS closing, count(*) AS customers,
                sum(cents) FILTER (WHERE before_month IS NULL) AS new,
                sum(cents) FILTER (WHERE before_month < month - 1) AS reactivation,
                sum(cents - before_cents) FILTER (WHERE before_month = month - 1 AND cents > before_cents) AS expansion,
                sum(before_cents - cents) FILTER (WHERE before_month = month - 1 AND cents < before_cents)
                    AS contraction
            FROM moves WHERE month <= $month GROUP BY month
        ),
        l AS (
            SELECT month + 1 AS month, sum(cents) AS churn FROM moves
            WHERE month < $month AND (after_month IS NULL OR after_month > month + 1) GROUP BY 1
        )
        SELECT month, closing, customers, coalesce(new, 0), coalesce(reactivation, 0), coalesce(expansion, 0),
            coalesce(contraction, 0), coalesce(churn, 0)
        FROM a LEFT JOIN l USING (month) ORDER BY 1""",
    "cohorts": """
        SELECT first_month, month - first_month, count(*), sum(cents) FROM moves WHERE month <= $month
        GROUP BY ALL ORDER BY ALL""",
    "pairs": """
        WITH sides AS (
            SELECT id, max(cents) FILTER (WHERE month = $month - 1) AS opening,
                max(cents) FILTER (WHERE month = $month) AS closing
            FROM moves WHERE month IN ($month - 1, $month) GROUP BY id
        ),
        told AS (
            SELECT id, arg_max(tier, day) AS tier, arg_max(months, day) AS months,
                max(CAST(day + to_months(months) AS DATE)) AS paid_through
            FROM recurring WHERE month <= $month AND id IN (SELECT id FROM sides) GROUP BY id
        )
        SELECT n.name, s.opening, s.closing, t.tier, t.months, t.paid_through
        FROM sides s JOIN names n USING (id) JOIN told t USING (id) ORDER BY 1""",
    "tie_out": """
        SELECT sum(mrr * (months - later)), sum(mrr * later), sum(cents - mrr * months), sum(cents)
        FROM (SELECT *, greatest(0, month + months - greatest(month, $month + 1)) AS later FROM recurring)""",
}


def ours(path: Path) -> dict[str, Any]:
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
    tie_out = [[items["recurring_revenue"], ahead, items["rounding"], facts.ledger_total]]
    month = _number(facts.month)
    return {"month": month, "movements": moved, "cohorts": cohorts, "pairs": hash_of(pairs), "tie_out": tie_out}


def facts_alone(path: Path, month: int) -> dict[str, Any]:
    sys.path.insert(0, str(ROOT))
    from retention_xl.ledger import read_ledger

    with read_ledger(path) as ledger:
        return {"pairs": len(ledger.facts().pairs)}


def by_hand(path: Path, month: int) -> dict[str, Any]:
    import duckdb

    con = duckdb.connect()
    for statement in BY_HAND.split(";\n"):
        con.execute(statement, {"path": str(path)} if "$path" in statement else None)
    found: dict[str, Any] = {"month": month}
    for name, query in ANSWERS.items():
        answer = con.execute(query, {"month": month} if "$month" in query else None).fetchall()
        found[name] = [[int(v) if type(v).__name__ == "Decimal" else v for v in row] for row in answer]
    found["pairs"] = hash_of([[*row[:-1], str(row[-1])] for row in found["pairs"]])
    return found


def with_pandas(path: Path, month: int) -> dict[str, Any]:
    """The usual way: services spread over months, a table of customers by months; no loop over lines."""
    import pandas as pd

    lines = pd.read_csv(path)
    lines["Date"] = pd.to_datetime(lines["Date"])
    lines["cents"] = (lines["Amount"] * 100).round().astype("int64")
    lines["months"] = lines["Term"].map({"monthly": 1, "annual": 12})
    lines["month"] = lines["Date"].dt.year * 12 + lines["Date"].dt.month - 1
    lines["mrr"] = (2 * lines["cents"] + lines["months"]) // (2 * lines["months"])
    spread = lines.loc[lines.index.repeat(lines["months"]), ["Customer", "month", "mrr"]]
    spread["month"] += spread.groupby(level=0).cumcount()
    spread = spread[spread["month"] <= month]
    table = spread.pivot_table(index="Customer", columns="month", values="mrr", aggfunc="sum", fill_value=0)
    moved = []
    before, known = table.iloc[:, 0] * 0, table.iloc[:, 0] < 0
    for number in table.columns:
        now = table[number]
        kept = (before > 0) & (now > 0)
        change = (now - before)[kept]
        arrived = (before == 0) & (now > 0)
        sums = (
            now[arrived & ~known],
            now[arrived & known],
            change.clip(lower=0),
            -change.clip(upper=0),
            before[now == 0],
        )
        moved.append([int(number), int(now.sum()), int((now > 0).sum()), *(int(part.sum()) for part in sums)])
        before, known = now, known | (now > 0)
    cells = spread.groupby(["Customer", "month"], as_index=False)["mrr"].sum()
    cells["first"] = cells.groupby("Customer")["month"].transform("min")
    cells["age"] = cells["month"] - cells["first"]
    cohorts = cells.groupby(["first", "age"])["mrr"].agg(["count", "sum"]).reset_index()
    lines["ends"] = lines["Date"]
    for term in lines["months"].unique():
        of_term = lines["months"] == term
        lines.loc[of_term, "ends"] = lines.loc[of_term, "Date"] + pd.DateOffset(months=int(term))
    sides = table[[month - 1, month]]
    sides = sides[(sides > 0).any(axis=1)]
    known_lines = lines[(lines["month"] <= month) & lines["Customer"].isin(sides.index)].sort_values("Date")
    told = known_lines.groupby("Customer").agg({"Tier": "last", "months": "last", "ends": "max"})
    pairs = [
        [name, int(opening) or None, int(closing) or None, tier, int(term), str(ends.date())]
        for name, opening, closing, tier, term, ends in sides.join(told).itertuples()
    ]
    later = (lines["month"] + lines["months"] - lines["month"].clip(lower=month + 1)).clip(lower=0)
    recognised, ahead = lines["mrr"] * (lines["months"] - later), lines["mrr"] * later
    rounding = lines["cents"] - lines["mrr"] * lines["months"]
    tie_out = [[int(part.sum()) for part in (recognised, ahead, rounding, lines["cents"])]]
    return {
        "month": month,
        "movements": moved,
        "cohorts": [[int(value) for value in row] for row in cohorts.to_numpy()],
        "pairs": hash_of(pairs),
        "tie_out": tie_out,
    }


def _number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def hash_of(rows: list[Any]) -> str:
    import hashlib

    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def measured(side: str, path: Path, month: int) -> tuple[float, float, dict[str, Any]]:
    """CPU seconds, the most memory in GB, and the answers of a side in a process of its own."""
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
    return used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e9, json.loads(told)


def made(path: Path, lines: int) -> Path:
    """A ledger of about so many lines."""
    import duckdb

    options = "FORMAT parquet" if path.suffix == ".parquet" else "HEADER"
    con = duckdb.connect(config={"temp_directory": str(path.parent / "spilled")})
    con.execute(MADE.format(customers=lines * 10 // 137, path=path, options=options))
    return path


def compare(folder: Path, lines: int) -> None:
    path = made(folder / "ledger.csv", lines)
    cpu, memory, answers = measured("ours", path, 0)
    month = answers["month"]
    hand_cpu, hand_memory, hand = measured("by_hand", path, month)
    pandas_cpu, pandas_memory, tables = measured("with_pandas", path, month)
    for side, found in (("DuckDB by hand", hand), ("pandas", tables)):
        if answers != found:
            differ = ", ".join(name for name in answers if answers[name] != found[name])
            sys.exit(f"The answers of {side} differ from ours: {differ}")
    millions = f"{path.stat().st_size / 1e6:,.0f} MB of CSV, about {lines:,} lines"
    for side, used, most in (
        ("ours", cpu, memory),
        ("DuckDB by hand", hand_cpu, hand_memory),
        ("pandas", pandas_cpu, pandas_memory),
    ):
        tell(f"{millions}: {side}, CPU", used, "s")
        tell(f"{millions}: {side}, memory", most, "GB")
    judge(f"{millions}: CPU over DuckDB by hand, which checks nothing", cpu / hand_cpu, "<=", 1.3)
    judge(f"{millions}: CPU of the usual pandas over ours", pandas_cpu / cpu, ">=", 6)
    judge(f"{millions}: memory", memory, "<=", 1.2, "GB")


def grow(folder: Path, lines: int) -> None:
    """The CPU and memory of many lines beside those of a tenth of them."""
    few_cpu, _, _ = measured("facts_alone", made(folder / "few.parquet", lines // 10), 0)
    cpu, memory, _ = measured("facts_alone", made(folder / "many.parquet", lines), 0)
    tell(f"about {lines // 10:,} lines of Parquet to all facts, CPU", few_cpu, "s")
    tell(f"about {lines:,} lines, CPU", cpu, "s")
    judge(f"about {lines:,} lines: CPU over ten times that of a tenth", cpu / few_cpu / 10, "<=", 1.15)
    judge(f"about {lines:,} lines: memory", memory, "<=", 4, "GB")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        asked, place, at = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
        print(json.dumps(ours(place) if asked == "ours" else globals()[asked](place, at)))
    else:
        told = [int(argument.replace("_", "")) for argument in sys.argv[1:] if argument != "grows"]
        with tempfile.TemporaryDirectory() as temporary:
            if "grows" in sys.argv:
                grow(Path(temporary), *(told or [MANY_LINES]))
            else:
                compare(Path(temporary), *(told or [LINES]))
        end()
