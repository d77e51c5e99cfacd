"""Features, on the sheet Experience: who uses them, and whether those who took one up early stay longer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retention_xl.report.build import wilson
from retention_xl.report.cells import Addresses, Cell, Content
from retention_xl.report.experience import Experience, Feature
from retention_xl.report.model import Report
from retention_xl.report.sheets import experience_data as data
from retention_xl.report.sheets.bridge import Rows
from retention_xl.report.sheets.sentence import Sentence
from retention_xl.report.sheets.settings import setting
from retention_xl.report.wording import NOT_AVAILABLE

NAME = "rx_features"


def _or_na(value: float | None) -> float | str:
    return NOT_AVAILABLE if value is None else value


def cells(report: Report, found: Experience, at: Addresses) -> Iterable[Sequence[Content]]:
    rows = Rows(report, at)
    end, shown = rows.last, report.shown
    smallest = setting(report, at, "policy.small_cohort")
    least = report.settings.number("policy.small_cohort")
    for i, feature in enumerate(found.features[: data.SHOWN]):
        a = [at.cell(data.FEATURES, i, column) for column in range(12)]
        shares: list[Content] = []
        for count, cell, back in ((feature.users, data.USERS, 0), (feature.users_before, data.USERS_BEFORE, 1)):
            if back > end:
                shares.append(NOT_AVAILABLE)
                continue
            customers, whole = shown[-1 - back].facts.closing_customers, rows.customers("closing", end - back)
            share = count / customers if customers else None
            shares.append(Cell(_or_na(share), f'IF({whole}=0,"{NOT_AVAILABLE}",{a[cell]}/{whole})'))
        lift, low, high = _lift(feature, report.settings.number("policy.confidence"))
        own_lift, own_low, own_high = (at.cell(NAME, i, column) for column in (7, 8, 9))
        either = f"OR({a[data.ADOPTERS]}=0,{a[data.OTHERS]}=0)"
        rate, other = a[data.RATE], a[data.OTHER_RATE]
        down = f"SQRT(({rate}-{a[data.LOW]})^2+({a[data.OTHER_HIGH]}-{other})^2)"
        up = f"SQRT(({a[data.HIGH]}-{rate})^2+({other}-{a[data.OTHER_LOW]})^2)"
        few = min(feature.adopters, feature.others) < least
        reading = "too few to tell" if few else "within chance"
        if not few and low is not None and high is not None and (low > 0 or high < 0):
            reading = "adopters stay more" if low > 0 else "adopters stay less"
        yield (
            Cell(feature.users, a[data.USERS]),
            *shares,
            Cell(feature.adopters, a[data.ADOPTERS]),
            Cell(feature.adopters_kept / feature.adopters if feature.adopters else NOT_AVAILABLE, rate),
            Cell(feature.others, a[data.OTHERS]),
            Cell(feature.others_kept / feature.others if feature.others else NOT_AVAILABLE, other),
            Cell(_or_na(lift), f'IF({either},"{NOT_AVAILABLE}",{rate}-{other})'),
            Cell(_or_na(low), f'IF({either},"{NOT_AVAILABLE}",{own_lift}-{down})'),
            Cell(_or_na(high), f'IF({either},"{NOT_AVAILABLE}",{own_lift}+{up})'),
            Cell(
                reading,
                f'IF(MIN({a[data.ADOPTERS]},{a[data.OTHERS]})<{smallest},"too few to tell",'
                f'IF({own_low}>0,"adopters stay more",IF({own_high}<0,"adopters stay less","within chance")))',
            ),
        )
    if not found.features:
        yield ()


def _lift(feature: Feature, confidence: float) -> tuple[float | None, float | None, float | None]:
    """The lift and its interval by Newcombe, from Wilson's intervals of both rates."""
    with_it = wilson(feature.adopters_kept, feature.adopters, confidence)
    without = wilson(feature.others_kept, feature.others, confidence)
    if feature.lift is None or with_it is None or without is None:
        return None, None, None
    rate, other = feature.adopters_kept / feature.adopters, feature.others_kept / feature.others
    return (
        feature.lift,
        feature.lift - ((rate - with_it[0]) ** 2 + (without[1] - other) ** 2) ** 0.5,
        feature.lift + ((with_it[1] - rate) ** 2 + (other - without[0]) ** 2) ** 0.5,
    )


def title(report: Report, found: Experience, at: Addresses) -> Content:
    """ "Kept: 95.0 % of early adopters of Reports, 60.0 % of others (association, not cause)"."""
    compared = [(f.lift, i) for i, f in enumerate(found.features[: data.SHOWN]) if f.lift is not None]
    if not compared:
        return ""
    _, i = max(compared, key=lambda one: (one[0], -one[1]))
    feature = found.features[i]
    sentence = Sentence("Kept: ").percent(feature.adopters_kept / feature.adopters, at.cell(NAME, i, 4))
    sentence.say(" of early adopters of ").word(feature.name, at.cell(NAME, i, -1)).say(", ")
    sentence.percent(feature.others_kept / feature.others, at.cell(NAME, i, 6))
    return sentence.say(" of others (association, not cause)").cell()
