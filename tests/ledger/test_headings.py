"""Exports in five languages and of five vendors, in tests/data/headings, are read by their own headings and words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from retention_xl.ledger import read_ledger

from .conftest import Given

FOLDER = Path(__file__).parent.parent / "data" / "headings"


class Export(NamedTuple):
    fields: dict[str, str | None]  # the heading of each; None where none may be taken
    nature: str
    # of each accepted line: customer, day, amount, months (0: not recurring)
    lines: list[tuple[str, str, str, int]]
    refused: dict[int, str]  # line -> the field at fault
    said: dict[str, str] | None = None  # what the user has to say


EXPORTS = {
    "english": Export(
        {"customer": "Customer No.", "date": "Invoice Date", "amount": "Net Amount (EUR)", "term": "Billing Frequency"},
        "recurring",
        [("C1", "2026-03-01", "100.00", 1), ("C2", "2026-03-03", "1200.00", 12), ("C1", "2026-04-01", "-50.00", 0)],
        {},
    ),
    "german": Export(
        {"customer": "Kunden-Nr.", "amount": "Nettobetrag", "term": "Abrechnungsintervall", "kind": "Belegart"},
        "recurring",
        [("K1", "2026-03-03", "1200.00", 12), ("K2", "2026-03-04", "99.90", 1), ("K2", "2026-03-05", "-10.00", 0)],
        {5: "Status"},
    ),
    "french": Export(
        {"customer": "N° client", "date": "Date de facture", "amount": "Montant HT", "kind": "Type de pièce"},
        "recurring",
        [("1001", "2026-03-01", "1200.50", 12), ("1002", "2026-02-15", "49.00", 1), ("1002", "2026-03-20", "-9.00", 0)],
        {5: "Statut"},
    ),
    "spanish": Export(
        {"customer": "Código de cliente", "date": "Fecha de emisión", "amount": "Base imponible", "status": "Estado"},
        "recurring",
        [("A1", "2026-03-03", "1200.00", 12), ("A2", "2026-03-04", "30.00", 3), ("A2", "2026-03-15", "-5.00", 0)],
        {5: "Estado"},
    ),
    "finnish": Export(
        {"customer": "Asiakasnumero", "date": "Laskun päivämäärä", "amount": "Veroton summa", "term": "Laskutusväli"},
        "recurring",
        [("7", "2026-03-03", "1200.00", 12), ("8", "2026-03-04", "40.00", 1), ("8", "2026-03-05", "-4.00", 0)],
        {5: "Tila"},
    ),
    "stripe": Export(
        {
            "customer": "Customer",
            "date": "Date (UTC)",
            "amount": "Total",
            "tax": "Tax",
            "discount": None,
            "start": "Minimum Line Item Period Start (UTC)",
            "subscription": "Subscription",
            "status": "Status",
        },
        "recurring",
        [
            ("cus_1", "2026-03-01", "100.00", 1),
            ("cus_2", "2026-03-02", "1200.00", 12),
            ("cus_1", "2026-04-01", "100.00", 1),
            ("cus_3", "2026-03-05", "75.00", 1),
        ],
        {4: "Status", 5: "Status"},
    ),
    "stripe_payments": Export(
        {"customer": "Customer ID", "date": "Created date (UTC)", "amount": "Amount", "refunded": "Amount Refunded"},
        "purchases",
        [
            ("cus_1", "2026-03-01", "30.00", 0),
            ("cus_2", "2026-03-03", "17.50", 0),
            ("cus_3", "2026-03-04", "0.00", 0),
        ],
        {3: "Status"},
    ),
    "stripe_itemised_balance": Export(
        {"customer": "customer_id", "date": "created_utc", "amount": "gross", "kind": "reporting_category"},
        "purchases",
        [("cus_1", "2026-03-01", "30.00", 0), ("cus_1", "2026-03-05", "-30.00", 0)],
        {4: "reporting_category"},
    ),
    "chargebee": Export(
        {
            "customer": "Customer ID",
            "amount": "Amount",
            "discount": "Discount Amount",
            "start": "Date From",
            "line": "Line Item ID",
        },
        "recurring",
        [("ada", "2026-03-01", "40.00", 1), ("ada", "2026-03-01", "30.00", 0), ("bob", "2026-03-02", "600.00", 12)],
        {5: "Invoice Status"},
        {"discount": "Discount Amount"},
    ),
    "recurly": Export(
        {
            "customer": "account_code",
            "date": "date",
            "amount": "line_item_total",
            "discount": None,
            "kind": "line_item_origin",
            "line": "line_item_uuid",
            "plan": "plan_code",
        },
        "recurring",
        [
            ("acc-1", "2026-03-01", "15.00", 1),
            ("acc-1", "2026-03-01", "30.00", 0),
            ("acc-2", "2026-03-02", "240.00", 12),
            ("acc-2", "2026-03-09", "-20.00", 0),
            ("acc-3", "2026-03-10", "15.00", 1),
        ],
        {6: "line_item_origin"},
    ),
    "recurly_summary": Export(
        {"customer": "account_code", "date": "billed_date", "amount": "invoice_subtotal", "due": "due_on", "tax": None},
        "recurring",
        [
            ("acc-1", "2026-03-01", "45.00", 1),
            ("acc-2", "2026-03-02", "240.00", 1),
            ("acc-3", "2026-03-10", "15.00", 1),
        ],
        {4: "status"},
    ),
    "quickbooks": Export(
        {"customer": "Customer above the lines", "date": "Date", "amount": "Amount", "plan": "Product/Service"},
        "purchases",
        [
            ("Bird Sanctuary", "2026-01-15", "100.00", 0),
            ("Bird Sanctuary", "2026-02-20", "-40.00", 0),
            ("Cool Cars", "2026-02-24", "1200.00", 0),
        ],
        {9: "Customer above the lines", 12: "Customer above the lines", 13: "Customer above the lines"},
    ),
    "quickbooks_transactions": Export(
        {"customer": "Customer", "amount": "Amount", "kind": "Transaction type"},
        "purchases",
        [("Bird Sanctuary", "2026-01-15", "100.00", 0), ("Cool Cars", "2026-02-20", "25.00", 0)],
        {6: "Transaction type", 8: "Customer"},
    ),
    "xero": Export(
        {"customer": "ContactName", "date": "InvoiceDate", "amount": "LineAmount", "discount": None, "tax": None},
        "purchases",
        [("Ada Ltd", "2026-03-15", "90.00", 0), ("Bob Ltd", "2026-03-16", "50.00", 0)],
        {4: "Status", 5: "Status"},
    ),
}


@pytest.mark.few(4)
@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_read_by_its_own_headings(name: str) -> None:
    export = EXPORTS[name]
    with read_ledger(FOLDER / f"{name}.csv", columns=export.said) as ledger:
        chosen = {choice.field: choice.heading for choice in ledger.columns}
        assert {field: chosen.get(field) for field in export.fields} == export.fields
        assert ledger.nature == export.nature
        assert {n.line: n.column for n in ledger.quality.notes if n.action == "refused"} == export.refused
        lines = ledger.lines()
    taken = lines[lines["refusal"] == ""].fillna({"months": 0})
    assert [
        (row.customer, str(row.day.date()), f"{Decimal(int(row.own_cents)) / 100:.2f}", int(row.months))
        for row in taken.itertuples()
    ] == export.lines


def test_every_export_has_its_case() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.csv")) == sorted(EXPORTS)


def test_of_two_plausible_columns_the_one_net_of_tax_is_taken_and_the_others_are_named(given: Given) -> None:
    ledger = given("Customer,Date,Total,Subtotal,Amount Paid\nA,2024-01-05,12,10,0\n")
    (amount,) = [choice for choice in ledger.columns if choice.field == "amount"]
    assert (amount.heading, amount.why) == ("Subtotal", "by its heading, not 'Total', 'Amount Paid'")


@pytest.mark.thorough
def test_a_status_of_customers_or_of_america_is_no_status_of_invoices(given: Given) -> None:
    ledger = given("Customer,Date,Amount,Status\nA,2024-01-05,1,active\nB,2024-01-05,1,cancelled\n")
    assert (ledger.quality.lines_accepted, "status" in {c.field for c in ledger.columns}) == (2, False)
    ledger = given("Customer,Date,Amount,State\nA,2024-01-05,1,TX\nB,2024-01-05,1,CA\n")
    assert (ledger.quality.lines_accepted, "status" in {c.field for c in ledger.columns}) == (2, False)


def test_a_status_nobody_knows_counts_and_is_noted(given: Given) -> None:
    ledger = given("Customer,Date,Amount,Status\nA,2024-01-05,1,paid\nB,2024-01-05,1,refunded\nC,2024-01-06,1,\n")
    (note,) = ledger.quality.notes
    assert (ledger.quality.lines_accepted, note.action, note.line, note.value) == (3, "noted", 3, "refunded")
    assert note.column == "Status"


def test_money_of_void_invoices_is_read_and_refused_and_not_missing(given: Given) -> None:
    quality = given("Customer,Date,Amount,Status\nA,2024-01-05,1,paid\nB,2024-01-05,2.5,void\n").quality
    assert quality.read_cents_by_currency == {"": 350}
    assert (quality.accepted_money, quality.missing_money, quality.lines_missing) == (100, 0, 0)


def test_an_invoice_given_up_is_unpaid_until_the_days_past_due_are_over(given: Given) -> None:
    ledger = given(
        "Customer,Date,Due date,Amount,Term,Status\n"
        "A,2024-01-05,2024-01-10,120,12,uncollectible\nB,2024-01-05,2024-01-10,10,1,paid\n"
        "B,2024-02-05,2024-02-10,10,1,paid\nB,2024-03-05,2024-03-10,10,1,failed\n"
    )
    months = ledger.customer_months()
    assert [(row.customer, row.month) for row in months.itertuples()] == [
        ("A", "2024-01"),  # 30 days after the due date is 9 February
        ("B", "2024-01"),
        ("B", "2024-02"),
        ("B", "2024-03"),
    ]
    assert ledger.quality.lines_accepted == ledger.quality.lines_read == 4


def test_a_failed_payment_is_no_purchase_and_its_money_is_told(given: Given) -> None:
    quality = given("Customer,Date,Amount,Status\nA,2024-01-05,1,Paid\nB,2024-01-05,2.5,Failed\n").quality
    assert quality.by_reason == (
        ("refused", "its status says that no money came: a failed payment, or one that was given up", 1, {"": 250}),
    )
    assert (quality.accepted_money, quality.missing_money, quality.lines_missing) == (100, 0, 0)
