"""The folder a ledger lives in while it is read: gone with its run, whichever way that ends."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from retention_xl.errors import LedgerError
from retention_xl.ledger import read_ledger
from retention_xl.ledger.database import LEAST_SCRATCH, Connection, allowed
from retention_xl.ledger.scratch import LOCK, PREFIX, Scratch, sweep

ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def a_killed_run(place: Path) -> Path:
    """The folder of a run that ended before it could tidy."""
    code = "from retention_xl.ledger.scratch import Scratch; import os; Scratch(); os._exit(9)"
    temporary = {"TMPDIR": str(place), "TEMP": str(place), "TMP": str(place)}
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT), **temporary})
    assert done.returncode == 9
    (left,) = place.iterdir()
    (left / "ledger.duckdb").write_bytes(b"much")
    return left


def test_the_next_run_sweeps_what_a_killed_one_left(place: Path) -> None:
    left = a_killed_run(place)
    scratch = Scratch()
    assert not left.exists()
    scratch.cleanup()


def test_a_folder_in_use_is_not_swept(place: Path) -> None:
    scratch = Scratch()
    code = f"from pathlib import Path; from retention_xl.ledger.scratch import sweep; sweep(Path({str(place)!r}))"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    assert (scratch.path / LOCK).exists()
    scratch.cleanup()
    assert list(place.iterdir()) == []


def test_folders_of_others_are_not_swept(place: Path) -> None:
    for name in ("retention_other", f"{PREFIX}being_made"):
        (place / name).mkdir()
    sweep(place)
    assert len(list(place.iterdir())) == 2


def test_a_ledger_that_cannot_be_read_leaves_no_folder(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("ledger") / "ledger.csv"
    path.write_text("Customer,Date,Amount\n", "utf-8")
    with pytest.raises(LedgerError):
        read_ledger(path)
    assert list(place.iterdir()) == []


def test_what_a_statement_may_write_to_disk_is_limited_and_named(tmp_path: Path) -> None:
    with Connection(None, tmp_path / "scratch", lambda text, fraction: None, 0, 1) as con:
        con.execute("SET memory_limit = '30MB'")
        con.execute("SET threads = 1")
        with pytest.raises(LedgerError, match=r"not enough memory or disk.*TMPDIR") as raised:
            con.execute("CREATE TABLE far AS SELECT range AS a, hash(range) AS b FROM range(20000000) ORDER BY b")
    assert str(tmp_path) in str(raised.value)


def test_a_large_source_may_write_more() -> None:
    assert allowed(10 << 30) == 8 * (10 << 10)
    assert allowed(0) == LEAST_SCRATCH
