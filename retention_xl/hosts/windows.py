"""What the add-in needs to know of a Windows machine: Excel's folders and settings, this Python, who is running."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from retention_xl.errors import HostError

NO_WINDOW = 0x08000000  # start a console program without showing its window


class Windows:
    """This machine. Everything that touches Windows is a method here, so that a test can take its place."""

    def start_folder(self) -> Path:
        """Where Excel looks for add-ins to open when it starts; a trusted place unless a policy says otherwise."""
        roaming = os.environ.get("APPDATA")
        if not roaming:
            raise HostError("The environment variable APPDATA is not set; it names the folder that Excel starts from.")
        return Path(roaming) / "Microsoft" / "Excel" / "XLSTART"

    def interpreter(self) -> Path:
        """This Python, in the form that opens no console window."""
        this = Path(sys.executable)
        silent = this.with_name("pythonw.exe")
        return silent if silent.exists() else this

    def excel_is_running(self) -> bool:
        command = ["tasklist", "/FI", "IMAGENAME eq EXCEL.EXE", "/NH", "/FO", "CSV"]
        listed = subprocess.run(command, capture_output=True, text=True, check=False, creationflags=NO_WINDOW)
        return "EXCEL.EXE" in listed.stdout.upper()

    def registry(self, key: str, name: str) -> object:
        """A value of the registry, None where it is not there. The key starts with HKCU or HKLM."""
        if sys.platform != "win32":
            return None
        import winreg

        root, _, path = key.partition("\\")
        place = winreg.HKEY_CURRENT_USER if root == "HKCU" else winreg.HKEY_LOCAL_MACHINE
        try:
            with winreg.OpenKey(place, path, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as opened:
                return winreg.QueryValueEx(opened, name)[0]
        except OSError:
            return None

    def has_registry_values(self, key: str) -> bool:
        """Whether a key of HKCU holds any value."""
        if sys.platform != "win32":
            return False
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key.partition("\\")[2]) as opened:
                return winreg.QueryInfoKey(opened)[1] > 0
        except OSError:
            return False

    def excel_bits(self) -> int | None:
        """Whether Excel is a 32- or a 64-bit program; None where Office does not say."""
        platform = self.registry(r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration", "Platform")
        platform = platform or self.registry(r"HKLM\SOFTWARE\Microsoft\Office\16.0\Outlook", "Bitness")
        return {"x86": 32, "x64": 64}.get(str(platform).lower())

    def runs(self, interpreter: Path, code: str) -> str | None:
        """What goes wrong when an interpreter runs a line of Python; None where nothing does."""
        console = interpreter.with_name("python.exe")
        program = console if console.exists() else interpreter
        try:
            done = subprocess.run(
                [program, "-c", code], capture_output=True, text=True, check=False, timeout=120, creationflags=NO_WINDOW
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it ended with an error"])[-1]

    def fits_code_page(self, text: str) -> bool:
        """Whether Windows' own code page has all signs of a path; xlwings starts Python by such a path only."""
        try:
            text.encode("mbcs")
        except (UnicodeEncodeError, LookupError):
            return False
        return True


def this_machine() -> Windows:
    if sys.platform != "win32":
        raise HostError(
            "The add-in works in Excel on Windows, and this is not Windows. Run this command there; or make the file "
            "here with `retention-xl addin build` and copy it to the Windows machine."
        )
    return Windows()
