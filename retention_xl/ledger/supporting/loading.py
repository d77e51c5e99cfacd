"""The tables given beside a ledger into its database, each by the rules of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ...errors import LedgerError
from .. import words
from ..currencies import RATE_KIND
from ..database import Connection, fill, rows, sql
from ..sources import Progress
from ..tables import literal
from .reading import Given, RowRule, given_as, read_table
from .records import TableNote, TableRead
from .shapes import SHAPES

# Tables that change how the ledger itself is read; they are read before it.
BEFORE_THE_LEDGER = ("rates", "aliases", "calendar")
OF_EACH_SUBSCRIPTION = ("customers", "cancellations")  # a survey, a ticket or a use is counted once
FRACTIONS = ("crr", "drr", "grr", "nrr", "churn")


def _first_only(fields: str, field: str, reason: str) -> RowRule:
    return RowRule(field, f"row_number() OVER (PARTITION BY {fields} ORDER BY line) > 1", reason)


_RULES: Mapping[str, tuple[RowRule, ...]] = {
    "customers": (_first_only("customer", "customer", "stands in the table already; the first of its rows is taken"),),
    "cancellations": (
        RowRule("day", "coalesce(day, notice) IS NULL", "neither the end of service nor a notice has a date"),
        _first_only("customer, coalesce(day, notice)", "customer", "has the same cancellation in an earlier row"),
    ),
    "surveys": (
        RowRule(
            "score",
            "measure = 'NPS' AND NOT score BETWEEN 0 AND 10 OR measure = 'CSAT' AND NOT score BETWEEN 1 AND 5 "
            "OR measure = 'SUS' AND NOT score BETWEEN 0 AND 100",
            "is no such score: NPS goes from 0 to 10, CSAT from 1 to 5, SUS from 0 to 100",
            ("measure",),
        ),
        RowRule("measure", "measure IS NULL AND score IS NOT NULL", "does not say what the score measures", ("score",)),
        RowRule("score", "score IS NULL AND measure IS NOT NULL", "is blank", ("measure",)),
    ),
    "tickets": (
        RowRule("closed", "closed < opened", "lies before the day the ticket was opened"),
        RowRule("status", "status = 'closed' AND closed IS NULL", "but no date says since when"),
        RowRule(
            "ticket",
            "ticket IS NOT NULL AND row_number() OVER (PARTITION BY ticket ORDER BY line) > 1",
            "is the same ticket twice",
        ),
    ),
    "usage": (RowRule("uses", "uses IS NULL", "is blank"),),
    "targets": (
        RowRule(
            "value",
            f"figure IN ({', '.join(map(literal, FRACTIONS))}) AND value > CASE figure WHEN 'nrr' THEN 5 ELSE 1 END",
            "is too large for a rate; write 0.95 or 95 %",
        ),
        _first_only("month, figure", "figure", "has a target of that month in an earlier row"),
    ),
}


def checked(tables: Mapping[str, Any] | None) -> dict[str, Any]:
    """The tables by name; None for a table says that it is not wanted, also where a sheet of its name is found."""
    for name in tables or {}:
        if name not in SHAPES:
            near = get_close_matches(name, SHAPES, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise LedgerError(f"Tables: there is no table {name!r}; the tables are {', '.join(SHAPES)}.{hint}")
    return dict(tables or {})


def load_tables(
    con: Connection,
    tables: Mapping[str, Any],
    scratch: Path,
    home: str,
    rates: Mapping[str, Decimal] | None,
    progress: Progress,
) -> tuple[list[TableRead], list[TableNote]]:
    """Tables `table_NAME` in the ledger's database, and what was read and refused. `home` is the report's currency."""
    wanted = {
        name: given_as(name, tables[name])
        for name in SHAPES
        if tables.get(name) is not None and name not in BEFORE_THE_LEDGER
    }
    if not wanted:
        return [], []
    con.execute(sql("supporting/period_last"))
    _know_customers(con)
    reads, notes = [], []
    for name, given in wanted.items():
        read, noted = _load(con, name, given, scratch, home, rates or {}, progress)
        if name in OF_EACH_SUBSCRIPTION and not read.refused and _counts_subscriptions(con):
            con.execute(sql(f"supporting/siblings_{name}"))
        reads.append(read)
        notes += noted
    con.execute("DROP TABLE known_customers")
    return reads, notes


def _load(
    con: Connection,
    name: str,
    given: Given,
    scratch: Path,
    home: str,
    rates: Mapping[str, Decimal],
    progress: Progress,
) -> tuple[TableRead, list[TableNote]]:
    rules = _RULES.get(name, ())
    kept = ""
    if name == "usage":
        kept = sql("supporting/usage_months")
    if name == "spend":
        rules, kept = _in_home_currency(home, rates)
    return read_table(con, name, given, scratch, rules, progress, kept)


def _in_home_currency(home: str, rates: Mapping[str, Decimal]) -> tuple[tuple[RowRule, ...], str]:
    """Spend in cents of the report's currency at the rate of its month's end; what cannot be converted is not taken."""
    known = {**rates, **({home: Decimal(1)} if home else {})}
    month = "coalesce(month, period_number(day))"
    stated, rate = "coalesce(currency, nullif(sign_amount, ''))", "1"
    unnamed = "names a currency, and the ledger names none to convert it to; say the ledger's with --currency"
    rules: tuple[RowRule, ...] = (
        RowRule("currency", "currency IS NOT NULL", unnamed),
        RowRule("amount", "sign_amount <> ''", unnamed),
    )
    if known:
        history = getattr(rates, "history", {})
        steps = " ".join(_steps(code, history.get(code, [(date.min, rate)]), month) for code, rate in known.items())
        rate = f"CASE WHEN {stated} IS NULL THEN 1 {steps} END"
        reason = f"has no rate to {home}; give one with --rates"
        rules = (
            RowRule("currency", f"currency IS NOT NULL AND {rate} IS NULL", reason),
            RowRule("amount", f"{rate} IS NULL", f"its currency {reason}"),
        )
    cents = f"CAST(round(amount * {rate} * 100) AS BIGINT) AS cents"
    return rules, f"SELECT line, {month} AS month, coalesce(channel, '') AS channel, {cents} FROM taken"


def _steps(code: str, steps: Sequence[tuple[date, Decimal]], month: str) -> str:
    """The rates of a currency by the month's last day, the latest first."""
    last = f"period_last({month})"
    return " ".join(
        f"WHEN coalesce(currency, sign_amount) = {literal(code)} AND {last} >= DATE '{day}' "
        f"THEN CAST({rate} AS {RATE_KIND})"
        for day, rate in sorted(steps, reverse=True)
    )


def _know_customers(con: Connection) -> None:
    """Table `known_customers`: the canonical key of every spelling that leads to a customer of the ledger."""
    con.execute(
        "CREATE OR REPLACE TABLE known_spellings AS SELECT spelling, customer, plain_key(spelling) AS key "
        "FROM spellings WHERE customer IS NOT NULL"
    )
    odd: Iterable[tuple[str]] = rows(con, "SELECT DISTINCT spelling FROM known_spellings WHERE key IS NULL ORDER BY 1")
    fill(con, "odd_keys", {"text": "VARCHAR", "key": "VARCHAR"}, [(text, words.customer_key(text)) for (text,) in odd])
    con.execute(
        "CREATE OR REPLACE TABLE known_customers AS SELECT coalesce(s.key, o.key) AS key, min(s.customer) AS customer, "
        "min(c.name) AS name FROM known_spellings s JOIN customers c USING (customer) "
        "LEFT JOIN odd_keys o ON o.text = s.spelling GROUP BY ALL"
    )
    con.execute("DROP TABLE known_spellings; DROP TABLE odd_keys")
    if _counts_subscriptions(con):
        con.execute(sql("supporting/siblings"))


def _counts_subscriptions(con: Connection) -> bool:
    return bool(rows(con, "SELECT 1 FROM duckdb_tables() WHERE table_name = 'siblings'"))
