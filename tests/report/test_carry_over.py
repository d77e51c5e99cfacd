"""The workbook's memory: what people make of a month's file in Excel goes on in the next one, and nothing is lost."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from retention_xl.errors import TemplateError
from retention_xl.ledger.records import Facts
from retention_xl.ledger.supporting.records import MonthTarget, Supporting
from retention_xl.report.actions import HEADINGS, Action
from retention_xl.report.build import build_report
from retention_xl.report.carry_over import carry_over, months_open
from retention_xl.report.model import Report, Source
from retention_xl.report.previous import Previous, read_previous
from retention_xl.report.restated import closes_as
from retention_xl.report.settings import load_settings
from retention_xl.report.sheets.restatement import told
from retention_xl.report.write import write_report

from .engines import cached, compare, libreoffice_convert, recalc_formualizer, recalc_ironcalc
from .small_facts import Row, facts_of
from .test_monthly_workbook import random_table

TOP = 6  # the row of the checklist's headings in the template
TABLE = random_table(60, 30, seed=3)
SOURCE = Source("ledger.csv", "made for the test", "the last month", "", ())


@cache
def first_report(months: int) -> Report:
    """The report that knows of no earlier one, after so many months of the table that nearly all tests take."""
    return build_report(first_facts(months, TABLE), load_settings(None, "recurring"), SOURCE)


def first_facts(months: int, table: Mapping[str, Row]) -> Facts:
    there = {name: row[:months] for name, row in table.items() if any(value is not None for value in row[:months])}
    return facts_of(there)


def report_of(months: int, previous: Previous | None = None, table: Mapping[str, Row] = TABLE) -> Report:
    """The report after so many months of the table."""
    if previous is None and table is TABLE:
        return first_report(months)
    facts = first_report(months).facts if table is TABLE else first_facts(months, table)
    return build_report(facts, load_settings(None, "recurring"), SOURCE, previous)


class Sheet:
    """The checklist as a person sees it: headings and rows, in any order."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = openpyxl.load_workbook(path)
        self.sheet = self.book["Actions"]
        cells = [[cell.value for cell in row[1:]] for row in self.sheet.iter_rows(min_row=TOP)]
        self.headings, self.rows = cells[0], cells[1:]
        self.was = len(cells), len(cells[0])

    def column(self, heading: str) -> int:
        return self.headings.index(heading)

    def row(self, rule: str) -> list[Any]:
        return next(row for row in self.rows if row[self.column("Rule")] == rule)

    def put(self, rule: str, **values: object) -> None:
        for heading, value in values.items():
            self.row(rule)[self.column(heading.replace("_", " "))] = value

    def add_row(self, **values: object) -> None:
        self.rows.append([values.get(str(heading).replace(" ", "_")) for heading in self.headings])

    def add_column(self, heading: str, values: Sequence[object]) -> None:
        self.headings.append(heading)
        for row, value in zip(self.rows, values, strict=True):
            row.append(value)

    def reorder(self, order: Sequence[int]) -> None:
        self.headings = [self.headings[i] for i in order]
        self.rows = [[row[i] for i in order] for row in self.rows]

    def save(self) -> Path:
        rows, columns = self.was
        for number in range(max(rows, len(self.rows) + 1)):
            line = ([self.headings, *self.rows][number : number + 1] or [[]])[0]
            for place in range(max(columns, len(self.headings))):
                value = line[place] if place < len(line) else None
                self.sheet.cell(TOP + number, 2 + place).value = value
        self.book.save(self.path)
        return self.path


def written(report: Report, folder: Path) -> Path:
    path = folder / f"{report.month}.xlsx"
    assert write_report(report, path) == []
    return path


@cache
def first_workbook(months: int) -> tuple[str, bytes]:
    with TemporaryDirectory() as folder:
        path = written(report_of(months), Path(folder))
        return path.name, path.read_bytes()


def first_written(folder: Path, months: int = 24) -> Path:
    """The workbook of 24 months, with which most of the stories begin."""
    name, content = first_workbook(months)
    path = folder / name
    path.write_bytes(content)
    return path


def after_december(folder: Path, **edits: object) -> Previous:
    """Its file, with what was typed into the row of R07, which always fires here."""
    sheet = Sheet(first_written(folder))
    sheet.put("R07", **edits)
    return read_previous(sheet.save())


# ---- nothing is lost


def edit(sheet: Sheet, draw: random.Random, marks: list[str]) -> None:
    """A month of people: every text they type is new and joins `marks`."""

    def typed() -> str:
        marks.append(f"mark-{len(marks)}-")
        return marks[-1]

    for _ in range(draw.randint(2, 5)):  # notes, and texts in every other column
        row = draw.choice(sheet.rows)
        place = draw.randrange(len(sheet.headings))
        if sheet.headings[place] in ("Rule", "First seen", "Months open"):
            place = sheet.column("Notes")
        before = row[place]
        kept = f"{before} " if isinstance(before, str) and not before.startswith("=") else ""
        row[place] = f"{kept}{typed()}"
    for _ in range(draw.randint(0, 2)):
        sheet.add_row(What_we_see=typed(), Rule=draw.choice([None, "R01", "ours"]), Notes=typed(), Owner=typed())
    if draw.random() < 0.5:
        sheet.add_column(typed(), [typed() if draw.random() < 0.3 else draw.choice([None, 12.5]) for _ in sheet.rows])
    if draw.random() < 0.5:
        sheet.reorder(draw.sample(range(len(sheet.headings)), len(sheet.headings)))
    draw.shuffle(sheet.rows)
    if draw.random() < 0.5:
        sheet.rows.insert(draw.randrange(len(sheet.rows)), [None] * len(sheet.headings))
    if draw.random() < 0.3:
        sheet.sheet.tables.clear()
    if draw.random() < 0.5:
        sheet.sheet.cell(TOP + 1, 3).comment = Comment(typed(), "Ann")
    sheet.book["Tie-out"][sheet.book.defined_names["rx_prepared_by"].attr_text.split("!")[1].replace("$", "")] = typed()


def texts(path: Path) -> str:
    book = openpyxl.load_workbook(path, read_only=True)
    cells = [
        str(cell)
        for name in ("Actions", "Restatement")
        for row in book[name].iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    return "\n".join(cells)


def six_months(folder: Path, seed: int, saved: Any = lambda path: path, months: range = range(24, 30)) -> Path:
    """Files from December 2025 on, each edited at random and read by the next; everything must be in the last."""
    draw, marks = random.Random(seed), list[str]()
    path = first_written(folder)
    for count in months[1:]:
        sheet = Sheet(path)
        edit(sheet, draw, marks)
        previous = read_previous(saved(sheet.save()))
        report = report_of(count, previous)
        path = written(report, folder)
        found = texts(path)
        assert [mark for mark in marks if mark not in found] == []
        rules = [row.rule for row in report.carried.rows if row.action]
        assert rules == [action.rule for action in report.actions]
    return path


@pytest.mark.thorough
def test_nothing_typed_in_six_months_is_lost(tmp_path: Path) -> None:
    six_months(tmp_path, 0)


@pytest.mark.libreoffice
def test_nothing_is_lost_where_libreoffice_saves_the_file(tmp_path: Path, soffice: str) -> None:
    six_months(tmp_path, 11, lambda path: libreoffice_convert(path, tmp_path, soffice), range(24, 27))


@pytest.mark.thorough
def test_a_workbook_with_a_past_calculates_the_same_in_other_engines(tmp_path: Path) -> None:
    path = six_months(tmp_path, 5, months=range(24, 26))
    shown = cached(path)
    assert compare(shown, recalc_ironcalc(path)) == []
    assert compare(shown, recalc_formualizer(path)) == []


# ---- what goes on


def test_an_open_row_keeps_what_was_typed_and_grows_older(tmp_path: Path) -> None:
    typed = {"Owner": "Ann", "Status": "In progress", "Notes": "called twice", "Due": date(2026, 3, 9)}
    previous = after_december(tmp_path, **typed)
    row = next(row for row in report_of(25, previous).carried.rows if row.rule == "R07")
    assert {heading: row.cells[heading] for heading in typed} == typed
    assert (row.cells["Months open"], row.cells["First seen"]) == (2, date(2025, 12, 1))


@pytest.mark.thorough
def test_a_row_that_is_done_and_still_fires_reopens_with_a_note(tmp_path: Path) -> None:
    report = report_of(25, after_december(tmp_path, Status="Done", Notes="agreed"))
    row = next(row for row in report.carried.rows if row.rule == "R07")
    assert (row.cells["Status"], row.cells["Notes"]) == ("Open", "agreed")
    assert row.cells["Outcome"] == "January 2026: reopened; it was Done, and the limit is still broken."


@pytest.mark.thorough
def test_a_rule_that_no_longer_fires_closes_once_and_comes_back_reopened(tmp_path: Path) -> None:
    first = report_of(24, None)
    sheet = Sheet(written(first, tmp_path))
    sheet.put("R01", Owner="Ann")
    previous = read_previous(sheet.save())
    others = [action for action in first.actions if action.rule != "R01"]
    rules = [action.rule for action in first.actions]
    measured = previous.record["R01"].measured or 0
    closed = carry_over(others, previous, "2026-01", rules, {"crr": measured + 0.05})
    last = closed.rows[-1]
    assert (last.rule, last.state, last.cells["Status"], last.cells["Owner"]) == ("R01", "closed", "Done", "Ann")
    figure = previous.record["R01"].figure
    back = f"CRR back to {100 * (measured + 0.05):.1f} %." if figure == "crr" else "no longer fires (CRR"
    assert str(last.cells["Outcome"]).startswith(f"Closed January 2026: {back}")

    path = written(replace(report_of(25), carried=closed), tmp_path)
    again = carry_over(others, read_previous(path), "2026-02", rules, {})
    assert [row.cells["Outcome"] for row in again.rows if row.rule == "R01"] == [last.cells["Outcome"]]

    returned = carry_over(first.actions, read_previous(path), "2026-02", rules, {})
    row = next(row for row in returned.rows if row.rule == "R01")
    assert (row.cells["Status"], row.cells["Owner"], row.cells["Months open"]) == ("Open", "Ann", 3)
    assert str(row.cells["Outcome"]).endswith("\nFebruary 2026: back again, reopened.")


@pytest.mark.thorough
def test_a_rule_without_its_data_is_not_taken_for_solved(tmp_path: Path) -> None:
    previous = after_december(tmp_path, Status="In progress")
    kept = carry_over([], previous, "2026-01", judged=(), figures={})
    row = next(row for row in kept.rows if row.rule == "R07")
    assert (row.state, row.cells["Status"]) == ("open", "In progress")
    assert row.cells["Outcome"] == "January 2026: not judged, the data for it was not given."


@pytest.mark.thorough
def test_a_case_of_other_customers_starts_anew(tmp_path: Path) -> None:
    previous = after_december(tmp_path, Status="Done")
    action: Action = next(action for action in report_of(25).actions if action.rule == "R07")
    other = replace(action, customers=("Somebody else",))
    row = next(r for r in carry_over([other], previous, "2026-01", ["R07"]).rows if r.rule == "R07")
    assert (row.cells["First seen"], row.cells["Status"]) == (date(2026, 1, 1), "Open")
    assert str(row.cells["Outcome"]).startswith("January 2026: open for other customers; done before for Customer ")


@pytest.mark.thorough
def test_a_row_added_by_hand_stays_as_it_is(tmp_path: Path) -> None:
    sheet = Sheet(first_written(tmp_path))
    own = {"Rule": "R01", "Priority": "Low", "Exposed_a_month": 12.5, "Due": "before Easter", "Status": "Waiting"}
    sheet.add_row(**own)
    carried = report_of(25, read_previous(sheet.save())).carried
    rows = [row for row in carried.rows if row.cells.get("Status") == "Waiting"]
    assert [{key: row.cells[key.replace("_", " ")] for key in own} for row in rows] == [own]


@pytest.mark.thorough
def test_what_is_typed_over_a_computed_cell_moves_into_the_notes(tmp_path: Path) -> None:
    report = report_of(25, after_december(tmp_path, What_to_do="Ask Bob first.", Notes="n"))
    row = next(row for row in report.carried.rows if row.rule == "R07")
    assert row.cells["Notes"] == "n\nWhat to do (December 2025): Ask Bob first."


@pytest.mark.thorough
def test_columns_that_a_person_added_stay_with_their_dates_and_formulas(tmp_path: Path) -> None:
    sheet = Sheet(first_written(tmp_path))
    count, exposed = len(sheet.rows), chr(ord("B") + sheet.column("Exposed a month"))
    sheet.add_column("Team", ["Sales"] * count)
    sheet.add_column("Next call", [date(2026, 1, 5 + i) for i in range(count)])
    sheet.add_column("A year", [f"=12*{exposed}{TOP + 1 + i}" for i in range(count)])
    sheet.add_column("Rate", ["=Settings!$C$7"] * count)
    path = written(report_of(25, read_previous(sheet.save())), tmp_path)
    grown = openpyxl.load_workbook(path)["Actions"]
    headings = [cell.value for cell in grown[TOP]][1:]
    assert headings == [*HEADINGS, "Team", "Next call", "A year", "Rate"]
    table = grown.tables["tblActions"]
    assert [column.name for column in table.tableColumns] == headings
    assert table.ref.startswith(f"B{TOP}:V")
    first = dict(zip(headings, grown[TOP + 1][1:], strict=True))
    assert (first["Team"].value, first["Next call"].is_date) == ("Sales", True)
    assert first["A year"].value == f"=12*'Actions'!${exposed}${TOP + 1}"
    assert "Rate was a formula: =Settings!$C$7" in first["Notes"].value


@pytest.mark.thorough
def test_a_date_where_none_is_expected_stays_as_text(tmp_path: Path) -> None:
    sheet = Sheet(first_written(tmp_path))
    sheet.put("R07", Notes=date(2026, 1, 5))
    path = written(report_of(25, read_previous(sheet.save())), tmp_path)
    assert "2026-01-05" in texts(path)


@pytest.mark.thorough
def test_a_name_like_a_formula_is_text_a_month_later_too(tmp_path: Path) -> None:
    sheet = Sheet(first_written(tmp_path))
    sheet.put("R07", Notes="-")
    sheet.save()
    book = openpyxl.load_workbook(sheet.path)
    cell = next(c for row in book["Actions"].iter_rows(min_row=TOP + 1) for c in row if c.value == "-")
    cell.value, cell.data_type = "=HYPERLINK(A1)", "s"
    book.save(sheet.path)
    path = written(report_of(25, read_previous(sheet.path)), tmp_path)
    cells = [c for row in openpyxl.load_workbook(path)["Actions"].iter_rows() for c in row]
    assert [c.data_type for c in cells if c.value == "=HYPERLINK(A1)"] == ["s"]


@pytest.mark.thorough
def test_notes_too_long_for_a_cell_go_on_in_a_row_of_their_own(tmp_path: Path) -> None:
    long = "x" * 29_990
    report = report_of(25, after_december(tmp_path, Notes=long, What_to_do="Ask Bob first."))
    notes = [str(row.cells["Notes"]) for row in report.carried.rows if row.cells.get("Notes")]
    assert "".join(notes) == f"{long}\nWhat to do (December 2025): Ask Bob first."
    assert [row.cells["What we see"] for row in report.carried.rows if not row.rule] == ["Notes carried over R07"]


@pytest.mark.parametrize(("first", "month", "count"), [("2026-01", "2026-01", 1), ("2025-11", "2026-02", 4)])
def test_months_open_counts_the_first_one(first: str, month: str, count: int) -> None:
    assert months_open(first, month) == count


@pytest.mark.thorough
def test_the_workbook_that_is_read_is_not_changed(tmp_path: Path) -> None:
    path = first_written(tmp_path)
    before = path.read_bytes()
    read_previous(path)
    assert path.read_bytes() == before


def test_a_workbook_of_somebody_else_is_refused_in_a_sentence(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(TemplateError, match="no monthly report of this program"):
        read_previous(tmp_path / "other.xlsx")


# ---- restatement and signatures


@pytest.mark.thorough
def test_nothing_restated_is_said(tmp_path: Path) -> None:
    report = report_of(25, read_previous(first_written(tmp_path)))
    assert report.restated
    assert told(report.restated).startswith("Nothing changed: December 2025 opens as it closed")


@pytest.mark.thorough
def test_a_month_that_is_another_now_is_told_by_customer(tmp_path: Path) -> None:
    previous = read_previous(first_written(tmp_path))
    name = next(name for name, row in TABLE.items() if row[23] is not None and row[24] is not None)
    changed = {n: [*row[:23], 12_345, *row[24:]] if n == name else row for n, row in TABLE.items()}
    report = report_of(25, previous, changed)
    assert report.restated
    before = (TABLE[name][23] or 0) / 100
    assert [(d.name, d.before, d.now) for d in report.restated.differences] == [(name, before, 123.45)]
    assert told(report.restated).startswith("RESTATED: December 2025 closed at ")
    assert told(report.restated).endswith(" 1 customer differs.")
    path = written(report, tmp_path)
    banner = openpyxl.load_workbook(path, data_only=True)["Summary"]["B3"].value
    assert banner == "Checks: all pass. RESTATED since the last file, see Restatement"
    assert compare(cached(path), recalc_ironcalc(path)) == []


@pytest.mark.thorough
def test_the_customers_of_an_earlier_file_are_read_only_where_they_differ(tmp_path: Path) -> None:
    path = first_written(tmp_path)
    now = report_of(25).facts
    assert read_previous(path, partial(closes_as, now)).closings == {}
    later = replace(now, pairs=now.pairs[1:], customers=(now.customers or ())[1:])
    active = [row[23] for row in TABLE.values() if row[23] is not None]
    assert len(read_previous(path, partial(closes_as, later)).closings) == len(active)


@pytest.mark.thorough
def test_other_definitions_are_told(tmp_path: Path) -> None:
    previous = read_previous(first_written(tmp_path))
    report = report_of(25)
    settings = load_settings(None, "recurring")
    items = tuple(replace(i, value=0.5) if i.key == "policy.margin" else i for i in settings.items)
    other = build_report(report.facts, replace(settings, items=items), SOURCE, previous)
    assert other.restated
    said = "CHANGED: definitions or settings are not those of the file of December 2025 (policy.margin was 1, is 0.5)."
    assert told(other.restated) == said
    path = written(other, tmp_path)
    book = openpyxl.load_workbook(path, data_only=True)
    banner = "Checks: all pass. DEFINITIONS CHANGED since the last file, see Restatement"
    assert (book["Summary"]["B3"].value, book["Restatement"]["B6"].value) == (banner, said)
    assert compare(cached(path), recalc_ironcalc(path)) == []


@pytest.mark.thorough
def test_a_month_before_the_last_file_s_own_that_is_another_now_is_named(tmp_path: Path) -> None:
    previous = read_previous(first_written(tmp_path))
    name = next(n for n, row in TABLE.items() if all(row[i] is not None for i in (18, 19, 20)))
    changed = {n: [*row[:19], (row[19] or 0) + 7_00, *row[20:]] if n == name else row for n, row in TABLE.items()}
    report = report_of(25, previous, changed)
    assert report.restated
    assert not report.restated.differences
    said = "RESTATED: movements of August 2025; September 2025 are not those of the last file."
    assert told(report.restated) == said
    path = written(report, tmp_path)
    banner = openpyxl.load_workbook(path, data_only=True)["Summary"]["B3"].value
    assert banner == "Checks: all pass. RESTATED since the last file, see Restatement"


@pytest.mark.thorough
def test_targets_of_a_table_are_data_of_their_months(tmp_path: Path) -> None:
    def with_target(report: Report, value: float, previous: Previous | None) -> Report:
        targets = Supporting(targets=(MonthTarget(report.month, "crr", value),))
        return build_report(replace(report.facts, supporting=targets), report.settings, SOURCE, previous)

    first = with_target(report_of(24), 0.9, None)
    report = with_target(report_of(25), 0.95, read_previous(written(first, tmp_path)))
    assert report.restated
    assert told(report.restated).startswith("Nothing changed")


@pytest.mark.thorough
def test_last_month_s_signatures_are_a_record_and_not_this_month_s(tmp_path: Path) -> None:
    path = first_written(tmp_path)
    book = openpyxl.load_workbook(path)
    for name, value in (("prepared_by", "Ann"), ("reviewed_by", "Bob"), ("signed_on", date(2026, 1, 5))):
        book["Tie-out"][book.defined_names[f"rx_{name}"].attr_text.split("!")[1].replace("$", "")] = value
    book.save(path)
    path = written(report_of(25, read_previous(path)), tmp_path)
    latest = read_previous(path)
    assert [(s.month, s.prepared_by, s.reviewed_by, s.signed_on) for s in latest.sign_offs] == [
        ("2025-12", "Ann", "Bob", date(2026, 1, 5))
    ]
