"""What the catalogue says of itself: the table for README, the help in the function wizard, one function explained.

`python -m retention_xl.hosts.reference README.md` writes the table between the markers of that file anew.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from retention_xl.errors import HostError
from retention_xl.metrics.reference import call_of, table
from retention_xl.metrics.spec import CATALOGUE, FunctionSpec, Parameter

__all__ = ["argument_help", "call_of", "explain", "find", "guide_text", "markdown", "table", "with_table"]

BEGIN = "<!-- functions:begin -->"
END = "<!-- functions:end -->"
LONGEST_HELP = 255  # characters that Excel's function wizard shows of an argument's help


def argument_help(parameter: Parameter) -> str:
    """The help of an argument in the function wizard; with the words it takes, where the help does not name them."""
    if all(choice in parameter.help for choice in parameter.choices):
        return parameter.help
    with_choices = f"{parameter.help} One of: {', '.join(parameter.choices)}."
    return with_choices if len(with_choices) <= LONGEST_HELP else parameter.help


def find(name: str) -> FunctionSpec:
    """The function meant by a name as a person types it. An unknown one is a HostError that says what is near."""
    spec = CATALOGUE.get(name.strip().lstrip("=").partition("(")[0].upper())
    if spec is None:
        near = get_close_matches(name.strip().upper(), CATALOGUE, n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"The functions are: {', '.join(sorted(CATALOGUE))}."
        raise HostError(f"There is no function {name!r}. {hint}")
    return spec


def explain(name: str) -> str:
    """All that is known of one function, as text."""
    spec = find(name)
    lines = [call_of(spec), "", spec.help, *([spec.description] if spec.description else []), "", "Arguments"]
    for parameter in spec.parameters:
        optional = "; optional" if parameter.optional else ""
        lines.append(f"  {parameter.name} ({parameter.kind_and_unit}{optional}): {parameter.help}")
    lines += ["", "Returns", f"  {spec.returns_kind}: {spec.returns}", "", "Formula", *_indented(spec.formula)]
    lines += ["", "Errors", *(f"  {code}: {when}" for code, when in spec.errors)]
    lines += ["", "Examples", f"  {spec.example} gives {spec.example_gives}", *_indented(spec.examples)]
    lines += ["", "Source", f"  {spec.source}"]
    return "\n".join(lines)


def guide_text() -> str:
    """The guide to the add-in for a person without a programmer at hand."""
    return Path(__file__).with_name("guide.md").read_text(encoding="utf-8")


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]


def markdown() -> str:
    """The functions as Markdown tables, one a group."""
    lines: list[str] = []
    for row in table():
        title = f"### {row.group}"
        if title not in lines:
            lines += ["", title, "", "| Function | Answers |", "|---|---|"]
        lines.append(f"| `{row.call}` | {_table_cell(row.answers)} |")
    return "\n".join(lines[1:])


def _table_cell(text: str) -> str:
    return text.replace("|", "\\|")


def with_table(text: str) -> str:
    """The text of a file with the table between its markers as the catalogue has it now."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise HostError(f"The file has no place for the function table; put {BEGIN} and {END} on lines of their own.")
    return f"{head}{BEGIN}\n{markdown()}\n{END}{tail}"


def main(arguments: Sequence[str]) -> None:
    """Bring the function table of each file named up to date."""
    for name in arguments:
        path = Path(name)
        path.write_bytes(with_table(path.read_text(encoding="utf-8")).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
