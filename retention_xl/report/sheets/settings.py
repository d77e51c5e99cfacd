"""Settings: the inputs that the formulas read, and how the ledger was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import NormalDist

from retention_xl.report.cells import Addresses, Block, Cell, Content
from retention_xl.report.model import Report
from retention_xl.report.risk_signs import OF_SIGNS
from retention_xl.report.rules import rules
from retention_xl.report.wording import printed_unit

NAME = "rx_settings"
READING = "rx_reading"
VALUE = 0  # the body's column of values
LAST_NOTICE = "Last notice of an improvement"
_OF_BUYERS = ("risk.late", "risk.gone")
CAC_MONTHS = "experience.cac_months"


def _rows(report: Report) -> list[tuple[str, str, str, str, Content]]:
    """key, label, unit, meaning, value of every setting, in the order of the sheet."""
    rows: list[tuple[str, str, str, str, Content]] = [
        (s.key, s.label, s.unit, s.meaning, s.value) for s in report.settings.items if _has_data(report, s.key)
    ]
    rows.append(
        (
            "z",
            "Standard errors of that confidence",
            "ratio",
            "Follows from the confidence; not an input.",
            None,
        )
    )
    for i, edge in enumerate(report.tiers.edges):
        chosen = (
            "from the settings file" if report.settings.tier_edges else "chosen from this ledger: fix it in settings"
        )
        rows.append(
            (f"tiers.edge_{i + 1}", f"Tier {i + 2} begins at", "money", f"Opening revenue a month; {chosen}.", edge)
        )
    for rule in (*rules(), *(own.rule for own in report.settings.own_rules)):
        if rule.id in report.judged:
            given = report.settings.limits[rule.id] if rule.limits else {}
            for limit in rule.limits:
                key = f"limits.{rule.id}.{limit.name}"
                rows.append(
                    (
                        key,
                        f"{rule.id}: {limit.label}",
                        limit.unit,
                        f"Limit of the checklist: {rule.title}.",
                        given[limit.name],
                    )
                )
    return rows


def _has_data(report: Report, key: str) -> bool:
    """Inputs of tables that were not given, and of signs that cannot be told, are left out."""
    section = key.partition(".")[0]
    if key in _OF_BUYERS or (key == "risk.rows" and report.lapsing):
        return report.lapsing is not None
    if section == "risk":
        return report.risk is not None and (key not in OF_SIGNS or key in report.risk.settings)
    if section == "offer":
        return report.facts.nature == "recurring"
    if section == "loyalty":
        return report.settings[key] is not None
    if key == CAC_MONTHS:
        return report.acquisition is not None
    return not key.startswith("experience.") or report.experience is not None


def limit_cell(report: Report, at: Addresses, rule: str, name: str) -> str | None:
    """The address of a limit of the checklist; None for a limit that is a target or no setting."""
    keys = [row[0] for row in _rows(report)]
    for key in (f"limits.{rule}.{name}", name, f"targets.{name}"):
        if key in keys:
            return at.cell(NAME, keys.index(key), VALUE)
    return None


def setting(report: Report, at: Addresses, key: str) -> str:
    """The address of a setting's value."""
    keys = [row[0] for row in _rows(report)]
    return at.cell(NAME, keys.index(key), VALUE)


def z_value(report: Report, at: Addresses) -> str:
    """The address of the number of standard errors that the confidence asks for."""
    return setting(report, at, "z")


def z_number(report: Report) -> float:
    """Its value."""
    return NormalDist().inv_cdf((1 + report.settings.number("policy.confidence")) / 2)


def blocks(report: Report) -> dict[str, Block]:
    """The table of inputs and the account of how the ledger was read."""
    rows = _rows(report)
    reading = _reading(report)
    return {
        NAME: Block(
            len(rows),
            4,
            lambda at: _cells(report, at, rows),
            ["Value", "Unit", "What it does", "Key in a settings file"],
            [label for _, label, _, _, _ in rows],
        ),
        READING: Block(
            len(reading),
            2,
            lambda at: [(value, how) for _, value, how in reading],
            ["Read as", "Why"],
            [label for label, _, _ in reading],
        ),
    }


def _cells(
    report: Report, at: Addresses, rows: Sequence[tuple[str, str, str, str, Content]]
) -> Iterable[Sequence[Content]]:
    for key, _, unit, meaning, value in rows:
        if key == "z":
            confidence = setting(report, at, "policy.confidence")
            yield Cell(z_number(report), f"NORMSINV((1+{confidence})/2)"), unit, meaning, ""
        else:
            yield (
                value,
                printed_unit(unit, report.facts.currency),
                meaning,
                key if not key.startswith("tiers.") else "tiers.edges",
            )


def _reading(report: Report) -> list[tuple[str, Content, str]]:
    nature = "Purchases" if report.facts.nature == "purchases" else "Recurring revenue"
    rows: list[tuple[str, Content, str]] = [("Nature of the ledger", nature, report.source.nature_reason)]
    rows.append(("Report currency", report.facts.currency or "not named in the ledger", report.source.rates))
    rows.append(("Report month", report.month, report.source.month_reason))
    rows += _policies(report)
    rows += [(f"Column: {choice.field}", choice.heading, choice.why) for choice in report.source.columns]
    rows += [
        (
            f"Table: {table.table}",
            "not taken" if table.refused else table.file,
            table.refused or f"{table.taken:,} rows",
        )
        for table in report.facts.supporting.tables
    ]
    if notices := report.facts.supporting.improvements:
        rows.append((LAST_NOTICE, max(notice.day for notice in notices), "From the table improvements."))
    rows.append(("Fingerprint of the data", report.facts.fingerprint[:16], "Changes when any accepted line changes."))
    return rows


def last_notice(report: Report, at: Addresses) -> str:
    """The address of the day on which customers were last told of an improvement."""
    labels = [label for label, _, _ in _reading(report)]
    return at.cell(READING, labels.index(LAST_NOTICE), 0)


def _policies(report: Report) -> list[tuple[str, str, str]]:
    """The policies as applied when the ledger was read: a change in the workbook would change nothing."""
    if report.facts.nature == "purchases":
        return []
    return [
        (
            policy.label,
            policy.values.get(str(value), "as written" if value == "" else str(value)),
            f"{policy.meaning} Applied when the ledger was read: {policy.key} in a settings file.",
        )
        for policy, value in report.facts.policies.told()
    ]
