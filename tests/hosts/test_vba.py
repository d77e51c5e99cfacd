"""Our own Visual Basic wrapper: what the add-in's worksheet functions do with arguments and answers."""

from __future__ import annotations

import re

import pytest

from retention_xl.hosts import vba
from retention_xl.hosts.values import ERROR_NUMBERS, LEFT_OUT
from retention_xl.metrics.spec import CATALOGUE

from .libreoffice_basic import Basic
from .vba_syntax import complaints, vba_functions

MODULE = vba.functions_module(CATALOGUE.values())
# Python as the module calls it: texts that say what arrived, and answers of every form.
PYTHON = """Option VBASupport 1
Function PythonCall(module_name, function_name, passed)
  Dim place, told
  Dim rows(1, 1)
  Select Case function_name
    Case "ARR": PythonCall = "#DIV/0! ARR: the reason"
    Case "CAC": Err.Raise 1000
    Case "LIFETIME": PythonCall = Array(1, "#N/A LIFETIME: none yet", "#1042", "#N/A", "# a: b")
    Case "DRR_TIERS"
      rows(0, 0) = "from": rows(0, 1) = "#NUM! DRR_TIERS: no": rows(1, 0) = 0.5: rows(1, 1) = ""
      PythonCall = rows
    Case Else
      told = module_name & "." & function_name
      For place = LBound(passed) To UBound(passed)
        told = told & "," & passed(place)
      Next place
      PythonCall = told
  End Select
End Function

Sub PythonRuns()
End Sub

Function Kind(cell)
  If IsError(cell) Then
    Kind = "error " & CLng(cell)
  Else
    Kind = TypeName(cell) & " " & cell
  End If
End Function
"""


def outside_excel(source: str) -> str:
    """The module as LibreOffice Basic takes it: without attributes, Excel's types, and the object of xlwings."""
    kept = [line for line in source.splitlines() if not line.startswith("Attribute ")]
    text = (
        "\n".join(kept).replace("python.CallUDF(", "PythonCall(").replace("Set python = XLPy()", "Set python = Nothing")
    )
    text = text.replace('python.Exec "import " & UdfModule', "PythonRuns")
    text = re.sub(r"Private Sub RetentionDescribe.*", "", text, flags=re.DOTALL)  # Application.MacroOptions is Excel's
    text = text.replace(f"= CVErr({LEFT_OUT})", '= "left out"')  # it takes any error passed on for a missing argument
    text = text.replace("    RetentionDescribe\n", "").replace(" As Range\n", " As Object\n")
    text = text.replace("If Not TypeOf given Is Range Then Exit Function", "Exit Function")
    return "Option VBASupport 1\n" + text


def test_the_module_has_a_function_for_each_of_the_catalogue() -> None:
    functions = {name: arguments for name, arguments in vba_functions(MODULE).items() if name in CATALOGUE}
    assert functions == {name: [p.name for p in spec.parameters] for name, spec in CATALOGUE.items()}


def test_the_module_compiles_by_the_rules_of_the_language() -> None:
    assert complaints(MODULE) == []
    assert complaints(vba.BEHIND_WORKBOOK) == []


def test_nothing_but_the_catalogue_shows_among_the_worksheet_functions() -> None:
    assert set(re.findall(r"^Public Function (\w+)", MODULE, flags=re.MULTILINE)) == set(CATALOGUE)
    assert not re.findall(r"^Function", MODULE, flags=re.MULTILINE)


def test_every_procedure_that_is_called_is_there() -> None:
    called = set(re.findall(r"\b(Rx\w+|Retention\w+)\b(?=[(\s])", MODULE)) - {"RetentionFunctions"}
    declared = set(re.findall(r"(?:Function|Sub) (\w+)\(", MODULE))
    assert called <= declared
    assert f'!{vba.FUNCTIONS_MODULE}.RetentionStart"' in vba.BEHIND_WORKBOOK
    assert "RetentionStart" in declared


@pytest.mark.parametrize("name", CATALOGUE)
def test_each_function_brings_its_help_and_that_of_its_arguments(name: str) -> None:
    spec = CATALOGUE[name]
    assert f"Attribute {name}.VB_Description = {vba.quoted(spec.help)}\n" in MODULE
    described = MODULE[MODULE.index(f'Macro:=book & "{name}"') :].partition("Application.MacroOptions Macro")[0]
    for parameter in spec.parameters:
        assert vba.quoted(parameter.help)[:-1] in described


def test_an_optional_argument_left_out_is_marked_before_it_is_passed_on() -> None:
    for name, spec in CATALOGUE.items():
        body = MODULE[MODULE.index(f"Public Function {name}(") :].partition("End Function")[0]
        guarded = re.findall(r"If IsMissing\((\w+)\) Then \1 = CVErr\(1\)", body)
        assert guarded == [parameter.name for parameter in spec.parameters if parameter.optional]


def test_every_error_that_python_can_write_becomes_an_error_cell() -> None:
    assert dict(re.findall(r'Case "(#.+?)": RxCell = CVErr\((\d+)\)', MODULE)) == {
        code: str(number) for number, code in ERROR_NUMBERS.items()
    }


def test_signs_that_visual_basic_lacks_are_spelled_out() -> None:
    assert vba.quoted('a ≥ b → "c"\n  d') == '"a >= b -> ""c"" d"'
    MODULE.encode("cp1252")


@pytest.mark.libreoffice
def test_the_module_compiles_and_every_function_runs_in_libreoffice_basic(late_bound_basic: Basic) -> None:
    modules = {"Functions": outside_excel(MODULE), "Python": PYTHON}
    special = {"ARR", "CAC", "LIFETIME", "DRR_TIERS"}
    specs = [spec for spec in CATALOGUE.values() if spec.name not in special]
    everything = [f"{spec.name}({', '.join(map(str, range(len(spec.parameters))))})" for spec in specs]
    needed = [sum(not parameter.optional for parameter in spec.parameters) for spec in specs]
    least = [f"{spec.name}({', '.join(['7'] * count)})" for spec, count in zip(specs, needed, strict=True)]
    assert late_bound_basic.run(modules, everything + least) == [
        *(f"retention_xl.udfs.{spec.name}," + ",".join(map(str, range(len(spec.parameters)))) for spec in specs),
        *(
            f"retention_xl.udfs.{spec.name}" + ",7" * count + ",left out" * (len(spec.parameters) - count)
            for spec, count in zip(specs, needed, strict=True)
        ),
    ]


@pytest.mark.libreoffice
def test_answers_become_cells_and_error_texts_real_errors(late_bound_basic: Basic) -> None:
    modules = {"Functions": outside_excel(MODULE), "Python": PYTHON}
    cells = ["ARR(1)", *(f"LIFETIME(1)({place})" for place in range(5))]
    cells += [f"DRR_TIERS(1, 2, 3)({down}, {across})" for down in (0, 1) for across in (0, 1)]
    assert late_bound_basic.run(modules, [f"Kind({cell})" for cell in cells]) == [
        "error 2007",
        *("Integer 1", "error 2042", "String #1042", "String #N/A", "String # a: b"),
        *("String from", "error 2036", "Double 0.5", "String "),
    ]


@pytest.mark.libreoffice
def test_a_formula_that_cannot_be_passed_on_leaves_python_to_the_others(late_bound_basic: Basic) -> None:
    modules = {"Functions": outside_excel(MODULE), "Python": PYTHON}
    assert late_bound_basic.run(modules, ["Kind(CAC(1, 2))", "Kind(ARR(1))"]) == ["error 2015", "error 2007"]


@pytest.mark.libreoffice
def test_a_python_that_has_ended_and_cannot_be_started_is_not_tried_for_every_cell(late_bound_basic: Basic) -> None:
    ended = PYTHON.replace("Sub PythonRuns()\n", "Sub PythonRuns()\n  Err.Raise 462\n")
    modules = {"Functions": outside_excel(MODULE), "Python": ended}
    assert late_bound_basic.run(modules, ["Kind(ARR(1))", "Kind(CAC(1, 2))", "Kind(ARR(1))"]) == [
        *("error 2007", f"error {vba.NO_PYTHON}", f"error {vba.NO_PYTHON}")
    ]
