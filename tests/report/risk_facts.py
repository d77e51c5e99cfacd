"""A month in which every sign of leaving can be told, each for a customer of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from retention_xl.ledger.records import Facts, TieOutItem
from retention_xl.ledger.supporting.records import (
    Cancellation,
    CustomerCard,
    FeatureUse,
    Supporting,
    SurveyAnswer,
    Ticket,
)

from .made_facts import Account, accounts, made_facts

LAST = date(2026, 10, 31)
AFTER = date(2026, 11, 1)


def days_ago(number: int) -> date:
    return LAST - timedelta(days=number)


MONTHS = 12
# What each pays at the closing; the contract's end, the notice and the rest stand below.
SIGNED = {
    "Notice": 500,
    "Payment": 300,
    "Usage": 900,
    "Cutter": 400,
    "Detractor": 200,
    "Tickets": 150,
    "Quote": 1200,
    "Silent": 700,
    "Renewal": 800,
    "Young": 100,
}


def signed_facts() -> Facts:
    """One customer for each sign, named after it, and twenty without any."""
    steady = [
        Account(name, (units,) * MONTHS) for name, units in SIGNED.items() if name not in ("Cutter", "Young", "Renewal")
    ]
    special = [
        Account("Cutter", (*[800] * (MONTHS - 1), SIGNED["Cutter"])),
        Account("Young", (*[None] * (MONTHS - 2), 100, 100)),
        Account("Renewal", (800,) * MONTHS, term_months=12, paid_through=date(2026, 12, 15)),
    ]
    quiet = accounts(20, *[250] * MONTHS, name="Quiet")
    facts = made_facts([*steady, *special, *quiet])
    total = sum(month.closing for month in facts.movements)
    item = TieOutItem("revenue", "Revenue of all months", "recognised", facts.movements[-1].closing, total)
    return replace(facts, supporting=supporting(), tie_out=(item,), ledger_total=total)


def supporting() -> Supporting:
    cards = [
        CustomerCard("Silent", last_contact=days_ago(200)),
        CustomerCard("Quote", last_contact=days_ago(5), open_quote=days_ago(30), margin=0.5),
        CustomerCard("Detractor", last_contact=days_ago(120)),
        CustomerCard("Renewal", last_contact=days_ago(100)),
    ]
    names = (*SIGNED, *(f"Quiet {i:03}" for i in range(1, 21)))
    usage = [
        FeatureUse(name, "Reports", month, 50.0 if name == "Usage" and month == "2026-10" else 100.0, date(2026, 1, 1))
        for name in names
        for month in ("2026-08", "2026-09", "2026-10")
        if name != "Young"
    ]
    return Supporting(
        customers={card.name: card for card in cards},
        cancellations=(
            Cancellation("Notice", date(2026, 11, 20), days_ago(10), "Too expensive", True),
            Cancellation("Payment", date(2026, 11, 9), days_ago(3), "Card expired", False),
        ),
        surveys=(
            SurveyAnswer("Detractor", days_ago(40), "NPS", 9),
            SurveyAnswer("Detractor", days_ago(20), "NPS", 3),
            SurveyAnswer("Quote", days_ago(20), "NPS", 9),
            SurveyAnswer("", days_ago(20), "NPS", 0),
        ),
        tickets=(
            Ticket("Tickets", days_ago(30), None, 4.0),
            Ticket("Tickets", days_ago(9), None, None),
            Ticket("Tickets", days_ago(80), days_ago(70), 2.0),
            Ticket("Quiet 001", days_ago(9), None, None),
        ),
        usage=tuple(usage),
    )
