from __future__ import annotations

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
