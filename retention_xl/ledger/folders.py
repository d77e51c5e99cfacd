"""A folder of files, or those that a pattern names, as one ledger: which of them belong to it, and in what order."""

from __future__ import annotations

import glob
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

from ..errors import LedgerError
from .parts import Parts
from .sources import Source, open_file
from .tables import Sought
from .workbooks import SUFFIXES, SheetSource

LEDGER_SUFFIXES = (*SUFFIXES, ".csv", ".tsv", ".tab", ".txt", ".parquet")
_WILD = set("*?[")
_OURS = re.compile(r"-retention-[0-9]{4}-(?:0[1-9]|1[0-2])$")


def is_pattern(text: str) -> bool:
    """Whether it stands for several files; a file that is called so wins."""
    return bool(set(text) & _WILD) and not Path(text).exists()


def folder_name(text: str) -> str:
    """The folder's own name, also of a pattern in it or of the folder one stands in."""
    path = Path(text)
    while set(path.name) & _WILD:
        path = path.parent
    return path.resolve().name or "ledger"


def open_folder(place: str, encoding: str | None, sought: Sought) -> Source:
    """Every ledger file directly in the folder, or every file that the pattern names."""
    if is_pattern(place):
        found = [Path(path) for path in glob.glob(place, recursive=True)]  # noqa: PTH207  an absolute pattern too
        if not found:
            raise LedgerError(f"{place}: no file is named so.")
    else:
        found = list(Path(place).iterdir())
    return open_files(found, folder_name(place), place, encoding, sought)


def open_files(found: Sequence[Path], name: str, place: str, encoding: str | None, sought: Sought) -> Source:
    left_out: dict[str, list[str]] = {}
    taken = []
    for path in sorted(found, key=natural):
        if why := _foreign(path, sought):
            left_out.setdefault(why, []).append(path.name)
        else:
            taken.append(path)
    told = [f"Left out of {name}: {', '.join(names)} ({why})." for why, names in sorted(left_out.items())]
    if not taken:
        raise LedgerError(" ".join([f"{place}: there is no {sought.what} file in it.", *told]))
    parts: list[Source] = []
    for path in taken:
        source = open_file(path, encoding, sought)
        parts += source.parts if isinstance(source, Parts) else [source]
        for part in parts:
            if isinstance(part, SheetSource):
                part.forget()
    if len({path.name for path in taken}) < len(taken):
        raise LedgerError(f"{place}: two files have the same name, so that their lines could not be told apart.")
    files = ", ".join(path.name for path in taken)
    return Parts(name, parts, f"Read in this order: {files}.", *told)


def natural(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    """The order a person expects: 2 before 10."""
    pieces = re.split(r"([0-9]+)", str(path).casefold())
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in pieces if p], str(path)


def _foreign(path: Path, sought: Sought) -> str:
    """Why a file is no part of the ledger, "" where it is."""
    if path.is_dir():
        return "folders"
    if path.name.startswith((".", "~$")):
        return "hidden and lock files"
    stem, suffix = path.stem, path.suffix.lower()
    if suffix == ".gz":
        stem, suffix = Path(stem).stem, Path(stem).suffix.lower()
    if suffix not in LEDGER_SUFFIXES:
        return "another kind of file"
    if sought.other(stem):
        return "a table beside the ledger, by its name"
    if path.stat().st_size == 0:
        return "empty"
    if suffix in (".xlsx", ".xlsm") and (_OURS.search(stem) or _is_written_by_us(path)):
        return "a workbook that this program wrote"
    return ""


def _is_written_by_us(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as package:
            return b">retention_xl</dc:creator>" in package.read("docProps/core.xml")
    except (OSError, KeyError, zipfile.BadZipFile):
        return False
