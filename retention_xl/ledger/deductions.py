"""What is taken off an amount to make it net: a discount, the tax in it, what was refunded, each a column of its own.

Which of them belongs off is known by the heading of the amount. Where it is not, the answer is not guessed: a column
that holds anything is a question to the user, one that holds nothing is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import LedgerError
from . import amounts
from .columns import FIELDS, TAKEN_OFF, like, ranked
from .database import Connection, fill, one, rows, sql
from .places import Places
from .records import ColumnChoice
from .spellings import AMOUNTS

OFF = ", taken off the amount"
ASKED = "in question"
NOT_NUMBERS = 0.01  # with a larger part of texts it may be no column of money
RATES = 4  # with so few different values and many more amounts it may hold percentages
_WHAT = {"discount": "discounts", "tax": "tax", "refunded": "what was refunded"}

Chosen = dict[str, tuple[int, ColumnChoice]]


def settled(headings: Sequence[str], chosen: Chosen, wanted: Mapping[str, str]) -> Chosen:
    """The columns without those deductions that the amount does not hold; the others marked as taken off or asked."""
    said = {field: choice for field, choice in chosen.items() if field in TAKEN_OFF and field in wanted}
    found = dict(chosen)
    if (
        not {"amount", "discount"} & set(wanted)
        and "discount" in found
        and like(found["amount"][1].heading, AMOUNTS["listed"])
    ):
        _prefer_total(headings, found)
    amount = found["amount"][1].heading
    for field in TAKEN_OFF:
        if field in found:
            position, choice = found.pop(field)
            if field not in said:
                position, how = _meant(field, position, amount, headings, "kind" in found)
                choice = replace(choice, heading=headings[position], how=how)
            else:
                choice = replace(choice, how="by --map" + OFF)
            if choice.how:
                found[field] = (position, choice)
    return {field: found[field] for field in FIELDS if field in found}


def _prefer_total(headings: Sequence[str], found: Chosen) -> None:
    """The total less its tax is after every discount, also one in a line; a subtotal less the discounts may not be."""
    totals = [i for i in ranked("amount", headings) if like(headings[i], AMOUNTS["taxed"])]
    if totals and "tax" in found and not like(found["tax"][1].heading, AMOUNTS["taxes_of_lines"]):
        before = found["amount"][1]
        others = (before.heading, *(o for o in before.others if o != headings[totals[0]]))
        found["amount"] = (totals[0], ColumnChoice("amount", headings[totals[0]], before.how, others))
        del found["discount"]


def _meant(field: str, position: int, amount: str, headings: Sequence[str], kinds: bool) -> tuple[int, str]:
    """The column to take and how it was settled; "" where the amount does not hold what it says."""
    taken = "by its heading" + OFF
    if field == "discount":
        if like(amount, AMOUNTS["listed"]):
            return position, taken
        known = [*AMOUNTS["net"], *AMOUNTS["taxed"], *AMOUNTS["taxed_line"], *AMOUNTS["paid"]]
        return position, "" if like(amount, known) else ASKED
    if field == "tax":
        if like(amount, AMOUNTS["taxed"]):
            whole = [i for i in ranked("tax", headings) if not like(headings[i], AMOUNTS["taxes_of_lines"])]
            return (whole[0], taken) if whole else (position, "")
        if like(amount, AMOUNTS["taxed_line"]):
            return position, taken if like(headings[position], AMOUNTS["taxes_of_lines"]) else ASKED
        return position, ""
    return position, ASKED if kinds else taken


def apply(con: Connection, columns: dict[str, ColumnChoice], places: Places) -> None:
    """Table `deductions`: cents to take off a line, or why they cannot be. Columns that turn out to be none leave."""
    kinds = {"field": "VARCHAR", "text": "VARCHAR", "cents": "BIGINT"}
    table: list[tuple[str, str, int | None]] = []
    for field in TAKEN_OFF:
        if field in columns:
            table += [(field, text, cents) for text, cents in _read(con, field, columns, places).items()]
    fill(con, "read_deductions", kinds, table)
    con.execute(sql("deductions"))


def _read(con: Connection, field: str, columns: dict[str, ColumnChoice], places: Places) -> dict[str, int | None]:
    """Every distinct text of the column in cents, None where it is no amount; or the question is raised."""
    found = rows(
        con,
        f"SELECT raw_{field}, bool_or(amount_typed), count(*), min(line) FROM source "
        f"WHERE NOT is_blank AND trim(raw_{field}) <> '' GROUP BY raw_{field} ORDER BY min(line)",
    )
    read = [(text, amounts.read_amount(text), typed, lines, line) for text, typed, lines, line in found]
    styles = frozenset(a.style for _, a, typed, _, _ in read if not typed) & {"point", "comma"}
    cents: dict[str, int | None] = {}
    for text, amount, typed, _, _ in read:
        value, _ = amounts.settle(amount, text, frozenset({"point"}) if typed else styles)
        cents[text] = None if value is None else amounts.cents(value)[0]
    choice = columns[field]
    by_user = choice.how.startswith("by --map")
    unread = sum(lines for text, _, _, lines, _ in read if cents[text] is None)
    readable = sum(lines for _, _, _, lines, _ in read) - unread
    filled = [(text, lines, line) for text, _, _, lines, line in read if cents[text] != 0]
    if by_user:
        return cents
    if not filled or not readable:  # nothing to take off, or words: a tax code, the name of a coupon
        del columns[field]
        return {}
    doubts = unread > NOT_NUMBERS * (readable + unread) or _may_be_rates(con, field, cents)
    if choice.how != ASKED and not doubts:
        return cents
    text, _, line = filled[0]
    raise LedgerError(_question(field, columns, places.told(line), text, sum(n for _, n, _ in filled), places.name))


def _may_be_rates(con: Connection, field: str, cents: Mapping[str, int | None]) -> bool:
    """A few values of at most 100 beside many different amounts: percentages, or one fee."""
    values = {value for value in cents.values() if value}
    if not values or len(values) > RATES or max(map(abs, values)) > 100_00:
        return False
    (different,) = one(
        con,
        f"SELECT count(DISTINCT raw_amount) FROM source "
        f"WHERE NOT is_blank AND trim(raw_{field}) NOT IN ('', '0', '0.00')",
    )
    return bool(different > 3 * len(values))


def _question(field: str, columns: Mapping[str, ColumnChoice], place: str, text: str, lines: int, name: str) -> str:
    heading, amount = columns[field].heading, columns["amount"].heading
    doubt = {
        "discount": f"whether {amount!r} is before or after it",
        "tax": f"whether {amount!r} is with it and whether it is that of the line",
        "refunded": f"whether the ledger has lines of their own for refunds beside what {amount!r} is to be lowered by",
    }[field]
    if columns[field].how != ASKED:
        doubt = "whether these are amounts, percentages or something else"
    many = f"{lines:,} line{'' if lines == 1 else 's'}"
    return (
        f"{name}: the column {heading!r} holds {_WHAT[field]} in {many}, the first on {place} ({text!r}), and nothing "
        f'tells {doubt}. Say --map {field}="{heading}" to take it off the amount, or --map {field}=none to leave it '
        f"(in retention.toml, [columns] {field})."
    )
