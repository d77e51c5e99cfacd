"""From raw text to typed lines: each is taken or refused with a reason, and what it is to the figures is settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ..errors import LedgerError
from . import currencies, date_columns, deductions, readings, reasons, service_rules, who
from .beforehand import Beforehand
from .calendars import Calendar
from .columns import FIELDS
from .currencies import Rates
from .customer_months import fill_moves, fill_recurring_cells
from .database import Connection, fill, one, rows, sql
from .dates import month_end, month_text
from .places import Places
from .policies import Policies
from .records import ColumnChoice, Nature
from .told import filled, tell
from .typed_lines import Lines

MOST_COMPARED = 50_000_000  # lines held against lines called Total; beyond it that is a customer's name


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user decides about a ledger; None leaves it to what the ledger shows."""

    nature: Nature | None = None
    currency: str | None = None
    rates: Rates | None = None
    dates: Literal["dmy", "mdy"] | None = None
    decimal: Literal["point", "comma"] | None = None
    duplicates: Literal["keep", "refuse"] = "keep"
    allow_empty_months: bool = False
    policies: Policies = field(default_factory=Policies)
    beforehand: Beforehand = field(default_factory=Beforehand)


def clean(con: Connection, columns: dict[str, ColumnChoice], policy: Policy, places: Places) -> tuple[Nature, str, str]:
    """Fill the tables lines, cells, moves and others. Gives back nature, its reason and the report's currency."""
    name = places.name
    found = filled(con)
    if not found.lines:
        raise LedgerError(f"{name}: there is no line below the headings.")
    kinds_by_heading = "kind" in columns and columns["kind"].how == "by its heading"
    if not readings.read_kinds(con, columns, kinds_by_heading):
        del columns["kind"]  # its heading promised kinds and its cells hold something else
    if not readings.read_statuses(con, columns) and "status" in columns:
        del columns["status"]  # it says how a customer is doing, or where one lives
    nature, reason = _nature(con, columns, policy.nature)
    recurring = nature == "recurring"
    readings.check_sides(con, columns, name)
    if not readings.read_amounts(con, found.odd_amounts > 0, policy.decimal):
        readings.check_amounts(con, columns["amount"].heading, places)
    deducted = deductions.apply(con, columns, places)
    date_columns.read_dates(con, columns, found.odd_days, policy.dates, places, policy.policies.timezone)
    readings.read_customers(con)
    who.regroup(con, policy.policies, policy.beforehand, "parent" in columns)
    readings.read_terms(con, columns)
    try:
        home = currencies.read_currencies(con, "currency" in columns, policy.rates, policy.currency, name)
    except LedgerError as error:
        if wrong := policy.beforehand.wrong_rates():
            raise LedgerError(f"{error} {wrong}") from error
        raise
    rates_by_date = currencies.fill_day_rates(con, policy.rates)
    fiscal = policy.beforehand.calendar is not None
    told = tell(con, columns, found, recurring, deducted, rates_by_date, fiscal)
    lines = Lines(con, told, columns, recurring)
    con.execute(f"CREATE OR REPLACE VIEW told AS {told.money}")
    con.execute(sql("raw_totals"))
    con.execute("DROP VIEW told")
    who.know_subscriptions(con, "subscription" in columns)
    if policy.policies.count_by == "subscription":
        lines.change()
        con.execute(sql("by_subscription"))
    _settle_extent(con)
    at_once = lines.count_at_once and not lines.changed
    if not (at_once and _count_at_once(con)):
        _settle_duplicates(con, lines, policy.duplicates)
        if lines.may_be_refused and (line := one(con, sql("unnamed_totals"))[0]):
            lines.change()
            con.execute("UPDATE lines SET refusal = 'total_line' WHERE line = $line", {"line": line})
        _settle_dated_totals(con, lines)
        _check_some_are_taken(con, columns, places)
        _settle_extent(con)
    if calendar := policy.beforehand.calendar:
        _check_inside(con, calendar, name)
    if rates_by_date:
        currencies.check_every_day_has_a_rate(con, name)
    if recurring:
        if lines.roles_differ:
            con.execute(sql("reinvoices"))
        readings.find_unpaid(con)
        _fill_recurring_cells(con, lines, policy, home, rates_by_date, at_once and not lines.changed)
    else:
        con.execute(sql("purchase_cells"))
        con.execute(sql("policy_tables"))
    con.execute(sql("short_months"), {"recurring": recurring})
    con.filled.clear()
    fill_moves(con)
    if not policy.allow_empty_months:
        _check_no_month_is_empty(con, nature, places)
    return nature, reason, home


def _nature(con: Connection, columns: Mapping[str, ColumnChoice], told: Nature | None) -> tuple[Nature, str]:
    if told not in (None, "recurring", "purchases"):
        raise LedgerError(f"Nature {told!r} is neither recurring nor purchases.")
    seen, reason = _seen_nature(con, columns)
    return (seen, reason) if told in (None, seen) else (told, f"{told}, as stated")


def _seen_nature(con: Connection, columns: Mapping[str, ColumnChoice]) -> tuple[Nature, str]:
    if "term" in columns:
        return "recurring", f"recurring, because the column {columns['term'].heading!r} says how long each line runs"
    if "start" in columns:
        heads = f"{columns['start'].heading!r} and {columns['end'].heading!r}"
        return "recurring", f"recurring, because the columns {heads} give each line's period of service"
    if "mrr" in columns["amount"].heading.casefold():
        return (
            "recurring",
            f"recurring, because the amounts are headed {columns['amount'].heading!r}; each line is one month",
        )
    if word := readings.subscription_word(con):
        return (
            "recurring",
            f"recurring, because lines are of the kind {word!r}; no column gives a term, so each line is one month",
        )
    return (
        "purchases",
        "purchases, because no column gives a term or a period of service and no line is a renewal or a cancellation",
    )


def _settle_duplicates(con: Connection, lines: Lines, wanted: str) -> None:
    if con.keeps_order:
        con.execute(sql("met_twice_in_order"))
    if not con.keeps_order or one(con, "SELECT count(*) FROM met_twice WHERE astray")[0]:
        con.execute(sql("met_twice"))
    con.execute(sql("duplicates"))
    if not one(con, "SELECT count(*) FROM duplicates")[0]:
        return
    (repeated,) = one(con, "SELECT count(*) FROM duplicates WHERE id_repeats")
    if repeated and not one(con, sql("line_ids"))[0]:
        con.execute("UPDATE duplicates SET id_repeats = FALSE")
        repeated = 0
    if repeated or wanted == "refuse":
        lines.change()
    if repeated:
        con.execute(
            "UPDATE lines SET refusal = 'same_line_twice' WHERE line IN (SELECT line FROM duplicates WHERE id_repeats) "
            "AND refusal NOT IN ('damaged_line', 'total_line', 'headings_again')"
        )
    if wanted == "refuse":
        con.execute(
            "UPDATE lines SET refusal = 'duplicate' WHERE refusal = '' AND line IN (SELECT line FROM duplicates)"
        )


def _settle_dated_totals(con: Connection, lines: Lines) -> None:
    """A line called Total that has a date is one where its amount says so too: a customer may be called Total."""
    if True not in con.filled["odd"]["is_total"]:
        return
    named = [
        (line, cents)
        for line, text, cents in rows(
            con,
            "SELECT l.line, p.spelling, l.own_cents FROM lines l JOIN source s ON s.line = l.line "
            "JOIN spellings p ON p.spelling = s.raw_customer WHERE p.is_total AND l.refusal = '' AND l.own_cents <> 0",
        )
        if len(text.split()) == 1 or text.strip().casefold() == "grand total"
    ]
    (others,) = one(con, "SELECT count(*) FROM lines")
    if not named or len(named) * others > MOST_COMPARED:
        return
    fill(con, "named_totals", {"line": "BIGINT", "cents": "BIGINT"}, named)
    con.execute(sql("dated_totals"))
    if one(con, "SELECT count(*) FROM dated_totals")[0]:
        lines.change()
        con.execute("UPDATE lines SET refusal = 'total_line' WHERE line IN (SELECT line FROM dated_totals)")


def _check_some_are_taken(con: Connection, columns: Mapping[str, ColumnChoice], places: Places) -> None:
    name = places.name
    (accepted,) = one(con, "SELECT count(*) FROM lines WHERE refusal = '' AND role IN ('recurring', 'purchase')")
    if accepted:
        return
    worst = rows(
        con,
        "SELECT refusal, count(*), min(line) FROM lines WHERE refusal <> '' "
        "GROUP BY refusal ORDER BY count(*) DESC, refusal LIMIT 1",
    )
    if worst:
        code, lines, line = worst[0]
        field, reason = reasons.REFUSED[code]
        met = ""
        if field in FIELDS:
            (value,) = one(con, f"SELECT raw_{field} FROM source WHERE line = $line", {"line": line})
            met = f", column {columns[field].heading}, {value!r}" if field in columns else ""
        are = f"{lines:,} are" if lines > 1 else "its only one is"
        raise LedgerError(
            f"{name}: no line can be counted; {are} refused because of this, the first is "
            f"{places.told(line)}{met}: {reason}."
        )
    raise LedgerError(
        f"{name}: no line is recurring revenue or a purchase; check which columns are the kind and the term of a line."
    )


def _settle_extent(con: Connection) -> None:
    """The last month is that of the last billing line: refunds and cancellations may trail behind it."""
    con.execute(
        "CREATE OR REPLACE TABLE extent AS SELECT max(day) AS last_day, max(month) AS last_month FROM lines "
        "WHERE refusal = '' AND role IN ('recurring', 'purchase')"
    )


def _count_at_once(con: Connection) -> bool:
    """Whether no two lines of a customer are of one month, so that none repeats another. `cells` are then filled."""
    con.execute(sql("spans"))
    if not fill_recurring_cells(con):
        return False
    con.execute("CREATE OR REPLACE TABLE duplicates (line BIGINT, original BIGINT, id_repeats BOOLEAN)")
    return True


def _fill_recurring_cells(
    con: Connection, lines: Lines, policy: Policy, home: str, rates_by_date: bool, filled: bool
) -> None:
    """Cells by the policies. Lines below zero that take a customer below zero are refused, and all is made again.

    `filled`: the plain cells are there already.
    """
    if not filled:
        con.execute(sql("spans"))
    if rates_by_date and policy.rates is not None:
        currencies.fill_month_rates(con, policy.rates, _month_ends(con, policy))
    for _ in range(3):  # plain, by the policies without the refused ones, and after those that only this brought out
        if not filled:
            fill_recurring_cells(con)
        filled = False
        if not one(con, "SELECT count(*) FROM cells WHERE cents < 0")[0]:
            service_rules.apply(con, policy.policies, policy.beforehand.notices, home, rates_by_date)
            if not one(con, "SELECT count(*) FROM cells WHERE cents < 0")[0]:
                break
        lines.change()
        con.execute(sql("negative"))
    _check_some_cells(con)


def _check_inside(con: Connection, calendar: Calendar, name: str) -> None:
    outside = rows(
        con,
        "SELECT line, day FROM lines WHERE refusal = '' AND role IN ('recurring', 'purchase') "
        "AND (day < $first OR day > $last) ORDER BY line LIMIT 1",
        {"first": calendar.first_day, "last": calendar.last_day},
    )
    if outside:
        line, day = outside[0]
        raise LedgerError(
            f"{name}, line {line}: {day} is outside the fiscal calendar, which runs from {calendar.first_day} to "
            f"{calendar.last_day}."
        )


def _month_ends(con: Connection, policy: Policy) -> dict[int, date]:
    """The last day of every month that has revenue, and of the one before."""
    first, last = one(
        con,
        "SELECT min(first_month), (SELECT last_month FROM extent) FROM lines WHERE role = 'recurring' AND refusal = ''",
    )
    calendar = policy.beforehand.calendar
    return {m: calendar.end(m) if calendar else month_end(m) for m in range(first - 1, last + 1)}


def _check_some_cells(con: Connection) -> None:
    (cells,) = one(con, "SELECT count(*) FROM cells")
    if not cells:
        raise LedgerError("The ledger has no recurring revenue at any month's end.")


def _check_no_month_is_empty(con: Connection, nature: Nature, places: Places) -> None:
    gaps = rows(
        con,
        "SELECT month, following FROM (SELECT month, lead(month) OVER (ORDER BY month) AS following "
        "FROM (SELECT DISTINCT month FROM cells)) WHERE following > month + 1 ORDER BY month LIMIT 1",
    )
    if not gaps:
        return
    before, after = gaps[0]
    first, last = month_text(before + 1), month_text(after - 1)
    span = first if first == last else f"{first} to {last}"
    (line,) = one(
        con,
        "SELECT min(line) FROM lines WHERE refusal = '' AND role IN ('recurring', 'purchase') "
        "AND coalesce(first_month, month) = $after",
        {"after": after},
    )
    what = "no customer is active" if nature == "recurring" else "there is no purchase"
    raise LedgerError(
        f"{places.name}: {what} in {span}, which would read as every customer lost; the figures go on in "
        f"{month_text(after)} with {places.told(line)}. If that is right, say so with --allow-empty-months."
    )
