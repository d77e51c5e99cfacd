"""Columns by their headings, or as the user says."""

from __future__ import annotations

import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger.columns import choose, plain_heading, recognised


@pytest.mark.parametrize(
    "text", ["Customer ID", "customer_id", "CustomerID", " customerId ", "CUSTOMER-ID", "Customer\u00a0ID"]
)
def test_one_heading_has_many_writings(text: str) -> None:
    assert plain_heading(text) == "customer id"


@pytest.mark.parametrize(
    ("headings", "fields"),
    [
        ("customer_id,date,cds,value", {"customer": 0, "date": 1, "amount": 3}),
        (
            "Kunde Nr.;Rechnungsdatum;Betrag;Währung".replace(";", ","),
            {"customer": 0, "date": 1, "amount": 2, "currency": 3},
        ),
        (
            "Invoice Date,Payment Date,Customer Name,Customer ID,Net Amount,Total",
            {"date": 0, "customer": 3, "amount": 4},
        ),
        (
            "id,account,created,amount,interval,interval_count",
            {"line": 0, "customer": 1, "date": 2, "amount": 3, "term": 4, "term_count": 5},
        ),
        ("Month,Customer,MRR", {"date": 0, "customer": 1, "amount": 2}),
        ("Customer,Date,Amount,Period start,Period end", {"customer": 0, "date": 1, "amount": 2, "start": 3, "end": 4}),
        ("Customer,Date,Amount due,Total", {"customer": 0, "date": 1, "amount": 3}),  # what is due is what is left open
        (
            "kunde_id,datum,betrag,laufzeit,waehrung",
            {"customer": 0, "date": 1, "amount": 2, "term": 3, "currency": 4},
        ),
        (
            "Numéro de client,Date de la facture,Montant net,Début du service,Fin du service",
            {"customer": 0, "date": 1, "amount": 2, "start": 3, "end": 4},
        ),
        (
            "Cliente,Fecha de factura,Importe neto,Plazo,Inicio de servicio,Fin de servicio",
            {"customer": 0, "date": 1, "amount": 2, "term": 3, "start": 4, "end": 5},
        ),
        (
            "asiakas_id,paivamaara,summa,palvelu_alkaa,palvelu_paattyy",
            {"customer": 0, "date": 1, "amount": 2, "start": 3, "end": 4},
        ),
    ],
)
def test_fields_are_known_by_common_headings(headings: str, fields: dict[str, int]) -> None:
    assert recognised(headings.split(",")) == fields


@pytest.mark.parametrize(
    "headings",
    [
        "Date,Transaction Type,Num,Posting,*Name,Memo/Description,Account,Split,Amount",
        "*Contact,Invoice Number,Invoice Date,Account Code,Account,Amount",
    ],
    ids=["quickbooks", "xero"],
)
def test_an_account_of_the_books_is_no_customer(headings: str) -> None:
    names = headings.split(",")
    (customer,) = [heading for heading in names if heading.startswith("*")]
    assert recognised(names)["customer"] == names.index(customer)


def test_a_start_without_an_end_is_not_a_period_of_service() -> None:
    assert "start" not in recognised(["Customer", "Date", "Amount", "Start date"])


def test_the_user_overrules_the_headings() -> None:
    chosen = choose(["Customer", "Parent", "Date", "Amount"], {"customer": "parent"}, "a.csv")
    assert (chosen["customer"][0], chosen["customer"][1].heading, chosen["customer"][1].how) == (
        1,
        "Parent",
        "by --map",
    )
    assert (chosen["date"][0], chosen["date"][1].how) == (2, "by its heading")


def test_a_missing_column_is_named_with_the_headings_found_and_the_cure() -> None:
    with pytest.raises(LedgerError) as error:
        choose(["Wer", "Wann", "Amount"], None, "a.csv")
    assert str(error.value) == (
        "a.csv: no column could be recognised as customer or date; found: 'Wer', 'Wann', 'Amount'. "
        'Say which column it is, for example --map customer="Wer".'
    )


@pytest.mark.parametrize(
    ("headings", "wanted", "says"),
    [
        (["Customer", "Date", "Amount"], {"customer": "Klant"}, "no column is headed 'Klant'"),
        (["Customer", "Date", "Amount"], {"client": "Customer"}, "'client' is not a field"),
        (["Customer", "Date", "Amount", "amount"], None, "2 columns are headed 'Amount'"),
        (["Customer", "Date", "X", "x"], {"amount": "X "}, "2 columns are headed 'X '"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(headings: list[str], wanted: dict[str, str] | None, says: str) -> None:
    with pytest.raises(LedgerError, match=says):
        choose(headings, wanted, "a.csv")
