"""What a person types anywhere in a month's workbook is in the next one: in its place, or on the sheet Kept."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment

from retention_xl.report.build import build_report
from retention_xl.report.previous import Previous, read_previous
from retention_xl.report.settings import load_settings
from retention_xl.report.sheets import kept
from retention_xl.report.template import template_path
from retention_xl.report.typed import Typed
from retention_xl.report.write import write_report

from .engines import cached, compare, libreoffice_convert, recalc_formualizer, recalc_ironcalc
from .small_facts import Row
from .test_carry_over import SOURCE, first_written, report_of, written


def edited(folder: Path, edit: Callable[[Any], None], months: int = 24) -> Previous:
    """Last month's file after somebody edited it."""
    path = first_written(folder, months)
    book = openpyxl.load_workbook(path)
    edit(book)
    book.save(path)
    return read_previous(path)


def places(previous: Previous) -> list[tuple[str, str, str]]:
    return [(typed.sheet, typed.cell, typed.text) for typed in previous.typed]


def listed(path: Path) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(path, read_only=True)["Kept"]
    return [row[1:6] for row in sheet.iter_rows(min_row=7, values_only=True)]


def all_texts(path: Path) -> str:
    """Every cell of the visible sheets."""
    book = openpyxl.load_workbook(path, read_only=True)
    rows = (row for sheet in book if sheet.title != "Record" for row in sheet.iter_rows(values_only=True))
    return "\n".join(str(value) for row in rows for value in row if value is not None)


# ---- what the program wrote is known again


@pytest.mark.thorough
def test_nothing_of_a_file_that_nobody_touched_was_typed(tmp_path: Path) -> None:
    previous = read_previous(first_written(tmp_path))
    assert (previous.typed, previous.own_sheets, previous.remembers) == ((), (), True)


@pytest.mark.libreoffice
def test_what_libreoffice_writes_anew_was_not_typed(tmp_path: Path, soffice: str) -> None:
    path = libreoffice_convert(first_written(tmp_path), tmp_path, soffice)
    previous = read_previous(path)
    assert (previous.typed, previous.own_sheets, previous.remembers) == ((), (), True)


@pytest.mark.thorough
def test_rows_that_were_sorted_inserted_or_moved_were_not_typed(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        movers = book["Movers"]
        top = next(row for row in range(1, 60) if movers.cell(row, 2).value == "Customer")
        rows = [[cell.value for cell in row] for row in movers.iter_rows(min_row=top + 1)]
        for number, row in enumerate(sorted(rows, key=lambda row: str(row[1])), top + 1):
            for column, value in enumerate(row, 1):
                movers.cell(number, column).value = value
        book["Bridge"].insert_rows(5, 3)
        book["Tiers"].insert_cols(2)
        book["Checks"].delete_rows(9)

    assert edited(tmp_path, edit).typed == ()


@pytest.mark.thorough
def test_formulas_that_were_replaced_by_their_results_were_not_typed(tmp_path: Path) -> None:
    path = first_written(tmp_path)
    shown = openpyxl.load_workbook(path, data_only=True)["Bridge"]
    book = openpyxl.load_workbook(path)
    for row in shown.iter_rows():
        for cell in row:
            book["Bridge"][cell.coordinate].value = cell.value
    book.save(path)
    assert read_previous(path).typed == ()


# ---- what people typed is found


def test_a_text_beside_a_table_is_found_with_sheet_and_cell(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        book["Bridge"]["AC9"] = "ask Bob"
        book["Bridge"]["AD9"] = 12.5
        book["Movers"]["L8"] = date(2026, 1, 5)

    assert places(edited(tmp_path, edit)) == [
        ("Bridge", "AC9", "ask Bob"),
        ("Bridge", "AD9", "12.5"),
        ("Movers", "L8", "2026-01-05"),
    ]


@pytest.mark.thorough
def test_a_number_in_a_list_of_thousands_of_rows_is_found(tmp_path: Path) -> None:
    table: dict[str, Row] = {f"Customer {i:04}": [1000 + i, 1000 + i, 1000 + i] for i in range(3_100)}
    path = written(report_of(3, table=table), tmp_path)
    assert read_previous(path).typed == ()
    book = openpyxl.load_workbook(path)
    book["Data customers"]["D3090"] = 17.5
    book.save(path)
    assert places(read_previous(path)) == [("Data customers", "D3090", "17.5")]


@pytest.mark.thorough
def test_a_sentence_that_was_changed_is_found(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        book["Commentary"]["C8"] = "We lost Acme to a rival."

    found = edited(tmp_path, edit).typed
    assert [(typed.cell, typed.text) for typed in found] == [("C8", "We lost Acme to a rival.")]


@pytest.mark.thorough
def test_a_formula_below_a_table_is_found_though_others_look_like_it(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        book["Bridge"]["D60"] = "=SUM(D8:D9)"

    assert places(edited(tmp_path, edit)) == [("Bridge", "D60", "=SUM(D8:D9)")]


@pytest.mark.thorough
def test_notes_on_cells_are_found(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        book["Tiers"]["C8"].comment = Comment("is this right?", "Ann")

    assert edited(tmp_path, edit).typed == (Typed("Tiers", "C8", "is this right?", "a note on the cell"),)


@pytest.mark.thorough
def test_a_sheet_of_the_program_with_another_name_is_known(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        book["Bridge"].title = "MRR bridge"

    previous = edited(tmp_path, edit)
    assert previous.own_sheets == ()
    assert places(previous) == [("MRR bridge", "", "MRR bridge")]


@pytest.mark.thorough
def test_a_file_without_a_record_gives_what_stands_outside_the_filled_areas(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        record = book["Record"]
        for row in record[record.tables["tblWritten"].ref][1:]:
            for cell in row:
                cell.value = None
        book["Bridge"]["AC9"] = "ask Bob"
        book.create_sheet("Plan")["A1"] = "mine"

    previous = edited(tmp_path, edit)
    assert places(previous) == [("Bridge", "AC9", "ask Bob")]
    assert [sheet.name for sheet in previous.own_sheets] == ["Plan"]
    assert not previous.remembers
    assert "does not say what the program wrote" in kept.told(report_of(25, previous))[-1]


# ---- and what becomes of it


@pytest.mark.thorough
def test_what_is_found_is_listed_until_its_row_is_deleted(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        book["Bridge"]["AC9"] = "ask Bob"

    report = report_of(25, edited(tmp_path, edit))
    assert kept.told(report) == ["Kept: 1 thing typed into 2025-12.xlsx (Bridge), listed on the sheet Kept."]
    row = ("December 2025", "Bridge", "AC9", "ask Bob", "typed beside what the program writes")
    path = written(report, tmp_path)
    assert listed(path) == [row]
    path = written(report_of(26, read_previous(path)), tmp_path)
    assert listed(path) == [row]
    book = openpyxl.load_workbook(path)
    book["Kept"].delete_rows(7)
    book.save(path)
    assert "Kept" not in openpyxl.load_workbook(written(report_of(27, read_previous(path)), tmp_path)).sheetnames


@pytest.mark.thorough
def test_a_month_in_which_nobody_typed_has_no_sheet_of_it(tmp_path: Path) -> None:
    report = report_of(25, read_previous(first_written(tmp_path)))
    assert kept.told(report) == []
    assert "Kept" not in openpyxl.load_workbook(written(report, tmp_path)).sheetnames


@pytest.mark.thorough
def test_a_template_without_the_list_has_all_of_it_in_the_output(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        book["Bridge"]["AC9"] = "ask Bob"

    previous = edited(tmp_path, edit)
    template = openpyxl.load_workbook(template_path("monthly"))
    del template["Kept"]
    template.save(tmp_path / "own.xlsx")
    remarks = write_report(report_of(25, previous), tmp_path / "out.xlsx", str(tmp_path / "own.xlsx"))
    assert "The template has no list tblKept, so these go on nowhere else: Bridge!AC9: ask Bob" in remarks


def own_sheet(book: Any) -> None:
    sheet = book.create_sheet("Plan")
    sheet["B2"], sheet["B3"], sheet["B4"] = "Target", 0.95, date(2026, 3, 31)
    sheet["B3"].number_format, sheet["B4"].number_format = "0.0%", "yyyy-mm-dd"
    sheet["C3"], sheet["C4"] = "=B3*2", "=Settings!$C$7"
    sheet.column_dimensions["B"].width = 30


@pytest.mark.thorough
def test_a_person_s_own_sheet_goes_on_month_after_month(tmp_path: Path) -> None:
    report = report_of(25, edited(tmp_path, own_sheet))
    assert kept.told(report)[-1] == "Kept: your own sheets of 2025-12.xlsx go on with their values: Plan."
    path = written(report, tmp_path)
    path = written(report_of(26, read_previous(path)), tmp_path)
    sheet = openpyxl.load_workbook(path)["Plan"]
    assert (sheet["B2"].value, sheet["B3"].value, sheet["B4"].value.date()) == ("Target", 0.95, date(2026, 3, 31))
    assert (sheet["B3"].number_format, sheet["B4"].number_format) == ("0.0%", "yyyy-mm-dd")
    assert sheet["C3"].value == "=B3*2"
    assert sheet.column_dimensions["B"].width == 30
    assert cached(path)["Plan", "C3"] == 1.9
    assert [row[3] for row in listed(path)] == ["C4: =Settings!$C$7"]


def other_margin(book: Any) -> None:
    sheet = book["Settings"]
    row = next(row for row in range(7, 60) if sheet.cell(row, 6).value == "policy.margin")
    sheet.cell(row, 3).value = 0.65


@pytest.mark.thorough
def test_a_setting_changed_on_the_sheet_is_told_with_its_line_for_the_settings_file(tmp_path: Path) -> None:
    previous = edited(tmp_path, other_margin)
    assert listed(written(report_of(25, previous), tmp_path))[0][3:] == (
        "0.65",
        "the setting policy.margin; this file counts with 1. "
        "To keep yours, put into the settings file: [policy] margin = 0.65",
    )


@pytest.mark.thorough
def test_a_setting_that_the_settings_file_says_now_is_not_told_again(tmp_path: Path) -> None:
    previous = edited(tmp_path, other_margin)
    settings = tmp_path / "retention.toml"
    settings.write_text("[policy]\nmargin = 0.65\n", "utf-8")
    report = build_report(report_of(25).facts, load_settings(settings, "recurring"), SOURCE, previous)
    assert kept.told(report) == []


# ---- six months of people


def type_anywhere(book: Any, draw: random.Random, marks: list[str]) -> None:
    """A month of texts, numbers, notes, formulas and sheets in all places."""

    def typed() -> str:
        marks.append(f"mark-{len(marks)}-")
        return marks[-1]

    sheets = [s for s in book if s.title not in ("Record", "Actions") and s.sheet_state == "visible" and s.max_row > 5]
    for _ in range(draw.randint(3, 6)):
        sheet = draw.choice(sheets)
        cell = sheet.cell(draw.randint(1, sheet.max_row + 3), draw.randint(1, sheet.max_column + 4))
        if any(mark in str(cell.value) for mark in marks):
            continue
        kind = draw.random()
        if kind < 0.3:
            marks.append(str(draw.randint(10**9, 10**10)))
            cell.value = int(marks[-1])
        else:
            cell.value = typed() if kind < 0.8 else f'="{typed()}"&B2'
    sheet = draw.choice(sheets)
    sheet.cell(draw.randint(1, 20), draw.randint(1, 9)).comment = Comment(typed(), "Ann")
    if draw.random() < 0.6:
        draw.choice(sheets).insert_rows(draw.randint(2, 12), draw.randint(1, 3))
    if draw.random() < 0.4:
        own = book.create_sheet(typed())
        own["C3"], own["C4"] = typed(), "=Summary!$B$2"
    sentences = [
        c for row in book["Commentary"].iter_rows() for c in row if isinstance(c.value, str) and c.value[:1] == "="
    ]
    draw.choice(sentences).value = typed()


def six_months(folder: Path, seed: int, saved: Any = lambda path: path, months: range = range(24, 30)) -> Path:
    draw, marks = random.Random(seed), list[str]()
    path = first_written(folder, months[0])
    for count in months[1:]:
        book = openpyxl.load_workbook(path)
        type_anywhere(book, draw, marks)
        book.save(path)
        path = written(report_of(count, read_previous(saved(path))), folder)
        found = all_texts(path) + "\n".join(openpyxl.load_workbook(path, read_only=True).sheetnames)
        assert [mark for mark in marks if mark not in found] == []
    return path


@pytest.mark.thorough
def test_nothing_typed_anywhere_in_six_months_is_lost(tmp_path: Path) -> None:
    path = six_months(tmp_path, 2)
    assert len(listed(path)) < 120


@pytest.mark.libreoffice
def test_nothing_typed_anywhere_is_lost_where_libreoffice_saves_the_file(tmp_path: Path, soffice: str) -> None:
    six_months(tmp_path, 7, lambda path: libreoffice_convert(path, tmp_path, soffice), range(24, 27))


@pytest.mark.thorough
def test_a_workbook_with_kept_things_calculates_the_same_in_other_engines(tmp_path: Path) -> None:
    path = written(report_of(25, edited(tmp_path, own_sheet)), tmp_path)
    shown = cached(path)
    assert compare(shown, recalc_ironcalc(path)) == []
    assert compare(shown, recalc_formualizer(path)) == []


# ---- over charts and at the edge of the paper


@pytest.mark.thorough
def test_a_title_of_a_chart_and_a_header_that_people_typed_are_listed(tmp_path: Path) -> None:
    def edit(book: Any) -> None:
        book["Bridge"]._charts[0].title = "What the auditors asked for"
        book["Tiers"].oddHeader.center.text = "Draft for the audit committee"
        book["Movers"].oddFooter.left.text = "Acme & Sons, strictly confidential"
        book["Movers"].oddFooter.left.font = "Calibri,Bold"
        book["Movers"].oddFooter.left.size = 12

    previous = edited(tmp_path, edit)
    assert {(typed.sheet, typed.text, typed.what) for typed in previous.typed} == {
        ("Bridge", "What the auditors asked for", "the title of a chart or of an axis"),
        ("Tiers", "Draft for the audit committee", "the header of the page, middle"),
        ("Movers", "Acme & Sons, strictly confidential", "the footer of the page, left"),
    }
    write_report(report_of(25, previous), tmp_path / "next.xlsx")
    assert {row[3] for row in listed(tmp_path / "next.xlsx")} == {typed.text for typed in previous.typed}


@pytest.mark.thorough
def test_a_footer_of_a_template_of_ones_own_was_not_typed(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(template_path("monthly"))
    for sheet in book.worksheets:
        sheet.oddFooter.center.text = "Acme, finance"
    book.save(tmp_path / "own.xlsx")
    write_report(report_of(24), tmp_path / "month.xlsx", str(tmp_path / "own.xlsx"))
    assert read_previous(tmp_path / "month.xlsx").typed == ()
