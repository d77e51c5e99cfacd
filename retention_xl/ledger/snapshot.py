"""A table of customers without a single date: months of tenure, a monthly charge, and whether the customer left.

Read as of a month it is a ledger: each customer pays its charge from the month it joined, and who left did so in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import LedgerError
from . import spellings, words
from .amounts import read_amount, settle
from .columns import plain_heading, recognised
from .database import Connection, fill, rows
from .dates import month_end, month_of
from .records import ColumnChoice
from .sources import Progress, Source
from .tables import view_source

KEPT = ("plan", "tier", "region", "channel", "reason", "parent", "subscription", "currency")  # as in any ledger


def positions(headings: Sequence[str]) -> dict[str, int]:
    """Where tenure, charge and flag stand; nothing where one of them is missing."""
    plain = [plain_heading(heading) for heading in headings]
    found = {
        what: next((plain.index(spelling) for spelling in known if spelling in plain), -1)
        for what, known in spellings.SNAPSHOT.items()
    }
    return {} if -1 in found.values() else found


def is_snapshot(headings: Sequence[str], wanted: Mapping[str, str]) -> bool:
    return bool(positions(headings)) and "date" not in {**recognised(headings), **wanted}


class SnapshotSource:
    """The customers of another source, as lines of service up to the month that the table is of."""

    def __init__(self, table: Source, as_of: str | None) -> None:
        self._table, self._at = table, positions(table.headings)
        self.name, self.size, self.places, self.headings = table.name, table.size, table.places, table.headings
        names = {what: table.headings[position] for what, position in self._at.items()}
        month = month_of(as_of) if as_of else None
        if as_of is None or month is None:
            raise LedgerError(
                f"{self.name}: this is a table of customers with {names['tenure']!r} and {names['flag']!r} and no "
                "date; say of which month it is with --month, for example --month 2026-10."
            )
        self._month = month
        self.told = [
            *getattr(table, "told", ()),
            f"No billing lines: {self.name} is a table of customers as of {as_of}. The months before are counted back "
            "from their tenure at today's charge, without those who left earlier: only the last month's rates mean "
            "what they say.",
        ]
        self.nature_reason = (
            f"recurring, because each customer has a charge a month ({names['charge']!r}), joined {names['tenure']!r} "
            f"months before {as_of} and left in it where {names['flag']!r} says so"
        )
        known = {field: i for field, i in recognised(table.headings).items() if i not in self._at.values()}
        self._fields = {field: i for field, i in known.items() if field in ("customer", *KEPT)}
        counted = f"counted back from {as_of}"
        self.choices = {
            "customer": ColumnChoice("customer", "(line)", "each row is one customer, named after its line"),
            **{f: ColumnChoice(f, table.headings[i], "by its heading") for f, i in self._fields.items()},
            "date": ColumnChoice("date", "(as of)", f"{as_of}, as told"),
            "amount": ColumnChoice("amount", names["charge"], "by its heading, times the months of service"),
            "kind": ColumnChoice("kind", names["flag"], "by its heading"),
            "start": ColumnChoice("start", names["tenure"], counted),
            "end": ColumnChoice("end", names["flag"], counted),
        }

    def load(
        self,
        con: Connection,
        chosen: Mapping[str, int],
        scratch: Path,
        progress: Progress,
        whole: Sequence[int | None] | None = None,
    ) -> None:
        columns = {**self._fields, "amount": self._at["charge"]}
        columns |= {"tenure": self._at["tenure"], "flag": self._at["flag"]}
        self._table.load(con, columns, scratch, progress, whole)
        self._read_charges(con)
        flags = [(text, words.squeeze(text)) for (text,) in rows(con, "SELECT DISTINCT raw_flag FROM source")]
        meant = [(text, spellings.FLAGS[word] == "yes") for text, word in flags if word in spellings.FLAGS]
        fill(con, "flags", {"text": "VARCHAR", "gone": "BOOLEAN"}, meant)
        kept = "".join(f", s.raw_{field}" for field in self._fields if field != "customer")
        customer = "s.raw_customer" if "customer" in self._fields else "'row ' || s.line"
        first = month_end(self._month - 1)
        con.execute(
            f"""
            CREATE OR REPLACE TABLE served AS
            WITH told AS (
                SELECT s.*, f.gone, c.cents,
                    CASE WHEN regexp_full_match(trim(raw_tenure), '[0-9]{{1,4}}([.]0+)?')
                        THEN CAST(split_part(trim(raw_tenure), '.', 1) AS INTEGER) END AS tenure
                FROM source s
                LEFT JOIN flags f ON f.text = s.raw_flag
                LEFT JOIN charges c ON c.text = s.raw_amount AND c.typed = s.amount_typed
            )
            SELECT s.line AS row_line, s.damage AS row_damage, TRUE AS row_typed, s.line_hash, s.is_blank AS row_blank,
                {customer} AS raw_customer, '{month_end(self._month)}' AS raw_date{kept},
                CASE WHEN gone IS NULL THEN coalesce(nullif(raw_flag, ''), '?') ELSE 'invoice' END AS raw_kind,
                coalesce(CAST(add_months(DATE '{first}' + 1, -tenure) AS VARCHAR), nullif(raw_tenure, ''), '?')
                    AS raw_start,
                CAST(CASE WHEN gone THEN DATE '{first}' + 1 ELSE DATE '{month_end(self._month)}' + 1 END AS VARCHAR)
                    AS raw_end,
                CASE WHEN cents IS NULL OR tenure IS NULL OR gone IS NULL THEN raw_amount
                    ELSE CAST(CAST(cents * months AS DECIMAL(18, 0)) * DECIMAL '0.01' AS VARCHAR)
                END AS raw_amount
            FROM (SELECT *, tenure + CASE WHEN gone THEN 0 ELSE 1 END AS months FROM told) s
            """
        )
        con.execute("DROP VIEW source")
        con.execute("DROP TABLE raw")
        con.execute("ALTER TABLE served RENAME TO raw")
        view_source(con, self.choices, "row_line", "row_damage", "row_typed", exact=False)

    def _read_charges(self, con: Connection) -> None:
        """Table `charges`: the cents of every charge that can be read; the others stay as they are and are refused."""
        found = rows(con, "SELECT DISTINCT raw_amount, amount_typed FROM source ORDER BY ALL")
        read = [(text, typed, read_amount(text)) for text, typed in found]
        styles = frozenset({amount.style for _, typed, amount in read if not typed} & {"point", "comma"})
        charges = []
        for text, typed, amount in read:
            value, _ = settle(amount, text, frozenset({"point"}) if typed else styles)
            if value is not None and value * 100 == int(value * 100):
                charges.append((text, typed, int(value * 100)))
        fill(con, "charges", {"text": "VARCHAR", "typed": "BOOLEAN", "cents": "BIGINT"}, charges)
