"""Customer retention in Excel: worksheet functions, and a monthly report from a billing ledger."""

from __future__ import annotations

from retention_xl import metrics
from retention_xl.errors import CellError, HostError, LedgerError, MetricError, RetentionError, TemplateError
from retention_xl.metrics import *  # noqa: F403  every worksheet function in lower case

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from retention_xl.ledger import read_ledger
    from retention_xl.report.build import build_report
    from retention_xl.report.write import write_report

__all__ = [
    "CellError",
    "HostError",
    "LedgerError",
    "MetricError",
    "RetentionError",
    "TemplateError",
    "build_report",
    "read_ledger",
    "write_report",
]
__all__ += metrics.__all__

LATER_LAYERS = {  # imported when first asked for: they bring DuckDB, pandas and openpyxl with them
    "read_ledger": "retention_xl.ledger",
    "build_report": "retention_xl.report.build",
    "write_report": "retention_xl.report.write",
}


def __getattr__(name: str) -> Any:
    if name not in LATER_LAYERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(LATER_LAYERS[name]), name)
