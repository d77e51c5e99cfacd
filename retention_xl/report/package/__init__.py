"""The .xlsx package at part level: what need not change keeps its bytes."""

from .areas import LAST_COLUMN, LAST_ROW, Area, letters, quoted
from .references import filled_down
from .workbook import Name, Package, Table

__all__ = ["LAST_COLUMN", "LAST_ROW", "Area", "Name", "Package", "Table", "filled_down", "letters", "quoted"]
