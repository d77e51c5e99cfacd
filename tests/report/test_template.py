"""The contract of a template: what is bound, what is wrong, and where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from retention_xl.errors import TemplateError
from retention_xl.report.cells import Block, Contents, List, Single
from retention_xl.report.package import Area, Package
from retention_xl.report.template import bind, check_template, shipped_templates, template_path

from .sample_templates import add_table, define, repacked, replace_in

CONTENTS = Contents(
    {"rx_month": Single("2024-06"), "rx_crr": Single(0.9)},
    {"rx_bridge": Block(2, 2, lambda at: [])},
    {"tblMovers": List(("id", "name", "amount"), 0, lambda at: [])},
)


@pytest.fixture
def book() -> Workbook:
    """A template without a fault: rx_month, rx_bridge and tblMovers."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Report"
    for row in range(1, 21):
        for column in range(1, 4):
            sheet.cell(row, column)
    for row, values in enumerate((["id", "name", "amount"], ["a", "b", 1], ["c", "d", 2]), 20):
        for column, value in enumerate(values, 1):
            sheet.cell(row, column, value)
    add_table(sheet, "tblMovers", "A20:C22", ["id", "name", "amount"])
    define(book, rx_month="Report!$A$1", rx_bridge="Report!$B$11:$C$12")
    return book


def findings(
    book: Workbook, tmp_path: Path, contents: Contents = CONTENTS, required: tuple[str, ...] = ()
) -> list[str]:
    book.save(tmp_path / "template.xlsx")
    return [str(finding) for finding in check_template(tmp_path / "template.xlsx", contents, required).findings]


def test_a_sound_template_has_nothing_to_say_and_lists_what_it_leaves_out(book: Workbook, tmp_path: Path) -> None:
    assert findings(book, tmp_path) == []
    binding = bind(Package(tmp_path / "template.xlsx"), CONTENTS)
    assert binding.singles == {"rx_month": Area("Report", 1, 1, 1, 1)}
    assert binding.blocks == {"rx_bridge": Area("Report", 11, 2, 12, 3)}
    assert binding.lists["tblMovers"].body == Area("Report", 21, 1, 22, 3)
    assert binding.unused == ("rx_crr",)


def test_names_are_bound_whatever_their_case(book: Workbook, tmp_path: Path) -> None:
    book.defined_names["RX_Crr"] = DefinedName("RX_Crr", attr_text="Report!$A$2")
    assert findings(book, tmp_path) == []


def test_an_unknown_name_is_an_error_with_its_cell_and_the_nearest_right_one(book: Workbook, tmp_path: Path) -> None:
    define(book, rx_mounth="Report!$B$2", other_name="Report!$B$3")
    (said,) = findings(book, tmp_path)
    assert said.startswith(
        "TPL010 error: Report!B2: the name 'rx_mounth' is not one of the report's; did you mean 'rx_m"
    )


def test_an_unknown_table_is_an_error_with_its_place(book: Workbook, tmp_path: Path) -> None:
    book.active["E1"], book.active["F1"] = "x", "y"
    add_table(book.active, "tblMover", "E1:F3", ["x", "y"])
    (said,) = findings(book, tmp_path)
    assert said.startswith(
        "TPL010 error: Report!E1:F3: the table 'tblMover' is not one of the report's; did you mean 'tblM"
    )


def test_a_user_s_own_table_is_left_alone(book: Workbook, tmp_path: Path) -> None:
    book.active["E1"], book.active["F1"] = "x", "y"
    add_table(book.active, "Prices", "E1:F3", ["x", "y"])
    assert findings(book, tmp_path) == []


def test_a_required_name_that_is_missing_is_an_error(book: Workbook, tmp_path: Path) -> None:
    (said,) = findings(book, tmp_path, required=("rx_crr", "rx_month", "tblMovers"))
    assert said == "TPL020 error: 'rx_crr' is missing (Formulas > Name Manager > New)."


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("#REF!", "TPL011 error: the name 'rx_crr' is broken"),
        ("Report!$A$2:$A$3", "TPL012 error: Report!A2:A3: 'rx_crr' takes one value and must name one cell, not 2 x 1."),
        ("OFFSET(Report!$A$2,0,0)", "TPL015 error: the name 'rx_crr' must be one cell or one area of cells"),
        ("Report!$A$2,Report!$A$4", "TPL015 error"),
        ("Nowhere!$A$2", "TPL015 error"),
        ("Report!$B$11", "TPL016 error: Report!B11: 'rx_crr' lies in the place of 'rx_bridge'."),
        ("Report!$A$22", "TPL016 error: Report!A22: 'rx_crr' lies in the place of 'tblMovers'."),
    ],
)
def test_a_value_s_name_must_be_one_free_cell(book: Workbook, tmp_path: Path, place: str, said: str) -> None:
    define(book, rx_crr=place)
    (found,) = findings(book, tmp_path)
    assert found.startswith(said)


def test_a_merged_cell_is_one_cell(book: Workbook, tmp_path: Path) -> None:
    book.active.merge_cells("A2:C2")
    define(book, rx_crr="Report!$A$2:$C$2")
    assert findings(book, tmp_path) == []


def test_a_name_limited_to_a_sheet_is_an_error(book: Workbook, tmp_path: Path) -> None:
    book.active.defined_names["rx_crr"] = DefinedName("rx_crr", attr_text="Report!$A$2")
    (found,) = findings(book, tmp_path)
    assert found.startswith("TPL014 error: Report: the name 'rx_crr' is limited to this sheet")


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Report!$B$11", "TPL013 error: Report!B11: 'rx_bridge' takes a block and must name at least 2 x 2 cells"),
        ("Report!$B$11:$C$11", "TPL013 error"),
        ("Report!$A$11:$B$12", "TPL013 error: Report!A11:B12: 'rx_bridge' needs a row for headings above and a column"),
        ("Report!$B$1:$C$2", "TPL013 error"),
    ],
)
def test_a_block_is_two_by_two_with_room_for_headings_and_labels(
    book: Workbook, tmp_path: Path, place: str, said: str
) -> None:
    define(book, rx_month="Report!$A$5", rx_bridge=place)
    (found,) = findings(book, tmp_path)
    assert found.startswith(said)


@pytest.mark.parametrize(
    ("merge", "place"), [("B12:C12", "rx_bridge"), ("A21:B21", "tblMovers"), ("E22:F23", "tblMovers")]
)
def test_merged_cells_across_what_grows_are_an_error(book: Workbook, tmp_path: Path, merge: str, place: str) -> None:
    book.active.merge_cells(merge)
    (found,) = findings(book, tmp_path)
    assert found.startswith(f"TPL024 error: Report!{merge}: merged cells")
    assert place in found


def test_two_that_would_grow_into_each_other_are_an_error(book: Workbook, tmp_path: Path) -> None:
    define(book, rx_bridge="Report!$B$19:$C$20")
    assert [found[:12] for found in findings(book, tmp_path)] == ["TPL016 error"]


def test_cells_beside_a_list_are_an_error(book: Workbook, tmp_path: Path) -> None:
    book.active["E21"], book.active["F22"], book.active["E20"] = "note", "note", "beside the headings is no harm"
    (found,) = findings(book, tmp_path)
    assert found.startswith(
        "TPL026 error: Report!E21: this and 1 more cells stand beside 'tblMovers', whose rows grow."
    )


def test_a_heading_that_was_mistyped_is_an_error_and_a_column_of_the_user_s_own_is_not(
    book: Workbook, tmp_path: Path
) -> None:
    book.active["C20"] = "amonut"
    book.active.tables["tblMovers"].tableColumns[2].name = "amonut"
    (found,) = findings(book, tmp_path)
    assert (
        found
        == "TPL021 error: Report!C20: 'tblMovers' has a column 'amonut'; the report's is 'amount'. Rename one of them."
    )
    book.active["C20"] = "my notes"
    book.active.tables["tblMovers"].tableColumns[2].name = "my notes"
    assert findings(book, tmp_path) == []


def test_a_list_without_any_known_column_is_an_error(book: Workbook, tmp_path: Path) -> None:
    contents = replace(CONTENTS, lists={"tblMovers": List(("owner", "due"), 0, lambda at: [])})
    (found,) = findings(book, tmp_path, contents)
    assert found == "TPL021 error: Report!A20:C22: 'tblMovers' has none of the report's columns: owner, due."


def test_a_list_that_hides_its_headings_is_an_error(book: Workbook, tmp_path: Path) -> None:
    book.active.tables["tblMovers"].headerRowCount = 0
    (found,) = findings(book, tmp_path)
    assert found.startswith("TPL021 error: Report!A20:C22: the table 'tblMovers' hides its headings")


def test_one_sample_row_is_a_warning(book: Workbook, tmp_path: Path) -> None:
    book.active.tables["tblMovers"].ref = "A20:C21"
    book.active.tables["tblMovers"].autoFilter.ref = "A20:C21"
    (found,) = findings(book, tmp_path)
    assert found.startswith("TPL022 warning: Report!A20:C21: 'tblMovers' has one sample row; keep two")


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("=#REF!+1", "TPL030 warning: Report!B5: the formula refers to deleted cells"),
        ("=[1]Other!A1", "TPL031 warning: Report!B5: the formula refers to another workbook"),
        ("=SUBTOTAL(109,[amount])", "TPL027 warning: Report!B5: a structured reference without its table's name"),
    ],
)
def test_formulas_that_will_not_work_are_warnings(book: Workbook, tmp_path: Path, formula: str, said: str) -> None:
    book.active["B5"] = formula
    (found,) = findings(book, tmp_path)
    assert found.startswith(said)


@pytest.mark.parametrize(
    "formula", ["=SUM(tblMovers[amount])", '=TEXT(1,"[amount]")', "=tblMovers[[#Totals],[amount]]"]
)
def test_sound_structured_references_are_no_warning(book: Workbook, tmp_path: Path, formula: str) -> None:
    book.active["B5"] = formula
    assert findings(book, tmp_path) == []


def test_macros_and_links_are_warnings(book: Workbook, tmp_path: Path) -> None:
    findings(book, tmp_path)
    template = tmp_path / "template.xlsx"
    repacked(template, lambda p: p.update({"xl/vbaProject.bin": b"", "xl/externalLinks/externalLink1.xml": b"<x/>"}))
    assert [finding.code for finding in check_template(template, CONTENTS).findings] == ["TPL041", "TPL042"]


def test_names_on_a_sheet_that_is_left_out_are_not_asked_for(book: Workbook, tmp_path: Path) -> None:
    book.create_sheet("Cohorts")
    define(book, rx_cohorts="Cohorts!$B$2:$C$3")
    assert [found[:6] for found in findings(book, tmp_path)] == ["TPL010"]
    assert findings(book, tmp_path, replace(CONTENTS, drop_sheets=["Cohorts"])) == []


def test_a_file_with_sheets_in_another_place_is_read(book: Workbook, tmp_path: Path) -> None:
    """Producers other than Excel write targets with and without a leading slash."""
    book.save(tmp_path / "template.xlsx")

    def relative(parts: dict[str, bytes]) -> None:
        replace_in(parts, "xl/_rels/workbook.xml.rels", '"/xl/worksheets/', '"worksheets/')

    repacked(tmp_path / "template.xlsx", relative)
    assert bind(Package(tmp_path / "template.xlsx"), CONTENTS).singles == {"rx_month": Area("Report", 1, 1, 1, 1)}


# ---- finding templates


def test_a_shipped_template_is_found_by_its_name() -> None:
    assert template_path("monthly").name == "monthly.xlsx"
    assert template_path("monthly").is_file()
    assert set(shipped_templates()) >= {"monthly"}


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    assert template_path(tmp_path / "my own.xlsx") == tmp_path / "my own.xlsx"


def test_a_name_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(TemplateError, match=r"no template 'montly'; did you mean 'monthly'\? Shipped are .*monthly"):
        template_path("montly")
