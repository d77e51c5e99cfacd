"""The company's settings file, retention.toml: read once, each part handed to the layer that it is about."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from retention_xl.errors import LedgerError, SettingsError

NAME = "retention.toml"
READING = ("columns", "ledger", "rates", "tables")  # sections about reading; the others are inputs of the report
_WORDS: Mapping[str, tuple[str, ...]] = {
    "nature": ("recurring", "purchases"),
    "dates": ("dmy", "mdy"),
    "decimal": ("point", "comma"),
    "duplicates": ("keep", "refuse"),
}
_TEXTS = ("currency", "encoding", "sheet", "table", "query")


@dataclass(frozen=True)
class SettingsFile:
    """What a settings file says. `reading` goes to `read_ledger`, `inputs` are the sections of the report."""

    path: Path | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    rates: Mapping[str, Decimal] | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    found: bool = False  # beside the ledger, without being named

    @property
    def told(self) -> tuple[str, ...]:
        """What to say about it in the terminal."""
        if self.path is None:
            return ()
        return (f"Settings: {self.path}, found beside the ledger.",) if self.found else (f"Settings: {self.path}",)


def settings_for(ledger: Any, named: Path | None) -> SettingsFile:
    """The settings file that is named, or the one beside the ledger, or none."""
    path = named or beside(ledger)
    return read_settings_file(path, found=named is None) if path else SettingsFile()


def beside(ledger: Any) -> Path | None:
    """The file retention.toml in the folder of the ledger."""
    first = ledger[0] if isinstance(ledger, list | tuple) and ledger else ledger
    if not isinstance(first, str | Path) or "://" in str(first):
        return None
    folder = Path(first) if Path(first).is_dir() else Path(first).parent
    path = folder / NAME
    return path if path.is_file() else None


def read_settings_file(path: Path, found: bool = False) -> SettingsFile:
    """All of it; a section, a key or a value that cannot be is an error that names the nearest."""
    from retention_xl.report.settings import sections

    given = _parsed(path)
    known = [*READING, *sections()]
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, 1)
            hint = f" Did you mean [{near[0]}]?" if near else ""
            raise SettingsError(f"{path}: there is no section [{name}]; the sections are {', '.join(known)}.{hint}")
        if name in READING and not isinstance(given[name], Mapping):
            raise SettingsError(f"{path}: {name} must be a section: a line [{name}] with its settings below.")
    reading: dict[str, Any] = _ledger(given.get("ledger", {}), path)
    if columns := _columns(given.get("columns", {}), path):
        reading["columns"] = columns
    if tables := _tables(given.get("tables", {}), path):
        reading["tables"] = tables
    inputs = {name: values for name, values in given.items() if name not in READING}
    return SettingsFile(path, reading, _rates(given.get("rates", {}), path), inputs, found)


def with_options(company: SettingsFile, options: Mapping[str, Any]) -> dict[str, Any]:
    """What goes to `read_ledger`: the settings file, and over it what the command line says."""
    reading = dict(company.reading)
    for name, value in options.items():
        if name in ("columns", "tables"):
            reading[name] = {**reading.get(name, {}), **(value or {})}
        elif value is not None:
            reading[name] = value
    return reading


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path}: the settings file cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a valid TOML file ({error}).") from error


def _columns(given: Mapping[str, Any], path: Path) -> dict[str, str]:
    from retention_xl.ledger.columns import FIELDS

    for name, heading in given.items():
        if name not in FIELDS:
            raise SettingsError(f"{path}: columns.{name} is not a field.{_hint(name, FIELDS)}")
        if not isinstance(heading, str) or not heading.strip():
            raise SettingsError(f'{path}: columns.{name} = {heading!r} must be a heading, such as "Kunde Nr.".')
    return dict(given)


def _ledger(given: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """How the ledger is read, its policies too."""
    from retention_xl.ledger.policies import KEYS, policies_from

    known = [*_WORDS, "allow_empty_months", *_TEXTS]
    reading: dict[str, Any] = {}
    policies: dict[str, Any] = {}
    for name, value in given.items():
        if name in KEYS:
            policies[name] = value
            continue
        if name not in known:
            raise SettingsError(f"{path}: ledger.{name} is not a setting.{_hint(name, [*known, *KEYS])}")
        if name in _WORDS and value not in _WORDS[name]:
            words = " or ".join(f'"{word}"' for word in _WORDS[name])
            raise SettingsError(f"{path}: ledger.{name} = {value!r} must be {words}.")
        if name == "allow_empty_months" and not isinstance(value, bool):
            raise SettingsError(f"{path}: ledger.{name} = {value!r} must be true or false.")
        if name in _TEXTS and (not isinstance(value, str) or not value.strip()):
            raise SettingsError(f"{path}: ledger.{name} = {value!r} must be a text.")
        reading[name] = value.upper() if name == "currency" else value
    if policies:
        reading["policies"] = policies_from(policies, f"{path}, [ledger]")
    return reading


def _rates(given: Mapping[str, Any], path: Path) -> dict[str, Decimal] | None:
    from retention_xl.ledger.currencies import load_rates

    if not given:
        return None
    for code, rate in given.items():
        if isinstance(rate, bool) or not isinstance(rate, int | float | str):
            raise SettingsError(
                f"{path}: rates.{code} = {rate!r} is not a rate; a rate is a number above 0 such as 1.08."
            )
    try:
        return load_rates(given)
    except LedgerError as error:
        raise SettingsError(f"{path}: {error}") from error


def _tables(given: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The tables by name; a file is meant from the folder of the settings file."""
    from retention_xl.ledger.supporting.reading import given_as
    from retention_xl.ledger.supporting.shapes import SHAPES

    tables: dict[str, Any] = {}
    for name, value in given.items():
        if name not in SHAPES:
            raise SettingsError(f"{path}: tables.{name} is not a table.{_hint(name, tuple(SHAPES))}")
        if value is False:
            tables[name] = None  # not wanted, also where a sheet of its name is found
            continue
        file = value.get("file") if isinstance(value, Mapping) else value
        if not isinstance(file, str) or not file.strip():
            raise SettingsError(f'{path}: tables.{name} must name a file, such as "crm.xlsx#Customers", or be false.')
        placed = file if "://" in file else str(path.parent / file)
        tables[name] = {**value, "file": placed} if isinstance(value, Mapping) else placed
        try:
            given_as(name, tables[name])
        except LedgerError as error:
            raise SettingsError(f"{path}: {error}") from error
    return tables


def _hint(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f" Did you mean {near[0]}?" if near else f" There are {', '.join(known)}."
