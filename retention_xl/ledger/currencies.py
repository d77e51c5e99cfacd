"""Currencies of a ledger and the rates that bring them to the report's currency."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ..errors import LedgerError
from . import words
from .columns import plain_heading
from .database import Connection, fill, rows, sql
from .supporting.reading import read_rows
from .supporting.shapes import SHAPES

DECIMALS = 12  # of a rate
RATE_KIND = f"DECIMAL(20, {DECIMALS})"


class Rates(dict[str, Decimal]):
    """Rates by currency, the latest where they change; `history` has all of them of such a currency, by first day."""

    def __init__(self, rates: Mapping[str, Decimal] | None = None) -> None:
        super().__init__(rates or {})
        self.history: dict[str, list[tuple[date, Decimal]]] = {}

    def at(self, currency: str, day: date) -> Decimal | None:
        """The rate on a day; None before the first one."""
        if currency not in self.history:
            return self.get(currency)
        steps = self.history[currency]
        place = bisect_right(steps, day, key=lambda step: step[0])
        return steps[place - 1][1] if place else None


def rates_from_rows(found: Sequence[Mapping[str, Any]], file: str) -> Rates:
    """Rates of a table with the columns currency, rate and perhaps the day from which a rate holds."""
    rates = Rates()
    for row in found:
        code, place = row["currency"], f"{file}, line {row['line']}"
        rate, day = _rate(f"{row['rate'].normalize():f}", place), row.get("day")
        steps = rates.history.setdefault(code, [])
        if any(day == known or day is None or known == date.min for known, _ in steps):
            when = "a rate already" if day is None else f"a rate of {day} already, or one without a date"
            raise LedgerError(f"{place}: {code} has {when}.")
        steps.append((day or date.min, rate))
    for code, steps in list(rates.history.items()):
        steps.sort()
        rates[code] = steps[-1][1]
        if steps[0][0] == date.min:
            del rates.history[code]
    return rates


def load_rates(rates: str | Path | Mapping[str, object]) -> Rates:
    """Rates by currency: 1 unit of it = rate units of the report's currency."""
    if isinstance(rates, Rates):
        return rates
    if isinstance(rates, Mapping):
        return Rates({_code(str(c), "rates"): _rate(str(r), f"rates, {c}") for c, r in rates.items()})
    path = Path(rates)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise LedgerError(f"{path}: there is no such file of rates.") from error
    except (OSError, UnicodeError):
        return _from_table(path)
    lines = text.splitlines()
    delimiter = max(";\t,", key=(lines[0] if lines else "").count)
    table = list(csv.reader(lines, delimiter=delimiter))
    headings = [plain_heading(cell) for cell in table[0]] if table else []
    known = SHAPES["rates"].recognised(table[0]) if table else {}
    if "day" in known or (len(known) == 2 and {"currency", "rate"} - set(headings)):
        return _from_table(path)
    if "currency" not in headings or "rate" not in headings:
        raise LedgerError(
            f"{path.name}: the first line must name the columns currency and rate (1 unit of the currency is rate "
            f"units of the report's currency); found: {', '.join(headings) or 'none'}."
        )
    at_currency, at_rate = headings.index("currency"), headings.index("rate")
    read: Rates = Rates()
    for line, row in enumerate(table[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        place = f"{path.name}, line {line}"
        if len(row) <= max(at_currency, at_rate):
            raise LedgerError(f"{place}: the currency or the rate is missing.")
        code = _code(row[at_currency], place)
        if code in read:
            raise LedgerError(f"{place}: {code} has a rate already; each currency can have one.")
        rate = row[at_rate].strip()
        read[code] = _rate(rate.replace(",", ".") if delimiter != "," else rate, place)
    return read


def _from_table(path: Path) -> Rates:
    """Rates of any kind of file that a table can be: with days, with other headings, a workbook."""
    read, notes, found = read_rows("rates", path)
    if read.refused:
        raise LedgerError(f"{read.refused.rstrip('.')}.")
    if notes:
        raise LedgerError(f"{notes[0].told()}.")
    return rates_from_rows(found, path.name)


def _code(text: str, place: str) -> str:
    code = words.read_currency(text)
    if not code:
        raise LedgerError(f"{place}: {text!r} is not a currency code such as EUR.")
    return code


def _rate(text: str, place: str) -> Decimal:
    try:
        rate = round(Decimal(text), DECIMALS)
    except InvalidOperation:
        rate = Decimal(0)
    if not 0 < rate < 10**8:
        raise LedgerError(f"{place}: {text!r} is not a rate; a rate is a number above 0 such as 1.08.")
    return rate


def read_currencies(
    con: Connection, has_column: bool, rates: Mapping[str, Decimal] | None, report: str | None, name: str
) -> str:
    """Table `read_currencies` (text -> currency and rate); gives back the report's currency, "" where none is named."""
    texts = _stated(con, has_column)
    codes = {text: words.read_currency(text) for text in [*texts, ""]}
    met = sorted({code for code in codes.values() if code})
    wanted = words.read_currency(report) if report else ""
    if wanted is None:
        raise LedgerError(f"Currency: {report!r} is not a currency code such as EUR.")
    by_rate, home = _settle_rates(con, met, rates, wanted, name)
    only = met[0] if len(met) == 1 else home if not met else ""
    table: list[tuple[str, str, Decimal | None, str, bool]] = []
    for text, code in codes.items():
        if code is None:
            table.append((text, text.strip(), None, "currency_unknown", False))
        elif code:
            table.append((text, code, by_rate[code], "", False))
        elif len(met) > 1:
            table.append((text, "", None, "currency_blank", False))
        else:
            table.append((text, only, by_rate.get(only, Decimal(1)), "", bool(met)))
    fill(
        con,
        "read_currencies",
        {"text": "VARCHAR", "currency": "VARCHAR", "rate": RATE_KIND, "code": "VARCHAR", "assumed": "BOOLEAN"},
        table,
    )
    return home


def _stated(con: Connection, has_column: bool) -> list[str]:
    """What stands for a currency in the lines: the text of its column, or without one the sign beside the amount."""
    if not has_column and not any(con.filled["read_amounts"]["sign"]):
        con.filled["stated_currencies"] = {"text": [""]}
        return [""]
    con.execute(sql("stated_currencies"), {"has_column": has_column})
    texts = [text for (text,) in rows(con, "SELECT DISTINCT text FROM stated_currencies ORDER BY text")]
    con.filled["stated_currencies"] = {"text": texts}
    return texts


def _settle_rates(
    con: Connection, met: list[str], rates: Mapping[str, Decimal] | None, wanted: str, name: str
) -> tuple[dict[str, Decimal], str]:
    if not rates:
        if len(met) > 1:
            raise LedgerError(
                f"{name}: the ledger has several currencies ({'; '.join(_sums(con))}); give the rates "
                "to one of them with --rates rates.csv (columns currency and rate)."
            )
        if wanted and met and met != [wanted]:
            raise LedgerError(
                f"{name}: the ledger is in {met[0]}, the report is wanted in {wanted}; "
                "give the rate with --rates rates.csv."
            )
        home = wanted or (met[0] if met else "")
        return {home: Decimal(1)}, home
    ones = [code for code, rate in rates.items() if rate == 1]
    if wanted and rates.get(wanted, Decimal(1)) != 1:
        raise LedgerError(
            f"Rates: the report's currency {wanted} must have the rate 1, not {rates[wanted].normalize():f}."
        )
    without = [code for code in met if code not in rates]
    if not wanted and not ones and len(without) == 1:
        wanted = without[0]  # what has no rate can only be what the others are converted to
    if not wanted and len(ones) != 1:
        raise LedgerError(
            f"Rates: {len(ones)} currencies have the rate 1; name the one the report is in with --currency."
        )
    home = wanted or ones[0]
    known = {**rates, home: Decimal(1)}
    missing = [code for code in met if code not in known]
    if missing:
        raise LedgerError(f"Rates: no rate for {', '.join(missing)}; the ledger has lines in it.")
    return known, home


def _sums(con: Connection) -> list[str]:
    """Lines and sum of each currency, for the message that asks for rates."""
    totals: dict[str, tuple[int, int]] = {}
    for text, lines, cents in rows(con, "SELECT text, lines, cents FROM stated_currencies"):
        if code := words.read_currency(text):
            before = totals.get(code, (0, 0))
            totals[code] = (before[0] + lines, before[1] + int(cents or 0))
    return [
        f"{code} {Decimal(cents) / 100:,.2f} in {lines:,} line{'' if lines == 1 else 's'}"
        for code, (lines, cents) in sorted(totals.items(), key=lambda item: (-item[1][0], item[0]))
    ]


def fill_day_rates(con: Connection, rates: Mapping[str, Decimal] | None) -> bool:
    """Table `day_rates`: the rate of every day, of the currencies whose rates change. False where there are none."""
    history = rates.history if isinstance(rates, Rates) else {}
    steps = [
        (code, day, following, rate)
        for code, dated in sorted(history.items())
        for (day, rate), following in zip(dated, [*(d for d, _ in dated[1:]), date(2100, 1, 1)], strict=True)
    ]
    kinds = {"currency": "VARCHAR", "from_day": "DATE", "to_day": "DATE", "rate": RATE_KIND}
    if steps:
        fill(con, "rate_steps", kinds, steps)
        con.execute(sql("day_rates"))
    return bool(steps)


def check_every_day_has_a_rate(con: Connection, name: str) -> None:
    early = rows(con, sql("lines_before_rates"))
    if early:
        currency, day, line, first = early[0]
        raise LedgerError(
            f"{name}, line {line}: {day} is before the first rate of {currency}, of {first}; add an earlier rate."
        )


def fill_month_rates(con: Connection, rates: Rates, ends: Mapping[int, date]) -> None:
    """Table `month_rates`: the rate of each month's last day."""
    kinds = {"currency": "VARCHAR", "month": "INTEGER", "rate": RATE_KIND}
    table = [
        (code, month, rate)
        for code in sorted(rates)
        for month, end in sorted(ends.items())
        if (rate := rates.at(code, end)) is not None
    ]
    fill(con, "month_rates", kinds, table)
