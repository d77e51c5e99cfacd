"""The report against openpyxl writing as many cells, and the ledger against plain pandas."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

from ratios import ROOT, cpu_of, end, judge, tell

sys.path.insert(0, str(ROOT))

LINES = 1_000_000
CUSTOMERS = 200_000
MONTHS = 36
START, BUILDING = "Starting", "Building the report"  # steps of write_monthly


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


def workbook_against_openpyxl(folder: Path) -> None:
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    from retention_xl.monthly import write_monthly

    path = monthly_ledger(folder / "large.csv", CUSTOMERS, MONTHS, CUSTOMERS * MONTHS // 3)
    steps: list[tuple[str, float]] = []
    made = write_monthly(
        path, path.name, folder / "report.xlsx", progress=lambda step, _: steps.append((step, process_time()))
    )
    done = process_time()
    begun = dict(reversed(steps))
    tell(
        f"ledger of {CUSTOMERS:,} customers and {MONTHS} months read, and its facts",
        begun[BUILDING] - begun[START],
        "s",
    )
    report = openpyxl.load_workbook(made.path, read_only=True)
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in report}
    cells = sum(cell is not None for rows in sheets.values() for row in rows for cell in row)

    def theirs() -> None:
        book = openpyxl.Workbook(write_only=True)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append([WriteOnlyCell(sheet, cell) for cell in row])
        book.save(folder / "theirs.xlsx")

    ours = done - begun[BUILDING]
    tell(f"its report built and written: {cells:,} cells", ours, "s")
    judge("the same over openpyxl writing these cells bare", ours / min(_times(theirs)), "<=", 3)


def _times(side: Callable[[], Any]) -> list[float]:
    return [cpu_of(side) for _ in range(2)]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        ledger_against_pandas(Path(place))
        workbook_against_openpyxl(Path(place))
    end()
