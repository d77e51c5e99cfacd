"""Tables that change how the ledger is read: rates by date, merged ids, parents, subscriptions, a fiscal calendar."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import Policies

from .conftest import Given
from .test_policies_effects import checked, months_of, step, year

pytestmark = pytest.mark.planned_as_ever

HEAD = "Customer,Date,Type,Amount,Interval,Currency\n"
STEADY = "".join(f"Z,2023-{m:02d}-01,invoice,1.00,month,USD\n" for m in range(1, 7))
RATES = {"currency": ["EUR"] * 3, "date": ["2023-01-01", "2023-02-20", "2023-04-01"], "rate": ["1.10", "1.20", "1.00"]}
FOREIGN = "A,2023-01-15,invoice,120.00,year,EUR\nB,2023-03-10,invoice,10,month,EUR\nB,2023-04-10,invoice,15,month,EUR\n"


def table(**columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(columns)


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("exchange", "february", "april"),
    # opening, expansion, contraction, exchange rates, closing: February 1.1 -> 1.2, April 1.2 -> 1.0 with B up by half
    [
        ("own_row", (1200, 0, 0, 100, 1300), (2500, 600, 0, -500, 2600)),
        ("as_reported", (1200, 100, 0, 0, 1300), (2500, 300, 200, 0, 2600)),
    ],
)
def test_rates_by_date_move_revenue_in_a_row_of_their_own(
    given: Given, exchange: str, february: tuple[int, ...], april: tuple[int, ...]
) -> None:
    ledger = given(
        HEAD + STEADY + FOREIGN,
        currency="USD",
        policies=Policies(exchange=exchange),
        tables={"rates": pd.DataFrame(RATES)},
    )
    facts = checked(ledger, "2023-06")
    by_month = {m.month: (m.opening, m.expansion, m.contraction, m.fx, m.closing) for m in facts.movements}
    assert (by_month["2023-02"], by_month["2023-04"]) == (february, april)
    assert step(facts, "policy_exchange") == 100
    movers = {p.name: (p.kind, p.fx) for p in ledger.facts("2023-04").pairs}
    assert movers["A"] == (("Currency", -200) if exchange == "own_row" else ("Contraction", 0))
    assert movers["B"] == ("Expansion", -300 if exchange == "own_row" else 0)


@pytest.mark.thorough
def test_rates_by_date_may_stand_in_the_file_of_rates(given: Given, tmp_path: Any) -> None:
    path = tmp_path / "rates.csv"
    pd.DataFrame(RATES).to_csv(path, index=False)
    ledger = given(HEAD + STEADY + FOREIGN, currency="USD", rates=path)
    assert [m.fx for m in checked(ledger, "2023-04").movements] == [0, 100, 0, -500]


def test_one_rate_a_currency_has_no_movement_of_its_own(given: Given) -> None:
    ledger = given(HEAD + STEADY + FOREIGN, currency="USD", rates={"USD": 1, "EUR": "1.1"})
    assert all(m.fx == 0 for m in checked(ledger).movements)


def test_a_line_before_the_first_rate_is_an_error_that_names_both_days(given: Given) -> None:
    rates = table(currency=["EUR"], date=["2023-02-01"], rate=["1.1"])
    with pytest.raises(LedgerError) as error:
        given(HEAD + STEADY + FOREIGN, currency="USD", tables={"rates": rates})
    assert str(error.value) == (
        "ledger.csv, line 8: 2023-01-15 is before the first rate of EUR, of 2023-02-01; add an earlier rate."
    )


MERGED = (
    HEAD + STEADY + "".join(f"{c},2023-{m:02d}-15,invoice,10,month,USD\n" for m, c in enumerate(["a1", "A2", "A3"], 1))
)


@pytest.mark.thorough
def test_an_id_that_changed_goes_by_its_last_one(given: Given) -> None:
    assert [m.new_customers for m in checked(given(MERGED), "2023-03").movements] == [2, 1, 1]
    ledger = given(MERGED, tables={"aliases": table(old=["A1", "A2"], new=["A2", "A3"])})
    assert months_of(ledger, "A3") == year(1, 3, 1000)
    assert [m.new_customers for m in checked(ledger, "2023-03").movements] == [2, 0, 0]
    to_nowhere = given(MERGED, tables={"aliases": table(old=["A1", "A2", "A3"], new=["A2", "A3", "Acme"])})
    assert months_of(to_nowhere, "Acme") == year(1, 3, 1000)


def test_an_id_with_two_new_ones_refuses_the_table_and_names_both(given: Given) -> None:
    ledger = given(MERGED, tables={"aliases": table(old=["A1", "A1"], new=["A2", "Acme"])})
    assert ledger.tables[0].refused == (
        "'A1' has two new ids, 'A2' on line 2 and 'Acme' on line 3; leave the one that holds"
    )
    assert {"a1", "A2"} <= set(ledger.customer_months()["customer"])


def test_an_old_id_that_nobody_has_is_listed_and_one_inside_a_chain_need_not_be_there(given: Given) -> None:
    ledger = given(MERGED, tables={"aliases": table(old=["A1", "Between", "Nobody"], new=["Between", "A2", "A2"])})
    assert [note.told() for note in ledger.table_notes] == [
        "DataFrame, line 4, column old: 'Nobody' is no customer of the ledger"
    ]
    assert (ledger.tables[0].taken, ledger.tables[0].noted) == (2, 1)
    assert "a1" not in set(ledger.customer_months()["customer"])


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Alte Kundennummer", "Neue Kundennummer"),
        ("Ancien numéro de client", "Nouveau numéro de client"),
        ("Número de cliente antiguo", "Número de cliente nuevo"),
        ("Vanha asiakasnumero", "Uusi asiakasnumero"),
    ],
)
def test_aliases_are_recognised_by_the_headings_of_five_languages(given: Given, old: str, new: str) -> None:
    ledger = given(MERGED, tables={"aliases": table(**{old: ["A1"], new: ["A2"]})})
    assert (ledger.tables[0].refused, ledger.tables[0].taken) == ("", 1)


@pytest.mark.thorough
def test_ids_that_lead_in_a_circle_are_refused_by_name(given: Given) -> None:
    ledger = given(MERGED, tables={"aliases": table(old=["A1", "A2", "A3"], new=["A2", "A3", "A1"])})
    (read,) = ledger.tables
    assert (read.taken, read.refused) == (0, "the ids lead in a circle: a1 -> a2 -> a3 -> a1")
    assert months_of(ledger, "a1") == year(1, 1, 1000)


GROUP = (
    "Customer,Date,Type,Amount,Interval,Plan,Parent\n"
    + "".join(f"Z,2023-{m:02d}-01,invoice,1.00,month,,\n" for m in range(1, 7))
    + "A,2023-01-05,invoice,60,year,X,Group\nB,2023-01-05,invoice,10,month,X,Group\nB,2023-01-05,invoice,20,month,Y,\n"
)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("count_by", "lost", "contraction", "names"),
    [
        ("customer", 1, 0, {"A", "B", "Z"}),
        ("parent", 0, 3000, {"Group", "Z"}),
        ("subscription", 2, 0, {"A / X", "B / X", "B / Y", "Z"}),
    ],
)
def test_what_counts_as_a_customer_decides_who_is_lost(
    given: Given, count_by: str, lost: int, contraction: int, names: set[str]
) -> None:
    ledger = given(GROUP, policies=Policies(count_by=count_by))
    february = checked(ledger, "2023-02").movements[-1]
    assert (february.lost_customers, february.contraction) == (lost, contraction)
    assert set(ledger.customer_months()["customer"]) == names


@pytest.mark.thorough
def test_the_table_of_customers_names_parents_too(given: Given) -> None:
    customers = table(customer=["A", "B"], parent=["Holding", "Holding"])
    ledger = given(
        GROUP.replace("Parent", "Note"), policies=Policies(count_by="parent"), tables={"customers": customers}
    )
    assert set(ledger.customer_months()["customer"]) == {"Holding", "Z"}


@pytest.mark.thorough
def test_notice_given_by_the_table_of_cancellations_ends_the_revenue(given: Given) -> None:
    text = HEAD + STEADY + "A,2023-01-10,invoice,120,year,USD\nA,2023-05-20,cancel,0,,USD\n"
    gone = table(customer=["A"], date=["2023-12-31"], notice=["2023-03-20"])
    ledger = given(text, policies=Policies(churn_date="notice"), tables={"cancellations": gone})
    assert months_of(ledger) == year(1, 2, 1000)


CALENDAR = {
    "month": [f"2023-{m:02d}" for m in range(1, 7)],
    "first day": ["2023-01-01", "2023-01-29", "2023-02-26", "2023-04-02", "2023-04-30", "2023-05-28"],
    "last day": ["2023-01-28", "2023-02-25", "2023-04-01", "2023-04-29", "2023-05-27", "2023-07-01"],
}


@pytest.mark.thorough
def test_a_4_4_5_calendar_counts_at_the_last_day_of_its_months(given: Given) -> None:
    text = HEAD + STEADY + "A,2023-01-26,invoice,10,month,USD\nA,2023-02-27,invoice,10,month,USD\n"
    assert months_of(given(text)) == year(1, 2, 1000)
    ledger = given(text, tables={"calendar": pd.DataFrame(CALENDAR)})
    # served on 28 January and 25 February; from 27 February to 26 March, but not on 1 April
    assert months_of(ledger) == year(1, 2, 1000)
    assert months_of(ledger, "Z") == year(1, 5, 100)
    assert months_of(given(text.replace("02-27", "03-03"), tables={"calendar": pd.DataFrame(CALENDAR)})) == year(
        1, 3, 1000
    )
    checked(ledger, "2023-05")


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            {"month": ["2023-01", "2023-02", "2023-04", "2023-05", "2023-06", "2023-07"]},
            "months must follow each other",
        ),
        ({"first day": ["2023-01-01", "2023-01-30", *CALENDAR["first day"][2:]]}, "a gap or overlap"),
        ({"first day": [None, *CALENDAR["first day"][1:]]}, "the first fiscal month, 2023-01, needs its first day"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused_with_the_reason(
    given: Given, change: dict[str, list[Any]], reason: str
) -> None:
    ledger = given(HEAD + STEADY, tables={"calendar": pd.DataFrame({**CALENDAR, **change})})
    (read,) = ledger.tables
    assert reason in read.refused


def test_a_line_outside_the_calendar_is_an_error(given: Given) -> None:
    with pytest.raises(
        LedgerError, match="line 8: 2023-08-01 is outside the fiscal calendar, which runs from 2023-01-01 to"
    ):
        given(HEAD + STEADY + "A,2023-08-01,invoice,10,month,USD\n", tables={"calendar": pd.DataFrame(CALENDAR)})


FOUR_FIVE = {  # the twelve months of 2023 by weeks of 4-4-5
    "month": [f"2023-{m:02d}" for m in range(1, 13)],
    "first day": [str(date(2023, 1, 1) + timedelta(weeks=w)) for w in (0, 4, 8, 13, 17, 21, 26, 30, 34, 39, 43, 47)],
    "last day": [str(date(2022, 12, 31) + timedelta(weeks=w)) for w in (4, 8, 13, 17, 21, 26, 30, 34, 39, 43, 47, 52)],
}


@pytest.mark.thorough
def test_what_stands_beside_the_ledger_is_known_at_the_fiscal_month_s_end(given: Given) -> None:
    tickets = table(customer=["Z", "Z"], opened=["2023-03-31", "2023-04-02"])
    spend = table(date=["2023-04-01", "2023-04-02"], amount=[5, 7])
    usage = table(customer=["Z", "Z"], feature=["x", "x"], date=["2023-04-01", "2023-04-02"])
    beside = {"tickets": tickets, "spend": spend, "usage": usage}
    ledger = given(HEAD + STEADY, tables={**beside, "calendar": pd.DataFrame(FOUR_FIVE)})
    facts = ledger.facts("2023-03")
    assert (facts.end("2023-03"), facts.begin("2023-03")) == (date(2023, 4, 1), date(2023, 2, 26))
    assert (facts.begin("2023-01"), facts.end("2022-12")) == (date(2023, 1, 1), date(2022, 12, 31))
    assert [t.opened for t in facts.supporting.tickets] == [date(2023, 3, 31)]
    assert [(s.month, s.cents) for s in facts.supporting.spend] == [("2023-03", 5_00)]
    assert [(u.month, u.uses) for u in facts.supporting.usage] == [("2023-03", 1.0)]
    plain = given(HEAD + STEADY, tables=beside).facts("2023-03")
    assert (plain.end("2023-03"), plain.begin("2023-03")) == (date(2023, 3, 31), date(2023, 3, 1))
    assert plain.supporting.spend == ()


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("month", "reason"),
    [
        (
            [f"2023-P{m:02d}" for m in range(1, 14)],
            "'2023-P01' is not a month such as 2026-10; a calendar has 12 fiscal",
        ),
        ([f"2023-{m:02d}" for m in range(1, 14)], "the periods are of four weeks, 13 a year"),
        ([f"2023-{m:02d}" for m in range(1, 13)] + ["2024-01"], "the periods are of four weeks, 13 a year"),
    ],
)
def test_thirteen_periods_of_four_weeks_are_refused_with_the_reason(
    given: Given, month: list[str], reason: str
) -> None:
    days = [date(2023, 1, 1) + timedelta(weeks=4 * w) for w in range(14)]
    calendar = {
        "period": month,
        "first day": [str(day) for day in days[:-1]],
        "last day": [str(day - timedelta(days=1)) for day in days[1:]],
    }
    ledger = given(HEAD + STEADY, tables={"calendar": pd.DataFrame(calendar)})
    (read,) = ledger.tables
    assert reason in read.refused
    assert ledger.calendar is None
