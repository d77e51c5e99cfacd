"""What customers experience, counted by month from the tables beside the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from statistics import median

from retention_xl.ledger.records import Facts
from retention_xl.ledger.supporting.records import Ticket
from retention_xl.metrics.kaplan_meier import median_time, survival_steps

MONTHS = 13  # the report month and a year before it
PROMOTER, DETRACTOR = 9, 6  # answers from and up to, of 0 to 10, by the definition of NPS
SATISFIED = 4  # CSAT: from
HOURS = 24

# What is counted in a month, by the table or column that it comes from.
COUNTS: Mapping[str, tuple[str, ...]] = {
    "nps": ("nps_answers", "nps_promoters", "nps_detractors"),
    "csat": ("csat_answers", "csat_satisfied"),
    "sus": ("sus_answers", "sus_sum", "sus_squares"),
    "value": ("value_customers", "value_reached", "value_median"),
    "activation": ("ready", "activated", "not_ready"),
    "tickets": ("tickets_opened", "tickets_open", "tickets_age", "tickets_revenue"),
    "response": ("response_judged", "response_late", "response_median"),
    "usage": ("feature_users",),
    "invites": ("invites_sent", "invites_accepted"),
}


@dataclass(frozen=True)
class Feature:
    """Who uses a feature, and who of those that took it up in their first days is still a customer."""

    name: str
    users: int
    users_before: int
    adopters: int
    adopters_kept: int
    others: int
    others_kept: int

    @property
    def lift(self) -> float | None:
        """CRR of adopters less CRR of the others; none without both."""
        if not self.adopters or not self.others:
            return None
        return self.adopters_kept / self.adopters - self.others_kept / self.others


@dataclass(frozen=True)
class Experience:
    """Counts by month, oldest first; a count that a month cannot have is None. `given` are keys of COUNTS."""

    months: tuple[str, ...]
    given: frozenset[str]
    counts: Mapping[str, tuple[float | None, ...]]
    life: tuple[tuple[int, int, int], ...]  # days since the start, customers seen that long, of these got value then
    features: tuple[Feature, ...]  # the most used first


def experience(facts: Facts, inputs: Mapping[str, float]) -> Experience | None:
    """None where no table says anything about it."""
    told = _Told(facts, inputs)
    given = told.given()
    if not given:
        return None
    counts: dict[str, list[float | None]] = {key: [] for group in COUNTS if group in given for key in COUNTS[group]}
    for month in told.months:
        values = told.month(month, given)
        for key, row in counts.items():
            row.append(values[key])
    life = told.life(told.months[-1]) if "value" in given else ()
    features = tuple(told.features()) if "usage" in given else ()
    return Experience(told.months, given, {key: tuple(row) for key, row in counts.items()}, life, features)


def month_of(day: date) -> str:
    """28 February 2026 -> 2026-02."""
    return f"{day.year}-{day.month:02}"


def open_tickets(tickets: Iterable[Ticket], day: date) -> list[Ticket]:
    """Those that wait at the end of a day."""
    return [t for t in tickets if t.opened <= day and (t.closed is None or t.closed > day)]


class People:
    """Customers by month and their first days, as far as the facts name them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._position = {month: i for i, month in enumerate(facts.window)}
        self._before = facts.months[-2] if len(facts.months) > 1 else ""

    @cached_property
    def first_months(self) -> dict[str, str]:
        """The first month ever active, of everybody in the window."""
        found = {pair.name: pair.first_month for pair in self._facts.pairs}
        return found | {customer.name: customer.first_month for customer in self._facts.customers or ()}

    @cached_property
    def starts(self) -> dict[str, date]:
        """First day of those who started after the ledger's first month, when everybody was there already."""
        known = self._facts.started
        return {
            name: known.get(name) or self._facts.begin(month)
            for name, month in self.first_months.items()
            if month > self._facts.months[0]
        }

    @cached_property
    def _by_month(self) -> dict[str, dict[str, int]]:
        facts = self._facts
        found: dict[str, dict[str, int]] = {facts.month: {}, self._before: {}}
        for pair in facts.pairs:
            if pair.closing is not None:
                found[facts.month][pair.name] = pair.closing
            if pair.opening is not None:
                found[self._before][pair.name] = pair.opening
        for customer in facts.customers or ():
            for month, cents in zip(facts.window, customer.cents, strict=True):
                if cents is not None:
                    found.setdefault(month, {})[customer.name] = cents
        return found

    def active(self, month: str) -> Mapping[str, int] | None:
        """Who is active at the month's end, with revenue in cents; None where the facts do not say by name."""
        if month in (self._facts.month, self._before):
            return self._by_month.get(month, {})
        return self._by_month.get(month, {}) if self._facts.customers is not None and month in self._position else None


class _Told:
    """The tables, looked at month by month."""

    def __init__(self, facts: Facts, inputs: Mapping[str, float]) -> None:
        self._facts, self._inputs = facts, inputs
        self._beside = facts.supporting
        self._people = People(facts)
        self.months = tuple(f.month for f in (facts.movements[1:] or facts.movements)[-MONTHS:])

    def _days(self, key: str) -> int:
        return int(self._inputs[f"experience.{key}"])

    def _end(self, month: str) -> date:
        return self._facts.end(month)

    def given(self) -> frozenset[str]:
        beside = self._beside
        cards = beside.customers.values()
        measured = {answer.measure for answer in beside.surveys if month_of(answer.day) in self.months}
        there = {
            "nps": "NPS" in measured,
            "csat": "CSAT" in measured,
            "sus": "SUS" in measured,
            "value": any(card.first_value for card in cards),
            "activation": any(card.activated for card in cards),
            "tickets": bool(beside.tickets),
            "response": any(ticket.response_hours is not None for ticket in beside.tickets),
            "usage": any(use.uses > 0 for use in beside.usage),
            "invites": any(invited.month in self.months for invited in beside.invitations),
        }
        return frozenset(key for key in COUNTS if there[key])

    def month(self, month: str, given: frozenset[str]) -> dict[str, float | None]:
        """Every count of a month."""
        values: dict[str, float | None] = {}
        scores = self._scores
        for measure in ("NPS", "CSAT", "SUS"):
            values |= _answers(measure, scores.get((month, measure), []))
        if "value" in given:
            values |= self._value(month)
        if "activation" in given:
            values |= self._activation(month)
        if "tickets" in given:
            values |= self._tickets(month)
        if "usage" in given:
            active = self._people.active(month)
            used = {name for (_, in_month), names in self._users.items() if in_month == month for name in names}
            values["feature_users"] = None if active is None else len(used & active.keys())
        invited = [row for row in self._beside.invitations if row.month == month]
        values["invites_sent"] = sum(row.sent for row in invited)
        values["invites_accepted"] = sum(row.accepted for row in invited)
        return values

    @cached_property
    def _scores(self) -> dict[tuple[str, str], list[float]]:
        found: dict[tuple[str, str], list[float]] = defaultdict(list)
        for answer in self._beside.surveys:
            found[month_of(answer.day), answer.measure].append(answer.score)
        return found

    # ---- first steps

    def _durations(self, month: str) -> Iterator[tuple[int, bool]]:
        """Days until a customer got value, or so far; of those who started in the months that count."""
        end = self._end(month)
        position = self._facts.months.index(month)
        counted = set(self._facts.months[max(0, position + 1 - self._days("start_months")) : position + 1])
        for name, card in self._beside.customers.items():
            start = self._people.starts.get(name)
            if start is None or self._people.first_months[name] not in counted or start > end:
                continue
            there = card.first_value is not None and card.first_value <= end
            until = card.first_value if there and card.first_value else end
            yield max(0, (until - start).days), there

    def _value(self, month: str) -> dict[str, float | None]:
        found = list(self._durations(month))
        days, there = [float(d) for d, _ in found], [t for _, t in found]
        return {
            "value_customers": len(found),
            "value_reached": sum(there),
            "value_median": median_time(days, there, "days") if found else None,
        }

    def life(self, month: str) -> tuple[tuple[int, int, int], ...]:
        found = list(self._durations(month))
        if not found:
            return ()
        steps = survival_steps([float(d) for d, _ in found], [t for _, t in found], "days")
        seen: dict[int, int] = defaultdict(int)
        for days, _ in found:
            seen[days] += 1
        return tuple((int(time), seen[int(time)], over) for time, _, over, _ in steps)

    def _activation(self, month: str) -> dict[str, float | None]:
        within, end = timedelta(days=self._days("activation_days")), self._end(month)
        ready = activated = young = 0
        for name, card in self._beside.customers.items():
            start = self._people.starts.get(name)
            if start is None or start > end:
                continue
            if start + within > end:
                young += 1
            elif start + within >= self._facts.begin(month):
                ready += 1
                activated += card.activated is not None and card.activated <= start + within
        return {"ready": ready, "activated": activated, "not_ready": young}

    # ---- tickets

    def _tickets(self, month: str) -> dict[str, float | None]:
        start, end, limit = self._facts.begin(month), self._end(month), self._inputs["experience.response_hours"]
        waiting = open_tickets(self._beside.tickets, end)
        opened = [ticket for ticket in self._beside.tickets if start <= ticket.opened <= end]
        answered = [ticket.response_hours for ticket in opened if ticket.response_hours is not None]
        late = [t for t in opened if t.response_hours is None and (end - t.opened).days * HOURS > limit]
        unanswered = len(open_tickets(late, end))
        active = self._people.active(month)
        behind = {ticket.name for ticket in waiting}
        return {
            "tickets_opened": len(opened),
            "tickets_open": len(waiting),
            "tickets_age": median((end - ticket.opened).days for ticket in waiting) if waiting else None,
            "tickets_revenue": None if active is None else sum(active.get(name, 0) for name in behind) / 100,
            "response_judged": len(answered) + unanswered,
            "response_late": sum(hours > limit for hours in answered) + unanswered,
            "response_median": median(answered) if answered else None,
        }

    # ---- features

    @cached_property
    def _users(self) -> dict[tuple[str, str], set[str]]:
        """Who used a feature in a month."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for use in self._beside.usage:
            if use.uses > 0:
                found[use.feature, use.month].add(use.name)
        return found

    @cached_property
    def _taken_up(self) -> dict[str, dict[str, date]]:
        """The first day of each customer with each feature."""
        found: dict[str, dict[str, date]] = defaultdict(dict)
        for use in self._beside.usage:
            if use.uses > 0:
                found[use.feature][use.name] = min(use.first_day, found[use.feature].get(use.name, use.first_day))
        return found

    def features(self) -> Iterable[Feature]:
        facts = self._facts
        active, before = self._people.active(facts.month) or {}, facts.months[-2] if len(facts.months) > 1 else ""
        earlier = self._people.active(before) or {} if before else {}
        settled = dict(self._settled())
        names = {feature for feature, _ in self._users}

        def counted(feature: str) -> Feature:
            first = self._taken_up[feature]
            took = {name for name, landmark in settled.items() if name in first and first[name] <= landmark}
            others = settled.keys() - took
            return Feature(
                feature,
                len(self._users.get((feature, facts.month), set()) & active.keys()),
                len(self._users.get((feature, before), set()) & earlier.keys()),
                len(took),
                len(took & active.keys()),
                len(others),
                len(others & active.keys()),
            )

        return sorted((counted(name) for name in names), key=lambda feature: (-feature.users, feature.name))

    def _settled(self) -> Iterator[tuple[str, date]]:
        """Customers whose first days are over, each with the last of these days; all were there when they ended.

        Who left earlier could not take a feature up later, and would make any feature look good. Counted are those who
        started since the use of features is recorded, in the months that the settings let count.
        """
        facts, within = self._facts, timedelta(days=self._days("adoption_days"))
        recorded = min(use.month for use in self._beside.usage)
        oldest = facts.months[max(0, len(facts.months) - 1 - self._days("lift_months"))]
        by_name = {month: self._people.active(month) for month in facts.months[-1 - self._days("lift_months") : -1]}
        for name, start in self._people.starts.items():
            first = self._people.first_months[name]
            if first < max(recorded, oldest):
                continue
            landmark = start + within
            month = month_of(landmark)
            if month >= facts.month:
                continue
            there = by_name.get(month)
            if there is None:  # a ledger too large to say by name: who was there at the opening
                there = self._people.active(facts.months[-2])
            if there is not None and name in there:
                yield name, landmark


def _answers(measure: str, scores: Sequence[float]) -> dict[str, float | None]:
    if measure == "NPS":
        promoters = sum(score >= PROMOTER for score in scores)
        detractors = sum(score <= DETRACTOR for score in scores)
        return {"nps_answers": len(scores), "nps_promoters": promoters, "nps_detractors": detractors}
    if measure == "CSAT":
        return {"csat_answers": len(scores), "csat_satisfied": sum(score >= SATISFIED for score in scores)}
    squares = sum(score * score for score in scores)
    return {"sus_answers": len(scores), "sus_sum": sum(scores), "sus_squares": squares}
