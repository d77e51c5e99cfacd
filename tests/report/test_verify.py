"""--verify: every formula computed again by an engine that knows nothing of us, and no release on a difference."""

from __future__ import annotations

import random
import re
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from retention_xl.errors import HostError, RetentionError
from retention_xl.report import verify as verifying
from retention_xl.report import write
from retention_xl.report.cells import Cell
from retention_xl.report.contents import contents
from retention_xl.report.model import Report
from retention_xl.report.verify import Engine, formula_cells, installed_engine, verify
from retention_xl.report.write import write_report, write_verified_report

from .engines import cached, formulas
from .sample_templates import repacked
from .small_facts import facts_of
from .test_monthly_workbook import report_of

TABLE = {"Ann": [100, 120, 120], "Bob": [5000, 5000, None], "Cem": [None, 700, 900]}
ENGINES = {name: Engine(name, "1", calculate) for name, _, calculate in verifying._ENGINES}


@pytest.fixture
def report() -> Report:
    return report_of(facts_of(TABLE))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    return ENGINES[request.param]


def test_the_file_s_formulas_and_values_are_read_as_the_tests_read_them(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report, path)
    read = list(formula_cells(path))
    assert {(cell.sheet, cell.cell): cell.formula for cell in read} == formulas(path)
    assert {(cell.sheet, cell.cell): cell.value for cell in read} == cached(path)


@pytest.mark.few(1)
def test_a_right_workbook_is_published_with_a_line_that_says_so(report: Report, tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "report.xlsx"
    published, verified, remarks = write_verified_report(report, path, "monthly", engine)
    count = len(formulas(path))
    assert (verified.equal, verified.differences, remarks) == (count, (), [])
    assert str(verified) == f"Verified: {engine} recalculated {count:,} formulas, all equal."
    assert published.checks[-1].name == f"Recalculated by {engine}"
    sheet = openpyxl.load_workbook(path, data_only=True)["Checks"]
    (row,) = [row for row in sheet.iter_rows(values_only=True) if f"Recalculated by {engine}" in row]
    assert row[2:5] == (count, count, 0)
    assert "PASS" in row
    assert [file.name for file in tmp_path.iterdir()] == ["report.xlsx"]


@pytest.mark.few(1)
def test_the_line_counts_among_the_checks(report: Report, tmp_path: Path, engine: Engine) -> None:
    write_verified_report(report, tmp_path / "report.xlsx", "monthly", engine)
    assert cached(tmp_path / "report.xlsx")["Summary", "B3"] == "Checks: all pass"


@pytest.mark.few(1)
def test_a_difference_stops_the_release_and_names_cell_formula_and_both_values(
    report: Report, tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = contents(report).singles["rx_checks_failed"].content

    def wrong(of: Report) -> object:
        made = contents(of)
        shown = type(made.singles["rx_checks_failed"])(lambda at: Cell(7, right(at).formula))  # type: ignore[operator]
        return type(made)({**made.singles, "rx_checks_failed": shown}, made.blocks, made.lists, made.drop_sheets)

    monkeypatch.setattr(write, "contents", wrong)
    with pytest.raises(RetentionError) as refused:
        write_verified_report(report, tmp_path / "report.xlsx", "monthly", engine)
    said = str(refused.value)
    assert said.startswith("Not published: 1 of ")
    assert "No workbook was written." in said
    assert "\n  Checks!C5: shows 7.0, computed 0.0; =COUNTIF('Checks'!" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.few(2)
@pytest.mark.parametrize("seed", range(2))
def test_a_value_that_is_wrong_on_any_sheet_is_found_there(
    report: Report, tmp_path: Path, engine: Engine, seed: int
) -> None:
    """One formula of each sheet shows another number; what depends on it is computed, not shown, and stays right."""
    path = tmp_path / "report.xlsx"
    write_report(report, path)
    by_sheet: dict[str, list[str]] = {}
    for formula in formula_cells(path):
        if isinstance(formula.value, float):
            by_sheet.setdefault(formula.sheet, []).append(formula.cell)
    spoilt = {sheet: random.Random(seed).choice(cells) for sheet, cells in by_sheet.items()}
    with zipfile.ZipFile(path) as package:
        parts = {sheet: part for sheet, part in sheet_parts(package).items() if sheet in spoilt}

    def spoil(content: dict[str, bytes]) -> None:
        for sheet, cell in spoilt.items():
            value = re.compile(rb'(<c r="%s"[^>]*><f>[^<]*</f><v>)([^<]*)' % cell.encode())
            content[parts[sheet]], count = value.subn(
                lambda found: found[1] + repr(float(found[2]) + 0.01).encode(), content[parts[sheet]]
            )
            assert count == 1, f"{sheet}!{cell}"

    found = verify(repacked(path, spoil), engine)
    assert {(d.cell.sheet, d.cell.cell) for d in found.differences} == set(spoilt.items())


def sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """The part of each worksheet by its name."""
    rels = etree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): "xl/" + one.get("Target").removeprefix("/xl/") for one in rels}
    sheets = etree.fromstring(package.read("xl/workbook.xml")).iter("{*}sheet")
    relation = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
    return {sheet.get("name"): targets[sheet.get(relation)] for sheet in sheets}


def test_an_older_workbook_survives_a_stopped_release(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report, path)
    before = path.read_bytes()
    lying = Engine("Liar", "1", lambda path, places: dict.fromkeys(places, "no"))
    with pytest.raises(RetentionError, match=r"and [0-9,]+ more"):
        write_verified_report(report, path, "monthly", lying)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["report.xlsx"]


@pytest.mark.thorough
def test_ten_differences_are_named(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "report.xlsx"
    write_report(report, path)
    lying = Engine("Liar", "1", lambda path, places: dict.fromkeys(places, True))
    found = verify(path, lying)
    assert (found.equal, len(found.differences)) == (0, len(formulas(path)))
    with pytest.raises(RetentionError) as refused:
        found.demand()
    assert str(refused.value).count("computed TRUE") == 10


@pytest.mark.thorough
def test_an_engine_that_gives_up_is_named(report: Report, tmp_path: Path) -> None:
    def give_up(path: Path, places: object) -> dict[tuple[str, str], float]:
        raise ValueError("no such thing")

    with pytest.raises(HostError, match="Broken 3 could not recalculate the workbook: no such thing"):
        write_verified_report(report, tmp_path / "report.xlsx", "monthly", Engine("Broken", "3", give_up))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("shown", "computed", "same"),
    [
        (1.0, 1.0, True),
        (0.0, 8.5e-9, True),
        (1e12, 1e12 + 1, True),
        (0.9, 0.9001, False),
        (100.0, 100.01, False),
        ("", "", True),
        ("", 0.0, False),
        (True, 1.0, False),
        ("#DIV/0!", "#DIV/0!", True),
        ("PASS", "FAIL", False),
    ],
)
def test_values_are_the_same_up_to_the_order_of_a_sum(shown: object, computed: object, same: bool) -> None:
    assert verifying.same_value(shown, computed) is same  # type: ignore[arg-type]


def test_formulas_without_a_value_are_told_and_not_compared(tmp_path: Path, engine: Engine) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"  # type: ignore[index]
    book.save(tmp_path / "one.xlsx")
    verified = verify(tmp_path / "one.xlsx", engine)
    assert (verified.equal, verified.without_value) == (0, 1)
    assert "1 of the template's own show no value" in str(verified)


def test_without_an_engine_one_sentence_says_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(verifying, "version", nothing)
    with pytest.raises(HostError, match="pip install ironcalc"):
        installed_engine()


def test_an_installed_engine_says_its_version() -> None:
    assert str(installed_engine()) == f"IronCalc {version('ironcalc')}"
