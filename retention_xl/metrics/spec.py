'''The catalogue: what makes a pure function with a good docstring a worksheet function.

A person writes nothing but the function. `@metric` enters it into `CATALOGUE`, from which every host, table and help
text is derived by its signature and docstring. Arguments that the two do not have in common are refused at import; the
rest of the docstring is read, and any other disagreement refused, when somebody first asks for it or calls the function
with more than plain numbers: reading all of them would double the time of the import. The docstring:

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
from retention_xl.metrics.calls import call, finite
from retention_xl.metrics.cells import ERROR_CODES, ErrorValue, impossible
from retention_xl.metrics.ranges import LISTS, NUMBER_TYPES

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
    def kind_and_unit(self) -> str:
        """What stands in brackets in the docstring, with the words of a choice in place of its kind."""
        kind = " | ".join(self.choices) or self.kind
        return f"{kind}; {self.unit}" if self.unit else kind

    def __repr__(self) -> str:
        return f"Parameter({self.name!r}, {self.kind!r})"


class FunctionSpec:
    """Everything a host, a table or a help text needs to know of one worksheet function.

    The docstring is read at the first question about it, in one go.
    """

    READ_LATER = ("_places", "counts_with", "help", "number_counts", "parameters", "returns_kind", "spills", "spreads")
    __slots__ = ("_docstring", "_indent", "_pure", "function", "group", "name", "python_name", *READ_LATER)

    name: str  # as in a cell: CRR
    python_name: str  # crr
    group: str  # Customers
    help: str  # the first sentence
    parameters: tuple[Parameter, ...]
    returns_kind: str
    spills: bool  # may answer with more than one cell
    spreads: bool  # given ranges, works cell by cell
    counts_with: str  # the optional number whose presence makes `count or ids` arguments counts, "" for most functions
    number_counts: frozenset[int]  # with how many arguments, all plain numbers, it may be called as it is
    function: Callable[..., Any]  # takes what a cell may hold, raises MetricError

    def __init__(self, function: Callable[..., Any]) -> None:
        code = function.__code__
        self.python_name = code.co_name
        self.name = self.python_name.upper()
        self.function = self._pure = function
        self.group = function.__globals__.get("GROUP", "")
        self._docstring = function.__doc__ or ""
        if not self.group:
            raise self.disagreement("its module has no GROUP")
        if code.co_kwonlyargcount or code.co_posonlyargcount or code.co_flags & 0x0C:  # *args or **named
            raise self.disagreement("every argument must be an ordinary one")
        # Python 3.13 and later take the docstring's own indent away, earlier ones leave it.
        self._indent = "\n        " if "\n    Parameters:\n" in self._docstring else "\n    "
        place = 0
        for name in code.co_varnames[: code.co_argcount]:
            place = self._docstring.find(f"{self._indent}{name} (", place)
            if place < 0:
                raise self.disagreement(f"the docstring describes no {name} in the order of the signature")

    def __getattr__(self, name: str) -> Any:
        if name not in FunctionSpec.READ_LATER:
            raise AttributeError(f"a FunctionSpec has no {name}")
        self.read()
        return getattr(self, name)

    def read(self) -> None:
        """Read the docstring; a disagreement is a TypeError that says what is wrong. Nothing is left to read later."""
        self._find_sections()
        self.help = self._introduction()[0]
        self.returns_kind = self.section("Returns").partition(":")[0]
        self.spills = self.returns_kind not in ("number", "flag", "text")
        self.parameters = self._read_parameters(self._pure)
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
        self.number_counts = number_counts(self)
        self._check()

    def __repr__(self) -> str:
        return f"FunctionSpec({self.name!r})"

    @property
    def description(self) -> str:
        """What stands between the first sentence and the sections, "" where nothing does."""
        return self._introduction()[1]

    @property
    def returns(self) -> str:
        """What is returned and in what unit."""
        return " ".join(self.section("Returns").split()).partition(": ")[2]

    @property
    def formula(self) -> str:
        """The formula, on as many lines as it has."""
        return self.section("Formula")

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """Error codes, and when a cell shows them."""
        return tuple(self._named_lines("Errors"))

    @property
    def example(self) -> str:
        """A worksheet formula that needs no cells: =CRR(100,105,15)."""
        return self.section("Examples").partition(" gives ")[0]

    @property
    def example_gives(self) -> str:
        """What the example answers, as a formula would write it: 0.9, TRUE, "text", {1,2;3,4}."""
        return self.section("Examples").partition("\n")[0].partition(" gives ")[2]

    @property
    def examples(self) -> str:
        """This example and others as Python's interactive prompt shows them."""
        return self.section("Examples").partition("\n")[2]

    @property
    def source(self) -> str:
        """Where the definition comes from."""
        return " ".join(self.section("Source").split())

    def disagreement(self, what: str) -> TypeError:
        """The error of a function that does not say about itself what the catalogue needs."""
        return TypeError(f"{self.name}: {what}")

    def section(self, title: str) -> str:
        """The text of a section without its indent; a line that goes on keeps its own."""
        start, end = self._places[title]
        return self._docstring[start:end].replace(self._indent, "\n").strip()

    def _find_sections(self) -> None:
        docstring = self._docstring
        indent = self._indent[:-4]
        self._places: dict[str, tuple[int, int]] = {}  # where the text of each section starts and ends
        title, start = "", 0
        for following in SECTIONS:
            end = docstring.find(f"{indent}{following}:\n", start)
            if end < 0:
                raise self.disagreement(f"the docstring has no section {following} in the order {', '.join(SECTIONS)}")
            self._places[title] = start, end
            title, start = following, end + len(indent) + len(following) + 1
        self._places[title] = start, len(docstring)
        for title, (start, end) in self._places.items():
            if not docstring[start:end].strip():
                raise self.disagreement(f"the section {title or 'before Parameters'} is empty")

    def _introduction(self) -> tuple[str, str]:
        sentence, _, rest = " ".join(self.section("").split()).partition(". ")
        return sentence.removesuffix(".") + ".", rest

    def _named_lines(self, title: str) -> list[tuple[str, str]]:
        """`name: text` entries, each with its indented continuation lines."""
        entries = []
        for line in self.section(title).replace("\n    ", " ").splitlines():
            name, colon, rest = line.partition(": ")
            if not colon:
                raise self.disagreement(f"{line!r} is not `name: text`")
            entries.append((name, rest))
        return entries

    def _read_parameters(self, function: Callable[..., Any]) -> tuple[Parameter, ...]:
        """The parameters as signature and docstring both have them."""
        code = function.__code__
        names = code.co_varnames[: code.co_argcount]
        defaults = function.__defaults__ or ()
        described = [(*head.partition(" ("), body) for head, body in self._named_lines("Parameters")]
        if [name for name, *_ in described] != list(names):
            in_docstring = ", ".join(name for name, *_ in described)
            raise self.disagreement(f"the docstring describes ({in_docstring}), the signature has ({', '.join(names)})")
        parameters = []
        for position, (name, _, bracket, body) in enumerate(described):
            kind, _, unit = bracket.removesuffix(")").partition("; ")
            choices = tuple(word.strip() for word in kind.split("|")) if "|" in kind else ()
            since = position - (len(names) - len(defaults))
            default = defaults[since] if since >= 0 else None
            parameters.append(Parameter(name, "choice" if choices else kind, unit, body, choices, since >= 0, default))
        return tuple(parameters)

    def _check(self) -> None:
        """Refuse what a spreadsheet, its function wizard or a reader would stumble over."""
        from retention_xl.metrics.names import (
            EXCEL_FUNCTIONS,
            LONGEST_ARGUMENT_LIST,
            LONGEST_HELP,
            MOST_ARGUMENTS,
            VBA_WORDS,
            is_listed,
            looks_like_a_cell,
        )

        if is_listed(self.name, EXCEL_FUNCTIONS) or looks_like_a_cell(self.name):
            raise self.disagreement("Excel has a function or a cell of this name")
        if len(self.help) > LONGEST_HELP:
            raise self.disagreement(f"the first sentence has {len(self.help)} characters, more than {LONGEST_HELP}")
        if len(self.parameters) > MOST_ARGUMENTS:
            raise self.disagreement(f"{len(self.parameters)} arguments are more than {MOST_ARGUMENTS}")
        length = 0
        for parameter in self.parameters:
            name = parameter.name
            length += len(name) + 1
            if is_listed(name, VBA_WORDS) or name == self.python_name or looks_like_a_cell(name):
                raise self.disagreement(f"the argument name {name} is reserved")
            if parameter.kind not in KINDS:
                raise self.disagreement(f"{name} is of kind {parameter.kind!r}, which there is not")
            if parameter.kind == "choice" and parameter.optional and parameter.default not in parameter.choices:
                raise self.disagreement(f"the default of {name} is none of its choices")
            if len(parameter.help) > LONGEST_HELP:
                raise self.disagreement(
                    f"the help of {name} has {len(parameter.help)} characters, more than {LONGEST_HELP}"
                )
        if length > LONGEST_ARGUMENT_LIST:
            raise self.disagreement(f"the argument names together are longer than {LONGEST_ARGUMENT_LIST}")
        if self.returns_kind not in RETURN_KINDS:
            raise self.disagreement(f"returns {self.returns_kind!r}, which is none of {', '.join(RETURN_KINDS)}")
        for code, _ in self._named_lines("Errors"):
            if code not in ERROR_CODES:
                raise self.disagreement(f"{code!r} is not an error code of a worksheet cell")
        examples = self.section("Examples")
        worksheet = examples.partition("\n")[0]
        if worksheet[0] != "=" or f"{self.name}(" not in worksheet or " gives " not in worksheet:
            raise self.disagreement(f"the first example is not `={self.name}(...) gives ...`")
        if "\n>>> " not in examples or f"{self.python_name}(" not in examples:
            raise self.disagreement(f"no example at Python's prompt calls {self.python_name}(")


CATALOGUE: dict[str, FunctionSpec] = {}


def metric(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a pure function a worksheet function: callable with anything a cell may hold, and in the catalogue."""
    spec = FunctionSpec(function)
    if spec.name in CATALOGUE:
        raise spec.disagreement("is in the catalogue already")
    answer = answering(spec, function)
    if function.__code__.co_argcount >= 3:
        answer = shortcut_for_three_numbers(spec, function, answer)
    public: Any = answer
    public.__name__ = public.__qualname__ = spec.python_name
    public.__doc__ = function.__doc__
    public.__module__ = function.__module__
    public.__wrapped__ = function  # signature() and help() show the arguments
    public.spec = spec
    spec.function = answer
    CATALOGUE[spec.name] = spec
    return answer


def answering(spec: FunctionSpec, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as everybody calls it: arguments read by their kinds, errors told in its name."""

    def answer(*args: Any, **named: Any) -> Any:
        try:
            if len(args) in spec.number_counts and not named:  # plain numbers need no reading
                for value in args:
                    if type(value) not in NUMBER_TYPES or value - value:  # NaN and infinity differ from themselves
                        break
                else:
                    return finite(function(*args))
            return call(spec, function, args, named)
        except MetricError as error:
            raise MetricError(error.code, f"{spec.name}: {error}") from None
        except ArithmeticError:
            raise impossible(f"{spec.name}: a number is too large.") from None

    return answer


def shortcut_for_three_numbers(
    spec: FunctionSpec, function: Callable[..., Any], otherwise: Callable[..., Any]
) -> Callable[..., Any]:
    """The same, with the commonest call of a cell - three plain numbers - taking two thirds of the time."""
    absent = object()
    takes_three: bool | None = None  # not known before the first call

    def answer(one: Any = absent, two: Any = absent, three: Any = absent, /, *more: Any, **named: Any) -> Any:
        nonlocal takes_three
        if (
            takes_three
            and type(three) in NUMBER_TYPES
            and type(two) in NUMBER_TYPES
            and type(one) in NUMBER_TYPES
            and not more
            and not named
        ):
            try:
                result = function(one, two, three)
                if not (one + two + three + result) * 0:  # else one of them is NaN or infinite
                    return result
            except MetricError as error:
                raise MetricError(error.code, f"{spec.name}: {error}") from None
            except ArithmeticError:
                pass
        if takes_three is None:
            takes_three = 3 in spec.number_counts and spec.returns_kind == "number"
        return otherwise(*(value for value in (one, two, three) if value is not absent), *more, **named)

    return answer


def number_counts(spec: FunctionSpec) -> frozenset[int]:
    """With how many arguments, all plain numbers, a function that has been read may be called as it is."""
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
