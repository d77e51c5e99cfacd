"""A made-up company's billing ledger: 36 months to October 2026, for the demo and for tests.

What a reader should be able to find in it again:
- small plans, young customers and customers without commitment leave sooner, so cohort curves flatten with age;
- the list prices of Team and Business rise by 6 % from April 2026 (annual plans: at their renewal), seen as expansion;
- customers who came through the marketplace leave three times as often from August to October 2026, most for the price;
- the largest customer cuts its seats in October 2026;
- a dozen lines are as dirty as a real export's.

Only `random()` of the seeded generator is used, and no function of `math` takes part in a decision, so that every
Python version and system writes the same bytes.
"""

from __future__ import annotations

import calendar
import csv
import io
import random
from collections.abc import Generator, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

from retention_xl.errors import LedgerError
from retention_xl.whole_files import write_whole

FILE_NAME = "billing-ledger.csv"
FIRST = (2023, 11)
MONTHS = 36
LAST_DAY = date(2026, 10, 31)
LAUNCH_CUSTOMERS = 760  # billing starts with these
HEADINGS = (
    "Line",
    "Customer",
    "Invoice date",
    "Type",
    "Amount",
    "Currency",
    "Interval",
    "Service start",
    "Service end",
    "Plan",
    "Region",
    "Channel",
    "Reason",
)

T = TypeVar("T")


def month_number(year: int, month: int) -> int:
    """Months since `FIRST`."""
    return (year - FIRST[0]) * 12 + month - FIRST[1]


PRICE_RISE = month_number(2026, 4)
MARKETPLACE_TROUBLE = range(month_number(2026, 8), month_number(2026, 11))
REPORT_MONTH = MONTHS - 1


class Plan(NamedTuple):
    name: str
    seat_price: int  # cents a month
    seats: tuple[int, int]
    annual_share: float
    rises: bool  # follows the list price
    expands: float  # chance a month that seats are added
    contracts: float
    churn: tuple[float, ...]  # chances a month to leave, one drawn for each customer: a mix, so that curves flatten
    setup_fee: int


PLANS = (
    Plan("Starter", 1900, (1, 5), 0.12, False, 0.026, 0.014, (0.006, 0.014, 0.026, 0.050, 0.095), 0),
    Plan("Team", 2900, (4, 20), 0.25, True, 0.046, 0.018, (0.003, 0.007, 0.013, 0.024, 0.055), 0),
    Plan("Business", 4500, (12, 60), 0.40, True, 0.060, 0.020, (0.002, 0.004, 0.007, 0.013, 0.028), 95_000),
    Plan("Enterprise", 5200, (60, 220), 0.60, False, 0.068, 0.018, (0.001, 0.003, 0.005, 0.008, 0.014), 480_000),
)
NEXT_PLAN = {0: 1, 1: 2}  # who outgrows a plan moves up
PLAN_SHARE = {
    "Website": (0.58, 0.34, 0.08, 0.00),
    "Marketplace": (0.62, 0.33, 0.05, 0.00),
    "Partner": (0.28, 0.42, 0.26, 0.04),
    "Direct sales": (0.06, 0.36, 0.48, 0.10),
}
CHANNEL_SHARE = {"Website": 0.40, "Marketplace": 0.18, "Partner": 0.18, "Direct sales": 0.24}
REGION_SHARE = {
    "DACH": 0.34,
    "Nordics": 0.20,
    "Benelux": 0.16,
    "UK & Ireland": 0.14,
    "France": 0.10,
    "Southern Europe": 0.06,
}
REASON_SHARE = {
    "No longer needed": 0.22,
    "Price": 0.17,
    "Missing feature": 0.15,
    "Competitor": 0.13,
    "Payment failed": 0.13,
    "Support": 0.08,
    "": 0.12,
}
PRICE_TROUBLE_SHARE = {"Price": 0.55, "Competitor": 0.15, "No longer needed": 0.12, "Missing feature": 0.08, "": 0.10}

FIRST_WORDS = (
    "Alder Amber Anchor Arbor Aspen Aurora Basalt Beacon Birch Björk Bramble Bridge Brook Canopy Cedar Céleste "
    "Chestnut Cinder Cliff Clover Cobalt Copper Coral Crane Crescent Delta Dune Ember Fennel Fern Fjord Flint Garnet "
    "Granite Grünwald Harbour Hazel Heather Heron Horizon Indigo Ivory Juniper Kestrel Lantern Larch Linden Lotus "
    "Maple Marble Meadow Meridian Mistral Moss Northgate Oak Ochre Olive Onyx Orchard Osprey Pebble Pine Plover "
    "Poplar Prairie Quartz Quill Ridge Rowan Saffron Sage Sandstone Sequoia Silver Slate Sørland Spruce Sterling "
    "Summit Teal Thistle Tidal Topaz Umber Valley Violet Walnut Willow Zephyr"
)
SECOND_WORDS = (
    "Analytics Architects Bakery Bikes Books Brewing Ceramics Clinics Coffee Components Consulting Controls Dairy "
    "Dental Design Diagnostics Electric Energy Engineering Events Fabrics Farms Fitness Foods Freight Furniture "
    "Gardens Glass Hotels Instruments Insurance Interiors Joinery Kitchens Labs Legal Lighting Logistics Media Medical "
    "Metals Mobility Motors Optics Packaging Paper Pharma Plastics Press Print Properties Recruiting Robotics Schools "
    "Seeds Software Solar Sports Studios Systems Textiles Timber Tools Tours Toys Trading Transport Travel"
)
LEGAL_FORMS = {
    "DACH": ("GmbH", "GmbH", "AG", "GmbH & Co. KG"),
    "Nordics": ("Oy", "AB", "AS", "ApS"),
    "Benelux": ("BV", "NV"),
    "UK & Ireland": ("Ltd", "LLP"),
    "France": ("SAS", "SARL"),
    "Southern Europe": ("SL", "Srl", "Lda"),
}
NAMES_THAT_LOOK_LIKE_FORMULAS = ("=Sum Systems", "-Minus & Co", "@Home Interiors")
LARGEST_CUSTOMER = "Meridian Freight AG"


class Line(NamedTuple):
    """A ledger line; dates stay dates and money stays cents until the file is written."""

    day: date
    customer: str
    kind: str
    cents: int
    interval: str = ""
    start: date | None = None
    end: date | None = None  # the last day of service
    plan: str = ""
    region: str = ""
    channel: str = ""
    reason: str = ""


class Dice:
    """Random choices made from `random()` alone."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        return self.random() < probability

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.random() * (high - low + 1))

    def skewed(self, low: int, high: int) -> int:
        """As `whole`, small numbers far more often."""
        return low + int(self.random() * self.random() * (high - low + 1))

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.whole(0, len(choices) - 1)]

    def by_share(self, shares: dict[str, float]) -> str:
        return list(shares)[self.index_by_share(tuple(shares.values()))]

    def index_by_share(self, shares: Sequence[float]) -> int:
        point = self.random() * sum(shares)
        for index, share in enumerate(shares):
            point -= share
            if point < 0:
                return index
        return len(shares) - 1


def day_of_month(month: int, anchor: int) -> date:
    """The anchor day in a month counted from `FIRST`; the last day where the month is shorter."""
    year, zero_month = divmod(FIRST[0] * 12 + FIRST[1] - 1 + month, 12)
    return date(year, zero_month + 1, min(anchor, calendar.monthrange(year, zero_month + 1)[1]))


class Customer:
    """One company, from its first invoice to the last month or to its leaving."""

    def __init__(self, dice: Dice, name: str, region: str, channel: str, plan: int, joined: int) -> None:
        self.dice = dice
        self.name = name
        self.region = region
        self.channel = channel
        self.plan = plan
        self.seats = dice.skewed(*PLANS[plan].seats)
        self.seat_price = list_price(plan, joined)
        if plan == 3:
            self.seat_price -= 100 * dice.whole(0, 12)  # negotiated
        self.annual = dice.chance(PLANS[plan].annual_share)
        self.anchor = 1 if dice.chance(0.25) else 31 if dice.chance(0.04) else dice.whole(1, 28)
        self.churn = dice.one_of(PLANS[plan].churn)
        self.joined = joined
        self.reason = ""

    def line(self, day: date, kind: str, cents: int, reason: str = "") -> Line:
        plan = PLANS[self.plan].name
        return Line(day, self.name, kind, cents, "", None, None, plan, self.region, self.channel, reason)

    def history(self) -> Iterator[Line]:
        """All its lines, those after the last day too. A spell is a run of paid periods; some return for a second."""
        setup = PLANS[self.plan].setup_fee
        if setup and self.dice.chance(0.7):
            yield self.line(day_of_month(self.joined, self.anchor), "set-up fee", setup)._replace(interval="one-time")
        left = yield from self.spell(self.joined)
        if left is not None and self.dice.chance(0.12):
            back = left + self.dice.whole(2, 9)
            yield self.line(day_of_month(back, self.anchor), "reactivate", 0)
            yield from self.spell(back)

    def spell(self, first: int) -> Generator[Line, None, int | None]:
        """The paid periods from month `first`; returns the month not paid for any more, or None."""
        length = 12 if self.annual else 1
        month = first
        while month <= MONTHS:  # the month after the last too, for what is invoiced ahead
            if month > first:
                self.move(month, length)
            yield from self.period(month, length)
            if self.leaves(month, first, length):
                yield self.line(self.notice(month, length), "cancel", 0, self.reason)
                return month + length
            month += length
        return None

    def period(self, month: int, length: int) -> Iterator[Line]:
        start, end = self.dates(month, length)
        day = start
        if self.plan == 3 and self.annual and month > self.joined:
            day -= timedelta(days=10)  # large renewals are invoiced ahead
        cents = self.seats * self.seat_price * (10 if self.annual else 1)  # two months free on an annual plan
        interval = "annual" if self.annual else "monthly"
        invoice = self.line(day, "invoice", cents)._replace(interval=interval, start=start, end=end)
        yield invoice
        luck = self.dice.random()
        if luck < 0.006:
            part = cents if self.dice.chance(0.5) else cents * self.dice.whole(10, 60) // 100
            yield self.line(day + timedelta(days=self.dice.whole(2, 25)), "refund", -part)
        elif luck < 0.009:  # a wrong address on the invoice: credited and invoiced again
            again = day + timedelta(days=self.dice.whole(1, 12))
            yield invoice._replace(day=again, kind="credit", cents=-cents)
            yield invoice._replace(day=again)

    def dates(self, month: int, length: int) -> tuple[date, date]:
        start = day_of_month(month, self.anchor)
        return start, day_of_month(month + length, self.anchor) - timedelta(days=1)

    def move(self, month: int, length: int) -> None:
        """Seats, plan and price change where a new period begins."""
        plan = PLANS[self.plan]
        if plan.rises and self.seat_price < list_price(self.plan, month):
            self.seat_price = list_price(self.plan, month)
        chances = 5 if length == 12 else 1  # a year's changes come at once
        luck = self.dice.random()
        if luck < plan.expands * chances:
            self.seats += max(1, self.seats * self.dice.whole(8, 45) // 100)
            if self.seats > plan.seats[1] and self.plan in NEXT_PLAN:
                self.plan = NEXT_PLAN[self.plan]
                self.seat_price = list_price(self.plan, month)
        elif luck > 1 - plan.contracts * chances:
            self.seats = max(1, self.seats - max(1, self.seats * self.dice.whole(10, 40) // 100))

    def leaves(self, month: int, first: int, length: int) -> bool:
        """Whether this period is the last one; says why."""
        age = month - first
        stays = 1.0
        for offset in range(length):
            stays *= 1 - self.churn * (1.7 if age + offset < 4 else 1.0) * (0.45 if self.annual else 1.0)
        leaving = 1 - stays
        shares = REASON_SHARE
        if self.channel == "Marketplace" and month + length in MARKETPLACE_TROUBLE:
            leaving, shares = leaving * 3, PRICE_TROUBLE_SHARE
        elif PLANS[self.plan].rises and PRICE_RISE < month + length <= PRICE_RISE + 2:
            leaving, shares = leaving * 1.3, PRICE_TROUBLE_SHARE
        if not self.dice.chance(leaving):
            return False
        self.reason = self.dice.by_share(shares)
        return True

    def notice(self, month: int, length: int) -> date:
        start, end = self.dates(month, length)
        if self.reason == "Payment failed":  # nobody gives notice: the card fails when the next period is due
            return end + timedelta(days=self.dice.whole(1, 6))
        ahead = self.dice.whole(20, 90) if length == 12 else self.dice.whole(0, 24)
        return max(start, end - timedelta(days=ahead))


class LargestCustomer(Customer):
    """Stays, grows each spring and cuts its seats in the last month."""

    def __init__(self, dice: Dice) -> None:
        super().__init__(dice, LARGEST_CUSTOMER, "DACH", "Direct sales", 3, month_number(2024, 2))
        self.annual = False
        self.anchor = 1
        self.seats = 310
        self.seat_price = 4700

    def move(self, month: int, length: int) -> None:
        if month == REPORT_MONTH:
            self.seats -= 130
        elif month % 12 == month_number(2024, 5) % 12:
            self.seats += 40

    def leaves(self, month: int, first: int, length: int) -> bool:
        return False


def list_price(plan: int, month: int) -> int:
    price = PLANS[plan].seat_price
    return price * 106 // 100 if PLANS[plan].rises and month >= PRICE_RISE else price


def company_names(dice: Dice) -> Iterator[str]:
    """Every pair of words once, in a shuffled order."""
    names = [f"{first} {second}" for first in FIRST_WORDS.split() for second in SECOND_WORDS.split()]
    names.remove("Meridian Freight")
    for index in range(len(names) - 1, 0, -1):
        other = dice.whole(0, index)
        names[index], names[other] = names[other], names[index]
    return iter(names)


def customers(dice: Dice) -> Iterator[Customer]:
    names = company_names(dice)
    odd_names = iter(NAMES_THAT_LOOK_LIKE_FORMULAS)
    yield LargestCustomer(dice)
    for month in range(MONTHS):
        joining = LAUNCH_CUSTOMERS if month == 0 else 44 + month * 9 // 8 + dice.whole(-8, 8)
        for number in range(joining):
            region = dice.by_share(REGION_SHARE)
            channel = dice.by_share(CHANNEL_SHARE)
            name = f"{next(names)} {dice.one_of(LEGAL_FORMS[region])}"
            if month == REPORT_MONTH and number % 10 == 0:  # new this month: they show among its movers
                name = next(odd_names, name)
            yield Customer(dice, name, region, channel, dice.index_by_share(PLAN_SHARE[channel]), month)


def sample_lines(seed: int = 2026) -> list[Line]:
    """The clean ledger, by date."""
    dice = Dice(seed)
    lines = [line for customer in customers(dice) for line in customer.history() if line.day <= LAST_DAY]
    lines.sort(key=lambda line: (line.day, line.customer))  # stable: a customer's lines of a day keep their order
    return lines


def as_exported(seed: int = 2026) -> list[list[str]]:
    """The rows of the file, dirt included. Figures stay right: what is refused is no subscription's only proof."""
    lines = sample_lines(seed)
    rows = [as_row(100_001 + index, line) for index, line in enumerate(lines)]
    dice = Dice(seed + 1)
    amount, customer = HEADINGS.index("Amount"), HEADINGS.index("Customer")

    def some(count: int, fits: Sequence[int]) -> list[int]:
        return sorted(dice.one_of(fits) for _ in range(count))

    setup_fees = [index for index, line in enumerate(lines) if line.kind == "set-up fee"]
    refunds = [index for index, line in enumerate(lines) if line.kind == "refund"]
    large = [index for index, line in enumerate(lines) if line.kind == "invoice" and line.cents >= 100_000]
    late_days = [index for index, line in enumerate(lines) if line.kind == "invoice" and line.day.day > 12]

    for index in some(2, setup_fees):
        rows[index][amount] = "n/a"
    for index in some(2, refunds):
        rows[index][customer] = ""
    for index in some(4, large):
        rows[index][amount] = european(lines[index].cents)
    for index in some(5, late_days):
        rows[index][HEADINGS.index("Invoice date")] = lines[index].day.strftime("%d.%m.%Y")
    for index in some(3, large):
        rows[index][customer] += " "
    for index in reversed(some(2, large)):
        rows.insert(index + 1, list(rows[index]))  # the same line exported twice
    total = sum(line.cents for line in lines)
    rows.append(["", "Total", "", "", f"{total // 100:,}.{total % 100:02d}", *[""] * (len(HEADINGS) - 5)])
    return rows


def as_row(number: int, line: Line) -> list[str]:
    sign, cents = ("-", -line.cents) if line.cents < 0 else ("", line.cents)
    return [
        str(number),
        line.customer,
        line.day.isoformat(),
        line.kind,
        f"{sign}{cents // 100}.{cents % 100:02d}",
        "EUR",
        line.interval,
        line.start.isoformat() if line.start else "",
        line.end.isoformat() if line.end else "",
        line.plan,
        line.region,
        line.channel,
        line.reason,
    ]


def european(cents: int) -> str:
    return f"{cents // 100:,}".replace(",", ".") + f",{cents % 100:02d}"


def write_sample(folder: str | Path, seed: int = 2026) -> Path:
    """Write the sample ledger into `folder` (made where it is missing) and return its path. Whole or not at all."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    writer.writerows(as_exported(seed))
    content = text.getvalue().encode("utf-8-sig")  # with a mark, so that Excel shows Grünwald as Grünwald
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    if path.exists() and path.read_bytes() != content:
        raise LedgerError(f"{path} is there already and is not this sample; name another folder.")
    write_whole(path, content)
    return path
