"""Every case of tests/cases in Python."""

from __future__ import annotations

from typing import Any

import pytest
from casefiles import OMITTED, Case, disagreement, load_cases

from retention_xl import CATALOGUE, ErrorValue, MetricError

CASES = load_cases()


def python_answer(case: Case) -> Any:
    args = [None if value is OMITTED else value for value in case.args]
    try:
        return CATALOGUE[case.function].function(*args)
    except MetricError as error:
        return ErrorValue(error.code, str(error))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_the_answer_is_the_one_of_the_case(case: Case) -> None:
    answer = python_answer(case)
    assert disagreement(case, answer) is None, getattr(answer, "message", "")
    if case.says:
        assert case.says in answer.message


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_function_has_cases_of_answers_and_of_errors(name: str) -> None:
    results = [case.result for case in CASES if case.function == name]
    assert any(not isinstance(result, ErrorValue) for result in results), "no case with an answer"
    assert any(isinstance(result, ErrorValue) for result in results), "no case with an error"


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_error_that_a_function_states_has_a_case(name: str) -> None:
    stated = {code for code, _ in CATALOGUE[name].errors}
    shown = {case.result.code for case in CASES if case.function == name and isinstance(case.result, ErrorValue)}
    assert stated <= shown


def test_no_case_is_there_twice() -> None:
    seen: dict[str, str] = {}
    for case in CASES:
        key = repr((case.function, case.args))
        assert key not in seen, f"{case.name} repeats {seen.get(key)}"
        seen[key] = case.name
