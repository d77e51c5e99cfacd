"""The demo workbook says what it said before."""

from __future__ import annotations

from pathlib import Path

import goldens
import pytest


@pytest.mark.parametrize("part", goldens.PARTS)
def test_the_demo_workbook_says_what_it_said_before(part: str, sample_workbook: Path) -> None:
    before = goldens.golden(part).read_text("utf-8").split("\n")
    now = goldens.text_of(sample_workbook, part).split("\n")
    assert now == before, "if the change is meant: python tests/goldens.py"


def test_every_golden_text_is_compared() -> None:
    assert {path.name for path in goldens.FOLDER.iterdir()} == {goldens.golden(part).name for part in goldens.PARTS}
