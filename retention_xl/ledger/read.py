"""The door of the package: a ledger file or DataFrame in, a Ledger out that gives the facts of any of its months."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..errors import LedgerError
from . import deductions, quality
from .beforehand import read_beforehand
from .calendars import Calendar
from .clean import Policy, clean
from .columns import choose
from .currencies import load_rates
from .database import Connection, connect, one, rows
from .dates import month_end, month_of, month_text
from .export import export
from .facts import facts_of
from .fingerprint import fingerprint
from .policies import Policies
from .records import ColumnChoice, Facts, Nature, Quality
from .scratch import Scratch
from .snapshot import SnapshotSource, is_snapshot
from .sources import Progress, Source, leave, only, open_source
from .supporting.finding import sheets_of, with_sheets
from .supporting.loading import checked, load_tables
from .supporting.records import TableNote, TableRead
from .tables import ledger_sought

if TYPE_CHECKING:
    import pandas as pd


class Ledger:
    """A ledger that has been read. It holds a database until it is closed, so use it in a `with` or call close()."""

    nature: Nature
    nature_reason: str
    told: tuple[str, ...]  # which files or sheets were read, and which were left out
    currency: str
    columns: tuple[ColumnChoice, ...]
    tables: list[TableRead]  # given beside the ledger
    table_notes: list[TableNote]
    policies: Policies
    calendar: Calendar | None
    quality: Quality
    first_month: str
    last_month: str
    last_complete_month: str
    last_date: date

    def __init__(self, con: Connection, scratch: Scratch) -> None:
        self._con = con
        self._scratch = scratch

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._con.close()
        self._scratch.cleanup()

    def facts(self, month: str | None = None) -> Facts:
        """All that the report of `month` needs ("2026-10"); without it the last complete month.

        Money is in whole cents of the report's currency. LedgerError: the ledger has no such month.

        >>> with read_ledger(lines) as ledger:  # the lines of read_ledger's example
        ...     march = ledger.facts().movements[-1]
        >>> march.month, march.opening, march.churn, march.closing
        ('2026-03', 20000, 12000, 13000)
        """
        wanted = month or self.last_complete_month
        number = month_of(wanted)
        if number is None:
            raise LedgerError(f"Month {wanted!r} is not a month; write it as 2026-10.")
        if not self.first_month <= wanted <= self.last_month:
            raise LedgerError(
                f"Month {wanted} is outside the ledger, which runs from {self.first_month} to {self.last_month}."
            )
        self._con.begin("Adding up")
        return facts_of(self._con, self, number)

    def month_end(self, month: int) -> date:
        """The last day of a month, by the fiscal calendar where there is one."""
        return self.calendar.end(month) if self.calendar else month_end(month)

    def customer_months(self) -> pd.DataFrame:
        """A row for every month in which a customer was active: customer, month, whole cents.

        >>> with read_ledger(lines) as ledger:
        ...     print(ledger.customer_months().query("customer == 'Bo'").to_string(index=False))
        customer   month  cents
              Bo 2026-01   5000
              Bo 2026-03   5000
        """
        return self._frame(
            "SELECT c.name AS customer, m.month, m.cents FROM moves m JOIN customers c USING (customer) ORDER BY 1, 2"
        )

    def movements(self) -> pd.DataFrame:
        """The bridge of every month to the ledger's last, complete or not: whole cents, and numbers of customers.

        >>> with read_ledger(lines) as ledger:
        ...     bridge = ledger.movements().set_index("month")
        >>> bridge.loc["2026-03", ["opening", "reactivation", "churn", "closing"]].to_list()
        [20000, 5000, 12000, 13000]
        """
        import pandas as pd

        return pd.DataFrame([{f: getattr(m, f) for f in m.__slots__} for m in self.facts(self.last_month).movements])

    def cohorts(self) -> pd.DataFrame:
        """Every cohort (month of the first revenue) by age in months: customers still there, and their whole cents.

        >>> with read_ledger(lines) as ledger:
        ...     print(ledger.cohorts().to_string(index=False))
         cohort  age  customers  cents
        2026-01    0          2  15000
        2026-01    1          1  12000
        2026-01    2          1   5000
        2026-02    0          1   8000
        2026-02    1          1   8000
        """
        import pandas as pd

        return pd.DataFrame([{f: getattr(c, f) for f in c.__slots__} for c in self.facts(self.last_month).cohorts])

    def export(self, path: str | Path) -> list[Path]:
        """The customer months as Parquet or CSV, movements and cohorts in files beside it; money in exact decimals.

        Returns the files written; all of them or none. LedgerError: `path` ends in something else.
        """
        return export(self, self._con, Path(path))

    def lines(self) -> pd.DataFrame:
        """Every line of the source as it was taken: its refusal (empty where accepted), what it is, its cents.

        >>> with read_ledger(lines) as ledger:
        ...     print(ledger.lines()[["line", "customer", "cents", "months", "mrr"]].head(2).to_string(index=False))
         line customer  cents  months   mrr
            2      Ada  10000       1 10000
            3       Bo   5000       1  5000
        """
        return self._con.execute(
            "SELECT l.line, c.name AS customer, l.day, l.kind, l.role, l.own_cents, l.currency, l.cents, l.months, "
            "l.first_day, l.until, l.mrr, l.refusal FROM lines l LEFT JOIN customers c USING (customer) ORDER BY l.line"
        ).df()

    def _frame(self, query: str) -> pd.DataFrame:
        frame = self._con.execute(query).df()
        texts = {number: month_text(number) for number in frame["month"].unique()}
        frame["month"] = frame["month"].map(texts)
        return frame


def read_ledger(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    nature: Nature | None = None,
    currency: str | None = None,
    rates: str | Path | Mapping[str, object] | None = None,
    dates: Literal["dmy", "mdy"] | None = None,
    decimal: Literal["point", "comma"] | None = None,
    duplicates: Literal["keep", "refuse"] = "keep",
    allow_empty_months: bool = False,
    encoding: str | None = None,
    policies: Policies | None = None,
    sheet: str | None = None,
    table: str | None = None,
    query: str | None = None,
    as_of: str | None = None,
    tables: Mapping[str, Any] | None = None,
    engine: Literal["duckdb", "spark"] = "duckdb",
    progress: Progress | None = None,
) -> Ledger:
    """Read a billing ledger from a file (CSV, .gz, a workbook, Parquet), a folder or pattern of files, or a DataFrame.

    Or from a database: its SQLAlchemy URL, with a `table` or a `query`. The source is never changed. `tables`: what
    stands beside it, by name (customers, cancellations, surveys ...): a file, "book.xlsx#Sheet" or a DataFrame. A sheet
    of such a name in the ledger's own workbook is read without being named; None leaves it out. `as_of` is the month of
    a table of customers that has months of tenure and no dates. `engine` spark reads Parquet or a table of Spark's
    catalog, by the session of the usual Spark configuration.

    LedgerError says which file, line, column or heading is wrong, the value met and the rule; a line that cannot be
    right is left out, counted and listed in `quality`, and stops nothing.

    >>> import pandas as pd
    >>> lines = pd.DataFrame(
    ...     [
    ...         ("Ada", "2026-01-05", "100.00", "monthly"),
    ...         ("Bo", "2026-01-09", "50.00", "monthly"),
    ...         ("Ada", "2026-02-05", "120.00", "monthly"),
    ...         ("Cy", "2026-02-20", "80.00", "monthly"),
    ...         ("Bo", "2026-03-31", "50.00", "monthly"),
    ...         ("Cy", "2026-03-20", "80.00", "monthly"),
    ...     ],
    ...     columns=["customer", "date", "amount", "term"],
    ... )
    >>> with read_ledger(lines) as ledger:
    ...     print(ledger.nature, ledger.first_month, ledger.last_complete_month, ledger.quality.lines_refused)
    recurring 2026-01 2026-03 0
    """
    tell = progress or (lambda text, fraction: None)
    source = only(source)
    if dates not in (None, "dmy", "mdy"):
        raise LedgerError(f"Dates {dates!r} is neither dmy (day first) nor mdy (month first).")
    if decimal not in (None, "point", "comma"):
        raise LedgerError(f"Decimal {decimal!r} is neither point nor comma.")
    if engine not in ("duckdb", "spark"):
        raise LedgerError(f"Engine {engine!r} is neither duckdb nor spark.")
    if duplicates not in ("keep", "refuse"):
        raise LedgerError(f"Duplicates {duplicates!r} is neither keep nor refuse.")
    cluster = None
    if engine == "spark":
        cluster, opened, beside = _on_spark(source, tell, {"table": table, "query": query, "tables": tables})
    else:
        opened = open_source(source, encoding, ledger_sought(columns or {}, sheet), table, query)
        beside = with_sheets(source, sheets_of(opened), checked(tables))
    policies = policies or Policies()
    try:
        if cluster is None and is_snapshot(opened.headings, columns or {}):
            opened = SnapshotSource(opened, as_of)
            chosen = {field: (0, choice) for field, choice in opened.choices.items()}
        else:
            chosen = deductions.settled(opened.headings, choose(opened.headings, columns, opened.name), columns or {})
        before = read_beforehand(beside, policies)
    except BaseException:
        leave(opened)
        raise
    read_rates = load_rates(rates) if rates is not None else before.rates
    policy = Policy(nature, currency, read_rates, dates, decimal, duplicates, allow_empty_months, policies, before)
    scratch = Scratch()
    try:
        con = cluster or connect(scratch.path, opened.size, tell)
    except BaseException:
        scratch.cleanup()
        raise
    ledger = Ledger(con, scratch)
    ledger.policies = policies
    ledger.calendar = before.calendar
    try:
        if before.calendar:
            before.calendar.apply(con)
        con.begin(f"Reading {opened.name}")
        opened.load(con, {field: position for field, (position, _) in chosen.items()}, scratch.path, tell)
        con.begin("Cleaning lines")
        choices = {field: choice for field, (_, choice) in chosen.items()}
        ledger.nature, ledger.nature_reason, ledger.currency = clean(con, choices, policy, opened.places)
        ledger.nature_reason = getattr(opened, "nature_reason", ledger.nature_reason)
        ledger.columns = tuple(choices.values())
        ledger.told = tuple(getattr(opened, "told", ()))
        ledger.quality = quality.summarise(con, choices, opened.places)
        con.execute(
            "CREATE OR REPLACE TABLE totals AS SELECT CAST($total AS BIGINT) AS ledger_total, $print AS fingerprint",
            {"total": quality.ledger_total(con), "print": fingerprint(con)},
        )
        con.execute("DROP VIEW source")
        con.execute("DROP TABLE raw")
        _set_extent(ledger, con)
        loaded, notes = load_tables(con, beside, scratch.path, ledger.currency, read_rates, tell)
        ledger.tables, ledger.table_notes = [*before.reads, *loaded], [*before.notes, *notes]
    except BaseException:
        ledger.close()
        raise
    return ledger


def _on_spark(source: Any, tell: Progress, only_duckdb: Mapping[str, Any]) -> tuple[Connection, Source, dict[str, Any]]:
    from .spark import SparkConnection, SparkSource

    for name, given in only_duckdb.items():
        if given:
            raise LedgerError(f"Engine spark: {name} is read by the engine duckdb only; leave it out.")
    cluster = SparkConnection(tell)
    return cluster, SparkSource(cluster, str(source)), {}


def _set_extent(ledger: Ledger, con: Connection) -> None:
    first, last, ledger.last_date = one(con, "SELECT (SELECT min(month) FROM cells), last_month, last_day FROM extent")
    ledger.first_month, ledger.last_month = month_text(first), month_text(last)
    # A month is complete when its last line lies no further from its end than in the twelve months before.
    ends = dict(
        rows(
            con,
            "SELECT month, max(day) FROM lines WHERE refusal = '' AND role IN ('recurring', 'purchase') "
            "AND month >= $since GROUP BY month ORDER BY month",
            {"since": last - 12},
        )
    )
    distance = {month: (ledger.month_end(month) - day).days for month, day in ends.items()}
    before = [days for month, days in distance.items() if month < last]
    complete = not before or distance[last] <= max(before)
    ledger.last_complete_month = month_text(last if complete or last == first else last - 1)
