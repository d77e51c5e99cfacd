"""What makes an amount net: discount, tax in it and refund are taken off, a price by the piece is multiplied.

Which of them belongs off is known by the heading of the amount. Where it is not, the answer is not guessed: a column
that holds anything is a question to the user, one that holds nothing is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ..errors import LedgerError
from . import amounts
from .columns import FIELDS, TAKEN_OFF, like, ranked
from .database import Connection, fill, one, rows, sql
from .places import Places
from .records import ColumnChoice
from .spellings import AMOUNTS

OFF = ", taken off the amount"
TIMES = ", by which the amount is multiplied"
ASKED = "in question"
NOT_NUMBERS = 0.01  # with a larger part of texts it may be no column of money
RATES = 4  # with so few different values and many more amounts it may hold percentages
_WHAT = {"quantity": "quantities", "discount": "discounts", "tax": "tax", "refunded": "what was refunded"}

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
                choice = replace(choice, how="by --map" + (TIMES if field == "quantity" else OFF))
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
    if field == "quantity":
        if like(amount, AMOUNTS["unit"]):
            return position, "by its heading" + TIMES
        return position, ASKED if like(amount, AMOUNTS["price"]) else ""
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


def apply(con: Connection, columns: dict[str, ColumnChoice], places: Places) -> bool:
    """Table `deductions`: the net cents of the lines that need it. Columns that turn out to be none leave `columns`.

    False where no line needs it: then there is no such table.
    """
    table: list[tuple[str, str, int | None]] = []
    for field in TAKEN_OFF:
        if field in columns:
            found = _read(con, field, columns, places)
            table += [(field, text, cents) for text, cents in found.items() if field != "quantity"]
    if not any(field in columns for field in TAKEN_OFF):
        return False
    fill(con, "read_deductions", {"field": "VARCHAR", "text": "VARCHAR", "cents": "BIGINT"}, table)
    kinds = {"text": "VARCHAR", "typed": "BOOLEAN", "quantity": "VARCHAR", "cents": "BIGINT"}
    fill(con, "products", kinds, _products(con) if "quantity" in columns else ())
    con.execute(sql("deductions"), {"has_quantity": "quantity" in columns})
    return bool(one(con, "SELECT count(*) FROM deductions")[0])


def _products(con: Connection) -> list[tuple[str, bool, str, int]]:
    """Every price by the piece times its quantity, rounded once to the cent."""
    pairs = rows(
        con,
        "SELECT raw_amount, amount_typed, raw_quantity FROM source WHERE NOT is_blank GROUP BY ALL ORDER BY ALL",
    )
    prices = _values({(text, typed) for text, typed, _ in pairs})
    counts = _values({(text, typed) for _, typed, text in pairs})
    found = []
    for text, typed, quantity in pairs:
        price, count = prices[text, typed], counts[quantity, typed]
        if price is not None and count is not None:
            found.append((text, typed, quantity, amounts.cents(price * count)[0]))
    return found


def _values(texts: set[tuple[str, bool]]) -> dict[tuple[str, bool], Decimal | None]:
    """The number in each text of a column, None where it is none or has two readings."""
    read = {(text, typed): amounts.read_amount(text) for text, typed in texts}
    styles = frozenset(a.style for (_, typed), a in read.items() if not typed) & {"point", "comma"}
    return {
        (text, typed): amounts.settle(amount, text, frozenset({"point"}) if typed else styles)[0]
        for (text, typed), amount in read.items()
    }


def _read(con: Connection, field: str, columns: dict[str, ColumnChoice], places: Places) -> dict[str, int | None]:
    """Every distinct text of the column in cents, None where it is no amount; or the question is raised."""
    found = rows(
        con,
        f"SELECT raw_{field}, bool_or(amount_typed), count(*), min(line) FROM source "
        f"WHERE NOT is_blank AND trim(raw_{field}) <> '' GROUP BY raw_{field} ORDER BY min(line)",
    )
    values = _values({(text, typed) for text, typed, _, _ in found})
    cents = {
        text: None if (value := values[text, typed]) is None else amounts.cents(value)[0] for text, typed, _, _ in found
    }
    nothing = 1_00 if field == "quantity" else 0
    choice = columns[field]
    by_user = choice.how.startswith("by --map")
    unread = sum(lines for text, _, lines, _ in found if cents[text] is None)
    readable = sum(lines for _, _, lines, _ in found) - unread
    filled = [(text, lines, line) for text, _, lines, line in found if cents[text] != nothing]
    if by_user or (field == "quantity" and choice.how != ASKED):
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
        "quantity": f"whether {amount!r} is that of one piece",
        "discount": f"whether {amount!r} is before or after it",
        "tax": f"whether {amount!r} is with it and whether it is that of the line",
        "refunded": f"whether the ledger has lines of their own for refunds beside what {amount!r} is to be lowered by",
    }[field]
    if columns[field].how != ASKED:
        doubt = "whether these are amounts, percentages or something else"
    act = "multiply the amount by it" if field == "quantity" else "take it off the amount"
    many = f"{lines:,} line{'' if lines == 1 else 's'}"
    return (
        f"{name}: the column {heading!r} holds {_WHAT[field]} in {many}, the first on {place} ({text!r}), and nothing "
        f'tells {doubt}. Say --map {field}="{heading}" to {act}, or --map {field}=none to leave it '
        f"(in retention.toml, [columns] {field})."
    )
