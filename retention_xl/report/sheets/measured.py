"""Formulas of what the rules of single customers, reasons, channels, surveys and tickets measure.

Each is offered with its value over the figures of the sheets. It is used only where that is the rule's own: a rule may
look at other months, or at more than the sheets show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from retention_xl.report.actions import Action
from retention_xl.report.cells import Addresses, span
from retention_xl.report.model import Report
from retention_xl.report.risk import TABLE, AtRisk
from retention_xl.report.rules import reason_group
from retention_xl.report.sheets import acquisition, cohorts, experience_data, figures, reasons
from retention_xl.report.sheets.bridge import REVENUE, Rows
from retention_xl.report.sheets.experience_data import Counts
from retention_xl.report.sheets.live import CUSTOMERS
from retention_xl.report.sheets.settings import last_notice, setting
from retention_xl.report.wording import last_day

Offered = Iterator[tuple[float, str]]
"""Values, each with its formula."""

_CLOSE = 1e-9
_QUARTER = 3
_TOP = 10
_LOYALTY = "loyalty.cost"
_GROUPS = {
    "unknown_reason_share": ("unknown",),
    "service_reason_share": ("service",),
    "competition_reason_share": ("price", "competitor"),
    "payment_reason_share": ("payment",),
}


def measured(report: Report, at: Addresses, action: Action) -> str | None:
    """The formula of a measured figure; None where the sheets do not have it."""
    offered = _OFFERED.get(action.measured_key)
    if offered is None or action.measured is None:
        return None
    return _same(action.measured, offered(report, at, action))


def exposed(report: Report, at: Addresses, action: Action) -> str | None:
    """The formula of the revenue behind it."""
    cents = action.exposed_cents / 100
    if action.measured_key in _GROUPS:
        return _same(cents, _lost_with_reason(report, at, action))
    if action.measured_key == "nrr":
        rows, now = Rows(report, at), report.shown[-1].facts
        cells = [rows.revenue(key, rows.last) for key in ("contraction", "churn", "expansion")]
        return _same(cents, iter([((now.contraction + now.churn - now.expansion) / 100, f"-{'-'.join(cells)}")]))
    if action.measured_key == "feature_lift":
        return _same(cents, _kept_by_the_lift(report, at, action))
    if action.measured_key == "repeat_rate_drop":  # who bought for the first time is new
        rows, now = Rows(report, at), report.shown[-1].facts
        return _same(cents, iter([(now.new / 100, rows.revenue("new", rows.last))]))
    if action.measured_key == "loyalty_gap":
        cost = report.settings.number(_LOYALTY)
        return _same(cents, iter([(cost, setting(report, at, _LOYALTY))]))
    if action.measured_key == "top10_share" and report.by_customer and len(report.amounts) >= _TOP:
        return _same(cents, iter([(round(sum(report.amounts[:_TOP]), 2), figures.ten_largest(report, at))]))
    if action.measured_key == "offers" and report.risk:
        paid = sum(customer.revenue for customer in report.risk.listed if _pays(customer))
        return _same(cents, iter([(round(paid, 2), f"SUMPRODUCT({_offer_pays(at)},{_revenues(at)})")]))
    return None


def _same(value: float, offered: Offered) -> str | None:
    return next((formula for found, formula in offered if abs(found - value) <= _CLOSE * max(1, abs(value))), None)


# ---- reasons


def _lost_with_reason(report: Report, at: Addresses, action: Action) -> Offered:
    rows = list(enumerate(reasons.reasons(report)))
    groups = _GROUPS[action.measured_key]
    meant = [(i, row) for i, row in rows if reason_group(row.label if row.stated else "") in groups]
    if meant:
        cells = [at.cell(reasons.REASONS, i, reasons.REVENUE + reasons.ALL) for i, _ in meant]
        yield round(sum(row.all(1) for _, row in meant), 2), "+".join(cells)


def _reason_share(report: Report, at: Addresses, action: Action) -> Offered:
    rows = reasons.reasons(report)
    everything = sum(row.all(1) for row in rows)
    column = reasons.REVENUE + reasons.ALL
    for lost, formula in _lost_with_reason(report, at, action):
        whole = span(at.cell(reasons.REASONS, 0, column), at.cell(reasons.REASONS, len(rows) - 1, column))
        yield lost / everything if everything else 0.0, f"({formula})/SUM({whole})"


# ---- customers at risk


def _counted(report: Report, at: Addresses, action: Action) -> Offered:
    """The customers behind it, where they are what is counted."""
    formula = figures.exposed(report, at, action)
    if formula is not None and formula.startswith("SUM("):
        yield len(action.behind), formula.replace("SUM(", "COUNT(")


def _offers(report: Report, at: Addresses, action: Action) -> Offered:
    if report.risk:
        yield sum(map(_pays, report.risk.listed)), f"SUMPRODUCT({_offer_pays(at)})"


def _pays(customer: AtRisk) -> bool:
    worth = customer.largest_offer
    return customer.segment == "Offer" and worth is not None and worth >= customer.usual_offer


def _offer_pays(at: Addresses) -> str:
    return f'({at.list_column(TABLE, "Offer pays")}="yes")*1'


def _revenues(at: Addresses) -> str:
    return at.list_column(TABLE, "Revenue a month")


# ---- cohorts and channels


def _cohort_gap(report: Report, at: Addresses, action: Action) -> Offered:
    """Of every age: the cohorts before against the youngest that has reached it."""
    limits, rows = report.settings.limits[action.rule], report.cohorts.rows
    first = rows[0].cohort == report.facts.months[0] if rows else False  # everybody who was there already
    for age in range(1, int(limits["months"]) + 1):
        young = next((i for i, row in enumerate(rows) if len(row.customers) == age + 1), None)
        if young is None or not rows[young].customers[0]:
            continue
        start = max(young - int(limits["trailing"]), 1 if first else 0)
        earlier = rows[start:young]
        size = sum(row.customers[0] for row in earlier)
        if not size:
            continue

        def column(number: int, start: int = start, end: int = young - 1) -> str:
            return f"SUM({span(at.cell(cohorts.CUSTOMERS, start, number), at.cell(cohorts.CUSTOMERS, end, number))})"

        kept = cohorts.FIRST_AGE + age
        own = at.cell(cohorts.CUSTOMERS, young, kept), at.cell(cohorts.CUSTOMERS, young, cohorts.SIZE)
        rate = rows[young].customers[age] / rows[young].customers[0]
        yield (
            sum(row.customers[age] for row in earlier) / size - rate,
            f"{column(kept)}/{column(cohorts.SIZE)}-{own[0]}/{own[1]}",
        )


def _channel_churn(report: Report, at: Addresses, action: Action) -> Offered:
    rows, all_churn = Rows(report, at), report.shown[-1].churn
    for i, group in enumerate(report.groups):
        if group.kind == "Channel" and group.opening and all_churn:
            own = at.cell(acquisition.GROUPS, i, acquisition.CHURN)
            yield group.lost / group.opening / all_churn, f"{own}/{rows.rate('churn', rows.last)}"


def _channel_worth(report: Report, at: Addresses, action: Action) -> Offered:
    """Over the lifetime at the churn of the channel, and at that of all."""
    rows, now = Rows(report, at), report.shown[-1]
    longest, months = int(report.settings.number("policy.cltv_months")), setting(report, at, "policy.cltv_months")
    everybody = rows.rate("churn", rows.last)
    arpa = rows.rate("arpa", rows.last)
    if not now.churn or not now.arpa:
        return

    def lasts(churn: float) -> float:
        return (1 - (1 - churn) ** longest) / churn if churn else float(longest)

    def lasting(churn: str) -> str:
        return f"IF({churn}=0,{months},(1-(1-{churn})^{months})/{churn})"

    for i, group in enumerate(report.groups):
        if group.kind == "Channel" and group.closing and group.opening:
            own = [at.cell(acquisition.GROUPS, i, column) for column in range(acquisition.CLTV)]
            paid = group.revenue / group.closing / now.arpa
            times = f"{own[acquisition.REVENUE]}/{own[acquisition.CLOSING]}/{arpa}"
            churn = own[acquisition.CHURN]
            yield paid, times
            longer = lasts(group.lost / group.opening) / lasts(now.churn)
            yield paid * longer, f"{times}*{lasting(churn)}/{lasting(everybody)}"


# ---- surveys and tickets


def _nps_fall(report: Report, at: Addresses, action: Action) -> Offered:
    found = report.experience
    if found is None or len(found.months) < 2 * _QUARTER or "nps_answers" not in found.counts:
        return
    counts, keys = Counts(found, at), ("nps_promoters", "nps_detractors", "nps_answers")

    def score(back: int) -> tuple[float, str]:
        end = len(found.months) - back
        good, bad, answers = (sum(v or 0 for v in found.counts[key][end - _QUARTER : end]) for key in keys)
        sums = [f"SUM({span(counts.cell(key, end - _QUARTER), counts.cell(key, end - 1))})" for key in keys]
        return 100 * (good - bad) / answers if answers else 0.0, f"100*({sums[0]}-{sums[1]})/{sums[2]}"

    (now, now_formula), (before, before_formula) = score(0), score(_QUARTER)
    yield before - now, f"{before_formula}-{now_formula}"


def _tickets_rise(report: Report, at: Addresses, action: Action) -> Offered:
    found, rows = report.experience, Rows(report, at)
    if found is None or len(found.months) < 2 or rows.last < 1 or "tickets_open" not in found.counts:
        return
    open_before, open_now = found.counts["tickets_open"][-2:]
    before, now = (report.shown[back].facts.closing_customers for back in (-2, -1))
    if not open_before or open_now is None or not before or not now:
        return
    cell = Counts(found, at).cell
    sizes = [rows.customers("closing", rows.last - back) for back in (1, 0)]
    formula = f"{cell('tickets_open')}/{sizes[1]}/({cell('tickets_open', -2)}/{sizes[0]})-1"
    yield open_now / now / (open_before / before) - 1, formula


def _ticket_age(report: Report, at: Addresses, action: Action) -> Offered:
    found = report.experience
    if found is not None and "tickets_age" in found.counts:
        age = found.counts["tickets_age"][-1]
        if age is not None:
            yield age, Counts(found, at).cell("tickets_age")


def _features(report: Report, at: Addresses, action: Action) -> Offered:
    """Of every feature: what its early adopters are kept better, and how far the share of users fell."""
    found, rows, now = report.experience, Rows(report, at), report.shown[-1].facts
    for i, feature in enumerate(found.features[: experience_data.SHOWN] if found else ()):
        own = [at.cell(experience_data.FEATURES, i, column) for column in range(experience_data.OTHERS_KEPT + 1)]
        if action.measured_key == "feature_lift" and feature.lift is not None:
            kept, others = (
                f"{own[part]}/{own[whole]}"
                for part, whole in (
                    (experience_data.ADOPTERS_KEPT, experience_data.ADOPTERS),
                    (experience_data.OTHERS_KEPT, experience_data.OTHERS),
                )
            )
            yield feature.lift, f"{kept}-{others}"
        elif feature.users_before and now.closing_customers and now.opening_customers:
            share, before = feature.users / now.closing_customers, feature.users_before / now.opening_customers
            cells = f"{own[experience_data.USERS]}/{rows.customers('closing', rows.last)}"
            earlier = f"{own[experience_data.USERS_BEFORE]}/{rows.customers('opening', rows.last)}"
            yield 1 - share / before, f"1-({cells})/({earlier})"


def _kept_by_the_lift(report: Report, at: Addresses, action: Action) -> Offered:
    """What they pay who do not use the feature, of which the difference of the two rates would keep a part."""
    paid = sum(cents for _, cents in action.behind)
    formula, lift = figures.paid_by(report, at, action.behind, paid), measured(report, at, action)
    formula = formula or _of_starters(report, at, action, paid)
    if formula is not None and lift is not None and action.measured is not None:
        yield round(paid * action.measured) / 100, f"ROUND(({formula})*({lift}),2)"


def _of_starters(report: Report, at: Addresses, action: Action, paid: int) -> str | None:
    """Where they are too many to be named one by one: all who started in the months looked at, less the others."""
    facts, months = report.facts, int(report.settings.number("experience.lift_months"))
    first = next((month for month in facts.months[-1 - months :] if month != facts.months[0]), "")
    if not report.by_customer or facts.customers is None or first not in facts.window:
        return None
    named = {name for name, _ in action.behind}
    started = [(c.name, c.cents[-1]) for c in facts.customers if c.first_month >= first and c.cents[-1] is not None]
    others = tuple((name, cents or 0) for name, cents in started if name not in named)
    left = sum(cents for _, cents in others)
    less = figures.paid_by(report, at, others, left)
    if less is None or sum(cents or 0 for _, cents in started) - left != paid:
        return None
    now, starts = at.column(CUSTOMERS, len(facts.window)), at.column(CUSTOMERS, 0)
    return f'SUMIFS({now},{starts},">="&{at.cell(CUSTOMERS, -1, 1 + facts.window.index(first))})-({less})'


def _detractors(report: Report, at: Addresses, action: Action) -> Offered:
    """What they pay of the closing."""
    rows, closing = Rows(report, at), report.shown[-1].facts.closing
    formula = figures.paid_by(report, at, action.behind, action.exposed_cents)
    if formula is not None and closing:
        yield action.exposed_cents / closing, f"({formula})/{rows.revenue('closing', rows.last)}"


# ---- how often a figure rose or fell


def _value_rises(report: Report, at: Addresses, action: Action) -> Offered:
    found = report.experience
    if found is not None and "value_median" in found.counts:
        cell, values = Counts(found, at).cell, found.counts["value_median"]
        yield from _steps(values, [cell("value_median", i) for i in range(len(values))], action, "{1}>{0}")


def _grr_falls(report: Report, at: Addresses, action: Action) -> Offered:
    rows, values = Rows(report, at), [figures.grr for figures in report.shown]
    yield from _steps(values, [rows.rate("grr", i) for i in range(len(values))], action, "{1}<{0}")


def _contraction_rises(report: Report, at: Addresses, action: Action) -> Offered:
    rows, months = Rows(report, at), [figures.facts for figures in report.shown]
    values = [month.contraction / month.opening if month.opening else None for month in months]
    cells = [f"{rows.revenue('contraction', i)}/{rows.revenue('opening', i)}" for i in range(len(values))]
    yield from _steps(values, cells, action, "{1}<{0}")  # losses are negative there


def _steps(values: Sequence[float | None], cells: Sequence[str], action: Action, step: str) -> Offered:
    """In how many of the last months, which all were such, the figure went that way."""
    count = int(action.measured or 0)
    if 0 < count < len(values) and None not in values[-1 - count :]:
        pairs = list(pairwise(cells))[-count:]
        yield count, "+".join(f"({step.format(*pair)})*1" for pair in pairs)


# ---- notices


def _days_untold(report: Report, at: Addresses, action: Action) -> Offered:
    """From the last notice to the end of the month."""
    notices = [notice.day for notice in report.facts.supporting.improvements]
    if notices:
        rows = Rows(report, at)
        end = f"EOMONTH({at.cell(REVENUE, -1, rows.last)},0)"
        yield (last_day(report.month) - max(notices)).days, f"{end}-{last_notice(report, at)}"


# What has no formula: the terms of contracts with the days of their cancellation (R19, R20), the days of purchases
# (R27) and who is a member of the loyalty programme (R33) are in no cell. Of more customers than an action names, and
# where the workbook holds no table of customers, their revenue is a value too.
_OFFERED = {
    **dict.fromkeys(_GROUPS, _reason_share),
    "notices": _counted,
    "top_tenth_contractions": _counted,
    "offers": _offers,
    "cohort_gap": _cohort_gap,
    "channel_churn_ratio": _channel_churn,
    "channel_cltv_ratio": _channel_worth,
    "nps_fall": _nps_fall,
    "tickets_rise": _tickets_rise,
    "ticket_age": _ticket_age,
    "feature_lift": _features,
    "feature_fall": _features,
    "detractor_share": _detractors,
    "value_rises": _value_rises,
    "grr_falls": _grr_falls,
    "contraction_rises": _contraction_rises,
    "days_untold": _days_untold,
}
