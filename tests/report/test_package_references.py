"""References in formulas, one by one."""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import strategies

from retention_xl.report.package.references import Removal, Resize, Widening, filled_down, translated

ROWS = Resize("Data", "rows", 4, 5, 10)  # two sample rows become ten
COLUMNS = Resize("Data", "columns", 3, 5, 12, (4, 6))  # C:E of rows 4 to 6 become C:N


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SUM(Data!C4:C5)", "SUM(Data!C4:C13)"),
        ("SUM('Data'!$C$4:$C$5)*2", "SUM('Data'!$C$4:$C$13)*2"),
        ("data!c4:c5", "data!C4:C13"),
        ("Data!C4", "Data!C4"),
        ("Data!C5", "Data!C13"),
        ("Data!C6+Data!C3", "Data!C14+Data!C3"),
        ("SUM(Data!C3:C6)", "SUM(Data!C3:C14)"),
        ("SUM(Data!C1:C4)", "SUM(Data!C1:C4)"),
        ("Data!C4:Data!C5", "Data!C4:C13"),
        ("SUM(Data!C:C)", "SUM(Data!C:C)"),
        ("SUM(Data!$4:$5)", "SUM(Data!$4:$13)"),
        ("SUM(Other!C4:C5)", "SUM(Other!C4:C5)"),
        ("C4+C5", "C4+C5"),  # on another sheet
        ('"Data!C5"&Data!C5', '"Data!C5"&Data!C13'),
        ("tblX[C5]+Data!C5", "tblX[C5]+Data!C13"),
        ("tblX[[#This Row],[Data!C5]]", "tblX[[#This Row],[Data!C5]]"),
        ("[1]Data!C5+Data!C5", "[1]Data!C5+Data!C13"),
        ("'[book.xlsx]Data'!C5", "'[book.xlsx]Data'!C5"),
        ("Jan:Data!C5", "Jan:Data!C5"),
        ("Data!LOG10(Data!C5)", "Data!LOG10(Data!C13)"),
        ("Data!C5.x+C5x+xC5+_C5", "Data!C5.x+C5x+xC5+_C5"),
        ("Data!TAX2024", "Data!TAX2032"),  # a cell, as Excel reads it
        ("Data!XFE5", "Data!XFE5"),  # right of the last column: a name
        ("1E5+2.5E10+Data!C5", "1E5+2.5E10+Data!C13"),
        ('IF(Data!C5>=0,"it\'s",Data!C4:C5)', 'IF(Data!C13>=0,"it\'s",Data!C4:C13)'),
    ],
)
def test_a_formula_elsewhere_follows_rows(before: str, after: str) -> None:
    assert ROWS.formula(before, "Elsewhere") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SUM(C4:E4)", "SUM(C4:N4)"),
        ("SUM(Data!C4:E6)", "SUM(Data!C4:N6)"),
        ("SUM($B$1:$E$60)", "SUM($B$1:$N$60)"),  # meets the block's rows and ends with it
        ("E5", "N5"),
        ("C5+D5", "C5+D5"),
        ("E3+E7", "E3+E7"),  # above and below the block
        ("SUM(C8:E9)", "SUM(C8:E9)"),
        ("F5", "F5"),  # nothing right of a block moves
        ("SUM(C:E)", "SUM(C:N)"),
        ("SUM(4:6)", "SUM(4:6)"),
    ],
)
def test_a_formula_on_the_sheet_follows_columns_of_a_block(before: str, after: str) -> None:
    assert COLUMNS.formula(before, "Data") == after


def test_a_list_that_shrinks_keeps_its_references_valid() -> None:
    shrunk = Resize("Data", "rows", 4, 9, 1)
    assert shrunk.formula("SUM(Data!C4:C9)+Data!C6+Data!C9+Data!C10", None) == "SUM(Data!C4:C4)+Data!C4+Data!C4+Data!C5"


def test_a_sheet_s_name_with_an_apostrophe_is_found() -> None:
    assert Resize("Bri'dge", "rows", 1, 2, 5).formula("SUM('Bri''dge'!A1:A2)", None) == "SUM('Bri''dge'!A1:A5)"


def test_a_reference_to_a_removed_sheet_becomes_ref() -> None:
    gone = Removal("Gone sheet")
    assert gone.formula("SUM('Gone sheet'!A1:B2)+Kept!A1+'gone sheet'!C3", None) == "SUM(#REF!)+Kept!A1+#REF!"


@pytest.mark.parametrize(
    ("formula", "rows", "columns", "moved"),
    [
        ("A1+$A$1+A$1+$A1", 2, 3, "D3+$A$1+D$1+$A3"),
        ("SUM(Data!B2:C3,$5:6,A:$B)", 1, 1, "SUM(Data!C3:D4,$5:7,B:$B)"),
        ("A1", -1, 0, "#REF!"),
        ("XFD1", 0, 1, "#REF!"),
        ('tbl[a]&"A1"', 5, 5, 'tbl[a]&"A1"'),
    ],
)
def test_a_formula_is_filled_down_and_right(formula: str, rows: int, columns: int, moved: str) -> None:
    assert translated(formula, rows, columns) == moved


@pytest.mark.parametrize(
    "formula", ["A1+$A$1+A$1+$A1", "SUM(Data!B2:C3,$5:6,A:$B)", "1+2", "tbl[a]*B7", "'x y'!C4&\"B7\""]
)
@pytest.mark.parametrize("rows", [0, 1, 199_999])
def test_filling_down_fast_says_the_same(formula: str, rows: int) -> None:
    assert filled_down(formula)(rows) == translated(formula, rows, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [("SUM(C4:E6)", "SUM(C4:F6)"), ("SUM(E4:E6)", "SUM(E4:E6)"), ("E5", "E5"), ("SUM(B1:E60)", "SUM(B1:F60)")],
)
def test_a_column_added_behind_the_last_leaves_the_last_one_s_total_alone(before: str, after: str) -> None:
    assert Widening("Data", 5, (4, 6)).formula(before, "Data") == after


ROW_NUMBERS, COLUMN_LETTERS = strategies.integers(1, 40), strategies.sampled_from("ABCDEFGH")
CELLS = strategies.builds(lambda column, row: f"{column}{row}", COLUMN_LETTERS, ROW_NUMBERS)


@hypothesis.given(first=strategies.integers(1, 30), count=strategies.integers(2, 500), reference=CELLS)
def test_a_list_of_two_that_grows_and_shrinks_back_leaves_every_reference(
    first: int, count: int, reference: str
) -> None:
    grown = Resize("S", "rows", first, first + 1, count).formula(f"{reference}+SUM({reference}:H60)", "S")
    back = Resize("S", "rows", first, first + count - 1, 2).formula(grown, "S")
    assert back == f"{reference}+SUM({reference}:H60)"


@hypothesis.given(
    first=strategies.integers(1, 30),
    sample=strategies.integers(1, 9),
    count=strategies.integers(1, 60),
    row=ROW_NUMBERS,
)
def test_cells_keep_their_order_and_stay_in_their_body(first: int, sample: int, count: int, row: int) -> None:
    change = Resize("S", "rows", first, first + sample - 1, count)
    inside = first <= row < first + sample
    moved = change.start(row)
    assert moved <= change.start(row + 1)
    assert (first <= moved < first + count) == inside
    assert moved - row == (0 if row < first else count - sample) or inside
