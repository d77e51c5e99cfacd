"""The tables beside a ledger: what they add to its facts, as of the month's end, and that a wrong one stops nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import Facts, Ledger, read_ledger
from retention_xl.ledger.supporting.finding import tables_in_folder
from retention_xl.ledger.supporting.records import (
    Cancellation,
    FeatureUse,
    Improvement,
    Invitations,
    MonthTarget,
    Spend,
    SurveyAnswer,
    Ticket,
)

from .conftest import Given

LEDGER = """Customer,Date,Amount,Term
Ann,2026-01-05,100.00,monthly
Ann,2026-02-05,100.00,monthly
Ann,2026-03-05,100.00,monthly
Bob,2026-01-20,600.00,annual
Cem,2026-01-28,50.00,monthly
Cem,2026-02-28,50.00,monthly
Dee,2026-03-31,80.00,monthly
"""


@pytest.fixture
def beside(given: Given, tmp_path: Path) -> Any:
    """Read the ledger with tables written out as text."""

    def read(ledger: str = LEDGER, rates: Any = None, currency: str | None = None, **tables: str) -> Ledger:
        paths = {}
        for name, text in tables.items():
            paths[name] = tmp_path / f"{name}.csv"
            paths[name].write_text(text, "utf-8")
        return given(ledger, tables=paths, rates=rates, currency=currency)

    return read


def pair(facts: Facts, name: str) -> Any:
    return next(p for p in facts.pairs if p.name == name)


def noted(ledger: Ledger) -> list[tuple[str, int, str, str, str]]:
    return [(n.table, n.line, n.column, n.value, n.reason) for n in ledger.table_notes]


@pytest.mark.thorough
def test_without_tables_there_is_no_supporting_data(given: Given) -> None:
    facts = given(LEDGER).facts()
    assert (facts.supporting.tables, facts.supporting.customers) == ((), {})


@pytest.mark.thorough
def test_customers_go_by_the_name_of_the_ledger_however_they_are_spelled(beside: Any) -> None:
    ledger = beside(customers="Customer,Segment\nANN ,Small\nbob,Large\n")
    cards = ledger.facts("2026-03").supporting.customers
    assert {name: card.segment for name, card in cards.items()} == {"Ann": "Small", "Bob": "Large"}


@pytest.mark.thorough
def test_a_customer_that_the_ledger_does_not_have_is_noted_and_counted(beside: Any) -> None:
    ledger = beside(customers="Customer,Segment\nAnn,Small\nZoe,Large\n")
    (read,) = ledger.tables
    assert (read.rows, read.taken, read.noted) == (2, 1, 1)
    assert noted(ledger) == [("customers", 3, "Customer", "Zoe", "is no customer of the ledger")]


@pytest.mark.thorough
def test_a_customer_s_second_row_is_not_taken(beside: Any) -> None:
    ledger = beside(customers="Customer,Segment\nAnn,Small\nann,Large\n")
    assert ledger.facts("2026-03").supporting.customers["Ann"].segment == "Small"
    assert noted(ledger)[0][4] == "stands in the table already; the first of its rows is taken"


@pytest.mark.thorough
def test_of_a_number_and_a_name_the_column_that_the_ledger_goes_by_is_taken(beside: Any) -> None:
    ledger = beside(customers="Customer ID,Customer name,Segment\n7001,Ann,Small\n7002,Bob,Large\n")
    assert ("customer", "Customer name") in ledger.tables[0].columns
    assert ledger.facts("2026-03").supporting.customers["Bob"].segment == "Large"


def test_a_table_in_which_nobody_is_a_customer_is_refused_with_an_example(beside: Any) -> None:
    ledger = beside(customers="Customer,Segment\n7001,Small\n7002,Large\n")
    assert ledger.tables[0].refused == (
        "customers.csv: none of its 2 rows can be taken; the first is line 2, column Customer: '7001' is no customer "
        "of the ledger, whose customers go by names such as 'Ann'."
    )


@pytest.mark.thorough
def test_customers_fill_what_the_ledger_does_not_say(beside: Any) -> None:
    ledger = beside(
        LEDGER.replace("Term\n", "Term,Plan\n").replace("monthly\n", "monthly,Pro\n").replace("annual\n", "annual,\n"),
        customers="Customer,Plan,Channel,Region,Segment\nAnn,Basic,Web,North,Small\nBob,Basic,Fair,South,Large\n",
    )
    facts = ledger.facts("2026-03")
    assert (pair(facts, "Ann").plan, pair(facts, "Ann").channel) == ("Pro", "Web")
    bob = pair(facts, "Bob")
    assert (bob.plan, bob.channel, bob.region, bob.tier) == ("Basic", "Fair", "South", "Large")


@pytest.mark.thorough
def test_a_wrong_table_is_refused_while_the_rest_goes_on(beside: Any) -> None:
    ledger = beside(
        customers="Customer,Segment\nAnn,Small\n",
        spend="Month,Channel\n2026-03,Web\n",
        tickets="Customer,Opened\nAnn,no\n",
    )
    refused = {table.table: table.refused for table in ledger.tables}
    assert refused["customers"] == ""
    assert "no column could be recognised as amount" in refused["spend"]
    assert "'no' is not a date" in refused["tickets"]
    facts = ledger.facts("2026-03")
    assert facts.supporting.customers["Ann"].segment == "Small"
    assert (facts.supporting.spend, facts.supporting.tickets) == ((), ())


@pytest.mark.thorough
def test_the_figures_of_the_ledger_do_not_depend_on_the_tables(beside: Any) -> None:
    with_tables = beside(customers="Customer,Segment\nAnn,Small\n", spend="Month,Amount\n2026-03,100\n").facts(
        "2026-03"
    )
    without = beside().facts("2026-03")
    assert with_tables.movements == without.movements
    assert with_tables.fingerprint == without.fingerprint


@pytest.mark.thorough
def test_what_was_not_known_at_the_month_s_end_is_not_said(beside: Any) -> None:
    ledger = beside(
        customers="Customer,Last contact,Open quote,Activated,Contract end\n"
        "Bob,2026-03-02,2026-02-03,2026-03-09,2026-12-31\n",
        cancellations="Customer,Notice,End of service\nBob,2026-03-20,2027-01-20\nCem,2026-02-10,2026-03-28\n",
        surveys="Customer,Date,NPS\nAnn,2026-02-28,9\nBob,2026-03-01,3\n",
        tickets="Customer,Opened,Closed,First response hours\n"
        "Ann,2026-02-20,2026-03-02,2\nAnn,2026-03-01,,\nBob,2026-02-27,2026-03-09,72\n",
        usage="Customer,Feature,Month,Uses\nAnn,Search,2026-01,3\nAnn,Search,2026-02,5\nAnn,Search,2026-03,8\n",
        spend="Month,Amount\n2026-02,100\n2026-03,200\n",
        invitations="Month,Sent,Accepted\n2026-02,10,1\n2026-03,20,2\n",
        improvements="Date,Text\n2026-02-15,Faster search\n2026-03-15,Dark mode\n",
        targets="Month,Figure,Value\n2026-02,CRR,95 %\n2026-03,CRR,96 %\n",
    )
    february = ledger.facts("2026-02").supporting
    bob = february.customers["Bob"]
    assert (bob.last_contact, bob.open_quote, bob.activated) == (None, date(2026, 2, 3), None)
    assert bob.contract_end == date(2026, 12, 31)
    assert february.cancellations == (Cancellation("Cem", date(2026, 3, 28), date(2026, 2, 10), "", None),)
    assert february.surveys == (SurveyAnswer("Ann", date(2026, 2, 28), "NPS", 9),)
    assert february.tickets == (
        Ticket("Ann", date(2026, 2, 20), None, 2),
        Ticket("Bob", date(2026, 2, 27), None, None),
    )
    assert [use.month for use in february.usage] == ["2026-01", "2026-02"]
    assert february.spend == (Spend("2026-02", "", 100_00),)
    assert february.invitations == (Invitations("2026-02", 10, 1),)
    assert february.improvements == (Improvement(date(2026, 2, 15), "Faster search"),)
    assert february.targets == (MonthTarget("2026-02", "crr", 0.95),)
    march = ledger.facts("2026-03").supporting
    assert march.tickets[0].closed == date(2026, 3, 2)
    assert (len(march.cancellations), len(march.surveys), len(march.usage), len(march.targets)) == (2, 2, 3, 2)
    assert ledger.facts("2026-02").supporting == february


@pytest.mark.thorough
def test_a_cancellation_s_reason_stands_in_where_the_ledger_has_none(beside: Any) -> None:
    ledger = beside(cancellations="Customer,Notice,End of service,Reason\nCem,2026-02-10,2026-03-28,Price\n")
    facts = ledger.facts("2026-03")
    assert (pair(facts, "Cem").kind, pair(facts, "Cem").reason) == ("Churn", "Price")
    assert [(r.month, r.reason, r.customers) for r in facts.reasons] == [("2026-03", "Price", 1)]


@pytest.mark.thorough
def test_the_ledger_s_own_reason_comes_first(beside: Any) -> None:
    ledger = beside(
        LEDGER.replace("Term\n", "Term,Type,Reason\n")
        .replace("ly\n", "ly,invoice,\n")
        .replace("ual\n", "ual,invoice,\n")
        + "Cem,2026-03-01,0,,cancel,Moved away\n",
        cancellations="Customer,Notice,Reason\nCem,2026-02-10,Price\n",
    )
    assert pair(ledger.facts("2026-03"), "Cem").reason == "Moved away"


@pytest.mark.thorough
def test_a_notice_makes_a_customer_cancelled_who_still_pays(beside: Any) -> None:
    ledger = beside(cancellations="Customer,Notice,Reason\nBob,2026-02-10,Price\n")
    assert pair(ledger.facts("2026-01"), "Bob").cancelled_on is None
    bob = pair(ledger.facts("2026-02"), "Bob")
    assert (bob.kind, bob.cancelled_on, bob.reason) == (None, date(2026, 2, 10), "Price")


@pytest.mark.thorough
def test_a_notice_without_an_end_ends_with_what_is_paid_for(beside: Any) -> None:
    ledger = beside(cancellations="Customer,Notice\nBob,2026-02-10\n")
    (notice,) = ledger.facts("2026-02").supporting.cancellations
    assert notice.day == date(2027, 1, 20)


@pytest.mark.thorough
def test_a_notice_whose_end_has_passed_without_effect_was_taken_back(beside: Any) -> None:
    ledger = beside(cancellations="Customer,Notice,End of service\nBob,2026-01-25,2026-02-20\n")
    assert pair(ledger.facts("2026-03"), "Bob").cancelled_on is None


@pytest.mark.thorough
def test_a_notice_before_the_customer_came_back_is_not_of_now(beside: Any) -> None:
    ledger = beside(
        LEDGER + "Cem,2026-04-28,50.00,monthly\nAnn,2026-04-05,100.00,monthly\n",
        cancellations="Customer,Notice\nCem,2026-02-10\n",
    )
    assert pair(ledger.facts("2026-04"), "Cem").cancelled_on is None


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "table",
    [
        "Date,Customer,Measure,Score\n2026-02-03,Ann,NPS,9\n2026-02-03,Ann,Zufriedenheit,4\n2026-02-03,Ann,SUS,72.5\n",
        "Date,Customer,NPS,CSAT,SUS\n2026-02-03,Ann,9,4,72.5\n",
        "Date,Customer,NPS,CSAT,q1,q2,q3,q4,q5,q6,q7,q8,q9,q10\n2026-02-03,Ann,9,4,4,2,4,2,4,2,4,2,3,2\n",
    ],
    ids=["long", "wide", "ten items"],
)
def test_surveys_are_read_long_and_wide(beside: Any, table: str) -> None:
    answers = beside(surveys=table).facts("2026-03").supporting.surveys
    assert sorted((a.name, a.measure, a.score) for a in answers) == [
        ("Ann", "CSAT", 4),
        ("Ann", "NPS", 9),
        ("Ann", "SUS", 72.5),
    ]


@pytest.mark.thorough
def test_an_answer_without_a_customer_is_anonymous(beside: Any) -> None:
    (answer,) = beside(surveys="Date,Customer,NPS\n2026-02-03,,9\n").facts("2026-03").supporting.surveys
    assert answer.name == ""


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("table", "text", "column", "reason"),
    [
        (
            "surveys",
            "Date,Measure,Score\n2026-02-01,NPS,9\n2026-02-01,NPS,11\n",
            "Score",
            "is no such score: NPS goes from 0 to 10",
        ),
        (
            "surveys",
            "Date,Measure,Score\n2026-02-01,NPS,9\n2026-02-01,Joy,1\n",
            "Measure",
            "is not a measure; there are NPS, CSAT, SUS",
        ),
        (
            "tickets",
            "Customer,Opened,Closed\nAnn,2026-02-01,\nAnn,2026-02-03,2026-02-01\n",
            "Closed",
            "lies before the day the ticket was opened",
        ),
        (
            "tickets",
            "Customer,Opened,Closed,Status\nAnn,2026-02-01,,open\nAnn,2026-02-03,,Gelöst\n",
            "Status",
            "but no date says since when",
        ),
        (
            "tickets",
            "Ticket,Customer,Opened\n1,Ann,2026-02-01\n1,Ann,2026-02-01\n",
            "Ticket",
            "is the same ticket twice",
        ),
        (
            "targets",
            "Month,Figure,Value\n2026-02,CRR,0.95\n2026-03,CRR,95\n",
            "Value",
            "is too large for a rate; write 0.95 or 95 %",
        ),
        (
            "targets",
            "Month,Figure,Value\n2026-02,CRR,0.95\n2026-03,Joy,1\n",
            "Figure",
            "is not a figure with a target; there are crr, drr",
        ),
        (
            "targets",
            "Month,Figure,Value\n2026-02,CRR,0.95\n2026-02,crr,0.9\n",
            "Figure",
            "has a target of that month in an earlier row",
        ),
        (
            "cancellations",
            "Customer,Notice,End of service\nAnn,2026-02-01,\nBob,,\n",
            "End of service",
            "neither the end of service nor a notice",
        ),
        (
            "spend",
            "Month,Amount,Currency\n2026-02,9,EUR\n2026-02,9,USD\n",
            "Currency",
            "has no rate to EUR; give one with --rates",
        ),
        ("spend", "Month,Amount\n2026-02,9\n2026-02,$9\n", "Amount", "its currency has no rate to EUR"),
        ("usage", "Customer,Feature,Month,Uses\nAnn,x,2026-02,1\nAnn,x,2026-02,\n", "Uses", "is blank"),
    ],
)
def test_each_row_that_breaks_a_rule_is_listed(beside: Any, table: str, text: str, column: str, reason: str) -> None:
    ledger = beside(currency="EUR", **{table: text})
    ((name, line, at, _, why),) = noted(ledger)
    assert (name, line, at) == (table, 3, column)
    assert why.startswith(reason)
    assert (ledger.tables[0].rows, ledger.tables[0].taken) == (2, 1)


@pytest.mark.thorough
def test_spend_in_another_currency_is_converted(beside: Any) -> None:
    ledger = beside(
        LEDGER.replace("Term\n", "Term,Currency\n").replace("ly\n", "ly,EUR\n").replace("ual\n", "ual,EUR\n"),
        rates={"EUR": 1, "USD": "0.9"},
        currency="EUR",
        spend="Month,Channel,Amount,Currency\n2026-02,Web,100,USD\n2026-02,Web,50,\n2026-02,Fair,1.05,USD\n",
    )
    assert ledger.facts("2026-02").supporting.spend == (Spend("2026-02", "Fair", 95), Spend("2026-02", "Web", 140_00))


@pytest.mark.thorough
def test_a_closed_ticket_with_its_date_is_taken(beside: Any) -> None:
    ledger = beside(tickets="Customer,Opened,Closed,Status\nAnn,2026-02-01,2026-02-03,closed\nAnn,2026-02-01,,open\n")
    assert [t.closed for t in ledger.facts("2026-03").supporting.tickets] == [date(2026, 2, 3), None]


@pytest.mark.thorough
def test_spend_is_converted_at_the_rate_of_its_month(given: Given, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("currency,rate,date\nUSD,0.9,2026-02-01\nUSD,0.8,2026-03-15\n", "utf-8")
    (tmp_path / "spend.csv").write_text(
        "Month,Amount,Currency\n2026-01,100,USD\n2026-02,100,USD\n2026-03,100,USD\n2026-03,1,EUR\n", "utf-8"
    )
    ledger = given(
        LEDGER.replace("Term\n", "Term,Currency\n").replace("ly\n", "ly,EUR\n").replace("ual\n", "ual,EUR\n"),
        currency="EUR",
        tables={"rates": tmp_path / "rates.csv", "spend": tmp_path / "spend.csv"},
    )
    assert ledger.facts("2026-03").supporting.spend == (Spend("2026-02", "", 90_00), Spend("2026-03", "", 81_00))
    assert noted(ledger) == [("spend", 2, "Currency", "USD", "has no rate to EUR; give one with --rates")]


@pytest.mark.thorough
def test_usage_without_a_count_counts_its_rows_and_remembers_the_first_day(beside: Any) -> None:
    ledger = beside(usage="Customer,Event,Date\nAnn,Search,2026-02-03\nAnn,Search,2026-01-09\nAnn,Search,2026-02-28\n")
    assert ledger.facts("2026-02").supporting.usage == (
        FeatureUse("Ann", "Search", "2026-01", 1, date(2026, 1, 9)),
        FeatureUse("Ann", "Search", "2026-02", 2, date(2026, 1, 9)),
    )


def book(path: Path, **sheets: str) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, text in sheets.items():
        sheet = workbook.create_sheet(name)
        for line in text.strip().splitlines():
            sheet.append([float(c) if c.replace(".", "").isdigit() else c for c in line.split(",")])
    workbook.save(path)
    return path


TABLE = "Kunde,Segment\nAnn,Small"


@pytest.mark.thorough
def test_a_sheet_of_the_ledger_s_workbook_is_read_by_its_name(given: Given, tmp_path: Path) -> None:
    content = book(
        tmp_path / "made.xlsx", Billing=LEDGER, Kunden="Kunde,Segment\nAnn,Small", Remarks="a,b\n1,2"
    ).read_bytes()
    ledger = given(content, "book.xlsx")
    assert [(t.table, t.file, t.taken) for t in ledger.tables] == [("customers", "book.xlsx[Kunden]", 1)]
    without = given(content, "book.xlsx", tables={"customers": None})
    assert without.tables == []


def test_the_sheet_that_holds_the_ledger_is_not_read_as_a_table(given: Given, tmp_path: Path) -> None:
    ledger = given(book(tmp_path / "made.xlsx", Customers=LEDGER).read_bytes(), "book.xlsx")
    assert ledger.tables == []


def test_a_table_in_the_folder_that_is_the_ledger_is_read_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    for month in ("2026-01", "2026-02"):
        (folder / f"{month}.csv").write_text(f"Customer,Date,Amount,Term\nAnn,{month}-05,100.00,monthly\n", "utf-8")
    (folder / "customers.csv").write_text("Customer,Segment\nAnn,Small\n", "utf-8")
    with read_ledger(folder) as ledger:
        assert [(t.table, t.taken, t.refused) for t in ledger.tables] == [("customers", 1, "")]
        assert ledger.quality.lines_read == 2


def test_an_unknown_table_is_named_with_the_nearest(given: Given) -> None:
    with pytest.raises(LedgerError, match=r"there is no table 'customer'.* Did you mean customers\?"):
        given(LEDGER, tables={"customer": "x.csv"})


def test_the_files_of_a_folder_are_tables_by_their_names(tmp_path: Path) -> None:
    for name in ("Kunden.xlsx", "spend.csv.gz", "notes.txt", "tickets.md"):
        (tmp_path / name).write_bytes(b"")
    found = tables_in_folder(tmp_path)
    assert {name: path.name for name, path in found.items()} == {"customers": "Kunden.xlsx", "spend": "spend.csv.gz"}


def test_two_files_of_one_table_are_an_error(tmp_path: Path) -> None:
    for name in ("customers.csv", "Kunden.csv"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(LedgerError, match=r"both Kunden.csv and customers.csv are a table customers"):
        tables_in_folder(tmp_path)


@pytest.mark.thorough
def test_the_first_day_of_each_customer_is_told_where_first_steps_or_features_are_counted_from_it(beside: Any) -> None:
    steps = "Customer,Activated\nAnn,2026-01-20\n"
    expected = {"Ann": date(2026, 1, 5), "Bob": date(2026, 1, 20), "Cem": date(2026, 1, 28), "Dee": date(2026, 3, 31)}
    assert beside(customers=steps).facts().started == expected
    assert "Dee" not in beside(customers=steps).facts("2026-02").started
    assert beside(customers="Customer,Segment\nAnn,Large\n").facts().started == {}


def test_usage_beyond_the_limit_is_said_and_not_silently_shorter(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retention_xl.ledger.supporting.as_of.USES_LIMIT", 4)
    usage = pd.DataFrame(
        {
            "customer": ["A"] * 6,
            "feature": ["export", "share"] * 3,
            "date": [f"2026-0{month}-02" for month in (1, 1, 2, 2, 3, 3)],
        }
    )
    text = "customer,date,amount\n" + "".join(f"A,2026-0{month}-05,10\n" for month in (1, 2, 3))
    found = given(text, tables={"usage": usage}).facts("2026-03").supporting
    assert sorted({use.month for use in found.usage}) == ["2026-02", "2026-03"]
    (read,) = found.tables
    assert read.left_out.startswith("usage before 2026-02 is not used: with it there are more than 4 rows")


@pytest.mark.thorough
def test_spend_that_names_a_currency_is_not_taken_where_the_ledger_names_none(given: Given) -> None:
    spend = pd.DataFrame({"month": ["2026-01", "2026-02"], "amount": [10, 20], "currency": ["USD", ""]})
    text = "customer,date,amount\nA,2026-01-05,10\nA,2026-02-05,10\n"
    ledger = given(text, tables={"spend": spend})
    (read,), (note,) = ledger.tables, ledger.table_notes
    assert (read.taken, note.line, note.value) == (1, 2, "USD")
    assert note.reason == (
        "names a currency, and the ledger names none to convert it to; say the ledger's with --currency"
    )
    said = given(text, currency="USD", tables={"spend": spend})
    assert [s.cents for s in said.facts("2026-02").supporting.spend] == [10_00, 20_00]
