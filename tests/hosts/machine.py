"""A Windows machine that is made up, for what the add-in asks of one."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from retention_xl.hosts.windows import Windows


class Machine(Windows):
    """A Windows machine in a folder, sound unless a test makes it otherwise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running = False
        self.settings: dict[tuple[str, str], object] = {}
        self.disabled = False
        self.bits: int | None = 64
        self.trouble: str | None = None
        self.plain_paths = True
        self.python = folder / "venv" / "Scripts" / "pythonw.exe"
        self.python.parent.mkdir(parents=True)
        self.python.touch()
        self.library = folder / "venv" / f"xlwings64-{version('xlwings')}.dll"
        self.library.touch()

    def start_folder(self) -> Path:
        return self.folder / "XLSTART"

    def interpreter(self) -> Path:
        return self.python

    def excel_is_running(self) -> bool:
        return self.running

    def registry(self, key: str, name: str) -> object:
        return self.settings.get((key, name))

    def has_registry_values(self, key: str) -> bool:
        return self.disabled

    def excel_bits(self) -> int | None:
        return self.bits

    def runs(self, interpreter: Path, code: str) -> str | None:
        return self.trouble

    def fits_code_page(self, text: str) -> bool:
        return self.plain_paths
