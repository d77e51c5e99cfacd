"""retention_xl.xlam: the add-in that brings the functions into every workbook of Excel on Windows.

It is made of the installed xlwings' own module for custom add-ins and our wrapper (`vba.py`), so it always fits the
installed xlwings. It is built on any system; installing, looking after and removing it need Windows. No "Trust access
to the VBA project" is needed: nothing is imported when Excel runs.

Not tried in real Excel yet: the machine that builds it has none. See the tests for what has been proved without.
"""

from __future__ import annotations

import re
import zipfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from retention_xl.errors import HostError
from retention_xl.hosts import vba
from retention_xl.hosts.plain_workbook import MAIN, Sheet, write_workbook
from retention_xl.hosts.vba_project import Module, behind_sheet, behind_workbook, vba_project
from retention_xl.hosts.windows import Windows, this_machine
from retention_xl.metrics.spec import CATALOGUE

PROJECT = "retention_xl"
FILE_NAME = f"{PROJECT}.xlam"
START_FOLDER = r"%APPDATA%\Microsoft\Excel\XLSTART"  # as one types it into the Explorer
SETTINGS_SHEET = f"{PROJECT}.conf"  # where the module of xlwings looks for the settings of a custom add-in
OUR_VERSION, XLWINGS_VERSION, INTERPRETER = "RETENTION_XL", "XLWINGS", "INTERPRETER_WIN"
# Where xlwings' module looks for settings in the workbook in front and in a file beside it. A workbook that someone has
# sent must not name the program that Excel starts.
OTHERS_SETTINGS = (
    'If SheetExists(ActiveWorkbook, PROJECT_NAME & ".conf") = True Then',
    'If source = "" Or source = "directory" Then',
)
SECURITY = r"HKCU\SOFTWARE\Microsoft\Office\16.0\Excel\Security"
POLICY = r"HKCU\SOFTWARE\Policies\Microsoft\Office\16.0\Excel\Security"
DISABLED = r"HKCU\SOFTWARE\Microsoft\Office\16.0\Excel\Resiliency\DisabledItems"
UNSIGNED_MACROS_OFF = (3, 4)  # of VBAWarnings: only signed macros, no macros


class Installed(NamedTuple):
    path: Path
    interpreter: Path
    excel_is_running: bool  # it shows the functions only after a restart


class Status(NamedTuple):
    path: Path
    is_there: bool
    settings: dict[str, str]  # of the file: OUR_VERSION, XLWINGS_VERSION, INTERPRETER


class Check(NamedTuple):
    """One point that the doctor looked at. `cure` is what to do where it has not passed."""

    name: str
    passed: bool
    found: str
    cure: str


def build(path: Path, interpreter: Path | None = None) -> Path:
    """Write the add-in. Without an interpreter it takes the one of the user's settings, else the first on the PATH."""
    source, xlwings_version = _xlwings_module()
    modules = [
        behind_workbook("ThisWorkbook", vba.BEHIND_WORKBOOK),
        behind_sheet("Settings"),
        Module("xlwings", source),
        Module(vba.FUNCTIONS_MODULE, vba.functions_module(CATALOGUE.values())),
    ]
    settings = {
        OUR_VERSION: version("retention-xl"),
        XLWINGS_VERSION: xlwings_version,
        "UDF MODULES": "retention_xl.udfs",
        # Python must not look for modules beside a workbook that someone has sent.
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
        "USE UDF SERVER": "False",
        "SHOW CONSOLE": "False",
    }
    if interpreter is not None:
        settings[INTERPRETER] = str(interpreter)
    sheet = Sheet(SETTINGS_SHEET, list(settings.items()), widths=(32, 80), code_name="Settings")
    description = "Customer retention functions: CRR, NRR, cohorts, lifetime value. Needs Python with retention_xl."
    project = vba_project("RetentionXl", modules)
    try:
        write_workbook(path, [sheet], PROJECT, description, vba=project, ribbon=vba.RIBBON, hidden=True)
    except PermissionError:
        raise HostError(f"{path} cannot be written; if Excel is open, close it and try again.") from None
    except OSError as error:
        raise HostError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _xlwings_module() -> tuple[str, str]:
    """The module of xlwings for a custom add-in, made ours, and its version."""
    found = find_spec("xlwings")
    source = Path(found.origin).with_name("xlwings_custom_addin.bas") if found and found.origin else None
    if source is None or not source.is_file():
        raise HostError("xlwings is not installed here, or without its module for add-ins: pip install xlwings")
    text = source.read_text(encoding="utf-8")
    text, renamed = re.subn(r'(PROJECT_NAME As String = )"\w+"', rf'\1"{PROJECT}"', text)
    stated = re.search(r'XLWINGS_VERSION As String = "([^"]+)"', text)
    closed = [text.count(line) for line in OTHERS_SETTINGS]
    for line in OTHERS_SETTINGS:
        text = text.replace(line, "If False Then")
    if renamed != 1 or not stated or set(closed) != {1}:
        raise HostError(f"{source}: this version of xlwings makes add-ins in a way that is not known here.")
    # So that its procedures do not show among the worksheet functions.
    first_line, _, rest = text.partition("\n")
    return f"{first_line}\nOption Private Module\n{rest}", stated[1]


def read_settings(path: Path) -> dict[str, str]:
    """The settings inside an add-in that `build` wrote."""
    try:
        with zipfile.ZipFile(path) as package:
            sheet = ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml"))
    except (OSError, KeyError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        raise HostError(f"{path} is not an add-in of retention_xl: {error}") from error
    rows = [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{{{MAIN}}}row")]
    return {row[0]: row[1] for row in rows if len(row) == 2}


def is_ours(path: Path) -> bool:
    """Whether a file is an add-in that `build` wrote, so that nothing is lost by writing it anew."""
    try:
        return OUR_VERSION in read_settings(path)
    except HostError:
        return False


def install(machine: Windows | None = None) -> Installed:
    """Build the add-in for this Python into the folder that Excel starts from."""
    machine = machine or this_machine()
    path, interpreter = machine.start_folder() / FILE_NAME, machine.interpreter()
    path.parent.mkdir(parents=True, exist_ok=True)
    build(path, interpreter)
    return Installed(path, interpreter, machine.excel_is_running())


def status(machine: Windows | None = None) -> Status:
    """Where the add-in is or would be, and what it was made for."""
    path = (machine or this_machine()).start_folder() / FILE_NAME
    return Status(path, path.is_file(), read_settings(path) if path.is_file() else {})


def remove(machine: Windows | None = None) -> Path | None:
    """Take the add-in away; None where there was none."""
    path = (machine or this_machine()).start_folder() / FILE_NAME
    if not path.is_file():
        return None
    try:
        path.unlink()
    except PermissionError:
        raise HostError(f"{path} is in use; close Excel and try again.") from None
    return path


def doctor(machine: Windows | None = None) -> list[Check]:
    """Every known reason for which the functions do not answer, with its cure."""
    machine = machine or this_machine()
    there = status(machine)
    again = "Close Excel and run: retention-xl addin install"
    checks = [Check("Add-in in Excel's start folder", there.is_there, str(there.path), again)]
    if there.is_there:
        checks += _version_checks(there.settings, again)
        checks += _interpreter_checks(machine, Path(there.settings.get(INTERPRETER, "")), again)
    return [*checks, *_excel_checks(machine)]


def _version_checks(settings: dict[str, str], again: str) -> list[Check]:
    installed = {OUR_VERSION: version("retention-xl"), XLWINGS_VERSION: version("xlwings")}
    return [
        Check(
            f"Add-in made for this version of {name.lower()}",
            settings.get(name) == now,
            f"{settings.get(name, 'none')} in the add-in, {now} installed",
            again,
        )
        for name, now in installed.items()
    ]


def _interpreter_checks(machine: Windows, interpreter: Path, again: str) -> list[Check]:
    checks = [
        Check("Python of the add-in is there", interpreter.is_file(), str(interpreter), again),
        Check(
            "Excel can start Python by its path",
            machine.fits_code_page(str(interpreter)),
            str(interpreter),
            "The path has letters that Windows' code page lacks: install Python in a plain folder such as C:\\Python.",
        ),
    ]
    bits = machine.excel_bits()
    libraries = [f"xlwings{each}-{version('xlwings')}.dll" for each in ((bits,) if bits else (32, 64))]
    folders = (interpreter.parent, interpreter.parent.parent)
    missing = [name for name in libraries if not any((folder / name).is_file() for folder in folders)]
    checks.append(
        Check(
            "Library of xlwings that Excel loads",
            not missing,
            f"{', '.join(missing)} is missing" if missing else ", ".join(libraries),
            "Run: python -m pip install --force-reinstall xlwings, and allow its .dll in the virus scanner.",
        )
    )
    trouble = machine.runs(interpreter, "import pythoncom, retention_xl.udfs") if interpreter.is_file() else "not there"
    checks.append(
        Check(
            "Python answers with all functions",
            trouble is None,
            trouble or f"{len(CATALOGUE)} functions",
            "Run with that Python: python -m pip install --upgrade retention-xl pywin32",
        )
    )
    return checks


def _excel_checks(machine: Windows) -> list[Check]:
    # Macros of a trusted place run whatever is chosen for others, unless trusted places are turned off.
    places_off = any(
        machine.registry(rf"{key}\Trusted Locations", "AllLocationsDisabled") == 1 for key in (POLICY, SECURITY)
    )
    chosen = machine.registry(POLICY, "VBAWarnings") or machine.registry(SECURITY, "VBAWarnings")
    blocked = places_off and chosen in UNSIGNED_MACROS_OFF
    disabled = machine.has_registry_values(DISABLED)
    return [
        Check(
            "Excel runs macros from its start folder",
            not blocked,
            "trusted locations and macros are turned off" if blocked else "allowed",
            "Ask IT to allow Excel's XLSTART folder as a trusted location, or to sign the add-in.",
        ),
        Check(
            "Excel has not set an add-in aside after a crash",
            not disabled,
            "some are set aside" if disabled else "none is set aside",
            "In Excel: File, Options, Add-ins, Manage: Disabled Items, Go, enable retention_xl.",
        ),
    ]
