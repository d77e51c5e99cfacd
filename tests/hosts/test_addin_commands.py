"""`retention-xl addin ...`: what each command writes, says and exits with."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner, Result

from retention_xl import addin_commands
from retention_xl.cli import app
from retention_xl.hosts import addin
from retention_xl.metrics.spec import CATALOGUE

from .machine import Machine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """The commands run on a made-up Windows."""
    made_up = Machine(tmp_path / "windows")
    monkeypatch.setattr(addin_commands, "machine", lambda: made_up)
    return made_up


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["addin", *arguments])


@pytest.mark.thorough
def test_build_writes_the_add_in_into_the_current_folder_and_says_where_it_goes(folder: Path) -> None:
    done = run("build")
    assert done.exit_code == 0, done.output
    assert addin.is_ours(folder / "retention_xl.xlam")
    assert "Written: retention_xl.xlam" in done.output
    assert r"%APPDATA%\Microsoft\Excel\XLSTART" in done.output


@pytest.mark.thorough
def test_build_for_another_machine_takes_the_path_of_its_python(folder: Path) -> None:
    assert run("build", "--python", r"C:\py\pythonw.exe", "-o", "other.xlam").exit_code == 0
    assert addin.read_settings(folder / "other.xlam")["INTERPRETER_WIN"] == r"C:\py\pythonw.exe"


@pytest.mark.thorough
def test_build_writes_over_an_add_in_of_its_own_only(folder: Path) -> None:
    assert run("build").exit_code == run("build").exit_code == 0
    stranger = folder / "stranger.xlam"
    stranger.write_bytes(b"of somebody else")
    done = run("build", "-o", "stranger.xlam")
    assert (done.exit_code, stranger.read_bytes()) == (2, b"of somebody else")
    assert "stranger.xlam is not an add-in of this program" in done.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("build", "-o", "a.xlsx"), "'a.xlsx' must end in .xlam"),
        (("build", "-o", "no/a.xlam"), "there is no folder"),
        (("build", "-o", "folder.xlam"), "is a folder"),
        (("selftest", "-o", "a.xlam"), "'a.xlam' must end in .xlsx"),
        (("selftest", "-o", "no/a.xlsx"), "there is no folder"),
    ],
)
def test_a_place_that_cannot_be_meant_ends_with_code_2_and_writes_nothing(
    arguments: tuple[str, ...], says: str, folder: Path
) -> None:
    (folder / "folder.xlam").mkdir()
    done = run(*arguments)
    assert (done.exit_code, list(folder.iterdir())) == (2, [folder / "folder.xlam"])
    assert says in done.output
    assert "Traceback" not in done.output


def test_install_says_where_with_which_python_and_what_to_type(machine: Machine) -> None:
    done = run("install")
    assert done.exit_code == 0, done.output
    assert f"Installed: {machine.start_folder() / 'retention_xl.xlam'}" in done.output
    assert str(machine.python) in done.output
    assert "=CRR(100,105,15)" in done.output
    assert addin.is_ours(machine.start_folder() / "retention_xl.xlam")


@pytest.mark.thorough
def test_install_warns_of_a_running_excel(machine: Machine) -> None:
    machine.running = True
    assert "Excel is running: close all its windows" in run("install").output


def test_install_into_a_folder_that_cannot_be_made_ends_in_a_sentence(machine: Machine) -> None:
    machine.start_folder().write_text("a file in the place of the folder")
    done = run("install")
    assert done.exit_code == 1
    assert done.output.startswith(str(machine.start_folder()))


@pytest.mark.thorough
def test_status_follows_install_and_remove(machine: Machine) -> None:
    before = run("status")
    assert (before.exit_code, "Not installed" in before.output) == (1, True)
    run("install")
    there = run("status")
    assert there.exit_code == 0
    assert addin.version("xlwings") in there.output
    assert str(machine.python) in there.output
    removed = run("remove")
    assert (removed.exit_code, "Removed: " in removed.output) == (0, True)
    assert run("status").exit_code == 1
    again = run("remove")
    assert (again.exit_code, again.output) == (0, "Nothing to remove: the add-in is not installed.\n")


@pytest.mark.thorough
def test_the_doctor_passes_a_sound_machine(machine: Machine) -> None:
    run("install")
    done = run("doctor")
    assert done.exit_code == 0, done.output
    assert "TROUBLE" not in done.output


@pytest.mark.thorough
def test_the_doctor_says_the_cure_and_exits_with_1(machine: Machine) -> None:
    run("install")
    machine.disabled = True
    done = run("doctor")
    assert done.exit_code == 1
    [trouble] = [line for line in done.output.splitlines() if line.startswith("TROUBLE")]
    assert "set an add-in aside" in trouble
    assert "Manage: Disabled Items" in done.output.split(trouble)[1].splitlines()[1]


@pytest.mark.parametrize("command", ["install", "status", "remove", "doctor"])
def test_elsewhere_than_on_windows_a_command_says_what_to_do_instead(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    done = run(command)
    assert done.exit_code == 2
    assert "this is not Windows" in done.output
    assert "`retention-xl addin build`" in done.output


def test_selftest_writes_a_workbook_with_every_function(folder: Path) -> None:
    done = run("selftest")
    assert done.exit_code == 0, done.output
    sheet = openpyxl.load_workbook(folder / "selftest.xlsx")["Self-test"]
    assert set(CATALOGUE) <= {cell.value for cell in sheet["A"]}


@pytest.mark.thorough
def test_selftest_writes_over_a_self_test_also_a_saved_one_but_over_nothing_else(folder: Path) -> None:
    run("selftest")
    saved = openpyxl.load_workbook(folder / "selftest.xlsx")
    saved["Self-test"]["H1"] = "seen"
    saved.save(folder / "selftest.xlsx")
    assert run("selftest").exit_code == 0
    other = openpyxl.Workbook()
    other.save(folder / "other.xlsx")
    before = (folder / "other.xlsx").read_bytes()
    done = run("selftest", "-o", "other.xlsx")
    assert (done.exit_code, (folder / "other.xlsx").read_bytes() == before) == (2, True)
    assert "other.xlsx is not a self-test of this program" in done.output


def test_the_guide_names_every_command_and_every_error() -> None:
    done = run("guide")
    assert done.exit_code == 0
    for command in ("install", "status", "remove", "doctor", "build", "selftest"):
        assert f"`retention-xl addin {command}" in done.output
    assert all(f"| {code} |" in done.output for code in ("#DIV/0!", "#NUM!", "#VALUE!", "#N/A", "#NULL!", "#NAME?"))
    assert "No real Excel has opened it" in done.output
