""".ods and .xlsb read as .xlsx does, and nothing in them can bring the process down."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import read_ledger
from retention_xl.ledger.tables import ledger_sought
from retention_xl.ledger.workbooks import sheet_source

from .made_workbooks import ODS_REST, ods, ods_cell, ods_package, ods_row, xlsb
from .test_workbooks import HEADINGS, ROWS, workbook

MAKERS = {"ods": ods, "xlsb": xlsb}


@pytest.mark.few(1)
@pytest.mark.parametrize("kind", MAKERS)
def test_every_kind_of_workbook_reads_as_xlsx(tmp_path: Path, kind: str) -> None:
    sheets = {"Notes": [["about"]], "Lines": [HEADINGS, *ROWS, ["C", "2024-01-06", 1.234]]}
    made = MAKERS[kind](tmp_path / f"a.{kind}", sheets)
    with read_ledger(made) as ledger, read_ledger(workbook(tmp_path / "a.xlsx", sheets)) as xlsx:
        assert ledger.lines().equals(xlsx.lines())
        ours, theirs = ledger.facts("2024-02"), xlsx.facts("2024-02")
        assert (ours.fingerprint, ours.ledger_total) == (theirs.fingerprint, 4423)
        assert [(n.line, n.value, n.cents) for n in ours.quality.notes] == [(5, "1.234", 123)]


@pytest.mark.parametrize("kind", MAKERS)
def test_tabs_of_months_are_one_ledger_in_every_kind(tmp_path: Path, kind: str) -> None:
    made = MAKERS[kind](tmp_path / f"a.{kind}", {"Jan": [HEADINGS, ROWS[0]], "Feb": [HEADINGS, ROWS[2]]})
    with read_ledger(made) as ledger:
        assert (ledger.quality.lines_accepted, ledger.told) == (2, ("The sheets 'Jan', 'Feb' are read as one ledger.",))


def test_what_a_sheet_repeats_is_counted_out(tmp_path: Path) -> None:
    twice = ods_row(ROWS[0], ' table:number-rows-repeated="2"')
    path = ods_package(
        tmp_path / "a.ods", f'<table:table table:name="L">{ods_row(HEADINGS)}{twice}{ODS_REST}</table:table>'
    )
    with read_ledger(path) as ledger:
        assert [(note.line, note.action) for note in ledger.quality.notes] == [(3, "noted")]


CORNER = "cells are filled as far as column XFD and row 1,048,[0-9]{3}"


def test_a_stray_cell_in_the_far_corner_of_an_ods_is_named(tmp_path: Path) -> None:
    far = ods_cell(None, ' table:number-columns-repeated="16383"') + ods_cell("x")
    stray = f"<table:table-row>{far}</table:table-row>"
    table = f'<table:table table:name="Lines">{ods_row(HEADINGS)}{ods_row(ROWS[0])}{ODS_REST}{stray}</table:table>'
    path = ods_package(tmp_path / "a.ods", table)
    assert path.stat().st_size < 1400
    with pytest.raises(LedgerError, match=f"sheet 'Lines': {CORNER}"):
        read_ledger(path)


def test_a_cell_repeated_over_the_whole_sheet_is_named(tmp_path: Path) -> None:
    everywhere = ods_cell("x", ' table:number-columns-repeated="16384"')
    rows = f'<table:table-row table:number-rows-repeated="1048576">{everywhere}</table:table-row>'
    path = ods_package(tmp_path / "a.ods", f'<table:table table:name="Lines">{rows}</table:table>')
    with pytest.raises(LedgerError, match=f"sheet 'Lines': {CORNER}"):
        read_ledger(path)


def test_a_stray_cell_in_the_far_corner_of_an_xlsb_is_named(tmp_path: Path) -> None:
    stray = [*[None] * 16383, "x"]
    path = xlsb(tmp_path / "a.xlsb", {"Lines": [HEADINGS, ROWS[0], stray]}, rows_at={2: 1048575})
    with pytest.raises(LedgerError, match=f"sheet 'Lines': {CORNER}"):
        read_ledger(path)


def test_formats_without_values_do_not_count_as_filled(tmp_path: Path) -> None:
    path = xlsb(tmp_path / "a.xlsb", {"Lines": [HEADINGS, *ROWS, [None] * 16384]}, rows_at={4: 1048575})
    with read_ledger(path) as ledger:
        assert ledger.quality.lines_read == 3


@pytest.mark.parametrize(
    ("manifest", "before", "says"),
    [
        ("<encryption-data/>", "", "protected by a password"),
        ("", '<!DOCTYPE x [<!ENTITY a "b">]>', r"cannot be read as a workbook \(a document type is declared"),
    ],
)
def test_an_ods_that_must_not_be_read_is_refused(tmp_path: Path, manifest: str, before: str, says: str) -> None:
    path = ods_package(tmp_path / "a.ods", f'<table:table table:name="L">{ODS_REST}</table:table>', manifest, before)
    with pytest.raises(LedgerError, match=says):
        read_ledger(path)


@pytest.mark.thorough
@pytest.mark.parametrize("part", ["content.xml", "xl/worksheets/sheet1.bin"])
def test_a_bomb_of_another_kind_is_refused_unread(tmp_path: Path, part: str) -> None:
    path = tmp_path / "bomb.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package, package.open(part, "w") as file:
        for _ in range(220):
            file.write(b" " * (1 << 20))
    with pytest.raises(LedgerError, match="unpacks to 220 MB"):
        read_ledger(path)


def test_an_archive_that_is_no_workbook_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "exports.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("ledger.csv", "Customer,Date,Amount\nA,2024-01-05,1\n")
    with pytest.raises(LedgerError, match="an archive and no workbook; unpack it"):
        read_ledger(path)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", MAKERS)
def test_a_damaged_workbook_never_ends_in_a_traceback(tmp_path: Path, kind: str) -> None:
    """Every byte of the sheet's part in turn takes another value: it reads, or it is refused in a sentence."""
    whole = MAKERS[kind](tmp_path / f"whole.{kind}", {"Lines": [HEADINGS, *ROWS]})
    part = {"ods": "content.xml", "xlsb": "xl/worksheets/sheet1.bin"}[kind]
    with zipfile.ZipFile(whole) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for at in range(0, len(parts[part]), 7):
        content = bytearray(parts[part])
        content[at] ^= 0x5A
        broken = tmp_path / f"broken.{kind}"
        with zipfile.ZipFile(broken, "w") as package:
            for name, data in {**parts, part: bytes(content)}.items():
                package.writestr(name, data)
        try:
            sheet_source(broken, ledger_sought({}))
        except LedgerError as error:
            assert "\n" not in str(error)


@pytest.mark.libreoffice
def test_what_libreoffice_saves_reads_as_it_was(tmp_path: Path, soffice: str) -> None:
    source = workbook(tmp_path / "a.xlsx", {"Lines": [HEADINGS, *ROWS], "Notes": [["about"]]})
    profile = (tmp_path / "profile").as_uri()
    command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "ods", "--outdir", tmp_path]
    subprocess.run([*command, source], check=True, capture_output=True, timeout=180)
    with read_ledger(tmp_path / "a.ods") as saved, read_ledger(source) as original:
        assert saved.lines().equals(original.lines())
