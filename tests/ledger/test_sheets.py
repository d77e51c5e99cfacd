"""Workbooks of several sheets: tabs of months are one ledger, anything else is asked about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import read_ledger
from retention_xl.ledger.workbooks import sheet_names

from .test_workbooks import HEADINGS, workbook

JAN = [HEADINGS, ["A", date(2024, 1, 5), 10], ["B", date(2024, 1, 6), 20]]
FEB = [HEADINGS, ["A", date(2024, 2, 5), 30], ["B", "never", 40]]


def test_tabs_of_months_are_read_together_and_each_line_knows_its_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Jan": JAN, "Feb": FEB})
    with read_ledger(path) as ledger:
        assert ledger.facts("2024-02").ledger_total == 10000
        (note,) = ledger.quality.notes
        assert (note.file, note.line, note.value) == ("a.xlsx[Feb]", 3, "never")
        assert ledger.told == ("The sheets 'Jan', 'Feb' are read as one ledger.",)


@pytest.mark.thorough
def test_columns_of_the_tabs_may_stand_in_another_order(tmp_path: Path) -> None:
    turned = [row[::-1] for row in FEB]
    with (
        read_ledger(workbook(tmp_path / "a.xlsx", {"Jan": JAN, "Feb": FEB})) as straight,
        read_ledger(workbook(tmp_path / "b.xlsx", {"Jan": JAN, "Feb": turned})) as mixed,
    ):
        assert straight.facts("2024-02").fingerprint == mixed.facts("2024-02").fingerprint


def test_sheets_with_other_columns_are_listed_and_one_can_be_named(tmp_path: Path) -> None:
    wider = [[*row, "x"] for row in FEB[1:]]
    path = workbook(tmp_path / "a.xlsx", {"Invoices": JAN, "Payments": [[*HEADINGS, "Method"], *wider]})
    with pytest.raises(LedgerError) as error:
        read_ledger(path)
    assert str(error.value) == (
        "a.xlsx: the sheets 'Invoices', 'Payments' each hold a ledger, with different columns; say which one counts, "
        'for example --sheet "Invoices".'
    )
    with read_ledger(path, sheet="invoices") as ledger:
        assert ledger.quality.lines_read == 2
    with pytest.raises(LedgerError, match="there is no sheet 'Sales'; the sheets are 'Invoices', 'Payments'"):
        read_ledger(path, sheet="Sales")


def test_a_copy_of_a_tab_does_not_count_twice(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Jan": JAN, "Jan (2)": [JAN[0], *JAN[:0:-1]]})
    with pytest.raises(LedgerError, match=r"a.xlsx\[Jan \(2\)\]: it holds the same 2 lines as a.xlsx\[Jan\]"):
        read_ledger(path)


def test_a_sheet_named_like_a_table_beside_the_ledger_is_no_part_of_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"Customers": FEB, "Lines": JAN})
    with read_ledger(path) as ledger:
        assert (ledger.quality.lines_read, ledger.told) == (2, ())
    assert sheet_names(path) == ["Customers", "Lines"]
