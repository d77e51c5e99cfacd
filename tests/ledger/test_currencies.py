"""Several currencies: never added up without rates, and converted line by line with them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger.currencies import load_rates

from .conftest import Given

TWO = "Customer,Date,Amount,Currency\nA,2024-01-05,10.00,usd\nB,2024-01-06,20.01,€\nC,2024-01-07,5.00,\n"
ONE = "Customer,Date,Amount,Currency\nA,2024-01-05,10.00,USD\nB,2024-01-06,20.00,\nC,2024-01-07,5.00,coins\n"


def test_several_currencies_ask_for_rates_and_show_what_is_at_stake(given: Given) -> None:
    with pytest.raises(LedgerError) as error:
        given(TWO)
    assert str(error.value) == (
        "ledger.csv: the ledger has several currencies (EUR 20.01 in 1 line; USD 10.00 in 1 line); give the rates to "
        "one of them with --rates rates.csv (columns currency and rate)."
    )


@pytest.mark.thorough
def test_lines_are_converted_and_rounded_one_by_one(given: Given) -> None:
    ledger = given(TWO, rates={"USD": 1, "EUR": "1.085"})
    assert ledger.currency == "USD"
    assert ledger.lines()["cents"].tolist()[:2] == [1000, 2171]  # 21.71085
    facts = ledger.facts()
    assert facts.ledger_total == 3171 == sum(item.total_cents for item in facts.tie_out)


def test_a_blank_currency_is_refused_where_there_are_several(given: Given) -> None:
    quality = given(TWO, rates={"USD": 1, "EUR": "1.085"}).quality
    (note,) = quality.notes
    assert (note.line, note.column, note.reason, note.cents, note.currency) == (
        4, "Currency", "no currency is named, and the ledger has several", 500, "",
    )  # fmt: skip
    assert quality.read_cents_by_currency == {"": 500, "EUR": 2001, "USD": 1000}
    assert quality.accepted_cents_by_currency == {"EUR": 2001, "USD": 1000}


def test_a_blank_currency_is_the_ledgers_only_one_and_a_word_is_refused(given: Given) -> None:
    ledger = given(ONE)
    assert ledger.currency == "USD"
    assert [(n.line, n.action, n.reason, n.currency) for n in ledger.quality.notes] == [
        (4, "refused", "is not a currency code", "coins"),
        (3, "changed", "no currency is stated; taken as the ledger's only one", "USD"),
    ]
    assert ledger.facts().ledger_total == 3000


@pytest.mark.thorough
def test_signs_beside_amounts_count_where_no_column_names_the_currency(given: Given) -> None:
    text = "Customer,Date,Amount\nA,2024-01-05,$10.00\nB,2024-01-06,€20.00\n"
    with pytest.raises(LedgerError, match=r"EUR 20\.00 in 1 line; USD 10\.00 in 1 line"):
        given(text)
    assert given(text.replace("€", "")).currency == "USD"


def test_a_sign_that_contradicts_its_column_is_noted(given: Given) -> None:
    ledger = given("Customer,Date,Amount,Currency\nA,2024-01-05,$10.00,GBP\nB,2024-01-05,£10.00,GBP\n")
    (note,) = ledger.quality.notes
    assert (note.action, note.line, note.currency) == ("noted", 2, "GBP")


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("options", "currency"),
    [({}, "USD"), ({"rates": {"USD": "0.9", "EUR": 1}}, "EUR"), ({"rates": {"USD": "0.9"}, "currency": "eur"}, "EUR")],
)
def test_the_report_is_in_the_currency_with_the_rate_one(
    given: Given, options: dict[str, object], currency: str
) -> None:
    assert given(ONE, **options).currency == currency


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"rates": {"USD": 1}}, "Rates: no rate for EUR; the ledger has lines in it."),
        ({"rates": {"USD": "1.1", "EUR": "1.2"}}, "Rates: 0 currencies have the rate 1; name the one"),
        ({"rates": {"USD": 1, "EUR": 1}}, "Rates: 2 currencies have the rate 1"),
        (
            {"rates": {"USD": "1.1", "EUR": 1}, "currency": "USD"},
            "the report's currency USD must have the rate 1, not 1.1",
        ),
        ({"rates": {"USD": 1, "EUR": "x"}}, "rates, EUR: 'x' is not a rate"),
        ({"rates": {"USD": 1, "EUR": "-1"}}, "rates, EUR: '-1' is not a rate"),
        ({"currency": "coins"}, "'coins' is not a currency code"),
    ],
)
def test_rates_that_cannot_be_are_refused(given: Given, options: dict[str, object], says: str) -> None:
    with pytest.raises(LedgerError, match=says):
        given(TWO, **options)


@pytest.mark.thorough
def test_one_currency_is_not_silently_taken_for_another(given: Given) -> None:
    with pytest.raises(LedgerError, match="the ledger is in USD, the report is wanted in EUR; give the rate"):
        given(ONE, currency="EUR")
    assert given(ONE, currency="usd").currency == "USD"


@pytest.mark.thorough
def test_a_ledger_without_currency_takes_the_one_told(given: Given) -> None:
    text = "Customer,Date,Amount\nA,2024-01-05,10.00\n"
    assert given(text).currency == ""
    assert given(text, currency="CHF").currency == "CHF"


def test_what_alone_has_no_rate_is_what_the_others_are_converted_to(given: Given) -> None:
    assert given(TWO, rates={"USD": "0.9"}).currency == "EUR"


def test_a_table_of_rates_that_contradicts_itself_is_refused_and_a_ledger_that_needs_none_goes_on(given: Given) -> None:
    twice = {"rates": pd.DataFrame({"Währung": ["USD", "USD"], "Kurs": ["0.9", "0.8"]})}
    ledger = given(TWO.replace("usd", "EUR"), tables=twice)
    assert (ledger.currency, ledger.tables[0].refused) == ("EUR", "DataFrame, line 3: USD has a rate already.")
    with pytest.raises(LedgerError, match=r"several currencies .* The table rates: DataFrame, line 3: USD has a rate"):
        given(TWO, tables=twice)


def test_rates_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("Currency;Rate;Source\nUSD;1;\n\neur;1,0850;bank\n", encoding="utf-8-sig")
    assert load_rates(path) == {"USD": Decimal(1), "EUR": Decimal("1.085")}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\nUSD,1\n", "the first line must name the columns currency and rate"),
        ("", "the first line must name the columns currency and rate"),
        ("currency,rate\nUSD,1\nUSD,2\n", "line 3: USD has a rate already"),
        ("currency,rate\nUSD\n", "line 2: the currency or the rate is missing"),
        ("currency,rate\nDollars and cents,1\n", "line 2: 'Dollars and cents' is not a currency code"),
        ("currency,rate\nEUR,0\n", "line 2: '0' is not a rate"),
    ],
)
def test_a_broken_file_of_rates_says_where(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LedgerError, match=says):
        load_rates(path)
    with pytest.raises(LedgerError, match="there is no such file of rates"):
        load_rates(tmp_path / "none.csv")
