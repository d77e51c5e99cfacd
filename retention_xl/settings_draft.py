"""A settings file to begin with: what was chosen on a ledger, and every other setting as a comment with its default.

`#key = value` is a setting that holds already: take the # away to change it. `# words` explain.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from retention_xl.ledger.columns import FIELDS
from retention_xl.ledger.policies import DESCRIBED, Described
from retention_xl.ledger.supporting.shapes import SHAPES
from retention_xl.report.rules import rules
from retention_xl.report.settings import load_settings

if TYPE_CHECKING:
    from retention_xl.ledger import Ledger

WIDTH = 110
READING: tuple[tuple[str, str, str | bool], ...] = (  # key, what it does, an example
    ("dates", 'Day ("dmy") or month ("mdy") first, where the dates fit both.', "dmy"),
    ("decimal", 'The decimal mark, "point" or "comma", where amounts such as 1.234 fit both.', "comma"),
    ("duplicates", 'Lines equal in every column: "keep" or "refuse" all but the first; listed in either case.', "keep"),
    ("allow_empty_months", "Whether a month without a line may be one in which everybody left.", False),
    ("encoding", "Of a text file that is not UTF-8.", "cp1252"),
    ("sheet", "The sheet of a workbook that holds the billing lines.", "Billing"),
    ("table", "The table or view of a database that holds them.", "invoices"),
    ("query", "Or a query of a database that gives them.", "SELECT * FROM invoices"),
)
SECTIONS: Mapping[str, str] = {
    "targets": "What the figures of the first page are measured against.",
    "policy": "What the report counts with.",
    "offer": "Offers to customers who may leave.",
    "risk": "Who may leave: what counts as a sign, and how much.",
    "loyalty": "The loyalty programme.",
    "experience": "What is measured of surveys, first steps, features and tickets.",
}


def draft(ledger: Ledger, name: str, options: Mapping[str, Any], folder: Path) -> str:
    """The text of the file. `options` are those of the command line, `folder` is where the file will stand."""
    parts = [
        *_said(
            f"Settings of retention-xl for {name}, as `retention-xl init` wrote them. The program finds this file "
            "beside the ledger; what the command line says comes before it. A line such as #key = value is a setting "
            "with its starting value: take the # away to change it."
        ),
        *_columns(ledger),
        *_ledger(ledger, options),
        *_rates(ledger),
        *_tables(ledger, options, folder),
        *_inputs(ledger),
        *_limits(),
        *_own_rules(),
    ]
    return "\n".join(parts) + "\n"


def _said(text: str) -> Iterator[str]:
    yield from (f"# {line}" for line in wrap(text, WIDTH, break_on_hyphens=False))


def _value(value: Any) -> str:
    """As TOML writes it."""
    if isinstance(value, float) and value == int(value):
        return f"{value:.1f}"
    return json.dumps(value, ensure_ascii=False)


def _columns(ledger: Ledger) -> Iterator[str]:
    yield ""
    yield "[columns]"
    yield from _said('Which column of the ledger is what, by its heading: customer = "Kunde Nr.".')
    chosen = {choice.field: choice.heading for choice in ledger.columns}
    for field, heading in chosen.items():
        yield f"{field} = {_value(heading)}"
    missing = [field for field in FIELDS if field not in chosen]
    if missing:
        yield from _said(f"No column was taken for: {', '.join(missing)}.")


def _ledger(ledger: Ledger, options: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield "[ledger]"
    other = "purchases" if ledger.nature == "recurring" else "recurring"
    yield from _said(f'Recognised: {ledger.nature_reason}. It could also be "{other}".')
    yield f"nature = {_value(ledger.nature)}"
    yield from _said("Currency of the report.")
    yield f"currency = {_value(ledger.currency)}" if ledger.currency else '#currency = "EUR"'
    for key, meaning, example in READING:
        yield from _said(meaning)
        told = options.get(key)
        yield f"{key} = {_value(told)}" if told is not None else f"#{key} = {_value(example)}"
    yield "#"
    yield from _said("How the doubtful cases are read.")
    values = {described.key: value for described, value in ledger.policies.told()}
    for described in DESCRIBED:
        yield "#"
        yield from _policy(described)
        changed = values[described.key] != described.value
        yield f"{'' if changed else '#'}{described.key} = {_value(values[described.key])}"


def _policy(described: Described) -> Iterator[str]:
    yield from _said(f"{described.label}. {described.meaning}")
    for word, meaning in described.values.items():
        yield from _said(f'"{word}": {meaning}.')
    if not described.values:
        yield from _said(f"It {described.rule}.")


def _rates(ledger: Ledger) -> Iterator[str]:
    yield ""
    yield from _said("For a ledger in several currencies: 1 unit of each is so many units of the report's currency.")
    yield "#[rates]"
    yield f"#{ledger.currency or 'EUR'} = 1"
    yield f"#{'USD' if ledger.currency != 'USD' else 'EUR'} = 0.92"


def _tables(ledger: Ledger, options: Mapping[str, Any], folder: Path) -> Iterator[str]:
    yield ""
    yield "[tables]"
    yield from _said(
        'What stands beside the ledger: name = "file", from the folder of this file; "book.xlsx#Sheet" for a sheet; '
        'or { file = "nps.csv", columns = { customer = "Konto" }, dates = "dmy", encoding = "cp1252" }. A sheet of '
        "such a name in the ledger's own workbook is read without being named; false leaves it out."
    )
    given = options.get("tables") or {}
    found = {table.table: table.file for table in ledger.tables if not table.refused and table.table not in given}
    for name, shape in SHAPES.items():
        yield from _said(f"{name}: {shape.adds}. Columns: {', '.join(shape.columns)}.")
        if isinstance(given.get(name), str | Path):
            yield f"{name} = {_value(_from(folder, given[name]))}"
        elif name in found:
            yield from _said(f"Read from {found[name]}.")
        else:
            yield f'#{name} = "{name}.csv"'


def _from(folder: Path, file: str | Path) -> str:
    """A path as it reads from the folder, whole where it does not lie there."""
    try:
        return Path(file).absolute().relative_to(folder.absolute()).as_posix()
    except ValueError:
        return str(Path(file).absolute())


def _inputs(ledger: Ledger) -> Iterator[str]:
    section = ""
    for item in load_settings(nature=ledger.nature).items:
        first, _, key = item.key.partition(".")
        if first != section:
            section = first
            yield ""
            yield f"[{section}]"
            yield from _said(SECTIONS.get(section, ""))
        yield from _said(f"{item.label} ({item.unit}). {item.meaning}")
        yield (f"#{key} = {_value(item.value)}" if item.value is not None else f"#{key} = 0.0  # has no starting value")
    yield ""
    yield "[tiers]"
    yield from _said("Where the tiers of revenue a month begin, rising; chosen from the ledger unless told.")
    yield "#edges = [50.0, 200.0, 1000.0]"


def _limits() -> Iterator[str]:
    yield ""
    yield "[limits]"
    yield from _said("When the rules of the checklist speak up.")
    for rule in rules():
        for limit in rule.limits:
            yield from _said(f"{rule.id}, {rule.title}: {limit.label} ({limit.unit}).")
            yield f"#{rule.id}.{limit.name} = {_value(limit.default)}"


def _own_rules() -> Iterator[str]:
    yield ""
    yield from _said("Rules of your own beside those of the checklist, a section for each.")
    yield "#[[rule]]"
    yield '#id = "X01"'
    yield '#title = "Small accounts leave"'
    yield '#condition = "crr < low and crr < crr_mean3"'
    yield "#limits = { low = 0.95 }"
    yield '#do = "Ring the ten largest of them."'
