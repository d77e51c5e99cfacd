"""Currencies of a ledger and the rates that bring them to the report's currency."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ..errors import LedgerError
from . import words
from .columns import plain_heading
from .database import Connection, fill, rows, sql

DECIMALS = 12  # of a rate
_RATE_KIND = "DECIMAL(20, 12)"


def load_rates(rates: str | Path | Mapping[str, object]) -> dict[str, Decimal]:
    """Rates by currency: 1 unit of it = rate units of the report's currency."""
    if isinstance(rates, Mapping):
        return {_code(str(c), "rates"): _rate(str(r), f"rates, {c}") for c, r in rates.items()}
    path = Path(rates)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise LedgerError(f"{path}: there is no such file of rates.") from error
    except (OSError, UnicodeError) as error:
        raise LedgerError(f"{path.name}: the file of rates cannot be read as UTF-8 text.") from error
    lines = text.splitlines()
    delimiter = max(";\t,", key=(lines[0] if lines else "").count)
    table = list(csv.reader(lines, delimiter=delimiter))
    headings = [plain_heading(cell) for cell in table[0]] if table else []
    if "currency" not in headings or "rate" not in headings:
        raise LedgerError(
            f"{path.name}: the first line must name the columns currency and rate (1 unit of the currency is rate "
            f"units of the report's currency); found: {', '.join(headings) or 'none'}."
        )
    at_currency, at_rate = headings.index("currency"), headings.index("rate")
    read: dict[str, Decimal] = {}
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
    con.execute(sql("stated_currencies"), {"has_column": has_column})
    texts = [text for (text,) in rows(con, "SELECT DISTINCT text FROM stated_currencies ORDER BY text")]
    codes = {text: words.read_currency(text) for text in [*texts, ""]}
    met = sorted({code for code in codes.values() if code})
    wanted = words.read_currency(report) if report else ""
    if wanted is None:
        raise LedgerError(f"{report!r} is not a currency code such as EUR.")
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
        {"text": "VARCHAR", "currency": "VARCHAR", "rate": _RATE_KIND, "code": "VARCHAR", "assumed": "BOOLEAN"},
        table,
    )
    return home


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
