"""What the texts of a column mean. Plain forms are read by the database; every other distinct text passes here once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from ..errors import LedgerError
from . import amounts, spellings, words
from .database import Connection, fill, one, rows, sql
from .date_columns import FEW
from .places import Places
from .records import ColumnChoice

AMOUNT_CODES = {
    amounts.BLANK: "amount_blank",
    amounts.NOT_A_NUMBER: "amount_unreadable",
    amounts.A_SIDE: "amount_side",
    amounts.TOO_LARGE: "amount_too_large",
    amounts.TWO_READINGS: "amount_two_readings",
}
TERM_CODES = {
    words.NOT_MONTHS: "term_not_months",
    words.UNKNOWN_TERM: "term_unknown",
    words.TERM_TOO_LONG: "term_too_long",
}


def read_customers(con: Connection) -> None:
    """Tables `customers` (one row each) and `spellings` (every text that stands for one)."""
    con.execute(sql("spelled_raw"))
    odd = [text for (text,) in rows(con, "SELECT spelling FROM spelled_raw WHERE key IS NULL ORDER BY spelling")]
    looked_at = [(text, words.customer_key(text), words.is_total(text), words.trimmed(text)) for text in odd]
    kinds = {"spelling": "VARCHAR", "key": "VARCHAR", "is_total": "BOOLEAN", "shown": "VARCHAR"}
    fill(con, "odd", kinds, looked_at)
    con.execute(sql("spelled"), {"none": sorted(spellings.NO_CUSTOMER)})
    bare, shortest, longest, spelt, ids = one(con, sql("bare_numbers"))
    # Where all ids are of one form, or none is a number, none can be the rest of another.
    forms = bool(bare) and (bare < spelt or shortest < longest)
    if not forms and ids == spelt:
        con.execute(sql("customers_as_spelt"))
        return
    if forms:
        con.execute(sql("id_forms"))
    else:
        con.execute("CREATE OR REPLACE TABLE damaged (key VARCHAR, meant VARCHAR)")
        con.execute("CREATE OR REPLACE TABLE unlike (key VARCHAR)")
    con.execute(sql("customers"))


def read_amounts(con: Connection, may_be_odd: bool, decimal: str | None) -> bool:
    """Table `read_amounts`: cents of every amount that is not plain, decided by the column as a whole where needed.

    `decimal` is the mark that the user names, for what has two readings. False where nothing tells which it is.
    """
    odd, points = [], False
    if may_be_odd:
        odd = rows(
            con,
            "SELECT text_amount, amount_typed FROM source WHERE NOT is_blank AND exact_amount IS NULL "
            "AND plain_cents(text_amount) IS NULL GROUP BY ALL ORDER BY ALL",
        )
    if odd:
        (points,) = one(
            con,
            "SELECT count(*) > 0 FROM source WHERE NOT amount_typed AND (exact_amount IS NOT NULL "
            "OR (text_amount LIKE '%.%' AND plain_cents(text_amount) IS NOT NULL))",
        )
    read = [(text, typed, amounts.read_amount(text)) for text, typed in odd]
    styles = {a.style for _, typed, a in read if not typed} & {"point", "comma"} | ({"point"} if points else set())
    if not styles and {"." in t for t, typed, a in read if a.style == "either" and not typed} == {True, False}:
        styles = {"point", "comma"}  # 1,234 beside 1.234 and nothing else to go by
    if decimal:
        styles = {decimal}
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
    return bool(styles)


def check_amounts(con: Connection, heading: str, places: Places) -> None:
    """A column whose amounts have two readings, with nothing that tells which, is a question.

    A few are refused, and texts among the numbers of a workbook.
    """
    if "amount_two_readings" not in con.filled["read_amounts"]["code"]:
        return
    line, text, lines, filled, numbers = one(
        con,
        "SELECT min(s.line) FILTER (WHERE a.code = 'amount_two_readings'), "
        "min_by(s.text_amount, s.line) FILTER (WHERE a.code = 'amount_two_readings'), "
        "count(*) FILTER (WHERE a.code = 'amount_two_readings'), "
        "count(*) FILTER (WHERE s.exact_amount IS NOT NULL OR s.text_amount <> ''), bool_or(s.amount_typed) "
        "FROM source s LEFT JOIN read_amounts a ON a.text = s.text_amount AND a.typed = s.amount_typed",
    )
    if lines > FEW * filled and not numbers:
        raise LedgerError(
            f"{places.name}, column {heading}, {places.told(line)}: {text!r} is {amounts.two_readings(text)}, and no "
            "amount in the column tells which; say it with --decimal comma or --decimal point."
        )


def _texts(con: Connection, field: str, known: Collection[str]) -> list[str]:
    """The distinct texts of a column, one empty one where the source has no such column."""
    if field not in known:
        return [""]
    return [text for (text,) in rows(con, f"SELECT DISTINCT raw_{field} FROM source WHERE NOT is_blank ORDER BY 1")]


def read_kinds(con: Connection, columns: Collection[str], by_heading: bool) -> bool:
    """Table `read_kinds`. False where the column holds no word for a kind, so that it is no column of kinds."""
    texts = _texts(con, "kind", columns)
    read = [(text, words.plain_words(text), words.read_kind(text)) for text in texts]
    known = any(kind not in (None, "", "moved") for _, _, kind in read)  # a transfer is also a way to pay
    if not known and by_heading:
        read = [(text, word, "") for text, word, _ in read]
    if any(word in spellings.INVOICE_KINDS for _, word, _ in read):
        read = [(text, word, "payment" if word in spellings.PAYMENT_KINDS else kind) for text, word, kind in read]
    fill(con, "read_kinds", {"text": "VARCHAR", "word": "VARCHAR", "kind": "VARCHAR"}, read)
    return known or not by_heading


def read_statuses(con: Connection, columns: Collection[str]) -> bool:
    """Table `read_statuses`: under which words of a status lines do not count. False where it is no such column."""
    texts = _texts(con, "status", columns)
    read = [(text, spellings.STATUSES.get(words.plain_words(text)), words.plain_words(text)) for text in texts]
    meant = {status for _, status, _ in read}
    is_status = bool(meant & {"counted", "not_counted", "given_up"}) and "of_customers" not in meant
    codes = {"counted": "", "not_counted": "not_billed", "given_up": "given_up", None: "status_unknown"}
    table = [(text, codes[status] if word else "") for text, status, word in read] if is_status else []
    fill(con, "read_statuses", {"text": "VARCHAR", "code": "VARCHAR"}, table)
    return is_status


def check_sides(con: Connection, columns: dict[str, ColumnChoice], name: str) -> None:
    """A column of debit and credit beside amounts that have no sign of their own is a question."""
    if "side" not in columns:
        return
    met: dict[str, tuple[str, int]] = {}
    for text, lines in rows(con, "SELECT raw_side, count(*) FROM source WHERE NOT is_blank GROUP BY 1 ORDER BY 1"):
        if side := spellings.SIDES.get(words.plain_words(text).rstrip(".")):
            met[side] = (text, met.get(side, ("", 0))[1] + lines)
    choice = columns.pop("side")
    signed = rows(con, "SELECT 1 FROM source WHERE regexp_matches(trim(raw_amount), '^[-(\u2212]|-$') LIMIT 1")
    if len(met) == 2 and not signed:
        told = " and ".join(f"{text!r} in {lines:,} line{'' if lines == 1 else 's'}" for text, lines in met.values())
        raise LedgerError(
            f"{name}: the column {choice.heading!r} holds {told}, and no amount has a sign. Revenue is a debit in "
            "the account of a customer and a credit in an account of revenue: write a minus before the amounts of the "
            "other, or say --map side=none to take all amounts as they stand."
        )


def find_unpaid(con: Connection) -> None:
    """Table `unpaid`: recurring lines whose status says that the money has not come."""
    texts = con.filled["read_statuses"]["text"]
    unpaid = [text for text in texts if words.plain_words(text) in spellings.UNPAID | spellings.GIVEN_UP]
    if unpaid:
        con.execute(sql("unpaid"), {"texts": unpaid})
    else:
        con.execute("CREATE OR REPLACE TABLE unpaid (line BIGINT, due DATE)")


def subscription_word(con: Connection) -> str:
    """A word of the kinds that only a subscription ledger has, "" where there is none."""
    read = con.filled["read_kinds"]
    met = zip(read["text"], read["word"], read["kind"], strict=True)
    return next((text for text, word, kind in met if kind and word in spellings.SUBSCRIPTION_KINDS), "")


def read_terms(con: Connection, columns: Mapping[str, ColumnChoice]) -> None:
    """Table `read_terms`: months of every term, times its count where two columns say it (interval month, count 3)."""
    heading = columns["term"].heading if "term" in columns else ""
    in_years = re.search("year|jahr|année|años|vuosi|vuotta", heading.casefold()) is not None
    table: list[tuple[str, str, int | None, str]] = []
    met = [("", "")]
    if {"term", "term_count"} & set(columns):
        met = rows(con, "SELECT raw_term, raw_term_count FROM source WHERE NOT is_blank GROUP BY ALL ORDER BY ALL")
    for text, count_text in met:
        months, problem = words.read_term(text, in_years)
        count, count_problem = words.read_term(count_text) if count_text.strip() else (1, "")
        if months is None or count is None:
            table.append((text, count_text, None, TERM_CODES[problem or count_problem]))
        else:
            table.append((text, count_text, months * count, ""))
    fill(con, "read_terms", {"text": "VARCHAR", "count_text": "VARCHAR", "months": "INTEGER", "code": "VARCHAR"}, table)
