"""From recurring revenue to the ledger's total, step by step and to the cent."""

from __future__ import annotations

from . import reasons
from .database import Connection, one, rows, sql
from .records import Nature, TieOutItem

# Lines that are billed without being recurring revenue or purchases, by their role.
_OTHER = {
    "once": ("one_time", "One-time and set-up lines"),
    "usage": ("usage", "Usage lines"),
    "tax": ("tax", "Tax"),
    "refund": ("refunds", "Refunds"),
    "credit": ("credit_notes", "Credit notes"),
    "reinvoice_credit": ("reinvoice_credits", "Credit notes billed anew"),
    "reinvoice": ("reinvoices", "Invoices that bill a credit note anew"),
    "cancel": ("cancellations", "Amounts on cancellation lines"),
    "reactivate": ("reactivations", "Amounts on reactivation lines"),
    "pause": ("pauses", "Amounts on pause lines"),
}

# What a policy takes out of recurring revenue or puts in.
_POLICIES = {
    "overlap": "Invoices replaced by an early renewal or an upgrade",
    "cancel": "Paid for after the customer cancelled",
    "unpaid": "Unpaid invoices that no longer count",
    "pause": "Paused subscriptions",
    "gap": "Gaps bridged until a late renewal",
    "return": "Absences counted as none",
    "refunds": "Refunds and credit notes taken off the revenue they belong to",
    "usage": "Usage counted as a mean of three months",
    "exchange": "Months at their own rate of exchange instead of the invoice's",
}


def tie_out(con: Connection, nature: Nature, month: int) -> tuple[TieOutItem, ...]:
    """The items of every group in order. The month's column follows the lines dated in it, the refused ones apart."""
    items = _recurring(con, month) if nature == "recurring" else _purchases(con, month)
    purchases = nature == "purchases"
    other = {
        role: (int(total), int(in_month))
        for role, total, in_month in rows(con, sql("other_lines"), {"month": month, "purchases": purchases})
    }
    for role, (key, label) in _OTHER.items():
        if role in other:
            total, in_month = other[role]
            items.append(TieOutItem(key, label, "accepted", in_month, total))
    repeating, refused = one(
        con,
        f"""
        SELECT coalesce(sum(cents) FILTER (WHERE refusal IN ({reasons.repeating_sql()})), 0),
            coalesce(sum(cents) FILTER (WHERE refusal NOT IN ('', {reasons.repeating_sql()})), 0)
        FROM lines
        """,
    )
    items.append(
        TieOutItem(
            "repeating",
            "Total lines, lines exported twice, void and draft invoices, failed payments",
            "read",
            None,
            int(repeating),
        )
    )
    items.append(TieOutItem("refused", "Other refused lines with a readable amount", "read", None, int(refused)))
    return tuple(items)


def _recurring(con: Connection, month: int) -> list[TieOutItem]:
    (total, here, ahead, later, elsewhere, others, rounding, rounding_here, part, part_here) = map(
        int, one(con, sql("tie_out_recurring"), {"month": month})
    )
    changed = {
        policy: (int(all_months), int(month_only))
        for policy, all_months, month_only in rows(con, sql("tie_out_policies"), {"month": month})
    }
    total += sum(cents for cents, _ in changed.values())
    here += sum(cents for _, cents in changed.values())
    return [
        TieOutItem("recurring_revenue", "Recurring revenue of the months to date", "recognised", here, total),
        *(
            TieOutItem(f"policy_{policy}", label, "billed", -changed[policy][1], -changed[policy][0])
            for policy, label in _POLICIES.items()
            if policy in changed
        ),
        TieOutItem("billed_ahead", "Billed to date for service after the month", "billed", None, ahead),
        TieOutItem("billed_later", "Billed after the month for service after it", "billed", None, later),
        TieOutItem("billed_elsewhere", "Service of the month billed in other months", "billed", elsewhere, 0),
        TieOutItem("billed_for_others", "Billed in the month for service of other months", "billed", others, 0),
        TieOutItem("rounding", "Rounding of the monthly amounts to the cent", "billed", rounding_here, rounding),
        TieOutItem("part_months", "Service that is not whole months", "billed", part_here, part),
    ]


def _purchases(con: Connection, month: int) -> list[TieOutItem]:
    total, here, later, beyond, beyond_here, alone, alone_here = map(
        int, one(con, sql("tie_out_purchases"), {"month": month})
    )
    return [
        TieOutItem("revenue", "Revenue of the months to date", "recognised", here, total),
        TieOutItem("after_month", "Purchases and refunds after the month", "billed", None, later),
        TieOutItem(
            "refunds_beyond", "Refunds beyond the purchases of a customer's month", "billed", beyond_here, beyond
        ),
        TieOutItem("refunds_alone", "Refunds in months without purchases", "billed", alone_here, alone),
    ]
