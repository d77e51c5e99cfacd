"""What a Python user types: every example in the docstrings of the public classes and functions holds."""

from __future__ import annotations

import doctest
import zipfile
from pathlib import Path
from typing import Any

import pytest

import retention_xl as rx
from retention_xl.ledger.read import Ledger

PUBLIC: tuple[Any, ...] = (rx.read_ledger, Ledger, rx.build_report, rx.write_report)


def examples() -> list[doctest.DocTest]:
    found = [test for public in PUBLIC for test in doctest.DocTestFinder().find(public, public.__qualname__)]
    return [test for test in found if test.examples]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the examples take as given: the lines that the first of them makes, and a folder."""
    names: dict[str, Any] = {public.__name__: public for public in PUBLIC}
    names |= {"rx": rx, "zipfile": zipfile, "folder": Path(tmp_path_factory.mktemp("written"))}
    first = next(test for test in examples() if test.name == "read_ledger")
    for example in first.examples[:2]:
        exec(example.source, names)
    return names


@pytest.mark.few(3)
@pytest.mark.parametrize("example", examples(), ids=lambda test: test.name)
def test_an_example_holds(example: doctest.DocTest, known: dict[str, Any]) -> None:
    example.globs = dict(known)
    told: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example, out=told.append)
    assert "".join(told) == ""


def test_every_public_call_of_the_later_layers_has_an_example() -> None:
    named = {test.name for test in examples()}
    assert {public.__qualname__ for public in PUBLIC if public is not Ledger} <= named
    assert {f"Ledger.{name}" for name in ("facts", "customer_months", "movements", "cohorts", "lines")} <= named
