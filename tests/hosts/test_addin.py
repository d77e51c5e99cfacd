"""The add-in: what is in the file, and install, status, remove and doctor on a Windows machine that is made up."""

from __future__ import annotations

import difflib
import io
import re
import shutil
import subprocess
import zipfile
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import olefile
import openpyxl
import pytest
from oletools.olevba import VBA_Parser

from retention_xl.errors import HostError
from retention_xl.hosts import addin, vba
from retention_xl.hosts.windows import Windows, this_machine
from retention_xl.metrics.spec import CATALOGUE

from .machine import Machine
from .vba_syntax import complaints


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return addin.build(
        tmp_path_factory.mktemp("addin") / "retention_xl.xlam", Path(r"C:\Möbel & Co\python\pythonw.exe")
    )


@pytest.fixture(scope="module")
def sources(built: Path) -> dict[str, str]:
    """The modules of the add-in as olevba reads them."""
    parser = VBA_Parser(str(built))
    return {name: source.replace("\r\n", "\n") for *_, name, source in parser.extract_macros()}


def test_the_add_in_is_a_package_that_office_types_as_an_add_in(built: Path) -> None:
    with zipfile.ZipFile(built) as package:
        assert package.testzip() is None
        types = package.read("[Content_Types].xml").decode()
        named = set(re.findall(r'PartName="/([^"]+)"', types))
        by_extension = {"_rels/.rels", "xl/_rels/workbook.xml.rels", "customUI/customUI14.xml"}
        assert named | by_extension | {"[Content_Types].xml"} == set(package.namelist())
    assert "application/vnd.ms-excel.addin.macroEnabled.main+xml" in types


def as_workbook(add_in: Path, workbook: Path) -> Path:
    """The parts of an .xlam typed as the .xlsm that they otherwise are, for programs that open no .xlam."""
    with zipfile.ZipFile(add_in) as package, zipfile.ZipFile(workbook, "w") as typed:
        for name in package.namelist():
            content = package.read(name)
            typed.writestr(name, content.replace(b"ms-excel.addin.macroEnabled", b"ms-excel.sheet.macroEnabled"))
    return workbook


def test_the_parts_of_the_add_in_load_as_a_workbook_with_macros(built: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(as_workbook(built, tmp_path / "addin.xlsm"), keep_vba=True)
    assert book.sheetnames == ["retention_xl.conf"]
    assert {row[0]: row[1] for row in book.active.values} == addin.read_settings(built)


def test_the_macros_are_a_compound_file_without_defects(built: Path) -> None:
    with zipfile.ZipFile(built) as package:
        content = package.read("xl/vbaProject.bin")
    read = olefile.OleFileIO(io.BytesIO(content), raise_defects=olefile.DEFECT_UNSURE)
    assert read.parsing_issues == []
    assert ["VBA", "RetentionFunctions"] in read.listdir()


def test_the_add_in_holds_our_functions_and_the_module_of_xlwings(sources: dict[str, str]) -> None:
    assert list(sources) == ["ThisWorkbook.cls", "Settings.cls", "xlwings.bas", "RetentionFunctions.bas"]
    assert sources["RetentionFunctions.bas"] == vba.functions_module(CATALOGUE.values())
    assert sources["ThisWorkbook.cls"].endswith(vba.BEHIND_WORKBOOK)
    assert f'XLWINGS_VERSION As String = "{version("xlwings")}"' in sources["xlwings.bas"]


def test_the_module_of_xlwings_is_changed_in_name_and_where_strangers_settings_would_count(
    sources: dict[str, str],
) -> None:
    """A sheet of the workbook in front, or a file beside it, could name the program that Excel starts."""
    import xlwings

    shipped = Path(xlwings.__file__).with_name("xlwings_custom_addin.bas").read_text(encoding="utf-8").rstrip()
    compared = difflib.ndiff(shipped.splitlines(), sources["xlwings.bas"].rstrip().splitlines())
    assert [(line[0], line[2:].strip()) for line in compared if line[0] in "+-"] == [
        ("+", "Option Private Module"),
        ("-", 'Public Const PROJECT_NAME As String = "myaddin"'),
        ("+", 'Public Const PROJECT_NAME As String = "retention_xl"'),
        ("-", 'If SheetExists(ActiveWorkbook, PROJECT_NAME & ".conf") = True Then'),
        ("+", "If False Then"),
        ("-", 'If source = "" Or source = "directory" Then'),
        ("+", "If False Then"),
    ]


@pytest.mark.parametrize("module", ["ThisWorkbook.cls", "Settings.cls", "RetentionFunctions.bas"])
def test_every_module_of_ours_compiles_by_the_rules_of_the_language(module: str, sources: dict[str, str]) -> None:
    assert complaints(sources[module]) == []


@pytest.mark.libreoffice
def test_libreoffice_reads_every_module_from_the_add_in(
    built: Path, sources: dict[str, str], soffice: str, tmp_path: Path
) -> None:
    """As a workbook with macros, for it opens no .xlam; saved as ODS, which holds the modules as text."""
    as_workbook(built, tmp_path / "addin.xlsm")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "ods", "--outdir", str(tmp_path), "addin.xlsm"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=120)
    with zipfile.ZipFile(tmp_path / "addin.ods") as package:
        read = {
            name: ElementTree.fromstring(package.read(f"Basic/RetentionXl/{name}.xml")).text or ""
            for name in ("ThisWorkbook", "Settings", "xlwings", "RetentionFunctions")
        }
    for name in ("xlwings", "RetentionFunctions"):
        source = sources[f"{name}.bas"]
        written = [line for line in source.splitlines() if line.strip() and not line.startswith("Attribute ")]
        assert [line for line in read[name].splitlines() if line.strip()][-len(written) :] == written
    assert "Private Sub Workbook_Open()" in read["ThisWorkbook"]


def test_no_name_of_ours_meets_one_of_xlwings(sources: dict[str, str]) -> None:
    theirs = {name.lower() for name in re.findall(r"(?:Function|Sub|Const) (\w+)", sources["xlwings.bas"])}
    ours = {name.lower() for name in re.findall(r"(?:Function|Sub|Const) (\w+)", sources["RetentionFunctions.bas"])}
    assert theirs & ours == set()
    assert "xlpy" in theirs, "the function that starts Python"


def test_the_settings_name_this_python_and_keep_strangers_modules_out(built: Path) -> None:
    settings = addin.read_settings(built)
    assert settings["INTERPRETER_WIN"] == r"C:\Möbel & Co\python\pythonw.exe"
    assert settings["ADD_WORKBOOK_TO_PYTHONPATH"] == "False"
    assert settings["RETENTION_XL"] == version("retention-xl")


@pytest.mark.thorough
def test_an_add_in_built_for_another_machine_names_no_python(tmp_path: Path) -> None:
    assert "INTERPRETER_WIN" not in addin.read_settings(addin.build(tmp_path / "a.xlam"))


@pytest.mark.thorough
def test_the_add_in_is_the_same_each_time(built: Path, tmp_path: Path) -> None:
    again = addin.build(tmp_path / "again.xlam", Path(r"C:\Möbel & Co\python\pythonw.exe"))
    assert again.read_bytes() == built.read_bytes()


def test_a_place_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"a\.xlam cannot be written"):
        addin.build(tmp_path / "missing" / "a.xlam")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_add_in_of_ours_is_refused(tmp_path: Path) -> None:
    stranger = tmp_path / "retention_xl.xlam"
    stranger.write_text("not a package")
    with pytest.raises(HostError, match="is not an add-in of retention_xl"):
        addin.read_settings(stranger)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.thorough
def test_installing_puts_the_add_in_where_excel_starts_from(machine: Machine) -> None:
    installed = addin.install(machine)
    assert installed.path == machine.start_folder() / "retention_xl.xlam"
    assert addin.read_settings(installed.path)["INTERPRETER_WIN"] == str(machine.python)
    assert not installed.excel_is_running


def test_installing_says_that_a_running_excel_needs_a_restart(machine: Machine) -> None:
    machine.running = True
    assert addin.install(machine).excel_is_running


@pytest.mark.thorough
def test_status_follows_installing_and_removing(machine: Machine) -> None:
    assert addin.status(machine) == addin.Status(machine.start_folder() / "retention_xl.xlam", False, {})
    path = addin.install(machine).path
    there = addin.status(machine)
    assert (there.path, there.is_there, there.settings["XLWINGS"]) == (path, True, version("xlwings"))
    assert addin.remove(machine) == path
    assert not addin.status(machine).is_there
    assert addin.remove(machine) is None


def failed(machine: Machine) -> dict[str, str]:
    """Name and cure of what the doctor finds wrong."""
    return {check.name: check.cure for check in addin.doctor(machine) if not check.passed}


def test_the_doctor_finds_nothing_on_a_sound_machine(machine: Machine) -> None:
    addin.install(machine)
    assert failed(machine) == {}


def test_the_doctor_finds_a_missing_add_in(machine: Machine) -> None:
    assert failed(machine) == {"Add-in in Excel's start folder": "Close Excel and run: retention-xl addin install"}


@pytest.mark.thorough
def test_the_doctor_finds_an_add_in_of_another_version(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    addin.install(machine)
    shutil.copy(machine.library, machine.library.with_name("xlwings64-99.0.dll"))
    monkeypatch.setattr(addin, "version", lambda name: "99.0")
    assert set(failed(machine)) == {
        "Add-in made for this version of retention_xl",
        "Add-in made for this version of xlwings",
    }


@pytest.mark.few(4)
@pytest.mark.parametrize(
    ("break_it", "name", "cure"),
    [
        (lambda m: m.python.unlink(), "Python of the add-in is there", "addin install"),
        (lambda m: setattr(m, "plain_paths", False), "Excel can start Python by its path", "plain folder"),
        (lambda m: m.library.unlink(), "Library of xlwings that Excel loads", "force-reinstall xlwings"),
        (lambda m: setattr(m, "bits", 32), "Library of xlwings that Excel loads", "force-reinstall xlwings"),
        (lambda m: setattr(m, "bits", None), "Library of xlwings that Excel loads", "force-reinstall xlwings"),
        (lambda m: setattr(m, "trouble", "No module"), "Python answers with all functions", "pip install"),
        (lambda m: setattr(m, "disabled", True), "Excel has not set an add-in aside after a crash", "Disabled Items"),
        (
            lambda m: m.settings.update(
                {
                    (rf"{addin.POLICY}\Trusted Locations", "AllLocationsDisabled"): 1,
                    (addin.SECURITY, "VBAWarnings"): 4,
                }
            ),
            "Excel runs macros from its start folder",
            "Ask IT",
        ),
    ],
)
def test_the_doctor_finds_each_trouble_and_says_the_cure(machine: Machine, break_it, name: str, cure: str) -> None:
    addin.install(machine)
    break_it(machine)
    found = failed(machine)
    assert cure in found[name]
    assert set(found) <= {name, "Python answers with all functions"}


def test_macros_of_a_trusted_place_run_though_others_are_turned_off(machine: Machine) -> None:
    addin.install(machine)
    machine.settings[(addin.SECURITY, "VBAWarnings")] = 4
    assert failed(machine) == {}


def test_elsewhere_than_on_windows_one_sentence_says_what_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for action in (this_machine, addin.install, addin.status, addin.remove, addin.doctor):
        with pytest.raises(HostError, match=r"works in Excel on Windows.*`retention-xl addin build`"):
            action()


def test_without_a_roaming_folder_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APPDATA", raising=False)
    with pytest.raises(HostError, match="APPDATA is not set"):
        Windows().start_folder()
    monkeypatch.setenv("APPDATA", "roaming")
    assert Windows().start_folder() == Path("roaming/Microsoft/Excel/XLSTART")
