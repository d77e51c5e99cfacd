"""xlwings' own "Import Functions" and calls on retention_xl.udfs, run by xlwings' Windows code."""

from __future__ import annotations

import datetime as dt
import inspect
from decimal import Decimal

import pytest

import retention_xl
from retention_xl.hosts import desktop
from retention_xl.metrics.cells import ErrorValue
from retention_xl.metrics.spec import CATALOGUE

from .excel import Excel
from .libreoffice_basic import Basic, outside_excel
from .sheet import MISSING, CellFault, Imported, Reference
from .vba_syntax import complaints, vba_functions

cell, column, row = Reference.cell, Reference.column, Reference.row
PYTHON_STUB = """Option VBASupport 1
Function PythonCall(module_name, function_name, values)
  PythonCall = module_name & "." & function_name & "/" & (UBound(values) - LBound(values) + 1)
End Function
"""


@pytest.fixture(scope="module")
def imported(excel: Excel) -> Imported:
    return excel.import_functions()


def test_import_functions_finds_the_whole_catalogue_and_nothing_else(excel: Excel, imported: Imported) -> None:
    assert set(excel.registered()) == set(CATALOGUE)
    assert set(vba_functions(imported.vba)) == set(CATALOGUE)


def test_the_generated_vba_has_the_arguments_of_the_catalogue(imported: Imported) -> None:
    arguments = {name: [parameter.name for parameter in spec.parameters] for name, spec in CATALOGUE.items()}
    assert vba_functions(imported.vba) == arguments


def test_optional_arguments_are_optional_in_the_generated_vba(imported: Imported) -> None:
    for name, spec in CATALOGUE.items():
        written = ", ".join(f"Optional {p.name}" if p.optional else p.name for p in spec.parameters)
        assert f"Function {name}({written})\n" in imported.vba


def test_the_generated_vba_compiles_by_the_rules_of_the_language(imported: Imported) -> None:
    assert complaints(imported.vba) == []


def test_the_check_of_the_generated_vba_finds_reserved_words() -> None:
    vba = "Function CRR(start, end, new)\nEnd Function\nFunction NRR(nrr, _x)\nEnd Function\n"
    assert complaints(vba) == [
        "line 1: end is a word of the language",
        "line 1: new is a word of the language",
        "line 3: nrr is a name twice",
        "line 3: _x is no name",
    ]


@pytest.mark.libreoffice
def test_the_generated_vba_compiles_and_runs_in_libreoffice_basic(imported: Imported, basic: Basic) -> None:
    modules = {"Udfs": outside_excel(imported.vba), "Python": PYTHON_STUB}
    calls = {f"{name}({', '.join('1' for _ in spec.parameters)})": spec for name, spec in CATALOGUE.items()}
    assert basic.run(modules, list(calls)) == [
        f"retention_xl.udfs.{spec.name}/{len(spec.parameters)}" for spec in calls.values()
    ]


@pytest.mark.libreoffice
def test_libreoffice_basic_refuses_reserved_words(basic: Basic) -> None:
    vba = 'Function CRR(start, end, new)\n    CRR = XLPy.CallUDF("m", "CRR", Array(start, end, new))\nEnd Function\n'
    assert basic.run({"Udfs": outside_excel(vba), "Python": PYTHON_STUB}, ["CRR(1, 2, 3)"], timeout=5) == []


def test_every_function_has_its_category_and_help_in_the_function_wizard(imported: Imported) -> None:
    options = {name.partition("!")[2]: entry for name, entry in imported.options}
    assert set(options) == set(CATALOGUE)
    for name, spec in CATALOGUE.items():
        assert options[name]["Category"] == "Retention"
        assert options[name]["Description"] == spec.help
        assert len(spec.help) <= 255


def test_the_help_of_every_argument_fits_the_function_wizard_uncut(imported: Imported, excel: Excel) -> None:
    options = {name.partition("!")[2]: entry for name, entry in imported.options}
    registered = excel.registered()
    for name, spec in CATALOGUE.items():
        shown = options[name]["ArgumentDescriptions"] or []
        assert [argument["doc"] for argument in registered[name]["args"]] == shown, "xlwings cuts at 255 characters"
        assert len(shown) == len(spec.parameters)
        for parameter, text in zip(spec.parameters, shown, strict=True):
            assert text.startswith(parameter.help)
            assert all(choice in text for choice in parameter.choices)
        names = [parameter.name for parameter in spec.parameters]
        assert sum(map(len, names)) + len(names) <= 254


def test_no_argument_or_answer_passes_through_a_converter(excel: Excel) -> None:
    for about in excel.registered().values():
        assert about["ret"] == {"convert": "raw"}
        assert all(argument["options"] == {"convert": "raw"} for argument in about["args"])


def test_in_an_add_in_the_functions_are_imported_too(excel: Excel) -> None:
    imported = excel.import_functions("retention.xlam")
    assert "ActiveWorkbook, Application.Caller" in imported.vba
    assert complaints(imported.vba) == []


def test_the_module_holds_nothing_but_functions_to_import() -> None:
    from retention_xl import udfs

    assert {name for name in vars(udfs) if not name.startswith("_")} == set(CATALOGUE)


def test_a_registered_function_shows_its_signature_and_help() -> None:
    from retention_xl import udfs

    assert str(inspect.signature(udfs.CRR)) == "(opening, closing, new_customers=(omitted))"
    assert udfs.CRR.__doc__ == CATALOGUE["CRR"].help


CALLS = {
    "numbers": ((100.0, 105.0, 15.0), 0.9),
    "cells": ((cell(100), cell(105), cell(15)), 0.9),
    "currency cells": ((cell(Decimal("100")), cell(Decimal("105.00")), cell(15)), 0.9),
    "an empty cell for a count": ((cell(100), cell(90), cell(None)), 0.9),
    "an argument left out": ((column("A", "B"), column("B", "C"), MISSING), 0.5),
    "columns with blanks": ((column("A", None, "B", ""), column("b ", None)), 0.5),
    "rows": ((row("A", "B"), row("B", "C")), 0.5),
    "a block": ((Reference((("A", "B"), ("C", "D"))), column("A")), 0.25),
    "array constants": ((("A", "B"), (("B",), ("C",))), 0.5),
    "numbers and texts for one id": ((column(123, "124", 125), column("123", 124, " 125")), 1.0),
    "dates as ids": ((column(dt.date(2026, 1, 31), "A"), column(dt.datetime(2026, 1, 31), "B")), 0.5),
}


@pytest.mark.parametrize("arguments", CALLS)
def test_crr_answers_what_excel_passes(excel: Excel, arguments: str) -> None:
    passed, expected = CALLS[arguments]
    assert excel.call("CRR", *passed).value == pytest.approx(expected)
    assert excel.call_raw("CRR", *passed).value == pytest.approx(expected)


REFUSED = {
    "an empty opening": ((0.0, 1.0, 1.0), "#DIV/0! CRR: opening is 0"),
    "text for a count": ((cell(100), cell("many"), cell(1)), "#VALUE! CRR: closing: 'many' is not a number."),
    "an error cell": ((cell(CellFault("#N/A")), cell(1), cell(1)), "#N/A CRR: opening holds the error #N/A"),
    "a new kind of error cell": (
        (column("A", CellFault("#SPILL!")), column("A")),
        "#SPILL! CRR: opening, cell 2 holds the error #SPILL!",
    ),
}


@pytest.mark.parametrize("arguments", REFUSED)
def test_an_error_on_the_stock_path_is_text_with_code_and_reason(excel: Excel, arguments: str) -> None:
    passed, text = REFUSED[arguments]
    for answer in (excel.call("CRR", *passed), excel.call_raw("CRR", *passed)):
        assert answer.raised is None, "an exception would show as a traceback"
        assert isinstance(answer.value, str)
        assert answer.value.startswith(text)


def test_an_error_stays_in_its_own_cell_of_a_spilled_answer(excel: Excel) -> None:
    answer = excel.call("CRR", column(100, 0), column(105, 1), column(15, 1))
    assert answer.value[0] == [0.9]
    assert answer.value[1][0].startswith("#DIV/0! CRR: opening is 0")


def test_an_error_text_handed_to_the_next_function_is_that_error(excel: Excel) -> None:
    text = excel.call("CRR", 0.0, 1.0, 1.0).value
    again = excel.call("CRR", column(text, "A"), column("A"))
    assert again.value.startswith("#DIV/0! CRR: CRR: opening is 0")


def test_the_call_makes_no_round_trip_where_the_wrapper_passes_values(excel: Excel) -> None:
    arguments = (column("A", "B"), column("B"))
    assert excel.call_raw("CRR", *arguments).hops == 0
    assert excel.call("CRR", *arguments).hops > 10, "the control: xlwings' own wrapper walks from range to application"


def test_dates_go_back_with_the_time_zone_that_com_wants() -> None:
    assert desktop.moment(dt.date(2026, 10, 31)) == dt.datetime(2026, 10, 31, tzinfo=dt.UTC)
    assert desktop.moment(dt.datetime(2026, 10, 31, 12, 30)) == dt.datetime(2026, 10, 31, 12, 30, tzinfo=dt.UTC)


def test_importing_the_catalogue_needs_no_xlwings() -> None:
    assert "xlwings" not in inspect.getsource(retention_xl)


def test_an_error_of_a_cell_keeps_its_code_and_reason_as_text() -> None:
    from retention_xl.hosts.values import marked, unmarked

    error = ErrorValue("#NUM!", "CRR: opening (-1) is not a number of customers.")
    assert marked(error) == "#NUM! CRR: opening (-1) is not a number of customers."
    assert unmarked(marked(error)) == error
