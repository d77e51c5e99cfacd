"""selftest.xlsx: every function's worked example calculated in the user's Excel, with PASS or FAIL beside each."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from retention_xl.errors import HostError
from retention_xl.hosts.plain_workbook import HEADING, WRAPPED, Cell, Formatted, Formula, Sheet, write_workbook
from retention_xl.metrics.spec import CATALOGUE, FunctionSpec

TITLE = "Self-test of retention_xl"
HEADINGS = ("Function", "Formula", "Excel answers", "Promised", "Verdict")
TOLERANCE = "0.00001"  # promised answers of fits are written with six digits
FIRST_ROW = 5  # of the functions; above are the title, the verdict on all and the headings
NUMBERS = re.compile(r"-?[\d.]+(?:E-?\d+)?|\{[-\d.,;E]+\}")
HELP = (
    "#NAME? everywhere: the add-in is not loaded. #NULL!: Python does not answer. For both close Excel and run "
    "`retention-xl addin doctor`. Ctrl+Alt+F9 calculates everything anew."
)


def write_selftest(path: Path) -> Path:
    """Write the workbook. Its answers are calculated when Excel opens it."""
    specs = list(CATALOGUE.values())
    last_row = FIRST_ROW + len(specs) - 1
    verdicts = f"E{FIRST_ROW}:E{last_row}"
    passed = f'COUNTIF({verdicts},"PASS")'
    rows: list[list[Cell]] = [
        [Formatted("Does this Excel calculate what retention_xl promises?", HEADING)],
        [
            Formatted("All functions", HEADING),
            Formatted(HELP, WRAPPED),
            None,
            None,
            Formatted(Formula(f'IF({passed}={len(specs)},"PASS",{len(specs)}-{passed}&" FAIL")'), HEADING),
        ],
        [],
        [Formatted(heading, HEADING) for heading in HEADINGS],
        *(_row(spec, number) for number, spec in enumerate(specs, FIRST_ROW)),
    ]
    try:
        write_workbook(path, [Sheet("Self-test", rows, widths=(24, 70, 22, 22, 10))], TITLE, HELP)
    except OSError as error:
        raise HostError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def is_ours(path: Path) -> bool:
    """Whether a file is a self-test, also one that Excel has saved since: nothing is lost by writing it anew."""
    try:
        with zipfile.ZipFile(path) as workbook:
            return f">{TITLE}<" in workbook.read("docProps/core.xml").decode()
    except (OSError, KeyError, UnicodeDecodeError, zipfile.BadZipFile):
        return False


def _row(spec: FunctionSpec, number: int) -> list[Cell]:
    formula, promised = spec.example.removeprefix("="), spec.example_gives
    holds = f"{formula}={promised}"
    if NUMBERS.fullmatch(promised):
        # SUMPRODUCT also takes an answer of several cells, without being entered as an array.
        holds = f"SUMPRODUCT(({formula}-{promised})^2)<={TOLERANCE}^2*(1+SUMPRODUCT({promised}^2))"
    if promised.startswith("{"):  # one cell shows the first of several
        formula, promised = f"INDEX({formula},1,1)", f"INDEX({promised},1,1)"
    return [
        spec.name,
        Formatted(spec.example, WRAPPED),
        Formula(formula),
        Formula(promised),
        Formula(f'IFERROR(IF({holds},"PASS","FAIL"),"FAIL")'),
    ]
