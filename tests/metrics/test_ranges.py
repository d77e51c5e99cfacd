"""Every function with every kind of input: one table of rules, not function by function.

The arguments of each function's own worksheet example are changed in one place at a time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import chain
from typing import Any

import pytest

import retention_xl as rx
from retention_xl import CATALOGUE, ErrorValue, MetricError
from retention_xl.metrics.spec import SINGLE_KINDS, FunctionSpec, Parameter

from .worksheet_examples import arguments_of

# Values for optional arguments that the examples leave out and that have no default to stand for them.
OPTIONAL: dict[tuple[str, str], Any] = {
    ("CHURN_RATE", "new_customers"): 15,
    ("DRR", "tier_edges"): [[20], [75]],
    ("MRR_BRIDGE", "known_before"): [[True], [False], [True]],
    ("COHORT", "amounts"): [[10], [20], [30]],
    ("CLTV", "max_periods"): 60,
    ("CLTV_SBG", "renewals_made"): 2,
    ("CHURN_REASONS", "amounts"): [[30], [20], [10]],
}


def all_arguments(name: str) -> list[Any]:
    """The arguments of the function's example and, for every optional one that it leaves out, a value."""
    arguments = arguments_of(name)
    for parameter in CATALOGUE[name].parameters[len(arguments) :]:
        value = OPTIONAL.get((name, parameter.name), parameter.default)
        assert value is not None, f"OPTIONAL has nothing for {parameter.name} of {name}"
        arguments.append(value)
    return arguments


def kind_here(parameter: Parameter) -> str:
    """The parameter's kind in a call with all arguments, where counts or ids are counts."""
    return "number" if parameter.kind == "count or ids" else parameter.kind


def places(*kinds: str) -> pytest.MarkDecorator:
    """A test for every argument of these kinds of every function."""
    return pytest.mark.parametrize(
        ("name", "position"),
        [
            pytest.param(name, position, id=f"{name}-{parameter.name}")
            for name, spec in CATALOGUE.items()
            for position, parameter in enumerate(spec.parameters)
            if kind_here(parameter) in kinds
        ],
    )


LISTS = ("ids", "numbers", "series")
COLUMNS = (
    "column of ids",
    "column of texts",
    "column of dates",
    "column of flags",
    "column of amounts",
    "column of numbers",
)
NUMBERS = ("numbers", "series", "params", "column of amounts", "column of numbers")
EVERY_KIND = (*SINGLE_KINDS, *LISTS, *COLUMNS, "params", "table")


def answer(spec: FunctionSpec, arguments: list[Any]) -> Any:
    """The answer, an error as a whole as its ErrorValue."""
    try:
        return spec.function(*arguments)
    except MetricError as error:
        assert str(error).startswith(f"{spec.name}: "), error
        return ErrorValue(error.code, str(error))


def changed(arguments: list[Any], position: int, value: Any) -> list[Any]:
    return [*arguments[:position], value, *arguments[position + 1 :]]


def with_cell(argument: Any, cell: Any, row: int = -1) -> Any:
    """The argument with another last cell, or another last cell of a row; a single cell becomes it."""
    if not isinstance(argument, list):
        return cell
    rows = [list(cells) for cells in argument]
    rows[row][-1] = cell
    return rows


def cells_in(argument: Any) -> list[Any]:
    return list(chain.from_iterable(argument)) if isinstance(argument, list) else [argument]


def setting(name: str, position: int) -> tuple[FunctionSpec, list[Any], Any]:
    spec, arguments = CATALOGUE[name], all_arguments(name)
    return spec, arguments, arguments[position]


@places(*EVERY_KIND)
def test_an_error_in_a_cell_is_the_answer(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    for code in ("#REF!", "#N/A", "#SPILL!"):
        assert answer(spec, changed(arguments, position, with_cell(argument, ErrorValue(code)))) == ErrorValue(code)


@places("number", "date", "flag", "column of dates", "column of flags", "table", *NUMBERS)
def test_text_where_something_else_belongs_is_value(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    for text in ("n/a", "12", " ", "31.12.2026"):
        met = answer(spec, changed(arguments, position, with_cell(argument, text)))
        assert met == ErrorValue("#VALUE!"), text
        assert spec.parameters[position].name in met.message


@places("choice")
def test_a_word_that_is_no_choice_is_value_and_letter_case_does_not_count(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    met = answer(spec, changed(arguments, position, "n/a"))
    assert met == ErrorValue("#VALUE!")
    assert f"is none of {', '.join(spec.parameters[position].choices)}" in met.message
    for spelled in (argument.upper(), f" {argument}", ""):
        assert answer(
            spec, changed(arguments, position, spelled if argument == spec.parameters[position].default else argument)
        ) == answer(spec, arguments)


@places("number", "date", "column of dates", "table", *NUMBERS)
def test_a_flag_where_a_number_or_date_belongs_is_value(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    assert answer(spec, changed(arguments, position, with_cell(argument, True))) == ErrorValue("#VALUE!")


@places("number", "table", *NUMBERS)
def test_a_date_where_a_number_belongs_is_value(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    day = with_cell(argument, dt.date(2026, 1, 1))
    assert answer(spec, changed(arguments, position, day)) == ErrorValue("#VALUE!")


@places("number", "column of amounts", "params")
def test_what_is_no_number_of_finite_size_is_num(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    for number in (float("inf"), float("-inf")):
        assert answer(spec, changed(arguments, position, with_cell(argument, number))) == ErrorValue("#NUM!")


@places("number", *NUMBERS)
def test_other_types_of_numbers_give_the_same_answer(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    cell = cells_in(argument)[-1]
    for other in (Decimal(repr(cell)), Fraction(repr(cell)), float(cell)):
        assert answer(spec, changed(arguments, position, with_cell(argument, other))) == answer(spec, arguments)


@places("date", "column of dates")
def test_a_date_in_any_of_its_forms_gives_the_same_answer(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    serial = cells_in(argument)[0]
    day = dt.date(1899, 12, 30) + dt.timedelta(days=serial)
    forms = [day, dt.datetime.combine(day, dt.time(23, 59)), day.isoformat(), float(serial), serial + 0.75]
    for form in forms:
        assert answer(spec, changed(arguments, position, with_cell(argument, form, 0))) == answer(spec, arguments), form
    for never in (-1, 60, 3e6):
        met = answer(spec, changed(arguments, position, with_cell(argument, never, 0)))
        assert met == ErrorValue("#NUM!"), never


@places(*EVERY_KIND)
def test_any_blank_is_the_same_blank(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    empty_text = answer(spec, changed(arguments, position, with_cell(argument, "")))
    nothing = with_cell(argument, None) if isinstance(argument, list) else [[None]]
    assert answer(spec, changed(arguments, position, nothing)) == empty_text


@places("number", "column of amounts")
def test_a_blank_number_is_0(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    blank = answer(spec, changed(arguments, position, with_cell(argument, "")))
    assert blank == answer(spec, changed(arguments, position, with_cell(argument, 0)))


@places("date")
def test_a_blank_date_is_value_or_for_an_optional_one_not_given(name: str, position: int) -> None:
    spec, arguments, _ = setting(name, position)
    blank = answer(spec, changed(arguments, position, ""))
    optional = spec.parameters[position].optional
    assert blank == (answer(spec, changed(arguments, position, None)) if optional else ErrorValue("#VALUE!"))


@places(*LISTS, *COLUMNS, "params")
def test_a_range_may_be_column_row_block_tuple_or_flat_list(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    cells = cells_in(argument)
    shapes: list[Any] = [cells, tuple(cells), [cells], [[cell] for cell in cells], tuple((cell,) for cell in cells)]
    if len(cells) % 2 == 0:
        shapes.append([cells[: len(cells) // 2], cells[len(cells) // 2 :]])
    for shape in shapes:
        assert answer(spec, changed(arguments, position, shape)) == answer(spec, arguments), shape


@places(*COLUMNS)
def test_columns_used_together_must_have_equally_many_cells(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    met = answer(spec, changed(arguments, position, [*argument, argument[-1]]))
    assert met == ErrorValue("#VALUE!")
    assert "columns used together must be equally long" in met.message


@places(*LISTS, *COLUMNS, "table", "number")
def test_rows_of_different_length_are_no_range(name: str, position: int) -> None:
    spec, arguments, _ = setting(name, position)
    met = answer(spec, changed(arguments, position, [[1, 2], [3]]))
    assert met == ErrorValue("#VALUE!")
    assert "the rows of a range must be equally long" in met.message


def works_cell_by_cell(name: str) -> bool:
    return CATALOGUE[name].spreads or bool(CATALOGUE[name].counts_with)


def single_cells(of_functions_that_spread: bool) -> pytest.MarkDecorator:
    """A test for every single cell that a function takes: of functions made of them alone, or of the others."""
    mark = places(*SINGLE_KINDS)
    names, values = mark.args
    return pytest.mark.parametrize(
        names, [one for one in values if works_cell_by_cell(one.values[0]) == of_functions_that_spread]
    )


@single_cells(of_functions_that_spread=True)
def test_a_function_of_single_cells_works_cell_by_cell(name: str, position: int) -> None:
    spec, arguments, cell = setting(name, position)
    one, error = answer(spec, arguments), ErrorValue("#REF!")
    assert answer(spec, changed(arguments, position, [[cell]])) == one  # 1 x 1 is a single cell
    assert answer(spec, changed(arguments, position, [])) == []
    if spec.spills:  # an answer that is a row: one row a cell
        assert answer(spec, changed(arguments, position, [[cell], [error]])) == [one[0], [error] * len(one[0])]
        return
    assert answer(spec, changed(arguments, position, [cell])) == [one]
    assert answer(spec, changed(arguments, position, [cell, error, cell])) == [one, error, one]
    assert answer(spec, changed(arguments, position, [[cell], [error]])) == [[one], [error]]
    assert answer(spec, changed(arguments, position, [[cell, error]])) == [[one, error]]
    assert answer(spec, changed(arguments, position, [[cell, cell], [error, cell]])) == [[one, one], [error, one]]


@single_cells(of_functions_that_spread=False)
def test_a_single_cell_of_any_other_function_takes_no_range(name: str, position: int) -> None:
    spec, arguments, cell = setting(name, position)
    met = answer(spec, changed(arguments, position, [[cell]] * 2))
    assert met == ErrorValue("#VALUE!")
    assert "one cell is wanted, not a range of 2" in met.message


TWO_SINGLE_CELLS = [
    name
    for name, spec in CATALOGUE.items()
    if works_cell_by_cell(name) and sum(parameter.kind != "params" for parameter in spec.parameters) > 1
]


@pytest.mark.parametrize("name", TWO_SINGLE_CELLS)
def test_cell_by_cell_ranges_must_have_equally_many_cells(name: str) -> None:
    spec, (first, second, *others) = CATALOGUE[name], all_arguments(name)
    met = answer(spec, [[first] * 2, [second] * 3, *others])
    assert met == ErrorValue("#VALUE!")
    assert "ranges used together must be equally long" in met.message


@places("ids", "column of ids")
def test_spelling_of_ids_does_not_count(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    spelled = [[f"\u00a0 {cell}\t".lower()] for [cell] in argument]
    respelled = answer(spec, changed(arguments, position, spelled))
    if name == "RFM":  # it lists the ids themselves
        respelled = [respelled[0], *([row[0].upper(), *row[1:]] for row in respelled[1:])]
    assert respelled == answer(spec, arguments)


@places("ids")
def test_blank_and_repeated_ids_do_not_count(name: str, position: int) -> None:
    spec, arguments, argument = setting(name, position)
    repeated = [*argument, *argument, [""], [None], [" "], [float("nan")]]
    assert answer(spec, changed(arguments, position, repeated)) == answer(spec, arguments)


SEVERAL_COLUMNS = [
    name for name, spec in CATALOGUE.items() if sum(kind_here(one) in COLUMNS for one in spec.parameters) > 1
]


@pytest.mark.parametrize("name", SEVERAL_COLUMNS)
def test_rows_that_are_blank_throughout_do_not_count(name: str) -> None:
    spec, arguments = CATALOGUE[name], all_arguments(name)
    longer = [
        [[""], *argument, [None], [""]] if kind_here(parameter) in COLUMNS else argument
        for parameter, argument in zip(spec.parameters, arguments, strict=True)
    ]
    assert answer(spec, longer) == answer(spec, arguments)


@pytest.mark.parametrize("name", CATALOGUE)
def test_arguments_left_out_and_none_are_the_same(name: str) -> None:
    spec, arguments = CATALOGUE[name], arguments_of(name)
    missing = len(spec.parameters) - len(arguments)
    assert answer(spec, [*arguments, *[None] * missing]) == answer(spec, arguments)
    by_name = dict(zip((parameter.name for parameter in spec.parameters), all_arguments(name), strict=True))
    assert spec.function(**by_name) == answer(spec, all_arguments(name))


@pytest.mark.parametrize("name", CATALOGUE)
def test_inputs_are_not_changed(name: str) -> None:
    arguments = all_arguments(name)
    CATALOGUE[name].function(*arguments)
    assert arguments == all_arguments(name)


def test_wrong_use_from_python_is_a_type_error() -> None:
    with pytest.raises(TypeError, match=r"crr\(\) takes 3 arguments, not 4"):
        rx.crr(1, 2, 3, 4)
    with pytest.raises(TypeError, match=r"crr\(\) needs the argument closing"):
        rx.crr(1)
    with pytest.raises(TypeError, match=r"crr\(\) has no argument closed"):
        rx.crr(1, 2, closed=3)
    with pytest.raises(TypeError, match=r"crr\(\) got opening twice"):
        rx.crr(1, 2, opening=3)


def test_sets_and_generators_are_lists_of_ids() -> None:
    assert rx.crr({"A", "B"}, (key for key in "BC")) == 0.5


def test_a_series_of_pandas_is_a_range() -> None:
    import pandas

    frame = pandas.DataFrame({"opening": [100.0, 50.0], "closing": [80, 0], "id": ["A", None]})
    assert rx.grr(frame["opening"], frame["closing"].astype("int64")) == pytest.approx(80 / 150)
    assert rx.crr(frame["id"], ["a"]) == 1  # None in a column of pandas is a blank
    assert rx.grr(frame[["opening"]], frame[["closing"]]) == pytest.approx(80 / 150)
    assert rx.crr(["A", pandas.NA, pandas.NaT], ["a"]) == 1
    assert rx.nps(frame["opening"].mask(frame["opening"] > 50).map(lambda score: score / 10)) == -100


def test_an_error_value_is_one_of_the_codes_of_a_cell() -> None:
    assert ErrorValue("#N/A") == ErrorValue("#N/A", "why") != ErrorValue("#REF!")
    assert {ErrorValue("#N/A"), ErrorValue("#N/A")} == {ErrorValue("#N/A")}
    assert (repr(ErrorValue("#N/A")), str(ErrorValue("#N/A"))) == ("ErrorValue('#N/A')", "#N/A")
    with pytest.raises(ValueError, match="'N/A' is not an error code"):
        ErrorValue("N/A")


def test_a_cell_of_a_spilled_answer_says_why() -> None:
    [_, refused] = rx.crr([100, 0], [105, 5], 5)
    assert refused.message == "CRR: opening is 0; there is nobody to keep or lose."


def test_an_answer_beyond_all_size_is_num() -> None:
    with pytest.raises(MetricError, match=r"^MRR: the answer is too large to be a number\.$"):
        rx.mrr(1e308, 1e-5)
    assert rx.mrr([1e308, 12], 1e-5) == [ErrorValue("#NUM!"), pytest.approx(1.2e6)]
    assert rx.sbg_survival([1e300], 1e308, 1) == [ErrorValue("#NUM!")]


def test_where_a_cell_is_refused_its_place_is_told() -> None:
    with pytest.raises(MetricError, match=r"^GRR: closing_mrr, cell 3: 'x' is not a number\.$"):
        rx.grr([1, 2, 3], [1, 2, "x"])
    with pytest.raises(MetricError, match=r"^COHORT: dates, cell 2: '2026-02-30' is not a date"):
        rx.cohort(["A", "B"], ["2026-02-28", "2026-02-30"])
    with pytest.raises(MetricError, match=r"^CRR: opening, cell 2 holds the error #N/A"):
        rx.crr(["A", ErrorValue("#N/A")], ["A"])


def test_days_before_march_1900_are_those_of_excel() -> None:
    assert rx.open_tickets([1], [""], dt.date(1900, 1, 1)) == 1
    assert rx.open_tickets([dt.date(1900, 2, 28)], [59], 59) == 0
    assert rx.open_tickets([61], [""], dt.date(1900, 3, 1)) == 1
    assert rx.open_tickets([61], [""], dt.date(1900, 2, 28)) == 0


@pytest.mark.parametrize(
    ("call", "place"),
    [
        (lambda: rx.nrr([None, 100, "abc"], [None, 1, 1]), "opening_mrr, cell 3"),
        (lambda: rx.nps(["", 9, "abc"]), "scores, cell 3"),
        (lambda: rx.cohort(["", "A", "B"], ["", 45292, "soon"]), "dates, cell 3"),
        (lambda: rx.cohort(["", "A", "B"], ["", 45292, ""]), "dates: line 3"),
        (lambda: rx.rfm(["", "A", "B"], ["", 45292, 45293], [0, 1, -1]), "amounts: purchase 3"),
        (lambda: rx.repeat_rate(["", "A", "B"], ["", 45292, ""]), "dates: purchase 3"),
        (lambda: rx.time_to_value(["", 45292, 45292], ["", 45300, 45200]), "reached_dates: row 3"),
        (lambda: rx.mrr_at(["", 5, 7], ["", 1, 0], ["", 45292, 45292], [""] * 3, 45300), "months: line 3"),
        (lambda: rx.early_cancel_rate(["", 45292, ""], ["", "", 45293], 45200, 45300), "contract_ends: contract 3"),
        (lambda: rx.bgnbd_fit(["", 1, -1], ["", 1, 1], ["", 3, 3]), "customer 3"),
        (lambda: rx.gg_fit(["", 1, -1], ["", 1, 1]), "customer 3"),
    ],
)
def test_the_place_in_a_refusal_counts_the_blank_rows_above_it(call: Callable[[], object], place: str) -> None:
    with pytest.raises(MetricError, match=rf": {place}\b"):
        call()


def test_one_cell_is_not_called_one_cells() -> None:
    with pytest.raises(MetricError, match=r"closing_mrr has 1 cell and opening_mrr has 2;"):
        rx.nrr([1, 2], [1])
