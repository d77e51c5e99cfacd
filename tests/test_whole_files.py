"""A file is written whole or not at all, and nothing else is left beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from retention_xl.whole_files import unfinished, write_whole


def test_what_is_written_is_there_and_alone(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.csv", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"new"}


def test_an_error_on_the_way_leaves_the_older_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), unfinished(tmp_path / "a.csv") as beside:
        beside.write_bytes(b"half of ")
        assert (tmp_path / "a.csv").read_bytes() == b"old"
        raise ZeroDivisionError
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.csv": b"old"}


def test_a_place_that_cannot_be_written_stays_empty(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError):
        write_whole(tmp_path / "taken", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
