"""Columns read in bulk: the same answers as cell by cell, and what is not clean throughout is not taken for clean."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import retention_xl as rx
from retention_xl import CATALOGUE, ErrorValue, MetricError
from retention_xl.metrics import calls, ranges
from retention_xl.metrics.columns import ASCII_BLANKS, Numbers, Texts, are_rows_of_numbers, in_bulk, tally

ODD: list[Any] = [None, "", " ", "x", "12", True, 7, 2.5, -1.0, -0.0, float("nan"), float("inf"), -(10**400)]
ODD += [ErrorValue("#N/A"), Decimal("1.5"), dt.date(2026, 1, 31), 59.0, 60.0, 61.0, 3e6, 45292.75, "2026-01-31"]
ONE_COLUMN = {
    "numbers": rx.nps,
    "amounts": lambda cells: rx.grr(cells, cells),
    "amounts at the closing": lambda cells: rx.grr([5.0] * len(cells), cells),
    "stated numbers": lambda cells: rx.survival(cells, [True] * len(cells)),
    "series": rx.sbg_fit,
    "ids": lambda cells: rx.customers_kept(cells, ["x", "12", "9"], True),
    "ids in a column": lambda cells: rx.rfm(cells, [45292.0] * len(cells)),
    "dates": lambda cells: rx.ticket_age([61.0] * len(cells), cells, 45300.0),
    "flags": lambda cells: rx.survival([1.0] * len(cells), cells),
    "texts": rx.churn_reasons,
    "cells": lambda cells: rx.mrr(cells, 12.0),
    "two cells": lambda cells: rx.crr([20.0] * len(cells), cells, 1.0),
}


def outcome(call: Any) -> Any:
    try:
        return repr(call())
    except MetricError as error:
        return error.code, str(error)


@pytest.mark.parametrize("clean", [[9.0, 3.0, 10.0, 7.0], ["A", "b ", "9", "x"], ["A", "B", "X"], [True, False]])
@pytest.mark.parametrize("kind", ONE_COLUMN)
def test_a_column_read_in_bulk_answers_as_one_read_cell_by_cell(
    kind: str, clean: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = [clean, *([*clean[:at], odd, *clean[at:]] for odd in ODD for at in (0, 2, len(clean)))]
    shapes = [[*columns], [tuple((cell,) for cell in column) for column in columns]]
    function = ONE_COLUMN[kind]
    found = [outcome(lambda column=column: function(column)) for shape in shapes for column in shape]
    for module in (ranges, calls):
        monkeypatch.setattr(module, "in_bulk", lambda cells, shape=None: cells)
    monkeypatch.setattr(ranges, "TYPES_OF_SERIALS_AND_BLANKS", frozenset())
    assert found == [outcome(lambda column=column: function(column)) for shape in shapes for column in shape]


@pytest.mark.thorough
@given(st.lists(st.one_of(st.floats(), st.integers(), st.booleans(), st.none(), st.text(max_size=3)), max_size=6))
def test_only_finite_floats_alone_are_numbers_and_only_texts_alone_are_texts(cells: list[Any]) -> None:
    kind = type(in_bulk(cells))
    finite = bool(cells) and all(type(cell) is float and cell - cell == 0 for cell in cells)
    assert (kind is Numbers) == finite or sum(map(abs, cells)) == float("inf")  # too large to be sure in bulk
    assert (kind is Texts) == (bool(cells) and all(type(cell) is str for cell in cells))


@given(st.lists(st.text(alphabet=" \t\u00a0\u2003aBß1", max_size=3), min_size=1, max_size=5))
def test_texts_without_blanks_are_told_by_their_characters(cells: list[str]) -> None:
    texts = in_bulk(cells)
    assert isinstance(texts, Texts)
    assert texts.without_blanks == (not any(map(str.isspace, "".join(cells))))


def test_every_blank_of_ascii_is_one() -> None:
    assert set(ASCII_BLANKS) == {chr(code) for code in range(128) if chr(code).isspace()}


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_numbers_that_may_be_negative_are_told_by_their_signs(cells: list[float]) -> None:
    numbers = in_bulk(cells)
    if isinstance(numbers, Numbers):
        assert numbers.none_negative == all(math.copysign(1, cell) == 1 for cell in cells)


@given(
    st.lists(st.sampled_from([*map(float, range(33)), 2.125, -1.0, -0.0, 0.5, 1e-300, 2.0**-1074, -1e118]), max_size=9)
)
def test_a_tally_counts_as_a_counter_does(scores: list[float]) -> None:
    for highest in (10, 31):
        assert tally(in_bulk(scores), highest) == Counter(scores)


@given(
    st.lists(
        st.lists(st.one_of(st.floats(), st.integers(0, 1), st.none(), st.text(max_size=4)), max_size=3),
        min_size=1,
        max_size=4,
    )
    | st.lists(st.lists(st.floats(), min_size=2, max_size=2), min_size=1, max_size=3)
)
def test_rows_of_numbers_are_equally_long_rows_of_finite_floats_alone(rows: list[list[Any]]) -> None:
    cells = [cell for row in rows for cell in row]
    finite = all(type(cell) is float and cell - cell == 0 for cell in cells)
    found = are_rows_of_numbers(rows)
    if not found and finite and sum(map(abs, cells)) == float("inf"):
        return  # too large to be sure in bulk
    assert found == (bool(cells) and len(set(map(len, rows))) == 1 and finite)


@given(*[st.lists(st.text(alphabet="ABab1 ß", max_size=2), min_size=1, max_size=6)] * 2)
def test_ids_in_capitals_are_compared_as_any_others(opening: list[str], closing: list[str]) -> None:
    def key(cell: str) -> str:
        return cell.strip().casefold()

    held = {key(cell) for cell in opening} - {""}
    if held:
        kept = held & {key(cell) for cell in closing}
        assert rx.crr(opening, closing) == rx.feature_usage(opening, closing) == len(kept) / len(held)


@given(*[st.lists(st.floats(-3, 3) | st.sampled_from([0.0, -0.0, 1e300, 123.0]), min_size=1, max_size=6)] * 2)
def test_ids_that_are_numbers_are_compared_as_any_others(opening: list[float], closing: list[float]) -> None:
    as_texts = [str(int(one)) if one == int(one) else str(one) for one in opening]
    assert rx.crr(opening, closing) == rx.crr(as_texts, closing)


def test_every_function_says_in_a_refusal_where_the_cell_is_however_long_the_column() -> None:
    column = [100.0] * 5000 + ["n/a"]
    with pytest.raises(MetricError, match=r"^NRR: opening_mrr, cell 5001: 'n/a' is not a number\.$"):
        CATALOGUE["NRR"].function(column, [1.0] * 5001)
