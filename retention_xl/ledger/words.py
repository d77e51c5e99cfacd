"""The words of a ledger: kinds of line, terms, currencies, customer ids. Common spellings only; the rest is refused."""

from __future__ import annotations

import re
import unicodedata

from . import spellings

LONGEST_TERM = 120  # months; a longer one is a slip or another number
NOT_MONTHS = "is not a whole number of months"
UNKNOWN_TERM = "is not a known term"
TERM_TOO_LONG = f"is more than {LONGEST_TERM} months"

_SHORT_TERM = re.compile(
    r"\b(?:weeks?|weekly|days?|daily|fortnight(?:ly)?|biweekly|woche|wöchentlich|tag|täglich|p?[0-9]+[wd])\b"
)
_NUMBER_OF = re.compile(
    r"(?:every |each |alle |tous les |toutes les |cada |joka )?"
    r"([0-9]{1,3})(?:[.,]0+)?[- ]*([^\W\d]*(?:\(s\))?)\.?(?: välein)?"
)
_TOTAL = re.compile(
    r"(?:grand |sub|sub-|sub |sous[- ]|suma |importe |monto |montant )?totals?\b.*|totaux\b.*|totale|suma|sum|"
    r"sum of .*|(?:gesamt|zwischen|end|teil)?summen?\b.*|gesamt(?:betrag|umsatz)?|insgesamt\b.*|yhteensä\b.*|"
    r"(?:väli|loppu|kokonais)?summa|合計|итого|σ"
)


def squeeze(text: str) -> str:
    """One form for every way to write a text: wide and no-break signs, capitals, invisible marks, runs of blanks."""
    body = unicodedata.normalize("NFKC", text)
    body = "".join(c for c in body if unicodedata.category(c) != "Cf")
    return re.sub(r"\s+", " ", body).strip().casefold()


def trimmed(text: str) -> str:
    """Without blanks around it, those of no width too."""
    inner = [i for i, c in enumerate(text) if not c.isspace() and unicodedata.category(c) != "Cf"]
    return text[inner[0] : inner[-1] + 1] if inner else ""


def customer_key(text: str) -> str:
    """What makes two spellings one customer. 123.0 is 123 after a visit to a spreadsheet."""
    key = squeeze(text)
    if found := re.fullmatch(r"([0-9]*)\.0+", key):
        return found[1] or "0"
    return key


def is_total(text: str) -> bool:
    return bool(_TOTAL.fullmatch(squeeze(text).rstrip(":")))


def plain_words(text: str) -> str:
    return re.sub(r"[-_ ]+", " ", squeeze(text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")).strip()


def read_kind(text: str) -> str | None:
    """The kind of a line, "" where the cell is blank, None where the word is not known."""
    words = plain_words(text)
    return spellings.KINDS.get(words) if words else ""


def read_term(text: str, in_years: bool = False) -> tuple[int | None, str]:
    """Months of a term (0: does not recur), or what is wrong with it. A bare number counts months, or years."""
    words = squeeze(text)
    if not words:
        return 0, ""
    months = spellings.TERMS.get(words, spellings.TERMS.get(plain_words(words).rstrip(".")))
    if months is None and (found := _NUMBER_OF.fullmatch(words)):
        unit = spellings.UNITS.get(found[2], 0) if found[2] else 12 if in_years else 1
        months = int(found[1]) * unit if unit else None
    if _SHORT_TERM.search(words):
        return None, NOT_MONTHS
    if months is None:
        return None, UNKNOWN_TERM
    if months > LONGEST_TERM:
        return None, TERM_TOO_LONG
    return months, ""


def read_currency(text: str) -> str | None:
    """The ISO code, "" where the cell is blank, None where it is no currency."""
    code = squeeze(text).upper()
    code = spellings.CURRENCIES.get(code, code)
    return code if not code or code in spellings.CURRENCY_CODES else None
