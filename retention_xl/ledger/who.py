"""Who counts as one customer: merged ids, parents, subscriptions."""

from __future__ import annotations

from . import words
from .beforehand import Beforehand, Regroup, resolved
from .database import Connection, fill, rows, sql
from .policies import Policies


def regroup(con: Connection, policies: Policies, beforehand: Beforehand, has_parent: bool) -> None:
    """Ids that changed or merged go by their last one; by policy companies go by their parent."""
    if beforehand.old_ids:
        known = {key for (key,) in rows(con, "SELECT key FROM customers")}
        beforehand.leave_out([note for key, note in beforehand.old_ids.items() if key not in known])
    _go_by(con, beforehand.aliases)
    if policies.count_by != "parent":
        return
    stated: dict[str, tuple[str, str]] = {}
    if has_parent:
        stated = {key: (words.customer_key(name), name) for key, name in rows(con, sql("stated_parents"))}
    _go_by(con, resolved({**beforehand.parents, **stated}))


def _go_by(con: Connection, ids: Regroup) -> None:
    if ids:
        table = [(key, new, name) for key, (new, name) in sorted(ids.items())]
        fill(con, "regrouped", {"key": "VARCHAR", "new_key": "VARCHAR", "name": "VARCHAR"}, table)
        con.execute(sql("regroup"))


def know_subscriptions(con: Connection, has_column: bool) -> None:
    """Table `subscriptions`: what each line says of its subscription, where the ledger has a column for it."""
    if has_column:
        con.execute(sql("subscriptions"))
    else:
        con.execute("CREATE OR REPLACE TABLE subscriptions (line BIGINT, subscription VARCHAR)")
