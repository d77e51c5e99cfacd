from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator

import pytest

from .excel import Excel
from .libreoffice_basic import Basic


@pytest.fixture(scope="session")
def excel() -> Iterator[Excel]:
    with Excel() as excel:
        yield excel


@pytest.fixture(scope="session")
def basic(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Basic:
    return Basic(soffice, tmp_path_factory.mktemp("libreoffice"))


@pytest.fixture(scope="session")
def late_bound_basic(basic: Basic) -> Basic:
    """LibreOffice whose Basic asks for the members of a Variant only when it gets there, as Visual Basic does.

    LibreOffice 7 raises "object variable not set" on entry to a function that could ask a number for its Rows.
    """
    told = subprocess.run([basic.program, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"LibreOffice (\d+)", told)
    if version is None or int(version[1]) < 24:
        pytest.skip(f"the Basic of {told.strip() or 'this LibreOffice'} binds members early; it takes LibreOffice 24")
    return basic
