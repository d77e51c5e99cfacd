"""Ledgers written out in a test, read and closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from retention_xl.ledger import Ledger, read_ledger

Given = Callable[..., Ledger]


@pytest.fixture
def given(tmp_path: Path) -> Iterator[Given]:
    """Read a ledger from its text: `given("customer,date,amount\\n...", dates="dmy")`."""
    opened: list[Ledger] = []

    def read(text: str | bytes, name: str = "ledger.csv", **options: Any) -> Ledger:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        opened.append(read_ledger(path, **options))
        return opened[-1]

    yield read
    for ledger in opened:
        ledger.close()
