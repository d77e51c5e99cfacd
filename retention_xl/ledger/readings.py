"""What the texts of a column mean. Plain forms are read by the database; every other distinct text passes here once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from ..errors import LedgerError
from . import amounts, spellings, words
from .database import Connection, fill, one, rows, sql
from .dates import Day, read_date
from .records import ColumnChoice

Order = Literal["dmy", "mdy"]

AMOUNT_CODES = {
    "is blank": "amount_blank",
    amounts.NOT_A_NUMBER: "amount_unreadable",
    amounts.TOO_LARGE: "amount_too_large",
    "can be read in two ways": "amount_two_readings",
}
DAY_CODES = {"is blank": "date_blank", "is not a date": "date_unreadable"}


def read_customers(con: Connection) -> None:
    """Tables `customers` (one row each) and `spellings` (every text that stands for one)."""
    con.execute(sql("spelled_raw"))
    odd = [text for (text,) in rows(con, "SELECT spelling FROM spelled_raw WHERE key IS NULL ORDER BY spelling")]
    looked_at = [(text, words.customer_key(text), words.is_total(text)) for text in odd]
    fill(con, "odd", {"spelling": "VARCHAR", "key": "VARCHAR", "is_total": "BOOLEAN"}, looked_at)
    con.execute(sql("spelled"), {"none": sorted(spellings.NO_CUSTOMER)})
    con.execute(sql("customers"))


def read_amounts(con: Connection) -> None:
    """Table `read_amounts`: cents of every amount that is not plain, decided by the column as a whole where needed."""
    odd = rows(
        con,
        "SELECT raw_amount, amount_typed FROM source WHERE NOT is_blank AND plain_cents(raw_amount) IS NULL "
        "GROUP BY ALL ORDER BY ALL",
    )
    (points,) = one(
        con,
        "SELECT count(*) > 0 FROM source "
        "WHERE NOT amount_typed AND plain_cents(raw_amount) IS NOT NULL AND raw_amount LIKE '%.%'",
    )
    read = [(text, typed, amounts.read_amount(text)) for text, typed in odd]
    styles = {a.style for _, typed, a in read if not typed} & {"point", "comma"} | ({"point"} if points else set())
    if not styles and {"." in t for t, typed, a in read if a.style == "either" and not typed} == {True, False}:
        styles = {"point", "comma"}  # 1,234 beside 1.234 and nothing else to go by
    table: list[tuple[str, bool, int | None, bool, str, str, str]] = []
    for text, typed, amount in read:
        value, problem = amounts.settle(amount, text, frozenset({"point"} if typed else styles))
        if value is None:
            detail = f"{amount.point:,} or {amount.comma:,}" if amount.style == "either" else ""
            table.append((text, typed, None, False, amount.sign, AMOUNT_CODES[problem], detail))
        else:
            cents, rounded = amounts.cents(value)
            table.append((text, typed, cents, rounded, amount.sign, "dash" if amount.style == "dash" else "", ""))
    fill(
        con,
        "read_amounts",
        {
            "text": "VARCHAR",
            "typed": "BOOLEAN",
            "cents": "BIGINT",
            "rounded": "BOOLEAN",
            "sign": "VARCHAR",
            "code": "VARCHAR",
            "detail": "VARCHAR",
        },
        table,
    )


def read_dates(con: Connection, headings: Mapping[str, ColumnChoice], told: Order | None, name: str) -> None:
    """Table `read_dates`: the day of every date that is not plain ISO, day or month first as its column says."""
    fields = [f for f in ("date", "start", "end") if f in headings]
    texts = {
        field: rows(
            con,
            f"SELECT raw_{field}, min(line) FROM source WHERE NOT is_blank AND plain_day(raw_{field}) IS NULL "
            f"GROUP BY raw_{field} ORDER BY min(line)",
        )
        for field in fields
    }
    read = {field: [(text, line, read_date(text)) for text, line in found] for field, found in texts.items()}
    orders = {
        field: told or order_of_column(found, f"{name}, column {headings[field].heading}")
        for field, found in read.items()
    }
    sure = {order for order in orders.values() if order in ("dmy", "mdy")}
    table: list[tuple[str, str, date | None, str]] = []
    for field, found in read.items():
        order = orders[field]
        if order == "undecided":
            if len(sure) != 1:
                raise two_readings(found, f"{name}, column {headings[field].heading}")
            (order,) = sure  # the same program wrote the other date column
        for text, _, day in found:
            value = day.mdy if order == "mdy" else day.dmy
            code = (
                "" if value else DAY_CODES.get(day.problem, "date_not_plausible") if day.problem else "date_other_order"
            )
            if code and words.is_total(text):
                code = "total"
            table.append((field, text, value, code))
    fill(con, "read_dates", {"field": "VARCHAR", "text": "VARCHAR", "day": "DATE", "code": "VARCHAR"}, table)


def order_of_column(found: Sequence[tuple[str, int, Day]], place: str) -> Order | Literal["undecided", "either"]:
    """Which comes first in a column's dates: "either" where no date depends on it, "undecided" where nothing tells."""
    only_dmy = next(((text, line) for text, line, d in found if d.dmy and not d.mdy), None)
    only_mdy = next(((text, line) for text, line, d in found if d.mdy and not d.dmy), None)
    short = [d for _, _, d in found if d.short]
    if short and all(d.ymd for d in short):
        raise LedgerError(
            f"{place}: years have two digits, and every date could start with its year, as in "
            f"{next(t for t, _, d in found if d.short)!r}; write years with four digits, or "
            "say what comes first with --dates dmy or --dates mdy."
        )
    if only_dmy and only_mdy:
        raise LedgerError(
            f"{place}: line {only_dmy[1]} has {only_dmy[0]!r}, which can only be day/month, and line {only_mdy[1]} has "
            f"{only_mdy[0]!r}, which can only be month/day; say which holds with --dates dmy or --dates mdy."
        )
    if only_dmy:
        return "dmy"
    if only_mdy:
        return "mdy"
    return "undecided" if any(d.dmy != d.mdy for _, _, d in found) else "either"


def two_readings(found: Sequence[tuple[str, int, Day]], place: str) -> LedgerError:
    text, line, day = next((t, n, d) for t, n, d in found if d.dmy != d.mdy)
    return LedgerError(
        f"{place}, line {line}: {text!r} is {day.dmy:%d %B %Y} if the day comes first and {day.mdy:%d %B %Y} if the "
        "month does, and no date in the column tells which; say it with --dates dmy or --dates mdy."
    )


def read_kinds(con: Connection, by_heading: bool) -> bool:
    """Table `read_kinds`. False where the column holds no word for a kind, so that it is no column of kinds."""
    texts = [text for (text,) in rows(con, "SELECT DISTINCT raw_kind FROM source WHERE NOT is_blank ORDER BY raw_kind")]
    read = [(text, words.plain_words(text), words.read_kind(text)) for text in texts]
    known = any(kind for _, _, kind in read)
    if not known and by_heading:
        read = [(text, word, "") for text, word, _ in read]
    if any(word in spellings.INVOICE_KINDS for _, word, _ in read):
        read = [(text, word, "payment" if word in spellings.PAYMENT_KINDS else kind) for text, word, kind in read]
    fill(con, "read_kinds", {"text": "VARCHAR", "word": "VARCHAR", "kind": "VARCHAR"}, read)
    return known or not by_heading


def subscription_word(con: Connection) -> str:
    """A word of the kinds that only a subscription ledger has, "" where there is none."""
    texts = rows(con, "SELECT text, word FROM read_kinds WHERE kind <> '' ORDER BY text")
    return next((text for text, word in texts if word in spellings.SUBSCRIPTION_KINDS), "")


def read_terms(con: Connection, heading: str) -> None:
    """Table `read_terms`: months of every term, times its count where two columns say it (interval month, count 3)."""
    in_years = "year" in heading.casefold() or "jahr" in heading.casefold()
    table: list[tuple[str, str, int | None, str]] = []
    for text, count_text in rows(
        con, "SELECT raw_term, raw_term_count FROM source WHERE NOT is_blank GROUP BY ALL ORDER BY ALL"
    ):
        months, problem = words.read_term(text, in_years)
        count, count_problem = words.read_term(count_text) if count_text.strip() else (1, "")
        if months is None or count is None:
            table.append((text, count_text, None, TERM_CODES.get(problem or count_problem, "term_too_long")))
        else:
            table.append((text, count_text, months * count, ""))
    fill(con, "read_terms", {"text": "VARCHAR", "count_text": "VARCHAR", "months": "INTEGER", "code": "VARCHAR"}, table)


TERM_CODES = {"is not a whole number of months": "term_not_months", "is not a known term": "term_unknown"}
