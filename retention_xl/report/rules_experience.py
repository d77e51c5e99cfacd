"""Conditions of rules that look at first steps, features, answers to tickets and spend: tables beside the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from retention_xl.ledger.records import Facts
from retention_xl.report.acquisition import winning
from retention_xl.report.experience import Experience, Feature, month_of
from retention_xl.report.rules import Rule
from retention_xl.report.rules_case import Breach, Case, Rate, reaches, total
from retention_xl.report.rules_wording import count, listed, money, percent, points, times
from retention_xl.report.wording import fixed, month_name

QUARTER = 3  # months of answers looked at together, where one month alone says too little

Named = tuple[tuple[str, int], ...]


def unmeasured(facts: Facts) -> frozenset[str]:
    """Rules that these facts say nothing about this time, though the table is given: they are not solved by silence."""
    recent = facts.months[-QUARTER:]
    measured = {a.measure for a in facts.supporting.surveys if month_of(a.day) in recent}
    cards = facts.supporting.customers.values()
    silent = {
        "R11": not any(card.first_value for card in cards),
        "R12": not any(card.activated for card in cards),
        "R21": "NPS" not in measured,
        "R22": "NPS" not in measured,
        "R23": not any(ticket.response_hours is not None for ticket in facts.supporting.tickets),
        "R28": "SUS" not in measured,
    }
    return frozenset(rule for rule, nothing in silent.items() if nothing)


# ---- what the counts of some months say


def counted(found: Experience, key: str, back: int, months: int = 1) -> int:
    """A count over so many months, of which the last is so many before the report month."""
    row = found.counts[key]
    end = len(row) - back
    return int(sum(value or 0 for value in row[max(0, end - months) : max(0, end)]))


def rate_of(found: Experience, part: str, whole: str, back: int, months: int = 1) -> Rate:
    """A part of what was counted over so many months."""
    return Rate(counted(found, part, back, months), counted(found, whole, back, months))


def told(case: Case, key: str) -> Experience | None:
    """The counts, where the table or column behind `key` was given."""
    found = case.experience
    return found if found is not None and key in found.given else None


def paying(case: Case, names: Iterable[str], month: str | None = None) -> Named:
    """Those of the names who are customers at the closing (or at the end of `month`), with what they pay."""
    active = case.people.active(month or case.facts.month) or {}
    return tuple((name, active[name]) for name in sorted(set(names)) if name in active)


def behind(case: Case, customers: Named) -> str:
    """ " They pay USD 1,200 of MRR a month.", or nothing where nobody is known by name."""
    if not customers:
        return ""
    paid = money(total(customers), case.facts.currency)
    return f" They pay {paid} of {case.words.revenue} a month."


# ---- R11, R12: first steps


def slow_to_value(case: Case, rule: Rule) -> Breach | None:
    """The median time to value above its target, or rising."""
    found = told(case, "value")
    rises = int(case.limit(rule, "rises"))
    if found is None or len(found.months) < 2:
        return None
    medians, numbers = found.counts["value_median"], found.counts["value_customers"]
    now, before = medians[-1], medians[-2]
    if now is None or not case.enough(rule, int(numbers[-1] or 0), int(numbers[-2] or 0)):
        return None
    target = case.inputs["experience.value_days"]
    in_time, in_time_before = (_in_time(case, target, window) for window in (0, 1))
    surely = case.enough(rule, in_time.whole) and case.surely_above(in_time.rest, 1 / 2)
    over = now > target and (surely or (before is not None and before > target))
    run = medians[-1 - rises :]
    rising = (
        len(run) == rises + 1
        and all(a is not None and b is not None and a < b for a, b in pairwise(run))
        and case.enough(rule, in_time.whole, in_time_before.whole)
        and in_time.value < in_time_before.value
        and case.differs(in_time_before, in_time)
    )
    if not over and not rising:
        return None
    finding = (
        f"Half of the {case.words.counted(int(numbers[-1] or 0))} who started in the "
        f"{int(case.inputs['experience.start_months'])} months to {month_name(case.facts.month)} had first value after "
        f"{fixed(now, 0)} days"
    )
    finding += f" (target {fixed(target, 0)} days)" if over else ""
    if before is not None:
        finding += f"; a month before it was {fixed(before, 0)} days"
    waiting = paying(case, (name for name, card in case.facts.supporting.customers.items() if not card.first_value))
    new = tuple((name, cents) for name, cents in waiting if _is_new(case, name))
    finding += f". {case.words.counted(len(new))} of them are still waiting for it." if new else "."
    if over:
        key, limit_name = "value_median", "experience.value_days"
        return Breach(now, key, "days", target, limit_name, finding, total(new), new, endangered=bool(new))
    return Breach(rises, "value_rises", "count", rises, "rises", finding, total(new), new, endangered=bool(new))


def _is_new(case: Case, name: str) -> bool:
    months = int(case.inputs["experience.start_months"])
    first = case.people.first_months.get(name, "")
    return first in case.facts.months[-months:] and first != case.facts.months[0]


@dataclass(frozen=True)
class _InTime(Rate):
    @property
    def rest(self) -> Rate:
        """Those who were not."""
        return Rate(self.whole - self.part, self.whole)


def _in_time(case: Case, target: float, window: int) -> _InTime:
    """Who got value within the target, of those who had so many days; `window` 1: the starters of the window before."""
    facts, months = case.facts, int(case.inputs["experience.start_months"])
    end = len(facts.months) - window * months
    counted = set(facts.months[max(1, end - months) : max(0, end)])
    people, part, whole = case.people, 0, 0
    for name, card in facts.supporting.customers.items():
        start = people.starts.get(name)
        if start is None or people.first_months[name] not in counted or (case.last_day - start).days < target:
            continue
        whole += 1
        part += card.first_value is not None and (card.first_value - start).days <= target
    return _InTime(part, whole)


def too_few_activated(case: Case, rule: Rule) -> Breach | None:
    """Activation below its target."""
    found, target = told(case, "activation"), case.inputs.get("experience.activation")
    if found is None or target is None:
        return None
    now, before = (rate_of(found, "activated", "ready", back) for back in (0, 1))
    pooled = rate_of(found, "activated", "ready", 0, QUARTER)
    if not case.enough(rule, pooled.whole) or pooled.value >= target:
        return None
    again = case.enough(rule, now.whole, before.whole) and now.value < target and before.value < target
    if not again and not case.surely_above(Rate(pooled.whole - pooled.part, pooled.whole), 1 - target):
        return None
    within = int(case.inputs["experience.activation_days"])
    names = {name for name, card in case.facts.supporting.customers.items() if not card.activated}
    starts = case.people.starts
    months = case.facts.months[-QUARTER:]
    late = paying(case, (n for n in names if n in starts and _ready_in(starts[n], within, months)))
    finding = (
        f"Of the {case.words.counted(pooled.whole)} whose first {within} days ended in the three months to "
        f"{month_name(case.facts.month)}, {percent(pooled.value)} had finished the key first steps by then "
        f"(target {percent(target)}). {case.words.counted(len(late))} still have not.{behind(case, late)}"
    )
    key, name = "activation_quarter", "experience.activation"
    return Breach(pooled.value, key, "fraction", target, name, finding, total(late), late)


def _ready_in(start: date, within: int, months: Sequence[str]) -> bool:
    return months[0] <= month_of(start + timedelta(days=within)) <= months[-1]


# ---- R13: features


def features_that_keep(case: Case, rule: Rule) -> Breach | None:
    """A feature whose adopters stay longer is used by few, or a feature is used by far fewer than a month before."""
    found, now, before = told(case, "usage"), case.month(0), case.month(1)
    if found is None or now is None:
        return None
    active = Rate(0, now.closing_customers)
    if not case.enough(rule, active.whole):
        return None
    lift, usage, drop = (case.limit(rule, name) for name in ("lift", "usage", "drop"))
    compared = [f for f in found.features if case.enough(rule, f.adopters, f.others)]
    keeping = [
        feature
        for feature in compared
        if reaches(feature.lift or 0, lift)
        and feature.users / active.whole < usage
        and case.differs(
            Rate(feature.others_kept, feature.others), Rate(feature.adopters_kept, feature.adopters), len(compared)
        )
    ]
    if keeping:
        return _promote(case, max(keeping, key=lambda f: (f.lift or 0, f.name)), active.whole, lift)
    if before is None or not case.enough(rule, now.opening_customers):
        return None
    fallen = [
        feature
        for feature in found.features
        if feature.users_before
        and reaches(_fall(feature, active.whole, now.opening_customers), drop)
        and case.differs(
            Rate(feature.users_before, now.opening_customers),
            Rate(feature.users, active.whole),
            len(found.features),
        )
    ]
    if not fallen:
        return None
    return _fallen(case, max(fallen, key=lambda f: (_fall(f, 1, 1), f.name)), active.whole, now.opening_customers, drop)


def _fall(feature: Feature, active: int, active_before: int) -> float:
    """By which part of itself the share of users fell."""
    return 1 - (feature.users / active) / (feature.users_before / active_before)


def _users(case: Case, feature: Feature, month: str) -> set[str]:
    uses = case.facts.supporting.usage
    return {use.name for use in uses if use.feature == feature.name and use.month == month and use.uses > 0}


def _promote(case: Case, feature: Feature, active: int, limit: float) -> Breach:
    kept, others = feature.adopters_kept / feature.adopters, feature.others_kept / feature.others
    finding = (
        f"Of the {count(feature.adopters)} who took up {feature.name} in their first "
        f"{int(case.inputs['experience.adoption_days'])} days {percent(kept)} are still customers, of the "
        f"{count(feature.others)} others {percent(others)}: {points(kept - others)} more (an association, not a "
        f"cause). Only {percent(feature.users / active)} of all use it."
    )
    counted = case.facts.months[-1 - int(case.inputs["experience.lift_months"]) :]
    starters = {name for name in case.people.starts if case.people.first_months[name] in counted}
    without = paying(case, starters - _users(case, feature, case.facts.month))  # of older ones nothing was measured
    # Nearly all of them stay in any case: at stake is what the difference of the two rates would keep.
    exposed = round(total(without) * (kept - others))
    if without:
        finding += (
            f" Newer customers who do not use it pay {money(total(without), case.facts.currency)} of "
            f"{case.words.revenue} a month; exposed is the part of it that the difference would keep."
        )
    return Breach(feature.lift, "feature_lift", "points", limit, "lift", finding, exposed, without, endangered=False)


def _fallen(case: Case, feature: Feature, active: int, active_before: int, limit: float) -> Breach:
    fall = _fall(feature, active, active_before)
    finding = (
        f"{feature.name} was used by {percent(feature.users / active)} of the {case.words.customers} in "
        f"{month_name(case.facts.month)}, after {percent(feature.users_before / active_before)} the month before: "
        f"{percent(fall)} less."
    )
    gone = _users(case, feature, case.facts.months[-2]) - _users(case, feature, case.facts.month)
    stopped = paying(case, gone)
    finding += behind(case, stopped)
    return Breach(fall, "feature_fall", "fraction", limit, "drop", finding, total(stopped), stopped)


# ---- R23: first response


def slow_to_answer(case: Case, rule: Rule) -> Breach | None:
    """The median first response over its limit."""
    found = told(case, "response")
    if found is None or len(found.months) < 2:
        return None
    limit = case.inputs["experience.response_hours"]
    now, before = found.counts["response_median"][-2:][::-1]
    late, late_before = (rate_of(found, "response_late", "response_judged", back) for back in (0, 1))
    if now is None or not case.enough(rule, late.whole) or now <= limit:
        return None
    again = before is not None and before > limit and case.enough(rule, late_before.whole)
    if not again and not case.surely_above(late, 1 / 2):
        return None
    month = case.facts.month
    waited = paying(
        case,
        (
            ticket.name
            for ticket in case.facts.supporting.tickets
            if month_of(ticket.opened) == month and (ticket.response_hours or 0) > limit
        ),
    )
    finding = (
        f"Half of the tickets opened in {month_name(month)} had their first answer after {fixed(now, 1)} hours (limit "
        f"{fixed(limit, 0)}); {percent(late.value)} of {count(late.whole)} came late or not yet."
    )
    finding += f" {case.words.counted(len(waited))} waited so long.{behind(case, waited)}" if waited else ""
    key, name = "response_median", "experience.response_hours"
    return Breach(now, key, "hours", limit, name, finding, total(waited), waited)


# ---- R16: the cost of winning customers


def costly_to_win(case: Case, rule: Rule) -> Breach | None:
    """LTV:CAC too low or payback too long, two months running."""
    months = int(case.inputs["experience.cac_months"])
    now, before = (winning(case.facts, months, case.margin, case.longest_lifetime, back) for back in (0, 1))
    if now is None or before is None or not case.enough(rule, now.customers, before.customers):
        return None
    least, longest = case.limit(rule, "ratio"), case.limit(rule, "payback")
    ratios, paybacks = [one.ratio for one in (now, before)], [one.payback for one in (now, before)]
    poor = all(ratio is not None and ratio < least for ratio in ratios)
    slow = all(payback is not None and payback > longest for payback in paybacks)
    if not poor and not slow:
        return None
    currency = case.facts.currency
    finding = (
        f"{count(now.customers)} new customers of the {months} months to {month_name(case.facts.month)} cost "
        f"{money(round(now.spend * 100), currency)}, {money(round((now.cac or 0) * 100), currency)} each"
    )
    said = []
    if now.ratio is not None:
        said.append(f"a customer's lifetime value is {times(now.ratio)} that (limit {times(least)})")
    if now.payback is not None:
        said.append(f"it is earned back after {fixed(now.payback, 1)} months (limit {fixed(longest, 0)})")
    finding += f"; {listed(said)}, as a month before."
    do = "" if case.margin < 1 else "Set the gross margin in the settings: without it both look better than they are."
    first = set(case.facts.months[-months:])
    new = tuple((p.name, p.closing or 0) for p in case.closing_pairs if p.first_month in first)
    if poor:
        return Breach(now.ratio, "ltv_cac", "times", least, "ratio", finding, total(new), new, endangered=False, do=do)
    return Breach(
        now.payback, "cac_payback", "months", longest, "payback", finding, total(new), new, endangered=False, do=do
    )
