"""One supporting table: recognised in five languages, its cells typed, what cannot be taken listed with the reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger.supporting.reading import read_rows
from retention_xl.ledger.supporting.shapes import SHAPES, table_named

OCTOBER = 2026 * 12 + 9


def rows_of(tmp_path: Path, table: str, text: str, **how: Any) -> list[dict[str, Any]]:
    read, notes, rows = read_rows(table, written(tmp_path, table, text, **how))
    assert not read.refused
    assert not notes
    return rows


def written(tmp_path: Path, table: str, text: str, **how: Any) -> dict[str, Any]:
    path = tmp_path / f"{table}.csv"
    path.write_text(text, "utf-8")
    return {"file": path, **how}


def notes_of(tmp_path: Path, table: str, text: str) -> list[tuple[int, str, str, str]]:
    _, notes, _ = read_rows(table, written(tmp_path, table, text))
    return [(n.line, n.column, n.value, n.reason) for n in notes]


def refusal_of(tmp_path: Path, table: str, text: str, **how: Any) -> str:
    read, notes, rows = read_rows(table, written(tmp_path, table, text, **how))
    assert (read.rows, read.taken, notes, rows) == (0, 0, [], [])
    return read.refused


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "headings",
    [
        "Customer ID,Company name,Segment,Contract end,Last contact,Gross margin",
        "Kundennummer,Firma,Kundensegment,Vertragsende,Letzter Kontakt,Rohertrag",
        "N° client,Raison sociale,Taille,Fin du contrat,Dernier contact,Marge brute",
        "Número de cliente,Razón social,Segmento,Fin del contrato,Último contacto,Margen bruto",
        "Asiakasnumero,Yritys,Asiakasryhmä,Sopimus päättyy,Viimeisin yhteydenotto,Myyntikate",
    ],
    ids=["English", "German", "French", "Spanish", "Finnish"],
)
def test_customers_are_recognised_in_five_languages(tmp_path: Path, headings: str) -> None:
    (row,) = rows_of(tmp_path, "customers", f"{headings}\nC7,Anna Oy,Small,31.12.2026,2.10.2026,45 %\n")
    assert (row["customer"], row["label"], row["segment"]) == ("C7", "Anna Oy", "Small")
    assert (row["contract_end"], row["last_contact"]) == (date(2026, 12, 31), date(2026, 10, 2))
    assert row["margin"] == Decimal("0.45")


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("table", "headings"),
    [
        ("cancellations", ["customer,notice,end of service,reason", "Kunde;Gekündigt am;Kündigung zum;Grund"]),
        ("cancellations", ["Client;Date de demande;Date d'effet;Motif", "Cliente;Fecha de aviso;Fecha de baja;Motivo"]),
        ("cancellations", ["Asiakas;Irtisanottu;Päättyy;Syy"]),
        ("tickets", ["Kunde;Eröffnet am;Geschlossen am;Status", "Client;Ouvert le;Fermé le;Statut"]),
        ("tickets", ["Cliente;Abierto el;Cerrado el;Estado", "Asiakas;Avattu;Suljettu;Tila"]),
    ],
)
def test_their_dates_and_words_are_recognised_too(tmp_path: Path, table: str, headings: list[str]) -> None:
    first, last = ("notice", "day") if table == "cancellations" else ("opened", "closed")
    for heading in headings:
        body = "C7,2026-10-01,2026-10-20,Price\n".replace(",", ";" if ";" in heading else ",")
        (row,) = rows_of(tmp_path, table, f"{heading}\n{body}")
        assert (row["customer"], row[first], row[last]) == ("C7", date(2026, 10, 1), date(2026, 10, 20))


@pytest.mark.parametrize(
    ("heading", "table"),
    [
        ("Kunden", "customers"),
        ("Asiakkaat", "customers"),
        ("Spend", "spend"),
        ("Encuestas", "surveys"),
        ("Rechnungen", None),
    ],
)
def test_a_sheet_or_file_is_known_by_its_name(heading: str, table: str | None) -> None:
    assert table_named(heading) == table


def test_each_table_s_own_field_names_are_headings_of_it() -> None:
    """What the documentation calls a column may stand above it."""
    for shape in SHAPES.values():
        found = shape.recognised(list(shape.columns))
        assert set(found) == set(shape.columns), shape.name


@pytest.mark.few(3)
@pytest.mark.parametrize(
    "month", ["2026-10", "10/2026", "Oct 2026", "octobre 2026", "2026-10-17", "202610", "31.10.2026"]
)
def test_a_month_is_read_as_people_write_it(tmp_path: Path, month: str) -> None:
    (row,) = rows_of(tmp_path, "spend", f"month;amount\n{month};1200\n")
    assert row["month"] == OCTOBER


def test_the_column_as_a_whole_decides_which_mark_is_the_decimal_one(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "spend", "month;amount\n2026-09;1.234\n2026-10;1.234,50\n")
    assert [row["amount"] for row in rows] == [Decimal(1234), Decimal("1234.5")]


def test_an_amount_with_two_readings_is_not_taken(tmp_path: Path) -> None:
    notes = notes_of(tmp_path, "spend", "month;amount\n2026-09;1.234\n2026-10;12\n")
    assert notes == [(2, "amount", "1.234", "can be read in two ways: 1.234 or 1,234")]


def test_of_two_readings_the_one_that_such_a_number_can_have_is_taken(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, "surveys", "date,customer,nps\n2026-10-02,C7,9.125\n")
    assert row["nps"] == Decimal("9.125")


def test_the_point_of_a_rate_is_a_decimal_point(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, "rates", "currency,rate\nUSD,1.085\n")
    assert row["rate"] == Decimal("1.085")


def test_dates_that_fit_two_orders_refuse_the_table_and_show_both_readings(tmp_path: Path) -> None:
    refused = refusal_of(tmp_path, "tickets", "customer,opened\nC7,03/04/2026\n")
    assert "line 2: '03/04/2026' is 2026-04-03 if the day comes first and 2026-03-04 if the month does" in refused
    assert "--dates" in refused


def test_dates_as_told_are_read(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, "tickets", "customer,opened\nC7,03/04/2026\n", dates="mdy")
    assert row["opened"] == date(2026, 3, 4)


@pytest.mark.thorough
def test_one_date_column_tells_for_the_others_of_its_table(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, "tickets", "customer,opened,closed\nC7,03/04/2026,14/04/2026\n")
    assert row["opened"] == date(2026, 4, 3)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("given", "read"),
    [("45 %", "0.45"), ("0.45", "0.45"), ("45%\nC8,0.5", "0.45"), ("45\nC8,60", "0.45"), ("0,45", "0.45")],
)
def test_a_share_is_a_fraction_or_percents(tmp_path: Path, given: str, read: str) -> None:
    separator = ";" if "0,45" in given else ","
    text = f"customer,margin\nC7,{given}\n" if separator == "," else f"customer;margin\nC7;{given}\n"
    assert rows_of(tmp_path, "customers", text)[0]["margin"] == Decimal(read)


def test_a_fraction_beside_percents_is_left_out_as_it_has_two_readings(tmp_path: Path) -> None:
    ((line, _, value, reason),) = notes_of(tmp_path, "customers", "customer,margin\nC7,0.8\nC8,82\n")
    assert (line, value) == (2, "0.8")
    assert reason.startswith("can be read in two ways beside numbers above 1: 0.8 % or 80.0 %")


@pytest.mark.few(4)
@pytest.mark.parametrize(
    ("table", "text", "note"),
    [
        (
            "surveys",
            "date,nps\n2026-10-01,9\n2026-10-02,11\n",
            (3, "nps", "11", "is not between 0 and 10; only this cell is left out"),
        ),
        ("spend", "month,amount\n2026-10,1\nsoon,2\n", (3, "month", "soon", "is not a month such as 2026-10")),
        ("spend", "month,amount\n2026-10,1\n2026-10,n/a\n", (3, "amount", "n/a", "is blank")),
        (
            "usage",
            "customer,feature,month,uses\nC7,x,2026-10,1\nC7,x,2026-10,-1\n",
            (3, "uses", "-1", "is not 0 or more"),
        ),
        (
            "tickets",
            "customer,opened,closed\nC7,2026-10-01,\nC7,2026-10-01,tomorrow\n",
            (3, "closed", "tomorrow", "is not a date"),
        ),
        (
            "invitations",
            "month,sent,accepted\n2026-09,1,1\n2026-10,2.5,1\n",
            (3, "sent", "2.5", "is not a whole number"),
        ),
        ("rates", "currency,rate\nUSD,1.1\nXQX,2\n", (3, "currency", "XQX", "is not a currency code")),
        (
            "customers",
            "customer,loyalty\nC7,yes\nC8,maybe\n",
            (3, "loyalty", "maybe", "is neither yes nor no; only this cell is left out"),
        ),
        ("customers", "customer,plan\nC7,Pro\n,Pro\n", (3, "customer", "", "is blank")),
        ("customers", "customer,plan\nC7,Pro\nC8,Pro,9\n", (3, "", "", "the line has 3 cells, the heading line has 2")),
    ],
)
def test_what_cannot_be_taken_is_listed_with_line_column_value_and_reason(
    tmp_path: Path, table: str, text: str, note: tuple[int, str, str, str]
) -> None:
    assert notes_of(tmp_path, table, text) == [note]


def test_a_bad_cell_of_a_column_that_matters_costs_the_row_another_only_itself(tmp_path: Path) -> None:
    read, _, rows = read_rows(
        "customers", written(tmp_path, "customers", "customer,last contact\nC7,long ago\nC8,2026-10-01\n")
    )
    assert (read.rows, read.taken, read.noted) == (2, 2, 1)
    assert rows[0]["last_contact"] is None


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("table", "text", "reason"),
    [
        (
            "spend",
            "month,channel\n2026-10,Web\n",
            "no column could be recognised as amount; found: 'month', 'channel'.",
        ),
        ("spend", "amount\n12\n", "no column could be recognised as month or day; found: 'amount'."),
        (
            "surveys",
            "date,score\n2026-10-01,9\n",
            "no column could be recognised as measure with score or nps or csat or",
        ),
        ("customers", "customer,plan\n", "there is no row below the headings."),
        ("customers", "customer,plan,plan\nC7,a,b\n", "several columns are headed 'plan'; rename all but one."),
        (
            "spend",
            "month,amount\nx,1\ny,2\n",
            "none of its 2 rows can be taken; the first is line 2, column month: 'x'",
        ),
    ],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path: Path, table: str, text: str, reason: str) -> None:
    assert f"{table}.csv: {reason}" in refusal_of(tmp_path, table, text)


def test_a_missing_file_refuses_its_table_only(tmp_path: Path) -> None:
    read, _, _ = read_rows("customers", tmp_path / "customers.csv")
    assert "there is no such file" in read.refused


def test_a_column_with_a_heading_of_its_own_can_be_named(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, "customers", "Ref,Typ\nC7,Pro\n", columns={"customer": "ref", "plan": "Typ"})
    assert (row["customer"], row["plan"]) == ("C7", "Pro")


def test_a_heading_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    refused = refusal_of(tmp_path, "customers", "Ref\nC7\n", columns={"customer": "Kd"})
    assert "no column is headed 'Kd' (wanted for customer); found: 'Ref'." in refused


def test_an_unknown_way_of_reading_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="'delimiter' is not known here; there are file, columns, dates and encoding"):
        read_rows("customers", written(tmp_path, "customers", "customer\nC7\n", delimiter=";"))


@pytest.mark.thorough
def test_a_sheet_of_a_workbook_is_named_behind_a_number_sign(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["Customer", "remark"])
    book.active.append(["C9", "call"])
    sheet = book.create_sheet("Kunden 2026")
    for row in (["Kundennummer", "Rohertrag", "Vertragsende"], ["C7", 0.45, date(2026, 12, 31)]):
        sheet.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    read, _, rows = read_rows("customers", f"{path}#kunden 2026")
    assert read.file == "book.xlsx[Kunden 2026]"
    assert [(r["customer"], r["margin"], r["contract_end"]) for r in rows] == [
        ("C7", Decimal("0.45"), date(2026, 12, 31))
    ]
    read, _, _ = read_rows("customers", f"{path}#Clients")
    assert "there is no sheet 'Clients'; the sheets are 'Notes', 'Kunden 2026'." in read.refused


@pytest.mark.thorough
def test_a_data_frame_is_a_table_and_its_numbers_are_numbers() -> None:
    frame = pd.DataFrame({"month": pd.to_datetime(["2026-10-01"]), "amount": [1.234], "channel": [None]})
    _, _, rows = read_rows("spend", frame)
    assert [(r["month"], r["amount"], r["channel"]) for r in rows] == [(OCTOBER, Decimal("1.234"), None)]
