"""Ledgers in Excel files: types count, and nothing in a file can bring the process down."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import read_ledger

LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
HEADINGS = ["Customer", "Date", "Amount"]
ROWS: list[list[Any]] = [
    ["A", date(2024, 1, 5), 10.5],
    ["B", datetime(2024, 1, 6, 10, 30), 20],
    [123, "2024-02-05", "12.50"],
]


def workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_types_of_cells_are_kept(tmp_path: Path) -> None:
    with read_ledger(workbook(tmp_path / "a.xlsx", {"Lines": [HEADINGS, *ROWS]})) as ledger:
        lines = ledger.lines()
        assert lines["customer"].tolist() == ["A", "B", "123"]
        assert [day.date() for day in lines["day"]] == [date(2024, 1, 5), date(2024, 1, 6), date(2024, 2, 5)]
        assert lines["own_cents"].tolist() == [1050, 2000, 1250]
        assert ledger.quality.notes_total == 0


def test_a_number_with_three_decimals_is_a_number_while_the_same_text_is_in_doubt(tmp_path: Path) -> None:
    rows = [
        HEADINGS,
        ["A", date(2024, 1, 5), 1.234],
        ["B", date(2024, 1, 5), "1.234"],
        ["C", date(2024, 1, 5), 49.989999999999995],
    ]
    with read_ledger(workbook(tmp_path / "a.xlsx", {"Lines": rows})) as ledger:
        notes = {note.line: (note.action, note.cents) for note in ledger.quality.notes}
        assert notes == {2: ("changed", 123), 3: ("refused", None)}
        assert ledger.lines()["own_cents"].tolist()[2] == 4999


def test_titles_above_and_rows_of_nothing_keep_the_row_numbers(tmp_path: Path) -> None:
    rows = [["Report"], [], HEADINGS, ROWS[0], [], ["B", "never", 5]]
    with read_ledger(workbook(tmp_path / "a.xlsx", {"Lines": rows})) as ledger:
        (note,) = ledger.quality.notes
        assert (note.line, note.value, ledger.quality.lines_read) == (6, "never", 2)


@pytest.mark.thorough
def test_the_sheet_that_holds_a_ledger_is_taken(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Cover": [["Sales", "of 2024"], ["x", "y"]], "Lines": [HEADINGS, *ROWS]})
    with read_ledger(path) as ledger:
        assert ledger.quality.lines_read == 3


def test_a_workbook_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no sheet has a line below its headings"):
        read_ledger(workbook(tmp_path / "a.xlsx", {"Lines": [HEADINGS]}))


def test_a_stray_cell_in_the_far_corner_is_named_before_the_reader_meets_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Lines": [HEADINGS, *ROWS]})
    book = openpyxl.load_workbook(path)
    book["Lines"]["XFD1048576"] = "x"
    book.save(path)
    with pytest.raises(LedgerError, match=r"sheet 'Lines': cells are filled as far as column XFD and row 1,048,576"):
        read_ledger(path)


@pytest.mark.thorough
def test_a_bomb_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package,
        package.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(220):
            part.write(b" " * (1 << 20))
    with pytest.raises(LedgerError, match="unpacks to 220 MB"):
        read_ledger(path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xlsx", b"Customer,Date,Amount\n", "is not a workbook, though its name says so"),
        ("a.xlsx", b"PK\x03\x04 and no more", "cannot be read as a workbook"),
        ("a.xlsx", LOCKED, "protected by a password"),
        ("a.ods", b"PK\x03\x04", "cannot be read as a workbook"),
        ("a.csv", b"PK\x03\x04", "cannot be read as a workbook"),
    ],
)
def test_what_is_no_readable_workbook_is_said_in_a_sentence(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LedgerError, match=says):
        read_ledger(tmp_path / name)


def test_the_workbook_is_never_changed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Lines": [HEADINGS, *ROWS]})
    before = path.read_bytes()
    with read_ledger(path) as ledger:
        ledger.facts()
    assert path.read_bytes() == before
