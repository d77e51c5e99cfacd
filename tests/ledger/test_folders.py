"""A folder or a pattern of files: one ledger, in order, in which every line keeps the file it came from."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import read_ledger
from retention_xl.ledger.folders import folder_name, natural

from .test_workbooks import HEADINGS, workbook

HEAD = "Customer,Date,Amount\n"


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "m2.csv").write_text(HEAD + "A,2024-02-05,30\nB,never,40\n")
    (folder / "m10.csv").write_text("Amount;Date;Customer;Remark\n1,50;2024-10-05;A;late\n")
    (folder / "m1.csv").write_text(HEAD + "A,2024-01-05,10\nB,2024-01-06,20\n")
    return folder


def test_the_files_of_a_folder_are_one_ledger_in_the_order_of_their_numbers(exports: Path) -> None:
    with read_ledger(exports, allow_empty_months=True) as ledger:
        assert ledger.told == ("Read in this order: m1.csv, m2.csv, m10.csv.",)
        assert ledger.facts("2024-10").ledger_total == 10150
        (note,) = [note for note in ledger.quality.notes if note.action == "refused"]
        assert (note.file, note.line, note.value) == ("m2.csv", 3, "never")


@pytest.mark.thorough
def test_the_fingerprint_is_that_of_the_lines_in_one_file(exports: Path, tmp_path: Path) -> None:
    one = tmp_path / "one.csv"
    one.write_text(HEAD + "A,2024-10-05,1.50\nA,2024-02-05,30\nB,never,40\nA,2024-01-05,10\nB,2024-01-06,20\n")
    with read_ledger(exports, allow_empty_months=True) as split, read_ledger(one, allow_empty_months=True) as whole:
        ours, theirs = split.facts("2024-10"), whole.facts("2024-10")
        assert (ours.fingerprint, ours.movements) == (theirs.fingerprint, theirs.movements)


@pytest.mark.thorough
def test_workbooks_and_texts_mix_and_a_pattern_names_some(exports: Path) -> None:
    workbook(exports / "m3.xlsx", {"Mar": [HEADINGS, ["A", date(2024, 3, 5), 0.5], ["C", "soon", 1]]})
    with read_ledger(f"{exports}/m[1-3].*") as ledger:
        assert ledger.facts("2024-03").ledger_total == 10150
        assert [(n.file, n.line) for n in ledger.quality.notes] == [("m2.csv", 3), ("m3.xlsx", 3)]
    with pytest.raises(LedgerError, match="no file is named so"):
        read_ledger(f"{exports}/*.parquet")


def test_a_file_without_a_column_of_the_others_is_named(exports: Path) -> None:
    (exports / "m3.csv").write_text("Customer,Date,Value of it\nA,2024-03-05,1\n")
    with pytest.raises(LedgerError) as error:
        read_ledger(exports)
    assert str(error.value) == (
        "m3.csv: there is no column 'Amount', which is the amount in m1.csv; found: 'Customer', 'Date', 'Value of it'. "
        "All parts of a ledger need the same columns."
    )


@pytest.mark.thorough
def test_lines_that_two_exports_share_are_noted_with_both_files(exports: Path) -> None:
    (exports / "m3.csv").write_text("Date,Customer,Amount\n2024-02-05,A,30\n2024-03-05,A,1\n")
    (exports / "m10.csv").unlink()
    with read_ledger(exports) as ledger:
        (note,) = [note for note in ledger.quality.notes if note.action == "noted"]
        assert (note.file, note.line) == ("m3.csv", 2)
        assert note.reason.endswith("(m2.csv, line 2)")
    with read_ledger(exports, duplicates="refuse") as ledger:
        assert ledger.facts("2024-03").movements[1].closing == 3000


def test_a_copy_of_a_file_does_not_count_twice(exports: Path) -> None:
    (exports / "m1 (copy).csv").write_bytes((exports / "m1.csv").read_bytes())
    with pytest.raises(LedgerError, match=r"it holds the same 2 lines as m1"):
        read_ledger(exports)


def test_what_is_no_part_of_the_ledger_is_left_out_and_said(exports: Path) -> None:
    (exports / "m10.csv").unlink()
    for name in (".hidden.csv", "~$m1.xlsx", "retention.toml", "customers.csv", "empty.csv"):
        (exports / name).write_text("" if name == "empty.csv" else HEAD)
    workbook(exports / "exports-retention-2024-01.xlsx", {"Lines": [HEADINGS, ["A", date(2024, 1, 5), 99]]})
    (exports / "2023").mkdir()
    with read_ledger(exports) as ledger:
        assert ledger.quality.lines_read == 4
        assert ledger.told[1:] == (
            "Left out of exports: customers.csv (a table beside the ledger, by its name).",
            "Left out of exports: exports-retention-2024-01.xlsx (a workbook that this program wrote).",
            "Left out of exports: retention.toml (another kind of file).",
            "Left out of exports: empty.csv (empty).",
            "Left out of exports: 2023 (folders).",
            "Left out of exports: .hidden.csv, ~$m1.xlsx (hidden and lock files).",
        )


def test_messages_about_a_column_name_the_file(exports: Path) -> None:
    (exports / "m10.csv").write_text(HEAD + "A,03/04/2024,1\nB,02/05/2024,1\n")
    with pytest.raises(LedgerError, match=r"exports, column Date, m10.csv, line 2: '03/04/2024' is 2024-04-03 if"):
        read_ledger(exports)


def test_names_of_folders_and_the_natural_order() -> None:
    assert folder_name("exports/*.csv") == folder_name("exports/") == "exports"
    files = [Path("m10.csv"), Path("m2.csv"), Path("M1.csv")]
    assert [path.name for path in sorted(files, key=natural)] == ["M1.csv", "m2.csv", "m10.csv"]
