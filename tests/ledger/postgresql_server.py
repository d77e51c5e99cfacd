"""A PostgreSQL server of its own in a temporary folder, for as long as the tests that ask for it run."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PLACES = "/usr/lib/postgresql/*/bin/"  # where Debian keeps the programs, off the PATH
REQUIRED = "RETENTION_XL_REQUIRE_POSTGRESQL"


def give_up(why: str) -> None:
    if os.environ.get(REQUIRED):
        pytest.fail(f"PostgreSQL is required here: {why}")
    pytest.skip(why)


def program(name: str) -> str:
    found = shutil.which(name) or max(map(str, Path("/").glob(f"{PLACES[1:]}{name}")), default=None)
    if found is None:
        give_up("PostgreSQL is not installed")
    return str(found)


@contextmanager
def running() -> Iterator[str]:
    """Its URL, without a password: the server listens on a socket in its folder only."""
    if not hasattr(os, "geteuid"):
        give_up("the tests start a PostgreSQL server on Unix only")
    pg_ctl, initdb = program("pg_ctl"), program("initdb")
    user, become = getpass.getuser(), []
    if os.geteuid() == 0:  # the server refuses to run as root
        others = [
            name for name in ("postgres", "nobody") if not subprocess.run(["id", name], capture_output=True).returncode
        ]
        if shutil.which("runuser") is None or not others:
            give_up("the tests run as root, as which PostgreSQL does not start, and there is no other user")
        user, become = others[0], ["runuser", "-u", others[0], "--"]
    # Not in pytest's folder, which only its own user may enter, and whose name is too long for a socket.
    folder = Path(tempfile.mkdtemp(prefix="pg_", dir="/tmp"))
    try:
        if become:
            shutil.chown(folder, user)
        data = folder / "data"
        for command in (
            [initdb, "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
            [pg_ctl, "-D", data, "-w", "-l", folder / "log", "-o", f"-k {folder} -c listen_addresses='' -F", "start"],
        ):
            done = subprocess.run([*become, *command], capture_output=True, text=True, timeout=120, cwd="/")
            if done.returncode:
                pytest.fail(f"{Path(command[0]).name} fails: {done.stderr}")
        yield f"postgresql://{user}@/postgres?host={folder}"
    finally:
        stop = [*become, pg_ctl, "-D", folder / "data", "-m", "immediate", "stop"]
        subprocess.run(stop, capture_output=True, timeout=60, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)
