'''The catalogue: what makes a pure function with a good docstring a worksheet function.

A person writes nothing but the function. `@metric` reads its signature and docstring, refuses any disagreement between
the two at import, and enters it into `CATALOGUE`, from which every host, table and help text is derived. The docstring:

    """First sentence, the help in the function wizard (at most 255 characters).

    Anything more a reader should know.

    Parameters:
        opening (count or ids; customers): What it is, at most 255 characters.
    Returns:
        number: What it is and in what unit.
    Formula:
        (closing - new_customers) / opening
    Errors:
        #DIV/0!: opening is 0.
    Examples:
        =CRR(100,105,15) gives 0.9
        >>> crr(100, 105, 15)
        0.9

    Source:
        Where the definition comes from.
    """

In brackets stands the argument's kind and, after a semicolon, its unit. The kinds:

single cells (a function that has no others works cell by cell when given ranges)
    number                  blank is 0
    date                    a day: real date, serial or ISO text; the function receives a proleptic ordinal
    flag                    TRUE or FALSE; blank is FALSE
    text                    text without blanks around it
    gross | net | lost      one of the words named; blank is the default
    count or ids            a number where the function's first optional number is given, else ids
lists, of any length
    ids                     customer ids; blanks are skipped, repeats count once
    numbers                 blanks are skipped
    series                  numbers in order, by period 0, 1, 2 ...; none blank but at the end
    params                  the row of fitted parameters; one row for all cells, never spread
columns, all of one call equally long; rows without an id and an amount do not count
    column of ids, column of texts, column of dates, column of flags
    column of amounts       blank is 0
    column of numbers       none blank
blocks
    table                   rows of cells as they are, with or without headings as the function says

What is returned is a `number`, a `flag` or `text`; a `row`, `column` or `table` spills, so does `number or column`.
'''

from __future__ import annotations

from retention_xl.errors import MetricError
from retention_xl.metrics.cells import ErrorValue, impossible
from retention_xl.metrics.names import (
    EXCEL_FUNCTIONS,
    LONGEST_ARGUMENT_LIST,
    LONGEST_HELP,
    MOST_ARGUMENTS,
    VBA_WORDS,
    looks_like_a_cell,
)
from retention_xl.metrics.ranges import LISTS, NUMBER_TYPES, call, finite

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["CATALOGUE", "ErrorValue", "FunctionSpec", "MetricError", "Parameter", "metric"]

SECTIONS = ("Parameters", "Returns", "Formula", "Errors", "Examples", "Source")
SINGLE_KINDS = ("number", "date", "flag", "text", "choice")
KINDS = frozenset((*SINGLE_KINDS, "count or ids", "table", *LISTS))
RETURN_KINDS = ("number", "flag", "text", "row", "column", "table", "number or column")


class Parameter:
    """An argument of a worksheet function. `default` is meaningless unless `optional`; `choices` is of kind choice."""

    __slots__ = ("choices", "default", "help", "kind", "name", "optional", "unit")

    def __init__(
        self, name: str, kind: str, unit: str, text: str, choices: tuple[str, ...], optional: bool, default: object
    ) -> None:
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = text
        self.choices = choices
        self.optional = optional
        self.default = default

    @property
    def is_range(self) -> bool:
        """Whether a range is what this argument is for; else one cell, or a range worked cell by cell."""
        return self.kind not in SINGLE_KINDS

    @property
    def kind_and_unit(self) -> str:
        """What stands in brackets in the docstring, with the words of a choice in place of its kind."""
        kind = " | ".join(self.choices) or self.kind
        return f"{kind}; {self.unit}" if self.unit else kind

    def __repr__(self) -> str:
        return f"Parameter({self.name!r}, {self.kind!r})"


class FunctionSpec:
    """Everything a host, a table or a help text needs to know of one worksheet function."""

    __slots__ = (
        "counts_with",
        "description",
        "errors",
        "example",
        "example_gives",
        "examples",
        "formula",
        "function",
        "group",
        "help",
        "name",
        "parameters",
        "python_name",
        "returns",
        "returns_kind",
        "source",
        "spills",
        "spreads",
    )

    name: str  # as in a cell: CRR
    python_name: str  # crr
    group: str  # Customers
    help: str  # the first sentence
    description: str  # what stands between it and the sections, "" where nothing does
    parameters: tuple[Parameter, ...]
    returns: str
    returns_kind: str
    formula: str
    errors: tuple[tuple[str, str], ...]  # code, when
    example: str  # a worksheet formula that needs no cells: =CRR(100,105,15)
    example_gives: str  # what it answers, as a formula would write it: 0.9, TRUE, {1,2;3,4}
    examples: str  # this one and others as Python's interactive prompt shows them
    source: str
    spills: bool  # may answer with more than one cell
    spreads: bool  # given ranges, works cell by cell
    counts_with: str  # the optional number whose presence makes `count or ids` arguments counts, "" for most functions
    function: Callable[..., Any]  # takes what a cell may hold, raises MetricError

    def __init__(self, function: Callable[..., Any]) -> None:
        code = function.__code__
        self.python_name = code.co_name
        self.name = self.python_name.upper()
        self.function = function
        self.group = function.__globals__.get("GROUP", "")
        if not self.group:
            raise self.disagreement("its module has no GROUP")
        introduction, sections = self.read_docstring(function.__doc__ or "")
        sentence, _, rest = introduction.partition(". ")
        self.help = sentence if sentence.endswith(".") else sentence + "."
        self.description = rest
        self.formula = sections["Formula"]
        self.source = " ".join(sections["Source"].split())
        self.returns_kind, _, returns = " ".join(sections["Returns"].split()).partition(": ")
        self.returns = returns
        self.spills = self.returns_kind not in ("number", "flag", "text")
        self.errors = tuple(self.named_lines(sections["Errors"]))
        worksheet, _, self.examples = sections["Examples"].partition("\n")
        self.example, _, self.example_gives = worksheet.partition(" gives ")
        self.parameters = self.read_parameters(function, sections["Parameters"])
        kinds = [parameter.kind for parameter in self.parameters]
        self.spreads = self.returns_kind in ("number", "flag", "row") and all(
            kind in SINGLE_KINDS or kind == "params" for kind in kinds
        )
        self.counts_with = ""
        if "count or ids" in kinds:
            optional = [p.name for p in self.parameters if p.kind == "number" and p.optional]
            if not optional:
                raise self.disagreement("takes counts or ids, but has no optional number that tells which")
            self.counts_with = optional[0]
        self.check()

    def __repr__(self) -> str:
        return f"FunctionSpec({self.name!r})"

    def disagreement(self, what: str) -> TypeError:
        """The error of a function that does not say about itself what the catalogue needs."""
        return TypeError(f"{self.name}: {what}")

    def read_docstring(self, docstring: str) -> tuple[str, dict[str, str]]:
        """The introduction as one line, and the text of every section."""
        introduction: list[str] = []
        sections: dict[str, list[str]] = {}
        target, indent = introduction, None
        for raw in docstring.splitlines():
            line = raw.strip()
            if line.endswith(":") and line[:-1] in SECTIONS:
                target = sections.setdefault(line[:-1], [])
                indent = None
                continue
            if not line:
                continue
            if indent is None or target is introduction:
                indent = len(raw) - len(raw.lstrip())
            target.append(raw.rstrip()[min(indent, len(raw) - len(raw.lstrip())) :])
        if list(sections) != list(SECTIONS):
            raise self.disagreement(
                f"the docstring has {', '.join(sections)}, not {', '.join(SECTIONS)}, each with text"
            )
        for title, lines in sections.items():
            if not lines:
                raise self.disagreement(f"the section {title} is empty")
        return " ".join(introduction), {title: "\n".join(lines) for title, lines in sections.items()}

    def named_lines(self, text: str) -> list[tuple[str, str]]:
        """`name: text` entries, each with its indented continuation lines."""
        entries: list[tuple[str, str]] = []
        for line in text.splitlines():
            if line.startswith(" ") and entries:
                entries[-1] = (entries[-1][0], f"{entries[-1][1]} {line.strip()}")
                continue
            name, colon, rest = line.partition(": ")
            if not colon:
                raise self.disagreement(f"{line!r} is not `name: text`")
            entries.append((name, rest))
        return entries

    def read_parameters(self, function: Callable[..., Any], text: str) -> tuple[Parameter, ...]:
        """The parameters as signature and docstring both have them."""
        code = function.__code__
        if code.co_kwonlyargcount or code.co_posonlyargcount or code.co_flags & 0x0C:  # *args or **named
            raise self.disagreement("every argument must be an ordinary one")
        names = code.co_varnames[: code.co_argcount]
        defaults = function.__defaults__ or ()
        described = [(*head.partition(" ("), body) for head, body in self.named_lines(text)]
        if [name for name, *_ in described] != list(names):
            in_docstring = ", ".join(name for name, *_ in described)
            raise self.disagreement(f"the docstring describes ({in_docstring}), the signature has ({', '.join(names)})")
        parameters = []
        for position, (name, _, bracket, body) in enumerate(described):
            kind, _, unit = bracket.removesuffix(")").partition("; ")
            choices = tuple(word.strip() for word in kind.split("|")) if "|" in kind else ()
            since = position - (len(names) - len(defaults))
            parameters.append(
                Parameter(
                    *(name, "choice" if choices else kind, unit, body, choices),
                    *(since >= 0, defaults[since] if since >= 0 else None),
                )
            )
        return tuple(parameters)

    def check(self) -> None:
        """Refuse what a spreadsheet, its function wizard or a reader would stumble over."""
        if self.name in EXCEL_FUNCTIONS or looks_like_a_cell(self.name):
            raise self.disagreement("Excel has a function or a cell of this name")
        if len(self.help) > LONGEST_HELP:
            raise self.disagreement(f"the first sentence has {len(self.help)} characters, more than {LONGEST_HELP}")
        if len(self.parameters) > MOST_ARGUMENTS:
            raise self.disagreement(f"{len(self.parameters)} arguments are more than {MOST_ARGUMENTS}")
        if sum(len(parameter.name) + 1 for parameter in self.parameters) > LONGEST_ARGUMENT_LIST:
            raise self.disagreement(f"the argument names together are longer than {LONGEST_ARGUMENT_LIST}")
        for parameter in self.parameters:
            name = parameter.name
            if name in VBA_WORDS or name == self.python_name or looks_like_a_cell(name) or name == "caller":
                raise self.disagreement(f"the argument name {name} is reserved")
            if parameter.kind not in KINDS:
                raise self.disagreement(f"{name} is of kind {parameter.kind!r}, which there is not")
            if parameter.kind == "choice" and parameter.optional and parameter.default not in parameter.choices:
                raise self.disagreement(f"the default of {name} is none of its choices")
            if len(parameter.help) > LONGEST_HELP:
                raise self.disagreement(
                    f"the help of {name} has {len(parameter.help)} characters, more than {LONGEST_HELP}"
                )
        if self.returns_kind not in RETURN_KINDS:
            raise self.disagreement(f"returns {self.returns_kind!r}, which is none of {', '.join(RETURN_KINDS)}")
        for code, _ in self.errors:
            ErrorValue(code)
        if self.example[:1] != "=" or f"{self.name}(" not in self.example or not self.example_gives:
            raise self.disagreement(f"the first example is not `={self.name}(...) gives ...`")
        if ">>> " not in self.examples or f"{self.python_name}(" not in self.examples:
            raise self.disagreement(f"no example at Python's prompt calls {self.python_name}(")


CATALOGUE: dict[str, FunctionSpec] = {}


def metric(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a pure function a worksheet function: callable with anything a cell may hold, and in the catalogue."""
    spec = FunctionSpec(function)
    if spec.name in CATALOGUE:
        raise spec.disagreement("is in the catalogue already")
    numbers_alone = number_counts(spec)
    three_alone = 3 in numbers_alone

    def answer(*args: Any, **named: Any) -> Any:
        try:
            if three_alone and len(args) == 3 and not named:  # the loop below unrolled: a fifth less time
                one, two, three = args
                if (
                    type(one) in NUMBER_TYPES
                    and type(two) in NUMBER_TYPES
                    and type(three) in NUMBER_TYPES
                    and not (one + two + three) * 0  # else one is NaN or infinite
                ):
                    result = function(one, two, three)
                    return result if type(result) is not float or not result - result else finite(result)
            elif len(args) in numbers_alone and not named:  # plain numbers need no reading
                for value in args:
                    if type(value) not in NUMBER_TYPES or value - value:
                        break
                else:
                    return finite(function(*args))
            return call(spec, function, args, named)
        except MetricError as error:
            raise MetricError(error.code, f"{spec.name}: {error}") from None
        except OverflowError:
            raise impossible(f"{spec.name}: a number is too large.") from None

    answer.__name__ = answer.__qualname__ = spec.python_name
    answer.__doc__ = function.__doc__
    answer.__module__ = function.__module__
    answer.__wrapped__ = function  # type: ignore[attr-defined]  # signature() and help() show the arguments
    answer.spec = spec  # type: ignore[attr-defined]
    spec.function = answer
    CATALOGUE[spec.name] = spec
    return answer


def number_counts(spec: FunctionSpec) -> frozenset[int]:
    """With how many arguments, all plain numbers, the function may be called as it is."""
    kinds = [parameter.kind for parameter in spec.parameters]
    if not spec.spreads and not spec.counts_with:
        return frozenset()
    required = sum(not parameter.optional for parameter in spec.parameters)
    least = (
        [parameter.name for parameter in spec.parameters].index(spec.counts_with) + 1 if spec.counts_with else required
    )
    return frozenset(
        count
        for count in range(least, len(kinds) + 1)
        if all(kind in ("number", "count or ids") for kind in kinds[:count])
    )
