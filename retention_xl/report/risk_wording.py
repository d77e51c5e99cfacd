"""The words of the list of customers at risk: their signs, what each calls for, and what the segments mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retention_xl.report.risk import AtRisk, Segment
from retention_xl.report.risk_signs import KINDS, Sign
from retention_xl.report.rules import playbook
from retention_xl.report.rules_wording import day_name, listed
from retention_xl.report.wording import fixed, month_name

MEANINGS: Mapping[Segment, str] = {
    "Fight for": "A05, A10: worth it, ready to leave, and money will hardly keep them: your best people call.",
    "Offer": "A06: worth it, ready to leave, likely to accept: an offer where it pays, up to the largest one.",
    "Look after": "A05, B5: worth it, not ready to leave yet: see to the sign before it grows; no offer.",
    "Let go": "A01: they bring less than the typical customer: ask why they leave; no offer.",
    "Leave in peace": "They bring less and are not ready to leave: usual service; no offer.",
}
# What each sign calls for first.
_ACTIONS: Mapping[str, str] = {
    "notice": "A10",
    "payment": "P1",
    "usage": "A02",
    "contraction": "B5",
    "detractor": "T4",
    "tickets": "A09",
    "quote": "A04",
    "contact": "A02",
    "renewal": "A12",
    "young": "A03",
}
# Data that tells a sign, in words: where it is missing, the sheet says so.
_DATA: Mapping[str, str] = {
    "notice": "notices (lines of cancellation, or the table cancellations)",
    "usage": "use (table usage)",
    "detractor": "recommendation (table surveys)",
    "tickets": "open tickets (table tickets)",
    "quote": "unanswered quotes (open_quote in the table customers)",
    "contact": "last contact (last_contact in the table customers)",
    "renewal": "end of contract (terms in the ledger, or contract_end in the table customers)",
}


def without_data(signs: Sequence[Sign]) -> str:
    """Which signs the score lacks, and what would add them."""
    have = {sign.key for sign in signs}
    lacking = [_DATA[key] for key in KINDS if key in _DATA and key not in have]
    if not lacking:
        return "Every sign has its data. What is not known of a customer counts as no sign."
    return f"Not in the score, for want of data: {'; '.join(lacking)}. What is not known of a customer is no sign."


def signs_in_words(signs: Sequence[Sign], customer: AtRisk) -> str:
    """The signs that count, the heaviest first as the list of signs has it."""
    told = []
    for sign, fact in zip(signs, customer.signs, strict=True):
        if fact is not None and (fact <= sign.limit if sign.counts == "up to" else fact >= sign.limit):
            told.append(_sign(sign.key, fact, customer))
    return "; ".join(told)


def _sign(key: str, fact: float, customer: AtRisk) -> str:
    number = fixed(fact, 0)
    days = f"{number} day{'' if number == '1' else 's'}"
    months = f"{number} month{'' if number == '1' else 's'}"
    since = f" on {day_name(customer.leaving.since)}" if customer.leaving else ""
    return {
        "notice": f"gave notice{since}",
        "payment": f"payment failed{since}",
        "usage": f"uses it {number} % less",
        "contraction": f"cut down by {number} %",
        "detractor": f"answered {number} of 10",
        "tickets": f"{number} open tickets" if number != "1" else "1 open ticket",
        "quote": f"quote unanswered for {days}",
        "contact": f"not contacted for {days}",
        "renewal": f"contract ends in {days}",
        "young": f"customer for {months}" if number != "0" else f"new in {month_name(customer.since)}",
    }[key]


def advice(customer: AtRisk) -> str:
    """ "A10: put the best people on cancellations, call before 14 November 2026." """
    action = playbook()[_ACTIONS[customer.chief]]
    title = action.title[0].lower() + action.title[1:]
    more = {
        "notice": f", call before {day_name(customer.renewal)}" if customer.renewal else ", call now",
        "payment": ", ask for another way to pay",
        "usage": ", ask what keeps it from using more",
        "contraction": ", ask in person why it cut down",
        "detractor": ", ask what would have to change",
        "tickets": ", answer the oldest first",
        "quote": f", answer the quote of {day_name(customer.quote)}" if customer.quote else "",
        "contact": ", call",
        "renewal": f", talk before {day_name(customer.renewal)}" if customer.renewal else "",
    }.get(customer.chief, "")
    return f"{action.id}: {title}{more}."


def names_in_words(customers: Sequence[str], named: int) -> str:
    """ "A, B, C and 4 more"."""
    more = len(customers) - named
    return listed([*customers[:named], f"{more:,} more"] if more > 0 else customers)
