"""The policies applied to recurring lines: which months of a service count besides those it plainly covers.

Each policy takes months of lines out or puts months in; what that is worth to a customer is an adjustment with the
policy's name, so that the tie-out can name it. A ledger that gives a policy nothing to act on is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from .database import Connection, fill, one, sql
from .policies import Policies

RENEWED_LATE = 3  # days: 28 February to 31 March is a renewal of a plan billed on the 31st


def apply(
    con: Connection, policies: Policies, notices: Sequence[tuple[str, date]], home: str, rates_by_date: bool
) -> None:
    """From the plain `cells` to those that the policies make."""
    con.execute(sql("policy_tables"))
    fill(con, "notices", {"key": "VARCHAR", "day": "DATE"}, notices if policies.churn_date == "notice" else ())
    everyone = rates_by_date or policies.gap_days > 0 or policies.return_days > 0
    stops = policies.churn_date != "paid_through"
    refunds = policies.refunds == "reduce"
    overlap = policies.overlap == "latest"
    con.execute(
        sql("looked_at"),
        {"overlap": overlap, "stops": stops, "refunds": refunds, "unpaid": policies.delinquent_days != "never"},
    )
    (looked_at,) = one(con, "SELECT count(*) FROM looked_at")
    if everyone or looked_at:
        con.execute(sql("services"), {"everyone": everyone})
        con.execute(sql("chains"), {"late": max(RENEWED_LATE, policies.gap_days)})
        _take_out_and_put_in(con, policies, overlap, stops)
        con.execute(sql("adjustments"))
        if rates_by_date:
            con.execute(sql("exchanged"), {"home": home})
            con.execute(
                "INSERT INTO adjustments SELECT customer, month, cents, 'exchange' FROM exchanged WHERE cents <> 0"
            )
        if refunds:
            con.execute(sql("credited"))
    if policies.usage == "mean3":
        con.execute(sql("usage_means"))
    if rates_by_date or one(con, "SELECT count(*) FROM holds")[0]:
        _settle_effects(con, policies, rates_by_date)
    (changes,) = one(con, "SELECT (SELECT count(*) FROM adjustments) + (SELECT count(*) FROM present)")
    if changes:
        con.execute(sql("adjusted_cells"))


def _take_out_and_put_in(con: Connection, policies: Policies, overlap: bool, stops: bool) -> None:
    if overlap:
        con.execute(sql("overlaps"))
    if stops:
        con.execute(sql("stops"))
        con.execute(sql("cancelled"))
    if policies.delinquent_days != "never" and one(con, "SELECT count(*) FROM unpaid")[0]:
        con.execute(sql("delinquent"), {"days": policies.delinquent_days})
    if policies.gap_days:
        con.execute(sql("bridged"), {"days": policies.gap_days, "by_customer": False, "policy": "gap"})
    if days := max(policies.gap_days, policies.return_days):
        policy = "return" if policies.return_days > policies.gap_days else "gap"
        con.execute(sql("bridged"), {"days": days, "by_customer": True, "policy": policy})
    if one(con, "SELECT count(*) FROM lines WHERE role = 'pause' AND refusal = ''")[0]:
        _pause(con, policies)


def _pause(con: Connection, policies: Policies) -> None:
    con.execute(sql("pauses"), {"days": policies.pause_days})
    con.execute(sql("held_services"))
    con.execute(sql("paused_months"))
    if policies.pause == "counts":
        con.execute(
            "DELETE FROM unserved WHERE policy = 'pause' AND EXISTS "
            "(SELECT 1 FROM paused_months p WHERE p.line = unserved.line AND p.month = unserved.month)"
        )
        con.execute(
            "INSERT INTO added SELECT p.line, p.month, 'pause' FROM paused_months p JOIN services s ON s.line = p.line "
            "WHERE p.month >= s.first_month + s.covered"
        )
        return
    con.execute("INSERT INTO present SELECT DISTINCT customer, month FROM paused_months")
    if policies.pause == "paused":
        con.execute("INSERT INTO holds SELECT customer, month, sum(mrr) FROM paused_months GROUP BY customer, month")


def _settle_effects(con: Connection, policies: Policies, rates_by_date: bool) -> None:
    if not rates_by_date or policies.exchange == "as_reported":
        con.execute("CREATE OR REPLACE TABLE exchanged (customer INTEGER, month INTEGER, cents BIGINT, fx BIGINT)")
    con.execute(sql("effects"))
