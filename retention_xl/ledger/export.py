"""The facts of a ledger as files for other tools: Parquet or CSV, money in exact decimals, whole or not at all."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import LedgerError
from ..whole_files import unfinished
from .database import Connection
from .dates import month_of
from .records import MonthFacts
from .tables import literal

if TYPE_CHECKING:
    from .read import Ledger

FORMATS = {".parquet": "FORMAT parquet", ".csv": "FORMAT csv, HEADER true"}
_MONTH = "printf('%04d-%02d', {0} // 12, {0} % 12 + 1)"
_MONEY = "CAST(CAST({} AS DECIMAL(18, 0)) * 0.01 AS DECIMAL(18, 2))"


def export(ledger: Ledger, con: Connection, path: Path) -> list[Path]:
    """Customer months into `path`, movements and cohorts beside it (facts-movements.parquet, facts-cohorts.parquet)."""
    if path.suffix.lower() not in FORMATS:
        raise LedgerError(f"{path.name}: facts are written as .parquet or .csv.")
    currency = literal(ledger.currency)
    last = month_of(ledger.last_complete_month)
    complete = f"month <= {last} AS complete"
    queries = {
        path: f"SELECT c.name AS customer, {_MONTH.format('m.month')} AS month, {_MONTH.format('m.first_month')} "
        f"AS first_month, {_MONEY.format('m.cents')} AS revenue, {currency} AS currency, m.{complete} "
        "FROM moves m JOIN customers c USING (customer) ORDER BY c.name, m.month",
        beside(path, "movements"): _movements(ledger, con, currency),
        beside(path, "cohorts"): f"SELECT {_MONTH.format('first_month')} AS cohort, month - first_month AS age, "
        f"count(*) AS customers, {_MONEY.format('sum(cents)')} AS revenue, {currency} AS currency, "
        f"{complete} FROM moves GROUP BY first_month, month ORDER BY first_month, month",
    }
    with ExitStack() as together:  # all of them or none
        for target, query in queries.items():
            beside_it = together.enter_context(unfinished(target))
            con.execute(f"COPY ({query}) TO {literal(str(beside_it))} ({FORMATS[path.suffix.lower()]})")
    return list(queries)


def beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.stem}-{what}{path.suffix}")


def _movements(ledger: Ledger, con: Connection, currency: str) -> str:
    """The bridge of every month as a table of its own, and the query that reads it."""
    rows = ledger.facts(ledger.last_month).movements
    kinds = {name: "VARCHAR" if name == "month" else "BIGINT" for name in MonthFacts.__dataclass_fields__}
    con.fill("exported_movements", kinds, {name: [getattr(row, name) for row in rows] for name in kinds})
    counts = {name for name in kinds if name.endswith("_customers")}
    selected = [name if name == "month" or name in counts else f"{_MONEY.format(name)} AS {name}" for name in kinds]
    complete = f"month <= {literal(ledger.last_complete_month)} AS complete"
    return f"SELECT {', '.join(selected)}, {currency} AS currency, {complete} FROM exported_movements ORDER BY month"
