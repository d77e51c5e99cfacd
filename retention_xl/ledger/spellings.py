"""The words of ledgers in common spellings, from spellings.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

with (Path(__file__).parent / "spellings.toml").open("rb") as _file:
    _WORDS = tomllib.load(_file)


def _by_spelling(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {spelling: meaning for meaning, spellings in table.items() for spelling in spellings}


HEADINGS: dict[str, list[str]] = _WORDS["headings"]
LISTING = frozenset(_WORDS["listing"]["headings"])
AMOUNTS: dict[str, list[str]] = _WORDS["amounts"]
KINDS = _by_spelling(_WORDS["kinds"])
SUBSCRIPTION_KINDS = frozenset(_WORDS["subscription"]["kinds"])
INVOICE_KINDS = frozenset(_WORDS["settlement"]["invoices"])
PAYMENT_KINDS = frozenset(_WORDS["settlement"]["payments"])
TERMS = {spelling: int(months) for spelling, months in _by_spelling(_WORDS["terms"]).items()}
UNPAID = frozenset(_WORDS["unpaid"]["statuses"])
GIVEN_UP = frozenset(_WORDS["statuses"]["given_up"])
SIDES = _by_spelling(_WORDS["sides"])
SNAPSHOT: dict[str, list[str]] = _WORDS["snapshot"]
FLAGS = _by_spelling(_WORDS["flags"])
STATUSES = _by_spelling(_WORDS["statuses"])
UNITS = {spelling: int(months) for spelling, months in _by_spelling(_WORDS["units"]).items()}
CURRENCY_CODES = frozenset(_WORDS["currency_codes"]["codes"])
CURRENCIES = _by_spelling(_WORDS["currencies"])
NO_CUSTOMER = frozenset(_WORDS["customers"]["none"])
