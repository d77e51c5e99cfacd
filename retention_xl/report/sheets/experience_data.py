"""Data experience: what the formulas of Experience and of the cost of winning customers read, counted by month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.acquisition import Acquisition
from retention_xl.report.build import wilson
from retention_xl.report.cells import Addresses, Block, Cell, Content, span
from retention_xl.report.experience import Experience
from retention_xl.report.model import Report
from retention_xl.report.sheets.bridge import Rows, interval_formula
from retention_xl.report.wording import NOT_AVAILABLE, first_day

SHEET = "Data experience"
MONTHS, LIFE, FEATURES = "rx_data_experience", "rx_data_value", "rx_data_features"
NPS = "rx_data_nps"
SPEND, NEW, NEW_REVENUE = "rx_data_spend", "rx_data_new", "rx_data_new_revenue"
SHOWN = 12  # features
NOT_GIVEN = "not given"

LABELS = {
    "nps_answers": "NPS: answers",
    "nps_promoters": "NPS: promoters (9 and 10)",
    "nps_detractors": "NPS: detractors (0 to 6)",
    "csat_answers": "CSAT: answers",
    "csat_satisfied": "CSAT: satisfied (4 and 5)",
    "sus_answers": "UX score: answers",
    "sus_sum": "UX score: sum of scores",
    "sus_squares": "UX score: sum of their squares",
    "value_customers": "First value: customers followed",
    "value_reached": "First value: got there",
    "value_median": "First value: median days",
    "ready": "Activation: first days ended",
    "activated": "Activation: of these in time",
    "not_ready": "Activation: younger, not ready",
    "tickets_opened": "Tickets opened",
    "tickets_open": "Tickets open at the end",
    "tickets_age": "Median age of the open, days",
    "tickets_revenue": "Revenue of customers with open ones",
    "response_judged": "First answers, and those overdue",
    "response_late": "Of these over the limit",
    "response_median": "Median hours to the first answer",
    "feature_users": "Customers who used any feature",
    "invites_sent": "Invitations sent",
    "invites_accepted": "Invitations accepted",
}
SEEN, REACHED, AT_RISK, LEFT, HALF = range(5)
(
    USERS,
    USERS_BEFORE,
    ADOPTERS,
    ADOPTERS_KEPT,
    OTHERS,
    OTHERS_KEPT,
    RATE,
    LOW,
    HIGH,
    OTHER_RATE,
    OTHER_LOW,
    OTHER_HIGH,
) = range(12)


def unused_sheets(report: Report) -> list[str]:
    """The sheet itself where no table feeds it."""
    return [] if report.experience or report.acquisition else [SHEET]


class Counts:
    """Addresses of the counts; month -1 is the report month."""

    def __init__(self, found: Experience, at: Addresses) -> None:
        self._found, self._at = found, at
        self._rows = list(found.counts)

    def cell(self, key: str, month: int = -1) -> str:
        """One count of one month."""
        months = len(self._found.months)
        return self._at.cell(MONTHS, self._rows.index(key), month if month >= 0 else months + month)

    def last(self, key: str, months: int = 3) -> str:
        """The last months, or as many as there are."""
        return span(self.cell(key, -min(months, len(self._found.months))), self.cell(key))


def blocks(report: Report) -> dict[str, Block]:
    """Counts by month, the life table of the time to value, features, spend and new customers by channel."""
    if unused_sheets(report):
        return {}
    found = report.experience
    made = _nothing(MONTHS, LIFE, FEATURES, NPS) if found is None else _experience(report, found)
    won = report.acquisition
    return made | (_nothing(SPEND, NEW, NEW_REVENUE) if won is None else _acquisition(report, won))


def _nothing(*names: str) -> dict[str, Block]:
    return {name: Block(1, 2, lambda at: [()], (), [NOT_GIVEN]) for name in names}


def _experience(report: Report, found: Experience) -> dict[str, Block]:
    features = found.features[:SHOWN]
    answered = nps_months(found)
    return {
        MONTHS: Block(
            len(found.counts),
            len(found.months),
            lambda at: _counts(found, at),
            [first_day(month) for month in found.months],
            [LABELS[key] for key in found.counts],
        ),
        LIFE: Block(
            max(2, len(found.life)),
            5,
            lambda at: _life(found, at),
            ["Followed so long", "Got value then", "Followed at least so long", "Left without it", "Half there"],
            [days for days, _, _ in found.life] or [NOT_GIVEN],
        ),
        FEATURES: Block(
            max(1, len(features)),
            12,
            lambda at: _features(report, found, at),
            [
                *("Users", "Month before", "Adopters", "Kept", "Others", "Kept"),
                *("CRR of adopters", "Low", "High", "CRR of others", "Low", "High"),
            ],
            [feature.name for feature in features] or [NOT_GIVEN],
        ),
        NPS: Block(
            max(1, len(answered)),
            2,
            lambda at: _nps(found, at),
            ["NPS", "Answers"],
            [first_day(found.months[i]) for i in answered] or [NOT_GIVEN],
        ),
    }


def nps_months(found: Experience) -> list[int]:
    """The months with answers."""
    return [i for i, answers in enumerate(found.counts.get("nps_answers", ())) if answers]


def _nps(found: Experience, at: Addresses) -> Iterable[Sequence[Content]]:
    counts = Counts(found, at)
    for i in nps_months(found):
        answers, good, bad = (found.counts[key][i] or 0 for key in ("nps_answers", "nps_promoters", "nps_detractors"))
        cells = [counts.cell(key, i) for key in ("nps_answers", "nps_promoters", "nps_detractors")]
        formula = f"100*({cells[1]}-{cells[2]})/{cells[0]}"
        yield Cell(100 * (good - bad) / answers, formula), Cell(answers, cells[0])
    if not nps_months(found):
        yield ()


def _counts(found: Experience, at: Addresses) -> Iterable[Sequence[Content]]:
    for key, values in found.counts.items():
        row: list[Content] = list(values)
        if key == "value_median":
            rows = len(found.life)
            median: Content = NOT_AVAILABLE
            if rows:
                half = span(at.cell(LIFE, 0, HALF), at.cell(LIFE, max(rows, 2) - 1, HALF))
                days = span(at.cell(LIFE, 0, -1), at.cell(LIFE, max(rows, 2) - 1, -1))
                shown = NOT_AVAILABLE if values[-1] is None else values[-1]
                median = Cell(shown, f'IF(SUM({half})=0,"{NOT_AVAILABLE}",INDEX({days},MATCH(1,{half},0)))')
            row[-1] = median
        yield row


def _life(found: Experience, at: Addresses) -> Iterable[Sequence[Content]]:
    """Kaplan and Meier: of those followed at least so long, the part that got value then is no longer without it."""
    at_risk, left = sum(seen for _, seen, _ in found.life), 1.0
    last = at.cell(LIFE, len(found.life) - 1, SEEN)
    for i, (_, seen, reached) in enumerate(found.life):
        left *= 1 - reached / at_risk
        own = [at.cell(LIFE, i, column) for column in range(5)]
        factor = f"(1-{own[REACHED]}/{own[AT_RISK]})"
        yield (
            seen,
            reached,
            Cell(at_risk, f"SUM({span(own[SEEN], last)})"),
            Cell(left, f"{at.cell(LIFE, i - 1, LEFT)}*{factor}" if i else factor),
            Cell(int(round(2 * left, 9) <= 1), f"IF(ROUND(2*{own[LEFT]},9)<=1,1,0)"),
        )
        at_risk -= seen
    for _ in range(len(found.life), 2):
        yield ()


def _features(report: Report, found: Experience, at: Addresses) -> Iterable[Sequence[Content]]:
    confidence = report.settings.number("policy.confidence")
    for i, feature in enumerate(found.features[:SHOWN]):
        groups = ((feature.adopters, feature.adopters_kept), (feature.others, feature.others_kept))
        row: list[Content] = [feature.users, feature.users_before, *groups[0], *groups[1]]
        for (number, kept), start, column in zip(groups, (ADOPTERS, OTHERS), (RATE, OTHER_RATE), strict=True):
            whole, part, rate = (
                at.cell(FEATURES, i, start),
                at.cell(FEATURES, i, start + 1),
                at.cell(FEATURES, i, column),
            )
            low, high = wilson(kept, number, confidence) or (NOT_AVAILABLE, NOT_AVAILABLE)
            row.append(
                Cell(kept / number if number else NOT_AVAILABLE, f'IF({whole}=0,"{NOT_AVAILABLE}",{part}/{whole})')
            )
            row += [
                Cell(bound, interval_formula(report, at, rate, whole, sign))
                for bound, sign in ((low, "-"), (high, "+"))
            ]
        yield row
    if not found.features:
        yield ()


def _acquisition(report: Report, won: Acquisition) -> dict[str, Block]:
    months = [first_day(month) for month in won.months]
    headings = [*(channel.name for channel in won.channels), "All"]
    columns = len(headings)

    def block(what: str) -> Block:
        return Block(max(2, len(months)), columns, lambda at: _by_channel(report, won, at, what), headings, months)

    return {name: block(name) for name in (SPEND, NEW, NEW_REVENUE)}


def _by_channel(report: Report, won: Acquisition, at: Addresses, what: str) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    shown = {figures.facts.month: i for i, figures in enumerate(report.shown)}
    for i, month in enumerate(won.months):
        each: list[Content] = []
        for channel in won.channels:
            values = {SPEND: channel.spend, NEW: channel.customers, NEW_REVENUE: channel.revenue}[what]
            each.append(None if what == SPEND and won.spend[i] is None else values[i])
        if what == SPEND:
            spent = won.spend[i]
            total: Content = spent
            if each and spent is not None:
                total = Cell(spent, f"SUM({span(at.cell(SPEND, i, 0), at.cell(SPEND, i, len(each) - 1))})")
        elif what == NEW:
            total = Cell(won.customers[i], rows.customers("new", shown[month]))
        else:
            total = Cell(won.revenue[i], rows.revenue("new", shown[month]))
        yield [*each, total]
    if len(won.months) == 1:
        yield ()
