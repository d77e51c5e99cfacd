"""Writes our own Visual Basic wrapper of the catalogue, for the add-in.

What it does that the wrapper of xlwings' "Import Functions" does not: it passes values instead of references (Value2:
no round trip from Python back to Excel, no currency or date types), cuts whole columns to the rows in use, puts real
errors into cells, and starts Python when Excel starts. Python is called as xlwings calls it, through
`XLPython.CallUDF`.
"""

from __future__ import annotations

from collections.abc import Iterable

from retention_xl.hosts.reference import argument_help
from retention_xl.hosts.values import ERROR_NUMBERS, LEFT_OUT
from retention_xl.metrics.spec import FunctionSpec

FUNCTIONS_MODULE = "RetentionFunctions"
CATEGORY = "Retention"
TITLE = "retention_xl"  # of message boxes
ASK_FOR_FUNCTION = (
    f'InputBox("Which function? Its example goes into the selected cell and the one below.", "{TITLE}", "CRR")'
)
NO_PYTHON = 2000  # #NULL!, which no function of the catalogue gives: Python did not answer

HEAD = f"""Attribute VB_Name = "{FUNCTIONS_MODULE}"
Option Explicit
' The worksheet functions of retention_xl. Written by a program: changes are lost when the add-in is built again.

Private Const UdfModule As String = "retention_xl.udfs"
Private Const MacroModule As String = "retention_xl.macros"
Private Const OneMinute As Double = 1 / 1440
Private python As Object
Private refused_at As Date
"""

CALLING = f"""
' What Python answers, as cells.
Private Function RxAnswer(ByVal function_name As String, ByVal given As Variant) As Variant
    Dim passed() As Variant
    Dim place As Long
    Dim last_row As Long
    On Error GoTo refused
    If UBound(given) >= LBound(given) Then
        ReDim passed(LBound(given) To UBound(given))
        last_row = RxLastRow(given)
        For place = LBound(given) To UBound(given)
            If IsObject(given(place)) Then
                passed(place) = RxValues(given(place), last_row)
            Else
                passed(place) = given(place)
            End If
        Next place
        RxAnswer = RxCells(RxAsk(function_name, passed))
    Else
        RxAnswer = RxCells(RxAsk(function_name, given))
    End If
    Exit Function
refused:
    RxAnswer = CVErr(2015)
End Function

' One call into Python, which is started where it is not there. Where it cannot be, it is not tried for every cell.
Private Function RxAsk(ByVal function_name As String, ByVal passed As Variant) As Variant
    Dim attempt As Long
    RxAsk = CVErr({NO_PYTHON})
    On Error Resume Next
    For attempt = 1 To 2
        If python Is Nothing Then
            If Now - refused_at <= OneMinute Then Exit Function
            Set python = XLPy()
            If Err.Number <> 0 Then Exit For
        End If
        RxAsk = python.CallUDF(UdfModule, function_name, passed)
        If Err.Number = 0 Then Exit Function
        Err.Clear
        python.Exec "import " & UdfModule
        If Err.Number = 0 Then
            RxAsk = CVErr(2015) ' Python runs: it is this formula alone that could not be passed on
            Exit Function
        End If
        Err.Clear
        Set python = Nothing ' Python has ended meanwhile, or lacks the functions
    Next attempt
    Set python = Nothing
    refused_at = Now
    RxAsk = CVErr({NO_PYTHON})
End Function

' The values of a reference; whole columns only down to the last row in use.
Private Function RxValues(ByVal area As Object, ByVal last_row As Long) As Variant
    Dim cells_given As Range
    Set cells_given = area
    If cells_given.Areas.Count > 1 Then Err.Raise 5 ' (A1:A9,C1:C9): Value2 would give the first part only
    If RxIsWholeColumn(cells_given) Then Set cells_given = cells_given.Resize(last_row)
    RxValues = cells_given.Value2
End Function

Private Function RxIsWholeColumn(ByVal given As Variant) As Boolean
    If Not IsObject(given) Then Exit Function
    If Not TypeOf given Is Range Then Exit Function
    RxIsWholeColumn = (given.Rows.Count = given.Worksheet.Rows.Count)
End Function

' The last row in use of all whole columns given, the same for all: columns used together must be equally long.
Private Function RxLastRow(ByVal given As Variant) As Long
    Dim place As Long
    Dim used As Range
    RxLastRow = 1
    For place = LBound(given) To UBound(given)
        If RxIsWholeColumn(given(place)) Then
            Set used = given(place).Worksheet.UsedRange
            If used.Row + used.Rows.Count - 1 > RxLastRow Then RxLastRow = used.Row + used.Rows.Count - 1
        End If
    Next place
End Function

' An answer with its error texts made errors.
Private Function RxCells(ByVal answer As Variant) As Variant
    Dim down As Long
    Dim across As Long
    Select Case RxDimensions(answer)
        Case 0
            RxCells = RxCell(answer)
            Exit Function
        Case 1
            For across = LBound(answer) To UBound(answer)
                answer(across) = RxCell(answer(across))
            Next across
        Case Else
            For down = LBound(answer, 1) To UBound(answer, 1)
                For across = LBound(answer, 2) To UBound(answer, 2)
                    answer(down, across) = RxCell(answer(down, across))
                Next across
            Next down
    End Select
    RxCells = answer
End Function

Private Function RxDimensions(ByVal answer As Variant) As Long
    Dim bound As Long
    If Not IsArray(answer) Then Exit Function
    RxDimensions = 1
    On Error GoTo only_one
    bound = UBound(answer, 2)
    RxDimensions = 2
only_one:
End Function
"""

ERRORS_HEAD = """
' Python writes an error as text, its code and the reason: #DIV/0! CRR: opening is 0.
Private Function RxCell(ByVal answer As Variant) As Variant
    Dim space_at As Long
    RxCell = answer
    If VarType(answer) <> vbString Then Exit Function
    If Left$(answer, 1) <> "#" Then Exit Function
    space_at = InStr(answer, " ")
    If space_at = 0 Or InStr(answer, ": ") = 0 Then Exit Function
    Select Case Left$(answer, space_at - 1)
"""
ERRORS_TAIL = """    End Select
End Function
"""

STARTING = """
' Starts Python before the first cell needs it, and tells the function wizard about the functions. Run by ThisWorkbook.
Public Sub RetentionStart()
    On Error Resume Next
    If ActiveWorkbook Is Nothing Then Exit Sub ' xlwings looks there for settings; the first formula will start Python
    RetentionDescribe
    Set python = XLPy()
    python.Exec "import " & UdfModule
End Sub
"""

MACROS = f"""
' The macros: buttons of the ribbon, and for Alt+F8 by their names.
Public Sub RetentionReport()
    RxMacro "build_monthly_report", Array()
End Sub

Public Sub RetentionExample()
    RxMacro "insert_function_example", Array({ASK_FOR_FUNCTION})
End Sub

Public Sub RetentionReportPressed(ByVal control As Object)
    RetentionReport
End Sub

Public Sub RetentionExamplePressed(ByVal control As Object)
    RetentionExample
End Sub

' Python does it to the workbook in front and says itself how it went.
Private Sub RxMacro(ByVal macro_name As String, ByVal passed As Variant)
    Dim told As String
    If ActiveWorkbook Is Nothing Then
        MsgBox "Open a workbook first.", vbExclamation, "{TITLE}"
        Exit Sub
    End If
    On Error Resume Next
    If Not python Is Nothing Then told = python.Str("") ' whether Python still runs
    If python Is Nothing Or Err.Number <> 0 Then
        Err.Clear
        Set python = XLPy()
    End If
    If Err.Number = 0 Then python.CallUDF MacroModule, macro_name, passed, ActiveWorkbook
    If Err.Number <> 0 Then
        told = Err.Description
        MsgBox "It did not work. Run retention-xl addin doctor to find out why." & vbCrLf & vbCrLf & Left$(told, 800), _
            vbExclamation, "{TITLE}"
    End If
End Sub
"""

# The tab of the ribbon; [MS-CUSTOMUI] 2009/07, which Excel reads since 2010.
RIBBON = f"""<customUI xmlns="http://schemas.microsoft.com/office/2009/07/customui"><ribbon><tabs>\
<tab id="RetentionTab" label="Retention"><group id="RetentionGroup" label="{TITLE}">\
<button id="RetentionReport" label="Monthly report" size="large" imageMso="ChartInsert" \
onAction="{FUNCTIONS_MODULE}.RetentionReportPressed" screentip="Monthly retention report" \
supertip="Makes the report of the last complete month from the sheet Ledger of this workbook, or from the sheet in \
front, and opens it."/>\
<button id="RetentionExample" label="Function example" size="large" imageMso="FunctionWizard" \
onAction="{FUNCTIONS_MODULE}.RetentionExamplePressed" screentip="Insert a function's example" \
supertip="Asks for a function, such as CRR, and writes its example into the selected cell and the one below."/>\
</group></tab></tabs></ribbon></customUI>"""

BEHIND_WORKBOOK = f"""Private Sub Workbook_Open()
    On Error Resume Next
    Application.OnTime Now, "'" & ThisWorkbook.Name & "'!{FUNCTIONS_MODULE}.RetentionStart"
End Sub
"""

# Signs of the docstrings that the code page of VBA sources lacks.
SPELLED = {"≥": ">=", "≤": "<=", "≠": "<>", "−": "-", "→": "->", "∑": "sum", "α": "alpha", "β": "beta"}


def functions_module(specs: Iterable[FunctionSpec]) -> str:
    """The module with a worksheet function for each function of the catalogue."""
    specs = list(specs)
    parts = [HEAD, *map(_function, specs), CALLING, _errors(), STARTING, MACROS, _descriptions(specs)]
    return "".join(parts)


def quoted(text: str) -> str:
    """A text as a VBA literal on one line."""
    for sign, spelling in SPELLED.items():
        text = text.replace(sign, spelling)
    return '"' + " ".join(text.split()).replace('"', '""') + '"'


def _function(spec: FunctionSpec) -> str:
    names = [parameter.name for parameter in spec.parameters]
    optional = [parameter.name for parameter in spec.parameters if parameter.optional]
    declared = [f"{'Optional ' if name in optional else ''}ByVal {name} As Variant" for name in names]
    lines = [
        "",
        f"Public Function {spec.name}({', '.join(declared)}) As Variant",
        f"Attribute {spec.name}.VB_Description = {quoted(spec.help)}",
        f'Attribute {spec.name}.VB_ProcData.VB_Invoke_Func = " \\n14"',
        *(f"    If IsMissing({name}) Then {name} = CVErr({LEFT_OUT})" for name in optional),
        f'    {spec.name} = RxAnswer("{spec.name}", Array({", ".join(names)}))',
        "End Function",
        "",
    ]
    return "\n".join(lines)


def _errors() -> str:
    cases = [f'        Case "{code}": RxCell = CVErr({number})\n' for number, code in ERROR_NUMBERS.items()]
    return ERRORS_HEAD + "".join(cases) + ERRORS_TAIL


def _descriptions(specs: list[FunctionSpec]) -> str:
    """What an attribute of a function cannot say: its category and its arguments."""
    lines = ["", "Private Sub RetentionDescribe()", "    Dim book As String"]
    lines.append('    book = "\'" & ThisWorkbook.Name & "\'!"')
    lines.append("    On Error Resume Next")
    for spec in specs:
        lines.append(f"    Application.MacroOptions Macro:=book & {quoted(spec.name)}, Category:={quoted(CATEGORY)}, _")
        lines.append(f"        Description:={quoted(spec.help)}" + (", _" if spec.parameters else ""))
        helps = [quoted(argument_help(parameter)) for parameter in spec.parameters]
        if helps:
            lines.append("        ArgumentDescriptions:=Array( _")
            lines.append(", _\n".join(f"            {text}" for text in helps) + ")")
    return "\n".join([*lines, "End Sub", ""])
