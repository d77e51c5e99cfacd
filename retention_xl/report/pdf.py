"""The workbook printed to a PDF beside it, by LibreOffice with a profile of its own."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from retention_xl.errors import HostError
from retention_xl.whole_files import write_whole

PATIENCE = 600  # seconds; a first start on a busy machine takes half a minute
_PROGRAMS = ("soffice", "libreoffice", "localc")
_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "/opt/libreoffice/program/soffice",
    "/usr/lib/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
)
_WINDOWS_PLACE = "LibreOffice/program/soffice.com"  # soffice.exe returns before its work is done
_PROGRAM_FOLDERS = ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)")


def installed_libreoffice() -> Path:
    """The program of LibreOffice, on the PATH or where its installers put it."""
    on_path = (found for name in _PROGRAMS if (found := shutil.which(name)))
    windows = (Path(os.environ[name]) / _WINDOWS_PLACE for name in _PROGRAM_FOLDERS if name in os.environ)
    for place in (*map(Path, on_path), *windows, *map(Path, _PLACES)):
        if place.is_file():
            return place
    raise HostError(
        "--pdf needs LibreOffice, which was not found: install it from libreoffice.org or as the package "
        "libreoffice-calc, or leave --pdf out and print from Excel with File > Export."
    )


def print_to_pdf(workbook: Path, libreoffice: Path) -> Path:
    """The PDF of the same name, whole or not at all; an older one is replaced."""
    target = workbook.with_suffix(".pdf")
    with TemporaryDirectory(prefix="retention-xl-") as folder:
        made = Path(folder) / target.name
        said = _convert(workbook, Path(folder), libreoffice)
        if not made.is_file():
            raise HostError(f"{workbook} was written, but not its PDF: {said or 'LibreOffice made none'}.")
        try:
            write_whole(target, _repeatable(made.read_bytes(), workbook))
        except PermissionError:
            raise HostError(
                f"{workbook} was written, but not its PDF: {target.name} is open in another program or may not be "
                "written; close it and run again. The old file is untouched."
            ) from None
    return target


def _repeatable(pdf: bytes, workbook: Path) -> bytes:
    """The PDF with the workbook's time instead of the clock's, so that the same workbook prints to the same bytes.

    Each replacement is as long as what it replaces: every place in the file stays where its table of contents says.
    """
    end = pdf.rfind(b"endstream")
    body, trailer = pdf[: max(end, 0)], pdf[max(end, 0) :]
    with zipfile.ZipFile(workbook) as package:
        written = datetime(*package.infolist()[0].date_time).strftime("%Y%m%d%H%M%S").encode()
    trailer = re.sub(rb"(/(?:Creation|Mod)Date\(D:)[0-9]{14}", rb"\g<1>" + written, trailer)
    mark = rb"(?:(?<=<)[0-9A-F]{32}(?=>)|(?<=/DocChecksum /)[0-9A-F]{32})"
    blank = re.sub(mark, b"0" * 32, trailer)
    own = hashlib.sha256(body + blank).hexdigest()[:32].upper().encode()
    return body + re.sub(mark, own, trailer)


def _convert(workbook: Path, folder: Path, libreoffice: Path) -> str:
    """Runs LibreOffice; the answer is what it said where it failed. A window that is open is not disturbed."""
    command = [
        str(libreoffice),
        f"-env:UserInstallation={(folder / 'profile').absolute().as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        "pdf:calc_pdf_Export",
        "--outdir",
        str(folder),
        str(workbook.absolute()),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return f"LibreOffice took longer than {PATIENCE // 60} minutes"
    except OSError as error:
        return f"{libreoffice} cannot be started ({error.strerror})"
    said = " ".join(done.stderr.split())
    return f"LibreOffice says: {said}" if said else ""
