"""Facts with tables beside the ledger that break a rule, are healthy, would break it within chance, or are too few."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from retention_xl.ledger.records import Facts
from retention_xl.ledger.supporting.records import (
    CustomerCard,
    FeatureUse,
    Invitations,
    Measure,
    Spend,
    Supporting,
    SurveyAnswer,
    Ticket,
)

from .made_facts import Account, accounts, made_facts

MONTHS = tuple(f"2026-{number:02}" for number in range(3, 11))  # March to October


def everybody(*more: Account, number: int = 500, supporting: Supporting | None = None, **about: object) -> Facts:
    """500 customers since before March who all stay, and more."""
    facts = made_facts(accounts(number, *[100] * len(MONTHS), name="Old") + list(more))
    return replace(facts, supporting=supporting or Supporting(), **about)  # type: ignore[arg-type]


def starters(groups: Sequence[tuple[int, date, int | None]], what: str) -> Facts:
    """(number, first day, days until `what`, or None) of customers who start and stay."""
    customers: list[Account] = []
    cards, started = {}, {}
    for i, (number, first, days) in enumerate(groups):
        before = MONTHS.index(f"{first.year}-{first.month:02}")
        paid = [None] * before + [100] * (len(MONTHS) - before)
        for account in accounts(number, *paid, name=f"Starter {i}"):
            customers.append(account)
            started[account.name] = first
            day = None if days is None else first + timedelta(days=days)
            cards[account.name] = CustomerCard(account.name, **{what: day})
    return everybody(*customers, supporting=Supporting(customers=cards), started=started)


def feature(adopters: tuple[int, int], others: tuple[int, int]) -> Facts:
    """(number, of whom kept) of those who started in April and took the feature Reports up, and of the others."""
    customers: list[Account] = []
    uses, started = [], {}
    for name, (number, kept) in (("Adopter", adopters), ("Other", others)):
        group = accounts(kept, None, *[100] * 7, name=name)
        group += accounts(number - kept, None, *[100] * 5, None, None, name=f"{name} lost")
        customers += group
        started |= {account.name: date(2026, 4, 3) for account in group}
        if name == "Adopter":
            day = date(2026, 4, 10)
            uses += [FeatureUse(account.name, "Reports", "2026-04", 2, day) for account in group]
            uses += [FeatureUse(account.name, "Reports", "2026-10", 2, day) for account in group[:kept]]
    return everybody(*customers, supporting=Supporting(usage=tuple(uses)), started=started)


def answers(measure: Measure, *scores: tuple[int, float], month: int = 10) -> tuple[SurveyAnswer, ...]:
    """(number, score) of answers that name nobody."""
    day = date(2026, month, 12)
    return tuple(SurveyAnswer("", day, measure, score) for number, score in scores for _ in range(number))


def surveyed(measure: Measure, *scores: tuple[int, float]) -> Facts:
    return everybody(supporting=Supporting(surveys=answers(measure, *scores)))


def referred(promoters: int, others: int, accepted: int) -> Facts:
    given = Supporting(
        surveys=answers("NPS", (promoters, 10), (others, 8)),
        invitations=tuple(Invitations(month, 200, accepted) for month in ("2026-09", "2026-10")),
    )
    return everybody(supporting=given)


def tickets(*hours: tuple[int, float]) -> Facts:
    """(number, hours until the first answer) of tickets of October, all settled."""
    opened, closed = date(2026, 10, 5), date(2026, 10, 9)
    found = [Ticket("Old 001", opened, closed, wait) for number, wait in hours for _ in range(number)]
    return everybody(supporting=Supporting(tickets=tuple(found)))


def spent(new: int, *a_month: int) -> Facts:
    """So many new customers every month, of whom nobody leaves; ten old ones leave each month; spend in whole units."""
    customers = [
        account
        for start in range(1, len(MONTHS))
        for account in accounts(new, *[None] * start, *[100] * (len(MONTHS) - start), name=f"New {start}")
    ]
    for month in range(1, len(MONTHS)):
        customers += accounts(10, *[100] * month, *[None] * (len(MONTHS) - month), name=f"Lost {month}")
    months = MONTHS[-len(a_month) :]
    spend = tuple(Spend(month, "", units * 100) for month, units in zip(months, a_month, strict=True))
    return everybody(*customers, number=430, supporting=Supporting(spend=spend))


JUNE, AUGUST = date(2026, 6, 3), date(2026, 8, 3)

# rule: (breaks it, is healthy, would break it but within chance, would break it but of too few customers)
EXPERIENCE_CASES: dict[str, tuple[Callable[[], Facts], ...]] = {
    "R11": (
        lambda: starters([(60, JUNE, 50)], "first_value"),
        lambda: starters([(60, JUNE, 10)], "first_value"),
        # a month before, those of September count only as long as they had been there: the median was 20 days
        lambda: starters([(15, JUNE, 20), (17, date(2026, 9, 20), 40)], "first_value"),
        lambda: starters([(19, JUNE, 50)], "first_value"),
    ),
    "R12": (
        lambda: starters([(12, AUGUST, 9), (48, AUGUST, None)], "activated"),
        lambda: starters([(54, AUGUST, 9), (6, AUGUST, None)], "activated"),
        lambda: starters([(15, AUGUST, 9), (15, AUGUST, None)], "activated"),
        lambda: starters([(1, AUGUST, 9), (18, AUGUST, None)], "activated"),
    ),
    "R13": (
        lambda: feature((60, 57), (60, 36)),
        lambda: feature((60, 54), (60, 54)),
        lambda: feature((20, 18), (20, 15)),
        lambda: feature((19, 19), (19, 5)),
    ),
    "R16": (
        lambda: spent(30, *[60_000] * 7),
        lambda: spent(30, *[3_000] * 7),
        lambda: spent(30, *[3_000] * 6, 600_000),
        lambda: spent(6, *[12_000] * 7),
    ),
    "R21": (
        lambda: surveyed("NPS", (20, 10), (20, 8), (60, 3)),
        lambda: surveyed("NPS", (60, 10), (20, 8), (20, 3)),
        lambda: surveyed("NPS", (6, 10), (7, 8), (7, 3)),
        lambda: surveyed("NPS", (19, 3)),
    ),
    "R22": (
        lambda: referred(80, 20, 5),
        lambda: referred(80, 20, 100),
        lambda: referred(11, 9, 5),
        lambda: referred(19, 0, 5),
    ),
    "R23": (
        lambda: tickets((60, 48), (40, 2)),
        lambda: tickets((40, 48), (60, 2)),
        lambda: tickets((11, 30), (10, 2)),
        lambda: tickets((19, 48)),
    ),
    "R28": (
        lambda: surveyed("SUS", (30, 50), (30, 60)),
        lambda: surveyed("SUS", (30, 75), (30, 85)),
        lambda: surveyed("SUS", (10, 32), (10, 100)),
        lambda: surveyed("SUS", (19, 40)),
    ),
}
