from __future__ import annotations

from collections.abc import Iterator

import pytest

from .fakewin import Excel
from .libreoffice_basic import SOFFICE, Basic


@pytest.fixture(scope="session")
def excel() -> Iterator[Excel]:
    with Excel() as excel:
        yield excel


@pytest.fixture(scope="session")
def basic(tmp_path_factory: pytest.TempPathFactory) -> Basic:
    if SOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    return Basic(tmp_path_factory.mktemp("libreoffice"))
