"""What every line of the source says, before anything is judged: one query, and what of it is alike in all lines.

What a column means stands in a small table of its distinct texts. A few texts are told apart on the spot, more are
joined; a column that the ledger does not have, or in which nothing needs a closer look, costs nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from .currencies import RATE_KIND
from .database import Connection, fill, one, rows, sql
from .records import ColumnChoice
from .tables import literal

_TEXTS = ("plan", "tier", "region", "channel", "reason")
FEW = 12  # rows of a table that are told apart on the spot
Columns = Mapping[str, Sequence[Any]]  # of a table, by name


class Filled(NamedTuple):
    """What the lines hold that are not blank."""

    lines: int
    damaged: bool
    lowest: int | None  # of the amounts in plain form
    odd_amounts: int  # that are not kept as a value
    odd_days: Mapping[str, int]


def filled(con: Connection) -> Filled:
    lines, damaged, lowest, amounts, *days = one(
        con,
        "SELECT count(*), coalesce(bool_or(damage <> ''), FALSE), "
        "min(coalesce(exact_amount, plain_cents(text_amount))), count(text_amount), "
        "count(text_date), count(text_start), count(text_end), count(text_due) "
        "FROM source WHERE NOT is_blank",
    )
    return Filled(lines, damaged, lowest, amounts, dict(zip(("date", "start", "end", "due"), days, strict=True)))


class Told(NamedTuple):
    query: str
    money: str  # the query of own cents, currency and rate alone
    alike: dict[str, str]  # columns of `lines` that need not be kept: a value or another column, as SQL
    marked: bool  # whether there may be anything to tell about a line that is taken


class _Query:
    """The select list and the joins, as they grow."""

    def __init__(self, con: Connection) -> None:
        self.con = con
        self.selected: dict[str, str] = {}
        self.joins: dict[str, str] = {}

    def column(self, name: str, value: str) -> None:
        self.selected[name] = value

    def text(self, columns: Collection[str], aliases: Collection[str]) -> str:
        selected = ", ".join(f"{self.selected[name]} AS {name}" for name in columns)
        joins = " ".join(join for alias, join in self.joins.items() if alias in aliases)
        return f"SELECT {selected} FROM source s {joins} WHERE NOT s.is_blank"

    def join(self, table: str, alias: str, on: str) -> None:
        self.joins[alias] = f"LEFT JOIN {table} {alias} ON {on}"

    def meant(
        self,
        table: str,
        alias: str,
        keys: Mapping[str, str],
        wanted: Sequence[tuple[str, str, str]],
        few: Columns | None = None,
    ) -> list[str]:
        """Columns of a table by its `keys`, a column of it -> what it equals: each as (name, column, its type)."""
        known = self.con.filled[table] if few is None else few
        met = len(next(iter(known.values())))
        if met > FEW:
            self.join(table, alias, " AND ".join(f"{alias}.{key} = {value}" for key, value in keys.items()))
        meanings = []
        for name, column, kind in wanted:
            values = [_literal(value, kind) for value in known[column]]
            if len(set(values)) == 1:
                meanings.append(values[0])
            elif met > FEW:
                meanings.append(f"{alias}.{column}")
            else:
                tests = [
                    " AND ".join(f"{value} = {literal(known[key][i])}" for key, value in keys.items())
                    for i in range(met)
                ]
                told = " ".join(f"WHEN {test} THEN {value}" for test, value in zip(tests, values, strict=True))
                meanings.append(f"CASE {told} END")
            self.column(name, meanings[-1])
        return meanings


def _literal(value: object, kind: str) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return literal(value)
    if value is None or isinstance(value, Decimal):
        return f"CAST({'NULL' if value is None else value} AS {kind})"
    return str(value)


def tell(
    con: Connection,
    fields: Mapping[str, ColumnChoice],
    found: Filled,
    recurring: bool,
    deducted: bool,
    rates_by_date: bool,
    fiscal: bool,
) -> Told:
    query = _Query(con)
    known = con.filled
    query.column("line", "s.line")
    query.column("damage", "s.damage" if found.damaged else "''")
    _texts(query, [field for field in _TEXTS if field in fields])
    states, totals, respelled, unlike = one(
        con,
        "SELECT coalesce(bool_or(state <> ''), FALSE), coalesce(bool_or(is_total), FALSE), "
        "coalesce(bool_or(respelled), FALSE), coalesce(bool_or(unlike), FALSE) FROM spellings",
    )
    query.join("spellings", "i", "i.spelling = s.raw_customer")
    query.column("customer", "i.customer")
    query.column("id_state", "i.state" if states else "''")
    for flag, any_line in (("is_total", totals), ("respelled", respelled), ("unlike", unlike)):
        query.column(flag, f"i.{flag}" if any_line else "FALSE")
    amounts, terms = known["read_amounts"], known["read_terms"]
    _amount(query, found, bool(amounts["text"]), deducted)
    days = {}
    for field, alias, value in (("date", "d", "day"), ("start", "ds", "starts"), ("end", "de", "ends")):
        days[field], code = _day(query, found, field, alias, field in fields)
        query.column(value, days[field])
        query.column(f"{field if field != 'date' else 'day'}_code", code)
    query.meant("read_kinds", "k", {"text": "s.raw_kind"}, [("stated_kind", "kind", "VARCHAR")])
    if known["read_statuses"]["text"]:
        query.meant("read_statuses", "u", {"text": "s.raw_status"}, [("status_code", "code", "VARCHAR")])
    else:
        query.column("status_code", "''")
    stated = _stated(con, found.damaged)
    _currency(query, stated, "currency" in fields, days["date"] if rates_by_date else "")
    keys = {"text": "s.raw_term"}
    if any(terms["count_text"]):
        keys["count_text"] = "s.raw_term_count"
    query.meant("read_terms", "t", keys, [("term_months", "months", "INTEGER"), ("term_code", "code", "VARCHAR")])
    query.column("term_stated", "trim(s.raw_term) <> ''" if "term" in fields else "FALSE")
    marked = bool(
        {"start", "end"} & set(fields)
        or respelled
        or unlike
        or any(amounts["rounded"])
        or "dash" in amounts["code"]
        or any(amounts["sign"])
        or "status_unknown" in known["read_statuses"]["code"]
        or any(m == 0 and not t.strip() for t, m in zip(terms["text"], terms["months"], strict=True))
        or ("kind" in fields and "" in known["read_kinds"]["kind"])
        or ("currency" in fields and any(known["read_currencies"]["assumed"]))
    )
    plain = not (states or totals or deducted or found.damaged)
    alike = _alike(con, fields, found, stated, recurring, plain, fiscal)
    if "kind" in alike and "kind" not in fields:
        query.column("stated_kind", alike["kind"])
    if not marked:
        alike["marks"] = "0"
    if set(stated["rate"]) == {1} and not rates_by_date:
        alike["cents"] = "own_cents"
        if "role" in alike and recurring and alike.get("months") == "1":
            alike["mrr"] = "own_cents"
    tables_of_money = {"a", "o", "c"}  # read_amounts, deductions and read_currencies
    if rates_by_date:
        tables_of_money |= {"d", "y"}  # read_dates and day_rates
    money = query.text(("own", "currency", "rate"), tables_of_money)
    return Told(query.text(query.selected, query.joins), money, alike, marked)


def _texts(query: _Query, fields: Sequence[str]) -> None:
    """Table `texts`, and which of its rows is a line's."""
    if not fields:
        columns = [*(f"raw_{field}" for field in _TEXTS), *_TEXTS]
        kinds = {"texts": "INTEGER", **dict.fromkeys(columns, "VARCHAR")}
        fill(query.con, "texts", kinds, [(1, *("" for _ in columns))])
        query.column("texts", "1")
        return
    query.con.execute(sql("texts"))
    raw = [f"raw_{field}" for field in fields]
    few = rows(query.con, f"SELECT texts, {', '.join(raw)} FROM texts ORDER BY texts LIMIT {FEW + 1}")
    by_column = dict(zip(("texts", *raw), zip(*few, strict=True), strict=True))
    query.meant("texts", "x", {name: f"s.{name}" for name in raw}, [("texts", "texts", "INTEGER")], by_column)


def _amount(query: _Query, found: Filled, odd: bool, deducted: bool) -> None:
    own = "coalesce(s.exact_amount, plain_cents(s.text_amount))" if found.odd_amounts else "s.exact_amount"
    code, rounded = "''", "FALSE"
    if odd:
        query.join("read_amounts", "a", "a.text = s.text_amount AND a.typed = s.amount_typed")
        own = "coalesce(s.exact_amount, plain_cents(s.text_amount), a.cents)"
        code, rounded = "coalesce(a.code, '')", "coalesce(a.rounded, FALSE)"
    if deducted:
        query.join("deductions", "o", "o.line = s.line")
        own = f"CASE WHEN o.line IS NULL THEN {own} ELSE o.cents END"
        code = f"CASE WHEN o.code <> '' THEN o.code ELSE {code} END"
    query.column("own", own)
    query.column("amount_code", code)
    query.column("rounded", rounded)


def _day(query: _Query, found: Filled, field: str, alias: str, known: bool) -> tuple[str, str]:
    """The day of a field, and why it has none."""
    plain = f"s.exact_{field}, plain_day(s.text_{field})"
    if not known:
        return "CAST(NULL AS DATE)", "''"
    if not found.odd_days[field]:
        return f"s.exact_{field}", "''"
    if field not in query.con.filled["read_dates"]["field"]:
        return f"coalesce({plain})", "''"
    query.join("read_dates", alias, f"{alias}.field = '{field}' AND {alias}.text = s.text_{field}")
    return f"coalesce({plain}, {alias}.day)", f"coalesce({alias}.code, '')"


def _stated(con: Connection, damaged: bool) -> Columns:
    """The rows of `read_currencies` that lines have; a line that is damaged has no text."""
    known = con.filled["read_currencies"]
    stated = set(con.filled["stated_currencies"]["text"])
    if not stated or (damaged and len(stated) > 1):
        stated.add("")
    kept = [i for i, text in enumerate(known["text"]) if text in stated]
    return {name: [values[i] for i in kept] for name, values in known.items()}


def _currency(query: _Query, stated: Columns, known: bool, day: str) -> None:
    """By its column, without one by the sign beside the amount. `day`: where its rate is that of a day."""
    signed = any(query.con.filled["read_amounts"]["sign"])
    text = "s.raw_currency" if known else "coalesce(a.sign, '')" if signed else "''"
    wanted = [
        ("currency", "currency", "VARCHAR"),
        ("currency_code", "code", "VARCHAR"),
        ("currency_assumed", "assumed", "BOOLEAN"),
        ("latest_rate", "rate", RATE_KIND),
    ]
    currency, _, _, rate = query.meant("read_currencies", "c", {"text": text}, wanted, stated)
    if day:
        query.join("day_rates", "y", f"y.currency = {currency} AND y.day = {day}")
        rate = f"CASE WHEN {rate} IS NOT NULL THEN coalesce(y.rate, {rate}) END"
    query.column("rate", rate)
    differs = f"coalesce(a.sign <> '' AND a.sign <> {currency}, FALSE)"
    query.column("sign_differs", differs if known and signed else "FALSE")


def _alike(
    con: Connection, fields: Collection[str], found: Filled, stated: Columns, recurring: bool, plain: bool, fiscal: bool
) -> dict[str, str]:
    """`plain`: every line is whole and has a customer, and its amount is as it stands in its column."""
    amounts, dates, terms = con.filled["read_amounts"], con.filled["read_dates"], con.filled["read_terms"]
    kinds = set(con.filled["read_kinds"]["kind"])
    cents = [*amounts["cents"], found.lowest]
    readable = plain and None not in amounts["cents"]
    positive = readable and all(each is None or each >= 0 for each in cents)
    alike: dict[str, str] = {}
    if len(set(stated["currency"])) == 1:
        alike["currency"] = literal(stated["currency"][0])
    if kinds == {"invoice"} or (positive and kinds <= {"", "invoice"}):
        alike["kind"] = "'invoice'"
    dated = all(
        day is not None and not code
        for f, day, code in zip(dates["field"], dates["day"], dates["code"], strict=True)
        if f == "date"
    )
    counted = set(con.filled["read_statuses"]["code"]) <= {"", "status_unknown"}
    if (
        readable
        and dated
        and counted
        and "kind" in alike
        and not any(stated["code"])
        and not any(terms["code"])
        and not {"start", "end"} & set(fields)
    ):
        alike["refusal"] = "''"
    if not recurring:
        if "kind" in alike and positive:
            alike["role"] = "'purchase'"
        whole = {
            "months": "INTEGER",
            "first_day": "DATE",
            "until": "DATE",
            "first_month": "INTEGER",
            "covered": "INTEGER",
        }
        return {**alike, **{name: f"CAST(NULL AS {kind})" for name, kind in {**whole, "mrr": "BIGINT"}.items()}}
    months = set(terms["months"]) if "term" in fields else {1}
    if "kind" in alike and not {"start", "end"} & set(fields) and None not in months and min(months) > 0:
        alike["role"] = "'recurring'"
        alike |= {"first_day": "day", "first_month": "month"}
        if len(months) == 1:
            alike["months"] = str(*months)
        if not fiscal:
            alike["covered"] = alike.get("months", "months")
    return alike
