"""Which column of a source is which field: by its heading in common spellings, or as the user says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ..errors import LedgerError
from .records import ColumnChoice
from .spellings import AMOUNTS, CURRENCY_CODES, HEADINGS, LISTING, in_ascii, without_marks

REQUIRED = ("customer", "date", "amount")

FIELDS = tuple(HEADINGS)
TAKEN_OFF = ("quantity", "discount", "tax", "refunded")  # which make an amount net: deductions.py
NONE = "none"  # said of a field that the ledger does not have, whatever its headings look like


@lru_cache(maxsize=1 << 14)
def plain_heading(text: str) -> str:
    """A heading without what differs between programs: CustomerID, customer_id and " Customer ID" are one."""
    body = unicodedata.normalize("NFKC", text)
    body = re.sub(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])", " ", body)
    body = re.sub(r"[^\w]+|_+", " ", body)
    return " ".join(body.casefold().split())


_ARTICLES = re.compile(r"\b(?:d|de|del|der|des|du|el|l|la|le|les|los|of|the) (?=\w)")


@lru_cache(maxsize=1 << 14)
def run_together(plain: str) -> str:
    """Without blanks, articles and the marks on letters, which programs write or leave out of headings."""
    bare = _ARTICLES.sub("", plain)
    return without_marks(bare if len(bare) > 3 else plain).replace(" ", "")


_RUN_TOGETHER = {
    field: {
        run_together(written): rank
        for rank, spelling in reversed(list(enumerate(spellings)))
        for written in (in_ascii(spelling), spelling)
    }
    for field, spellings in HEADINGS.items()
}
_OF_TIME = re.compile(r" (?:utc|gmt)$")
_IN_CURRENCY = re.compile(rf" (?:in |en )?(?:{'|'.join(code.lower() for code in sorted(CURRENCY_CODES))})$")
_BOTH_SIDES = ({"debit", "credit"}, {"soll", "haben"}, {"débit", "crédit"}, {"debe", "haber"}, {"debet", "kredit"})
_BOOKS = frozenset({"split", "posting", "memo description"})
_FEES = frozenset({"fee", "fees", "stripe fee", "processing fee", "transaction fee"})


def _rank(field: str, heading: str) -> int | None:
    """How likely a heading tells of the field, 0 the likeliest; None where it does not."""
    plain = plain_heading(heading)
    bare = (_IN_CURRENCY if field == "amount" else _OF_TIME).sub("", plain)  # Amount (EUR), Created (UTC)
    known = _RUN_TOGETHER[field]
    return known.get(run_together(plain), known.get(run_together(bare)))


def ranked(field: str, headings: Sequence[str]) -> list[int]:
    """The columns whose heading tells of the field, the likeliest first."""
    found = sorted((rank, i) for i, heading in enumerate(headings) if (rank := _rank(field, heading)) is not None)
    if field == "amount" and any(plain_heading(h) in _FEES for h in headings):
        # Net of what the payment provider keeps is not net of tax: the customer paid the other amount.
        found = [(r, i) for r, i in found if plain_heading(headings[i]) != "net"] or found
    if field == "customer" and any(plain_heading(h) in _BOOKS for h in headings):
        # Where lines are bookings, an account is one of the books, such as Accounts Receivable.
        found.sort(key=lambda f: plain_heading(headings[f[1]]).startswith("account"))
    if field in ("discount", "tax"):
        found = [(r, i) for r, i in found if "%" not in headings[i]]
    return [position for _, position in found]


def like(heading: str, spellings: Sequence[str]) -> bool:
    """Whether a heading of an amount or a tax is one of these, its currency aside."""
    plain = plain_heading(heading)
    return bool({run_together(plain), run_together(_IN_CURRENCY.sub("", plain))} & {run_together(s) for s in spellings})


def recognised(headings: Sequence[str]) -> dict[str, int]:
    """The column of each field that a heading tells of, by position."""
    chosen: dict[str, int] = {}
    taken: set[int] = set()
    for field in FIELDS:
        free = [position for position in ranked(field, headings) if position not in taken]
        if free:
            chosen[field] = free[0]
            taken.add(free[0])
    # A start without an end is as likely the day the customer joined as the day this line's service starts.
    if ("start" in chosen) != ("end" in chosen):
        chosen.pop("start", None)
        chosen.pop("end", None)
    return chosen


def listed(headings: Sequence[str]) -> str:
    return ", ".join(repr(h) for h in headings if h.strip()) or "none"


def choose(headings: Sequence[str], wanted: Mapping[str, str] | None, name: str) -> dict[str, tuple[int, ColumnChoice]]:
    """The column of every field: as `wanted` (field -> heading) says, the others by their heading."""
    if not wanted and {_OF_TIME.sub("", plain_heading(h)) for h in headings} >= LISTING:
        raise LedgerError(
            f"{name}: this is a list of subscriptions as they stand now, with the current period of each, not of what "
            "was billed: it has no past months. Export the invoices instead (in Stripe: Billing, Invoices, Export)."
        )
    chosen: dict[str, tuple[int, ColumnChoice]] = {}
    alone = recognised(headings)
    for field, heading in (wanted or {}).items():
        if field not in HEADINGS:
            raise LedgerError(f"Column mapping: {field!r} is not a field; the fields are {', '.join(FIELDS)}.")
        if heading == NONE and field not in REQUIRED and NONE not in headings:
            continue
        exact = [i for i, h in enumerate(headings) if h == heading]
        close = exact or [i for i, h in enumerate(headings) if plain_heading(h) == plain_heading(heading)]
        if not close:
            raise LedgerError(
                f"{name}: no column is headed {heading!r} (wanted for {field}); found: {listed(headings)}."
            )
        if len(close) > 1:
            raise LedgerError(f"{name}: {len(close)} columns are headed {heading!r}; rename all but one of them.")
        how = "by its heading" if alone.get(field) == close[0] else "by --map"
        chosen[field] = (close[0], ColumnChoice(field, headings[close[0]], how))
    free = ["" if any(i == position for position, _ in chosen.values()) else h for i, h in enumerate(headings)]
    for field, position in recognised(free).items():
        if field in chosen or (wanted or {}).get(field) == NONE:
            continue
        twins = [h for h in free if plain_heading(h) == plain_heading(headings[position])]
        if (
            len(twins) > 1
            and field in TAKEN_OFF
            and "amount" in chosen
            and like(chosen["amount"][1].heading, AMOUNTS["net"])
        ):
            continue
        if len(twins) > 1:
            raise LedgerError(
                f"{name}: {len(twins)} columns are headed {headings[position]!r}; rename all but one of them."
            )
        others = [headings[i] for i in ranked(field, free)[1:]] if field in REQUIRED else []
        chosen[field] = (position, ColumnChoice(field, headings[position], "by its heading", tuple(others)))
    missing = [field for field in REQUIRED if field not in chosen]
    if missing:
        left = [h for i, h in enumerate(free) if h.strip() and all(i != position for position, _ in chosen.values())]
        plain = {plain_heading(h) for h in left}
        both = " Debit and credit are two columns: make one of them, with a minus before what is not revenue."
        raise LedgerError(
            f"{name}: no column could be recognised as {' or '.join(missing)}; found: {listed(headings)}. "
            f'Say which column it is, for example --map {missing[0]}="{left[0] if left else "HEADING"}".'
            + (both if missing == ["amount"] and any(plain >= pair for pair in _BOTH_SIDES) else "")
        )
    return {field: chosen[field] for field in FIELDS if field in chosen}
