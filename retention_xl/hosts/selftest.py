"""selftest.xlsx: what the functions promise calculated in the user's Excel, with PASS or FAIL beside each.

Every function's worked example; how cells must behave: real errors, blanks, whole columns, arrays; and every case of
the case files, the same that every release is tested with, its ranges on a sheet of their own.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

from retention_xl.column_letters import letters
from retention_xl.errors import CellError, HostError
from retention_xl.hosts.cases import OMITTED, Case, as_rows, load_cases
from retention_xl.hosts.plain_workbook import (
    DAY,
    HEADING,
    WRAPPED,
    Cell,
    Formatted,
    Formula,
    Sheet,
    write_workbook,
)
from retention_xl.metrics.cells import ErrorValue, serial_of
from retention_xl.metrics.spec import CATALOGUE

TITLE = "Self-test of retention_xl"
HEADINGS = ("Function", "Formula", "Excel answers", "Promised", "Verdict", "Who says so")
TOLERANCE = "0.00001"  # promised answers of fits are written with six digits
FIRST_ROW = 5  # of the checks; above are the title, the verdict on all and the headings
LONGEST_FORMULA = 8192  # characters that Excel takes
ERROR_TYPES = {  # as ERROR.TYPE numbers them
    CellError.NULL: 1,
    CellError.DIV0: 2,
    CellError.VALUE: 3,
    CellError.REF: 4,
    CellError.NAME: 5,
    CellError.NUM: 6,
    CellError.NA: 7,
}
INPUTS = "Inputs"  # a sheet with the ranges of the cases
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


class Check(NamedTuple):
    """One line of the self-test. `holds` is a formula that is TRUE where the answer is the promised one."""

    name: str
    formula: str
    shown: str  # the formula that shows the answer, or the first cell of it
    promised: Cell
    holds: str
    source: str


def write_selftest(path: Path) -> Path:
    """Write the workbook. Its answers are calculated when Excel opens it."""
    inputs: list[list[Cell]] = [[Formatted("The ranges that the formulas of the self-test take", HEADING)], []]
    checks = [_example(spec.name, spec.example.removeprefix("="), spec.example_gives) for spec in CATALOGUE.values()]
    checks += [_example(*manner) for manner in MANNERS]
    checks += [_case(case, inputs) for case in load_cases()]
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
        *(_row(check) for check in checks),
    ]
    sheets = [
        Sheet("Self-test", rows, widths=(36, 70, 22, 22, 10, 60), fixed_rows=FIRST_ROW - 1),
        Sheet(IDS, IDS_ROWS, widths=(14, 14)),
        Sheet(INPUTS, inputs, widths=(28, *[12] * 11), fixed_rows=1),
    ]
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


def _row(check: Check) -> list[Cell]:
    verdict = f'IFERROR(IF({check.holds},"PASS","FAIL"),"FAIL")'
    if len(verdict) > LONGEST_FORMULA:
        raise ValueError(f"{check.name}: a formula of {len(verdict)} characters is too long for Excel")
    return [
        check.name,
        Formatted(f"={check.formula}", WRAPPED),
        Formula(check.shown),
        check.promised,
        Formula(verdict),
        Formatted(check.source, WRAPPED),
    ]


def _example(name: str, formula: str, promised: str) -> Check:
    """A formula without references, and its answer as a formula."""
    holds = f"{formula}={promised}"
    if NUMBERS.fullmatch(promised):
        # SUMPRODUCT also takes an answer of several cells, without being entered as an array.
        holds = f"SUMPRODUCT(({formula}-{promised})^2)<={TOLERANCE}^2*(1+SUMPRODUCT({promised}^2))"
    shown = formula
    if promised.startswith("{"):  # one cell shows the first of several
        shown, promised = f"INDEX({formula},1,1)", f"INDEX({promised},1,1)"
    return Check(name, formula, shown, Formula(promised), holds, "")


def _case(case: Case, inputs: list[list[Cell]]) -> Check:
    """A case, its ranges put on the sheet of inputs."""
    formula = f"{case.function}({','.join(_arguments(case, inputs))})"
    name = f"{case.function}, case {case.name.rpartition('-')[0]}"
    if isinstance(case.result, ErrorValue):
        code = case.result.code
        return Check(name, formula, formula, code, f"ERROR.TYPE({formula})={ERROR_TYPES[code]}", case.source)
    rows = as_rows(case.result)
    if not isinstance(case.result, list):
        holds = _agrees(formula, case.result, case.tolerance)
        return Check(name, formula, formula, _in_a_cell(case.result), holds, case.source)
    # Cell by cell with INDEX, which needs neither dynamic arrays nor a formula entered as an array.
    each = [
        _agrees(f"INDEX({formula},{down},{across})", cell, case.tolerance)
        for down, row in enumerate(rows, 1)
        for across, cell in enumerate(row, 1)
    ]
    shape = [f"ROWS({formula})={len(rows)}", f"COLUMNS({formula})={len(rows[0])}"]
    shown = f"INDEX({formula},1,1)"
    return Check(name, formula, shown, _in_a_cell(rows[0][0]), f"AND({','.join([*shape, *each])})", case.source)


def _agrees(answer: str, promised: Any, tolerance: float) -> str:
    """A formula that is TRUE where an answer, a formula too, is the promised cell."""
    if isinstance(promised, ErrorValue):
        return f"ERROR.TYPE({answer})={ERROR_TYPES[promised.code]}"
    if isinstance(promised, str):
        return f"EXACT({answer},{_literal(promised)})"
    if isinstance(promised, bool):
        return f"({answer})={_literal(promised)}"
    return f"ABS({answer}-{_literal(promised)})<={_literal(tolerance * max(1.0, abs(promised)))}"


def _arguments(case: Case, inputs: list[list[Cell]]) -> list[str]:
    """The arguments as a formula has them: plain ones as they are, ranges and odd cells by reference."""
    first = len(inputs) + 1
    block: list[list[Cell]] = []
    typed, column = [], 2  # the first column tells whose the inputs are
    for value in case.args:
        if value is OMITTED:
            typed.append("")
        elif not isinstance(value, list) and value != "" and not isinstance(value, ErrorValue):
            typed.append(_literal(value))
        else:
            rows = as_rows(value)
            block += [[] for _ in range(len(rows) - len(block))]
            for line, row in zip(block, rows, strict=False):
                line += [None] * (column - 1 - len(line))
                line += [_in_a_cell(cell) for cell in row]
            last = column + len(rows[0]) - 1
            corners = f"{letters(column)}{first}", f"{letters(last)}{first + len(rows) - 1}"
            typed.append(f"{INPUTS}!{':'.join(dict.fromkeys(corners))}")
            column = last + 2
    if block:
        block[0] = [case.name, *block[0][1:]]
        inputs += [*block, []]
    return typed


def _in_a_cell(value: Any) -> Cell:
    if isinstance(value, ErrorValue):
        return Formula("NA()" if value.code == CellError.NA else value.code)
    if hasattr(value, "toordinal"):
        return Formatted(serial_of(value.toordinal()), DAY)
    return None if value == "" else value


def _literal(value: Any) -> str:
    """A plain value as a formula has it."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    if hasattr(value, "toordinal"):
        return f"DATE({value.year},{value.month},{value.day})"
    return repr(value).upper()
