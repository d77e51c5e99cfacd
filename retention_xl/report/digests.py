"""Digests of what cells hold: the same whatever program saved the file, and not made up by sums of others."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import cast

from retention_xl.report.cells import Cell, Content, Plain
from retention_xl.report.package.cell_text import serial

MASK = (1 << 32) - 1  # digests and their sums go round in it
_LEFT_OUT = 12  # of the 52 bits behind the first of a number
_PRIME = (1 << 32) - 5
# To the nearest, and away from 0: its digest would be that of nothing.
_ROUNDED = (1 << _LEFT_OUT - 1) + (0x9E3779B9 << _LEFT_OUT)
_NOTHING = type(None)
_LONGEST = 16_000  # characters of a text that count: one that had to be cut is still known

# What programs write in ways of their own: controls, line ends, their escapes.
_ODD = re.compile("_x[0-9A-Fa-f]{4}_|[\x00-\x20]+")
_IN_A_FORMULA = re.compile(
    r'(?P<text>"(?:[^"]|"")*")'
    r"|(?:'(?:[^']|'')+'!|[\w.]+!)?\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?::\$?[A-Za-z]{1,3}\$?[0-9]{1,7})?(?![\w(.])"
    r"|(?<![\w.])(?P<number>[0-9]+(?:\.[0-9]*)?(?:[Ee][+-]?[0-9]+)?)"
    r"|(?P<nothing>\s+|_xlfn\.|_xlws\.|(?<=TRUE)\(\)|(?<=FALSE)\(\))"
)


def digest(text: bytes) -> int:
    """32 bits."""
    (found,) = digests((text,))
    return found & MASK


def digests(texts: Iterable[bytes]) -> list[int]:
    """The digest of each, with bits beyond the mask: it is quicker to take them off sums than off every number.

    Sums of the checksums alone would agree too often: those of texts that differ in the same letters differ alike.
    """
    return [code * (code | 1) for code in map(zlib.crc32, texts)]


def number_digests(values: Sequence[float]) -> list[int]:
    """Likewise of numbers, of the leading 40 bits of each: some twelve digits, which every program keeps."""
    count = len(values)
    bits = struct.unpack(f"<{count}Q", struct.pack(f"<{count}d", *values))
    return [code * (code | 1) for code in [(one + _ROUNDED >> _LEFT_OUT) % _PRIME for one in bits]]


def text_digest(text: str) -> int:
    """Of a text as every program keeps it."""
    if not text.isprintable() or "_x" in text:
        text = _ODD.sub(" ", text)
    return digest(text[:_LONGEST].strip().encode("utf-8", "replace"))


def number_digest(value: float) -> int:
    """Of one."""
    (found,) = number_digests((value,))
    return found & MASK


@lru_cache(maxsize=1 << 13)  # a report says the same again month after month
def formula_digest(formula: str) -> int:
    """Of a formula without what moving and saving change in it."""
    return digest(_IN_A_FORMULA.sub(_shape, formula).upper().encode("utf-8", "replace"))


def _shape(found: re.Match[str]) -> str:
    kind = found.lastgroup
    if kind is None:
        return "@"
    if kind == "number":
        return f"{float(found[0]):.12g}"
    return found[0] if kind == "text" else ""


def value_digest(value: object, date1904: bool = False) -> int:
    """Of a value as a workbook holds it; 0 for nothing."""
    if value is None or value == "":
        return 0
    if isinstance(value, str):
        return text_digest(value)
    if isinstance(value, bool):
        return digest(b"TRUE" if value else b"FALSE")
    if isinstance(value, int | float):
        return number_digest(value)
    if isinstance(value, date):
        days = serial(value, date1904)
        return text_digest(value.isoformat()) if days is None else number_digest(days)
    raise TypeError(f"{value!r} is no value of a cell")


def column_digests(contents: Sequence[Content], date1904: bool) -> list[int]:
    """Of many contents that are no formulas; further bits, beyond the mask, are left in."""
    kinds = set(map(type, contents))
    if kinds == {_NOTHING}:
        return [0] * len(contents)
    if bool in kinds or Cell in kinds:  # True is no 1, though a set takes them for one
        return [value_digest(value.value if isinstance(value, Cell) else value, date1904) for value in contents]
    different = set(contents)
    if len(different) * 2 > len(contents):
        if kinds <= {float, int}:
            return number_digests(cast("Sequence[float]", contents))
        if kinds == {str} and (found := _plain_digests(cast("Sequence[str]", contents))) is not None:
            return found
    if kinds <= {float, int}:
        numbers = cast("list[float]", list(different))
        known: dict[Content, int] = dict(zip(numbers, number_digests(numbers), strict=True))
    else:
        known = {value: value_digest(cast("Plain", value), date1904) for value in different}
    return list(map(known.__getitem__, contents))


def _plain_digests(texts: Sequence[str]) -> list[int] | None:
    """None where one needs a closer look."""
    joined = "".join(texts)
    if len(joined) > _LONGEST or not joined.isprintable() or "_x" in joined or "" in texts:
        return None
    return digests(map(str.encode, map(str.strip, texts)))
