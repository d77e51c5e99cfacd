"""The table `lines`: every line of the source, typed and judged.

What all lines have alike (one currency, none refused, all recurring) is kept in none of them: `lines` is then a view
that says it beside what the table `kept_lines` holds, and every statement about it is planned with that known.
"""

from __future__ import annotations

from collections.abc import Collection

from .database import Connection, flagged, one, sql
from .told import Told

COLUMNS = (
    "line", "customer", "day", "month", "kind", "own_cents", "currency", "cents", "refusal", "texts", "role", "months",
    "first_day", "until", "first_month", "covered", "mrr", "marks",
)  # fmt: skip

# Worth telling, though the line is taken: when it is so. Each has a bit of its own in the column `marks`.
MARKS = {
    "respelled": "respelled",
    "unlike": "unlike",
    "rounded": "rounded",
    "dash": "amount_code = 'dash'",
    "kind_assumed": "$has_kind AND stated_kind = ''",
    "currency_assumed": "$has_currency AND currency_assumed",
    "status_unknown": "status_code = 'status_unknown'",
    "sign_differs": "sign_differs",
    "part_months": "may_recur AND months > 0 AND ending = 'part'",
    "no_term": "may_recur AND months = 0 AND ending = '' AND NOT term_stated AND own_cents <> 0",
    "one_day": "may_recur AND ending = 'none' AND own_cents <> 0",
}
BITS = {code: 1 << i for i, code in enumerate(MARKS)}


class Lines:
    def __init__(self, con: Connection, told: Told, fields: Collection[str], recurring: bool) -> None:
        self._con = con
        self.changed = False
        self.may_be_refused = "refusal" not in told.alike
        self.roles_differ = "role" not in told.alike
        # Every line counts in the month of its own day: two that repeat each other would meet there.
        self.count_at_once = recurring and not self.may_be_refused and {"role", "covered"} <= set(told.alike)
        has_end = "end" in fields
        flags = {
            "recurring": recurring,
            "has_currency": "currency" in fields,
            "has_kind": "kind" in fields,
            "has_start": "start" in fields,
            "has_term": "term" in fields,
            "marked": told.marked,
            "ends_inclusive": bool(one(con, sql("ends_habit"))[0]) if has_end else False,
        }

        marks = " + ".join(f"CASE WHEN {met} THEN {BITS[code]} ELSE 0 END" for code, met in MARKS.items())
        lines = flagged(sql("lines").replace("$marks", marks), flags)
        begun = flagged(sql("lines_begun"), flags)
        measured = flagged(sql("lines_by_ends" if has_end else "lines_by_terms"), flags)
        # A table whose lines may have to be changed later holds all columns; Spark makes each table anew in any case.
        self._is_view = con.keeps_order and not self.may_be_refused and not self.roles_differ
        alike = told.alike if self._is_view else {}
        kept = [name for name in COLUMNS if name not in alike]
        con.execute(
            f"CREATE OR REPLACE TABLE {'kept_lines' if self._is_view else 'lines'} AS WITH told AS ({told.query}), "
            f"begun AS ({begun}), measured AS ({measured}) SELECT {', '.join(kept)} FROM ({lines}) judged_lines"
        )
        if self._is_view:
            columns = ", ".join(f"{alike[name]} AS {name}" if name in alike else name for name in COLUMNS)
            con.execute(f"CREATE OR REPLACE VIEW lines AS SELECT {columns} FROM kept_lines")

    def change(self) -> None:
        """From here on `lines` is a table of all its columns, so that a statement can change any of them."""
        if self._is_view and not self.changed:
            self._con.execute(
                "CREATE TABLE changed AS SELECT * FROM lines; DROP VIEW lines; DROP TABLE kept_lines; "
                "ALTER TABLE changed RENAME TO lines"
            )
        self.changed = True
