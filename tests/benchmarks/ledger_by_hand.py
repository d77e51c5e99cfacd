"""The answers of ledger_size.py by DuckDB and pandas statements written by hand for its two ledgers and no other.

A clean ledger is trusted: every line counts. Of the dirty one it is known beforehand what may be wrong with a line, and
nothing else is looked for: a repeated line id, a day or an amount that is none, no customer, an id in other letters.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

DIRTY = "dirty"  # the name of the ledger that is checked
MEMORY = "900MB"  # of the database, as ours has; what does not fit goes to its file

TRUSTED = """
CREATE TABLE lines AS
SELECT "Customer" AS customer, "Date" AS day, CAST("Amount" * 100 AS BIGINT) AS cents, "Tier" AS tier,
    CASE "Term" WHEN 'annual' THEN 12 ELSE 1 END AS months,
    CAST(year("Date") * 12 + month("Date") - 1 AS INTEGER) AS month
FROM read_csv($path, header = true, columns = {'Customer': 'VARCHAR', 'Date': 'DATE', 'Amount': 'DECIMAL(18, 2)',
    'Term': 'VARCHAR', 'Tier': 'VARCHAR'});
CREATE TABLE names AS
SELECT customer AS key, customer AS name, CAST(row_number() OVER () AS INTEGER) AS id
FROM (SELECT DISTINCT customer FROM lines);
"""
CHECKED = """
CREATE TABLE raw AS
SELECT row_number() OVER () AS line, "Line ID" AS line_id, trim("Customer") AS name,
    upper(trim("Customer")) AS customer, TRY_CAST("Date" AS DATE) AS day,
    CAST(TRY_CAST("Amount" AS DECIMAL(18, 2)) * 100 AS BIGINT) AS cents, "Tier" AS tier,
    CASE "Term" WHEN 'annual' THEN 12 ELSE 1 END AS months
FROM read_csv($path, header = true, all_varchar = true, nullstr = '');
CREATE TABLE judged AS
SELECT r.*, CASE WHEN r.line > k.line THEN 'repeated' WHEN customer IS NULL THEN 'customer' WHEN day IS NULL THEN 'day'
    WHEN cents IS NULL THEN 'amount' END AS refusal
FROM raw r
LEFT JOIN (SELECT line_id, min(line) AS line FROM raw GROUP BY line_id HAVING count(*) > 1) k USING (line_id);
CREATE TABLE lines AS
SELECT customer, day, cents, tier, months, CAST(year(day) * 12 + month(day) - 1 AS INTEGER) AS month
FROM judged WHERE refusal IS NULL;
CREATE TABLE names AS
SELECT customer AS key, arg_min(name, line) AS name, CAST(row_number() OVER () AS INTEGER) AS id
FROM raw WHERE customer IS NOT NULL GROUP BY customer;
"""
FIGURES = """
CREATE TABLE recurring AS
SELECT n.id, l.day, l.month, l.months, l.cents, l.tier, (2 * l.cents + l.months) // (2 * l.months) AS mrr
FROM lines l JOIN names n ON n.key = l.customer WHERE l.cents > 0;
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
        SELECT sum(mrr * (months - later)), sum(mrr * later), sum(cents - mrr * months)
        FROM (SELECT *, greatest(0, month + months - greatest(month, $month + 1)) AS later FROM recurring)""",
}
REFUSED = """
SELECT coalesce(refusal, 'taken'), count(*), coalesce(sum(cents), 0) FROM judged GROUP BY 1 ORDER BY 1"""


def by_duckdb(path: Path, month: int) -> dict[str, Any]:
    """With as much memory as ours."""
    import duckdb

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        con = duckdb.connect(Path(folder, "by_hand.duckdb"))
        con.execute(f"SET memory_limit = '{MEMORY}'; SET wal_autocheckpoint = '1TB'")
        con.execute("PRAGMA disable_checkpoint_on_shutdown")
        found = _asked(con, path, month)
        con.close()
        return found


def by_duckdb_in_memory(path: Path, month: int) -> dict[str, Any]:
    """With as much memory as it wants."""
    import duckdb

    return _asked(duckdb.connect(), path, month)


def _asked(con: Any, path: Path, month: int) -> dict[str, Any]:
    dirty = path.stem == DIRTY
    for statement in ((CHECKED if dirty else TRUSTED) + FIGURES).strip().rstrip(";").split(";\n"):
        con.execute(statement, {"path": str(path)} if "$path" in statement else None)
    found: dict[str, Any] = {"month": month}
    for name, query in {**ANSWERS, **({"lines": REFUSED} if dirty else {})}.items():
        answer = con.execute(query, {"month": month} if "$month" in query else None).fetchall()
        found[name] = [[int(v) if type(v).__name__ == "Decimal" else v for v in row] for row in answer]
    found["pairs"] = hash_of([[*row[:-1], str(row[-1])] for row in found["pairs"]])
    return found


def by_pandas(path: Path, month: int) -> dict[str, Any]:
    """As tutorials do it, with dates and services in whole columns: no loop over lines, no `apply`."""
    import pandas as pd

    found: dict[str, Any] = {"month": month}
    if path.stem == DIRTY:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False)
        raw["Name"] = raw["Customer"].str.strip()
        raw["Customer"] = raw["Name"].str.upper()
        raw["Date"] = pd.to_datetime(raw["Date"], errors="coerce")
        raw["cents"] = (pd.to_numeric(raw["Amount"], errors="coerce") * 100).round()
        raw["what"] = "taken"
        raw.loc[raw["cents"].isna(), "what"] = "amount"
        raw.loc[raw["Date"].isna(), "what"] = "day"
        raw.loc[raw["Customer"] == "", "what"] = "customer"
        raw.loc[raw.duplicated("Line ID"), "what"] = "repeated"
        told = raw.groupby("what")["cents"].agg(["size", "sum"])
        found["lines"] = [[what, int(count), int(cents)] for what, count, cents in told.itertuples()]
        names = raw.drop_duplicates("Customer").set_index("Customer")["Name"]
        lines = raw[(raw["what"] == "taken") & (raw["cents"] > 0)].copy()
    else:
        lines = pd.read_csv(path)
        lines["Date"] = pd.to_datetime(lines["Date"])
        lines["cents"] = (lines["Amount"] * 100).round()
        names = None
    lines["cents"] = lines["cents"].astype("int64")
    lines["months"] = lines["Term"].map({"monthly": 1, "annual": 12})
    lines["month"] = lines["Date"].dt.year * 12 + lines["Date"].dt.month - 1
    lines["mrr"] = (2 * lines["cents"] + lines["months"]) // (2 * lines["months"])
    spread = lines.loc[lines.index.repeat(lines["months"]), ["Customer", "month", "mrr"]]
    spread["month"] += spread.groupby(level=0).cumcount()
    spread = spread[spread["month"] <= month]
    table = spread.pivot_table(index="Customer", columns="month", values="mrr", aggfunc="sum", fill_value=0)
    found["movements"] = []
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
        found["movements"].append(
            [int(number), int(now.sum()), int((now > 0).sum()), *(int(part.sum()) for part in sums)]
        )
        before, known = now, known | (now > 0)
    spread["first"] = spread.groupby("Customer")["month"].transform("min")
    spread["age"] = spread["month"] - spread["first"]
    ages = spread.groupby(["first", "age"])
    cohorts = pd.DataFrame({"customers": ages["Customer"].nunique(), "cents": ages["mrr"].sum()}).reset_index()
    found["cohorts"] = [[int(value) for value in row] for row in cohorts.to_numpy()]
    lines["ends"] = lines["Date"]
    for term in lines["months"].unique():
        of_term = lines["months"] == term
        lines.loc[of_term, "ends"] = lines.loc[of_term, "Date"] + pd.DateOffset(months=int(term))
    sides = table[[month - 1, month]]
    sides = sides[(sides > 0).any(axis=1)]
    known_lines = lines[(lines["month"] <= month) & lines["Customer"].isin(sides.index)].sort_values("Date")
    told = known_lines.groupby("Customer").agg({"Tier": "last", "months": "last", "ends": "max"})
    if names is not None:
        sides = sides.join(names).set_index("Name")
        told = told.join(names).set_index("Name")
    pairs = [
        [name, int(opening) or None, int(closing) or None, tier, int(term), str(ends.date())]
        for name, opening, closing, tier, term, ends in sides.join(told).sort_index().itertuples()
    ]
    found["pairs"] = hash_of(pairs)
    later = (lines["month"] + lines["months"] - lines["month"].clip(lower=month + 1)).clip(lower=0)
    recognised, ahead = lines["mrr"] * (lines["months"] - later), lines["mrr"] * later
    rounding = lines["cents"] - lines["mrr"] * lines["months"]
    found["tie_out"] = [[int(part.sum()) for part in (recognised, ahead, rounding)]]
    return found


def hash_of(rows: list[Any]) -> str:
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
