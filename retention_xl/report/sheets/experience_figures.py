"""Which figures the sheet Experience shows, and how each is made from the counts by month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from retention_xl.report.cells import Addresses, span
from retention_xl.report.experience import Experience
from retention_xl.report.model import Report
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.experience_data import Counts
from retention_xl.report.wording import NOT_AVAILABLE

QUARTER = 3

Numbers = tuple[float | None, float | None, float | None]  # report month, month before, three months
Formulas = tuple[str, str, str]


class Figure(NamedTuple):
    """A row: its figure in the three columns, and what else is said of it."""

    label: str
    unit: str
    counted: str
    make: Callable[[Pen], tuple[Numbers, Formulas]]
    number: str = ""  # the count behind it
    target: str = ""  # the setting
    low_is_good: bool = False
    interval: str = ""  # "share", "nps" or "mean"


class Pen:
    """Values and formulas over the counts by month."""

    def __init__(self, report: Report, found: Experience, at: Addresses) -> None:
        self.report, self.found, self.at = report, found, at
        self.counts, self.rows = Counts(found, at), Rows(report, at)
        self.months = min(QUARTER, len(found.months))

    def value(self, key: str, month: int = -1) -> float | None:
        """A count of a month; None where there is no such month or it cannot be told."""
        values = self.found.counts[key]
        return values[month] if -month <= len(values) else None

    def total(self, key: str) -> float:
        """A count over the three months."""
        return sum(value or 0 for value in self.found.counts[key][-self.months :])

    def ratio(self, part: Sequence[tuple[int, str]], whole: str, scale: int = 1) -> tuple[Numbers, Formulas]:
        """Counts (with their signs) over another."""
        times = f"{scale}*" if scale != 1 else ""

        def one(month: int) -> tuple[float | None, str]:
            if month < -len(self.found.months):
                return None, f'"{NOT_AVAILABLE}"'
            base = self.value(whole, month)
            number = sum(sign * (self.value(key, month) or 0) for sign, key in part)
            cells = "".join(f"{'+' if sign > 0 else '-'}{self.counts.cell(key, month)}" for sign, key in part)
            below = self.counts.cell(whole, month)
            formula = f'IF({below}=0,"{NOT_AVAILABLE}",{times}({cells.removeprefix("+")})/{below})'
            return (scale * number / base if base else None), formula

        base = self.total(whole)
        number = sum(sign * self.total(key) for sign, key in part)
        sums = "".join(f"{'+' if sign > 0 else '-'}SUM({self.counts.last(key)})" for sign, key in part)
        below = f"SUM({self.counts.last(whole)})"
        three = f'IF({below}=0,"{NOT_AVAILABLE}",{times}({sums.removeprefix("+")})/{below})'
        now, before = one(-1), one(-2)
        return (now[0], before[0], scale * number / base if base else None), (now[1], before[1], three)

    def series(self, key: str) -> tuple[Numbers, Formulas]:
        """A figure of each month as it stands; over three months its mean."""
        known = [value for value in self.found.counts[key][-self.months :] if value is not None]
        three = self.counts.last(key)

        def one(month: int) -> str:
            if month < -len(self.found.months):
                return f'"{NOT_AVAILABLE}"'
            cell = self.counts.cell(key, month)
            return f'IF({cell}="","{NOT_AVAILABLE}",{cell})'

        mean = f'IF(COUNT({three})=0,"{NOT_AVAILABLE}",AVERAGE({three}))'
        values = self.value(key), self.value(key, -2), sum(known) / len(known) if known else None
        return values, (one(-1), one(-2), mean)

    def by_customers(self, key: str, which: str, scale: int = 1) -> tuple[Numbers, Formulas]:
        """A count against the customers of the month, at the opening or at the closing."""
        times = f"{scale}*" if scale != 1 else ""
        customers = [getattr(figures.facts, f"{which}_customers") for figures in self.report.shown]
        end = self.rows.last

        def one(month: int) -> tuple[float | None, str]:
            if -month > min(len(self.found.months), len(customers)):
                return None, f'"{NOT_AVAILABLE}"'
            cell, whole = self.counts.cell(key, month), self.rows.customers(which, end + 1 + month)
            count, base = self.value(key, month), customers[month]
            known = count is not None and base
            shown = scale * count / base if known and count is not None else None
            return shown, f'IF(OR({cell}="",{whole}=0),"{NOT_AVAILABLE}",{times}{cell}/{whole})'

        now, before = one(-1), one(-2)
        months = min(self.months, len(customers))
        counted, every = self.found.counts[key][-months:], sum(customers[-months:])
        complete = all(value is not None for value in counted) and every
        three = scale * sum(value or 0 for value in counted) / every if complete else None
        cells, base = (
            self.counts.last(key, months),
            span(self.rows.customers(which, end + 1 - months), self.rows.customers(which, end)),
        )
        formula = (
            f'IF(OR(COUNT({cells})<ROWS({cells})*COLUMNS({cells}),SUM({base})=0),"{NOT_AVAILABLE}",'
            f"{times}SUM({cells})/SUM({base}))"
        )
        return (now[0], before[0], three), (now[1], before[1], formula)


def figures(report: Report, found: Experience) -> list[Figure | str]:
    """The rows; a text is a line that says which table is missing."""
    inputs = report.settings
    within, months = (int(inputs.number(f"experience.{key}")) for key in ("activation_days", "start_months"))
    words = report.words.customers

    def nps(part: str) -> Callable[[Pen], tuple[Numbers, Formulas]]:
        return lambda pen: pen.ratio([(1, part)], "nps_answers")

    answers = "answers of the month; table surveys"
    groups: list[tuple[str, str, list[Figure]]] = [
        (
            "nps",
            "NPS: give the table surveys with answers of 0 to 10 to 'how likely are you to recommend us'",
            [
                Figure(
                    "Net promoter score (NPS)",
                    "score",
                    f"promoters less detractors, -100 to 100; {answers}",
                    lambda pen: pen.ratio([(1, "nps_promoters"), (-1, "nps_detractors")], "nps_answers", 100),
                    "nps_answers",
                    "experience.nps",
                    interval="nps",
                ),
                Figure("   Promoters (9 and 10)", "fraction", answers, nps("nps_promoters"), "nps_answers"),
                Figure(
                    "   Passives (7 and 8)",
                    "fraction",
                    answers,
                    lambda pen: pen.ratio(
                        [(1, "nps_answers"), (-1, "nps_promoters"), (-1, "nps_detractors")], "nps_answers"
                    ),
                    "nps_answers",
                ),
                Figure("   Detractors (0 to 6)", "fraction", answers, nps("nps_detractors"), "nps_answers"),
            ],
        ),
        (
            "csat",
            "CSAT: give the table surveys with answers of 1 to 5 on satisfaction",
            [
                Figure(
                    "Customer satisfaction (CSAT)",
                    "fraction",
                    f"answers of 4 and 5 on 1 to 5; {answers}",
                    lambda pen: pen.ratio([(1, "csat_satisfied")], "csat_answers"),
                    "csat_answers",
                    "experience.csat",
                    interval="share",
                )
            ],
        ),
        (
            "sus",
            "UX score: give the table surveys with SUS scores of 0 to 100, or its ten answers",
            [
                Figure(
                    "UX score (SUS)",
                    "score",
                    f"mean, 0 to 100; {answers}",
                    lambda pen: pen.ratio([(1, "sus_sum")], "sus_answers"),
                    "sus_answers",
                    "experience.ux",
                    interval="mean",
                )
            ],
        ),
        (
            "value",
            "Time to value: give the table customers with the day of first value",
            [
                Figure(
                    "Time to value, median",
                    "days",
                    f"{words} who started in the {months} months to the month's end; the slow ones count "
                    "(Kaplan-Meier); table customers",
                    lambda pen: pen.series("value_median"),
                    "value_customers",
                    "experience.value_days",
                    low_is_good=True,
                )
            ],
        ),
        (
            "activation",
            "Activation: give the table customers with the day on which the key first steps were done",
            [
                Figure(
                    "Activation",
                    "fraction",
                    f"{words} whose first {within} days ended in the month; table customers",
                    lambda pen: pen.ratio([(1, "activated")], "ready"),
                    "ready",
                    "experience.activation",
                    interval="share",
                ),
                Figure(
                    "   Not ready: younger than that",
                    "count",
                    "at the month's end; they are in no rate",
                    lambda pen: pen.series("not_ready"),
                ),
            ],
        ),
        (
            "tickets",
            "Tickets: give the table tickets with the days on which each was opened and closed",
            [
                Figure(
                    "Open tickets", "count", "at the month's end; table tickets", lambda pen: pen.series("tickets_open")
                ),
                Figure(
                    f"   for 100 {words}",
                    "ratio",
                    "at the month's end; table tickets",
                    lambda pen: pen.by_customers("tickets_open", "closing", 100),
                ),
                Figure(
                    "   Median age",
                    "days",
                    "of those open at the month's end",
                    lambda pen: pen.series("tickets_age"),
                    "tickets_open",
                ),
                Figure(
                    f"   {report.words.revenue} behind them",
                    report.facts.currency or "money",
                    f"of {words} with an open ticket",
                    lambda pen: pen.series("tickets_revenue"),
                ),
            ],
        ),
        (
            "response",
            "First response: give the table tickets with the hours to the first answer",
            [
                Figure(
                    "First response, median",
                    "hours",
                    "tickets opened in the month and answered; table tickets",
                    lambda pen: pen.series("response_median"),
                    "response_judged",
                    "experience.response_hours",
                    low_is_good=True,
                ),
                Figure(
                    "   Over the limit",
                    "fraction",
                    "of tickets opened in the month, those overdue without an answer counted",
                    lambda pen: pen.ratio([(1, "response_late")], "response_judged"),
                    "response_judged",
                    interval="share",
                ),
            ],
        ),
        (
            "usage",
            "Features: give the table usage with customer, feature and month",
            [
                Figure(
                    "Use of any feature",
                    "fraction",
                    f"of {words} at the month's end; table usage",
                    lambda pen: pen.by_customers("feature_users", "closing"),
                )
            ],
        ),
        (
            "invites",
            "Virality: give the table invitations with those sent and accepted by month",
            [
                Figure(
                    "Virality (K)",
                    "ratio",
                    f"new users by invitation for each of the {words} at the opening; table invitations",
                    lambda pen: pen.by_customers("invites_accepted", "opening"),
                    "invites_accepted",
                    "experience.k",
                ),
                Figure(
                    "   Invitations taken up",
                    "fraction",
                    "accepted of those sent in the month",
                    lambda pen: pen.ratio([(1, "invites_accepted")], "invites_sent"),
                    "invites_sent",
                    interval="share",
                ),
            ],
        ),
    ]
    told: list[Figure | str] = []
    for key, _, figures in groups:
        told += figures if key in found.given else []
    return [*told, *(missing for key, missing, _ in groups if key not in found.given)]
