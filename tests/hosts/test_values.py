"""What Excel hands over becomes what the catalogue reads, and answers become cells."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from retention_xl.errors import MetricError
from retention_xl.hosts import values
from retention_xl.hosts.values import FIRST_ERROR_NUMBER, LEFT_OUT, MISSING_ARGUMENT, OMITTED, WHOLE_COLUMN
from retention_xl.metrics.cells import ErrorValue
from retention_xl.metrics.spec import CATALOGUE

CRR, NRR = CATALOGUE["CRR"], CATALOGUE["NRR"]


def test_an_argument_left_out_is_not_given() -> None:
    assert values.arguments_of(CRR, (1.0, 2.0, MISSING_ARGUMENT)) == [1.0, 2.0, None]
    assert values.arguments_of(CRR, (1.0, 2.0, OMITTED)) == [1.0, 2.0, None]
    assert values.arguments_of(CRR, (1.0, 2.0, FIRST_ERROR_NUMBER + LEFT_OUT)) == [1.0, 2.0, None]


def test_a_reference_to_an_empty_cell_is_given_and_blank() -> None:
    assert values.arguments_of(CRR, (100.0, 90.0, None)) == [100.0, 90.0, ""]
    assert values.answer(CRR, (100.0, 90.0, None)) == [[0.9]]


def test_a_needed_argument_left_out_is_named() -> None:
    with pytest.raises(MetricError, match="CRR: the argument closing is missing") as caught:
        values.arguments_of(CRR, (1.0, MISSING_ARGUMENT, 2.0))
    assert caught.value.code == "#VALUE!"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (-2146826288, "#NULL!"),
        (-2146826281, "#DIV/0!"),
        (-2146826273, "#VALUE!"),
        (-2146826265, "#REF!"),
        (-2146826259, "#NAME?"),
        (-2146826252, "#NUM!"),
        (-2146826246, "#N/A"),
        (-2146826245, "#GETTING_DATA"),
        (-2146826243, "#SPILL!"),
        (-2146826242, "#CONNECT!"),
        (-2146826241, "#BLOCKED!"),
        (-2146826240, "#UNKNOWN!"),
        (-2146826239, "#FIELD!"),
        (-2146826238, "#CALC!"),
        (-2146826237, "#BUSY!"),
        (-2146826233, "#PYTHON!"),
        (-2146826000, "#UNKNOWN!"),  # an error of a later Excel is still an error
    ],
)
def test_an_error_number_is_an_error_in_every_place(number: int, code: str) -> None:
    error = ErrorValue(code)
    column = ((1.0,), (number,))
    assert values.arguments_of(CRR, (number, column, (1.0, number))) == [error, [[1.0], [error]], [1.0, error]]
    assert values.arguments_of(NRR, (column, (1.0, number))) == [[1.0, error], [1.0, error]]


@pytest.mark.parametrize("number", [-2146826246.0, 7, -3, 0, -2146829999, 2_000_000_000])
def test_other_numbers_are_numbers(number: float) -> None:
    assert values.arguments_of(CRR, (number, 1.0)) == [number, 1.0]


def test_the_kinds_of_cells_are_handed_on_as_they_are() -> None:
    cells = (1.0, None, "a", True, dt.datetime(2026, 1, 31), Decimal("1.50"))
    column = tuple((cell,) for cell in cells)
    assert values.arguments_of(CRR, (column, cells)) == [list(cells), cells]


def test_a_range_keeps_its_shape_where_the_answer_has_the_shape_of_the_range() -> None:
    block = ((100.0, 200.0), (300.0, 400.0))
    assert values.arguments_of(CRR, (block, block, 0.0))[0].shape == (2, 2)
    assert values.answer(CRR, (block, block, 0.0)) == [[1.0, 1.0], [1.0, 1.0]]
    with_a_blank = ((100.0, 200.0), (300.0, None))
    assert values.arguments_of(CRR, (with_a_blank, block, 0.0))[0] == with_a_blank
    [first, [third, last]] = values.answer(CRR, (with_a_blank, block, 0.0))
    assert (first, third, last) == ([1.0, 1.0], 1.0, ErrorValue("#DIV/0!"))


def test_a_block_of_ids_is_read_row_by_row() -> None:
    assert values.arguments_of(CRR, ((("a", "b"), ("c", "d")), (("a",),))) == [["a", "b", "c", "d"], (("a",),)]


def test_an_error_text_of_ours_is_an_error_and_not_an_id() -> None:
    text = values.marked(ErrorValue("#DIV/0!", "CRR: opening is 0."))
    column = ((text,), ("#1042",), ("#N/A",))
    first, read = values.arguments_of(CRR, (text, column))
    assert first == read[0] == ErrorValue("#DIV/0!")
    assert read[0].message == "CRR: opening is 0."
    assert read[1:] == ["#1042", "#N/A"]


@pytest.mark.thorough
def test_whole_columns_are_cut_together_after_the_last_row_in_use() -> None:
    long = (("a",), ("b",), ("c",)) + ((None,),) * (WHOLE_COLUMN - 3)
    short = (("a",),) + (("",),) * (WHOLE_COLUMN - 1)
    assert values.without_empty_tail((long, short, 5.0)) == [long[:3], short[:3], 5.0]
    assert values.answer(CRR, (long, short)) == [[pytest.approx(1 / 3)]]


def test_an_empty_whole_column_keeps_one_blank_cell() -> None:
    empty = ((None,),) * WHOLE_COLUMN
    assert values.without_empty_tail((empty,)) == [((None,),)]


def test_a_range_shorter_than_a_column_keeps_its_blank_cells() -> None:
    """The number of cells is a rule of the catalogue, so a host must not change it."""
    column = (("a",), (None,), (None,))
    assert values.without_empty_tail((column,)) == (column,)


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        (0.5, [[0.5]]),
        (3, [[3.0]]),
        (True, [[True]]),
        ("text", [["text"]]),
        (None, [[""]]),
        (Decimal("2.50"), [[2.5]]),
        ([1.0, 2.0], [[1.0], [2.0]]),
        ([[1.0, 2.0]], [[1.0, 2.0]]),
        ([["from", 1], ["to", None]], [["from", 1.0], ["to", ""]]),
        ([[1.0], [2.0, 3.0], []], [[1.0, ""], [2.0, 3.0], ["", ""]]),
        ([], [[""]]),
        ([[]], [[""]]),
        (float("nan"), [[ErrorValue("#NUM!")]]),
        ([[float("inf"), -float("inf")]], [[ErrorValue("#NUM!"), ErrorValue("#NUM!")]]),
        (dt.date(2026, 10, 31), [[dt.date(2026, 10, 31)]]),
        ([ErrorValue("#N/A"), 1.0], [[ErrorValue("#N/A")], [1.0]]),
    ],
)
def test_an_answer_becomes_equally_long_rows_of_cells(answer: object, rows: list[list[object]]) -> None:
    assert values.rows_of(answer) == rows


def test_whole_numbers_leave_as_floats_so_that_none_can_be_taken_for_an_error() -> None:
    assert [type(cell) for cell in values.rows_of([1, True])[0]] == [float]
    assert type(values.rows_of([[1, True]])[0][1]) is bool


def test_a_refusal_is_a_cell_that_names_the_reason() -> None:
    [[error]] = values.answer(CRR, (0.0, 1.0, 1.0))
    assert error == ErrorValue("#DIV/0!")
    assert error.message.startswith("CRR: opening is 0")


def test_a_failure_of_our_own_is_an_error_that_says_so(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        name = "BROKEN"
        parameters = ()

        @staticmethod
        def function() -> float:
            raise KeyError("lost")

    [[error]] = values.answer(Broken, ())  # type: ignore[arg-type]
    assert error == ErrorValue("#VALUE!")
    assert "BROKEN: an error of retention_xl itself" in error.message
    assert "lost" in caplog.text


def test_only_in_an_array_a_text_is_cut_to_what_an_array_carries() -> None:
    long = "x" * 300
    assert values.encode([[long]], values.marked, str) == [[long]]
    [[cut, short]] = values.encode([[long, "y"]], values.marked, str)
    assert (len(cut), cut[-2:], short) == (255, "x…", "y")


def test_errors_and_dates_are_written_as_the_host_wants_them() -> None:
    rows = [[ErrorValue("#N/A", "CRR: none yet."), dt.date(2026, 1, 2), 1.0, ""]]
    assert values.encode(rows, lambda error: error.code, dt.date.isoformat) == [["#N/A", "2026-01-02", 1.0, ""]]
