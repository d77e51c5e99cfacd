"""The worksheet examples of the catalogue - formulas with nothing but constants - as calls in Python."""

from __future__ import annotations

import ast
from typing import Any

from retention_xl.metrics.spec import CATALOGUE


def parsed(formula: str) -> ast.expr:
    """A formula as Python's parser sees it: array constants as rows, TRUE and FALSE as flags."""
    text = formula.removeprefix("=").replace("{", "[[").replace("}", "]]").replace(";", "],[")
    return ast.parse(text.replace("TRUE", "True").replace("FALSE", "False"), mode="eval").body


def value_of(formula: str) -> Any:
    """The constant that a formula is."""
    return ast.literal_eval(parsed(formula))


def answered(formula: str) -> Any:
    """The answer of a formula that calls a function of the catalogue, INDEX(..., row, column) around it or not."""
    return _answer(parsed(formula))


def _answer(node: ast.expr) -> Any:
    if not isinstance(node, ast.Call):
        return ast.literal_eval(node)
    assert isinstance(node.func, ast.Name)
    arguments = [_answer(argument) for argument in node.args]
    if node.func.id == "INDEX":
        table, row, column = arguments
        return table[row - 1][column - 1]
    return CATALOGUE[node.func.id].function(*arguments)


def arguments_of(name: str) -> list[Any]:
    """The arguments with which the example of a function calls it."""
    calls = [node for node in ast.walk(parsed(CATALOGUE[name].example)) if isinstance(node, ast.Call)]
    [call] = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == name]
    return [ast.literal_eval(argument) for argument in call.args]
