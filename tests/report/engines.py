"""Recalculates a workbook in engines that know nothing of ours, and compares what they say with the values we wrote.

Every function answers `{(sheet, cell): value}` for cells that hold a formula: numbers as float, text, bool, an error
as its code, a date as its serial, an empty text as "". LibreOffice trusts the numbers in the file unless its profile
says otherwise: without that setting a comparison would hold for any value.
"""

from __future__ import annotations

import math
import posixpath
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import formualizer
import ironcalc
from lxml import etree

Place = tuple[str, str]
Value = float | str | bool
Values = dict[Place, Value]

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FORMUALIZER_ERRORS = {
    "Div": "#DIV/0!",
    "Na": "#N/A",
    "Value": "#VALUE!",
    "Num": "#NUM!",
    "Name": "#NAME?",
    "Ref": "#REF!",
    "Null": "#NULL!",
    "NImpl": "#N/IMPL!",
    "Spill": "#SPILL!",
    "Calc": "#CALC!",
    "Circ": "#CIRC!",
}
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


FormulaCell = tuple[str, str, str, str | None, str]  # sheet, cell, formula, type and text of the value


def _formula_cells(path: Path) -> Sequence[FormulaCell]:
    """Every formula cell, read from the file as it is; a file that is asked about again is not read again."""
    state = path.stat()
    return _cells_read(path, (state.st_ino, state.st_size, state.st_mtime_ns))


@lru_cache(maxsize=4)
def _cells_read(path: Path, state: tuple[int, ...]) -> Sequence[FormulaCell]:
    return tuple(_read_cells(path))


def _read_cells(path: Path) -> Iterator[FormulaCell]:
    with zipfile.ZipFile(path) as package:
        relations = etree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        targets = {r.get("Id"): posixpath.join("/xl", r.get("Target"))[1:] for r in relations}
        for sheet in etree.fromstring(package.read("xl/workbook.xml")).iter(f"{MAIN}sheet"):
            part = posixpath.normpath(targets[sheet.get(RELATIONSHIP)])
            if "worksheets/" not in part:
                continue
            with package.open(part) as stream:
                for _, row in etree.iterparse(stream, tag=f"{MAIN}row"):
                    for cell in row:
                        formula = cell.find(f"{MAIN}f")
                        if formula is not None:
                            yield (
                                sheet.get("name"),
                                cell.get("r"),
                                formula.text or "",
                                cell.get("t"),
                                cell.findtext(f"{MAIN}v"),
                            )
                    row.clear()


def formulas(path: Path) -> dict[Place, str]:
    return {(sheet, cell): formula for sheet, cell, formula, _, _ in _formula_cells(path)}


def cached(path: Path) -> Values:
    """The value that stands beside each formula; a formula without one is left out."""
    values: Values = {}
    for sheet, cell, _, kind, text in _formula_cells(path):
        if kind in ("str", "e"):
            values[sheet, cell] = text or ""
        elif text:
            values[sheet, cell] = text == "1" if kind == "b" else float(text)
    return values


def _row_column(cell: str) -> tuple[int, int]:
    letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits), column


def _plain(value: object) -> Value:
    if value is None:
        return ""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, dict):
        return FORMUALIZER_ERRORS.get(value["kind"], f"#{value['kind']}")
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        return (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    return float(value)  # type: ignore[arg-type]


def recalc_ironcalc(path: Path) -> Values:
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    sheets = {sheet["name"]: index for index, sheet in enumerate(model.get_worksheets_properties())}
    return {
        (sheet, cell): _plain(model.get_cell_value(sheets[sheet], *_row_column(cell))) for sheet, cell in formulas(path)
    }


def recalc_formualizer(path: Path) -> Values:
    # Only this back end reads Excel Tables.
    book = formualizer.load_workbook(str(path), backend="umya")
    book.evaluate_all()
    return {(sheet, cell): _plain(book.get_value(sheet, *_row_column(cell))) for sheet, cell in formulas(path)}


def libreoffice_convert(
    path: Path, folder: Path, program: str | None = None, kind: str = "xlsx:Calc MS Excel 2007 XML"
) -> Path:
    """`path` as LibreOffice saves it in `folder`, every formula computed afresh.

    Its profile stands beside `folder`, where those of all tests of one process stand: a new one takes it longer than
    most workbooks.
    """
    profile = folder.parent / "libreoffice-profile"
    if not profile.exists():
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")
    out = folder / "libreoffice"
    made = out / f"{path.stem}.{kind.partition(':')[0]}"
    made.unlink(missing_ok=True)
    command = [
        program or shutil.which("soffice") or "soffice",
        f"-env:UserInstallation={profile.absolute().as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        kind,
        "--outdir",
        str(out),
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    assert made.exists(), f"LibreOffice could not convert {path.name}: {done.stdout!r} {done.stderr!r}"
    return made


def recalc_libreoffice(path: Path, tmp: Path, program: str | None = None) -> Values:
    values = cached(libreoffice_convert(path, tmp, program))
    # LibreOffice writes an empty text result without a value.
    return {place: values.get(place, "") for place in formulas(path)}


def _is_error(value: Value) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"#[A-Z/0]+[?!]?|#N/A", value))


def _same(left: Value, right: Value, tolerance: float, any_error: bool) -> bool:
    if isinstance(left, bool) or isinstance(right, bool) or isinstance(left, str) or isinstance(right, str):
        if any_error and _is_error(left) and _is_error(right):
            return True
        return type(left) is type(right) and left == right
    return math.isclose(left, right, rel_tol=tolerance, abs_tol=tolerance)


def compare(
    ours: Mapping[Place, Value], theirs: Mapping[Place, Value], tolerance: float = 1e-9, *, any_error: bool = False
) -> list[str]:
    """One line for each cell of `ours` where `theirs` says something else. `any_error`: every error equals every other
    (LibreOffice saves #NUM! as #VALUE!)."""
    differences = []
    for place, left in ours.items():
        right = theirs.get(place, "")
        if not _same(left, right, tolerance, any_error):
            differences.append(f"{place[0]}!{place[1]}: {left!r} against {right!r}")
    return differences
