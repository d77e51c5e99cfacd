"""The company's settings: targets, policies, tier edges and limits of the checklist, over our starting values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib import resources
from math import inf
from pathlib import Path
from typing import Any

from retention_xl.errors import SettingsError
from retention_xl.ledger.records import Facts
from retention_xl.report.own_rules import OwnRule, own_rules_from
from retention_xl.report.rules import default_limits

_FRACTIONS_OVER_ONE = {"targets.nrr"}  # expansion may carry it over 100 %
_BOUNDS = {"experience.nps": (-100, 100), "experience.ux": (0, 100), "experience.cac_months": (1, 12)}


@dataclass(frozen=True)
class Setting:
    """One input: where it stands in a settings file, its value (None: not set), its unit and what it does."""

    key: str
    label: str
    unit: str
    meaning: str
    value: float | None


@dataclass(frozen=True)
class Settings:
    """All inputs of a report. `tier_edges` are lower bounds in the report currency; None: chosen from the ledger."""

    items: tuple[Setting, ...]
    tier_edges: tuple[float, ...] | None = None
    limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    own_rules: tuple[OwnRule, ...] = ()

    def __getitem__(self, key: str) -> float | None:
        return next(item.value for item in self.items if item.key == key)

    def number(self, key: str) -> float:
        """The value of a setting that always has one."""
        value = self[key]
        assert value is not None, f"{key} has a starting value"
        return value

    def values(self) -> dict[str, float]:
        """Every setting that has a value, by key."""
        return {item.key: item.value for item in self.items if item.value is not None}

    def targets(self) -> dict[str, float]:
        """The targets that are set, by figure ("crr", "nrr", ...)."""
        return {
            item.key.removeprefix("targets."): item.value
            for item in self.items
            if item.key.startswith("targets.") and item.value is not None
        }


def with_month_targets(settings: Settings, facts: Facts) -> Settings:
    """The settings with the targets that the table of targets has for the report month, in place of the one target."""
    of_month = {t.figure: t.value for t in facts.supporting.targets if t.month == facts.month}
    items = tuple(
        replace(
            item, value=of_month[figure], meaning=f"{item.meaning} This month's value is from the table of targets."
        )
        if item.key.startswith("targets.") and (figure := item.key.removeprefix("targets.")) in of_month
        else item
        for item in settings.items
    )
    return replace(settings, items=items)


def sections() -> tuple[str, ...]:
    """The sections of a settings file that are inputs of the report."""
    keys = [item.key for item in load_settings().items]
    return (*dict.fromkeys(key.split(".")[0] for key in keys), "tiers", "limits", "rule")


def load_settings(
    path: Path | None = None, nature: str = "recurring", given: Mapping[str, Any] | None = None
) -> Settings:
    """Our starting values for a ledger of this nature, overridden by the TOML file at `path`, or by `given` from it."""
    described = tomllib.loads((resources.files("retention_xl") / "data" / "settings.toml").read_text("utf-8"))[
        "setting"
    ]
    items = [Setting(d["key"], d["label"], d["unit"], d["meaning"], _starting_value(d, nature)) for d in described]
    settings = Settings(tuple(items), None, default_limits())
    if path is None:
        return settings
    try:
        given = tomllib.loads(Path(path).read_text("utf-8")) if given is None else given
    except OSError as error:
        raise SettingsError(f"{path}: the settings file cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a valid TOML file ({error}).") from error
    return _override(settings, given, str(path))


def _starting_value(described: Mapping[str, Any], nature: str) -> float | None:
    value = described.get("purchases", described.get("value")) if nature == "purchases" else described.get("value")
    return None if value in (None, "none") else float(value)


def _override(settings: Settings, given: Mapping[str, Any], place: str) -> Settings:
    by_key = {item.key: item for item in settings.items}
    edges = settings.tier_edges
    limits = {rule: dict(values) for rule, values in settings.limits.items()}
    own = own_rules_from(given["rule"], place) if "rule" in given else settings.own_rules
    limits |= {rule.id: dict(rule.limits) for rule in own if rule.limits}
    for section, values in given.items():
        if section == "rule":
            continue
        if not isinstance(values, Mapping):
            raise SettingsError(
                f"{place}: {section} stands outside a section; sections are [targets], [policy], [tiers], "
                "[limits], [risk], [offer], [loyalty], [experience] and [[rule]]."
            )
        for name, value in values.items():
            key = f"{section}.{name}"
            if key == "tiers.edges":
                edges = _edges(value, place)
            elif section == "limits":
                _override_limit(limits, name, value, place)
            elif key in by_key:
                by_key[key] = replace(by_key[key], value=_number(key, by_key[key].unit, value, place))
            else:
                near = get_close_matches(key, [*by_key, "tiers.edges"], 1)
                hint = f" Did you mean {near[0]}?" if near else ""
                raise SettingsError(f"{place}: {key} is not a setting.{hint}")
    return Settings(tuple(by_key[item.key] for item in settings.items), edges, limits, own)


def _override_limit(limits: dict[str, dict[str, float]], rule: str, values: Any, place: str) -> None:
    if rule not in limits:
        raise SettingsError(f"{place}: limits.{rule} is not a rule with limits; there are {', '.join(sorted(limits))}.")
    if not isinstance(values, Mapping):
        raise SettingsError(
            f"{place}: limits.{rule} must name the limit, such as limits.{rule}.{next(iter(limits[rule]))}."
        )
    for name, value in values.items():
        if name not in limits[rule]:
            raise SettingsError(f"{place}: {rule} has no limit {name!r}; it has {', '.join(limits[rule])}.")
        limits[rule][name] = _plain_number(f"limits.{rule}.{name}", value, place)


def _plain_number(key: str, value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError(f"{place}: {key} = {value!r} is not a number.")
    return float(value)


def _number(key: str, unit: str, value: Any, place: str) -> float:
    number = _plain_number(key, value, place)
    least, most = _BOUNDS.get(key, (0, inf))
    if key in _BOUNDS and not least <= number <= most:
        raise SettingsError(f"{place}: {key} = {value} must lie between {least} and {most}.")
    if number < 0 <= least:
        raise SettingsError(f"{place}: {key} = {value} is negative; it must be 0 or more.")
    if unit == "fraction" and number > 1 and key not in _FRACTIONS_OVER_ONE:
        raise SettingsError(f"{place}: {key} = {value} is over 1; write rates as fractions, 0.95 for 95 %.")
    if key == "policy.confidence" and not 0 < number < 1:
        raise SettingsError(f"{place}: {key} = {value} must lie between 0 and 1.")
    if key.startswith("experience.") and unit in ("days", "months") and (number < 1 or number % 1):
        raise SettingsError(f"{place}: {key} = {value} must be a whole number of {unit}, 1 or more.")
    if key in ("policy.cltv_months", "risk.rows") and number < 1:
        raise SettingsError(f"{place}: {key} = {value} must be 1 or more.")
    return number


def _edges(value: Any, place: str) -> tuple[float, ...]:
    numbers = [_plain_number("tiers.edges", v, place) for v in value] if isinstance(value, list) else []
    if not numbers or any(n <= 0 for n in numbers) or numbers != sorted(set(numbers)):
        raise SettingsError(
            f"{place}: tiers.edges = {value!r} must be a list of rising amounts above 0, such as [50, 200, 1000]."
        )
    return tuple(numbers)
