"""Ledgers of a made-up subscription business with every kind of dirt at once, and the truth of each customer.

The truth is counted by loops over months, from what was sold, never from the lines: month ends inside the service, an
invoice that is not paid no longer counts 30 days past due, of several in a row the first, also across an absence.
"""

from __future__ import annotations

import random
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

HEADINGS = [
    "Line ID", "Customer No.", "Invoice date", "Type", "Subtotal", "Discount", "Tax", "Total", "Billing interval",
    "Status", "Due date",
]  # fmt: skip
FIRST, MONTHS = date(2022, 1, 1), 30
TERMS = {
    1: ["month", "monthly", "1", "P1M"],
    3: ["quarter", "3 months"],
    12: ["year", "annual", "Yearly", "12"],
    0: [""],
}
SEPARATORS = {"point": [",", "'", " ", "\u00a0"], "comma": [".", "\u202f"]}


class Hostile(NamedTuple):
    """Rows as they stand in the file; what of each customer is active with how many cents, and what is refused why."""

    order: str
    rows: list[list[str]]
    truth: dict[str, dict[str, int]]
    refused: list[str]
    damaged: set[str]  # customers of whom a line is refused that would count


class Sale(NamedTuple):
    customer: str
    day: date
    kind: str
    list_price: int
    discount: int
    tax: int
    term: int
    status: str


def later(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def hostile(seed: int) -> Hostile:
    r = random.Random(seed)
    truth: dict[str, dict[str, int]] = {}
    sales = [sale for number in range(60) for sale in _life(r, f"K-{r.randint(0, 9)}{number:05d}", truth)]
    style, order = r.choice(["point", "comma"]), r.choice(["dmy", "mdy"])
    rows: list[list[str]] = []
    refused: list[str] = []
    damaged: set[str] = set()
    for number, sale in enumerate(sales):
        row = _row(r, number, sale, style, order)
        code = "not_billed" if sale.status in ("void", "draft") else _spoil(r, row)
        if code:
            refused.append(code)
        if code not in ("", "not_billed"):
            damaged.add(sale.customer)
        rows.append(row)
        if r.random() < 0.004:
            rows.append(list(row))
            refused.append("same_line_twice")
        if r.random() < 0.003:
            rows.append([""] * len(row))
    r.shuffle(rows)
    rows.append(["", "Total", "", "", "", "", "", _money(r, 987_654_321, style), "", "", ""])
    return Hostile(order, rows, truth, [*refused, "total_line"], damaged)


def _life(r: random.Random, customer: str, truth: dict[str, dict[str, int]]) -> Iterator[Sale]:
    """What a customer is billed, and what that is at each month's end."""
    known = truth.setdefault(customer, {})
    anchor, term = FIRST + timedelta(r.randint(0, 700)), r.choice([1, 1, 1, 3, 12])
    price, step, unpaid_since = r.choice([990, 4900, 9999, 12345, 100001]) * term, 0, None
    while (start := later(anchor, step * term)) <= _end(MONTHS - 1):
        until = later(anchor, (step + 1) * term)
        discount = r.choice([0, 0, price // 4])
        tax = r.choice([0, (price - discount) // 5])
        status = "paid" if r.random() < 0.95 else r.choice(["open", "past due", "uncollectible"])
        yield Sale(customer, start, r.choice(["invoice", "renewal"]), price, discount, tax, term, status)
        if status == "paid":
            unpaid_since = None
        elif unpaid_since is None:
            unpaid_since = start + timedelta(14 + 30)
        monthly = int((Decimal(price - discount) / term).quantize(Decimal(1), ROUND_HALF_UP))
        for month in range(MONTHS):
            counts = start <= _end(month) < until
            if counts and (unpaid_since is None or f"{_end(month):%Y-%m}" < f"{unpaid_since:%Y-%m}"):
                known[f"{_end(month):%Y-%m}"] = known.get(f"{_end(month):%Y-%m}", 0) + monthly
        yield from _beside(r, customer, start, price)
        step += 1
        if r.random() < (0.05 if term == 1 else 0.2):
            if r.random() < 0.5:
                return
            anchor, step = until + timedelta(r.randint(40, 200)), 0
        elif r.random() < 0.05:
            price = max(term, int(price * r.choice([0.5, 0.8, 1.2, 1.5])))


def _beside(r: random.Random, customer: str, day: date, price: int) -> Iterator[Sale]:
    """What changes no recurring revenue."""
    kinds = {"refund": -price // 2, "one-time": 2500, "tax": 700, "usage": 333, "void": price, "draft": price}
    kind = r.choice([*kinds, *[""] * 60])
    if kind in ("void", "draft"):
        yield Sale(customer, day, "invoice", price, 0, 0, 1, kind)
    elif kind:
        yield Sale(customer, day, kind, kinds[kind], 0, 0, 0, "paid")


def _end(month: int) -> date:
    return later(FIRST, month + 1) - timedelta(1)


def _row(r: random.Random, number: int, sale: Sale, style: str, order: str) -> list[str]:
    total = sale.list_price - sale.discount + sale.tax
    return [
        f"L{number:06d}", _name(r, sale.customer), _date(r, sale.day, order), sale.kind,
        _money(r, sale.list_price, style), _money(r, sale.discount, style) if sale.discount else "",
        _money(r, sale.tax, style) if sale.tax else r.choice(["", "0"]), _money(r, total, style),
        r.choice(TERMS[sale.term]), sale.status, _date(r, sale.day + timedelta(14), order),
    ]  # fmt: skip


def _spoil(r: random.Random, row: list[str]) -> str:
    """Damage a line now and then; why it must be refused."""
    chance = r.random()
    for limit, column, texts, code in (
        (0.003, 1, ["", "N/A", "-", "#N/A"], "no_customer"),
        (0.006, 7, ["abc", "12,34.5,6", "??"], "amount_unreadable"),
        (0.008, 2, ["31/31/2023", "soon", "2023-02-30"], "date_unreadable"),
        (0.010, 3, ["gizmo"], "kind_unknown"),
        (0.012, 7, [""], "amount_blank"),
        (0.014, 6, ["some"], "deduction_unreadable"),
    ):
        if chance < limit:
            row[column] = r.choice(texts)
            return code
    return ""


def _name(r: random.Random, name: str) -> str:
    wide = "".join(chr(0xFF10 + int(c)) if c.isdigit() else c for c in name)
    return r.choice([name] * 20 + [f" {name} ", name.lower(), f"{name}\u00a0", wide])


def _date(r: random.Random, day: date, order: str) -> str:
    slashes = f"{day:%d/%m/%Y}" if order == "dmy" else f"{day:%m/%d/%Y}"
    serial = str((day - date(1899, 12, 30)).days)
    return r.choice([f"{day:%Y-%m-%d}", slashes, slashes, f"{day:%Y/%m/%d}", f"{day:%Y-%m-%dT%H:%M:%SZ}", serial])


def _money(r: random.Random, cents: int, style: str) -> str:
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", r.choice(SEPARATORS[style])) if r.random() < 0.4 else str(whole)
    body = f"{grouped}{'.' if style == 'point' else ','}{rest:02d}"
    if r.random() < 0.05:
        body = r.choice(["$", "$ ", "USD "]) + body
    return body if cents >= 0 else r.choice([f"-{body}", f"({body})", f"{body}-", f"\u2212{body}"])
