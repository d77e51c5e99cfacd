"""The decorator reads signature and docstring, and any disagreement between the two is refused.

Arguments that only one of them has are refused at import, everything else when the docstring is read; here all are.
"""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

import retention_xl as rx
from retention_xl import metrics
from retention_xl.metrics.names import EXCEL_FUNCTIONS, VBA_WORDS
from retention_xl.metrics.spec import CATALOGUE, KINDS, FunctionSpec, metric

from .worksheet_examples import answered, value_of

GOOD = '''
def share_of(part, whole, kind="rate", as_of=None):
    """The share of a part in a whole. What else there is
    to know of it.

    Parameters:
        part (number; customers): The part,
            on two lines.
        whole (number; customers): The whole.
        kind (rate | odds): Which of the two.
        as_of (date): The day.
    Returns:
        number: fraction.
    Formula:
        part / whole
    Errors:
        #DIV/0!: whole is 0,
            on two lines.
        #NUM!: part is negative.
    Examples:
        =SHARE_OF(1,2) gives 0.5
        >>> share_of(1, 2)
        0.5

    Source:
        By hand.
    """
    return part / whole
'''


def made(source: str, group: str = "Customers") -> Callable[..., Any]:
    """The one function that the source defines, in a module of that group."""
    namespace: dict[str, Any] = {"GROUP": group}
    exec(source, namespace)
    [name] = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return namespace[name]


def test_everything_is_read_from_signature_and_docstring() -> None:
    spec = FunctionSpec(made(GOOD))
    assert (spec.name, spec.python_name, spec.group) == ("SHARE_OF", "share_of", "Customers")
    assert spec.help == "The share of a part in a whole."
    assert spec.description == "What else there is to know of it."
    assert [(p.name, p.kind, p.unit, p.help) for p in spec.parameters] == [
        ("part", "number", "customers", "The part, on two lines."),
        ("whole", "number", "customers", "The whole."),
        ("kind", "choice", "", "Which of the two."),
        ("as_of", "date", "", "The day."),
    ]
    assert [(p.optional, p.default) for p in spec.parameters] == [(False, None)] * 2 + [(True, "rate"), (True, None)]
    assert spec.parameters[2].choices == ("rate", "odds")
    assert [p.kind_and_unit for p in spec.parameters] == ["number; customers"] * 2 + ["rate | odds", "date"]
    assert (spec.returns_kind, spec.returns, spec.formula, spec.source) == (
        *("number", "fraction.", "part / whole", "By hand."),
    )
    assert spec.errors == (("#DIV/0!", "whole is 0, on two lines."), ("#NUM!", "part is negative."))
    assert (spec.example, spec.example_gives) == ("=SHARE_OF(1,2)", "0.5")
    assert spec.examples == ">>> share_of(1, 2)\n0.5"
    assert spec.spreads
    assert not spec.spills
    assert repr(spec) == "FunctionSpec('SHARE_OF')"


def test_a_docstring_without_its_indent_reads_the_same() -> None:
    """From Python 3.13 on the compiler takes the indent away."""
    function = made(GOOD)
    before = FunctionSpec(function)
    function.__doc__ = inspect.cleandoc(function.__doc__ or "")
    after = FunctionSpec(function)
    for field in ("help", "description", "returns", "formula", "errors", "example", "examples", "source"):
        assert getattr(after, field) == getattr(before, field)
    assert [p.help for p in after.parameters] == [p.help for p in before.parameters]


DISAGREEMENTS = {
    "an argument that the docstring leaves out": ("(number; customers): The whole.\n", "", "describes no whole"),
    "an argument that the signature leaves out": ("part, whole, kind", "part, kind", "signature has"),
    "another order of arguments": ("part, whole, kind", "whole, part, kind", "describes no part in the order"),
    "an argument that VBA keeps for itself": ("whole", "end", "the argument name end is reserved"),
    "an argument that xlwings keeps for itself": ("whole", "caller", "the argument name caller is reserved"),
    "an argument that looks like a cell": ("whole", "q4", "the argument name q4 is reserved"),
    "an argument of the function's own name": ("whole", "share_of", "the argument name share_of is reserved"),
    "a kind that there is not": ("(date)", "(day)", "is of kind 'day', which there is not"),
    "a default that is no choice": ('kind="rate"', 'kind="share"', "the default of kind is none of its choices"),
    "a help of an argument that is too long": ("The day.", "The day. " * 30, "the help of as_of has"),
    "a first sentence that is too long": ("The share of a part", "The share " * 30, "the first sentence has"),
    "no first sentence": (
        "The share of a part in a whole. What else there is\n    to know of it.",
        "",
        "the section before Parameters is empty",
    ),
    "no section Source": ("\n    Source:\n        By hand.", "", "has no section Source"),
    "an empty section Source": ("        By hand.\n", "", "the section Source is empty"),
    "an empty section Formula": ("        part / whole\n", "", "the section Formula is empty"),
    "sections in another order": ("    Formula:\n        part / whole\n", "", "has no section Formula in the order"),
    "no worksheet example": ("        =SHARE_OF(1,2) gives 0.5\n", "", "the first example is not"),
    "a worksheet example of another function": ("=SHARE_OF(1,2)", "=SUM(1,2)", "the first example is not"),
    "a worksheet example without its answer": (" gives 0.5", "", "the first example is not"),
    "no example for Python": (">>> share_of(1, 2)", "share_of(1, 2)", "no example at Python's prompt"),
    "an error that no cell shows": ("#NUM!", "#NUMBER!", "'#NUMBER!' is not an error code"),
    "an error without its meaning": ("#NUM!: part is negative.", "#NUM!", "is not `name: text`"),
    "an answer of no known kind": ("        number: fraction", "        fraction: of", "returns 'fraction'"),
    "an argument list": ("part, whole, kind", "*part, whole, kind", "every argument must be an ordinary one"),
    "named arguments": ("as_of=None)", "as_of=None, **named)", "every argument must be an ordinary one"),
    "an argument by name alone": ('kind="rate", as_of', 'kind="rate", *, as_of', "must be an ordinary one"),
    "an argument by place alone": ("part, whole, kind", "part, /, whole, kind", "must be an ordinary one"),
    "counts or ids with nothing that tells which": ("(number; customers)", "(count or ids)", "takes counts or ids"),
}


@pytest.mark.parametrize("case", DISAGREEMENTS)
def test_it_is_refused(case: str) -> None:
    old, new, says = DISAGREEMENTS[case]
    if case == "an argument that the docstring leaves out":
        old = "        whole " + old
    source = GOOD.replace(old, new)
    assert source != GOOD
    with pytest.raises(TypeError, match=r".") as refusal:
        FunctionSpec(made(source)).read()
    assert says in str(refusal.value)
    assert str(refusal.value).startswith("SHARE_OF: ")


@pytest.mark.parametrize("case", ["leaves out", "order", "list", "named", "by name", "by place"])
def test_what_a_call_would_trip_over_is_refused_at_import(case: str) -> None:
    old, new = {
        "leaves out": ("        whole (number; customers): The whole.\n", ""),
        "order": ("part, whole, kind", "whole, part, kind"),
        "list": ("part, whole, kind", "*part, whole, kind"),
        "named": ("as_of=None)", "as_of=None, **named)"),
        "by name": ('kind="rate", as_of', 'kind="rate", *, as_of'),
        "by place": ("part, whole, kind", "part, /, whole, kind"),
    }[case]
    with pytest.raises(TypeError, match=r"^SHARE_OF: "):
        metric(made(GOOD.replace(old, new)))
    assert "SHARE_OF" not in CATALOGUE


@pytest.mark.parametrize("name", CATALOGUE)
def test_signature_and_docstring_of_every_function_agree(name: str) -> None:
    CATALOGUE[name].read()


def test_a_disagreement_is_refused_when_the_function_is_called() -> None:
    source = GOOD.replace("share_of", "share_off").replace("SHARE_OF", "SHARE_OFF").replace("(date)", "(day)")
    try:
        function = metric(made(source))
        with pytest.raises(TypeError, match=r"^SHARE_OFF: as_of is of kind 'day', which there is not$"):
            function(1, 2)
    finally:
        CATALOGUE.pop("SHARE_OFF")


def test_a_specification_has_what_it_says_and_nothing_else() -> None:
    with pytest.raises(AttributeError, match="a FunctionSpec has no colour"):
        CATALOGUE["CRR"].colour  # noqa: B018


@pytest.mark.parametrize(
    ("name", "why"),
    [("nrr12", "cell"), ("r1c1", "cell"), ("rate", "function"), ("growth", "function"), ("xlookup", "function")],
)
def test_a_function_name_that_excel_has_is_refused(name: str, why: str) -> None:
    source = GOOD.replace("share_of", name).replace("SHARE_OF", name.upper())
    with pytest.raises(TypeError, match=f"{name.upper()}: Excel has a function or a cell of this name"):
        FunctionSpec(made(source)).read()


def test_more_than_eight_arguments_are_refused() -> None:
    more = "".join(f"        more{letter} (number): One more.\n" for letter in "abcde")
    source = GOOD.replace("as_of=None", "as_of=None, " + ", ".join(f"more{letter}=0" for letter in "abcde"))
    source = source.replace("        as_of (date): The day.\n", "        as_of (date): The day.\n" + more)
    with pytest.raises(TypeError, match="9 arguments are more than 8"):
        FunctionSpec(made(source)).read()


def test_argument_names_that_the_wizard_cannot_show_are_refused() -> None:
    with pytest.raises(TypeError, match="the argument names together are longer than 254"):
        FunctionSpec(
            made(GOOD.replace(", whole", ", " + "whole" * 50).replace("    whole (", "    " + "whole" * 50 + " ("))
        ).read()


def test_a_module_without_a_group_is_refused() -> None:
    with pytest.raises(TypeError, match="its module has no GROUP"):
        FunctionSpec(made(GOOD, group=""))


def test_a_name_is_taken_once() -> None:
    function = made(GOOD.replace("share_of", "crr").replace("SHARE_OF", "CRR"))
    with pytest.raises(TypeError, match="CRR: is in the catalogue already"):
        metric(function)


def test_the_catalogue_comes_in_the_order_of_its_groups() -> None:
    groups = list(dict.fromkeys(spec.group for spec in CATALOGUE.values()))
    assert groups == ["Customers", "Revenue", "Cohorts", "Lifetime value", "Experience", "Trust"]


def test_every_function_is_a_name_of_the_package() -> None:
    for spec in CATALOGUE.values():
        assert getattr(rx, spec.python_name) is spec.function
        assert {spec.python_name} <= set(rx.__all__) & set(metrics.__all__)


def test_every_public_name_is_there() -> None:
    for name in rx.__all__:
        assert hasattr(rx, name), name
    with pytest.raises(AttributeError, match="module 'retention_xl' has no attribute 'nothing'"):
        rx.nothing  # noqa: B018


def test_python_shows_signature_and_text_of_the_function_itself() -> None:
    assert list(inspect.signature(rx.crr).parameters) == ["opening", "closing", "new_customers"]
    assert (rx.crr.__name__, rx.crr.__module__) == ("crr", "retention_xl.metrics.customers")
    assert (rx.crr.__doc__ or "").startswith("Customer retention rate")


def test_every_kind_is_described_where_a_writer_looks() -> None:
    described = importlib.import_module("retention_xl.metrics.spec").__doc__ or ""
    for kind in KINDS - {"choice"}:
        assert kind in described, kind


def test_the_words_that_are_refused_are_whole_words() -> None:
    for words in (VBA_WORDS, EXCEL_FUNCTIONS):
        assert words.split() == sorted(set(words.split()))


MODULES = [f"retention_xl.metrics.{module.name}" for module in pkgutil.iter_modules(metrics.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name: str) -> None:
    module = importlib.import_module(name)
    every_function = {spec.python_name: spec.function for spec in CATALOGUE.values()}
    assert doctest.testmod(module, extraglobs=every_function).failed == 0


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_function_has_an_example_that_runs(name: str) -> None:
    function = CATALOGUE[name].function
    [test] = doctest.DocTestFinder(recurse=False).find(function, name)
    assert test.examples


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_worksheet_example_gives_what_it_says(name: str) -> None:
    spec = CATALOGUE[name]
    answer, promised = answered(spec.example), value_of(spec.example_gives)
    if isinstance(promised, (bool, str)):
        assert answer is promised or answer == promised
    elif isinstance(promised, list):
        assert answer == [pytest.approx(row, rel=1e-5) for row in promised]
    else:
        assert answer == pytest.approx(promised, rel=1e-5)
