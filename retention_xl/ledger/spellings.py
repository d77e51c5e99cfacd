"""The words of ledgers in common spellings, from spellings.toml."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

with (Path(__file__).parent / "spellings.toml").open("rb") as _file:
    _WORDS = tomllib.load(_file)


_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def in_ascii(text: str) -> str:
    """As German is written where there is no ä, ö, ü or ß."""
    return text.translate(_ASCII)


def without_marks(text: str) -> str:
    """Without the marks on letters, which many programs leave out: é is e."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _written(spelling: str) -> tuple[str, ...]:
    """A word in all the ways it is met."""
    word = spelling.casefold()
    return word, without_marks(word), in_ascii(word)


def _any_way(spellings: Iterable[str]) -> frozenset[str]:
    return frozenset(way for spelling in spellings for way in _written(spelling))


def _by_spelling(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    met = {way: meaning for meaning, words in table.items() for word in words for way in _written(word)}
    return met | {word.casefold(): meaning for meaning, words in table.items() for word in words}


HEADINGS: dict[str, list[str]] = _WORDS["headings"]
LISTING = frozenset(_WORDS["listing"]["headings"])
AMOUNTS: dict[str, list[str]] = _WORDS["amounts"]
KINDS = _by_spelling(_WORDS["kinds"])
SUBSCRIPTION_KINDS = _any_way(_WORDS["subscription"]["kinds"])
INVOICE_KINDS = _any_way(_WORDS["settlement"]["invoices"])
PAYMENT_KINDS = _any_way(_WORDS["settlement"]["payments"])
TERMS = {spelling: int(months) for spelling, months in _by_spelling(_WORDS["terms"]).items()}
UNPAID = _any_way(_WORDS["unpaid"]["statuses"])
GIVEN_UP = _any_way(_WORDS["statuses"]["given_up"])
SIDES = _by_spelling(_WORDS["sides"])
SNAPSHOT: dict[str, list[str]] = _WORDS["snapshot"]
FLAGS = _by_spelling(_WORDS["flags"])
STATUSES = _by_spelling(_WORDS["statuses"])
UNITS = {spelling: int(months) for spelling, months in _by_spelling(_WORDS["units"]).items()}
CURRENCY_CODES = frozenset(_WORDS["currency_codes"]["codes"])
CURRENCIES = {sign.upper(): code for sign, code in _by_spelling(_WORDS["currencies"]).items()}
NO_CUSTOMER = frozenset(_WORDS["customers"]["none"])
