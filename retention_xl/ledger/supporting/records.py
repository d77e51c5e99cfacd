"""What the tables beside the ledger say, as plain frozen values. Customers go by their name in the ledger.

Nothing dated after the end of the report month is in here: an older month reported again says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Measure = Literal["NPS", "CSAT", "SUS"]


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """A row of the table customers. "" and None: not stated."""

    name: str  # as the ledger names the customer
    label: str = ""  # the full name, where the ledger goes by a number
    segment: str = ""
    plan: str = ""
    channel: str = ""
    region: str = ""
    parent: str = ""
    contract_start: date | None = None
    contract_end: date | None = None
    last_contact: date | None = None
    open_quote: date | None = None  # when a quote was sent that has not been answered
    margin: float | None = None  # gross margin as a fraction
    first_value: date | None = None  # when the customer first got what it came for
    activated: date | None = None  # when the last of the key first steps was done
    loyalty: bool | None = None  # member of the loyalty programme


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A customer who gave notice: `day` is when the service ends, `notice` when it was given."""

    name: str
    day: date
    notice: date | None
    reason: str
    voluntary: bool | None


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """One answer: NPS 0-10, CSAT 1-5, SUS 0-100. `name` is "" for an anonymous answer."""

    name: str
    day: date
    measure: Measure
    score: float


@dataclass(frozen=True, slots=True)
class Ticket:
    """A support case, open where it has no `closed`."""

    name: str
    opened: date
    closed: date | None
    response_hours: float | None  # until the first answer


@dataclass(frozen=True, slots=True)
class FeatureUse:
    """How often a customer used a feature in a month, and the first day it ever did."""

    name: str
    feature: str
    month: str
    uses: float
    first_day: date


@dataclass(frozen=True, slots=True)
class Spend:
    """Sales and marketing money of a month, by channel ("" where not split), in cents of the report currency."""

    month: str
    channel: str
    cents: int


@dataclass(frozen=True, slots=True)
class Invitations:
    """Invitations that users sent in a month, and how many of them were taken up."""

    month: str
    sent: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Improvement:
    """A notice to customers of what got better."""

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class MonthTarget:
    """A target of one month; `figure` as in the settings: crr, drr, grr, nrr, churn, mrr, quick_ratio, cltv."""

    month: str
    figure: str
    value: float


@dataclass(frozen=True, slots=True)
class TableNote:
    """A row of a supporting table that was not taken, or is worth a look."""

    table: str
    file: str
    line: int
    column: str
    value: str
    reason: str

    def told(self) -> str:
        """The note as a sentence without its full stop."""
        return f"{self.file}, line {self.line}, column {self.column}: {self.value!r} {self.reason}"


@dataclass(frozen=True, slots=True)
class TableRead:
    """A supporting table: how many rows were read and taken. `refused` says why the whole table was not taken."""

    table: str
    file: str
    rows: int
    taken: int
    refused: str = ""
    noted: int = 0  # rows not taken and cells left out; all are counted, not all are listed
    columns: tuple[tuple[str, str], ...] = ()  # which field was read from the column of which heading
    left_out: str = ""  # what of the rows taken is not used, and why


@dataclass(frozen=True, slots=True)
class Supporting:
    """All supporting data up to the report month's end. A table that was not given is empty."""

    tables: tuple[TableRead, ...] = ()
    notes: tuple[TableNote, ...] = ()
    customers: Mapping[str, CustomerCard] = field(default_factory=dict)
    cancellations: tuple[Cancellation, ...] = ()
    surveys: tuple[SurveyAnswer, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    usage: tuple[FeatureUse, ...] = ()
    spend: tuple[Spend, ...] = ()
    invitations: tuple[Invitations, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    targets: tuple[MonthTarget, ...] = ()
