"""A check of Visual Basic source without Visual Basic: what its compiler refuses of names, blocks and lines
([MS-VBAL])."""

from __future__ import annotations

import re
from collections.abc import Iterator

# [MS-VBAL] 3.3.5.2, reserved identifiers: none may name a procedure, an argument or a variable.
WORDS = """
    abs addressof and any array as attribute boolean byref byte byval call case cbool cbyte ccur cdate cdbl cdec cdecl
    cint circle clng clnglng clngptr close const csng cstr currency cvar cverr date debug decimal declare defbool
    defbyte defcur defdate defdbl defdec defint deflng deflnglng deflngptr defobj defsng defstr defvar dim do doevents
    double each else elseif empty end endif enum eqv erase event exit false fix for friend function get global gosub
    goto if imp implements in input inputb int integer is lbound len lenb let like line lineinput lock long longlong
    longptr loop lset me mod new next not nothing null object on open option optional or paramarray preserve print
    private property pset public put raiseevent redim rem resume return rset scale seek select set sgn shared single
    spc static step stop string sub tab then to true type typeof ubound unlock until variant vb_base vb_control
    vb_creatable vb_customizable vb_description vb_exposed vb_ext_key vb_globalnamespace vb_helpid vb_invoke_func
    vb_invoke_property vb_invoke_propertyput vb_invoke_propertyputref vb_memberflags vb_name vb_predeclaredid
    vb_procdata vb_templatederived vb_usermemid vb_vardescription vb_varhelpid vb_varmemberflags vb_varprocdata
    vb_varusermemid wend while with withevents write xor
"""
RESERVED = frozenset(WORDS.split())
LONGEST_LINE = 1023
MOST_CONTINUED_LINES = 24
LONGEST_NAME = 255
MOST_ARGUMENTS = 60
PROCEDURE = re.compile(r"^(?:(?:Public|Private|Static) )*(Function|Sub)\s+([^\s(]+)\s*\((.*?)\)(?: As (\w+))?$")
ARGUMENT = re.compile(r"^(?:Optional )?(?:By(?:Val|Ref) )?(?:ParamArray )?([^\s(]+?)(\(\))?(?: As (\w+))?(?: = .+)?$")
OPENERS = {
    "Function": "End Function",
    "Sub": "End Sub",
    "If": "End If",
    "#If": "#End If",
    "For": "Next",
    "Do": "Loop",
    "Select": "End Select",
    "With": "End With",
}


def complaints(source: str) -> list[str]:
    """What a compiler would refuse, each with its line; none for source that compiles."""
    return list(_complaints(source))


def _complaints(source: str) -> Iterator[str]:
    open_blocks: list[tuple[str, int]] = []
    procedures: dict[str, int] = {}
    labels: set[str] = set()
    jumps: dict[str, int] = {}
    for number, line in _joined_lines(source):
        if isinstance(line, list):
            yield from line
            continue
        code = _without_strings_and_comments(line)
        if code is None:
            yield f"line {number}: a text is not closed: {line.strip()}"
            continue
        code = code.strip()
        if not code or code.startswith("Attribute "):
            continue
        if procedure := PROCEDURE.match(code):
            yield from _names(procedure, number, procedures)
            labels, jumps = set(), {}
        if label := re.fullmatch(r"(\w+):", code):
            labels.add(label[1].lower())
        if jump := re.search(r"\b(?:GoTo|Resume) (\w+)", code):
            jumps[jump[1].lower()] = number
        for block, closed in _blocks(code):
            if not closed:
                open_blocks.append((block, number))
            elif not open_blocks or OPENERS[open_blocks[-1][0]] != block:
                yield f"line {number}: {block} closes nothing"
            else:
                open_blocks.pop()
                if block in ("End Function", "End Sub"):
                    for target, place in jumps.items():
                        if target not in labels | {"0", "next"}:
                            yield f"line {place}: there is no label {target}"
        for name in re.findall(r"\b(?:Dim|Const|ReDim(?: Preserve)?) (\w+)", code):
            yield from _name_complaint(name, number)
    for block, number in open_blocks:
        yield f"line {number}: {block} has no {OPENERS[block]}"


def _joined_lines(source: str) -> Iterator[tuple[int, str | list[str]]]:
    """Logical lines with the number of their first physical one; a list of complaints where a line is too long."""
    held, first = "", 0
    continued = 0
    for number, line in enumerate(source.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            yield number, [f"line {number}: {len(line)} characters, more than {LONGEST_LINE}"]
        first = first or number
        if line.endswith(" _"):
            held += line[:-1]
            continued += 1
            if continued > MOST_CONTINUED_LINES:
                yield number, [f"line {number}: more than {MOST_CONTINUED_LINES} continued lines"]
            continue
        yield first, held + line
        held, first, continued = "", 0, 0


def _without_strings_and_comments(line: str) -> str | None:
    """The code of a line, texts emptied; None where a text is not closed."""
    kept, inside = [], False
    for sign in line:
        if sign == '"':
            inside = not inside
            kept.append(sign)
        elif sign == "'" and not inside:
            break
        elif not inside:
            kept.append(sign)
    return None if inside else "".join(kept)


def _blocks(code: str) -> Iterator[tuple[str, bool]]:
    """Blocks that a line opens (False) or closes (True)."""
    word = code.split()[0]
    for opener, closer in OPENERS.items():
        if code == closer or code.startswith(closer + " "):
            yield closer, True
            return
        if PROCEDURE.match(code) and f" {opener} " in f" {code} ":
            yield opener, False
            return
        if word != opener or opener in ("Function", "Sub"):
            continue
        if opener != "If" or code.endswith(" Then"):  # an If with its statement on the same line is no block
            yield opener, False
        return


def _names(procedure: re.Match[str], number: int, procedures: dict[str, int]) -> Iterator[str]:
    name = procedure[2]
    yield from _name_complaint(name, number)
    if name.lower() in procedures:
        yield f"line {number}: {name} is there twice"
    procedures[name.lower()] = number
    arguments = [argument.strip() for argument in procedure[3].split(",") if argument.strip()]
    if len(arguments) > MOST_ARGUMENTS:
        yield f"line {number}: {name} has {len(arguments)} arguments"
    taken = {name.lower()}
    optional = False
    for text in arguments:
        argument = ARGUMENT.match(text)
        if not argument:
            yield f"line {number}: {text} is no argument"
            continue
        yield from _name_complaint(argument[1], number)
        if argument[1].lower() in taken:
            yield f"line {number}: {argument[1]} is a name twice"
        taken.add(argument[1].lower())
        if optional and not text.startswith(("Optional ", "ParamArray ")):
            yield f"line {number}: {argument[1]} follows an optional argument"
        optional = optional or text.startswith("Optional ")


def _name_complaint(name: str, number: int) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or len(name) > LONGEST_NAME:
        yield f"line {number}: {name} is no name"
    elif name.lower() in RESERVED:
        yield f"line {number}: {name} is a word of the language"


def vba_functions(source: str) -> dict[str, list[str]]:
    """Name -> argument names of each function in a generated VBA module."""
    found: dict[str, list[str]] = {}
    for name, arguments in re.findall(r"^(?:Public )?Function (\w+)\(([^)]*)\)", source, flags=re.MULTILINE):
        names = [re.sub(r"\b(Optional|ByRef|ByVal)\b|\bAs \w+", "", argument) for argument in arguments.split(",")]
        found[name] = [argument.strip() for argument in names if argument.strip()]
    return found
