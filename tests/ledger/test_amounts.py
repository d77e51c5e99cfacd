"""Amounts in the writings of the world. A wrong reading here would be wrong a thousandfold in a report."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_xl.ledger.amounts import Amount, cents, read_amount, settle

POINT, COMMA, NONE, BOTH = frozenset({"point"}), frozenset({"comma"}), frozenset(), frozenset({"point", "comma"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("86,99", "86.99"),
        ("(1,234.50)", "-1234.50"),
        ("($5.00)", "-5.00"),
        ("-$5", "-5"),
        ("$-5", "-5"),
        ("- 5", "-5"),
        ("+5.00", "5.00"),
        ("1234.50-", "-1234.50"),
        ("\u22125.00", "-5.00"),
        ("1\u00a0234,50\u00a0", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1\u2009234.5", "1234.5"),
        ("1'234'567.05", "1234567.05"),
        ("1\u2019234.00", "1234.00"),
        ("12,34,567.00", "1234567.00"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("EUR 12.50", "12.50"),
        ("12,50 €", "12.50"),
        ("US$1,000.00", "1000.00"),
        ("R$ 1.234,56", "1234.56"),
        ("１２３.４５", "123.45"),
        (".5", "0.5"),
        ("0,123", "0.123"),
        ("1234,567", "1234.567"),
    ],
)
def test_an_amount_with_one_reading_is_read(text: str, value: str) -> None:
    amount = read_amount(text)
    assert (amount.problem, amount.point, amount.comma) == ("", Decimal(value), Decimal(value))


@pytest.mark.parametrize(
    "text",
    ["n/a", "1e5", "5%", "1 2345", "12 34", "1,234.567,8", "1,23,45", "1.2.3", "-(5)", "5-5", "--5", "12²", "½", "1/2",
     "EUR 5 USD", "5 EUR 3", "=5", "#VALUE!", "..", "-.", "12.345.6", "5 apples"],
)  # fmt: skip
def test_what_is_no_number_is_not_guessed(text: str) -> None:
    assert read_amount(text) == Amount("", None, None, "", "is not a number")


def test_more_digits_than_a_cell_keeps_are_no_amount() -> None:
    assert read_amount("9,999,999,999,999.99").problem == ""
    assert "13 digits" in read_amount("10,000,000,000,000.00").problem


def test_a_lone_dash_is_nil_as_accounting_formats_print_it() -> None:
    assert read_amount(" - ") == Amount("dash", Decimal(0), Decimal(0), "", "")


def test_three_digits_after_one_separator_have_two_readings() -> None:
    assert read_amount("1,234") == Amount("either", Decimal("1234"), Decimal("1.234"), "", "")
    assert read_amount("-1.234") == Amount("either", Decimal("-1.234"), Decimal("-1234"), "", "")


@pytest.mark.parametrize(
    ("text", "styles", "value"),
    [
        ("1,234", POINT, "1234"),
        ("1,234", COMMA, "1.234"),
        ("1,234", NONE, "1234"),
        ("1,234", BOTH, None),
        ("1.234", POINT, "1.234"),
        ("1.234", COMMA, "1234"),
        ("1.234", NONE, None),
        ("1.234", BOTH, None),
    ],
)
def test_the_column_as_a_whole_decides_between_two_readings(
    text: str, styles: frozenset[str], value: str | None
) -> None:
    read, problem = settle(read_amount(text), text, styles)
    assert read == (None if value is None else Decimal(value))
    assert problem == ("" if value else "can be read in two ways")


@pytest.mark.parametrize(
    ("text", "sign"),
    [("$5", "USD"), ("5 €", "EUR"), ("£5", "GBP"), ("5 CHF", "CHF"), ("5 zł", "PLN"), ("A$5", "AUD"), ("5", "")],
)
def test_the_currency_beside_an_amount_is_told(text: str, sign: str) -> None:
    assert read_amount(text).sign == sign


@pytest.mark.parametrize(
    ("value", "whole", "changed"),
    [("0.125", 13, True), ("-0.125", -13, True), ("1.124", 112, True), ("1.10", 110, False), ("2.300", 230, False)],
)
def test_half_a_cent_goes_away_from_zero(value: str, whole: int, changed: bool) -> None:
    assert cents(Decimal(value)) == (whole, changed)


def _written(value: Decimal, rng: random.Random) -> str:
    """A value with two decimals in one of the writings that have a single reading."""
    text = f"{abs(value):,.2f}"
    text = rng.choice(
        [
            text,
            text.replace(",", ""),
            text.replace(",", "X").replace(".", ",").replace("X", "."),
            text.replace(",", "\u00a0").replace(".", ","),
            text.replace(",", "'"),
        ]
    )
    if value < 0:
        text = rng.choice([f"-{text}", f"({text})", f"{text}-", f"\u2212{text}", f"-${text}", f"$-{text}"])
    return rng.choice([text, f" {text} "])


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.randoms(use_true_random=False))
def test_every_writing_of_cents_reads_back(value: Decimal, rng: random.Random) -> None:
    text = _written(value, rng)
    amount = read_amount(text)
    assert amount.problem == "" and amount.point == amount.comma == value, text
