"""What must hold for the facts of any ledger, and the same figures computed by hand in pandas."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from retention_xl.ledger import Facts, Ledger, read_ledger
from retention_xl.ledger.dates import month_of, month_text

from .conftest import Given

pytestmark = pytest.mark.planned_as_ever

TERMS = {"month": 1, "quarter": 3, "year": 12}


def random_ledger(seed: int, customers: int = 40, months: int = 20) -> str:
    """Subscriptions that begin, change, pause and end, billed by month, quarter or year; clean text."""
    rng = random.Random(seed)
    lines = ["Customer,Date,Type,Amount,Interval,Plan,Reason"]
    for c in range(customers):
        name, month = f"K{c:03d}", rng.randrange(months) if c else 0
        term = rng.choice(list(TERMS)) if c else "month"
        price = rng.randrange(500, 90_000)
        while month < months:
            day = rng.randrange(1, 29)
            lines.append(f"{name},{month_text(24000 + month)}-{day:02d},invoice,{price / 100:.2f},{term},P{price % 3},")
            if rng.random() < 0.05:
                lines.append(f"{name},{month_text(24000 + month)}-28,refund,-{price / 200:.2f},,,")
            if rng.random() < 0.1:
                lines.append(f"{name},{month_text(24000 + month)}-28,set-up,12.34,,,")
            month += TERMS[term]
            chance = rng.random()
            if c and chance < 0.12 and month < months:
                lines.append(
                    f"{name},{month_text(24000 + month)}-01,cancel,0.00,,,{rng.choice(['Price', 'Quality', ''])}"
                )
                month += rng.randrange(1, 6) if rng.random() < 0.5 else months
            elif chance < 0.3:
                price = max(100, price + rng.randrange(-400, 700))
    rng.shuffle(body := lines[1:])
    return "\n".join([lines[0], *body]) + "\n"


def by_hand(text: str) -> pd.DataFrame:
    """Cents by customer (rows) and month (columns), NaN where not active: no SQL, no code of the package."""
    worth: dict[tuple[str, int], int] = {}
    last = 0
    for line in text.splitlines()[1:]:
        customer, day, kind, amount, term, _, _ = line.split(",")
        month = int(day[:4]) * 12 + int(day[5:7]) - 1
        if kind == "invoice":
            last = max(last, month)
            share = round(int(amount.replace(".", "")) / TERMS[term] + 1e-9)
            for m in range(month, month + TERMS[term]):
                worth[customer, m] = worth.get((customer, m), 0) + share
    table = pd.Series(worth).unstack()
    return table[[m for m in table.columns if m <= last]].sort_index(axis=1)


@pytest.fixture(scope="module", params=[1, 2, 3])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    text = random_ledger(request.param)
    path = tmp_path_factory.mktemp("random") / "ledger.csv"
    path.write_text(text)
    with read_ledger(path) as ledger:
        yield ledger, by_hand(text)


@pytest.mark.few(1)
def test_the_bridge_agrees_with_pandas(pair: tuple[Ledger, pd.DataFrame]) -> None:
    ledger, table = pair
    facts = ledger.facts(ledger.last_month)
    assert list(facts.months) == [month_text(m) for m in table.columns]
    before = pd.Series(float("nan"), index=table.index)
    seen = pd.Series(False, index=table.index)
    for m in facts.movements:
        now = table[month_of(m.month)]
        new, back, gone = now.notna() & ~seen, now.notna() & before.isna() & seen, now.isna() & before.notna()
        both = now.notna() & before.notna()
        change = (now - before)[both]
        assert (m.opening, m.closing) == (before.sum(), now.sum())
        assert (m.opening_customers, m.closing_customers) == (before.count(), now.count())
        assert (m.new, m.new_customers) == (now[new].sum(), new.sum())
        assert (m.reactivation, m.reactivated_customers) == (now[back].sum(), back.sum())
        assert (m.expansion, m.expanded_customers) == (change[change > 0].sum(), (change > 0).sum())
        assert (m.contraction, m.contracted_customers) == (-change[change < 0].sum(), (change < 0).sum())
        assert (m.churn, m.lost_customers) == (before[gone].sum(), gone.sum())
        assert m.kept_opening == before[both].sum()
        before, seen = now, seen | now.notna()


@pytest.mark.few(1)
def test_cohorts_agree_with_pandas(pair: tuple[Ledger, pd.DataFrame]) -> None:
    ledger, table = pair
    first = table.apply(lambda row: row.first_valid_index(), axis=1)
    facts = ledger.facts(ledger.last_month)
    for c in facts.cohorts:
        cell = table.loc[first == month_of(c.cohort), month_of(c.cohort) + c.age]
        assert (c.customers, c.cents) == (cell.count(), cell.sum())
    starts = sorted(first.unique())
    last = month_of(ledger.last_month)
    assert [(c.cohort, c.age) for c in facts.cohorts] == [
        (month_text(s), a) for s in starts for a in range(last - s + 1)
    ]


@pytest.mark.few(1)
def test_the_customer_table_agrees_with_pandas(pair: tuple[Ledger, pd.DataFrame]) -> None:
    ledger, table = pair
    facts = ledger.facts(ledger.last_month)
    assert facts.customers is not None
    rows = {c.name: [float("nan") if v is None else v for v in c.cents] for c in facts.customers}
    pd.testing.assert_frame_equal(
        pd.DataFrame.from_dict(rows, orient="index"), table.set_axis(range(table.shape[1]), axis=1), check_dtype=False
    )
    assert [c.name for c in facts.customers] == sorted(rows)


def holds(facts: Facts) -> None:
    """The identities every month of every ledger keeps."""
    openings = [(0, 0), *((m.closing, m.closing_customers) for m in facts.movements)]
    for (opening, customers), m in zip(openings, facts.movements, strict=False):
        assert (m.opening, m.opening_customers) == (opening, customers)
        assert m.opening + m.new + m.reactivation + m.expansion - m.contraction - m.churn == m.closing
        assert m.opening_customers + m.new_customers + m.reactivated_customers - m.lost_customers == m.closing_customers
        assert m.kept_opening == m.opening - m.churn
    last = facts.movements[-1]
    moved: dict[str | None, list[int]] = {}
    for p in facts.pairs:
        moved.setdefault(p.kind, []).append((p.closing or 0) - (p.opening or 0))
    assert (last.new, last.new_customers) == (sum(moved.get("New", [])), len(moved.get("New", [])))
    assert last.reactivation == sum(moved.get("Reactivation", []))
    assert last.expansion == sum(moved.get("Expansion", []))
    assert last.contraction == -sum(moved.get("Contraction", []))
    assert last.churn == -sum(moved.get("Churn", []))
    assert sum(p.closing is not None for p in facts.pairs) == last.closing_customers
    assert [p.name for p in facts.pairs] == sorted(p.name for p in facts.pairs)
    by_month: dict[str, int] = {}
    for c in facts.cohorts:
        month = month_text(month_of(c.cohort) + c.age)  # type: ignore[operator]
        by_month[month] = by_month.get(month, 0) + c.customers
    assert all(by_month.get(m.month, 0) == m.closing_customers for m in facts.movements)
    for m in facts.movements[-13:]:
        reasons = [r for r in facts.reasons if r.month == m.month]
        assert (sum(r.customers for r in reasons), sum(r.cents for r in reasons)) == (m.lost_customers, m.churn)
    churned = {p.reason: 0 for p in facts.pairs if p.kind == "Churn"}
    for p in facts.pairs:
        if p.kind == "Churn":
            churned[p.reason] += 1
    assert churned == {r.reason: r.customers for r in facts.reasons if r.month == facts.month}
    assert sum(item.total_cents for item in facts.tie_out) == facts.ledger_total


@pytest.mark.few(2)
@pytest.mark.parametrize("back", [0, 1, 7, 19])
def test_the_identities_hold_in_every_month(pair: tuple[Ledger, pd.DataFrame], back: int) -> None:
    ledger, table = pair
    month = month_text(int(table.columns[-1]) - back)
    facts = ledger.facts(month)
    assert facts.month == facts.months[-1] == month
    holds(facts)
    lines = ledger.lines()
    dated = lines[(lines["refusal"] == "") & (lines["day"].dt.strftime("%Y-%m") == month)]["cents"].sum()
    assert sum(item.month_cents or 0 for item in facts.tie_out) == dated


@pytest.mark.thorough
def test_facts_add_up_over_any_partition_by_customer(tmp_path: Path) -> None:
    head, *lines = random_ledger(5).splitlines()
    parts = [lines, [x for x in lines if int(x[1:4]) % 2], [x for x in lines if not int(x[1:4]) % 2]]
    bridges = []
    for i, part in enumerate(parts):
        path = tmp_path / f"{i}.csv"
        path.write_text("\n".join([head, *part]) + "\n")
        with read_ledger(path, allow_empty_months=True) as ledger:
            bridges.append(ledger.movements().set_index("month"))
    whole, odd, even = bridges
    together = odd.add(even, fill_value=0).astype(int)
    pd.testing.assert_frame_equal(together, whole, check_dtype=False)


@pytest.mark.thorough
def test_the_order_of_lines_changes_nothing_but_their_numbers(given: Given) -> None:
    head, *lines = random_ledger(4).splitlines()
    one = given("\n".join([head, *lines]) + "\n").facts()
    other = given("\n".join([head, *reversed(lines)]) + "\n").facts()
    assert (one.fingerprint, one.movements, one.cohorts, one.customers, one.tie_out) == (
        other.fingerprint, other.movements, other.cohorts, other.customers, other.tie_out,
    )  # fmt: skip


def test_one_cent_on_one_line_changes_the_fingerprint(given: Given) -> None:
    text = random_ledger(4)
    line = text.splitlines()[7]
    customer, day, kind, amount, rest = line.split(",", 4)
    changed = ",".join([customer, day, kind, f"{float(amount) + 0.01:.2f}", rest])
    assert given(text).facts().fingerprint != given(text.replace(line, changed, 1)).facts().fingerprint


@pytest.mark.thorough
def test_a_month_is_the_same_whatever_follows_it(given: Given) -> None:
    """Later lines do not change what a month says, except for what they add to the ledger's totals."""
    text = random_ledger(6)
    head, *lines = text.splitlines()
    early = "\n".join([head, *(x for x in lines if x.split(",")[1] < "2001-01")]) + "\n"
    with given(early) as short, given(text) as long:
        one, other = short.facts("2000-12"), long.facts("2000-12")
    assert (one.movements, one.cohorts, one.pairs, one.customers, one.reasons) == (
        other.movements, other.cohorts, other.pairs, other.customers, other.reasons,
    )  # fmt: skip


PAIR = "Customer,Date,Type,Amount,Interval,Plan,Tier,Region,Channel,Reason\n"
STEADY = "".join(f"Z,{2023 + m // 12}-{m % 12 + 1:02d}-01,invoice,1.00,month,,,,,\n" for m in range(26))


@pytest.mark.thorough
def test_a_pair_tells_what_its_lines_say_up_to_the_month(given: Given) -> None:
    ledger = given(
        PAIR + STEADY + "A,2023-01-10,invoice,10.00,month,Basic,S,EU,Web,\nA,2023-02-10,invoice,120.00,year,Pro,,EU,,\n"
        "A,2023-05-10,cancel,0,,,,,,Price\nA,2023-06-10,setup,5.00,,Later,,,,\n"
    )
    (pair,) = [p for p in ledger.facts("2023-05").pairs if p.name == "A"]
    assert (pair.plan, pair.tier, pair.region, pair.channel, pair.term_months) == ("Pro", "S", "EU", "Web", 12)
    assert (pair.paid_through, pair.cancelled_on, pair.reason) == (date(2024, 2, 10), date(2023, 5, 10), "Price")
    (pair,) = [p for p in ledger.facts("2023-04").pairs if p.name == "A"]
    assert (pair.cancelled_on, pair.reason, pair.kind) == (None, "", None)
    (pair,) = [p for p in ledger.facts("2024-02").pairs if p.name == "A"]
    assert (pair.kind, pair.closing, pair.reason, pair.plan) == ("Churn", None, "Price", "Later")


@pytest.mark.thorough
def test_a_notice_of_an_earlier_spell_or_before_a_reactivation_is_over(given: Given) -> None:
    ledger = given(
        PAIR + STEADY + "A,2023-01-10,invoice,10.00,month,,,,,\nA,2023-02-10,cancel,0,,,,,,Price\n"
        "A,2023-04-10,invoice,120.00,year,,,,,\n"
        "B,2023-04-10,invoice,120.00,year,,,,,\nB,2023-05-01,cancel,0,,,,,,Price\nB,2023-05-20,reactivate,0,,,,,,\n"
    )
    for name in ("A", "B"):
        (pair,) = [p for p in ledger.facts("2023-05").pairs if p.name == name]
        assert (pair.cancelled_on, pair.reason) == (None, "")
    (pair,) = [p for p in ledger.facts("2023-04").pairs if p.name == "A"]
    assert (pair.kind, pair.first_month) == ("Reactivation", "2023-01")


def test_the_reason_nearest_the_end_of_service_counts(given: Given) -> None:
    ledger = given(
        PAIR + STEADY + "A,2023-01-10,invoice,30.00,quarter,,,,,\nA,2023-01-20,cancel,0,,,,,,Doubt\n"
        "A,2023-04-01,cancel,0,,,,,,Price\n"
        "B,2023-01-10,invoice,30.00,quarter,,,,,\nB,2023-02-20,refund,-1.00,,,,,,Mistake\n"
    )
    reasons = [(r.month, r.reason, r.customers, r.cents) for r in ledger.facts("2023-06").reasons]
    assert reasons == [("2023-04", "", 1, 1000), ("2023-04", "Price", 1, 1000)]


@pytest.mark.thorough
def test_a_reason_belongs_to_the_run_of_months_it_ended(given: Given) -> None:
    ledger = given(
        PAIR + STEADY + "A,2023-01-10,invoice,10.00,month,,,,,\nA,2023-02-10,cancel,0,,,,,,Price\n"
        "A,2023-04-10,invoice,10.00,month,,,,,\n"
        "B,2023-01-10,invoice,10.00,month,,,,,\nB,2023-04-10,invoice,10.00,month,,,,,\nB,2023-05-10,cancel,0,,,,,,Price\n"
    )
    reasons = {(r.month, r.reason): r.customers for r in ledger.facts("2023-06").reasons}
    assert reasons == {("2023-02", "Price"): 1, ("2023-02", ""): 1, ("2023-05", ""): 1, ("2023-05", "Price"): 1}


@pytest.mark.thorough
def test_above_the_limit_the_customer_table_is_left_out(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = given(PAIR + STEADY)
    assert ledger.facts("2023-03").customers is not None
    monkeypatch.setattr("retention_xl.ledger.facts.CUSTOMER_MONTHS_LIMIT", 2)
    assert ledger.facts("2023-03").customers is None
    assert ledger.facts("2023-02").customers is not None


@pytest.mark.thorough
def test_the_window_is_the_last_36_months_and_who_was_active_in_it(given: Given) -> None:
    steady = "".join(f"Z,{2020 + m // 12}-{m % 12 + 1:02d}-01,invoice,1.00,month,,,,,\n" for m in range(40))
    facts = given(PAIR + steady + "A,2020-02-01,invoice,1.00,month,,,,,\n").facts("2023-04")
    assert (facts.window[0], facts.window[-1], len(facts.window)) == ("2020-05", "2023-04", 36)
    assert [c.name for c in facts.customers or ()] == ["Z"]


@pytest.mark.few(1)
def test_tables_come_back_as_frames(pair: tuple[Ledger, pd.DataFrame]) -> None:
    ledger, table = pair
    months = ledger.customer_months()
    assert list(months.columns) == ["customer", "month", "cents"] and len(months) == table.count().sum()
    assert ledger.movements()["closing"].tolist() == table.sum().astype(int).tolist()
    assert ledger.cohorts()["customers"].sum() == table.count().sum()
