"""The checklist's memory: what people made of last month's rows goes on in this month's. Nothing typed is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from retention_xl.errors import TemplateError
from retention_xl.report.actions import HEADINGS, Action
from retention_xl.report.cells import LONGEST_PIECE, Cell, Content, Plain, pieces
from retention_xl.report.previous import Formula, Kept, Previous, PreviousRow, Recorded, plain_text
from retention_xl.report.wording import first_day, fixed, month_name

OPEN, CLOSED = "open", "closed"
# Columns in which people write; all others are computed anew every month.
YOURS = ("Owner", "Due", "Status", "Outcome", "Notes")
LEFT_OVER = "Notes carried over"
_DONE = ("done", "closed")
# Which figure says how a rule's case ended, by the figure that the rule measures.
_OUTCOMES = {
    "crr": ("CRR", "crr"),
    "crr_drop": ("CRR", "crr"),
    "crr_minus_drr": ("DRR", "drr"),
    "grr_falls": ("GRR", "grr"),
    "nrr": ("NRR", "nrr"),
}


@dataclass(frozen=True)
class Row:
    """A row of this month's checklist: an action with what is kept beside it, or, without an action, kept cells only.

    `rule` is empty for a row that a person added.
    """

    action: Action | None
    rule: str
    state: str
    first_seen: str
    cells: Mapping[str, Kept]
    figure: str = ""
    measured: float | None = None


@dataclass(frozen=True)
class Carried:
    """The whole checklist, and the columns that people added: heading -> the column of ours whose look it takes."""

    rows: tuple[Row, ...]
    added: Mapping[str, str] = field(default_factory=dict)


def carry_over(
    actions: Sequence[Action],
    previous: Previous | None,
    month: str,
    judged: Collection[str] = (),
    figures: Mapping[str, float | None] | None = None,
    at_risk: Collection[str] = (),
) -> Carried:
    """This month's actions first, then rows added by hand, then what has come to its end.

    `judged` are the rules that this month's data can answer, `figures` its rates by name ("crr", "nrr" ...). `at_risk`
    are the customers on this month's list of them: what people wrote there about others becomes a row here.
    """
    if previous is None:
        return Carried(tuple(_fresh(action, month) for action in actions))
    if previous.month > month:
        raise TemplateError(f"{previous.path.name} is the report of {previous.month}, which is after {month}.")
    matched, computed = _matched(previous), _computed(previous)
    rows = []
    for action in actions:
        row = matched.get(action.rule)
        rows.append(_fresh(action, month, computed) if row is None else _continued(action, row, previous, month))
    own = [row for row in previous.rows if not any(row is match for match in matched.values())]
    rows += [_by_hand(row) for row in own]
    firing = {action.rule for action in actions}
    for rule, row in matched.items():
        if rule not in firing:
            recorded = previous.record[rule]
            if recorded.state == CLOSED or rule not in judged:
                rows.append(_waiting(row, rule, recorded, month, rule in judged))
            else:
                rows.append(_closed(row, rule, recorded, month, figures or {}))
    rows += [found for row in previous.at_risk if (found := _about_risk(row, previous, at_risk))]
    added = _added(previous)
    dated = {"Due", "First seen", *(heading for heading, like in added.items() if like == "Due")}
    return Carried(tuple(part for row in rows for part in _within_cells(row, dated)), added)


def as_written(content: Content) -> str:
    """The fingerprint by which the program knows a cell of its own again: what else stands there, a person typed."""
    value = content.value if isinstance(content, Cell) else content
    sign = "~" if isinstance(content, Cell) and content.formula is not None else "="
    return sign + _fingerprint(value)


def _fingerprint(value: Plain) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = format(value, ".10g")
    else:
        text = value.isoformat() if isinstance(value, date) else " ".join(plain_text(value).split())
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _typed_over(heading: str, value: Kept, recorded: Recorded) -> bool:
    """Whether a computed cell holds something else than what the program wrote."""
    written = recorded.written.get(heading)
    if written is None or value is None:
        return False
    if isinstance(value, Formula):
        return written[0] != "~"
    return written[1:] != _fingerprint(value)


def _matched(previous: Previous) -> dict[str, PreviousRow]:
    """The row of each rule that the program wrote. Of copies, the one that is most like it; others are people's own."""
    found: dict[str, tuple[int, PreviousRow]] = {}
    rules = {rule.casefold(): rule for rule in previous.record}
    for row in previous.rows:
        rule = rules.get(row.text("Rule").casefold())
        if rule is None:
            continue
        recorded = previous.record[rule]
        there = [heading for heading in recorded.written if heading in row.cells and heading != "Rule"]
        alike = sum(
            row.cells[heading] is not None and not _typed_over(heading, row.cells[heading], recorded)
            for heading in there
        )
        # A row of which nothing is the program's was typed by a person who named the rule.
        if alike >= min(2, len(there)) and (rule not in found or alike > found[rule][0]):
            found[rule] = alike, row
    return {rule: row for rule, (_, row) in found.items()}


def _computed(previous: Previous) -> dict[str, Kept]:
    """Formulas of added columns that are the same in every row: new rows get them too."""
    found: dict[str, Kept] = {}
    for heading in previous.added:
        values = [row.cells.get(heading) for row in previous.rows]
        first = values[0] if values else None
        if isinstance(first, Formula) and first.pieces and all(_pieces(value) == first.pieces for value in values):
            found[heading] = first
    return found


def _pieces(value: Kept) -> tuple[str, ...] | None:
    return value.pieces if isinstance(value, Formula) else None


def _fresh(action: Action, month: str, computed: Mapping[str, Kept] | None = None) -> Row:
    cells: dict[str, Kept] = {
        **(computed or {}),
        "Owner": action.owner or None,
        "Due": action.due,
        "Status": action.status,
        "First seen": first_day(action.first_seen),
        "Months open": months_open(action.first_seen, month),
        "Outcome": None,
        "Notes": None,
    }
    return Row(action, action.rule, OPEN, action.first_seen, cells, action.measured_key, action.measured)


def _continued(action: Action, row: PreviousRow, previous: Previous, month: str) -> Row:
    """The rule still calls for action, or does so again."""
    recorded = previous.record[action.rule]
    first_seen = _first_seen(row, recorded)
    status, outcome = row.cells.get("Status"), []
    before = _customers(row)
    others = bool(before and action.customers and not before & set(action.customers))
    done = row.text("Status").casefold() in _DONE
    if action.status == "Done":  # a row that closes itself, and is a new one every month
        status, first_seen = status or action.status, month
    elif done and month != previous.month:
        status = "Open"
        if recorded.state == CLOSED:
            outcome.append(f"{month_name(month)}: back again, reopened.")
        elif others:
            outcome.append(f"{month_name(month)}: open for other customers; done before for {row.text('Customers')}.")
            first_seen = month
        else:
            outcome.append(
                f"{month_name(month)}: reopened; it was {row.text('Status')}, and the limit is still broken."
            )
    elif others and (row.text("Owner") or row.text("Notes")):
        outcome.append(f"{month_name(previous.month)} was about {row.text('Customers')}.")
    due = row.cells.get("Due")
    if due is None or (action.due is not None and not _typed_over("Due", due, recorded)):
        due = action.due
    typed = _typed(row, recorded, previous.month)
    cells: dict[str, Kept] = {heading: row.cells.get(heading) for heading in previous.added}
    cells |= {
        "Owner": row.cells.get("Owner") or action.owner or None,
        "Due": due,
        "Status": status or action.status,
        "First seen": first_day(first_seen),
        "Months open": months_open(first_seen, month),
        "Outcome": _joined(row.cells.get("Outcome"), outcome),
        "Notes": row.cells.get("Notes"),
    }
    return _noted(Row(action, action.rule, OPEN, first_seen, cells, action.measured_key, action.measured), typed)


def _closed(row: PreviousRow, rule: str, recorded: Recorded, month: str, figures: Mapping[str, float | None]) -> Row:
    """The rule no longer calls for action: Done, with the month and how it came out."""
    told = f"Closed {month_name(month)}: {outcome_of(recorded, figures)}"
    cells = {**row.cells, "Status": "Done", "Outcome": _joined(row.cells.get("Outcome"), [told])}
    status = row.text("Status")
    if status and status.casefold() not in (*_DONE, "open", "in progress", "not now"):
        cells["Notes"] = _joined(row.cells.get("Notes"), [f"Status was: {status}"])
    return _kept(row, cells, rule, CLOSED, recorded)


def outcome_of(recorded: Recorded, figures: Mapping[str, float | None]) -> str:
    """ "CRR back to 98.1 %.", or that the rule no longer fires."""
    label, key = _OUTCOMES.get(recorded.figure, ("", ""))
    now = figures.get(key)
    if now is None:
        return "no longer fires."
    percent = f"{fixed(100 * now, 1)} %"
    if recorded.figure == key and recorded.measured is not None and now > recorded.measured:
        return f"{label} back to {percent}."
    return f"no longer fires ({label} {percent})."


def _waiting(row: PreviousRow, rule: str, recorded: Recorded, month: str, judged: bool) -> Row:
    """Closed before, or not to be judged with this month's data: it stays as people left it."""
    cells = dict(row.cells)
    told = f"{month_name(month)}: not judged, the data for it was not given."
    if recorded.state == OPEN and not judged:
        if told not in row.text("Outcome"):
            cells["Outcome"] = _joined(cells.get("Outcome"), [told])
        cells["Months open"] = months_open(_first_seen(row, recorded), month)
    return _kept(row, cells, rule, recorded.state, recorded)


def _kept(row: PreviousRow, cells: Mapping[str, Kept], rule: str, state: str, recorded: Recorded) -> Row:
    kept = Row(None, rule, state, _first_seen(row, recorded), cells, recorded.figure, recorded.measured)
    typed = [
        f"{heading} was a formula: ={value.text}"
        for heading, value in row.cells.items()
        if heading not in YOURS and isinstance(value, Formula) and _typed_over(heading, value, recorded)
    ]
    return _noted(kept, [*typed, *row.loose])


def _about_risk(row: PreviousRow, previous: Previous, at_risk: Collection[str]) -> Row | None:
    """What people wrote about a customer on the list At risk and what the list cannot take: nothing of it is lost."""
    name, told = row.text("Customer"), list(row.loose)
    if name not in at_risk:
        told += [f"{h}: {text}" for h in previous.at_risk_added if (text := row.text(h))]
    if not told:
        return None
    about = f"{LEFT_OVER}: At risk, {name} ({month_name(previous.month)})"
    return Row(None, "", OPEN, "", {"What we see": about, "Notes": "\n".join(told)})


def _by_hand(row: PreviousRow) -> Row:
    """As it stands. Only what stands under no heading has to move into the notes."""
    if not any(value is not None for value in row.cells.values()):
        return Row(None, "", OPEN, "", {"What we see": LEFT_OVER, "Notes": "\n".join(row.loose)})
    return _noted(Row(None, "", OPEN, "", row.cells), row.loose)


# ---- what was typed where the program writes


def _typed(row: PreviousRow, recorded: Recorded, month: str) -> list[str]:
    """What a person wrote over computed cells, and what stands in the row under no heading."""
    told = []
    for heading in HEADINGS:
        value = row.cells.get(heading)
        if heading not in (*YOURS, "First seen") and _typed_over(heading, value, recorded):
            text = f"={value.text}" if isinstance(value, Formula) else plain_text(value)
            told.append(f"{heading} ({month_name(month)}): {text}")
    return [*told, *row.loose]


def _noted(row: Row, more: Sequence[str]) -> Row:
    """The row with further notes. A formula that cannot move keeps its result; its text is noted down."""
    cells, told = dict(row.cells), list(more)
    for heading, value in cells.items():
        if isinstance(value, Formula) and not value.pieces:
            cells[heading] = value.value
            # The program's own formulas, in rows that it computes no more, become values silently.
            if heading in YOURS or heading not in HEADINGS or not row.rule:
                told.append(f"{heading} was a formula: ={value.text}")
    new = [text for text in told if text not in plain_text(cells.get("Notes"))]
    cells["Notes"] = _joined(cells.get("Notes"), new)
    return replace(row, cells=cells)


def _joined(before: Kept, more: Sequence[str]) -> Kept:
    if not more:
        return before
    text = f"={before.text}" if isinstance(before, Formula) else plain_text(before)
    return "\n".join([*([text] if text else []), *more])


def _within_cells(row: Row, dated: Collection[str]) -> list[Row]:
    """The row as its cells can show it: a date as text where no date is expected, long notes on in further rows."""
    cells = {
        heading: str(value) if isinstance(value, date) and heading not in dated else value
        for heading, value in row.cells.items()
    }
    notes = cells.get("Notes")
    further: list[str] = []
    if isinstance(notes, str) and len(notes) > LONGEST_PIECE:
        cells["Notes"], *further = pieces(notes)
    about = f"{LEFT_OVER} {row.rule}".strip()
    return [
        replace(row, cells=cells),
        *(Row(None, "", OPEN, "", {"What we see": about, "Notes": piece}) for piece in further),
    ]


def _added(previous: Previous) -> dict[str, str]:
    """Columns that people added look like Notes, those of dates like Due."""
    looks = {}
    for heading in previous.added:
        values = [row.cells.get(heading) for row in previous.rows]
        known = [value.value if isinstance(value, Formula) else value for value in values if value is not None]
        looks[heading] = "Due" if known and all(isinstance(value, date) for value in known) else "Notes"
    return looks


# ---- months and customers


def months_open(first_seen: str, month: str) -> int:
    """Months that a row is open, its first one counted."""
    first, last = first_day(first_seen), first_day(month)
    return max(1, (last.year - first.year) * 12 + last.month - first.month + 1)


def _first_seen(row: PreviousRow, recorded: Recorded) -> str:
    """As it stands in the row, where that is a date; else as the program noted it down."""
    value = row.cells.get("First seen")
    return f"{value:%Y-%m}" if isinstance(value, date) else recorded.first_seen


def _customers(row: PreviousRow) -> set[str]:
    return {name.strip() for name in row.text("Customers").split(";") if name.strip()}
