"""The .xlsx package at part level: what need not change keeps its bytes."""

from .areas import LAST_COLUMN, LAST_ROW, Area, letters, split_cell
from .references import Reference, filled_down, rewrite
from .workbook import Name, Package, Table

__all__ = [
    "LAST_COLUMN",
    "LAST_ROW",
    "Area",
    "Name",
    "Package",
    "Reference",
    "Table",
    "filled_down",
    "letters",
    "rewrite",
    "split_cell",
]
