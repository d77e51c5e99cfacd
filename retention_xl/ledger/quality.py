"""What was read, taken and refused, and the list of lines behind it."""

from __future__ import annotations

from . import reasons
from .columns import FIELDS
from .database import Connection, one, rows
from .places import Places
from .records import NOTES_LIMIT, ColumnChoice, Note, Quality
from .tables import EXACT, text_of_exact
from .typed_lines import BITS

_ACTIONS = (("refused", reasons.REFUSED), ("changed", reasons.CHANGED), ("noted", reasons.NOTED))


def _collect(con: Connection) -> bool:
    """Table `issues`: one row for each thing to tell about a line; a refused line has its refusal only.

    False where there is nothing to tell: then there is no such table.
    """
    refused, marked, refunds = one(
        con,
        "SELECT coalesce(bool_or(refusal <> ''), FALSE), coalesce(bool_or(marks <> 0), FALSE), "
        "coalesce(bool_or(role = 'refund'), FALSE) FROM lines",
    )
    (others,) = one(con, "SELECT (SELECT count(*) FROM duplicates) + (SELECT count(*) FROM replaced)")
    if not (refused or marked or refunds or others):
        return False
    parts = ["SELECT line, 'refused' AS action, refusal AS code FROM lines WHERE refusal <> ''"]
    if marked:
        con.execute(
            "CREATE OR REPLACE TABLE marked_lines AS SELECT line, marks FROM lines WHERE marks <> 0 AND refusal = ''"
        )
        parts += [
            f"SELECT line, '{action}', '{code}' FROM marked_lines WHERE marks & {BITS[code]} <> 0"
            for action, known in _ACTIONS
            for code in known
            if code in BITS
        ]
    parts += [
        "SELECT d.line, 'noted', 'duplicates' FROM duplicates d JOIN lines l ON l.line = d.line WHERE l.refusal = ''",
        "SELECT line, 'noted', 'replaced' FROM replaced",
        "SELECT l.line, 'noted', CASE WHEN m.purchases = 0 THEN 'refund_alone' ELSE 'refund_beyond' END "
        "FROM lines l JOIN short_months m ON m.customer = l.customer AND m.month = l.month "
        "WHERE l.role = 'refund' AND l.refusal = ''",
    ]
    con.execute("CREATE OR REPLACE TABLE issues AS " + " UNION ALL ".join(parts))
    return True


def summarise(con: Connection, columns: dict[str, ColumnChoice], places: Places) -> Quality:
    ranks = {(action, code): (i, j) for i, (action, known) in enumerate(_ACTIONS) for j, code in enumerate(known)}
    sentences = {(action, code): known[code] for action, known in _ACTIONS for code in known}
    counts: dict[tuple[str, str], tuple[int, dict[str, int]]] = {}
    by_currency_too = (
        "SELECT i.action, i.code, coalesce(l.currency, ''), count(*), sum(l.own_cents) "
        "FROM issues i JOIN lines l USING (line) GROUP BY ALL"
    )
    for action, code, currency, lines, cents in rows(con, by_currency_too) if _collect(con) else ():
        before, by_currency = counts.setdefault((action, code), (0, {}))
        if cents is not None:
            by_currency[currency] = int(cents)
        counts[action, code] = (before + lines, by_currency)
    ordered = sorted(counts, key=ranks.__getitem__)
    by_reason = tuple(
        (key[0], sentences[key][1], counts[key][0], dict(sorted(counts[key][1].items()))) for key in ordered
    )
    read, accepted, refused, unreadable, missing, accepted_money, missing_money = one(
        con,
        f"""
        SELECT count(*), count(*) FILTER (WHERE refusal = ''), count(*) FILTER (WHERE refusal <> ''),
            count(*) FILTER (WHERE refusal <> '' AND own_cents IS NULL),
            count(*) FILTER (WHERE refusal NOT IN ('', {reasons.repeating_sql()})),
            coalesce(sum(abs(cents)) FILTER (WHERE refusal = ''), 0),
            coalesce(sum(abs(cents)) FILTER (WHERE refusal NOT IN ('', {reasons.repeating_sql()})), 0)
        FROM lines
        """,
    )
    return Quality(
        lines_read=read,
        lines_accepted=accepted,
        lines_refused=refused,
        notes=tuple(_notes(con, columns, places)) if counts else (),
        notes_total=sum(lines for lines, _ in counts.values()),
        by_reason=by_reason,
        lines_missing=missing,
        accepted_money=int(accepted_money),
        missing_money=int(missing_money),
        refused_unreadable=unreadable,
        read_cents_by_currency={
            currency: int(cents)
            for currency, cents in rows(
                con, "SELECT currency, own_cents FROM raw_totals WHERE own_cents IS NOT NULL ORDER BY currency"
            )
        },
        accepted_cents_by_currency={
            currency: int(cents)
            for currency, cents in rows(
                con, "SELECT currency, sum(own_cents) FROM lines WHERE refusal = '' GROUP BY currency ORDER BY currency"
            )
        },
    )


def ledger_total(con: Connection) -> int:
    """Cents of all readable amounts in the report's currency, straight from the raw column."""
    (total,) = one(con, "SELECT coalesce(sum(cents), 0) FROM raw_totals")
    return int(total)


def _notes(con: Connection, columns: dict[str, ColumnChoice], places: Places) -> list[Note]:
    rank = " ".join(f"WHEN '{action}' THEN {i}" for i, (action, _) in enumerate(_ACTIONS))
    # an exact value becomes text again for the lines listed alone
    raw = ", ".join(
        f"coalesce(s.text_{f}, {text_of_exact(f, f's.exact_{f}')})" if f in EXACT else f"s.raw_{f}" for f in FIELDS
    )
    found = rows(
        con,
        f"""
        WITH listed AS (SELECT * FROM issues ORDER BY CASE action {rank} END, line, code LIMIT {NOTES_LIMIT})
        SELECT i.action, i.code, i.line, l.own_cents, coalesce(l.currency, ''), l.months, s.damage,
            coalesce(p.meant, ''), coalesce(a.detail, ''), coalesce(t.detail, ''), d.original, o.by_line, {raw}
        FROM listed i
        JOIN lines l ON l.line = i.line
        JOIN source s ON s.line = i.line
        LEFT JOIN spellings p ON p.spelling = s.raw_customer
        LEFT JOIN read_amounts a ON a.text = s.text_amount AND a.typed = s.amount_typed
        LEFT JOIN read_dates t ON t.field = 'date' AND t.text = s.text_date AND i.code = 'date_two_readings'
        LEFT JOIN duplicates d ON d.line = i.line
        LEFT JOIN replaced o ON o.line = i.line AND i.code = 'replaced'
        ORDER BY CASE i.action {rank} END, i.line, i.code
        """,
    )
    notes = []
    for action, code, line, cents, currency, months, damage, meant, readings, days, original, by_line, *texts in found:
        field, sentence = dict(_ACTIONS)[action][code]
        by_field = dict(zip(FIELDS, texts, strict=True))
        if code == "total_line" and not by_field["customer"].strip():
            field = "date"
        detail = {
            "damaged_line": damage,
            "damaged_id": f"it seems to be {meant}",
            "respelled": f"read as {meant}",
            "amount_two_readings": readings,
            "date_two_readings": days,
            "part_months": f"{months} months",
            "same_line_twice": f"as {places.told(original or line)}",
            "duplicate": f"{places.told(original or line)}",
            "duplicates": f"{places.told(original or line)}",
            "replaced": places.told(by_line or line),
        }.get(code, "")
        file, own_line = places.of(line)
        notes.append(
            Note(
                action=action,
                file=file,
                line=own_line,
                column=columns[field].heading if field in columns else "",
                value=by_field.get(field, ""),
                reason=f"{sentence} ({detail})" if detail else sentence,
                cents=cents,
                currency=currency,
            )
        )
    return notes
