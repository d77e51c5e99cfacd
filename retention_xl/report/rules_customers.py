"""Conditions of rules that look at customers one by one: size, cohorts, channels, plans, notices, reasons."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import NormalDist

from retention_xl import metrics
from retention_xl.ledger.records import Pair
from retention_xl.report.rules import Rule
from retention_xl.report.rules_case import (
    Breach,
    Case,
    Rate,
    at_closing,
    at_opening,
    largest_first,
    nth_largest,
    reaches,
    total,
)
from retention_xl.report.rules_wording import (
    count,
    day_name,
    listed,
    money,
    percent,
    points,
    span_name,
    times,
)
from retention_xl.report.wording import month_name

_TOP = 10  # "the ten largest"
_TENTH = 10  # the largest tenth of the customers
_NAMED = 3  # customers or channels named in one sentence


def concentrated(case: Case, rule: Rule) -> Breach | None:
    """Much revenue with few customers, or one of the largest tenth cutting down."""
    if not case.enough(rule, len(case.closing_pairs), len(case.opening_pairs)):
        return None
    allowed = case.limit(rule, "share")
    before = [pair.opening or 0 for pair in case.opening_pairs]
    share, share_before = _top_share([pair.closing or 0 for pair in case.closing_pairs]), _top_share(before)
    over = share is not None and share_before is not None and share > allowed and share_before > allowed
    cutters = _large_cutters(case, before) if case.facts.nature == "recurring" else []
    if not over and not cutters:
        return None
    currency = case.facts.currency
    stay = at_closing(cutters)
    sentences = []
    if over and share is not None:
        sentences.append(
            f"{percent(share)} of the {case.words.revenue} of {month_name(case.facts.month)} hangs on the ten largest "
            f"of {case.words.counted(len(case.closing_pairs))} (limit {percent(allowed)}), as in the month before"
        )
    if cutters:
        named = [
            f"{pair.name} from {money(pair.opening or 0, currency)} to {money(pair.closing or 0, currency)}"
            for pair in cutters[:_NAMED]
        ]
        named += [f"{count(len(cutters) - _NAMED)} more"] if len(cutters) > _NAMED else []
        sentences.append(f"Of the largest tenth, {case.words.counted(len(cutters))} cut down: {listed(named)}")
    finding = ". ".join(sentences) + "."
    if over:
        top = largest_first(at_closing(case.closing_pairs), _TOP)
        customers = tuple(dict([*top, *stay]).items())
        return Breach(share, "top10_share", "fraction", allowed, "share", finding, total(top), customers, offer_to=stay)
    return Breach(len(cutters), "top_tenth_contractions", "count", 0, "", finding, total(stay), stay, offer_to=stay)


def _top_share(cents: list[int]) -> float | None:
    return metrics.concentration(cents, _TOP) if sum(cents) else None


def _large_cutters(case: Case, openings: list[int]) -> list[Pair]:
    """Customers of the largest tenth by opening revenue who contracted, the largest cut first."""
    cut = [pair for pair in case.opening_pairs if pair.kind == "Contraction"]
    number = len(case.opening_pairs) // _TENTH
    if not cut or not number:
        return []
    border = nth_largest(openings, number)
    large = [(pair.name, cents) for pair, cents in zip(case.opening_pairs, openings, strict=True) if cents >= border]
    tenth = dict(largest_first(large, number))
    cutters = [pair for pair in cut if pair.name in tenth]
    return sorted(cutters, key=lambda pair: ((pair.closing or 0) - (pair.opening or 0), pair.name))


def young_cohorts_weaker(case: Case, rule: Rule) -> Breach | None:
    """The newest cohort of some age was kept worse than the cohorts before it had been at that age."""
    cells = {(c.cohort, c.age): c for c in case.facts.cohorts}
    months, ages, trailing = case.facts.months, int(case.limit(rule, "months")), int(case.limit(rule, "trailing"))
    allowed = case.limit(rule, "gap")

    def kept(position: int, age: int) -> Rate | None:
        # The ledger's first month holds everybody who was there already: no cohort of new customers.
        if position < 1 or (months[position], 0) not in cells:
            return None
        later = cells.get((months[position], age))
        return Rate(later.customers if later else 0, cells[months[position], 0].customers)

    def against_earlier(position: int, age: int) -> tuple[Rate, Rate, int] | None:
        young = kept(position, age)
        earlier = [rate for back in range(1, trailing + 1) if (rate := kept(position - back, age))]
        pooled = Rate(sum(rate.part for rate in earlier), sum(rate.whole for rate in earlier))
        if young is None or not case.enough(rule, young.whole, pooled.whole):
            return None
        return young, pooled, len(earlier)

    worst: tuple[float, int, Rate, Rate, int] | None = None
    for age in range(1, ages + 1):
        position = len(months) - 1 - age
        compared, compared_before = against_earlier(position, age), against_earlier(position - 1, age)
        if compared is None:
            continue
        young, pooled, cohorts = compared
        gap = pooled.value - young.value
        again = compared_before is not None and reaches(compared_before[1].value - compared_before[0].value, allowed)
        if not reaches(gap, allowed) or not (again or case.differs(pooled, young, tested=ages)):
            continue
        if worst is None or gap > worst[0]:
            worst = gap, age, young, pooled, cohorts
    if worst is None:
        return None
    gap, age, young, pooled, cohorts = worst
    cohort = months[len(months) - 1 - age]
    verb = "were still there" if case.facts.nature == "recurring" else "bought"
    before = "of the cohort before" if cohorts == 1 else f"of the {cohorts} cohorts before"
    finding = (
        f"Of the {case.words.counted(young.whole)} who started in {month_name(cohort)}, {percent(young.value)} {verb} "
        f"{age} month{'' if age == 1 else 's'} later; {before}, {percent(pooled.value)} at the same age: "
        f"{points(gap)} more."
    )
    active = at_closing(pair for pair in case.closing_pairs if pair.first_month == cohort)
    return Breach(gap, "cohort_gap", "points", allowed, "gap", finding, total(active), active, endangered=False)


def channel_churns(case: Case, rule: Rule) -> Breach | None:
    """Customers of a channel leave far more often than customers do on the whole."""
    channels = _channels(case, rule)
    everybody = Rate(len(case.lost_pairs), len(case.opening_pairs))
    allowed = case.limit(rule, "ratio")
    found = []
    for channel, pairs in channels.items():
        lost = Rate(sum(pair.closing is None for pair in pairs), len(pairs))
        rest = Rate(everybody.part - lost.part, everybody.whole - lost.whole)
        ratio = lost.value / everybody.value if everybody.part else 0.0
        if reaches(ratio, allowed) and case.differs(rest, lost, tested=len(channels)):
            found.append((ratio, channel, lost))
    if not found:
        return None
    found.sort(key=lambda one: (-one[0], one[1]))
    ratio, channel, lost = found[0]
    finding = (
        f"{count(lost.part)} of the {case.words.counted(lost.whole)} from {channel} left in "
        f"{month_name(case.facts.month)} ({percent(lost.value)}): {times(ratio)} the churn of all "
        f"({percent(everybody.value)})."
    )
    if found[1:]:
        finding += f" Also {listed(f'{name} ({times(other)})' for other, name, _ in found[1:])}."
    gone = at_opening(pair for _, name, _ in found for pair in channels[name] if pair.closing is None)
    return Breach(ratio, "channel_churn_ratio", "times", allowed, "ratio", finding, total(gone), gone)


def channel_valuable(case: Case, rule: Rule) -> Breach | None:
    """Customers of a channel are worth more over their lifetime than customers on the whole."""
    channels = _channels(case, rule)
    lost_all, active_all = len(case.lost_pairs), [pair.closing or 0 for pair in case.closing_pairs]
    if not lost_all or not sum(active_all):
        return None
    churn_all, arpa_all = Rate(lost_all, len(case.opening_pairs)), sum(active_all) / len(active_all)
    allowed = case.limit(rule, "ratio")
    found = []
    for channel, pairs in channels.items():
        lost = Rate(sum(pair.closing is None for pair in pairs), len(pairs))
        active = [pair.closing or 0 for pair in case.closing_pairs if pair.channel == channel]
        others = [pair.closing or 0 for pair in case.closing_pairs if pair.channel != channel]
        rest = Rate(lost_all - lost.part, churn_all.whole - lost.whole)
        # A churn that chance can explain is taken as everybody's: one quiet month makes no valuable channel.
        steadier = lost.value < rest.value and case.differs(rest, lost, tested=len(channels))
        pays_more = _means_differ(active, others, case.confidence, len(channels))
        if not case.enough(rule, len(active)) or not (steadier or pays_more):
            continue
        churn = lost.value if steadier else churn_all.value
        ratio = _worth(case, sum(active) / len(active), churn) / _worth(case, arpa_all, churn_all.value)
        if reaches(ratio, allowed):
            found.append((ratio, channel, steadier, churn, sum(active) / len(active)))
    if not found:
        return None
    found.sort(key=lambda one: (-one[0], one[1]))
    ratio, channel, steadier, churn, arpa = found[0]
    currency = case.facts.currency
    everybody = f"{percent(churn_all.value)} of all"
    leave = f"{percent(churn)} of them leave ({everybody})" if steadier else f"leave about as often ({everybody} leave)"
    finding = (
        f"Customers from {channel} pay {money(round(arpa), currency)} a month on the mean (all: "
        f"{money(round(arpa_all), currency)}) and {leave}: worth {times(ratio)} as much as a customer on the whole."
    )
    if found[1:]:
        finding += f" Also {listed(f'{name} ({times(other)})' for other, name, *_ in found[1:])}."
    names = {name for _, name, *_ in found}
    new = at_closing(pair for pair in case.closing_pairs if pair.kind == "New" and pair.channel in names)
    return Breach(ratio, "channel_cltv_ratio", "times", allowed, "ratio", finding, 0, new, endangered=False)


def _worth(case: Case, arpa: float, churn: float) -> float:
    """CLTV up to the longest lifetime counted. The margin is the same for all and drops out of the comparison."""
    return float(metrics.cltv(arpa, churn, 1, 0, case.longest_lifetime))


def _channels(case: Case, rule: Rule) -> dict[str, list[Pair]]:
    """Customers at the opening by channel, where there are enough of them and others to compare them with."""
    channels: dict[str, list[Pair]] = defaultdict(list)
    for pair in case.opening_pairs:
        if pair.channel:
            channels[pair.channel].append(pair)
    everybody = len(case.opening_pairs)
    return {
        name: pairs for name, pairs in sorted(channels.items()) if case.enough(rule, len(pairs), everybody - len(pairs))
    }


def _means_differ(one: Sequence[int], other: Sequence[int], confidence: float, tested: int) -> bool:
    """Whether the first mean is higher than chance explains (Welch's test for large groups)."""
    if len(one) < 2 or len(other) < 2:
        return False
    spread = _variance(one) / len(one) + _variance(other) / len(other)
    difference = sum(one) / len(one) - sum(other) / len(other)
    bound = NormalDist().inv_cdf(1 - (1 - confidence) / (2 * tested))
    return difference > 0 and difference > bound * spread**0.5


def _variance(values: Sequence[int]) -> float:
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def notice_given(case: Case, rule: Rule) -> Breach | None:
    """Customers who have cancelled and are paid through beyond the month's end: still to be won."""
    waiting = [pair for pair in case.closing_pairs if pair.name in case.leaving and not case.leaving[pair.name].payment]
    if not waiting:
        return None
    days = int(case.limit(rule, "days"))
    customers = at_closing(waiting)
    verb = "has given notice and is still paying" if len(waiting) == 1 else "have given notice and are still paying"
    finding = f"{case.words.counted(len(waiting))} {verb}: {money(total(customers), case.facts.currency)} of MRR"
    due: date | None = None
    do = ""
    if ends := [end for pair in waiting if (end := case.leaving[pair.name].end) is not None]:
        first, next_day = min(ends), case.last_day + timedelta(days=1)
        whose = "" if len(waiting) == 1 else "the first of them "
        finding += f", {whose}paid until {day_name(first - timedelta(days=1))}"
        due = first - timedelta(days=days)
        do = f"Call before the paid time is over, for the first time by {day_name(due)}."
        if due < next_day:  # nobody can call before the month is reported
            due, soon = next_day, day_name(next_day + timedelta(days=days))
            do = f"Call at once those whose paid time ends before {soon}, the others {days} days before theirs does."
    return Breach(
        len(waiting),
        "notices",
        "count",
        0,
        "",
        f"{finding}.",
        total(customers),
        customers,
        offer_to=customers,
        do=do,
        due=due,
    )


def monthly_plans_leave(case: Case, rule: Rule) -> Breach | None:
    """Customers on monthly plans were kept far worse than customers on annual ones."""
    monthly = [pair for pair in case.opening_pairs if pair.term_months == 1]
    annual = [pair for pair in case.opening_pairs if pair.term_months is not None and pair.term_months >= 12]
    if not case.enough(rule, len(monthly), len(annual)):
        return None
    kept_monthly = Rate(sum(pair.closing is not None for pair in monthly), len(monthly))
    kept_annual = Rate(sum(pair.closing is not None for pair in annual), len(annual))
    gap, allowed = kept_annual.value - kept_monthly.value, case.limit(rule, "gap")
    if not reaches(gap, allowed) or not case.differs(kept_annual, kept_monthly):
        return None
    finding = (
        f"{month_name(case.facts.month)} kept {percent(kept_monthly.value)} of {count(kept_monthly.whole)} customers "
        f"on monthly plans and {percent(kept_annual.value)} of {count(kept_annual.whole)} on annual ones, who can "
        f"leave only when their term ends."
    )
    gone = at_opening(pair for pair in monthly if pair.closing is None)
    return Breach(gap, "annual_minus_monthly_crr", "points", allowed, "gap", finding, total(gone), gone)


def cancelled_early(case: Case, rule: Rule) -> Breach | None:
    """Contracts of more than a month that were cancelled in the month before their end."""
    contracts = [pair for pair in case.opening_pairs if pair.term_months is not None and pair.term_months > 1]
    early = [pair for pair in contracts if _cancelled_early(pair, case.facts.month)]
    rate, allowed = Rate(len(early), len(contracts)), case.limit(rule, "share")
    # Earlier months' contracts are not in the facts, so the test is against the limit itself.
    if not case.enough(rule, rate.whole) or rate.value <= allowed or not case.surely_above(rate, allowed):
        return None
    finding = (
        f"{count(rate.part)} of {count(rate.whole)} contracts of more than a month were cancelled in "
        f"{month_name(case.facts.month)} before their end ({percent(rate.value)}; limit {percent(allowed)})."
    )
    customers = at_opening(early)
    stay = at_closing(pair for pair in early if pair.closing is not None)
    return Breach(
        rate.value,
        "early_cancel_rate",
        "fraction",
        allowed,
        "share",
        finding,
        total(customers),
        customers,
        offer_to=stay,
    )


def _cancelled_early(pair: Pair, month: str) -> bool:
    cancelled, end = pair.cancelled_on, pair.paid_through
    return cancelled is not None and end is not None and cancelled.isoformat()[:7] == month and cancelled < end


def reasons_unknown(case: Case, rule: Rule) -> Breach | None:
    """Too much lost revenue without a reason."""
    return _reasons(case, rule, "unknown_reason_share", ("unknown",), "no stated reason")


def reasons_service(case: Case, rule: Rule) -> Breach | None:
    """Service or support is a main reason."""
    return _reasons(case, rule, "service_reason_share", ("service",), "service or support as the reason", at_limit=True)


def reasons_competition(case: Case, rule: Rule) -> Breach | None:
    """Price or a competitor is a main reason."""
    said = "price or a competitor as the reason"
    return _reasons(case, rule, "competition_reason_share", ("price", "competitor"), said, at_limit=True)


def reasons_payment(case: Case, rule: Rule) -> Breach | None:
    """Much is lost only because a payment failed."""
    said = "a failed payment as the reason"
    return _reasons(case, rule, "payment_reason_share", ("payment",), said)


def _reasons(
    case: Case, rule: Rule, key: str, groups: tuple[str, ...], said: str, *, at_limit: bool = False
) -> Breach | None:
    """A share of the lost revenue over its limit, in two windows running or more often than in the window before."""
    allowed, length = case.limit(rule, "share"), max(int(case.limit(rule, "window")), 1)
    window = case.facts.months[-length:]
    cents, all_cents, lost = _lost(case, window, groups)
    if not all_cents or not case.enough(rule, lost.whole):
        return None

    def broken(part: int, whole: int) -> bool:
        return part / whole > allowed or (at_limit and part / whole == allowed)

    share = cents / all_cents
    if not broken(cents, all_cents):
        return None
    cents_before, all_before, lost_before = _lost(case, case.facts.months[-length - 1 : -1], groups)
    again = bool(all_before) and case.enough(rule, lost_before.whole) and broken(cents_before, all_before)
    _, _, earlier = _lost(case, case.facts.months[-2 * length : -length], groups)
    more = case.enough(rule, earlier.whole) and earlier.value < lost.value and case.differs(earlier, lost)
    if not again and not more:
        return None
    finding = (
        f"Of the {money(all_cents, case.facts.currency)} of MRR lost with {case.words.counted(lost.whole)} in "
        f"{span_name(window)}, {percent(share)} has {said} (limit {percent(allowed)})."
    )
    gone = at_opening(pair for pair in case.lost_pairs if case.reason_groups[pair.reason] in groups)
    return Breach(share, key, "fraction", allowed, "share", finding, cents, gone)


def _lost(case: Case, months: Sequence[str], groups: tuple[str, ...]) -> tuple[int, int, Rate]:
    """Lost revenue with a reason of the groups, all lost revenue, and the same in customers."""
    inside = [reason for reason in case.facts.reasons if reason.month in months]
    meant = [reason for reason in inside if case.reason_groups[reason.reason] in groups]
    customers = Rate(sum(r.customers for r in meant), sum(r.customers for r in inside))
    return sum(r.cents for r in meant), sum(r.cents for r in inside), customers
