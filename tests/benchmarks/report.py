"""The report against openpyxl writing as many cells, and the ledger against plain pandas."""

from __future__ import annotations

import pickle
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ratios import ROOT, cpu_each, cpu_of, end, judge, tell

sys.path.insert(0, str(ROOT))

LINES = 1_000_000
CUSTOMERS = 200_000
MONTHS = 36


def monthly_ledger(path: Path, customers: int, months: int, lines: int) -> Path:
    """Customers who pay once a month from a month on until another; every line a bill of a month."""
    chance = random.Random(11)
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("Customer,Date,Amount,Term\n")
        while written < lines:
            for customer in range(customers):
                first = chance.randrange(months)
                amount = chance.randrange(500, 90_000)
                for month in range(first, min(months, first + 1 + int(chance.expovariate(0.05)))):
                    amount += chance.choice((0, 0, 0, 0, 500, -300)) if amount > 900 else 0
                    file.write(
                        f"C{customer:07d},{2023 + month // 12}-{month % 12 + 1:02d}-{chance.randrange(1, 29):02d},"
                        f"{amount / 100:.2f},monthly\n"
                    )
                    written += 1
                    if written == lines:
                        return path
    return path


def ledger_against_pandas(folder: Path) -> None:
    from retention_xl.ledger import read_ledger

    path = monthly_ledger(folder / "ledger.csv", 100_000, MONTHS, LINES)

    def ours() -> None:
        with read_ledger(path) as ledger:
            ledger.facts()

    judge(
        f"read a ledger of {LINES:,} lines and all facts of a month: CPU over plain pandas' customers by month alone",
        cpu_of(ours) / cpu_of(lambda: with_pandas(path)),
        "<=",
        20,
    )


def with_pandas(path: Path) -> Any:
    """The tutorial's way, for clean lines only: no refusals, no terms, no cohorts; movements of the last month."""
    import pandas as pd

    lines = pd.read_csv(path)
    lines["month"] = pd.to_datetime(lines["Date"]).dt.to_period("M")
    table = lines.pivot_table(index="Customer", columns="month", values="Amount", aggfunc="sum", fill_value=0)
    before, after = table.iloc[:, -2], table.iloc[:, -1]
    return {
        "new": after[before == 0].sum(),
        "lost": before[after == 0].sum(),
        "kept": ((before > 0) & (after > 0)).sum(),
    }


def large_ledger(path: Path) -> Path:
    """The same kind of ledger for 200,000 customers and 36 months, some 2.5 million bills: made-up, always the same."""
    import duckdb

    duckdb.sql(f"""
        COPY (
            WITH customers AS (
                SELECT
                    id,
                    hash(id) % {MONTHS} AS first,
                    1 - ln((hash(id + 7000001) % 1000000 + 1) / 1000001.0) * 25 AS stay,
                    500 + hash(id + 14000003) % 89500 AS cents
                FROM range({CUSTOMERS}) AS ids (id)
            )
            SELECT
                'C' || lpad(id::VARCHAR, 7, '0') AS "Customer",
                (DATE '2023-01-01' + to_months(month::INT) + to_days((hash(id * 37 + month) % 28)::INT))::DATE
                    AS "Date",
                (cents::INT + CASE hash(id * 1000 + month) % 6 WHEN 0 THEN 500 WHEN 1 THEN -300 ELSE 0 END) / 100.0
                    AS "Amount",
                'monthly' AS "Term"
            FROM customers, range({MONTHS}) AS months (month)
            WHERE month >= first AND month < first + stay
            ORDER BY ALL
        ) TO '{path.as_posix()}' (FORMAT parquet)
    """)
    return path


# The whole way in a process of its own: its time and its memory as the system counts them.
FROM_LEDGER = """
import pickle, sys
from resource import RUSAGE_SELF, getrusage
from time import process_time
from retention_xl.ledger import read_ledger
from retention_xl.monthly import collector_at_rest
from retention_xl.report.build import build_report
from retention_xl.report.model import Source
from retention_xl.report.settings import load_settings
from retention_xl.report.write import write_report

ledger, workbook, kept = sys.argv[1:]
begun = process_time()
with read_ledger(ledger) as read:
    facts = read.facts()
    source = Source("large", read.nature_reason, "asked for", "", tuple(read.columns))
counted = process_time()
with collector_at_rest():
    write_report(build_report(facts, load_settings(None, facts.nature), source), workbook)
written = process_time()
with open(kept, "wb") as file:
    pickle.dump((facts, source), file)
print(counted - begun, written - counted, getrusage(RUSAGE_SELF).ru_maxrss)
"""


def workbook_against_openpyxl(folder: Path) -> None:
    """From facts already counted to the workbook, against openpyxl writing what stands in it and nothing more."""
    import openpyxl

    from retention_xl.monthly import collector_at_rest
    from retention_xl.report.build import build_report
    from retention_xl.report.settings import load_settings
    from retention_xl.report.write import write_report

    ledger, workbook, kept = large_ledger(folder / "large.parquet"), folder / "report.xlsx", folder / "facts.pickle"
    command = [sys.executable, "-c", FROM_LEDGER, str(ledger), str(workbook), str(kept)]
    whole = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    reading, writing, memory = (float(part) for part in whole.stdout.split())
    memory /= 2**30 if sys.platform == "darwin" else 2**20
    tell(f"ledger of {CUSTOMERS:,} customers and {MONTHS} months read, and its facts", reading, "s")
    tell("its report built and written, in a fresh process", writing, "s")
    judge("most memory on the way from ledger to workbook", memory, "<=", 1.5, "GB")
    with kept.open("rb") as file:
        facts, source = pickle.load(file)
    sheets = {sheet.title: list(sheet.iter_rows()) for sheet in openpyxl.load_workbook(workbook, read_only=True)}
    cells = {
        title: [
            [(cell.column, cell.value, cell.number_format) for cell in row if cell.value is not None] for row in rows
        ]
        for title, rows in sheets.items()
    }

    def ours() -> None:
        with collector_at_rest():  # as every report is written
            write_report(build_report(facts, load_settings(None, facts.nature), source), folder / "again.xlsx")

    def theirs(with_formats: bool) -> None:
        book = openpyxl.Workbook()
        for title, rows in cells.items():
            sheet = book.create_sheet(title)
            for number, row in enumerate(rows, 1):
                for column, value, number_format in row:
                    cell = sheet.cell(number, column, value)
                    if with_formats:
                        cell.number_format = number_format
        book.save(folder / "theirs.xlsx")

    sides = {"ours": ours, "bare": lambda: theirs(False), "formats": lambda: theirs(True)}
    spent = cpu_each(sides, rounds=2, at_least=0)
    count = sum(len(row) for rows in cells.values() for row in rows)
    tell(f"facts to workbook of {count:,} cells", spent["ours"], "s")
    judge("the same over openpyxl writing these cells bare", spent["ours"] / spent["bare"], "<=", 0.2)
    judge("the same over openpyxl writing them with their formats", spent["ours"] / spent["formats"], "<=", 0.2)
    same = (folder / "again.xlsx").read_bytes() == workbook.read_bytes()
    judge("two workbooks of the same facts are the same bytes", same, ">=", 1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        ledger_against_pandas(Path(place))
        workbook_against_openpyxl(Path(place))
    end()
