"""Conditions of a company's own rules: comparisons of named figures, limits and numbers. Parsed, never executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from itertools import pairwise

from retention_xl.errors import SettingsError
from retention_xl.report.own_figures import figure_names, split_name, unit_of

_LONGEST = 500  # signs
_LARGEST = 1e15  # number
_DIGITS = 12  # of a difference: 0.95 - 0.93 reaches 0.02

Condition = ast.Expression


class UnknownFigureError(Exception):
    """A figure of the condition cannot be told in that month."""


def parsed(condition: str) -> Condition:
    """The condition as a tree."""
    return ast.parse(condition.strip(), mode="eval")


def names_in(tree: ast.AST) -> list[str]:
    """The names in a condition in their order, each once."""
    found = sorted((n for n in ast.walk(tree) if isinstance(n, ast.Name)), key=lambda n: (n.lineno, n.col_offset))
    return list(dict.fromkeys(name.id for name in found))


def holds(condition: Condition, value: Callable[[str], float]) -> bool:
    """Whether the condition is true; `value` gives a name's, or says by UnknownFigureError that there is none."""
    return bool(_value(condition.body, value))


def _value(node: ast.expr, named: Callable[[str], float]) -> float | bool:
    """The value of a part of the condition; of "and" and "or" only as much as decides is looked at."""
    if isinstance(node, ast.BoolOp):
        wanted = isinstance(node.op, ast.Or)
        return wanted if any(bool(_value(one, named)) is wanted for one in node.values) else not wanted
    if isinstance(node, ast.Compare):
        values = pairwise(_value(one, named) for one in (node.left, *node.comparators))
        return all(_holds(op, round(a - b, _DIGITS)) for op, (a, b) in zip(node.ops, values, strict=True))
    if isinstance(node, ast.UnaryOp):
        value = _value(node.operand, named)
        return not value if isinstance(node.op, ast.Not) else -value
    if isinstance(node, ast.BinOp):
        return _computed(node.op, _value(node.left, named), _value(node.right, named))
    if isinstance(node, ast.Name):
        return named(node.id)
    assert isinstance(node, ast.Constant) and isinstance(node.value, int | float), "conditions are checked when read"
    return float(node.value)


def _holds(op: ast.cmpop, difference: float) -> bool:
    if isinstance(op, ast.Lt):
        return difference < 0
    if isinstance(op, ast.LtE):
        return difference <= 0
    if isinstance(op, ast.Gt):
        return difference > 0
    if isinstance(op, ast.GtE):
        return difference >= 0
    return (difference == 0) is isinstance(op, ast.Eq)


def _computed(op: ast.operator, left: float, right: float) -> float:
    if isinstance(op, ast.Add):
        return left + right
    if isinstance(op, ast.Sub):
        return left - right
    if isinstance(op, ast.Mult):
        return left * right
    if not right:
        raise UnknownFigureError
    return left / right


def _comparisons(tree: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    """Both sides of every comparison."""
    found: list[tuple[ast.expr, ast.expr]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            found += pairwise(sides)
    return found


def unit_of_limit(tree: ast.AST, limit: str) -> str:
    """A limit has the unit of the figure with which it is compared."""
    for pair in _comparisons(tree):
        for one, other in (pair, pair[::-1]):
            names = [name for name in names_in(other) if name != limit]
            if isinstance(one, ast.Name) and one.id == limit and names and names[0] in figure_names():
                return unit_of(names[0])
    return "ratio"


def compared_with(condition: Condition, figure: str) -> str | float | None:
    """What a figure is compared with first: a limit's name or a number; None where it is something worked out."""
    for pair in _comparisons(condition):
        for one, other in (pair, pair[::-1]):
            if isinstance(one, ast.Name) and one.id == figure:
                if isinstance(other, ast.Name):
                    return other.id
                if isinstance(other, ast.Constant) and isinstance(other.value, int | float):
                    return float(other.value)
    return None


_LOGIC = (ast.BoolOp, ast.Compare)
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


def check(condition: str, limits: Mapping[str, float], place: str) -> None:
    """Refuses everything but comparisons of figures, limits and numbers, and what joins them."""
    place = f"{place}: condition = {condition!r}"
    if len(condition) > _LONGEST:
        raise SettingsError(f"{place[:120]}... is longer than {_LONGEST} characters.")
    try:
        tree = parsed(condition)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        hint = " Write rates as fractions: 0.95 for 95 %." if "%" in condition else ""
        if re.search(r"(?<![<>=!])=(?!=)", condition):
            hint = " Write == for 'is equal to'."
        raise SettingsError(f"{place} cannot be read.{hint} An example: crr < 0.95 and crr < crr_before") from error
    if not _says_yes_or_no(tree.body):
        raise SettingsError(f"{place} gives a number, not yes or no: compare it, such as crr < 0.95.")
    _check_part(tree.body, limits, place)
    if not [name for name in names_in(tree) if name not in limits]:
        raise SettingsError(f"{place} names no figure, such as crr.")
    unused = [limit for limit in limits if limit not in names_in(tree)]
    if unused:
        raise SettingsError(f"{place} does not use the limit {unused[0]}.")


def _says_yes_or_no(node: ast.expr) -> bool:
    return isinstance(node, _LOGIC) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))


def _check_part(node: ast.expr, limits: Mapping[str, float], place: str) -> None:
    parts: Sequence[ast.expr] = ()
    if isinstance(node, ast.BoolOp):
        parts = node.values
        for part in parts:
            if not _says_yes_or_no(part):
                raise SettingsError(f"{place}: {ast.unparse(part)!r} is a number beside and/or: compare it first.")
    elif isinstance(node, ast.Compare) and all(isinstance(op, _COMPARISONS) for op in node.ops):
        parts = (node.left, *node.comparators)
        _demand_numbers(parts, place)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC):
        parts = (node.left, node.right)
        _demand_numbers(parts, place)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        parts = (node.operand,)
        if isinstance(node.op, ast.USub):
            _demand_numbers(parts, place)
        elif not _says_yes_or_no(node.operand):
            raise SettingsError(f"{place}: {ast.unparse(node.operand)!r} is a number after not: compare it first.")
    elif isinstance(node, ast.Name):
        _check_name(node.id, limits, place)
    elif not (isinstance(node, ast.Constant) and _is_number(node.value)):
        raise SettingsError(
            f"{place}: {ast.unparse(node)!r} is not allowed; there are figures, limits, numbers, + - * /, "
            f"< <= > >= == !=, and, or, not and brackets."
        )
    for part in parts:
        _check_part(part, limits, place)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST


def _demand_numbers(parts: Sequence[ast.expr], place: str) -> None:
    for part in parts:
        if _says_yes_or_no(part):
            raise SettingsError(f"{place}: {ast.unparse(part)!r} is yes or no, where a number is needed.")


def _check_name(name: str, limits: Mapping[str, float], place: str) -> None:
    names = figure_names()
    if name in limits or name in names:
        return
    near = get_close_matches(name.casefold(), [*limits, *names], 1, 0.5)
    hint = f" Did you mean {near[0]}?" if near else f" There are {', '.join(n for n in names if not split_name(n)[1])}."
    raise SettingsError(f"{place}: {name!r} is no figure and no limit of the rule.{hint}")
