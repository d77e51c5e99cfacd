"""The view `told`: every line of the source with what its texts mean, before anything is judged.

What a column means stands in a small table of its distinct texts. Only the tables that this ledger needs are joined:
a column that it does not have, or in which nothing needs a closer look, costs nothing.
"""

from __future__ import annotations

from collections.abc import Collection

from .database import Connection, one

_TEXTS = ("plan", "tier", "region", "channel", "reason")


class _Join:
    """The select list and the joins, as they grow."""

    def __init__(self, con: Connection) -> None:
        self.con = con
        self.selected = ["s.line", "s.damage"]
        self.joins: list[str] = []

    def any(self, table: str, where: str = "TRUE") -> bool:
        return self.count(table, where) > 0

    def count(self, table: str, where: str = "TRUE") -> int:
        (found,) = one(self.con, f"SELECT count(*) FROM {table} WHERE {where}")
        return int(found)

    def column(self, name: str, value: str) -> None:
        self.selected.append(f"{value} AS {name}")

    def join(self, table: str, alias: str, on: str, constant: bool = False) -> None:
        """`constant`: all lines share the table's only row."""
        self.joins.append(f"CROSS JOIN {table} {alias}" if constant else f"LEFT JOIN {table} {alias} ON {on}")


def view_told(con: Connection, fields: Collection[str]) -> None:
    view = _Join(con)
    same = [f"x.raw_{field} = s.raw_{field}" for field in _TEXTS if view.any("texts", f"raw_{field} <> ''")]
    view.join("texts", "x", " AND ".join(same), not same)
    view.column("texts", "x.texts")
    _customer(view)
    _amount(view)
    for field, alias, value, code in (
        ("date", "d", "day", "day_code"),
        ("start", "ds", "starts", "start_code"),
        ("end", "de", "ends", "end_code"),
    ):
        _day(view, field, alias, value, code, field in fields)
    view.join("read_kinds", "k", "k.text = s.raw_kind", view.count("read_kinds") == 1)
    view.column("stated_kind", "k.kind")
    if view.any("read_statuses"):
        view.join("read_statuses", "u", "u.text = s.raw_status")
        view.column("status_code", "coalesce(u.code, '')")
    else:
        view.column("status_code", "''")
    _currency(view, "currency" in fields)
    counted = " AND t.count_text = s.raw_term_count" if view.any("read_terms", "count_text <> ''") else ""
    view.join("read_terms", "t", f"t.text = s.raw_term{counted}", view.count("read_terms") == 1)
    for name, value in (
        ("term_months", "t.months"),
        ("term_code", "t.code"),
        ("term_stated", "trim(s.raw_term) <> ''" if "term" in fields else "FALSE"),
    ):
        view.column(name, value)
    con.execute(
        f"CREATE OR REPLACE VIEW told AS SELECT {', '.join(view.selected)} FROM source s {' '.join(view.joins)} "
        "WHERE NOT s.is_blank"
    )


def _customer(view: _Join) -> None:
    view.join("spellings", "i", "i.spelling = s.raw_customer")
    view.column("customer", "i.customer")
    view.column("id_state", "i.state" if view.any("spellings", "state <> ''") else "''")
    for flag in ("is_total", "respelled", "unlike"):
        view.column(flag, f"i.{flag}" if view.any("spellings", flag) else "FALSE")


def _amount(view: _Join) -> None:
    own, code, rounded = "coalesce(s.exact_amount, plain_cents(s.text_amount))", "''", "FALSE"
    if view.any("read_amounts"):
        view.join("read_amounts", "a", "a.text = s.text_amount AND a.typed = s.amount_typed")
        own = "coalesce(s.exact_amount, plain_cents(s.text_amount), a.cents)"
        code, rounded = "coalesce(a.code, '')", "coalesce(a.rounded, FALSE)"
    if view.any("deductions"):
        view.join("deductions", "o", "o.line = s.line")
        own = f"CASE WHEN o.line IS NULL THEN {own} ELSE o.cents END"
        code = f"CASE WHEN o.code <> '' THEN o.code ELSE {code} END"
    view.column("own", own)
    view.column("amount_code", code)
    view.column("rounded", rounded)


def _day(view: _Join, field: str, alias: str, value: str, code: str, known: bool) -> None:
    if not known:
        view.column(value, "CAST(NULL AS DATE)")
        view.column(code, "''")
        return
    plain = f"s.exact_{field}, plain_day(s.text_{field})"
    if view.any("read_dates", f"field = '{field}'"):
        view.join("read_dates", alias, f"{alias}.field = '{field}' AND {alias}.text = s.text_{field}")
        view.column(value, f"coalesce({plain}, {alias}.day)")
        view.column(code, f"coalesce({alias}.code, '')")
    else:
        view.column(value, f"coalesce({plain})")
        view.column(code, "''")


def _currency(view: _Join, known: bool) -> None:
    """By its column, without one by the sign beside the amount."""
    signed = view.any("read_amounts", "sign <> ''")
    text = "s.raw_currency" if known else "coalesce(a.sign, '')" if signed else "''"
    if view.count("stated_currencies") == 1:
        view.join("(SELECT * FROM read_currencies WHERE text IN (SELECT text FROM stated_currencies))", "c", "", True)
    else:
        view.join("read_currencies", "c", f"c.text = {text}")
    for name, value in (("currency", "currency"), ("rate", "rate"), ("currency_code", "code")):
        view.column(name, f"c.{value}")
    view.column("currency_assumed", "c.assumed")
    view.column(
        "sign_differs", "coalesce(a.sign <> '' AND a.sign <> c.currency, FALSE)" if known and signed else "FALSE"
    )


def can_be_marked(con: Connection, fields: Collection[str]) -> bool:
    """Whether there may be anything to tell about a line that is taken."""
    view = _Join(con)
    return bool(
        {"start", "end"} & set(fields)
        or view.any("spellings", "respelled OR unlike")
        or view.any("read_amounts", "rounded OR code = 'dash' OR sign <> ''")
        or view.any("read_statuses", "code = 'status_unknown'")
        or view.any("read_terms", "months = 0 AND trim(text) = ''")
        or ("kind" in fields and view.any("read_kinds", "kind = ''"))
        or ("currency" in fields and view.any("read_currencies", "assumed"))
    )
