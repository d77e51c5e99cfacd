"""Tables beside a ledger, made up for the customers of some facts: all of them, or one alone."""

from __future__ import annotations

import random
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

from retention_xl.ledger.records import Facts
from retention_xl.ledger.supporting.records import (
    CustomerCard,
    FeatureUse,
    Invitations,
    Spend,
    Supporting,
    SurveyAnswer,
    Ticket,
)

TABLES = ("customers", "surveys", "tickets", "usage", "invitations", "spend")
CHANNELS = ("Web", "Partner", "Fair")
PLANS = ("Small", "Large")
FEATURES = ("Reports", "Import", "=1+1")


def with_tables(facts: Facts, *tables: str) -> Facts:
    """The facts with the tables named; of each something in most months."""
    draw = random.Random(7)
    end = _last_day(facts.month)
    starts = {name: _day(draw, month) for name, month in _first_months(facts).items()}
    made = {
        "customers": {name: _card(draw, name, start, end) for name, start in starts.items()},
        "surveys": tuple(_answers(draw, facts, list(starts))),
        "tickets": tuple(_tickets(draw, facts, list(starts), end)),
        "usage": tuple(_usage(draw, facts, starts, end)),
        "invitations": tuple(Invitations(month, draw.randrange(20, 90), draw.randrange(20)) for month in facts.months),
        "spend": tuple(
            Spend(month, channel, draw.randrange(20_000, 900_000)) for month in facts.months for channel in CHANNELS
        ),
    }
    given = {name: rows for name, rows in made.items() if name in tables}
    pairs = tuple(
        replace(pair, plan=PLANS[i % 2], channel=CHANNELS[i % 5 % 3]) if "spend" in tables else pair
        for i, pair in enumerate(facts.pairs)
    )
    return replace(facts, pairs=pairs, supporting=Supporting(**given), started=starts)


def _first_months(facts: Facts) -> dict[str, str]:
    return {pair.name: pair.first_month for pair in facts.pairs} | {
        customer.name: customer.first_month for customer in facts.customers or ()
    }


def _last_day(month: str) -> date:
    year, number = map(int, month.split("-"))
    return date(year, number, monthrange(year, number)[1])


def _day(draw: random.Random, month: str) -> date:
    return _last_day(month).replace(day=draw.randrange(1, 29))


def _later(draw: random.Random, start: date, days: int, end: date) -> date | None:
    day = start + timedelta(days=draw.randrange(days))
    return day if day <= end and draw.random() < 0.8 else None


def _card(draw: random.Random, name: str, start: date, end: date) -> CustomerCard:
    first, active = _later(draw, start, 80, end), _later(draw, start, 50, end)
    return CustomerCard(name, channel=draw.choice(CHANNELS), first_value=first, activated=active)


def _answers(draw: random.Random, facts: Facts, names: list[str]) -> list[SurveyAnswer]:
    found = []
    for month in facts.months:
        for _ in range(draw.randrange(12)):
            name = draw.choice([*names, ""])
            found.append(SurveyAnswer(name, _day(draw, month), "NPS", draw.randrange(11)))
            found.append(SurveyAnswer(name, _day(draw, month), "CSAT", draw.randrange(1, 6)))
            found.append(SurveyAnswer(name, _day(draw, month), "SUS", 2.5 * draw.randrange(41)))
    return found


def _tickets(draw: random.Random, facts: Facts, names: list[str], end: date) -> list[Ticket]:
    found = []
    for month in facts.months:
        for _ in range(draw.randrange(9)):
            opened = _day(draw, month)
            hours = round(draw.uniform(0.5, 70), 1) if draw.random() < 0.8 else None
            found.append(Ticket(draw.choice(names), opened, _later(draw, opened, 60, end), hours))
    return found


def _usage(draw: random.Random, facts: Facts, starts: dict[str, date], end: date) -> list[FeatureUse]:
    found = []
    for name, start in starts.items():
        for feature in FEATURES:
            first = _later(draw, start, 70, end)
            if first is None:
                continue
            since = f"{first.year}-{first.month:02}"
            months = [month for month in facts.months if month >= since and draw.random() < 0.7]
            found += [FeatureUse(name, feature, month, draw.randrange(1, 40), first) for month in months]
    return found
