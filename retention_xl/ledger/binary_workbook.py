"""The records of an .xlsb part, as far as they tell its sheets and how far its cells reach (MS-XLSB, 2.1.4 and 2.4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

_ROW = 0
_CELLS = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 62})  # with a value; 1 is a cell that is only formatted
_SHEET = 156
_CHUNK = 1 << 20


def records(file: IO[bytes], wanted: frozenset[int]) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each wanted record: kind in one byte or two, length in up to four, seven bits a byte."""
    data, at, ended = b"", 0, False

    def more(needed: int) -> bool:
        nonlocal data, at, ended
        while len(data) - at < needed and not ended:
            chunk = file.read(_CHUNK)
            ended = not chunk
            data, at = data[at:] + chunk, 0
        return len(data) - at >= needed

    while more(6) or at < len(data):
        kind = data[at]
        at += 1
        if kind & 0x80 and at < len(data):
            kind = kind & 0x7F | data[at] << 7 & 0x3F80
            at += 1
        length = 0
        for shift in (0, 7, 14, 21):
            if at >= len(data):
                return
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
        if not more(length):
            return
        if kind in wanted:
            yield kind, data[at : at + length]
        at += length


def extent(sheet: IO[bytes]) -> tuple[int, int]:
    """Width and height of the rectangle that holds every cell with a value."""
    width = height = row = 0
    for kind, content in records(sheet, _CELLS | {_ROW}):
        if len(content) < 4:
            continue
        (number,) = struct.unpack_from("<I", content)
        if kind == _ROW:
            row = number + 1
        else:
            width, height = max(width, number + 1), max(height, row)
    return width, height


def sheets(workbook: IO[bytes]) -> Iterator[tuple[str, str]]:
    """The relation and the name of every sheet."""
    for _, content in records(workbook, frozenset({_SHEET})):
        at, texts = 8, []
        for _ in range(2):
            (letters,) = struct.unpack_from("<I", content, at) if len(content) >= at + 4 else (0,)
            texts.append(content[at + 4 : at + 4 + 2 * letters].decode("utf-16-le", "replace"))
            at += 4 + 2 * letters
        yield texts[0], texts[1]
