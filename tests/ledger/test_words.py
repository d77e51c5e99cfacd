"""Kinds, terms, currencies and customers in common spellings."""

from __future__ import annotations

import pytest

from retention_xl.ledger.words import customer_key, is_total, read_currency, read_kind, read_term


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("invoice", "invoice"),
        (" Renewal ", "invoice"),
        ("CHARGE", "invoice"),
        ("Sales Invoice", "invoice"),
        ("refund", "refund"),
        ("Credit Note", "credit"),
        ("credit_memo", "credit"),
        ("Gutschrift", "credit"),
        ("cancellation", "cancel"),
        ("Churned", "cancel"),
        ("Re-activation", None),
        ("reactivation", "reactivate"),
        ("One-time", "once"),
        ("SET-UP FEE", "once"),
        ("usage", "usage"),
        ("paused", "pause"),
        ("VAT", "tax"),
        ("Kuendigung", "cancel"),
        ("resiliation", "cancel"),
        ("Facture d\u2019avoir", "credit"),
        ("Consumo", "usage"),
        ("Tauko", "pause"),
        ("", ""),
        ("widget", None),
    ],
)
def test_a_kind_is_known_by_common_spellings(text: str, kind: str | None) -> None:
    assert read_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("month", 1), ("Monthly", 1), ("mo", 1), ("1", 1), ("P1M", 1), ("quarterly", 3), ("Q", 3), ("half-year", 6),
        ("semi-annual", 6), ("12", 12), ("12.0", 12), ("12 months", 12), ("Annual", 12), ("yearly", 12), ("1 year", 12),
        ("jährlich", 12), ("jaehrlich", 12), ("quartalsmäßig", 3), ("tous les 3 mois", 3), ("12 meses", 12),
        ("2 years", 24), ("biennial", 24), ("36", 36), ("one-time", 0), ("", 0), ("0", 0),
    ],
)  # fmt: skip
def test_a_term_is_a_number_of_months(text: str, months: int) -> None:
    assert read_term(text) == (months, "")


def test_a_bare_number_counts_years_where_the_heading_says_so() -> None:
    assert read_term("2", in_years=True) == (24, "")
    assert read_term("6 months", in_years=True) == (6, "")


@pytest.mark.parametrize("text", ["week", "Weekly", "2 weeks", "30 days", "14d", "fortnightly"])
def test_a_term_of_weeks_or_days_is_no_number_of_months(text: str) -> None:
    assert read_term(text) == (None, "is not a whole number of months")


@pytest.mark.parametrize("text", ["bi-annual", "bimonthly", "soon", "1.5"])
def test_a_term_with_two_meanings_or_none_is_not_guessed(text: str) -> None:
    assert read_term(text) == (None, "is not a known term")


def test_a_term_of_more_than_ten_years_is_a_slip() -> None:
    assert read_term("999")[1] == "is more than 120 months"


@pytest.mark.parametrize(
    ("text", "code"), [(" usd ", "USD"), ("€", "EUR"), ("Euro", "EUR"), ("US$", "USD"), ("", ""), ("coins", None)]
)
def test_a_currency_is_its_iso_code(text: str, code: str | None) -> None:
    assert read_currency(text) == code


@pytest.mark.parametrize("text", [" C000123 ", "c000123", "C０００１２３", "C000123\u00a0", "\u200bC000123"])
def test_spellings_of_one_id_have_one_key(text: str) -> None:
    assert customer_key(text) == "c000123"


def test_ids_that_differ_keep_different_keys() -> None:
    assert customer_key("123.0") == customer_key("123") == "123"
    assert customer_key(".0") == "0"
    assert len({customer_key(t) for t in ("00123", "123", "C123", "C-123", "123.01", "Acme", "Acme Inc")}) == 7
    assert customer_key("Acme  Inc") == customer_key("ACME\u00a0Inc")


@pytest.mark.parametrize(
    "text",
    [
        "Total",
        "TOTAL:",
        "Grand total",
        "Subtotal",
        "Total USD",
        "Summe",
        "Gesamtsumme",
        "Zwischensumme",
        "Yhteensä",
        "Totaux",
        "Sous-total",
    ],
)
def test_a_total_is_known_by_its_word(text: str) -> None:
    assert is_total(text)


@pytest.mark.parametrize("text", ["Totally Inc", "Summit", "Sumitomo", "C1", ""])
def test_a_name_that_only_begins_like_a_total_is_none(text: str) -> None:
    assert not is_total(text)
