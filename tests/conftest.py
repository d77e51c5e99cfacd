"""What tests of every layer share: the sample ledger and its workbook, LibreOffice, property tests without chance.

By default the tests that are marked `thorough` are left out; thorough.py says how to run them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import thorough

from retention_xl.sample import write_sample
from retention_xl.sample_tables import write_sample_tables

hypothesis.settings.register_profile("thorough", derandomize=True, database=None, deadline=None)
hypothesis.settings.register_profile("quick", hypothesis.settings.get_profile("thorough"), max_examples=30)

TESTS = Path(__file__).parent
# The modules that take longest, begun first: at the end everybody waits for what was begun last.
LONGEST = (
    *("report/test_monthly_workbook.py", "report/test_kept.py", "report/test_carry_over.py", "test_cli.py"),
    *("test_quality.py", "test_demo.py", "ledger/test_recurring.py", "report/test_board.py"),
    *("report/test_lapsing.py", "ledger/test_supporting.py", "ledger/test_policies_effects.py"),
    *("report/test_experience_sheet.py", "report/test_at_risk.py", "report/test_pdf.py", "ledger/test_hostile.py"),
)

LIBREOFFICE_PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
    "C:/Program Files (x86)/LibreOffice/program/soffice.com",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--thorough", action="store_true", help="run the tests marked thorough too")


def pytest_configure(config: pytest.Config) -> None:
    hypothesis.settings.load_profile("thorough" if thorough.asked_for(config) else "quick")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not thorough.asked_for(terminalreporter.config):
        terminalreporter.write_line("The thorough tests were left out; --thorough runs them too.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    begun_first = {TESTS / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: begun_first.get(item.path, len(LONGEST)))
    if thorough.asked_for(config):
        return
    left_out = thorough.left_out(items)
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


@pytest.fixture(scope="module", autouse=True)
def small_ledgers_planned_quickly(request: pytest.FixtureRequest) -> Iterator[None]:
    if thorough.asked_for(request.config) and request.node.get_closest_marker("planned_as_ever"):
        yield
        return
    with thorough.small_ledgers_planned_quickly():
        yield


@pytest.fixture(scope="session")
def sample_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger that `retention-xl demo` writes."""
    return write_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def sample_tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The tables beside it."""
    return write_sample_tables(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that `retention-xl demo` leaves, and what the command says."""
    from typer.testing import CliRunner

    from retention_xl.cli import app

    folder = tmp_path_factory.mktemp("demo") / "there"
    done = CliRunner().invoke(app, ["demo", str(folder)])
    assert done.exit_code == 0, done.output
    return folder, done.output


@pytest.fixture(scope="session")
def sample_workbook(demo: tuple[Path, str]) -> Path:
    """Its workbook for the last complete month, October 2026."""
    return next(demo[0].glob("*.xlsx"))


@pytest.fixture(scope="session")
def soffice() -> str:
    """The LibreOffice program. A machine without it skips, unless RETENTION_XL_REQUIRE_LIBREOFFICE is set."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    program = program or next((place for place in LIBREOFFICE_PLACES if Path(place).exists()), None)
    if program is None:
        if os.environ.get("RETENTION_XL_REQUIRE_LIBREOFFICE"):
            pytest.fail("LibreOffice is required here and not installed")
        pytest.skip("LibreOffice is not installed")
    return program
