"""Every line is taken or refused with its reason, and the two add up to what was read."""

from __future__ import annotations

import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger.records import Note

from .conftest import Given

HEAD = "Line,Customer,Date,Type,Amount,Interval\n"
GOOD = "1,C0001,2024-01-05,invoice,10.00,month\n2,C0002,2024-01-05,invoice,20.00,month\n"


def notes_of(given: Given, *lines: str, head: str = HEAD, good: str = GOOD, **options: object) -> list[Note]:
    """The notes about lines added to a good ledger; they begin on line 4."""
    ledger = given(head + good + "".join(f"{line}\n" for line in lines), **options)
    quality = ledger.quality
    assert quality.lines_accepted + quality.lines_refused == quality.lines_read
    assert quality.lines_refused == sum(n for action, _, n, _ in quality.by_reason if action == "refused")
    assert quality.notes_total == sum(n for _, _, n, _ in quality.by_reason) == len(quality.notes)
    refused: dict[str, int] = {}
    for action, _, _, cents in quality.by_reason:
        if action == "refused":
            for currency, value in cents.items():
                refused[currency] = refused.get(currency, 0) + value
    accepted = quality.accepted_cents_by_currency
    assert {c: accepted.get(c, 0) + refused.get(c, 0) for c in {*accepted, *refused}} == dict(
        quality.read_cents_by_currency
    )
    return list(quality.notes)


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("line", "column", "value", "reason", "cents"),
    [
        ("3,,2024-02-05,invoice,10.00,month", "Customer", "", "no customer is named", 1000),
        ("3,N/A,2024-02-05,invoice,10.00,month", "Customer", "N/A", "no customer is named", 1000),
        ("3, - ,2024-02-05,invoice,10.00,month", "Customer", " - ", "no customer is named", 1000),
        ("3,C0001,,invoice,10.00,month", "Date", "", "the date is blank", 1000),
        ("3,C0001,soon,invoice,10.00,month", "Date", "soon", "is not a date", 1000),
        ("3,C0001,2203-01-05,invoice,10.00,month", "Date", "2203-01-05", "is not a date between 1980 and 2099", 1000),
        ("3,C0001,2024-02-05,invoice,,month", "Amount", "", "the amount is blank", None),
        ("3,C0001,2024-02-05,invoice,ten,month", "Amount", "ten", "is not a number", None),
        ("3,C0001,2024-02-05,gift,10.00,month", "Type", "gift", "is not a known kind of line", 1000),
        ("3,C0001,2024-02-05,refund,10.00,month", "Amount", "10.00",
         "a refund or credit note above zero: its sign and its kind disagree", 1000),
        ("3,C0001,2024-02-05,payment,10.00,month", "Type", "payment",
         "a payment of an invoice that the ledger has too; it would count twice", 1000),
        ("3,C0001,2024-02-05,invoice,10.00,week", "Interval", "week", "is not a whole number of months", 1000),
        ("3,C0001,2024-02-05,invoice,10.00,soon", "Interval", "soon", "is not a known term", 1000),
        ("3,C0001,2024-02-05,invoice,10.00,999", "Interval", "999", "is more than 120 months", 1000),
        (",Total,,,30.00,", "Customer", "Total", "a total line, not a transaction", 3000),
        (",,Grand total,,30.00,", "Date", "Grand total", "a total line, not a transaction", 3000),
        ("2,C0002,2024-01-05,invoice,20.00,month", "Line", "2",
         "the same line twice: every cell repeats, the line id too (as line 3)", 2000),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_counted_is_refused(
    given: Given, line: str, column: str, value: str, reason: str, cents: int | None
) -> None:
    assert notes_of(given, line) == [Note("refused", "ledger.csv", 4, column, value, reason, cents, "")]


def test_a_customer_called_total_is_a_customer(given: Given) -> None:
    assert notes_of(given, "3,Total,2024-02-05,invoice,10.00,month") == []


def test_a_cancellation_needs_no_amount_and_a_refund_no_term(given: Given) -> None:
    assert notes_of(given, "3,C0001,2024-02-05,cancel,,", "4,C0002,2024-02-05,refund,-1.00,never") == []


def test_an_id_without_its_letters_is_refused_and_both_ids_are_named(given: Given) -> None:
    good = "".join(f"{i},C{i:06d},2024-01-05,invoice,10.00,month\n" for i in range(1, 41))
    lost, unlike = notes_of(
        given, "41,7.0,2024-02-05,invoice,10.00,month", "42,99,2024-02-05,invoice,10.00,month", good=good
    )
    assert (lost.action, lost.line, lost.value) == ("refused", 42, "7.0")
    assert lost.reason == "an id that lost its letters or zeros in a spreadsheet (it seems to be C000007)"
    assert (unlike.action, unlike.line, unlike.value) == ("noted", 43, "99")


def test_an_id_without_its_zeros_is_refused(given: Given) -> None:
    good = "".join(f"{i},{i:05d},2024-01-05,invoice,10.00,month\n" for i in range(1, 41))
    (note,) = notes_of(given, "41,7,2024-02-05,invoice,10.00,month", good=good)
    assert (note.action, note.value) == ("refused", "7") and "it seems to be 00007" in note.reason


def test_plain_numbers_as_ids_are_no_damage(given: Given) -> None:
    good = "".join(f"{i},{i},2024-01-05,invoice,10.00,month\n" for i in range(1, 41))
    lines = "41,C7,2024-02-05,invoice,10.00,month", "42,9.0,2024-03-05,invoice,10.00,month"
    assert notes_of(given, *lines, good=good) == [
        Note("changed", "ledger.csv", 43, "Customer", "9.0",
             "another spelling of the same id (blanks, capitals, wide digits aside) (read as 9)", 1000, ""),
    ]  # fmt: skip


def test_spellings_of_one_customer_are_joined_and_told(given: Given) -> None:
    ledger = given(
        HEAD + GOOD + "3, c0001,2024-02-05,invoice,10.00,month\n4,C0001\u00a0,2024-03-05,invoice,10.00,month\n"
    )
    assert ledger.customer_months()["customer"].unique().tolist() == ["C0001", "C0002"]
    assert [(n.action, n.line, n.value) for n in ledger.quality.notes] == [
        ("changed", 4, " c0001"),
        ("changed", 5, "C0001\u00a0"),
    ]


def test_a_name_is_shown_without_blanks_that_nobody_sees(given: Given) -> None:
    ledger = given(HEAD + "1,\u200b\u00a0Ada\ufeff,2024-01-05,invoice,10.00,month\n")
    assert ledger.customer_months()["customer"].tolist() == ["Ada"]


@pytest.mark.thorough
def test_equal_lines_without_ids_are_kept_and_listed(given: Given) -> None:
    head, good = "Customer,Date,Amount\n", "A,2024-01-05,10.00\n"
    (note,) = notes_of(given, "A,2024-01-05,10.00", head=head, good=good)
    assert (note.action, note.line, note.cents) == ("noted", 3, 1000)
    assert note.reason == "every cell repeats an earlier line; kept, as equal purchases do happen (line 2)"
    (note,) = notes_of(given, "A,2024-01-05,10.00", head=head, good=good, duplicates="refuse")
    assert (note.action, note.reason) == ("refused", "every cell repeats an earlier line (line 2)")


def test_a_number_that_many_lines_share_is_no_line_id(given: Given) -> None:
    good = (
        "1,A,2024-01-05,invoice,10.00,month\n1,B,2024-01-05,invoice,10.00,month\n1,C,2024-01-05,invoice,10.00,month\n"
    )
    (note,) = notes_of(given, "1,C,2024-01-05,invoice,10.00,month", good=good)
    assert note.action == "noted"


def test_what_is_read_in_a_changed_way_is_told(given: Given) -> None:
    notes = notes_of(
        given,
        "3,C0001,2024-02-05,invoice,10.005,month",
        "4,C0002,2024-02-05,invoice, - ,month",
        "5,C0003,2024-02-05,,10.00,month",
        "6,C0004,2024-02-05,invoice,10.00,",
    )
    assert [(n.action, n.line, n.column, n.value, n.cents, n.reason) for n in notes] == [
        ("changed", 4, "Amount", "10.005", 1001, "more than two decimals, rounded half up to the cent"),
        ("changed", 5, "Amount", " - ", 0, "a dash is read as zero"),
        ("changed", 6, "Type", "", 1000, "no kind is stated; taken by the sign of the amount"),
        ("noted", 7, "Interval", "", 1000, "no term is stated; taken as one-time, not as recurring revenue"),
    ]


def test_amounts_with_two_readings_are_refused_where_the_column_has_points_and_commas(given: Given) -> None:
    (note,) = notes_of(given, '3,C0001,2024-02-05,invoice,"1,234",month', '4,C0002,2024-02-05,invoice,"7,50",month')
    assert (note.line, note.value) == (4, "1,234")
    assert note.reason == ("can be read in two ways, and the column does not tell which (1,234 or 1.234)")


@pytest.mark.thorough
def test_thousands_are_read_as_the_column_writes_decimals(given: Given) -> None:
    head = "Customer;Date;Amount\n"
    euro = given(head + "A;2024-01-05;1.234\nA;2024-01-06;7,50\n")
    dollar = given(head + "A;2024-01-05;1,234\nA;2024-01-06;7.50\n")
    whole = given(head + "A;2024-01-05;1,234\nA;2024-01-06;7\n")
    assert [ledger.facts().ledger_total for ledger in (euro, dollar, whole)] == [124150, 124150, 124100]


WHOLE = "Customer;Date;Amount\n" + "A;2024-01-06;7\n" * 120


def test_1234_with_a_point_and_nothing_to_go_by_is_refused(given: Given) -> None:
    notes = [n for n in given(WHOLE + "B;2024-01-05;1.234\n").quality.notes if n.action == "refused"]
    assert [(n.line, n.cents, n.reason) for n in notes] == [
        (122, None, "can be read in two ways, and the column does not tell which (1.234 or 1,234)")
    ]


def test_a_column_of_such_amounts_is_a_question_that_shows_both_readings(given: Given) -> None:
    text = "Customer;Date;Amount\nA;2024-01-05;1.234\nA;2024-01-06;7\n"
    with pytest.raises(LedgerError) as error:
        given(text)
    assert str(error.value) == (
        "ledger.csv, column Amount, line 2: '1.234' is 1,234.00 if the point groups thousands and 1.234 if it is the "
        "decimal mark, and no amount in the column tells which; say it with --decimal comma or --decimal point."
    )
    assert [given(text, decimal=mark).facts().ledger_total for mark in ("comma", "point")] == [124100, 823]
    with pytest.raises(LedgerError, match="Decimal 'dot' is neither point nor comma"):
        given(text, decimal="dot")


@pytest.mark.thorough
def test_dates_that_fit_both_orders_are_not_guessed(given: Given) -> None:
    text = "Customer,Date,Amount\nA,03/04/2024,10.00\nA,04/04/2024,10.00\n"
    with pytest.raises(LedgerError) as error:
        given(text)
    assert str(error.value) == (
        "ledger.csv, column Date, line 2: '03/04/2024' is 2024-04-03 if the day comes first and 2024-03-04 if "
        "the month does, and no date in the column tells which; say it with --dates dmy or --dates mdy."
    )
    assert given(text, dates="dmy").first_month == "2024-04"
    assert given(text, dates="mdy").first_month == "2024-03"


def test_a_few_dates_in_doubt_are_refused_one_by_one(given: Given) -> None:
    plain = "".join(f"A,2024-01-{1 + i % 28:02d},{i}.00\n" for i in range(200))
    ledger = given("Customer,Date,Amount\n" + plain + "A,03/04/2024,5.00\nB,22-04-15,7.00\n")
    assert [(n.line, n.reason) for n in ledger.quality.notes if n.action == "refused"] == [
        (202, "can be read in two ways, and no date in the column tells which (2024-03-04 or 2024-04-03)"),
        (203, "can be read in two ways, and no date in the column tells which (2015-04-22 or 2022-04-15)"),
    ]


def test_a_date_impossible_in_the_order_told_is_refused(given: Given) -> None:
    (note,) = given("Customer,Date,Amount\nA,03/04/2024,10.00\nA,05/14/2024,10.00\n", dates="dmy").quality.notes
    assert (note.line, note.reason) == (3, "is no date in the order of day and month that the column has")


def test_another_date_column_of_the_file_settles_an_open_one(given: Given) -> None:
    text = "Customer,Date,Amount,Period start,Period end\nA,03/04/2024,10.00,03/04/2024,{}\n"
    assert given(text.format("02/05/2024")[:-1].replace("A,03/04", "A,13/04")).first_month == "2024-04"


def test_a_column_called_type_that_holds_products_is_no_column_of_kinds(given: Given) -> None:
    ledger = given("Customer,Date,Type,Amount\nA,2024-01-05,Shoes,10.00\nA,2024-01-06,Hats,10.00\n")
    assert (ledger.quality.lines_refused, [c.field for c in ledger.columns]) == (0, ["customer", "date", "amount"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"dates": "ymd"}, "Dates 'ymd' is neither dmy"),
        ({"duplicates": "drop"}, "Duplicates 'drop' is neither keep nor refuse"),
        ({"nature": "odd"}, "Nature 'odd' is neither recurring nor purchases"),
    ],
)
def test_a_policy_that_does_not_exist_is_refused(given: Given, options: dict[str, str], says: str) -> None:
    with pytest.raises(LedgerError, match=says):
        given(HEAD + GOOD, **options)


def test_a_total_with_a_date_is_known_by_its_sum_and_a_customer_called_total_stays(given: Given) -> None:
    january = "A;05.01.2024;10,00\nB;25.01.2024;20,00\nTotal;31.01.2024;30,00\n"
    february = "A;05.02.2024;1,00\nB;25.02.2024;2,00\nTotal;29.02.2024;3,00\n"
    end = "Grand total;29.02.2024;33,00\n"
    ledger = given("Kunde;Datum;Betrag\n" + january + february + end)
    refused = [(n.line, n.reason) for n in ledger.quality.notes if n.action == "refused"]
    assert refused == [(line, "a total line, not a transaction") for line in (4, 7, 8)]
    ledger = given("Kunde;Datum;Betrag\n" + january.replace("30,00", "7,00") + february)
    assert ledger.customer_months().query("customer == 'Total'")["cents"].tolist() == [700]


def test_headings_once_more_are_no_line_and_nothing_is_missing(given: Given) -> None:
    one = "Line;Kunde;Rechnungs-Datum;Betrag;Laufzeit\n1;A;05.01.2024;10,00;Monat\n2;B;25.01.2024;10,00;Monat\n"
    ledger = given(one + one.replace(".01.", ".02.").replace("1;A", "3;A").replace("2;B", "4;B") + one.split("\n")[0])
    told = "the headings once more, as where exports were put one below another"
    assert [(n.line, n.value, n.reason) for n in ledger.quality.notes] == [
        (4, "Rechnungs-Datum", told),
        (7, "Rechnungs-Datum", told),
    ]
    assert (ledger.quality.lines_accepted, ledger.quality.lines_refused, ledger.quality.lines_missing) == (4, 2, 0)
