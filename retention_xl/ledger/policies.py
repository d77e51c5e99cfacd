"""How the doubtful cases of a ledger are read: one policy each, described in policies.toml and nowhere else."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import SettingsError


@dataclass(frozen=True, slots=True)
class Described:
    """A policy: where it stands in a settings file, what it does, its default and what else it may be."""

    key: str
    label: str
    meaning: str
    value: str | int
    values: Mapping[str, str]  # word -> what it does
    range: tuple[int, int] | None
    also: tuple[str, ...]
    zone: bool

    @property
    def rule(self) -> str:
        """What its value must be."""
        if self.zone:
            return "must be a time zone such as Europe/Berlin"
        if self.range:
            words = "".join(f' or "{word}"' for word in self.also)
            return f"must be a whole number from {self.range[0]} to {self.range[1]}{words}"
        *others, last = (f'"{word}"' for word in self.values)
        return f"must be {', '.join(others)} or {last}"


def _described() -> tuple[Described, ...]:
    with (Path(__file__).parent / "policies.toml").open("rb") as file:
        found = tomllib.load(file)["policy"]
    return tuple(
        Described(
            d["key"],
            d["label"],
            d["meaning"],
            d["value"],
            d.get("values", {}),
            (d["range"][0], d["range"][1]) if "range" in d else None,
            tuple(d.get("also", ())),
            d.get("zone", False),
        )
        for d in found
    )


DESCRIBED = _described()
_DEFAULT: Mapping[str, Any] = {d.key: d.value for d in DESCRIBED}


@dataclass(frozen=True, slots=True)
class Policies:
    """One value for each policy; policies.toml says what they do."""

    overlap: str = _DEFAULT["overlap"]
    gap_days: int = _DEFAULT["gap_days"]
    return_days: int = _DEFAULT["return_days"]
    churn_date: str = _DEFAULT["churn_date"]
    delinquent_days: int | str = _DEFAULT["delinquent_days"]
    pause: str = _DEFAULT["pause"]
    pause_days: int = _DEFAULT["pause_days"]
    refunds: str = _DEFAULT["refunds"]
    usage: str = _DEFAULT["usage"]
    count_by: str = _DEFAULT["count_by"]
    exchange: str = _DEFAULT["exchange"]
    fiscal_year_start: int = _DEFAULT["fiscal_year_start"]
    timezone: str = _DEFAULT["timezone"]

    def __post_init__(self) -> None:
        for described in DESCRIBED:
            _check(described, getattr(self, described.key), "Policies")

    def told(self) -> tuple[tuple[Described, str | int], ...]:
        """Each policy with its value, in the order of the settings file."""
        return tuple((described, getattr(self, described.key)) for described in DESCRIBED)


KEYS = tuple(field.name for field in fields(Policies))


def policies_from(given: Mapping[str, Any], place: str) -> Policies:
    """The policies that a settings file names, our defaults for the others. `place` is the file, for the messages."""
    by_key = {described.key: described for described in DESCRIBED}
    for key, value in given.items():
        if key not in by_key:
            near = get_close_matches(key, KEYS, 1)
            hint = f" Did you mean {near[0]}?" if near else f" The policies are {', '.join(KEYS)}."
            raise SettingsError(f"{place}: {key} is not a policy.{hint}")
        _check(by_key[key], value, place)
    return Policies(**given)


def _check(described: Described, value: object, place: str) -> None:
    if described.zone:
        known = isinstance(value, str) and (not value or _is_zone(value))
    elif described.range:
        low, high = described.range
        is_count = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        known = is_count or value in described.also
    else:
        known = isinstance(value, str) and value in described.values
    if not known:
        shown = f'"{value}"' if isinstance(value, str) else value
        near = get_close_matches(value, [*described.values], 1) if isinstance(value, str) else []
        hint = f' Did you mean "{near[0]}"?' if near else ""
        raise SettingsError(f"{place}: {described.key} = {shown} {described.rule}.{hint}")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # an unknown name is a KeyError, a path a ValueError
        return False
    return True
