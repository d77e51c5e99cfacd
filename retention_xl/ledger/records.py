"""What a ledger says, as plain frozen values. Money is integer cents of the report currency; months are "2026-10"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from .dates import month_end, month_of, month_text
from .policies import Policies
from .supporting.records import Supporting

Nature = Literal["recurring", "purchases"]
Kind = Literal["New", "Reactivation", "Expansion", "Contraction", "Churn", "Paused", "Currency"]
NOTES_LIMIT = 20_000  # lines listed one by one; all are counted
CUSTOMER_MONTHS_LIMIT = 720_000  # of the customer table: 20,000 customers in 36 months


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Which column of the source was taken for which field, and why."""

    field: str  # one of the fields in spellings.toml: customer, date, amount, term, ...
    heading: str
    how: str  # "by its heading", "by --map"
    others: tuple[str, ...] = ()  # further columns that could have been meant, the likeliest first

    @property
    def why(self) -> str:
        """How it was taken, and instead of which others."""
        return self.how + (f", not {', '.join(map(repr, self.others))}" if self.others else "")


@dataclass(frozen=True, slots=True)
class Note:
    """A source line that was refused, read in a changed way, or is worth a look."""

    action: Literal["refused", "changed", "noted"]
    file: str
    line: int  # as a person counts in the file: the heading line is 1
    column: str  # the heading of the column at fault, "" for the whole line
    value: str  # as it stands in the source
    reason: str
    cents: int | None  # the line's amount in its own currency where it could be read
    currency: str


@dataclass(frozen=True, slots=True)
class Quality:
    """How many lines were read, taken and refused. `notes` holds at most `NOTES_LIMIT` of `notes_total`."""

    lines_read: int
    lines_accepted: int
    lines_refused: int
    notes: tuple[Note, ...]
    notes_total: int
    by_reason: tuple[tuple[str, str, int, Mapping[str, int]], ...]  # action, reason, lines, cents by currency
    lines_missing: int  # refused lines that do not repeat the money of others: they may be missing from the figures
    accepted_money: int  # cents of accepted lines without their signs, in the report currency
    missing_money: int  # cents of the lines missing likewise, as far as they could be read and converted
    refused_unreadable: int  # refused lines without a readable amount
    read_cents_by_currency: Mapping[str, int]  # all readable amounts, straight from the raw column
    accepted_cents_by_currency: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """One month. Amounts are positive cents; opening of a month is the closing of the one before."""

    month: str
    opening: int
    new: int
    reactivation: int
    expansion: int
    contraction: int
    churn: int
    closing: int
    opening_customers: int
    new_customers: int
    reactivated_customers: int
    expanded_customers: int
    contracted_customers: int
    lost_customers: int
    closing_customers: int
    kept_opening: int  # opening revenue of the customers who stayed: the numerator of direct DRR
    fx: int = 0  # what changes of exchange rates made of the revenue, with its sign; 0 without rates by date
    paused: int = 0  # revenue resumed less revenue paused in the month: a pause is neither churn nor contraction


@dataclass(frozen=True, slots=True)
class CohortFacts:
    """Customers of the cohort that started in `cohort`, `age` months later: how many were active, what they paid."""

    cohort: str
    age: int
    customers: int
    cents: int


@dataclass(frozen=True, slots=True)
class Customer:
    """A row of the customer table: amounts by month of the window, None where not active."""

    name: str
    first_month: str
    cents: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A customer active at the opening or at the closing of the report month (None: not active)."""

    name: str
    opening: int | None
    closing: int | None
    first_month: str
    kind: Kind | None  # None: unchanged
    term_months: int | None  # of the line that runs now or ran last
    paid_through: date | None  # first day no longer paid for
    cancelled_on: date | None  # date of the last cancel line after the last active start
    reason: str  # churn reason as stated, "" where none
    plan: str
    tier: str
    region: str
    channel: str
    paused: int = 0  # cents resumed, or paused where below 0: no movement of the customer's own
    fx: int = 0  # cents that rates of exchange made of it, likewise


@dataclass(frozen=True, slots=True)
class ReasonFacts:
    """Customers lost in `month` by stated reason ("" where none)."""

    month: str
    reason: str
    customers: int
    cents: int


@dataclass(frozen=True, slots=True)
class RepeatFacts:
    """Purchases only: customers whose first 365 days are over by the end of `month`, and who of them bought again."""

    month: str
    customers: int
    repeaters: int


@dataclass(frozen=True, slots=True)
class TieOutItem:
    """A step from recurring revenue to the ledger's total; the items of a `group` add up to the next subtotal."""

    key: str
    label: str
    group: Literal["recognised", "billed", "accepted", "read"]
    month_cents: int | None
    total_cents: int


@dataclass(frozen=True, slots=True)
class ProfileCounts:
    """Movements between the close of two days. Brief: came and went, or went and came back, in between."""

    opening_customers: int
    new_customers: int
    returned_customers: int
    lost_customers: int
    closing_customers: int
    brief_new_customers: int
    brief_returned_customers: int
    opening: int
    new: int
    reactivation: int
    expansion: int
    contraction: int
    churn: int
    closing: int
    brief_new: int
    brief_reactivation: int
    apart: int = 0  # what pauses and exchange rates made of the revenue, with its sign


@dataclass(frozen=True, slots=True)
class Profiles:
    """What the definitions of others count: the month, lost at the end of what is paid; the month, lost on the day of
    the cancellation; the 30 days to the month's end likewise. Empty where days of service do not give our figures.
    """

    counts: tuple[ProfileCounts, ...]
    has_notices: bool  # whether any customer's cancellation is told of


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the report needs, for one report month."""

    nature: Nature
    currency: str  # report currency, "" where the ledger names none
    month: str  # report month
    months: tuple[str, ...]  # every calendar month from the ledger's first to the report month
    movements: tuple[MonthFacts, ...]  # one for each of `months`
    cohorts: tuple[CohortFacts, ...]
    pairs: tuple[Pair, ...]  # by name
    window: tuple[str, ...]  # months of `customers`: the last 36 or fewer
    customers: tuple[Customer, ...] | None  # None above the limit of 720,000 customer months
    reasons: tuple[ReasonFacts, ...]  # last 13 months
    repeats: tuple[RepeatFacts, ...]  # last 13 months; empty for recurring ledgers
    joined_and_left: int  # customers who came and went within the report month
    tie_out: tuple[TieOutItem, ...]
    ledger_total: int  # cents of all readable lines, computed straight from the raw column
    quality: Quality
    fingerprint: str  # SHA-256 of what was accepted, order of lines apart
    supporting: Supporting = field(default_factory=Supporting)  # the tables given beside the ledger
    policies: Policies = field(default_factory=Policies)  # how the doubtful cases were read
    last_day: date | None = None  # of the report month, where a fiscal calendar has one of its own
    profiles: Profiles | None = None  # None for purchases: those definitions are of subscriptions
    ends: Mapping[str, date] = field(default_factory=dict)  # last day of each month, by the fiscal calendar; {}: none
    started: Mapping[str, date] = field(default_factory=dict)  # first day in the ledger, by name; {}: not asked for

    def end(self, month: str) -> date:
        """The last day of a month."""
        return self.ends.get(month) or month_end(_number(month))

    def begin(self, month: str) -> date:
        """The first day of a month: the one after the end of the month before."""
        return self.end(month_text(_number(month) - 1)) + timedelta(days=1)


def _number(month: str) -> int:
    found = month_of(month)
    assert found is not None
    return found
