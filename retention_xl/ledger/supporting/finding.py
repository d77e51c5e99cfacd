"""Supporting tables that are found by their name: sheets of the ledger's own workbook, files of a folder."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from ...errors import LedgerError
from ..parts import Parts
from ..sources import Source
from ..workbooks import SUFFIXES, SheetSource, sheet_names
from .shapes import SHAPES, table_named

FILES = {".csv", ".tsv", ".txt", ".parquet", *SUFFIXES}


def with_sheets(source: Any, ledger_sheets: Collection[str], tables: Mapping[str, Any]) -> dict[str, Any]:
    """The tables given, and those that stand in the ledger's own workbook or folder; None: one is not wanted."""
    found: dict[str, Any] = {}
    if isinstance(source, str | Path) and Path(source).suffix.lower() in SUFFIXES and Path(source).is_file():
        for sheet in sheet_names(Path(source)):
            name = table_named(sheet)
            if name and sheet not in ledger_sheets:
                found.setdefault(name, f"{source}#{sheet}")
    if isinstance(source, str | Path) and Path(source).is_dir():
        found |= _named_files(Path(source))
    return found | dict(tables)


def sheets_of(source: Source) -> set[str]:
    """The sheets of a workbook that hold the ledger."""
    parts = source.parts if isinstance(source, Parts) else [source]
    return {part.sheet for part in parts if isinstance(part, SheetSource)}


def tables_in_folder(folder: Path) -> dict[str, Path]:
    """The files of a folder that are called as a table: customers.csv, Kunden.xlsx, spend.csv.gz."""
    found = _named_files(folder)
    if not found:
        raise LedgerError(f"{folder}: no file in it is called as a table; the tables are {', '.join(SHAPES)}.")
    return found


def _named_files(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        suffixes = [suffix.lower() for suffix in path.suffixes]
        if not path.is_file() or not suffixes or (suffixes[-1] == ".gz" and len(suffixes) == 1):
            continue
        if (suffixes[-2] if suffixes[-1] == ".gz" else suffixes[-1]) not in FILES:
            continue
        name = table_named(path.name.split(".")[0])
        if name and name in found:
            raise LedgerError(f"{folder}: both {found[name].name} and {path.name} are a table {name}; move one away.")
        if name:
            found[name] = path
    return found
