"""A finished workbook recalculated by an engine that knows nothing of us, and every value compared with ours."""

from __future__ import annotations

import io
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from retention_xl.errors import HostError, RetentionError

from .package.areas import split_cell
from .package.parts import CELL, FORMULA, OFFICE_RELATIONS, ROW, VALUE, Parts, tag

Value = float | str | bool
Place = tuple[str, str]
DIFFERENCES_SHOWN = 10
# Sums of money in another order differ in their last digits; a millionth shows in no cell.
RELATIVE, ABSOLUTE = 1e-9, 1e-6
EXCEL_ZERO = datetime(1899, 12, 30)


class FormulaCell(NamedTuple):
    """A formula with the value that stands beside it in the file; None: the file holds none."""

    sheet: str
    cell: str
    formula: str
    value: Value | None


class Difference(NamedTuple):
    """A formula for which the engine computes another value than the workbook shows."""

    cell: FormulaCell
    engine_value: Value

    def __str__(self) -> str:
        cell = self.cell
        shown, computed = told(cell.value), told(self.engine_value)
        return f"{cell.sheet}!{cell.cell}: shows {shown}, computed {computed}; ={cell.formula}"


class Engine(NamedTuple):
    """An installed spreadsheet engine. `calculate` answers the value of each cell that is asked for."""

    name: str
    version: str
    calculate: Callable[[Path, list[Place]], Mapping[Place, Value]]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Verified(NamedTuple):
    """What a comparison found. `without_value`: formulas of a template's own, whose result nobody wrote down."""

    engine: str
    equal: int
    without_value: int
    differences: tuple[Difference, ...]

    def __str__(self) -> str:
        if self.differences:
            return f"{self.engine} computes other values for {len(self.differences):,} formulas."
        said = f"Verified: {self.engine} recalculated {self.equal:,} formulas, all equal."
        if self.without_value:
            said += f" {self.without_value:,} of the template's own show no value until Excel computes them."
        return said

    def demand(self) -> None:
        """Refuses a workbook in which a value differs, with the first of them."""
        if not self.differences:
            return
        count = len(self.differences)
        said = "\n".join(f"  {difference}" for difference in self.differences[:DIFFERENCES_SHOWN])
        more = f"\n  and {count - DIFFERENCES_SHOWN:,} more" if count > DIFFERENCES_SHOWN else ""
        raise RetentionError(
            f"Not published: {count:,} of {count + self.equal:,} formulas show another value than {self.engine} "
            f"computes. No workbook was written.\n{said}{more}"
        )


def installed_engine() -> Engine:
    """The first engine that is installed."""
    for engine in installed_engines():
        return engine
    raise HostError(
        "--verify needs a spreadsheet engine beside this program, and none is installed: "
        "`pip install ironcalc` (or formualizer) brings one."
    )


def installed_engines() -> list[Engine]:
    """Those that are installed, the first choice first."""
    found = []
    for name, package, calculate in _ENGINES:
        try:
            found.append(Engine(name, version(package), partial(_unheard, calculate)))
        except PackageNotFoundError:
            continue
    return found


def verify(path: Path, engine: Engine) -> Verified:
    """Every formula's value beside the one that the engine computes. The file is only read."""
    cells = list(formula_cells(path))
    known = [cell for cell in cells if cell.value is not None]
    try:
        computed = engine.calculate(path, [(cell.sheet, cell.cell) for cell in known])
    except Exception as error:  # an engine names its trouble by classes of its own, and by none in common
        raise HostError(f"{engine} could not recalculate the workbook: {error}. No workbook was written.") from error
    differences = tuple(
        Difference(cell, computed[cell.sheet, cell.cell])
        for cell in known
        if not same_value(cell.value, computed[cell.sheet, cell.cell])
    )
    return Verified(str(engine), len(known) - len(differences), len(cells) - len(known), differences)


def formula_cells(path: Path) -> Iterator[FormulaCell]:
    """The formulas of all worksheets in the order of the file, streamed. Followers of a shared formula show none."""
    parts = Parts(path)
    relations = {relation.id: relation for relation in parts.relations(parts.workbook)}
    for sheet in parts.tree(parts.workbook).iter(tag("sheet")):
        relation = relations[sheet.get(tag("id", OFFICE_RELATIONS), "")]
        if relation.kind != "worksheet":
            continue
        for _, row in etree.iterparse(io.BytesIO(parts.read(relation.target)), tag=ROW):
            for cell in row.iter(CELL):
                formula = cell.find(FORMULA)
                if formula is not None:
                    place = cell.get("r", "")
                    yield FormulaCell(sheet.get("name", ""), place, formula.text or "", _value(cell))
            row.clear()


def _value(cell: etree._Element) -> Value | None:
    kind, text = cell.get("t"), cell.findtext(VALUE)
    if kind in ("str", "e"):
        return text or ""
    if not text:
        return None
    return text == "1" if kind == "b" else float(text)


def same_value(shown: Value | None, computed: Value) -> bool:
    """Whether both show the same."""
    numbers = [value for value in (shown, computed) if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == 2:
        return math.isclose(*numbers, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return type(shown) is type(computed) and shown == computed


def told(value: Value | None) -> str:
    """A value as a message names it."""
    if isinstance(value, bool):
        return str(value).upper()
    return repr(value) if isinstance(value, float) else f"'{value}'"


# ---- the engines


def _unheard(
    calculate: Callable[[Path, list[Place]], Mapping[Place, Value]], path: Path, places: list[Place]
) -> Mapping[Place, Value]:
    """Engines print what they stumble over, whole traces of their own code, and it says nothing to anybody here."""
    with ExitStack() as silent:
        for stream, number in ((sys.stdout, 1), (sys.stderr, 2)):
            if stream is not None:
                stream.flush()
            try:
                silent.enter_context(_silenced(number))
            except OSError:  # there is none, as under Excel
                continue
        return calculate(path, places)


@contextmanager
def _silenced(number: int) -> Iterator[None]:
    """What goes to this file descriptor goes nowhere."""
    kept = os.dup(number)
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, number)
        os.close(kept)


def _by_ironcalc(path: Path, places: list[Place]) -> Mapping[Place, Value]:
    import ironcalc

    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    sheets = {sheet["name"]: index for index, sheet in enumerate(model.get_worksheets_properties())}
    return {(sheet, cell): _plain(model.get_cell_value(sheets[sheet], *split_cell(cell))) for sheet, cell in places}


def _by_formualizer(path: Path, places: list[Place]) -> Mapping[Place, Value]:
    import formualizer

    book = formualizer.load_workbook(str(path), backend="umya")  # the one of its readers that knows Excel tables
    book.evaluate_all()
    return {(sheet, cell): _plain(book.get_value(sheet, *split_cell(cell))) for sheet, cell in places}


_FORMUALIZER_ERRORS = {"Div": "#DIV/0!", "Na": "#N/A"}


def _plain(value: object) -> Value:
    """An engine's value in the words of the file: numbers as float, dates as serials, errors as codes."""
    if value is None:
        return ""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dict):  # formualizer's errors
        kind = str(value["kind"])
        return _FORMUALIZER_ERRORS.get(kind, f"#{kind.upper()}{'?' if kind == 'Name' else '!'}")
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        return (moment - EXCEL_ZERO) / timedelta(days=1)
    raise TypeError(f"{value!r} is no value of a cell")


_ENGINES = (
    ("IronCalc", "ironcalc", _by_ironcalc),
    ("Formualizer", "formualizer", _by_formualizer),
)
