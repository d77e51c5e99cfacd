"""Facts that break a rule, that are healthy, that would break it within chance, and of too few customers to tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from retention_xl.ledger.records import Facts, RepeatFacts
from retention_xl.ledger.supporting.records import CustomerCard, Improvement, Supporting, TableRead, Ticket

from .experience_cases import EXPERIENCE_CASES
from .made_facts import Account, accounts, made_facts


def lost_after_a_quiet_month(size: int, lost: int) -> Facts:
    return made_facts(accounts(size - lost, 100, 100, 100) + accounts(lost, 100, 100, None, name="Lost"))


def reasons(meant: str, now: tuple[int, int], before: tuple[int, int]) -> Facts:
    """So many lost with this reason, out of all lost, in the last three months and in the three before those."""
    stayed = accounts(500, *[100] * 8)
    lost: list[Account] = []
    for name, (some, everybody), months in (("Now", now, 7), ("Before", before, 3)):
        paid = [100] * months + [None] * (8 - months)
        lost += accounts(some, *paid, name=f"{name}, meant", reason=meant)
        lost += accounts(everybody - some, *paid, name=f"{name}, otherwise", reason="Missing feature")
    return made_facts(stayed + lost)


def two_sizes(large: tuple[int, int, int], small: tuple[int, int, int]) -> Facts:
    """(number, of whom lost, amount) of large and of small customers; nobody was lost the month before."""
    customers: list[Account] = []
    for name, (number, lost, units) in (("Large", large), ("Small", small)):
        customers += accounts(number - lost, units, units, units, name=name)
        customers += accounts(lost, units, units, None, name=f"{name} lost")
    return made_facts(customers)


def small_ones_leave(stay: int, lost_before: int, lost_now: int) -> Facts:
    return made_facts(
        accounts(stay, 1000, 1000, 1000)
        + accounts(lost_before, 1, None, None, name="Small before")
        + accounts(lost_now, 1, 1, None, name="Small now")
    )


def ten_large(number: int, before: int, now: int) -> Facts:
    return made_facts(accounts(10, before, before, now, name="Large") + accounts(number - 10, 100, 100, 100))


def cohorts(size: int, kept_young: int, kept_earlier: int) -> Facts:
    """A cohort a month; of each so many are kept after a month, of the newest `kept_young`."""
    customers = accounts(500, *[100] * 10, name="From the beginning")
    for start in range(1, 9):
        kept = kept_young if start == 8 else kept_earlier
        before, after = [None] * start, 9 - start
        customers += accounts(kept, *before, 100, *[100] * after, name=f"Cohort {start}, kept")
        customers += accounts(size - kept, *before, 100, *[None] * after, name=f"Cohort {start}, lost")
    return made_facts(customers)


def two_channels(partner: tuple[int, int], web: tuple[int, int]) -> Facts:
    """(number, of whom lost) by channel."""
    customers: list[Account] = []
    for name, (number, lost) in (("Partner", partner), ("Web", web)):
        customers += accounts(number - lost, 100, 100, 100, name=name, channel=name)
        customers += accounts(lost, 100, 100, None, name=f"{name} lost", channel=name)
    return made_facts(customers)


def valuable_channel(*amounts: int) -> Facts:
    """Customers of the channel "Partner" pay these amounts, 200 others pay 100; two of each hundred others leave."""
    customers = [
        Account(f"Partner {i:03}", (units, units, units), channel="Partner") for i, units in enumerate(amounts)
    ]
    customers += accounts(196, 100, 100, 100, name="Web", channel="Web")
    return made_facts(customers + accounts(4, 100, 100, None, name="Web lost", channel="Web"))


def one_on_notice(cancelled_on: date | None, paid_through: date | None, closing: int | None = 100) -> Facts:
    left = Account("Left", (100, 100, None), cancelled_on=date(2026, 10, 1), paid_through=date(2026, 10, 15))
    asked = Account("Acme", (100, 100, closing), cancelled_on=cancelled_on, paid_through=paid_through)
    return made_facts([left, asked, Account("Stayed", (100, 100, 100))])


def two_terms(monthly: tuple[int, int], annual: tuple[int, int]) -> Facts:
    """(number, of whom lost) on monthly and on annual plans."""
    customers: list[Account] = []
    for name, months, (number, lost) in (("Monthly", 1, monthly), ("Annual", 12, annual)):
        customers += accounts(number - lost, 100, 100, 100, name=name, term_months=months)
        customers += accounts(lost, 100, 100, None, name=f"{name} lost", term_months=months)
    return made_facts(customers)


def early_cancellations(contracts: int, cancelled: int) -> Facts:
    about = {"term_months": 12, "paid_through": date(2027, 3, 1)}
    early = accounts(cancelled, 100, 100, 100, name="Early", cancelled_on=date(2026, 10, 9), **about)
    return made_facts(accounts(contracts - cancelled, 100, 100, 100, **about) + early)


def contraction(size: int, before: int, now: int, cut_to: int) -> Facts:
    """So many cut their spending from 100 the month before, so many now."""
    return made_facts(
        accounts(size - before - now, 100, 100, 100)
        + accounts(before, 100, cut_to, cut_to, name="Cut before")
        + accounts(now, 100, 100, cut_to, name="Cut now")
    )


def no_expansion(size: int, grown_before: int, grown_now: int) -> Facts:
    """A hundredth of the customers is lost each month; so many grow by half."""
    lost = max(size // 100, 1)
    return made_facts(
        accounts(size, 100, 100, 100)
        + accounts(lost, 100, None, None, name="Lost before")
        + accounts(lost, 100, 100, None, name="Lost now")
        + accounts(grown_before, 100, 150, 150, name="Grown before")
        + accounts(grown_now, 100, 100, 150, name="Grown now")
    )


def hidden_losses(size: int, *lost: int) -> Facts:
    """So many lost in each month, while one large customer grows by more than all of that."""
    length = len(lost) + 1
    customers = accounts(size, *[100] * length)
    for i, number in enumerate(lost, 1):
        customers += accounts(number, *[100] * i, *[None] * (length - i), name=f"Lost {i}")
    return made_facts([*customers, Account("Growing", tuple(10_000 * (1 + i) for i in range(length)))])


def repeat_rates(first: tuple[int, int], now: tuple[int, int]) -> Facts:
    """(customers whose year is over, of whom repeaters) a year ago and now."""
    repeats = (RepeatFacts("2025-10", *first), RepeatFacts("2026-10", *now))
    return made_facts(accounts(50, 100, 100, 100), "purchases", repeats=repeats)


def everything_in_order() -> Facts:
    return made_facts(accounts(200, 100, 101, 102))


def open_tickets(customers: int, before: int, now: int) -> Facts:
    """So many tickets, each of a customer of its own, open at the end of the month before and of this month."""
    facts = made_facts(accounts(customers, 100, 100, 100))
    names = [account.name for account in facts.pairs]
    waiting = [Ticket(name, date(2026, 9, 28), date(2026, 10, 5), 4.0) for name in names[:before]]
    waiting += [Ticket(name, date(2026, 10, 28), None, None) for name in names[:now]]
    return replace(facts, supporting=Supporting(tickets=tuple(waiting)))


def told_last(day: date | None) -> Facts:
    """When the customers were last told of an improvement; None: the table is there and empty."""
    facts = made_facts(accounts(50, 100, 100, 100))
    told = (Improvement(day, "Faster search"),) if day else ()
    return replace(facts, supporting=Supporting((TableRead("improvements", "told.csv", 0, 0),), improvements=told))


def members(kept: tuple[int, int], others: tuple[int, int]) -> Facts:
    """(number, of whom kept) of members of the loyalty programme and of other customers."""
    customers: list[Account] = []
    for name, (number, stayed) in (("Member", kept), ("Other", others)):
        customers += accounts(stayed, 100, 100, 100, name=name)
        customers += accounts(number - stayed, 100, 100, None, name=f"{name} lost")
    cards = {c.name: CustomerCard(c.name, loyalty=c.name.startswith("Member")) for c in customers}
    return replace(made_facts(customers), supporting=Supporting(customers=cards))


# rule: (breaks it, is healthy, would break it but within chance, would break it but of too few customers)
CASES: dict[str, tuple[Callable[[], Facts], ...]] = {
    "R01": (
        lambda: lost_after_a_quiet_month(1000, 50),
        lambda: lost_after_a_quiet_month(1000, 10),
        lambda: lost_after_a_quiet_month(60, 3),
        lambda: lost_after_a_quiet_month(19, 10),
    ),
    "R02": (
        lambda: reasons("", (30, 60), (3, 60)),
        lambda: reasons("", (6, 60), (3, 60)),
        lambda: reasons("", (12, 30), (9, 30)),
        lambda: reasons("", (18, 19), (0, 60)),
    ),
    "R03": (
        lambda: reasons("Rude support", (30, 60), (3, 60)),
        lambda: reasons("Rude support", (6, 60), (3, 60)),
        lambda: reasons("Rude support", (12, 30), (9, 30)),
        lambda: reasons("Rude support", (18, 19), (0, 60)),
    ),
    "R04": (
        lambda: open_tickets(500, 30, 80),
        lambda: open_tickets(500, 30, 31),
        lambda: open_tickets(60, 5, 7),
        lambda: open_tickets(19, 1, 15),
    ),
    "R05": (
        lambda: two_sizes((100, 20, 1000), (900, 9, 100)),
        lambda: two_sizes((100, 10, 1000), (900, 90, 100)),
        lambda: two_sizes((20, 2, 1000), (25, 0, 10)),
        lambda: two_sizes((4, 1, 1000), (15, 0, 100)),
    ),
    "R06": (
        lambda: small_ones_leave(800, 0, 200),
        lambda: small_ones_leave(800, 0, 20),
        lambda: small_ones_leave(33, 5, 7),
        lambda: small_ones_leave(12, 4, 5),
    ),
    "R07": (
        lambda: ten_large(50, 1000, 1000),
        lambda: ten_large(200, 100, 100),
        lambda: ten_large(100, 380, 400),
        lambda: ten_large(19, 1000, 1000),
    ),
    "R10": (
        lambda: cohorts(200, 120, 180),
        lambda: cohorts(200, 176, 180),
        lambda: cohorts(30, 24, 27),
        lambda: cohorts(19, 2, 18),
    ),
    "R14": (
        lambda: two_channels((200, 30), (800, 20)),
        lambda: two_channels((200, 10), (800, 40)),
        lambda: two_channels((40, 4), (200, 10)),
        lambda: two_channels((29, 15), (800, 20)),
    ),
    "R15": (
        lambda: valuable_channel(*[300] * 200),
        lambda: valuable_channel(*[110] * 200),
        lambda: valuable_channel(*[100] * 39, 8000),
        lambda: valuable_channel(*[300] * 29),
    ),
    "R18": (
        lambda: reasons("Price", (30, 60), (3, 60)),
        lambda: reasons("Price", (6, 60), (3, 60)),
        lambda: reasons("Price", (12, 30), (9, 30)),
        lambda: reasons("Price", (18, 19), (0, 60)),
    ),
    "R19": (
        lambda: two_terms((300, 60), (300, 3)),
        lambda: two_terms((300, 15), (300, 3)),
        lambda: two_terms((20, 3), (20, 0)),
        lambda: two_terms((19, 10), (300, 3)),
    ),
    "R20": (
        lambda: early_cancellations(300, 40),
        lambda: early_cancellations(300, 10),
        lambda: early_cancellations(30, 3),
        lambda: early_cancellations(19, 10),
    ),
    "R24": (
        lambda: contraction(1000, 0, 100, 80),
        lambda: contraction(1000, 0, 20, 80),
        lambda: contraction(60, 1, 3, 50),
        lambda: contraction(19, 5, 5, 50),
    ),
    "R25": (
        lambda: no_expansion(200, 0, 0),
        lambda: no_expansion(200, 10, 10),
        lambda: no_expansion(200, 6, 2),
        lambda: no_expansion(15, 0, 0),
    ),
    "R26": (
        lambda: hidden_losses(1000, 5, 15, 30, 50),
        lambda: hidden_losses(1000, 5, 15, 30, 5),
        lambda: hidden_losses(1000, 1, 2, 3, 4),
        lambda: hidden_losses(8, 0, 2, 3, 4),
    ),
    "R27": (
        lambda: repeat_rates((1000, 450), (2000, 800)),
        lambda: repeat_rates((1000, 450), (2000, 880)),
        lambda: repeat_rates((100, 45), (140, 58)),
        lambda: repeat_rates((15, 10), (34, 12)),
    ),
    "R30": (
        lambda: reasons("Payment failed", (30, 60), (3, 60)),
        lambda: reasons("Payment failed", (6, 60), (3, 60)),
        lambda: reasons("Payment failed", (12, 30), (9, 30)),
        lambda: reasons("Payment failed", (18, 19), (0, 60)),
    ),
} | EXPERIENCE_CASES
