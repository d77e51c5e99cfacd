"""The action checklist: the rules of actions.toml put to the facts of the month, in order of the money at stake."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from retention_xl import metrics
from retention_xl.ledger.records import Facts
from retention_xl.report import rules_customers, rules_experience, rules_risk, rules_surveys, rules_totals
from retention_xl.report.experience import Experience
from retention_xl.report.own_rules import OwnRule, judged_by
from retention_xl.report.risk import Risk
from retention_xl.report.rules import (
    Rule,
    data_needs,
    default_limits,
    evidence,
    playbook,
    priorities,
    rules,
    starting_values,
)
from retention_xl.report.rules_case import Breach, Case, largest_first, total
from retention_xl.report.rules_wording import listed, money, percent
from retention_xl.report.wording import fixed

__all__ = ["HEADINGS", "TABLE", "Action", "checklist", "default_limits", "judged", "missing_data"]

TABLE = "tblActions"
HEADINGS = (
    "Priority",
    "Rule",
    "What we see",
    "Measured",
    "Limit",
    "Unit",
    "Exposed a month",
    "Customers",
    "What to do",
    "Evidence",
    "Owner",
    "Due",
    "Status",
    "First seen",
    "Months open",
    "Outcome",
    "Notes",
)

CUSTOMERS_NAMED = 10
_OFFERS_NAMED = 3
_BEHIND = 2_000  # customers that an action keeps by name with their revenue
_ORDER = ("High", "Medium", "Low")

_CONDITIONS: Mapping[str, Callable[[Case, Rule], Breach | None]] = {
    "too_few_kept": rules_totals.too_few_kept,
    "large_ones_leave": rules_totals.large_ones_leave,
    "moving_up_market": rules_totals.moving_up_market,
    "contracting": rules_totals.contracting,
    "too_little_expansion": rules_totals.too_little_expansion,
    "expansion_hides_losses": rules_totals.expansion_hides_losses,
    "repeat_rate_falls": rules_totals.repeat_rate_falls,
    "checks_fail": rules_totals.checks_fail,
    "measured": rules_totals.measured,
    "concentrated": rules_customers.concentrated,
    "young_cohorts_weaker": rules_customers.young_cohorts_weaker,
    "channel_churns": rules_customers.channel_churns,
    "channel_valuable": rules_customers.channel_valuable,
    "revenue_at_risk": rules_risk.revenue_at_risk,
    "offers_to_those_at_risk": rules_risk.offers_to_those_at_risk,
    "tickets_pile_up": rules_risk.tickets_pile_up,
    "nothing_told": rules_risk.nothing_told,
    "loyalty_weighed": rules_risk.loyalty_weighed,
    "notice_given": rules_customers.notice_given,
    "monthly_plans_leave": rules_customers.monthly_plans_leave,
    "cancelled_early": rules_customers.cancelled_early,
    "reasons_unknown": rules_customers.reasons_unknown,
    "reasons_service": rules_customers.reasons_service,
    "reasons_competition": rules_customers.reasons_competition,
    "reasons_payment": rules_customers.reasons_payment,
    "slow_to_value": rules_experience.slow_to_value,
    "too_few_activated": rules_experience.too_few_activated,
    "features_that_keep": rules_experience.features_that_keep,
    "costly_to_win": rules_experience.costly_to_win,
    "not_recommended": rules_surveys.not_recommended,
    "promoters_do_not_refer": rules_surveys.promoters_do_not_refer,
    "slow_to_answer": rules_experience.slow_to_answer,
    "hard_to_use": rules_surveys.hard_to_use,
}


@dataclass(frozen=True)
class Action:
    """One row of the checklist."""

    rule: str
    title: str
    measured: float | None
    measured_key: str  # which figure it is, so that the workbook can show it as a live formula
    unit: str  # of `measured` and `limit`: fraction, points, times, count
    limit: float | None
    limit_name: str  # in actions.toml, or the key in a settings file ("targets.crr"); "" where the rule has none
    finding: str
    exposed_cents: int  # recurring revenue a month that is at stake
    customers: tuple[str, ...]  # names, the largest first, and as the last "and 12 more" where there are more
    actions: tuple[str, ...]
    what_to_do: str
    evidence: tuple[str, ...]  # claims, each with its id, its source or "no source named", and its conflict
    priority: str
    status: str
    first_seen: str
    due: date | None  # where the rule sets it
    owner: str = ""  # where an own rule names one
    behind: tuple[tuple[str, int], ...] = ()  # the customers with their revenue, where they can be listed
    exposes: str = ""  # see Breach


def checklist(
    facts: Facts,
    limits: Mapping[str, Mapping[str, float]],
    targets: Mapping[str, float],
    margin: float,
    checks_failed: Sequence[str],
    *,
    confidence: float = 0.95,
    longest_lifetime: float = 60,
    minimum: int | None = None,
    inputs: Mapping[str, float] | None = None,
    risk: Risk | None = None,
    own: Sequence[OwnRule] = (),
    counts: Experience | None = None,
) -> tuple[Action, ...]:
    """What the month calls for, the most money first.

    A margin of 1 means that none is set: no offer is then put into figures. `minimum` replaces the fewest customers
    behind a rate, but not where a rule states its own number. `inputs` are the settings by key ("offer.months"); our
    starting values where none are given. `risk` says who may leave, `own` are the company's own rules, `counts` what
    was counted of customers' experience, where the caller has counted it already.
    """
    given = starting_values() if inputs is None else inputs
    case = Case(
        facts, limits, targets, margin, checks_failed, confidence, longest_lifetime, minimum, given, risk, counts
    )
    absent, found = _absent(facts, given), []
    for rule in rules():
        if rule.condition and facts.nature in rule.natures and not absent & set(rule.needs):
            breach = _CONDITIONS[rule.condition](case, rule)
            if breach is not None:
                found.append((rule, _action(case, rule, breach)))
    for own_rule in own:
        breach = judged_by(case, own_rule)
        if breach is not None:
            action = _action(case, own_rule.rule, breach)
            evidence_text = (f"Own rule: {own_rule.evidence}",) if own_rule.evidence else ("Own rule of the company.",)
            found.append((own_rule.rule, replace(action, owner=own_rule.owner, evidence=evidence_text)))
    found.sort(key=lambda one: (not one[0].banner, _ORDER.index(one[1].priority), -one[1].exposed_cents, one[0].id))
    return tuple(action for _, action in found)


def judged(facts: Facts, inputs: Mapping[str, float] | None = None) -> frozenset[str]:
    """The rules that these facts have the data for, whether they call for action or not."""
    absent = _absent(facts, inputs)
    possible = (rule for rule in rules() if rule.condition and facts.nature in rule.natures)
    return frozenset(r.id for r in possible if not absent & set(r.needs)) - rules_experience.unmeasured(facts)


def missing_data(facts: Facts, inputs: Mapping[str, float] | None = None) -> tuple[tuple[str, str], ...]:
    """Data that the ledger does not give, each with what it would add to the report."""
    absent, lines = _absent(facts, inputs), []
    for need in data_needs():
        waiting = [
            rule for rule in rules() if need.id in (*rule.needs, *rule.better_with) and facts.nature in rule.natures
        ]
        if waiting and need.id in absent:
            checks = f"check{'s' if len(waiting) > 1 else ''} {listed(rule.id for rule in waiting)}"
            lines.append((need.label, f"{need.adds} ({checks})"))
    return tuple(lines)


def _absent(facts: Facts, inputs: Mapping[str, float] | None = None) -> set[str]:
    """Data that cannot be found in these facts. What no lost customer could have shown is not called missing."""
    someone_lost = any(reason.customers for reason in facts.reasons)
    beside, cards = facts.supporting, facts.supporting.customers.values()
    given = {table.table for table in beside.tables if not table.refused}
    there = {
        "reasons": any(reason.reason for reason in facts.reasons) or not someone_lost,
        "notices": any(map(attrgetter("cancelled_on"), facts.pairs))
        or bool(beside.cancellations)
        or not facts.movements[-1].lost_customers,
        "term": any(map(attrgetter("term_months"), facts.pairs)),
        "channel": any(map(attrgetter("channel"), facts.pairs)),
        "contacts": any(card.last_contact or card.open_quote for card in cards),
        "surveys": bool(beside.surveys),
        "tickets": bool(beside.tickets),
        "onboarding": any(card.first_value or card.activated for card in cards),
        "usage": bool(beside.usage),
        "invites": bool(beside.invitations),
        "spend": bool(beside.spend),
        "loyalty_cost": "loyalty.cost" in (inputs or {}) and any(card.loyalty is not None for card in cards),
        "notices_sent": bool(beside.improvements) or "improvements" in given,
    }
    return {need.id for need in data_needs() if not there.get(need.id, False)}


def _action(case: Case, rule: Rule, breach: Breach) -> Action:
    claims = evidence()
    what_to_do = [breach.do, rule.do, *(playbook()[action].do for action in rule.actions)]
    if rule.offer and breach.offer_to:
        what_to_do.append(_offer(case, breach.offer_to))
    return Action(
        rule=rule.id,
        title=rule.title,
        measured=breach.measured,
        measured_key=breach.measured_key,
        unit=breach.unit,
        limit=breach.limit,
        limit_name=breach.limit_name,
        finding=breach.finding,
        exposed_cents=breach.exposed,
        customers=_named(breach.customers),
        actions=rule.actions,
        what_to_do=" ".join(part for part in what_to_do if part),
        evidence=tuple(claims[claim].text for claim in rule.evidence),
        priority=_priority(case, rule, breach),
        status="Done" if rule.closes_itself else "Open",
        first_seen=case.facts.month,
        due=breach.due,
        behind=tuple(largest_first(breach.customers)) if len(breach.customers) <= _BEHIND else (),
        exposes=breach.exposes,
    )


def _named(customers: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    names = [name for name, _ in largest_first(customers, CUSTOMERS_NAMED)]
    more = len(customers) - CUSTOMERS_NAMED
    return (*names, f"and {more:,} more") if more > 0 else tuple(names)


def _priority(case: Case, rule: Rule, breach: Breach) -> str:
    """By the exposed revenue of a year, its margin and the rule's severity against annual recurring revenue."""
    if rule.priority:
        return rule.priority
    bounds = priorities()
    revenue = case.facts.movements[-1].closing
    weight = breach.exposed * case.margin * rule.severity
    if breach.endangered and any(name in case.largest for name, _ in breach.customers):
        return "High"
    if weight and weight >= bounds.high * revenue:
        return "High"
    return "Medium" if weight and weight >= bounds.medium * revenue else "Low"


def _offer(case: Case, customers: Sequence[tuple[str, int]]) -> str:
    """The largest offer worth making to each (article 001: only where it costs less than it brings), or none at all."""
    if case.margin >= 1:
        return "Offer no discount before the gross margin is set in the settings: without it no offer can be judged."
    saved, usual = case.inputs["offer.save_probability"], case.inputs["offer.months"]
    currency = case.facts.currency
    worth = metrics.incentive_max(1, case.margin, case.lifetime, saved)  # in months of the customer's own revenue
    basis = (
        f"margin {percent(case.margin)}, {fixed(case.lifetime, 1)} months of lifetime, "
        f"{percent(saved)} of those who get an offer stay for it"
    )
    if worth < usual:
        loss = money(round((usual - worth) * total(customers)), currency)
        return (
            f"Do not discount: the usual offer of {fixed(usual, 1)} months' MRR costs more than the "
            f"{fixed(worth, 1)} months it brings ({basis}), and would lose {loss} here."
        )
    # A ceiling is rounded down.
    named = [
        f"{name} up to {money(int(cents * worth) // 100 * 100, currency)}" for name, cents in largest_first(customers)
    ]
    more = len(named) - _OFFERS_NAMED
    rest = f"; the other {more:,} in proportion" if more > 0 else ""
    return (
        f"An offer pays only up to {fixed(worth, 1)} months of the customer's MRR: "
        f"{'; '.join(named[:_OFFERS_NAMED])}{rest} ({basis}). "
        f"Make none above that, and none where the price is not the reason."
    )
