"""A discount, the tax in an amount and what was refunded come off it, or the user is asked whether they do."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from pathlib import Path

import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import Ledger

from .conftest import Given

FOLDER = Path(__file__).parent.parent / "data" / "headings"


def cents(ledger: Ledger) -> list[int]:
    return [int(value) for value in ledger.lines()["own_cents"]]


def test_with_a_discount_the_total_less_its_tax_is_taken(given: Given) -> None:
    ledger = given("Customer,Date,Subtotal,Discount,Tax,Total\nA,2024-01-05,100,20,16,96\nB,2024-01-06,100,,20,120\n")
    assert cents(ledger) == [80_00, 100_00]
    assert ledger.quality.read_cents_by_currency == ledger.quality.accepted_cents_by_currency == {"": 180_00}


@pytest.mark.thorough
def test_a_subtotal_is_less_its_discount_where_there_is_no_total(given: Given) -> None:
    ledger = given("Customer,Date,Subtotal,Discount\nA,2024-01-05,100,20\nB,2024-01-06,50,-5\nC,2024-01-07,-50,5\n")
    assert cents(ledger) == [80_00, 45_00, -45_00]


@pytest.mark.thorough
def test_a_net_amount_is_not_lowered_again(given: Given) -> None:
    ledger = given("Customer,Date,Net amount,Discount,Tax\nA,2024-01-05,100,20,16\n")
    assert cents(ledger) == [100_00]


def test_a_total_is_less_the_tax_beside_it(given: Given) -> None:
    ledger = given("Customer,Date,Total,VAT\nA,2024-01-05,119,19\nB,2024-01-06,-11.90,1.90\nC,2024-01-06,50,\n")
    assert cents(ledger) == [100_00, -10_00, 50_00]


def test_what_was_given_back_holds_its_share_of_the_tax(given: Given) -> None:
    head = "Customer,Date,Total,Tax,Amount Refunded\n"
    ledger = given(head + "A,2024-01-05,119,19,119\nA,2024-01-06,119,19,59.50\nA,2024-01-07,119,19,0\n")
    assert (cents(ledger), ledger.quality.lines_refused) == ([0, 50_00, 100_00], 0)


def test_the_tax_in_what_was_given_back_is_exact_for_any_amount(given: Given) -> None:
    total, tax, refunded = 999_999_999_999_999, 159_663_865_546_218, 333_333_333_333_334
    told = (f"{amount // 100}.{amount % 100:02d}" for amount in (total, tax, refunded))
    ledger = given(f"Customer,Date,Total,Tax,Amount Refunded\nA,2024-01-05,{','.join(told)}\n")
    share = Fraction(refunded * (total - tax), total)
    assert cents(ledger) == [total - tax - floor(share + Fraction(1, 2))]


def test_tax_that_leaves_nothing_of_a_total_given_back_is_refused(given: Given) -> None:
    with pytest.raises(LedgerError, match="is less than what is to be taken off it"):
        given("Customer,Date,Total,Tax,Amount Refunded\nA,2024-01-05,10,15,10\n")


def test_decimal_commas_in_a_deduction_are_read_as_its_column_has_them(given: Given) -> None:
    ledger = given("Kunde;Datum;Gesamtbetrag;MwSt\nA;05.01.2024;1.190,00;190,00\nB;15.01.2024;11,90;1,90\n")
    assert cents(ledger) == [1000_00, 10_00]


@pytest.mark.thorough
def test_whether_an_amount_is_before_its_discount_is_asked(given: Given) -> None:
    text = "Customer,Date,Amount,Discount\nA,2024-01-05,100,\nB,2024-01-06,50,5\n"
    with pytest.raises(LedgerError) as raised:
        given(text)
    assert str(raised.value) == (
        "ledger.csv: the column 'Discount' holds discounts in 1 line, the first on line 3 ('5'), and nothing tells "
        "whether 'Amount' is before or after it. Say --map discount=\"Discount\" to take it off the amount, or --map "
        "discount=none to leave it (in retention.toml, [columns] discount)."
    )
    assert cents(given(text, columns={"discount": "Discount"})) == [100_00, 45_00]
    assert cents(given(text, columns={"discount": "none"})) == [100_00, 50_00]


def test_a_discount_of_nothing_is_no_question(given: Given) -> None:
    assert cents(given("Customer,Date,Amount,Discount\nA,2024-01-05,100,0.00\nB,2024-01-06,50,\n")) == [100_00, 50_00]


@pytest.mark.thorough
def test_a_column_of_words_or_percent_is_no_deduction(given: Given) -> None:
    assert cents(given("Customer,Date,Total,Tax\nA,2024-01-05,100,standard\nB,2024-01-06,50,zero\n")) == [100_00, 50_00]
    assert cents(given("Customer,Date,Amount,Discount %\nA,2024-01-05,100,10\n")) == [100_00]


def test_few_values_beside_many_amounts_may_be_percentages_and_are_asked(given: Given) -> None:
    lines = "".join(f"A,2024-01-{day:02},{100 + day},20\n" for day in range(1, 20))
    with pytest.raises(LedgerError, match="whether these are amounts, percentages or something else"):
        given(f"Customer,Date,Total,Tax\n{lines}")


@pytest.mark.thorough
def test_a_deduction_that_cannot_be_read_or_is_larger_refuses_the_line(given: Given) -> None:
    lines = "".join(f"A,2024-01-{day:02},{100 + day}.00,{day}.5\n" for day in range(1, 29))
    text = f"Customer,Date,Total,Tax\n{lines * 8}B,2024-02-05,10,x\nC,2024-02-05,10,11\n"
    quality = given(text).quality
    assert [(n.line, n.reason) for n in quality.notes if n.action == "refused"] == [
        (226, "what is to be taken off it (a discount, the tax in it, a refund) is not a number"),
        (227, "is less than what is to be taken off it: a discount, the tax in it, a refund"),
    ]
    assert quality.refused_unreadable == 1
    assert quality.read_cents_by_currency[""] == quality.accepted_cents_by_currency[""] - 1_00


@pytest.mark.thorough
def test_the_tax_of_a_whole_invoice_is_asked_about_beside_amounts_of_lines(given: Given) -> None:
    recurly = (FOLDER / "recurly.csv").read_text(encoding="utf-8").replace("50.00,0.00,GBP", "50.00,9.00,GBP")
    with pytest.raises(LedgerError, match="nothing tells whether 'line_item_total' is with it"):
        given(recurly)
    assert given(recurly, columns={"tax": "none"}).quality.lines_accepted == 5


def test_a_list_of_subscriptions_is_no_ledger(given: Given) -> None:
    with pytest.raises(LedgerError, match="list of subscriptions as they stand now"):
        given(
            "id,Customer ID,Status,Amount,Interval,Created (UTC),Current Period Start (UTC),Current Period End (UTC)\n"
            "sub_1,cus_1,active,10.00,month,2026-01-01 00:00,2026-03-01 00:00,2026-04-01 00:00\n"
        )


RETAIL = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    "536365,85123A,HEART,6,12/1/2010 8:26,2.55,17850,United Kingdom\n"
    "C536379,D,Discount,-1,12/15/2010 9:41,27.50,14527.0,United Kingdom\n"
    "536380,X,BOLT,1000,12/16/2010 9:41,0.0035,14527,United Kingdom\n"
    "536381,X,BOLT,few,12/16/2010 9:41,1.00,14527,United Kingdom\n"
)


def test_a_price_by_the_piece_is_multiplied_by_its_quantity_and_rounded_once(given: Given) -> None:
    ledger = given(RETAIL)
    lines = ledger.lines()
    taken = lines[lines["refusal"] == ""]
    assert list(zip(taken["own_cents"], taken["role"], strict=True)) == [
        (15_30, "purchase"),
        (-27_50, "refund"),
        (3_50, "purchase"),
    ]
    assert ledger.quality.read_cents_by_currency == ledger.quality.accepted_cents_by_currency == {"": -8_70}
    (note,) = [n for n in ledger.quality.notes if n.action == "refused"]
    assert (note.line, note.column, note.value) == (5, "Quantity", "few")


@pytest.mark.thorough
def test_whether_a_price_is_that_of_one_piece_is_asked(given: Given) -> None:
    text = RETAIL.replace("UnitPrice", "Price").replace(",few,", ",1,")
    with pytest.raises(LedgerError, match=r"nothing tells whether 'Price' is that of one piece\. Say --map"):
        given(text)
    assert cents(given(text, columns={"quantity": "Quantity"})) == [15_30, -27_50, 3_50, 1_00]
    assert cents(given(text, columns={"quantity": "none"})) == [2_55, 27_50, 0, 1_00]
    assert cents(given("Customer,Date,Price,Qty\nA,2024-01-05,2.5,1\nB,2024-01-06,3,1\n")) == [2_50, 3_00]
