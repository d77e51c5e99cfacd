"""The tables beside the sample ledger: customers, cancellations, surveys, tickets, usage, spend and the rest.

They belong to the ledger's customers and tell one story with it:
- who will leave uses less two months ahead, answers lower, waits longer for an answer to its tickets;
- who automates something stays longer; customers of the marketplace are less happy since August 2026;
- answers to tickets have become slow since September 2026; nothing was announced to customers since August;
- a few rows are as wrong as real ones: an unknown customer, an 11 on a scale to 10, a date that is none.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from retention_xl.errors import LedgerError
from retention_xl.sample import (
    CHANNEL_SHARE,
    LAST_DAY,
    LAUNCH_CUSTOMERS,
    MARKETPLACE_TROUBLE,
    MONTHS,
    Dice,
    Line,
    customers,
    day_of_month,
    month_number,
)
from retention_xl.whole_files import write_whole

SHOWN = range(MONTHS - 18, MONTHS)  # months of answers, tickets and usage
FEATURES = {"Reports": 0.82, "Integrations": 0.38, "Mobile app": 0.46, "Automation": 0.0}  # Automation: see `uses`
MARGIN = {"Starter": 71, "Team": 76, "Business": 81, "Enterprise": 84}  # per cent
SEGMENT = {"Starter": "Small", "Team": "Small", "Business": "Mid", "Enterprise": "Large"}
COST_OF_A_CUSTOMER = {"Website": 310, "Marketplace": 520, "Partner": 780, "Direct sales": 2350}
IMPROVEMENTS = (
    (2025, 11, 18, "Invoices open twice as fast"),
    (2026, 1, 27, "Approval steps for larger teams"),
    (2026, 3, 12, "A new overview on the first page"),
    (2026, 4, 23, "Single sign-on for Business and Enterprise"),
    (2026, 6, 9, "Search finds attachments too"),
    (2026, 7, 2, "Automation: rules that file documents by themselves"),
    (2026, 8, 11, "The mobile app works without a connection"),
)
TOLD_LATER = {"No longer needed": 0.4, "Price": 0.25, "Missing feature": 0.2, "Competitor": 0.15}


class Life:
    """What the ledger knows of a customer, and when it will have left, which the ledger does not know yet."""

    def __init__(self, name: str, lines: list[Line]) -> None:
        self.name, self.lines = name, lines
        invoices = [line for line in lines if line.kind == "invoice" and line.start and line.end]
        known = [line for line in invoices if line.day <= LAST_DAY]
        self.first = invoices[0].day
        self.plan, self.channel = known[-1].plan, known[-1].channel
        self.annual = known[-1].interval == "annual"
        self.paid_through = known[-1].end or LAST_DAY
        self.months = {
            month
            for line in invoices
            if line.start
            for month in covered(month_number(line.start.year, line.start.month), line.interval)
        }
        self.joined = min(self.months, default=MONTHS)
        self.notices = [line for line in lines if line.kind == "cancel"]

    def leaves_within(self, months: int, after: int) -> bool:
        """Whether it is there at the end of a month and gone some months later."""
        ahead = range(after + 1, min(after + months, MONTHS) + 1)  # the ledger is made one month further than shown
        return after in self.months and any(month not in self.months for month in ahead)

    def mood(self, month: int) -> int:
        """Points off a score of ten."""
        trouble = self.channel == "Marketplace" and month in MARKETPLACE_TROUBLE
        return 4 * self.leaves_within(3, month) + 2 * trouble


def covered(start: int, interval: str) -> range:
    """The months at whose end a period is running."""
    return range(start, start + (12 if interval == "annual" else 1))


def lives(seed: int) -> list[Life]:
    """The customers of the ledger, in the order they joined."""
    made = ((customer.name, list(customer.history())) for customer in customers(Dice(seed)))
    known = [(name, lines) for name, lines in made if any(line.day <= LAST_DAY and line.start for line in lines)]
    return [Life(name, lines) for name, lines in known]


def _customers(dice: Dice, everyone: list[Life]) -> Iterator[list[str]]:
    yield [
        "Customer",
        "Segment",
        "Contract end",
        "Last contact",
        "Open quote",
        "Gross margin",
        "First value",
        "Activated",
        "Loyalty member",
    ]
    for life in everyone:
        there, leaving = MONTHS - 1 in life.months, life.leaves_within(3, MONTHS - 1)
        contact = LAST_DAY - timedelta(days=dice.skewed(2, 75 + 110 * leaving))
        quote = LAST_DAY - timedelta(days=dice.whole(5, 60)) if dice.chance(0.05 if leaving else 0.02) else None
        value = life.first + timedelta(days=dice.skewed(1, 48))
        activated = value + timedelta(days=dice.skewed(0, 24))
        reaches, finishes = dice.chance(0.93), dice.chance(0.74)
        yield [
            life.name,
            SEGMENT[life.plan],
            life.paid_through.isoformat() if life.annual and there else "",
            max(contact, life.first).isoformat() if there else "",
            max(quote, life.first).isoformat() if quote and there else "",
            f"{MARGIN[life.plan] + dice.whole(-4, 4)} %",
            value.isoformat() if reaches and value <= LAST_DAY else "",
            activated.isoformat() if reaches and finishes and activated <= LAST_DAY else "",
            "yes" if dice.chance(0.22) else "no",
        ]


def _cancellations(dice: Dice, everyone: list[Life]) -> Iterator[list[str]]:
    yield ["Customer", "Notice", "End of service", "Reason", "Voluntary"]
    for life in everyone:
        for notice in life.notices:
            if not day_of_month(SHOWN[0], 1) <= notice.day <= LAST_DAY:
                continue
            ends = [line.end for line in life.lines if line.end and line.start and line.start <= notice.day]
            told = notice.reason or (dice.by_share(TOLD_LATER) if dice.chance(0.5) else "")
            failed = notice.reason == "Payment failed"
            yield [
                life.name,
                notice.day.isoformat(),
                (max(ends) + timedelta(days=1)).isoformat(),
                told,
                "no" if failed else "yes",
            ]


def _surveys(dice: Dice, everyone: list[Life]) -> Iterator[list[str]]:
    yield ["Date", "Customer", "Measure", "Score"]
    for month in SHOWN:
        for life in everyone:
            if month in life.months and month >= life.joined and dice.chance(0.055):
                day = _day(dice, month)
                yield [day, life.name, "NPS", str(max(0, min(10, 11 - dice.skewed(0, 6) - life.mood(month))))]
            if month in life.months and dice.chance(0.02):
                score = max(1, min(5, 5 - dice.skewed(0, 3) - life.mood(month) // 2))
                yield [_day(dice, month), life.name, "CSAT", str(score)]
            if month in life.months and dice.chance(0.012):
                yield [
                    _day(dice, month),
                    life.name,
                    "SUS",
                    f"{max(0, 92 - dice.whole(0, 36) - 5 * life.mood(month)):.1f}",
                ]
    yield [LAST_DAY.isoformat(), "Nobody we know Ltd", "NPS", "9"]
    yield [LAST_DAY.isoformat(), everyone[0].name, "NPS", "11"]


def _tickets(dice: Dice, everyone: list[Life]) -> Iterator[list[str]]:
    yield ["Ticket", "Customer", "Opened", "Closed", "First response hours", "Status"]
    number = 20_400
    for month in SHOWN:
        slow = month >= month_number(2026, 9)
        for life in everyone:
            if month not in life.months or not dice.chance(0.075 if life.leaves_within(3, month) else 0.035):
                continue
            number += 1
            opened = date.fromisoformat(_day(dice, month))
            closed = opened + timedelta(days=dice.skewed(0, 26 if slow else 12))
            hours = dice.skewed(1, 90 if slow else 30)
            done = closed <= LAST_DAY
            answered = opened + timedelta(days=hours // 24) <= LAST_DAY
            yield [
                f"T-{number}",
                life.name,
                opened.isoformat(),
                closed.isoformat() if done else "",
                str(hours) if answered else "",
                "closed" if done else "open",
            ]
    yield [f"T-{number + 1}", everyone[1].name, "31 Octember 2026", "", "", "open"]


def _usage(dice: Dice, everyone: list[Life]) -> Iterator[list[str]]:
    yield ["Customer", "Feature", "Month", "Uses"]
    for life in everyone:
        stays = not any(life.leaves_within(12, month) for month in life.months if month < life.joined + 9)
        automates = dice.chance(0.38 if stays else 0.13)
        taken_up = {feature: dice.chance(share) for feature, share in FEATURES.items()} | {"Automation": automates}
        level = dice.whole(6, 60)
        for month in SHOWN:
            if month not in life.months:
                continue
            falling = life.leaves_within(2, month)
            for feature, used in taken_up.items():
                uses = level * dice.whole(70, 130) // (400 if falling else 100)
                if used and uses:
                    yield [life.name, feature, day_of_month(month, 1).isoformat()[:7], str(uses)]


def _spend(dice: Dice, everyone: list[Life]) -> Iterator[list[str]]:
    joined: dict[tuple[int, str], int] = defaultdict(int)
    for life in everyone:
        joined[life.joined, life.channel] += 1
    usual = (len(everyone) - LAUNCH_CUSTOMERS) / (MONTHS - 1)
    yield ["Month", "Channel", "Amount", "Currency"]
    for month in range(MONTHS):
        for channel, share in CHANNEL_SHARE.items():  # who was there at the launch cost nothing then
            won = joined[month, channel] if month else int(usual * share)
            spent = (won + usual * share) / 2 * COST_OF_A_CUSTOMER[channel] * dice.whole(88, 112) / 100
            yield [day_of_month(month, 1).isoformat()[:7], channel, f"{int(spent)}.00", "EUR"]


def _invitations(dice: Dice, everyone: list[Life]) -> Iterator[list[str]]:
    yield ["Month", "Sent", "Accepted"]
    for month in SHOWN:
        there = sum(month in life.months for life in everyone)
        sent = there * dice.whole(16, 24) // 100
        yield [day_of_month(month, 1).isoformat()[:7], str(sent), str(sent * dice.whole(18, 26) // 100)]


def _improvements(dice: Dice, everyone: list[Life]) -> Iterator[list[str]]:
    yield ["Date", "Text"]
    for year, month, day, text in IMPROVEMENTS:
        yield [date(year, month, day).isoformat(), text]


def _targets(dice: Dice, everyone: list[Life]) -> Iterator[list[str]]:
    yield ["Month", "Figure", "Target"]
    for month in range(month_number(2026, 1), month_number(2026, 12) + 1):
        named = day_of_month(month, 1).isoformat()[:7]
        yield [named, "CRR", "97.5 %" if month < month_number(2026, 7) else "98 %"]
        yield [named, "NRR", "100 %"]
        yield [named, "MRR", str(1_010_000 + 38_000 * (month - month_number(2026, 1)))]


TABLES: Mapping[str, Callable[[Dice, list[Life]], Iterator[list[str]]]] = {
    "customers": _customers,
    "cancellations": _cancellations,
    "surveys": _surveys,
    "tickets": _tickets,
    "usage": _usage,
    "spend": _spend,
    "invitations": _invitations,
    "improvements": _improvements,
    "targets": _targets,
}


def _day(dice: Dice, month: int) -> str:
    return day_of_month(month, dice.whole(1, 28)).isoformat()


def write_sample_tables(folder: str | Path, seed: int = 2026) -> dict[str, Path]:
    """Write the tables beside the sample ledger; their paths by name. A file of somebody else is left alone."""
    everyone = lives(seed)
    paths: dict[str, Path] = {}
    contents: dict[Path, bytes] = {}
    for number, (name, rows) in enumerate(TABLES.items(), start=1):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\r\n").writerows(rows(Dice(seed + 100 * number), everyone))
        paths[name] = Path(folder) / f"{name}.csv"
        contents[paths[name]] = text.getvalue().encode("utf-8-sig")
    for path, content in contents.items():
        if path.exists() and path.read_bytes() != content:
            raise LedgerError(f"{path} is there already and is not this sample; name another folder.")
    for path, content in contents.items():
        write_whole(path, content)
    return paths
