"""The self-test workbook says PASS where the functions answer what they promise, and FAIL where they do not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import formualizer
import openpyxl
import pytest

from retention_xl.errors import HostError
from retention_xl.hosts.selftest import FIRST_ROW, MANNERS, write_selftest
from retention_xl.metrics.spec import CATALOGUE

from .formualizer_host import register

NAMES = [*CATALOGUE, *(name for name, *_ in MANNERS)]


@pytest.fixture(scope="module")
def selftest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_selftest(tmp_path_factory.mktemp("selftest") / "selftest.xlsx")


def verdicts(path: Path, with_functions: bool) -> dict[str, Any]:
    workbook = formualizer.load_workbook(str(path))
    if with_functions:
        register(workbook)
    workbook.evaluate_all()
    rows = {name: FIRST_ROW + place for place, name in enumerate(NAMES)} | {"all": 2}
    return {name: workbook.get_value("Self-test", row, 5) for name, row in rows.items()}


@pytest.fixture(scope="module")
def with_functions(selftest: Path) -> dict[str, Any]:
    return verdicts(selftest, with_functions=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_promise_holds_in_a_cell(name: str, with_functions: dict[str, Any]) -> None:
    assert with_functions[name] == "PASS"


def test_one_cell_says_whether_all_passed(with_functions: dict[str, Any]) -> None:
    assert with_functions["all"] == "PASS"


def test_without_the_add_in_everything_fails(selftest: Path) -> None:
    found = verdicts(selftest, with_functions=False)
    assert found.pop("all") == f"{len(NAMES)} FAIL"
    assert set(found.values()) == {"FAIL"}


def test_a_wrong_answer_fails(selftest: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(selftest)
    sheet = book["Self-test"]
    row = FIRST_ROW + NAMES.index("CRR")
    cell = sheet.cell(row, 5)
    cell.value = cell.value.replace("0.9", "0.9001")
    changed = tmp_path / "changed.xlsx"
    book.save(changed)
    found = verdicts(changed, with_functions=True)
    assert (found["CRR"], found["all"]) == ("FAIL", "1 FAIL")


def test_the_workbook_is_the_same_each_time(selftest: Path, tmp_path: Path) -> None:
    assert write_selftest(tmp_path / "again.xlsx").read_bytes() == selftest.read_bytes()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"selftest\.xlsx cannot be written"):
        write_selftest(tmp_path / "missing" / "selftest.xlsx")
