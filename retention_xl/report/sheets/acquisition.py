"""What winning a customer costs and earns back, and lifetime values by plan and channel: parts of Lifetime value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from retention_xl.report.acquisition import Acquisition, Group, Winning, winning
from retention_xl.report.build import wilson
from retention_xl.report.cells import Addresses, Block, Cell, Content, Single, span
from retention_xl.report.lifetime import Lifetime, lifetime
from retention_xl.report.model import Report
from retention_xl.report.rules_case import ratio
from retention_xl.report.sheets import experience_data as data
from retention_xl.report.sheets.bridge import Rows, interval_formula
from retention_xl.report.sheets.lifetime import INPUT_ROWS, INPUTS
from retention_xl.report.sheets.settings import CAC_MONTHS, limit_cell, setting
from retention_xl.report.wording import MONTH_NAMES, NOT_AVAILABLE, first_day

CAC, GROUPS = "rx_cac", "rx_ltv_groups"
SPENT, NEW, COST, ARPA, PAYBACK, VALUE, RATIO = range(7)  # rows
ALL, BEFORE, LIMIT = range(3)  # columns; then the channels
PAGE_ROWS = 28  # of the three tables on the second page together, beside their headings
CHANNELS = 6
OPENING, LOST, CHURN, LOW, HIGH, COUNTED, CLOSING, REVENUE, CLTV = range(9)


def blocks(report: Report) -> dict[str, Block]:
    """The cost of winning customers, and customers by plan and channel."""
    found = lifetime(report)
    if found is None:
        return {}
    made = report.groups
    table = Block(
        max(1, len(made)),
        9,
        lambda at: _groups(report, found, made, at),
        [
            *("At the opening", "Lost", "Churn", "Low", "High", "Churn counted"),
            *(f"{report.words.customers.capitalize()} now", report.words.revenue, "CLTV"),
        ]
        if made
        else [""] * 9,
        [f"{group.kind}: {group.name}" for group in made]
        or ["The ledger names fewer than two plans and fewer than two channels."],
    )
    won = report.acquisition
    if won is None:
        line = "Spend was not given: the table spend adds CAC, payback and LTV:CAC."
        return {GROUPS: table, CAC: Block(1, 2, lambda at: [()], ["", ""], [line])}
    channels = won.channels[:CHANNELS]
    return {
        GROUPS: table,
        CAC: Block(
            7,
            3 + len(channels),
            lambda at: _cac(report, won, at),
            [_window(report, 0), _window(report, 1), "Limit", *(channel.name for channel in channels)],
            [
                "Sales and marketing spend",
                "New customers",
                "Cost of a new customer (CAC)",
                "Revenue of a new customer a month",
                "Payback, months",
                "Lifetime value (CLTV)",
                "LTV:CAC",
            ],
        ),
    }


def singles(report: Report) -> dict[str, Single]:
    """From how many customers on a row is printed in black."""
    if lifetime(report) is None:
        return {}
    small = report.settings.number("policy.small_cohort")
    return {"rx_ltv_small": Single(lambda at: Cell(small, setting(report, at, "policy.small_cohort")))}


def unused_breaks(report: Report) -> list[str]:
    """What follows the cohorts begins a page only where it would not fit under them."""
    found = lifetime(report)
    if found is None:
        return []
    rows = len(report.cohorts.rows) + (7 if report.acquisition else 1) + max(1, len(report.groups))
    return [CAC] if rows <= PAGE_ROWS else []


def _window(report: Report, back: int) -> str:
    """ "3 months to Oct 2026"."""
    months = int(report.settings.number(CAC_MONTHS))
    end = len(report.facts.months) - 1 - back
    if end < 0:
        return NOT_AVAILABLE
    day = first_day(report.facts.months[end])
    return f"{months} month{'s' if months > 1 else ''} to {MONTH_NAMES[day.month - 1][:3]} {day.year}"


def window_cell(at: Addresses, row: int) -> str:
    """The address of a figure of all channels."""
    return at.cell(CAC, row, ALL)


def _or_na(value: float | None) -> float | str:
    return NOT_AVAILABLE if value is None else value


def _told(window: Winning | None, what: str) -> float | str:
    """A figure of a window; "n/a" where the table of spend does not cover it."""
    return _or_na(None if window is None else getattr(window, what))


class _Sums:
    """Sums over the months of a window, of a column of the tables by month and channel."""

    def __init__(self, report: Report, won: Acquisition, at: Addresses) -> None:
        self._at, self._rows = at, max(2, len(won.months))
        self._last = at.cell(data.SPEND, len(won.months) - 1, -1)
        self._window = setting(report, at, CAC_MONTHS)
        self.all = len(won.channels)

    def _column(self, table: str, column: int) -> str:
        return span(self._at.cell(table, 0, column), self._at.cell(table, self._rows - 1, column))

    def _inside(self, table: str, back: int) -> str:
        months = self._column(table, -1)
        end = f"EDATE({self._last},-{back})" if back else self._last
        return f'{months},">"&EDATE({end},-{self._window}),{months},"<="&{end}'

    def spend(self, column: int, back: int = 0) -> str:
        """ "n/a" where a month of the window is not in the table."""
        every = self._column(data.SPEND, self.all)
        known = f'COUNTIFS({self._inside(data.SPEND, back)},{every},">=0")<{self._window}'
        summed = f"SUMIFS({self._column(data.SPEND, column)},{self._inside(data.SPEND, back)})"
        return f'IF({known},"{NOT_AVAILABLE}",{summed})'

    def new(self, table: str, column: int, back: int = 0) -> str:
        """New customers, or what they paid in their first month."""
        return f"SUMIFS({self._column(table, column)},{self._inside(table, back)})"


def _cac(report: Report, won: Acquisition, at: Addresses) -> Iterable[Sequence[Content]]:
    """By columns: the window, the window a month earlier, the limit, each channel."""
    margin = report.settings.number("policy.margin")
    months = int(report.settings.number(CAC_MONTHS))
    longest = report.settings.number("policy.cltv_months")
    sums, rows, made = _Sums(report, won, at), Rows(report, at), report.groups
    columns: list[list[Content]] = []
    for back in (0, 1):
        window = winning(report.facts, months, margin, longest, back)
        value = (
            Cell(_or_na(report.shown[-1 - back].cltv), rows.rate("cltv", rows.last - back))
            if back <= rows.last
            else None
        )
        columns.append(_column(report, at, sums, len(columns), sums.all, back, window, value or NOT_AVAILABLE))
    limits: dict[int, str] = {PAYBACK: "payback", RATIO: "ratio"}
    columns.append([_limit(report, at, limits[row]) if row in limits else None for row in range(7)])
    for i, channel in enumerate(won.channels[:CHANNELS]):
        window = winning(report.facts, months, margin, longest)
        if window is not None:
            own = slice(len(won.months) - months, None)
            spent, new, paid = sum(channel.spend[own]), sum(channel.customers[own]), sum(channel.revenue[own])
            window = Winning(spent, new, paid, margin, report.shown[-1].cltv, free=False)
        value = Cell(_or_na(report.shown[-1].cltv), at.cell(CAC, VALUE, ALL))
        row = next((n for n, g in enumerate(made) if g.kind == "Channel" and g.name == channel.name), None)
        if row is not None:
            worth = _worth(report, made[row])
            value = Cell(_or_na(worth), at.cell(GROUPS, row, CLTV))
            window = None if window is None else replace(window, cltv=worth)
        columns.append(_column(report, at, sums, len(columns), i, 0, window, value))
    yield from zip(*columns, strict=True)


def _limit(report: Report, at: Addresses, name: str) -> Content:
    address = limit_cell(report, at, "R16", name)
    return None if address is None else Cell(report.settings.limits["R16"][name], address)


def _column(
    report: Report,
    at: Addresses,
    sums: _Sums,
    column: int,
    channel: int,
    back: int,
    window: Winning | None,
    value: Content,
) -> list[Content]:
    own = [at.cell(CAC, row, column) for row in range(7)]
    margin = setting(report, at, "policy.margin")
    spent, known = sums.spend(channel, back), f'IF(ISTEXT({own[SPENT]}),"{NOT_AVAILABLE}",'
    first = f"({own[ARPA]}*{margin})"
    # A channel without spend has no cost that is known; what was spent in all is known.
    nothing = own[NEW] if channel == sums.all else f"{own[NEW]}*{own[SPENT]}"
    return [
        Cell(_told(window, "spend"), spent),
        Cell(_told(window, "customers"), f"{known}{sums.new(data.NEW, channel, back)})"),
        Cell(
            _told(window, "cac"),
            f'{known}IF({nothing}=0,"{NOT_AVAILABLE}",{own[SPENT]}/{own[NEW]}))',
        ),
        Cell(
            _told(window, "arpa"),
            f'{known}IF({own[NEW]}=0,"{NOT_AVAILABLE}",{sums.new(data.NEW_REVENUE, channel, back)}/{own[NEW]}))',
        ),
        Cell(
            _told(window, "payback"),
            f'IF(OR(ISTEXT({own[COST]}),ISTEXT({own[ARPA]})),"{NOT_AVAILABLE}",'
            f'IF({first}=0,"{NOT_AVAILABLE}",{own[COST]}/{first}))',
        ),
        value,
        Cell(
            _told(window, "ratio"),
            f'IF(OR(ISTEXT({own[COST]}),ISTEXT({own[VALUE]})),"{NOT_AVAILABLE}",'
            f'IF({own[COST]}=0,"{NOT_AVAILABLE}",{own[VALUE]}/{own[COST]}))',
        ),
    ]


# ---- by plan and channel


def _counted(report: Report, group: Group) -> float:
    """Its own churn of the month where chance does not explain the difference, else that of all."""
    everybody = report.shown[-1].mean_churn or 0.0
    interval = wilson(group.lost, group.opening, report.settings.number("policy.confidence"))
    few = group.opening < report.settings.number("policy.small_cohort")
    if interval is None or few or interval[0] <= everybody <= interval[1]:
        return everybody
    return group.lost / group.opening


def _worth(report: Report, group: Group) -> float | None:
    arpa = ratio(group.revenue, group.closing)
    if arpa is None:
        return None
    churn, months = _counted(report, group), report.settings.number("policy.cltv_months")
    a_month = arpa * report.settings.number("policy.margin")
    return a_month * months if not churn else a_month * (1 - (1 - churn) ** months) / churn


def _groups(report: Report, found: Lifetime, made: Sequence[Group], at: Addresses) -> Iterable[Sequence[Content]]:
    margin, everybody, months = (at.cell(INPUTS, INPUT_ROWS.index(key), 0) for key in ("margin", "churn", "months"))
    small = setting(report, at, "policy.small_cohort")
    confidence = report.settings.number("policy.confidence")
    for i, group in enumerate(made):
        own = [at.cell(GROUPS, i, column) for column in range(9)]
        low, high = wilson(group.lost, group.opening, confidence) or (None, None)
        arpa = f"{own[REVENUE]}/{own[CLOSING]}*{margin}"
        yield (
            group.opening,
            group.lost,
            Cell(
                _or_na(ratio(group.lost, group.opening)),
                f'IF({own[OPENING]}=0,"{NOT_AVAILABLE}",{own[LOST]}/{own[OPENING]})',
            ),
            Cell(_or_na(low), interval_formula(report, at, own[CHURN], own[OPENING], "-")),
            Cell(_or_na(high), interval_formula(report, at, own[CHURN], own[OPENING], "+")),
            Cell(
                _counted(report, group),
                f"IF(OR({own[OPENING]}<{small},{own[OPENING]}=0),{everybody},"
                f"IF(AND({everybody}>={own[LOW]},{everybody}<={own[HIGH]}),{everybody},{own[CHURN]}))",
            ),
            group.closing,
            group.revenue,
            Cell(
                _or_na(_worth(report, group)),
                f'IF({own[CLOSING]}=0,"{NOT_AVAILABLE}",IF({own[COUNTED]}=0,{arpa}*{months},'
                f"{arpa}*(1-(1-{own[COUNTED]})^{months})/{own[COUNTED]}))",
            ),
        )
    if not made:
        yield ()
