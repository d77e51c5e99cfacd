"""Experience: what customers say, how soon they get value, what they use and wait for; tables not given are named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.build import wilson
from retention_xl.report.cells import Addresses, Block, Cell, Content, Single
from retention_xl.report.experience import Experience
from retention_xl.report.model import Report
from retention_xl.report.sheets import experience_data as data
from retention_xl.report.sheets import features
from retention_xl.report.sheets.bridge import interval_formula
from retention_xl.report.sheets.experience_figures import Figure, Pen, figures
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.sheets.settings import setting, z_number, z_value
from retention_xl.report.wording import MONTH_NAMES, NOT_AVAILABLE, first_day, fixed, month_name, printed_unit

SHEET = "Experience"
FIGURES = "rx_experience"
THIS, BEFORE, THREE, LOW, HIGH, NUMBER, NUMBER_THREE, TARGET, STATUS, UNIT, COUNTED = range(11)


def unused_sheets(report: Report) -> list[str]:
    """The sheet itself where no table feeds it."""
    return [] if report.experience else [SHEET]


def unused_charts(report: Report) -> list[str]:
    """The titles of charts that would be empty."""
    found = report.experience
    if found is None:
        return []
    charts = {
        "rx_title_nps": len(data.nps_months(found)) > 1,
        "rx_title_features": any(feature.lift is not None for feature in found.features[: data.SHOWN]),
    }
    return [title for title, filled in charts.items() if not filled]


def blocks(report: Report) -> dict[str, Block]:
    """A row for each figure, and one for each feature."""
    found = report.experience
    if found is None:
        return {}
    rows = figures(report, found)
    month = _short(report.month)
    before = _short(found.months[-2]) if len(found.months) > 1 else "Month before"
    confidence = f"{fixed(100 * report.settings.number('policy.confidence'), 0)} %"
    shown = found.features[: data.SHOWN]
    return {
        FIGURES: Block(
            len(rows),
            11,
            lambda at: _cells(report, found, at, rows),
            [
                *(month, before, "3 months", f"{confidence}, low", f"{confidence}, high", "Behind it", "3 months"),
                *("Target, limit", "Status", "Unit", "What is counted, and where it comes from"),
            ],
            [row if isinstance(row, str) else row.label for row in rows],
        ),
        features.NAME: Block(
            max(1, len(shown)),
            11,
            lambda at: features.cells(report, found, at),
            [
                *("Users", "Share", "Month before", "Adopters", "Kept (CRR)", "Others", "Kept (CRR)"),
                *("Lift", f"{confidence}, low", f"{confidence}, high", "Reading"),
            ],
            [feature.name for feature in shown] or ["The table usage was not given."],
        ),
    }


def singles(report: Report) -> dict[str, Single]:
    """The messages of the charts."""
    found = report.experience
    if found is None:
        return {}
    return {
        "rx_title_nps": Single(lambda at: _nps_title(report, found, at)),
        "rx_title_features": Single(lambda at: features.title(report, found, at)),
    }


def figure_cell(report: Report, at: Addresses, label: str, column: int = THIS) -> str:
    """The address of a figure of the report month, by its label."""
    assert report.experience is not None, "asked only where the sheet exists"
    labels = [row if isinstance(row, str) else row.label for row in figures(report, report.experience)]
    return at.cell(FIGURES, labels.index(label), column)


def _short(month: str) -> str:
    day = first_day(month)
    return f"{MONTH_NAMES[day.month - 1][:3]} {day.year}"


def _or_na(value: float | None) -> float | str:
    return NOT_AVAILABLE if value is None else value


def _cells(
    report: Report, found: Experience, at: Addresses, rows: Sequence[Figure | str]
) -> Iterable[Sequence[Content]]:
    pen = Pen(report, found, at)
    for i, row in enumerate(rows):
        if isinstance(row, str):
            yield ()
            continue
        values, formulas = row.make(pen)
        figures = [Cell(_or_na(value), formula) for value, formula in zip(values, formulas, strict=True)]
        numbers: tuple[Content, Content] = (None, None)
        if row.number and row.number not in ("value_customers", "tickets_open"):
            sums = f"SUM({pen.counts.last(row.number)})"
            numbers = Cell(pen.value(row.number) or 0, pen.counts.cell(row.number)), Cell(pen.total(row.number), sums)
        elif row.number:
            numbers = Cell(pen.value(row.number) or 0, pen.counts.cell(row.number)), None
        target: tuple[Content, Content] = (None, None)
        if row.target:
            target = _target(report, at, i, row, values[0])
        yield (
            *figures,
            *_interval(pen, i, row, values[0]),
            *numbers,
            *target,
            printed_unit(row.unit),
            row.counted,
        )


def _target(report: Report, at: Addresses, i: int, row: Figure, value: float | None) -> tuple[Content, Content]:
    goal, band = report.settings[row.target], report.settings.number("policy.watch_band")
    this, own = at.cell(FIGURES, i, THIS), at.cell(FIGURES, i, TARGET)
    cell, width = setting(report, at, row.target), setting(report, at, "policy.watch_band")
    sign, compare = ("+", "<=") if row.low_is_good else ("-", ">=")
    formula = (
        f'IF({own}="","No target",IF(ISTEXT({this}),"{NOT_AVAILABLE}",IF({this}{compare}{own},"On target",'
        f'IF({this}{compare}{own}{sign}ABS({own})*{width},"Watch","Off target"))))'
    )
    return Cell("" if goal is None else goal, f'IF({cell}="","",{cell})'), Cell(
        _status(value, goal, band, row.low_is_good), formula
    )


def _status(value: float | None, goal: float | None, band: float, low_is_good: bool) -> str:
    if goal is None:
        return "No target"
    if value is None:
        return NOT_AVAILABLE
    missed = value - goal if low_is_good else goal - value
    return "On target" if missed <= 0 else "Watch" if missed <= abs(goal) * band else "Off target"


def _interval(pen: Pen, i: int, row: Figure, value: float | None) -> tuple[Content, Content]:
    """What the figure may be by chance, from the answers or customers of the report month."""
    if not row.interval:
        return None, None
    report, at = pen.report, pen.at
    this, n = at.cell(FIGURES, i, THIS), at.cell(FIGURES, i, NUMBER)
    number = pen.value(row.number) or 0
    if row.interval == "share":
        bounds = wilson(round((value or 0) * number), int(number), report.settings.number("policy.confidence"))
        formulas = [interval_formula(report, at, this, n, sign) for sign in "-+"]
        low, high = bounds or (None, None)
        return Cell(_or_na(low), formulas[0]), Cell(_or_na(high), formulas[1])
    z, least = z_value(report, at), 0 if row.interval == "nps" else 1
    if row.interval == "nps":
        good, bad = (pen.counts.cell(key) for key in ("nps_promoters", "nps_detractors"))
        spread = f"100*SQRT(MAX(0,({good}+{bad})/{n}-(({good}-{bad})/{n})^2)/{n})"
        pros, cons = pen.value("nps_promoters") or 0, pen.value("nps_detractors") or 0
        variance = 100 * 100 * max(0.0, (pros + cons) / number - ((pros - cons) / number) ** 2) if number else 0.0
    else:
        added, squares = pen.counts.cell("sus_sum"), pen.counts.cell("sus_squares")
        spread = f"SQRT(MAX(0,({squares}-{added}^2/{n})/({n}-1))/{n})"
        total, square = pen.value("sus_sum") or 0, pen.value("sus_squares") or 0
        variance = max(0.0, (square - total**2 / number) / (number - 1)) if number > 1 else 0.0
    if number <= least or value is None:
        shown: tuple[float | None, float | None] = (None, None)
    else:
        wide = z_number(report) * (variance / number) ** 0.5
        shown = max(-100.0, value - wide), min(100.0, value + wide)
    edge = f'IF({n}<={least},"{NOT_AVAILABLE}",'
    return (
        Cell(_or_na(shown[0]), f"{edge}MAX(-100,{this}-{z}*{spread}))"),
        Cell(_or_na(shown[1]), f"{edge}MIN(100,{this}+{z}*{spread}))"),
    )


def _nps_title(report: Report, found: Experience, at: Addresses) -> Content:
    """ "NPS 32 in October 2026, from 87 answers; 28 over three months"."""
    answered = data.nps_months(found)
    if len(answered) < 2:
        return ""
    row = len(answered) - 1
    values = [found.counts[key][answered[-1]] or 0 for key in ("nps_answers", "nps_promoters", "nps_detractors")]
    sentence = Sentence("NPS ").number(100 * (values[1] - values[2]) / values[0], at.cell(data.NPS, row, 0))
    sentence.say(f" in {month_name(found.months[answered[-1]])}, from ")
    return sentence.number(values[0], at.cell(data.NPS, row, 1)).say(" answers").cell()
