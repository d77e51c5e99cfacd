"""selftest.xlsx: what the functions promise calculated in the user's Excel, with PASS or FAIL beside each.

Every function's worked example, and how cells must behave: real errors, blanks, whole columns, arrays.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from retention_xl.errors import HostError
from retention_xl.hosts.plain_workbook import HEADING, WRAPPED, Cell, Formatted, Formula, Sheet, write_workbook
from retention_xl.metrics.spec import CATALOGUE

TITLE = "Self-test of retention_xl"
HEADINGS = ("Function", "Formula", "Excel answers", "Promised", "Verdict")
TOLERANCE = "0.00001"  # promised answers of fits are written with six digits
FIRST_ROW = 5  # of the functions; above are the title, the verdict on all and the headings
NUMBERS = re.compile(r"-?[\d.]+(?:E-?\d+)?|\{[-\d.,;E]+\}")
IDS = "Ids"  # a sheet with what two columns of ids may hold
IDS_ROWS: list[list[Cell]] = [
    ["January", "February"],
    ["A", "b "],
    [" B", None],
    [None, "123"],
    [123.0, "zz"],
    ["C", "c"],
]
# What a cell and the way into Python must do, whatever the function: name, formula, answer.
MANNERS = (
    ("An error is a real error: #DIV/0!", "ERROR.TYPE(CRR(0,105,15))", "2"),
    ("An error is a real error: #VALUE!", 'ERROR.TYPE(CRR("many",105,15))', "3"),
    ("An error is a real error: #NUM!", "ERROR.TYPE(CRR(-1,105,15))", "6"),
    ("An error is a real error: #N/A", "ERROR.TYPE(LIFETIME(0))", "7"),
    ("An error cell is passed on", "ERROR.TYPE(CRR(NA(),105,15))", "7"),
    ("Blanks, capitals and numbers as text", f"CRR({IDS}!A2:A6,{IDS}!B2:B6)", "0.75"),
    ("Whole columns", f"CRR({IDS}!A:A,{IDS}!B:B)", "0.6"),
    ("A range for each argument", "SUM(CRR({100;200},{105;190},{15;10}))", "1.8"),
    ("An error stays in its own cell", "ERROR.TYPE(INDEX(CRR({100;0},{105;1},{15;1}),2,1))", "2"),
    ("An argument left out", "MRR_CHURN({100;100},{80;150})", "0.1"),
    ("A list of texts", 'INDEX(CUSTOMERS_LOST({"A";"B";"C"},{"C"},TRUE),2,1)', '"B"'),
)
HELP = (
    "#NAME? everywhere: the add-in is not loaded. #NULL!: Python does not answer. For both close Excel and run "
    "`retention-xl addin doctor`. Ctrl+Alt+F9 calculates everything anew."
)


def write_selftest(path: Path) -> Path:
    """Write the workbook. Its answers are calculated when Excel opens it."""
    checks = [(spec.name, spec.example.removeprefix("="), spec.example_gives) for spec in CATALOGUE.values()]
    checks += MANNERS
    verdicts = f"E{FIRST_ROW}:E{FIRST_ROW + len(checks) - 1}"
    passed = f'COUNTIF({verdicts},"PASS")'
    rows: list[list[Cell]] = [
        [Formatted("Does this Excel calculate what retention_xl promises?", HEADING)],
        [
            Formatted("Everything", HEADING),
            Formatted(HELP, WRAPPED),
            None,
            None,
            Formatted(Formula(f'IF({passed}={len(checks)},"PASS",{len(checks)}-{passed}&" FAIL")'), HEADING),
        ],
        [],
        [Formatted(heading, HEADING) for heading in HEADINGS],
        *(_row(*check) for check in checks),
    ]
    sheets = [Sheet("Self-test", rows, widths=(36, 70, 22, 22, 10)), Sheet(IDS, IDS_ROWS, widths=(14, 14))]
    try:
        write_workbook(path, sheets, TITLE, HELP)
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


def _row(name: str, formula: str, promised: str) -> list[Cell]:
    typed = f"={formula}"
    holds = f"{formula}={promised}"
    if NUMBERS.fullmatch(promised):
        # SUMPRODUCT also takes an answer of several cells, without being entered as an array.
        holds = f"SUMPRODUCT(({formula}-{promised})^2)<={TOLERANCE}^2*(1+SUMPRODUCT({promised}^2))"
    if promised.startswith("{"):  # one cell shows the first of several
        formula, promised = f"INDEX({formula},1,1)", f"INDEX({promised},1,1)"
    return [
        name,
        Formatted(typed, WRAPPED),
        Formula(formula),
        Formula(promised),
        Formula(f'IFERROR(IF({holds},"PASS","FAIL"),"FAIL")'),
    ]
