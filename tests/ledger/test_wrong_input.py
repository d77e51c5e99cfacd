"""What people give by mistake, and what they are told: the place, what stands there, what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import read_ledger

from .conftest import Given

HEAD = "Customer,Date,Amount\n"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"%PDF-1.7\n%\xe2\xe3\xcf", "the file is a PDF, in which no table can be told; export the lines"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n\0\0", "the file is a picture; export the lines as CSV or a workbook."),
        ("a.xls", b"\xef\xbb\xbf <html><table>", "the file is a web page, as many programs name .xls what they export"),
        ("a.xls", b"<?xml version='1.0'?><Workbook/>", "the file is XML; open it in a spreadsheet program"),
        ("a.json", b'[{"customer": "A"}]', "the file is JSON; write its records as CSV"),
        ("a.xlsx", HEAD.encode(), "is not a workbook, though its name says so; it holds text: name it .csv."),
        ("a.xlsx", b"\0\1\2\3", "the file is not a workbook, though its name says so."),
        ("a.csv", b"", "a.csv: the file is empty."),
        ("a.csv", HEAD.encode(), "a.csv: there is no line below the headings."),
        (
            "a.csv",
            b"Customer,Date,Debit,Credit\nA,2024-01-05,1,\n",
            "Debit and credit are two columns: make one",
        ),
        (
            "a.csv",
            f"{HEAD}A,2024,1\n".encode(),
            "its only one is refused because of this, the first is line 2, ",
        ),
        ("a.csv", f"{HEAD}A,2024,1\nB,2025,2\n".encode(), "column Date, '2024': is not a date."),
        ("a.csv", f"{HEAD}A,2024-01-05,1.00 CR\n".encode(), "'1.00 CR': is marked as a debit or a credit"),
    ],
)
def test_a_wrong_file_is_told_what_it_is(given: Given, name: str, content: bytes, message: str) -> None:
    with pytest.raises(LedgerError) as raised:
        given(content, name)
    assert message in str(raised.value)


@pytest.mark.thorough
def test_debit_and_credit_beside_amounts_without_a_sign_are_a_question(given: Given) -> None:
    text = "Customer,Date,Amount,Dr/Cr\nA,2024-01-05,100.00,DR\nA,2024-01-06,40.00,CR\n"
    with pytest.raises(LedgerError) as raised:
        given(text)
    assert str(raised.value) == (
        "ledger.csv: the column 'Dr/Cr' holds 'CR' in 1 line and 'DR' in 1 line, and no amount has a sign. Revenue is "
        "a debit in the account of a customer and a credit in an account of revenue: write a minus before the amounts "
        "of the other, or say --map side=none to take all amounts as they stand."
    )
    assert given(text, columns={"side": "none"}).quality.accepted_money == 140_00
    assert given(text.replace(",40.00", ",-40.00")).quality.lines_accepted == 2
    assert given(text.replace("CR", "DR")).quality.lines_accepted == 2


@pytest.mark.parametrize("last", ["Total,,3\n", ",,3\n", ",Sum,3\n", 'Grand total,,"3,00"\n'])
def test_a_total_at_the_bottom_is_no_transaction(given: Given, last: str) -> None:
    quality = given(f"{HEAD}A,2024-01-05,1\nB,2024-01-06,2\n{last}").quality
    assert [(n.line, n.reason) for n in quality.notes] == [(4, "a total line, not a transaction")]
    assert (quality.lines_accepted, quality.lines_missing) == (2, 0)


def test_a_line_without_customer_and_date_that_is_no_total_is_missing(given: Given) -> None:
    quality = given(f"{HEAD}A,2024-01-05,1\nB,2024-01-06,2\n,,4\n").quality
    assert [(n.line, n.reason) for n in quality.notes] == [(4, "no customer is named")]
    assert quality.lines_missing == 1


Fill = Callable[[openpyxl.worksheet.worksheet.Worksheet], None]


def _under_merged_titles(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    sheet.append(["Revenue report 2024"])
    sheet.append(["Who", None, "Money"])
    sheet.append(["Customer", "Date", "Amount"])
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A2:B2")


def _under_two_lines(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    sheet.append([])
    sheet.append(["All dates"])
    sheet.append(["Customer", "Date", "Amount"])


@pytest.mark.parametrize("fill", [_under_merged_titles, _under_two_lines])
def test_headings_below_other_rows_are_found(tmp_path: Path, fill: Fill) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    fill(sheet)
    sheet.append(["A", date(2024, 1, 5), 1.5])
    sheet.append(["Total", None, 1.5])
    book.save(tmp_path / "book.xlsx")
    with read_ledger(tmp_path / "book.xlsx") as ledger:
        assert [(n.line, n.reason) for n in ledger.quality.notes] == [(5, "a total line, not a transaction")]
        assert ledger.quality.accepted_money == 150
