"""Sentences made of the workbook's figures: the text as it must read and the formula that makes it, built together."""

from __future__ import annotations

from retention_xl.report.cells import Cell
from retention_xl.report.wording import fixed, fixed_formula, quoted


class Sentence:
    """Grows piece by piece; every figure in it refers to a cell, so that it can be traced and never disagrees."""

    def __init__(self, start: str = "") -> None:
        self._text = ""
        self._pieces: list[str] = []
        self.say(start)

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def say(self, words: str) -> Sentence:
        """Plain words."""
        if words:
            self._text += words
            self._pieces.append(quoted(words))
        return self

    def number(self, value: float, reference: str, decimals: int = 0) -> Sentence:
        """A figure with its decimals."""
        self._text += fixed(value, decimals)
        self._pieces.append(fixed_formula(reference, decimals))
        return self

    def percent(self, value: float, reference: str) -> Sentence:
        """A rate as "97.9 %"."""
        return self.number(100 * value, f"100*{reference}", 1).say(" %")

    def word(self, value: str, reference: str) -> Sentence:
        """The text of a cell."""
        self._text += value
        self._pieces.append(reference)
        return self

    def either(self, chosen: bool, test: str, yes: str, no: str) -> Sentence:
        """One of two wordings; `test` is the formula that chooses."""
        self._text += yes if chosen else no
        self._pieces.append(f"IF({test},{quoted(yes)},{quoted(no)})")
        return self

    def then(self, chosen: bool, test: str, yes: Sentence, no: Sentence) -> Sentence:
        """One of two continuations with figures of their own."""
        self._text += yes._text if chosen else no._text
        self._pieces.append(f"IF({test},{'&'.join(yes._pieces)},{'&'.join(no._pieces)})")
        return self

    def cell(self) -> Cell:
        """The finished sentence."""
        return Cell(self._text, "&".join(self._pieces))
