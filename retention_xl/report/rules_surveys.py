"""Conditions of rules that look at surveys: who would recommend us, who finds the product hard to use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

from retention_xl.ledger.supporting.records import SurveyAnswer
from retention_xl.report.experience import DETRACTOR, PROMOTER, Experience, month_of
from retention_xl.report.rules import Rule
from retention_xl.report.rules_case import Breach, Case, reaches, total
from retention_xl.report.rules_experience import QUARTER, Named, counted, paying, rate_of, told
from retention_xl.report.rules_wording import count, money, percent
from retention_xl.report.wording import fixed, month_name

REMEMBERED = 12  # months for which a customer's last answer counts as what it thinks


@dataclass(frozen=True)
class Mean:
    """A mean of answers with its variance: of NPS in points, of SUS on its scale."""

    number: int
    mean: float
    variance: float

    def surely(self, confidence: float) -> tuple[float, float]:
        """The interval that the mean lies in."""
        bound = NormalDist().inv_cdf((1 + confidence) / 2) * (self.variance / self.number) ** 0.5
        return self.mean - bound, self.mean + bound


def _nps(found: Experience, back: int, months: int = 1) -> Mean | None:
    number = counted(found, "nps_answers", back, months)
    if not number:
        return None
    good, bad = (counted(found, key, back, months) / number for key in ("nps_promoters", "nps_detractors"))
    return Mean(number, 100 * (good - bad), 100 * 100 * (good + bad - (good - bad) ** 2))


def _sus(found: Experience, back: int, months: int = 1) -> Mean | None:
    end = len(found.months) - back
    rows = [found.counts[key][max(0, end - months) : max(0, end)] for key in ("sus_answers", "sus_sum", "sus_squares")]
    number, added, squares = (sum(value or 0 for value in row) for row in rows)
    if number < 2:
        return None
    mean = added / number
    return Mean(int(number), mean, max(0.0, (squares - added * mean) / (number - 1)))


def _last_answers(case: Case, measure: str, until: date) -> Mapping[str, SurveyAnswer]:
    """The last answer of each customer in the months that count, up to a day."""
    months = case.facts.months[-REMEMBERED:]
    found: dict[str, SurveyAnswer] = {}
    for answer in case.facts.supporting.surveys:
        counts = answer.measure == measure and answer.day <= until and month_of(answer.day) >= months[0]
        if counts and answer.name and (answer.name not in found or answer.day >= found[answer.name].day):
            found[answer.name] = answer
    return found


def _detractors(case: Case, month: str) -> tuple[Named, int]:
    """Customers at the end of a month whose last answer was 0 to 6; and how many customers have answered."""
    answers = _last_answers(case, "NPS", case.facts.end(month))
    bad = (name for name, answer in answers.items() if answer.score <= DETRACTOR)
    return paying(case, bad, month), len(paying(case, answers, month))


def not_recommended(case: Case, rule: Rule) -> Breach | None:
    """NPS below its limit or fallen, or much revenue with detractors."""
    found = told(case, "nps")
    if found is None:
        return None
    allowed, drop, share = (case.limit(rule, name) for name in ("nps", "drop", "share"))
    customers, known = _detractors(case, case.facts.month)
    exposed = total(customers)
    now, quarter, earlier = _nps(found, 0), _nps(found, 0, QUARTER), _nps(found, QUARTER, QUARTER)
    before = _nps(found, 1)
    if quarter is not None and case.enough(rule, quarter.number) and quarter.mean < allowed:
        both = now is not None and before is not None and case.enough(rule, now.number, before.number)
        again = both and now is not None and before is not None and max(now.mean, before.mean) < allowed
        if again or quarter.surely(case.confidence)[1] < allowed:
            finding = (
                f"NPS is {_signed(quarter.mean)} from {count(quarter.number)} answers in the three months to "
                f"{month_name(case.facts.month)} (limit {_signed(allowed)})."
            )
            finding += _detractors_told(case, customers)
            return Breach(quarter.mean, "nps_quarter", "score", allowed, "nps", finding, exposed, customers)
    if quarter is not None and earlier is not None and case.enough(rule, quarter.number, earlier.number):
        fall = earlier.mean - quarter.mean
        error = (quarter.variance / quarter.number + earlier.variance / earlier.number) ** 0.5
        if reaches(fall, drop) and fall > NormalDist().inv_cdf((1 + case.confidence) / 2) * error:
            finding = (
                f"NPS fell by {fixed(fall, 0)} points to {_signed(quarter.mean)} ({count(quarter.number)} answers in "
                f"the three months to {month_name(case.facts.month)}, {count(earlier.number)} in the three before)."
            )
            finding += _detractors_told(case, customers)
            return Breach(fall, "nps_fall", "score", drop, "drop", finding, exposed, customers)
    return _detractors_hold(case, rule, customers, known, share)


def _detractors_hold(case: Case, rule: Rule, customers: Named, known: int, share: float) -> Breach | None:
    """Two months running."""
    if len(case.facts.months) < 2:
        return None
    earlier, known_before = _detractors(case, case.facts.months[-2])
    revenue, revenue_before = case.facts.movements[-1].closing, case.facts.movements[-1].opening
    if not revenue or not revenue_before or not case.enough(rule, known, known_before):
        return None
    held, held_before = total(customers) / revenue, total(earlier) / revenue_before
    if held <= share or held_before <= share:
        return None
    finding = (
        f"{case.words.counted(len(customers))} who would not recommend us pay {percent(held)} of the "
        f"{case.words.revenue} (limit {percent(share)}), as in the month before."
    )
    return Breach(held, "detractor_share", "fraction", share, "share", finding, total(customers), customers)


def _detractors_told(case: Case, customers: Named) -> str:
    if not customers:
        return ""
    paid = money(total(customers), case.facts.currency)
    who = f"{case.words.counted(len(customers))} who would not recommend us"
    return f" {who} pay {paid} of {case.words.revenue} a month."


def _signed(value: float) -> str:
    number = fixed(abs(value), 0)
    return number if value >= 0 or number == "0" else f"-{number}"


def promoters_do_not_refer(case: Case, rule: Rule) -> Breach | None:
    """Many would recommend, few new users come by an invitation."""
    found = told(case, "nps")
    now, before = case.month(0), case.month(1)
    if found is None or "invites" not in found.given or now is None or before is None:
        return None
    share, least = case.limit(rule, "promoters"), case.limit(rule, "k")
    keen = rate_of(found, "nps_promoters", "nps_answers", 0, QUARTER)
    each = [rate_of(found, "nps_promoters", "nps_answers", back) for back in (0, 1)]
    if not case.enough(rule, keen.whole, now.opening_customers) or not reaches(keen.value, share):
        return None
    again = case.enough(rule, *(rate.whole for rate in each)) and all(reaches(rate.value, share) for rate in each)
    if not again and not case.surely_above(keen, share):
        return None
    if not counted(found, "invites_sent", 0) or not counted(found, "invites_sent", 1):
        return None
    k, k_before = (
        counted(found, "invites_accepted", back) / month.opening_customers for back, month in ((0, now), (1, before))
    )
    if k >= least or k_before >= least:
        return None
    answers = _last_answers(case, "NPS", case.last_day)
    promoters = paying(case, (name for name, answer in answers.items() if answer.score >= PROMOTER))
    finding = (
        f"{percent(keen.value)} of {count(keen.whole)} answers in three months are 9 or 10, but each "
        f"{case.words.customer} brought only {fixed(k, 2)} new users by invitation in {month_name(case.facts.month)} "
        f"(limit {fixed(least, 2)}) and {fixed(k_before, 2)} the month before."
    )
    return Breach(k, "k", "times", least, "k", finding, 0, promoters, endangered=False)


def hard_to_use(case: Case, rule: Rule) -> Breach | None:
    """The UX score below its target."""
    found, target = told(case, "sus"), case.inputs.get("experience.ux")
    quarter = None if found is None else _sus(found, 0, QUARTER)
    if found is None or target is None or quarter is None:
        return None
    if not case.enough(rule, quarter.number) or quarter.mean >= target:
        return None
    now, before = _sus(found, 0), _sus(found, 1)
    both = now is not None and before is not None and case.enough(rule, now.number, before.number)
    again = both and now is not None and before is not None and max(now.mean, before.mean) < target
    if not again and quarter.surely(case.confidence)[1] >= target:
        return None
    answers = _last_answers(case, "SUS", case.last_day)
    struggling = paying(case, (name for name, answer in answers.items() if answer.score < target))
    finding = (
        f"The UX score (SUS) is {fixed(quarter.mean, 1)} from {count(quarter.number)} answers in the three months to "
        f"{month_name(case.facts.month)} (target {fixed(target, 0)}).{_struggling(case, struggling, target)}"
    )
    return Breach(quarter.mean, "ux_quarter", "score", target, "experience.ux", finding, total(struggling), struggling)


def _struggling(case: Case, customers: Named, target: float) -> str:
    if not customers:
        return ""
    paid = money(total(customers), case.facts.currency)
    return f" {case.words.counted(len(customers))} who scored below it pay {paid} of {case.words.revenue} a month."
