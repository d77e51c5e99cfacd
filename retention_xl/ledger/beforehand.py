"""Tables that change how the ledger itself is read: aliases, parents, rates by date, a fiscal calendar, notices."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from ..errors import LedgerError
from . import words
from .calendars import THIRTEEN, TWELVE, Calendar
from .currencies import Rates, rates_from_rows
from .policies import Policies
from .supporting.reading import read_rows
from .supporting.records import TableNote, TableRead

_THIRTEENTH = re.compile(r"(?:^|[^0-9])13$")  # P13, 2026-13: of periods that are no months

Regroup = Mapping[str, tuple[str, str]]  # key of an id -> key and spelling of the id it goes by


@dataclass(slots=True)
class Beforehand:
    """What the tables say, and how each was read."""

    rates: Rates | None = None
    aliases: Regroup = field(default_factory=dict)
    old_ids: Mapping[str, TableNote] = field(default_factory=dict)  # key of an id -> what to note where nobody has it
    parents: Regroup = field(default_factory=dict)
    calendar: Calendar | None = None
    notices: Sequence[tuple[str, date]] = ()  # key of a customer, the day notice was given
    reads: list[TableRead] = field(default_factory=list)
    notes: list[TableNote] = field(default_factory=list)

    def leave_out(self, notes: Sequence[TableNote]) -> None:
        """Rows of aliases whose old id nobody in the ledger has."""
        self.notes += notes
        self.reads = [
            replace(read, taken=read.taken - len(notes), noted=read.noted + len(notes))
            if read.table == "aliases"
            else read
            for read in self.reads
        ]

    def wrong_rates(self) -> str:
        """What is wrong with the table of rates, "" where nothing is."""
        refused = [read.refused for read in self.reads if read.table == "rates" and read.refused]
        left_out = [note.told() for note in self.notes if note.table == "rates"]
        wrong = [*refused, *left_out]
        return f"The table rates: {wrong[0].rstrip('.')}." if wrong else ""


def read_beforehand(tables: Mapping[str, Any], policies: Policies) -> Beforehand:
    """Every such table that is given. One that contradicts itself is refused with the reason, and the rest goes on."""
    found = Beforehand()
    if rows := _rows(found, tables, "rates"):
        try:
            found.rates = rates_from_rows(rows, found.reads[-1].file)
        except LedgerError as error:
            _refuse(found, str(error))
    if rows := _rows(found, tables, "aliases"):
        try:
            _check_one_new_id(rows)
            found.aliases = resolved(_pairs(rows, "old", "new"))
            found.old_ids = _unknown(rows, found.reads[-1])
        except LedgerError as error:
            _refuse(found, str(error))
    rows = _rows(found, tables, "calendar")
    if found.reads and "is not a month" in found.reads[-1].refused:
        _refuse(found, f"{found.reads[-1].refused.rstrip('.')}; {TWELVE}.")
    elif any(note.table == "calendar" and _THIRTEENTH.search(note.value) for note in found.notes):
        _refuse(found, THIRTEEN)
    elif rows:
        try:
            found.calendar = Calendar(_periods(rows))
        except LedgerError as error:
            _refuse(found, str(error))
    if policies.count_by == "parent" and tables.get("customers") is not None:
        read, _, rows = read_rows("customers", tables["customers"])
        if not read.refused:
            try:
                found.parents = resolved(_pairs(rows, "customer", "parent"))
            except LedgerError as error:
                raise LedgerError(f"Table customers ({read.file}), column parent: {error}.") from error
    if policies.churn_date == "notice" and tables.get("cancellations") is not None:
        read, _, rows = read_rows("cancellations", tables["cancellations"])
        days = [(row["customer"], row.get("notice") or row.get("day")) for row in rows]
        found.notices = [(words.customer_key(str(customer)), day) for customer, day in days if customer and day]
    return found


def _rows(found: Beforehand, tables: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    if tables.get(name) is None:
        return []
    read, notes, rows = read_rows(name, tables[name])
    found.reads.append(read)
    found.notes += notes
    return rows


def _refuse(found: Beforehand, reason: str) -> None:
    read = found.reads.pop()
    found.reads.append(TableRead(read.table, read.file, read.rows, 0, reason))


def _pairs(rows: Sequence[Mapping[str, Any]], old: str, new: str) -> dict[str, tuple[str, str]]:
    """Of several rows of one id the first counts."""
    pairs: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row.get(old) and row.get(new):
            named = words.customer_key(str(row[new])), str(row[new]).strip()
            pairs.setdefault(words.customer_key(str(row[old])), named)
    return pairs


def _unknown(rows: Sequence[Mapping[str, Any]], read: TableRead) -> dict[str, TableNote]:
    """Each old id with the note for the case that the ledger has no such id; one inside a chain need not be there."""
    heading = dict(read.columns)["old"]
    news = {words.customer_key(str(row["new"])) for row in rows}
    notes: dict[str, TableNote] = {}
    for row in rows:
        key, old = words.customer_key(str(row["old"])), str(row["old"])
        if key not in news:
            note = TableNote(read.table, read.file, row["line"], heading, old, "is no customer of the ledger")
            notes.setdefault(key, note)
    return notes


def _check_one_new_id(rows: Sequence[Mapping[str, Any]]) -> None:
    met: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for row in rows:
        key, new = words.customer_key(str(row["old"])), words.customer_key(str(row["new"]))
        before, first = met.setdefault(key, (new, row))
        if before != new:
            raise LedgerError(
                f"{row['old']!r} has two new ids, {first['new']!r} on line {first['line']} and {row['new']!r} on line "
                f"{row['line']}; leave the one that holds"
            )


def resolved(pairs: Mapping[str, tuple[str, str]]) -> Regroup:
    """Each id with the last of its chain. An id that leads to itself changes nothing; a longer circle is an error."""
    ends: dict[str, tuple[str, str]] = {}
    for start in pairs:
        met, key, name = [start], *pairs[start]
        while key in pairs and pairs[key][0] != key:
            met.append(key)
            if pairs[key][0] in met:
                circle = " -> ".join([*met[met.index(pairs[key][0]) :], pairs[key][0]])
                raise LedgerError(f"the ids lead in a circle: {circle}")
            key, name = pairs[key]
        if key != start:
            ends[start] = (key, name)
    return ends


def _periods(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, date | None, date]]:
    return [(row["month"], row.get("first"), row["last"]) for row in rows]
