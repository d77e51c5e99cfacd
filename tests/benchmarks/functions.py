"""The functions: from Python, from cells through xlwings, and the models of lifetime value against `lifetimes`."""

from __future__ import annotations

import csv
import gzip
import random
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from heapq import nlargest
from importlib import import_module
from importlib.util import find_spec
from itertools import compress
from math import fsum
from time import process_time
from timeit import Timer
from typing import Any

from ratios import CDNOW, ROOT, cpu_each, cpu_of, cpu_of_process, end, judge, tell

sys.path.insert(0, str(ROOT))

import retention_xl as rx
from retention_xl import CATALOGUE

CELLS = 10_000
# Functions whose own work is the larger part, however their cells are read: an answer of Python's for each row, two
# dictionaries and a calendar for each line. Their figures are printed, not judged.
OWN_WORK = ("MRR", "COHORT")
IDS = 100_000
OURS = f"""
import csv, gzip
import retention_xl as rx
rows = [[float(cell) for cell in row[1:4]] for row in list(csv.reader(gzip.open({str(CDNOW)!r}, "rt")))[1:]]
frequency, recency, age = zip(*rows)
rx.bgnbd_fit(frequency, recency, age)
"""
THEIRS = f"""
import pandas
from lifetimes import BetaGeoFitter
table = pandas.read_csv({str(CDNOW)!r})
BetaGeoFitter().fit(table["x"], table["t_x"], table["T"])
"""


def bare_crr(opening: float, closing: float, new_customers: float) -> float:
    return (closing - new_customers) / opening


def scalars() -> None:
    count, spent = 100_000, {"crr": 1.0, "bare_crr": 1.0}
    for _ in range(15):
        for name in spent:
            timer = Timer(f"{name}(100.0, 105.0, 15.0)", timer=process_time, globals={"crr": rx.crr, **globals()})
            spent[name] = min(spent[name], timer.timeit(count) / count)
    judge("crr of three numbers against a bare function", spent["crr"] / spent["bare_crr"], "<=", 10)
    judge("crr of three numbers", spent["crr"] * 1e6, "<=", 1, "us")


def id_lists() -> None:
    chance = random.Random(1)
    ids = [f"C{chance.randrange(10**9):09d}" for _ in range(IDS)]
    opening, closing = ids[: IDS // 2], ids[IDS // 3 : IDS // 3 + IDS // 2]
    chance.shuffle(closing)
    columns = [tuple((each,) for each in side) for side in (opening, closing)]  # as Excel passes a column

    def iterate() -> None:
        for column in columns:
            for row in column:
                for _ in row:
                    pass

    sides = {
        "ours": lambda: rx.crr(*columns),
        "iterate": iterate,
        "lists": lambda: rx.crr(opening, closing),
        "sets": lambda: len(set(opening) & set(closing)) / len(set(opening)),
    }
    spent = cpu_each(sides)
    judge(
        "crr of 100,000 text ids in two columns against iterating their cells",
        spent["ours"] / spent["iterate"],
        "<=",
        13,
    )
    judge(
        "crr of 100,000 text ids in two lists against bare sets, no id cleaned", spent["lists"] / spent["sets"], "<=", 3
    )


def importing() -> None:
    code = "from time import process_time as t; a = t(); import retention_xl; print('took', t() - a)"
    spent = min(_took(code) for _ in range(9))
    judge("import retention_xl", spent * 1000, "<=", 10, "ms")


def _took(code: str) -> float:
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1])


def purchase_models() -> None:
    with gzip.open(CDNOW, "rt") as file:
        rows = [[float(cell) for cell in row[1:4]] for row in list(csv.reader(file))[1:]]
    columns = [list(column) for column in zip(*rows, strict=True)]
    judge("BG/NBD fit on CDNOW", min(cpu_of(lambda: rx.bgnbd_fit(*columns)) for _ in range(5)), "<=", 0.2, "s")
    many = simulated(50_000)
    judge("BG/NBD fit of 50,000 customers", min(cpu_of(lambda: rx.bgnbd_fit(*many)) for _ in range(2)), "<=", 5, "s")
    if find_spec("lifetimes") is None:
        print("       not compared: `lifetimes` is not installed")
        return
    ratio = cpu_of_process(THEIRS, 3) / cpu_of_process(OURS, 3)
    judge("BG/NBD on CDNOW from a cold process: CPU of lifetimes over ours", ratio, ">=", 8)


def simulated(customers: int) -> list[list[float]]:
    """Customers who buy and leave as the model says (r 0.243, alpha 4.414, a 0.793, b 2.426), seen for 27-39 weeks."""
    chance = random.Random(7)
    frequency, recency, age = [], [], []
    for _ in range(customers):
        rate, leaves = chance.gammavariate(0.243, 1 / 4.414), chance.betavariate(0.793, 2.426)
        seen = round(chance.uniform(27, 39) * 7) / 7
        bought, last, now = 0, 0.0, 0.0
        while chance.random() >= leaves or not bought:
            now += chance.expovariate(rate) if rate > 0 else seen + 1
            if now > seen:
                break
            bought, last = bought + 1, round(now * 7) / 7
        frequency.append(float(bought))
        recency.append(min(last, seen))
        age.append(seen)
    return [frequency, recency, age]


def through_xlwings() -> None:
    """Values as our wrapper passes them, through `CallUDF`; only the conversion differs.

    The floor is what no way of doing it in plain Python could leave out: to take the cells out of their rows, to look
    once at the kind of each, and the sums, sets and divisions that the answer is made of, each in Python's own C code;
    and xlwings' call of a function that does nothing. What it allows is printed beside what is asked for: exact sums of
    money take twice the time in Python 3.11 that they take in 3.12.
    """
    from tests.hosts.fakewin import install

    xlwings = install()
    server = import_module("xlwings.com_server").XLPython()
    module = import_module("retention_xl.udfs")
    module.nothing = nothing(xlwings)  # type: ignore[attr-defined]
    for name, columns in columns_of_10_000_cells().items():
        function = getattr(rx, name.lower())
        converted = {"default": None, "NumPy": "np", "DataFrame": "df"}
        for converter, convert in converted.items():
            setattr(module, f"{name}_{converter}", with_converter(xlwings, function, convert, len(columns)))
        calls = {each: caller(server, f"{name}_{each}", columns) for each in converted}
        missing = len(CATALOGUE[name].parameters) - len(columns)
        calls["raw"] = caller(server, name, [*columns, *[-2147352572] * missing])
        plain = [[cell for (cell,) in column] for column in columns]
        calls["itself"] = partial(function, *plain)
        calls["nothing"] = caller(server, "nothing", columns)
        calls["floor"] = partial(least_work, BARE_WORK[name], columns)
        spent = cpu_each(calls, rounds=100, at_least=0.002)  # short turns, so that some fall into a quiet moment
        tell(f"{name} of {CELLS:,} cells, raw", spent["raw"] * 1000, "ms")
        tell("the function itself, on lists", spent["itself"] * 1000, "ms")
        floor = spent["floor"] + spent["nothing"]
        tell("the floor: a call, the kinds of the cells, bare sums, sets or divisions", floor * 1000, "ms")
        least = min(spent[each] for each in converted)  # holds the function too
        what = f"{name} of {CELLS:,} cells: the cheapest converter of xlwings over raw"
        if name in OWN_WORK:
            tell(what, least / spent["raw"], "x")
        else:
            judge(what, least / spent["raw"], ">=", 10)
        tell("the cheapest converter over the floor", least / floor, "x")
        for each in converted:
            tell(f"{each} converter over raw", spent[each] / spent["raw"], "x")


def nothing(xlwings: Any) -> Any:
    """A function that takes raw values and leaves them alone."""

    def nothing(first, second=None):  # type: ignore[no-untyped-def]
        return [[0.0]]

    for name in ("first", "second"):
        nothing = xlwings.arg(name, convert="raw")(nothing)
    return xlwings.func(xlwings.ret(convert="raw")(nothing))


def bare_kept(opening: list[str], closing: list[str]) -> int:
    """How many were kept, were every id spelt in one way."""
    lost = set(opening)
    lost.difference_update(closing)
    return len(lost)


BARE_WORK: dict[str, Callable[..., Any]] = {
    "GRR": lambda opening, closing: (fsum(opening), [a - b for a, b in zip(opening, closing, strict=True) if b < a]),
    "NRR": lambda opening, closing: (fsum(opening), fsum(closing)),
    "DRR": lambda opening, closing: (fsum(opening), fsum(compress(opening, closing))),
    "MRR_CHURN": lambda opening, closing: (
        fsum(opening),
        [a - b for a, b in zip(opening, closing, strict=True) if b < a],
    ),
    "CRR": bare_kept,
    "CUSTOMERS_KEPT": bare_kept,
    "NPS": lambda scores: (scores.count(9.0), scores.count(10.0)),
    "CONCENTRATION": lambda amounts: (fsum(amounts), nlargest(10, amounts)),
    "MRR": lambda amounts, months: [[amount / term] for amount, term in zip(amounts, months, strict=True)],
    "COHORT": lambda ids, days: set(zip(map(str.casefold, ids), map(int, days), strict=True)),
}


def least_work(work: Callable[..., Any], columns: list[Any]) -> Any:
    taken_out = [[cell for (cell,) in column] for column in columns]
    for cells in taken_out:
        if list(map(type, cells)).count(type(cells[0])) != len(cells):
            raise TypeError("the columns are clean")
    return work(*taken_out)


def columns_of_10_000_cells() -> dict[str, list[Any]]:
    """For some functions columns as Excel passes them: of 5,000 customers one in seven pays something else than before,
    ids differ in 15 of 100, answers to surveys are any."""
    chance = random.Random(3)
    rows = CELLS // 2
    opening = [round(chance.uniform(10, 900), 2) for _ in range(rows)]
    closing = [
        amount if chance.random() > 1 / 7 else round(amount * chance.choice((0, 0.8, 1.25)), 2) for amount in opening
    ]
    ids = [f"C{number:07d}" for number in chance.sample(range(10**7), rows)]
    later = [each if chance.random() < 0.85 else f"C{chance.randrange(10**7):07d}" for each in ids]
    chance.shuffle(later)
    columns: dict[str, list[list[Any]]] = {
        "GRR": [opening, closing],
        "NRR": [opening, closing],
        "DRR": [opening, closing],
        "MRR_CHURN": [opening, closing],
        "CRR": [ids, later],
        "CUSTOMERS_KEPT": [ids, later],
        "NPS": [[float(chance.randrange(11)) for _ in range(CELLS)]],
        "CONCENTRATION": [opening + closing],
        "MRR": [opening, [chance.choice((1.0, 3.0, 12.0)) for _ in range(rows)]],
        "COHORT": [ids, [float(chance.randrange(45292, 46022)) for _ in range(rows)]],
    }
    return {name: [tuple((cell,) for cell in column) for column in each] for name, each in columns.items()}


def with_converter(xlwings: Any, function: Callable[..., Any], convert: str | None, arguments: int) -> Any:
    """The function as a user would write it with xlwings' own converters."""
    options: dict[str, Any] = {"convert": convert} if convert else {}
    if convert == "df":
        options |= {"index": False, "header": False}
    if convert == "np":
        import numpy

        options["convert"] = numpy.array

    def answer(*columns: Any) -> Any:
        return function(*(each[0] if convert == "df" else each for each in columns))

    def of_one(first):  # type: ignore[no-untyped-def]
        return answer(first)

    def of_two(first, second):  # type: ignore[no-untyped-def]
        return answer(first, second)

    user_defined: Any = of_one if arguments == 1 else of_two
    for name in ("first", "second")[:arguments]:
        user_defined = xlwings.arg(name, **options)(user_defined)
    return xlwings.func(user_defined)


def caller(server: Any, name: str, values: list[Any]) -> Callable[[], Any]:
    return lambda: server.CallUDF("retention_xl.udfs", name, tuple(values))


if __name__ == "__main__":
    scalars()
    id_lists()
    importing()
    purchase_models()
    through_xlwings()  # last: it replaces modules of this process
    end()
