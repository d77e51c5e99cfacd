"""Conditions of rules about who may leave, and what is done for those who stay: offers, tickets, notices, loyalty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import median

from retention_xl.ledger.records import Pair
from retention_xl.ledger.supporting.records import Ticket
from retention_xl.report.experience import open_tickets
from retention_xl.report.risk import AtRisk
from retention_xl.report.risk_wording import names_in_words
from retention_xl.report.rules import Rule
from retention_xl.report.rules_case import Breach, Case, Rate, at_closing, at_opening, largest_first, reaches, total
from retention_xl.report.rules_wording import count, day_name, money, percent, points
from retention_xl.report.wording import fixed, month_name

_NAMED = 3


def revenue_at_risk(case: Case, rule: Rule) -> Breach | None:
    """The customers who may leave hold too much of the revenue. They are counted one by one: nothing here is chance."""
    risk = case.risk
    closing = case.facts.movements[-1].closing
    if risk is None or not closing or not case.enough(rule, len(case.closing_pairs)):
        return None
    share, allowed = risk.cents / closing, case.limit(rule, "share")
    if share <= allowed:
        return None
    verb = "shows" if len(risk.every) == 1 else "show"
    names = [name for name, _ in largest_first(risk.every)]
    finding = (
        f"{case.words.counted(len(risk.every))} with {money(risk.cents, case.facts.currency)} of MRR {verb} signs of "
        f"leaving: {percent(share)} of all (limit {percent(allowed)}). The largest: {names_in_words(names, _NAMED)}. "
        f"The sheet At risk lists them with their signs."
    )
    return Breach(share, "risk_share", "fraction", allowed, "share", finding, risk.cents, risk.every, exposes="at_risk")


def offers_to_those_at_risk(case: Case, rule: Rule) -> Breach | None:
    """Customers ready to leave: to whom an offer pays and up to which amount, or that it pays to nobody."""
    if case.risk is None or case.margin >= 1:
        return None
    likely = [customer for customer in case.risk.listed if customer.segment == "Offer"]
    ready = [customer for customer in case.risk.listed if customer.score >= case.inputs["risk.ready"]]
    if not ready:
        return None
    pays = [c for c in likely if c.largest_offer is not None and c.largest_offer >= c.usual_offer]
    if pays:
        return _paying(case, pays, len(ready))
    verb = "is" if len(ready) == 1 else "are"
    finding = f"{case.words.counted(len(ready))} {verb} ready to leave"
    if not likely:
        finding += ", and nothing says that one of them is worth an offer and would accept it: do not discount."
        return _nobody(ready, finding)
    cost, worth = sum(c.usual_offer for c in likely), sum(c.largest_offer or 0.0 for c in likely)
    currency = case.facts.currency
    finding += (
        f"; {count(len(likely))} of them would likely accept an offer, but the usual one costs "
        f"{money(round(100 * cost), currency)} and brings {money(round(100 * worth), currency)}: do not discount, "
        f"it loses {money(round(100 * (cost - worth)), currency)}."
    )
    return _nobody(likely, finding)


def _paying(case: Case, pays: Sequence[AtRisk], ready: int) -> Breach:
    currency = case.facts.currency
    pays = sorted(pays, key=lambda c: (-(c.largest_offer or 0.0), c.name))
    # A ceiling is rounded down.
    limits = [f"{c.name} up to {money(int(c.largest_offer or 0) * 100, currency)}" for c in pays]
    verb = "is" if len(pays) == 1 else "are"
    finding = (
        f"Of {case.words.counted(ready)} ready to leave, {count(len(pays))} {verb} worth an offer and likely to accept "
        f"it: {names_in_words(limits, _NAMED)}. None to the others, and none above that."
    )
    customers = tuple((c.name, round(100 * c.revenue)) for c in pays)
    return Breach(len(pays), "offers", "count", 0, "", finding, total(customers), customers)


def _nobody(customers: Sequence[AtRisk], finding: str) -> Breach:
    behind = tuple((c.name, round(100 * c.revenue)) for c in customers)
    return Breach(0, "offers", "count", 0, "", finding, 0, behind, endangered=False, do="Make no offer this month.")


def tickets_pile_up(case: Case, rule: Rule) -> Breach | None:
    """More customers wait for an answer, or they wait too long."""
    ends = [case.facts.end(month) for month in case.facts.months[-3:]]
    sizes = [month.closing_customers for month in case.facts.movements[-3:]]
    if len(ends) < 2 or not case.enough(rule, *sizes[-2:]):
        return None
    waiting = [open_tickets(case.facts.supporting.tickets, day) for day in ends]
    rise, allowed = _rise(waiting[-2:], sizes[-2:]), case.limit(rule, "rise")
    before = _rise(waiting[-3:-1], sizes[-3:-1]) if len(ends) == 3 else None
    asking, asking_before = (
        Rate(min(len({ticket.name for ticket in some}), size), size)
        for some, size in ((waiting[-1], sizes[-1]), (waiting[-2], sizes[-2]))
    )
    again = before is not None and reaches(before, allowed)
    piling = rise is not None and reaches(rise, allowed) and (again or case.differs(asking_before, asking))
    ages = [
        median((day - t.opened).days for t in some) if some else 0.0 for some, day in zip(waiting, ends, strict=True)
    ]
    longest = case.limit(rule, "days")
    slow = ages[-1] > longest and ages[-2] > longest
    if not piling and not slow:
        return None
    names = {ticket.name for ticket in waiting[-1]}
    customers = at_closing(pair for pair in case.closing_pairs if pair.name in names)
    open_now, before_now = len(waiting[-1]), len(waiting[-2])
    finding = (
        f"{count(open_now)} ticket{'' if open_now == 1 else 's'} open at the end of {month_name(case.facts.month)} "
        f"({count(before_now)} a month before), of {case.words.counted(len(customers))} with "
        f"{money(total(customers), case.facts.currency)} of {case.words.revenue}; half of them are older than "
        f"{fixed(ages[-1], 0)} days"
    )
    if slow:
        finding += f" (limit {fixed(longest, 0)}), for the second month running"
    if piling and rise is not None:
        finding += f"; for every 100 {case.words.customers} that is {percent(rise)} more"
        return Breach(rise, "tickets_rise", "fraction", allowed, "rise", f"{finding}.", total(customers), customers)
    return Breach(ages[-1], "ticket_age", "days", longest, "days", f"{finding}.", total(customers), customers)


def _rise(waiting: Sequence[Sequence[Ticket]], sizes: Sequence[int]) -> float | None:
    """How much more tickets are open for each customer; none where none was open."""
    if not waiting[0] or not all(sizes):
        return None
    return len(waiting[1]) / sizes[1] / (len(waiting[0]) / sizes[0]) - 1


def nothing_told(case: Case, rule: Rule) -> Breach | None:
    """Customers have not been told for long what got better."""
    if not case.enough(rule, len(case.closing_pairs)):
        return None
    allowed = case.limit(rule, "days")
    told = max((notice.day for notice in case.facts.supporting.improvements), default=None)
    due = case.last_day + timedelta(days=14)
    if told is None:
        finding = "No notice of an improvement to the customers is on record."
        return Breach(None, "days_untold", "days", allowed, "days", finding, due=due)
    days = (case.last_day - told).days
    if days <= allowed:
        return None
    finding = (
        f"The last notice of an improvement went out on {day_name(told)}, {count(days)} days before the end of "
        f"{month_name(case.facts.month)} (limit {fixed(allowed, 0)} days)."
    )
    return Breach(days, "days_untold", "days", allowed, "days", finding, due=due)


def loyalty_weighed(case: Case, rule: Rule) -> Breach | None:
    """What the loyalty programme costs, against what its members keep more than the others do."""
    cards = case.facts.supporting.customers
    known = [p for p in case.opening_pairs if p.name in cards and cards[p.name].loyalty is not None]
    groups = [[p for p in known if cards[p.name].loyalty is member] for member in (True, False)]
    members, others = (Rate(sum(p.closing is not None for p in group), len(group)) for group in groups)
    if not case.enough(rule, members.whole, others.whole):
        return None
    cost, currency = round(100 * case.inputs["loyalty.cost"]), case.facts.currency
    opening = total(at_opening(groups[0]))
    gap = members.value - others.value
    real = case.differs(others, members)
    finding = (
        f"The loyalty programme costs {money(cost, currency)} a month. Of its {case.words.counted(members.whole)}, "
        f"{percent(members.value)} stayed in {month_name(case.facts.month)}; of {count(others.whole)} others, "
        f"{percent(others.value)}: "
    )
    if not real:
        finding += "the difference is within chance, so the programme has not shown yet that it keeps anybody."
    elif gap < 0:
        finding += f"members stay less often, by {points(-gap)}."
    else:
        kept = round(gap * opening * case.margin)
        worth = "more than" if kept > cost else "no more than"
        margin = "" if case.margin >= 1 else " of margin"
        finding += (
            f"{points(gap)} more, which for their {money(opening, currency)} is {money(kept, currency)}{margin} a "
            f"month, {worth} it costs. Members may be loyal anyway: this is no proof."
        )
    stayed: list[Pair] = [p for p in groups[0] if p.closing is not None]
    return Breach(gap, "loyalty_gap", "points", None, "", finding, cost, at_closing(stayed), endangered=False)
