"""What a monthly report says, as plain frozen values: no cells, no DataFrames. Money here is in the report currency."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from retention_xl.ledger.records import ColumnChoice, Facts, MonthFacts
from retention_xl.report.acquisition import Acquisition, Group
from retention_xl.report.actions import Action
from retention_xl.report.carry_over import Carried
from retention_xl.report.experience import Experience
from retention_xl.report.lapsing import Lapsing
from retention_xl.report.movements import Movers
from retention_xl.report.previous import Previous
from retention_xl.report.restated import Restatement
from retention_xl.report.risk import Risk
from retention_xl.report.settings import Settings
from retention_xl.report.wording import NOT_AVAILABLE, fixed


def shown(value: float | None, unit: str) -> str:
    """A figure as a person reads it: "97.9 %", "1,234", "2.41"; "n/a" where there is none."""
    if value is None:
        return NOT_AVAILABLE
    return f"{fixed(100 * value, 1)} %" if unit == "fraction" else fixed(value, 0 if unit == "money" else 2)


@dataclass(frozen=True)
class Words:
    """What the figures are called for this nature of ledger."""

    revenue: str  # "MRR" or "Revenue"
    revenue_long: str
    customers: str  # "customers" or "buyers"
    kept: str  # what "kept" means here
    lost: str

    @property
    def revenue_inside(self) -> str:
        """The word for revenue inside a sentence or a heading: "MRR" or "revenue"."""
        return self.revenue if self.revenue.isupper() else self.revenue.lower()


@dataclass(frozen=True)
class MonthFigures:
    """A month's facts and the figures made from them. None: nothing to compute from (shown as "n/a")."""

    facts: MonthFacts
    kept_customers: int
    crr: float | None
    interval: tuple[float, float] | None  # of CRR
    churn: float | None
    drr: float | None
    grr: float | None
    nrr: float | None
    quick_ratio: float | None
    arpa: float | None
    arr: float
    mean_churn: float | None  # over this and up to 11 months before that are shown
    cltv: float | None


@dataclass(frozen=True)
class Tile:
    """One of the eight figures of the first page."""

    key: str
    label: str
    unit: str  # "money", "fraction", "ratio"
    this_month: float | None
    last_month: float | None
    mean3: float | None
    year_ago: float | None
    target: float | None
    low: float | None
    high: float | None
    status: str


@dataclass(frozen=True)
class Tier:
    """Customers whose opening revenue lies in [low, high); high None: no upper bound."""

    low: float
    high: float | None
    customers: int
    kept: int
    crr: float | None
    interval: tuple[float, float] | None
    opening: float
    share: float | None


@dataclass(frozen=True)
class Tiers:
    """DRR by revenue tier (article 000's method) against the direct figure."""

    edges: tuple[float, ...]
    rows: tuple[Tier, ...]
    drr: float | None
    direct: float | None
    crr: float | None
    reading: str


@dataclass(frozen=True)
class CohortRow:
    """One cohort: customers and revenue by age; the tuple ends at the report month."""

    cohort: str
    customers: tuple[int, ...]
    revenue: tuple[float, ...]


@dataclass(frozen=True)
class Cohorts:
    """The cohorts shown, and what the older ones hold at the report month."""

    rows: tuple[CohortRow, ...]
    ages: int
    earlier_active: int
    earlier_revenue: float
    average: tuple[float | None, ...]  # size-weighted share of customers by age
    average_interval: tuple[tuple[float, float] | None, ...]
    behind: tuple[int, ...]  # customers whose cohorts have reached that age
    revenue_average: tuple[float | None, ...]


@dataclass(frozen=True)
class Check:
    """One check of the Checks sheet: two figures that must agree within a tolerance, or a share within its limit."""

    key: str
    name: str
    computed: float
    expected: float
    tolerance: float
    proves: str
    is_share: bool = False

    @property
    def passed(self) -> bool:
        """Whether both figures agree."""
        return abs(self.computed - self.expected) <= self.tolerance

    @property
    def told(self) -> str:
        """What was found against what should be."""
        if self.is_share:
            return f"{fixed(100 * self.computed, 2)} %, the limit is {fixed(100 * self.tolerance, 2)} %"
        return f"{fixed(self.computed, 2)}, should be {fixed(self.expected, 2)}"


@dataclass(frozen=True)
class Headline:
    """One line of the summary that the terminal prints."""

    label: str
    this_month: str
    last_month: str
    status: str


@dataclass(frozen=True)
class Source:
    """Where the facts come from and how they were read, in words."""

    name: str
    nature_reason: str = ""
    month_reason: str = ""
    rates: str = ""
    columns: tuple[ColumnChoice, ...] = ()


UNNAMED = Source("facts given in Python")


@dataclass(frozen=True)
class Report:
    """Everything the workbook shows for one month."""

    facts: Facts
    settings: Settings
    source: Source
    words: Words
    shown: tuple[MonthFigures, ...]  # the months of the Bridge sheet, oldest first
    tiles: tuple[Tile, ...]
    tiers: Tiers
    cohorts: Cohorts
    checks: tuple[Check, ...]
    actions: tuple[Action, ...]
    carried: Carried  # the whole checklist: these actions, and what is kept of earlier months
    missing: tuple[tuple[str, str], ...]
    previous: Previous | None = None
    restated: Restatement | None = None
    risk: Risk | None = None
    lapsing: Lapsing | None = None
    judged: frozenset[str] = frozenset()  # rules that these facts have the data for
    experience: Experience | None = None
    acquisition: Acquisition | None = None
    groups: tuple[Group, ...] = ()  # plans and channels

    @property
    def by_customer(self) -> bool:
        """Whether the formulas read the customer table: it is small, and no revenue changed without a movement."""
        return self.facts.customers is not None and not any(f.facts.fx or f.facts.paused for f in self.shown)

    @cached_property
    def movers(self) -> Movers:
        """Every customer whose revenue moved."""
        return Movers(self.facts)

    @cached_property
    def amounts(self) -> tuple[float, ...]:
        """What each customer of the closing pays, the most first."""
        return tuple(sorted((p.closing / 100 for p in self.facts.pairs if p.closing is not None), reverse=True))

    @property
    def month(self) -> str:
        """The report month, such as "2026-10"."""
        return self.facts.month

    @property
    def headline(self) -> tuple[Headline, ...]:
        """The eight figures as the terminal prints them."""
        return tuple(
            Headline(tile.label, shown(tile.this_month, tile.unit), shown(tile.last_month, tile.unit), tile.status)
            for tile in self.tiles
        )

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that do not pass."""
        return tuple(check for check in self.checks if not check.passed)
