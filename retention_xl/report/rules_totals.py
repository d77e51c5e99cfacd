"""Conditions of rules that look at the month's totals: retention, contraction, expansion, repeat rate, checks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from retention_xl.report.rules import Rule
from retention_xl.report.rules_case import (
    Breach,
    Case,
    Rate,
    at_closing,
    at_opening,
    crr,
    drr,
    grr,
    nrr,
    reaches,
    unharmed,
)
from retention_xl.report.rules_wording import listed, money, percent, points
from retention_xl.report.wording import month_name


def too_few_kept(case: Case, rule: Rule) -> Breach | None:
    """CRR under its target, or fallen."""
    now, before, earlier = case.month(0), case.month(1), case.month(2)
    if now is None or before is None or not case.enough(rule, now.opening_customers, before.opening_customers):
        return None
    kept, kept_before = crr(now), crr(before)
    real = case.differs(kept_before, kept)
    drop, allowed = kept_before.value - kept.value, case.limit(rule, "drop")
    dropped_before = earlier is not None and reaches(crr(earlier).value - kept_before.value, allowed)
    fell = reaches(drop, allowed) and (real or dropped_before)
    target = case.targets.get("crr")
    missed = target is not None and kept.value < target and (kept_before.value < target or real)
    if not fell and not missed:
        return None
    if case.facts.nature == "purchases":
        finding = (
            f"Of the {case.words.counted(kept.whole)} of {month_name(before.month)}, {kept.part:,} bought again in "
            f"{month_name(now.month)} ({percent(kept.value)})"
        )
    else:
        finding = (
            f"{month_name(now.month)} kept {kept.part:,} of {case.words.counted(kept.whole)} ({percent(kept.value)})"
        )
    if missed and target is not None:
        running = ", for the second month running" if kept_before.value < target else ""
        finding += f", {points(target - kept.value)} under the target of {percent(target)}{running}"
    if drop > 0 and (fell or real):
        chance = "more than chance explains" if real else "the second such fall running"
        finding += f", down {points(drop)} on {month_name(before.month)}, {chance}"
    lost = at_opening(case.lost_pairs)
    if missed:
        return Breach(
            kept.value, "crr", "fraction", target, "targets.crr", finding + ".", now.churn, lost, exposes="churn"
        )
    return Breach(drop, "crr_drop", "points", allowed, "drop", finding + ".", now.churn, lost, exposes="churn")


def large_ones_leave(case: Case, rule: Rule) -> Breach | None:
    """DRR well under CRR."""
    now, before = case.month(0), case.month(1)
    if now is None or not case.enough(rule, now.opening_customers):
        return None
    kept, revenue_kept = crr(now), drr(now)
    if revenue_kept is None:
        return None
    gap, allowed = kept.value - revenue_kept, case.limit(rule, "gap")
    gap_before = None if before is None or (kept_before := drr(before)) is None else crr(before).value - kept_before
    again = gap_before is not None and gap_before > allowed
    if gap <= allowed or not (again or _larger_half_leaves(case, rule)):
        return None
    running = (
        f", as in {month_name(before.month)}" if again and before is not None else " more often than chance explains"
    )
    finding = (
        f"{month_name(now.month)} kept {percent(kept.value)} of the {case.words.customers} but only "
        f"{percent(revenue_kept)} of their {case.words.revenue}: the larger ones leave{running}."
    )
    return Breach(
        gap, "crr_minus_drr", "points", allowed, "gap", finding, now.churn, at_opening(case.lost_pairs), exposes="churn"
    )


def _larger_half_leaves(case: Case, rule: Rule) -> bool:
    """Whether the largest customers, who hold half of the revenue, were kept worse than the others beyond chance."""
    amounts = sorted((pair.opening or 0 for pair in case.opening_pairs), reverse=True)
    whole = sum(amounts)
    least = next(amount for amount, so_far in zip(amounts, accumulate(amounts), strict=True) if 2 * so_far >= whole)
    large = [pair.closing is not None for pair in case.opening_pairs if (pair.opening or 0) >= least]
    small = [pair.closing is not None for pair in case.opening_pairs if (pair.opening or 0) < least]
    kept_large, kept_small = Rate(sum(large), len(large)), Rate(sum(small), len(small))
    if not case.enough(rule, kept_large.whole, kept_small.whole) or kept_large.value >= kept_small.value:
        return False
    return case.differs(kept_small, kept_large)


def moving_up_market(case: Case, rule: Rule) -> Breach | None:
    """Few customers kept, most revenue kept."""
    now, before = case.month(0), case.month(1)
    if now is None or before is None or not case.enough(rule, now.opening_customers, before.opening_customers):
        return None
    few, most = case.limit(rule, "crr"), case.limit(rule, "drr")
    kept, revenue_kept, kept_before, revenue_before = crr(now), drr(now), crr(before), drr(before)
    if revenue_kept is None or kept.value >= few or not reaches(revenue_kept, most):
        return None
    again = kept_before.value < few and revenue_before is not None and reaches(revenue_before, most)
    if not again and not case.differs(kept_before, kept):
        return None
    finding = (
        f"{month_name(now.month)} kept only {percent(kept.value)} of the customers but {percent(revenue_kept)} of "
        f"their MRR: small contracts end, large ones stay."
    )
    return Breach(
        kept.value, "crr", "fraction", few, "crr", finding, now.churn, at_opening(case.lost_pairs), exposes="churn"
    )


def contracting(case: Case, rule: Rule) -> Breach | None:
    """Contraction above its limit, or rising month by month."""
    now, before = case.month(0), case.month(1)
    if now is None or before is None or not case.enough(rule, now.opening_customers, before.opening_customers):
        return None
    allowed, rises = case.limit(rule, "share"), int(case.limit(rule, "rises"))
    share, share_before = _contraction(case, 0), _contraction(case, 1)
    cut, cut_before = (Rate(m.contracted_customers, m.opening_customers) for m in (now, before))
    if share is None or share_before is None:
        return None
    over = share > allowed and (share_before > allowed or (share > share_before and case.differs(cut_before, cut)))
    first = case.month(rises)
    rising = (
        first is not None
        and case.enough(rule, first.opening_customers)
        and _one_way([_contraction(case, back) for back in range(rises, -1, -1)], 1)
        and case.differs(Rate(first.contracted_customers, first.opening_customers), cut)
    )
    if not over and not rising:
        return None
    finding = (
        f"{case.words.counted(cut.part)} cut {money(now.contraction, case.facts.currency)} of MRR in "
        f"{month_name(now.month)}, {percent(share)} of the opening"
    )
    if over:
        finding += f" (limit {percent(allowed)}"
        finding += f"; {month_name(before.month)} {percent(share_before)})" if share_before > allowed else ")"
    if rising and first is not None:
        finding += (
            f", after {percent(_contraction(case, rises) or 0)} in {month_name(first.month)} and a rise in every month"
        )
    cutters = [pair for pair in case.facts.pairs if pair.kind == "Contraction"]
    customers = tuple((pair.name, (pair.opening or 0) - (pair.closing or 0)) for pair in cutters)
    stay = at_closing(cutters)
    if over:
        return Breach(
            share,
            "contraction_rate",
            "fraction",
            allowed,
            "share",
            f"{finding}.",
            now.contraction,
            customers,
            offer_to=stay,
            exposes="contraction",
        )
    return Breach(
        rises,
        "contraction_rises",
        "count",
        rises,
        "rises",
        f"{finding}.",
        now.contraction,
        customers,
        offer_to=stay,
        exposes="contraction",
    )


def _contraction(case: Case, back: int) -> float | None:
    month = case.month(back)
    return None if month is None or not month.opening else month.contraction / month.opening


def _one_way(values: Sequence[float | None], direction: int) -> bool:
    """Whether each value lies above (1) or below (-1) the one before it."""
    known = [direction * value for value in values if value is not None]
    return 1 < len(known) == len(values) and all(earlier < later for earlier, later in pairwise(known))


def too_little_expansion(case: Case, rule: Rule) -> Breach | None:
    """NRR under 100 % though losses are moderate."""
    now, before = case.month(0), case.month(1)
    if now is None or before is None or not case.enough(rule, now.opening_customers, before.opening_customers):
        return None
    least, moderate = case.limit(rule, "nrr"), case.limit(rule, "grr")
    net, gross, net_before, gross_before = nrr(now), grr(now), nrr(before), grr(before)
    if net is None or gross is None or net >= least or not reaches(gross, moderate):
        return None
    again = (
        net_before is not None and gross_before is not None and net_before < least and reaches(gross_before, moderate)
    )
    grown, grown_before = (Rate(m.expanded_customers, m.opening_customers) for m in (now, before))
    if not again and not (grown.value < grown_before.value and case.differs(grown_before, grown)):
        return None
    won = money(now.expansion, case.facts.currency)
    finding = (
        f"{month_name(now.month)} kept {percent(gross)} of the opening MRR and won "
        f"{f'only {won} by expansion ({case.words.counted(grown.part)})' if grown.part else 'nothing by expansion'}: "
        f"NRR {percent(net)}, under {percent(least)}{' for the second month running' if again else ''}."
    )
    shortfall = max(now.contraction + now.churn - now.expansion, 0)
    unchanged = at_closing(pair for pair in case.closing_pairs if pair.kind is None)
    return Breach(net, "nrr", "fraction", least, "nrr", finding, shortfall, unchanged, endangered=False)


def expansion_hides_losses(case: Case, rule: Rule) -> Breach | None:
    """NRR looks well while GRR falls month by month."""
    falls, enough = int(case.limit(rule, "falls")), case.limit(rule, "nrr")
    now, first = case.month(0), case.month(falls)
    if now is None or first is None or not case.enough(rule, now.opening_customers, first.opening_customers):
        return None
    net, gross, gross_first = nrr(now), grr(now), grr(first)
    if net is None or gross is None or gross_first is None or not reaches(net, enough):
        return None
    months = [case.month(back) for back in range(falls, -1, -1)]
    falling = _one_way([None if month is None else grr(month) for month in months], -1)
    if not falling or not case.differs(unharmed(first), unharmed(now)):
        return None
    finding = (
        f"NRR of {month_name(now.month)} is {percent(net)}, but GRR has fallen every month since "
        f"{month_name(first.month)}, from {percent(gross_first)} to {percent(gross)}: expansion hides the losses."
    )
    losers = [pair for pair in case.facts.pairs if pair.kind in ("Churn", "Contraction")]
    customers = tuple((pair.name, (pair.opening or 0) - (pair.closing or 0)) for pair in losers)
    exposed = now.contraction + now.churn
    return Breach(falls, "grr_falls", "count", falls, "falls", finding, exposed, customers, exposes="losses")


def repeat_rate_falls(case: Case, rule: Rule) -> Breach | None:
    """Of those whose first year is over, fewer bought again than a year ago."""
    ready = [repeat for repeat in case.facts.repeats if case.enough(rule, repeat.customers)]
    if len(ready) < 2 or ready[-1].month != case.facts.month:
        return None
    first, now = ready[0], ready[-1]
    rate_first, rate_now = Rate(first.repeaters, first.customers), Rate(now.repeaters, now.customers)
    since = Rate(now.repeaters - first.repeaters, now.customers - first.customers)
    drop, allowed = rate_first.value - rate_now.value, case.limit(rule, "drop")
    if not reaches(drop, allowed) or not case.enough(rule, since.whole) or not case.differs(rate_first, since):
        return None
    finding = (
        f"{percent(rate_now.value)} of the {case.words.counted(now.customers)} whose first year is over by "
        f"{month_name(now.month)} bought again in it, against {percent(rate_first.value)} in "
        f"{month_name(first.month)}: down {points(drop)}; of those who came in since, {percent(since.value)} did."
    )
    first_time = at_closing(pair for pair in case.closing_pairs if pair.first_month == case.facts.month)
    exposed = sum(cents for _, cents in first_time)
    return Breach(drop, "repeat_rate_drop", "points", allowed, "drop", finding, exposed, first_time, endangered=False)


def checks_fail(case: Case, rule: Rule) -> Breach | None:
    """A check of the report does not pass."""
    failed = list(case.checks_failed)
    if not failed:
        return None
    verb = "check fails" if len(failed) == 1 else "checks fail"
    finding = f"{len(failed)} {verb}: {'; '.join(failed)}."
    return Breach(len(failed), "checks_failed", "count", 0, "", finding)


def measured(case: Case, rule: Rule) -> Breach | None:
    """Retention of this month is worked out: the row that closes itself."""
    now = case.month(0)
    revenue_kept = None if now is None else drr(now)
    if now is None or revenue_kept is None:
        month, customers = month_name(case.facts.month), case.words.customers
        finding = f"{month} has no opening {customers}; CRR and DRR begin with the next month."
        return Breach(None, "crr", "fraction", None, "", finding)
    rate = crr(now)
    figures = listed([f"CRR {percent(rate.value)}", f"DRR {percent(revenue_kept)}"])
    finding = f"{month_name(now.month)} is measured: {figures}, from the same definitions as every month before."
    return Breach(rate.value, "crr", "fraction", None, "", finding)
