"""The folder that a ledger lives in while it is open. One that a killed run left behind is swept by the next."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO

PREFIX = "retention_xl_"
LOCK = "in_use"


class Scratch:
    """A folder of one run. Its lock lives as long as the process, whose end releases it in any case."""

    def __init__(self) -> None:
        sweep(Path(tempfile.gettempdir()))
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        # Locked under another name first: a folder without the lock's name is never swept.
        self._lock = (self.path / f"{LOCK}.new").open("wb")
        if sys.platform == "win32":  # an open file cannot be renamed there, nor be deleted: that is the lock
            self._lock.close()
            self._lock = (self.path / LOCK).open("wb")
        else:
            _lock(self._lock)
            (self.path / f"{LOCK}.new").rename(self.path / LOCK)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.cleanup()

    def cleanup(self) -> None:
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def sweep(place: Path) -> None:
    """Remove the folders of runs that are over."""
    for lock in place.glob(f"{PREFIX}*/{LOCK}"):
        with contextlib.suppress(OSError):  # in use, another user's, or just swept by another run
            if sys.platform == "win32":
                lock.unlink()
            else:
                with lock.open("rb") as file:
                    _lock(file)
            shutil.rmtree(lock.parent)


def _lock(file: IO[bytes]) -> None:
    """Lock an open file, or raise OSError where another process has it."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
