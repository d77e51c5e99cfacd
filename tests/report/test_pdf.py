"""--pdf: LibreOffice found where it is, a PDF beside the workbook whole or not at all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from retention_xl.errors import HostError
from retention_xl.report import pdf
from retention_xl.report.pdf import installed_libreoffice, print_to_pdf
from retention_xl.report.write import write_report

from .small_facts import facts_of
from .test_monthly_workbook import report_of


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "report.xlsx"
    write_report(report_of(facts_of({"Ann": [100, 120], "Bob": [300, None]})), path)
    return path


def program(folder: Path, lines: str) -> Path:
    """A stand-in for LibreOffice that does what the lines say with its arguments."""
    path = folder / "soffice"
    path.write_text(f"#!{sys.executable}\nimport pathlib, sys\n{lines}\n", "utf-8")
    path.chmod(0o755)
    return path


needs_scripts = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")


@pytest.mark.libreoffice
def test_libreoffice_prints_the_workbook_beside_it_and_the_same_one_to_the_same_bytes(
    workbook: Path, soffice: str
) -> None:
    made = print_to_pdf(workbook, Path(soffice))
    assert made == workbook.with_suffix(".pdf")
    first = made.read_bytes()
    assert first.startswith(b"%PDF-")
    assert {path.name for path in workbook.parent.iterdir()} == {"report.xlsx", "report.pdf"}
    assert print_to_pdf(workbook, Path(soffice)).read_bytes() == first
    assert b"/CreationDate(D:20240229000000Z" in first  # the last day of the month


@pytest.mark.libreoffice
def test_libreoffice_is_found_here(soffice: str) -> None:
    assert installed_libreoffice().resolve() == Path(soffice).resolve()


@needs_scripts
def test_libreoffice_runs_with_a_profile_of_its_own(workbook: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    said = folder / "arguments"
    stand_in = program(
        folder,
        f"pathlib.Path({str(said)!r}).write_text('\\n'.join(sys.argv[1:]))\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])\n"
        "(out / 'report.pdf').write_bytes(b'%PDF-')",
    )
    assert print_to_pdf(workbook, stand_in).read_bytes() == b"%PDF-"
    arguments = said.read_text().splitlines()
    assert arguments[0].startswith("-env:UserInstallation=file://")
    assert "--headless" in arguments
    profile = Path(arguments[0].removeprefix("-env:UserInstallation=file://"))
    assert not profile.exists()  # gone with the run


@pytest.mark.thorough
@needs_scripts
def test_a_failure_is_told_and_leaves_the_older_pdf(workbook: Path, tmp_path: Path) -> None:
    older = workbook.with_suffix(".pdf")
    older.write_bytes(b"older")
    folder = tmp_path / "bin"
    folder.mkdir()
    stand_in = program(folder, "sys.exit('no display')")
    with pytest.raises(HostError, match="was written, but not its PDF: LibreOffice says: no display"):
        print_to_pdf(workbook, stand_in)
    assert older.read_bytes() == b"older"
    assert {path.name for path in tmp_path.iterdir()} == {"report.xlsx", "report.pdf", "bin"}


@pytest.mark.thorough
def test_a_program_that_is_none_is_told(workbook: Path, tmp_path: Path) -> None:
    with pytest.raises(HostError, match="cannot be started"):
        print_to_pdf(workbook, tmp_path / "nowhere")


def test_where_it_is_not_installed_one_sentence_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pdf, "_PLACES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in pdf._PROGRAM_FOLDERS:
        monkeypatch.setenv(name, str(tmp_path))
    with pytest.raises(HostError, match=r"libreoffice\.org"):
        installed_libreoffice()


def test_it_is_found_among_the_programs_of_windows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "LibreOffice" / "program" / "soffice.com"
    place.parent.mkdir(parents=True)
    place.touch()
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    monkeypatch.setenv("ProgramFiles", str(tmp_path))
    assert installed_libreoffice() == place
