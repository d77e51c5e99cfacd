"""A template of one's own: begun as a copy of a shipped one, checked against the names that those have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from retention_xl.errors import TemplateError
from retention_xl.whole_files import write_whole

from .cells import Block, Contents, List, Single
from .package import Package
from .template import Binding, check_template, shipped_templates, template_path


def new_template(path: Path, source: str) -> None:
    """A copy of a shipped template, whole or not at all; a file that is there is left alone."""
    data = template_path(source).read_bytes()
    if path.exists():
        raise TemplateError(f"{path} is there already; choose another name.")
    write_whole(path, data)


def known_names() -> Contents:
    """Every name that a report can fill: the shipped templates have them all, and nothing but them."""
    singles: dict[str, Single] = {}
    blocks: dict[str, Block] = {}
    lists: dict[str, List] = {}
    for path in shipped_templates().values():
        package = Package(path)
        for name in package.names():
            if not name.name.startswith("rx_") or name.area is None:
                continue
            if (name.area.height, name.area.width) == (1, 1) or package.merged(name.area):
                singles[name.name] = Single(None)
            else:
                blocks[name.name] = Block(name.area.height, name.area.width, lambda at: ())
        for table in package.tables():
            lists[table.name] = List(table.headings, table.body.height, lambda at: ())
    return Contents(singles, blocks, lists)


def checked(path: Path) -> Binding:
    """What a template binds, what it leaves out, and every fault with its place."""
    return check_template(path, known_names())


def told(path: Path, binding: Binding) -> Iterator[str]:
    """The lines that a person reads about it: faults first, then what is bound and what is not."""
    for finding in sorted(binding.findings, key=lambda finding: finding.level):
        yield str(finding)
    areas = {**binding.singles, **binding.blocks, **{name: table.area for name, table in binding.lists.items()}}
    for sheet in dict.fromkeys(area.sheet for area in areas.values()):
        yield f"Bound on {sheet}: {', '.join(sorted(name for name in areas if areas[name].sheet == sheet))}"
    if binding.unused:
        yield f"Known but not used: {', '.join(sorted(binding.unused))}"
    errors, warnings = len(binding.errors), len(binding.findings) - len(binding.errors)
    if errors:
        yield f"{path.name} cannot be filled: {_count(errors, 'error')}, {_count(warnings, 'warning')}."
    else:
        yield f"{path.name} can be filled: no error, {_count(warnings, 'warning')}."


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
