"""Sentences of the Commentary on the tables beside the ledger: NPS, time to value, cost of winning customers."""

from __future__ import annotations

from collections.abc import Callable

from retention_xl.report.acquisition import Winning, winning
from retention_xl.report.cells import Addresses, Cell, Content
from retention_xl.report.lifetime import lifetime
from retention_xl.report.model import Report
from retention_xl.report.sheets import acquisition, experience
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.sheets.settings import CAC_MONTHS, setting
from retention_xl.report.wording import month_name

Making = Callable[[Report, Addresses], Content]


def sentences(report: Report) -> list[tuple[str, str, str, Making]]:
    """Heading, key, sheet with the figures, and how it is made, of each sentence that this month has."""
    found = report.experience
    said: list[tuple[str, str, str, Making]] = []
    if found and found.counts.get("nps_answers", (0,))[-1]:
        said.append(("Experience", "nps", "Experience", _nps))
    if found and found.counts.get("value_median", (None,))[-1] is not None:
        said.append(("Experience", "value", "Experience", _value))
    if _won(report):
        said.append(("New customers", "cac", "Lifetime value", _cac))
    return said


def _won(report: Report) -> Winning | None:
    """The window of spend, where all that the sentence tells of it is known."""
    if report.acquisition is None or lifetime(report) is None:
        return None
    margin, longest = (report.settings.number(f"policy.{key}") for key in ("margin", "cltv_months"))
    found = winning(report.facts, int(report.settings.number(CAC_MONTHS)), margin, longest)
    return found if found and found.payback is not None and found.ratio is not None else None


def _nps(report: Report, at: Addresses) -> Cell:
    """The month's score, how many answers it rests on, and the month before."""
    found = report.experience
    assert found is not None, "the sentence is made only where there are answers"
    answers, good, bad = (found.counts[key] for key in ("nps_answers", "nps_promoters", "nps_detractors"))

    def cell(column: int) -> str:
        return experience.figure_cell(report, at, "Net promoter score (NPS)", column)

    def score(month: int) -> float:
        return 100 * ((good[month] or 0) - (bad[month] or 0)) / (answers[month] or 1)

    said = Sentence("The net promoter score is ").number(score(-1), cell(experience.THIS)).say(", from ")
    said.number(answers[-1] or 0, cell(experience.NUMBER)).say(" answers")
    if len(answers) > 1 and answers[-2]:
        said.say("; the month before it was ").number(score(-2), cell(experience.BEFORE))
    return said.say(".").cell()


def _value(report: Report, at: Addresses) -> Cell:
    """How soon half of the new customers get value, against the target."""
    found = report.experience
    assert found is not None, "the sentence is made only where there is a median"
    median, target = found.counts["value_median"][-1] or 0, report.settings.number("experience.value_days")

    def cell(column: int) -> str:
        return experience.figure_cell(report, at, "Time to value, median", column)

    goal = setting(report, at, "experience.value_days")
    said = Sentence(f"Half of the new {report.words.customers} have first value within ")
    said.number(median, cell(experience.THIS)).say(" days of their start, ")
    said.either(median <= target, f"{cell(experience.THIS)}<={goal}", "within the target of ", "over the target of ")
    return said.number(target, goal).say(".").cell()


def _cac(report: Report, at: Addresses) -> Cell:
    """What a new customer cost, when that is earned back, and what it is worth against it."""
    won = _won(report)
    assert won is not None, "the sentence is made only where spend is given"
    months = int(report.settings.number(CAC_MONTHS))

    def cell(row: int) -> str:
        return acquisition.window_cell(at, row)

    said = Sentence("A new customer cost ").number(won.cac or 0, cell(acquisition.COST))
    said.say(f" in the {months} months to {month_name(report.month)}" if months > 1 else " in the month")
    said.say("; its margin earns that back in ").number(won.payback or 0, cell(acquisition.PAYBACK), 1)
    said.say(" months, and its lifetime value is ").number(won.ratio or 0, cell(acquisition.RATIO), 1)
    return said.say(" times that.").cell()
