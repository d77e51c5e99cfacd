"""Writes a compound file ([MS-CFB], version 3): the folder of streams inside one file in which Office keeps VBA.

Only writes, and only what is small (up to 109 allocation sectors, about 7 MB). Streams carry no times, so that the same
streams give the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

Folder = Mapping[str, "bytes | Folder"]

SECTOR, MINI_SECTOR = 512, 64
SMALL_STREAM = 4096  # streams below this live in the mini stream
FREE, END_OF_CHAIN, ALLOCATION = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NOBODY = 0xFFFFFFFF  # no entry of the directory
STORAGE, STREAM, ROOT = 1, 2, 5
RED, BLACK = 0, 1
IDS_PER_SECTOR = SECTOR // 4
ENTRIES_PER_SECTOR = SECTOR // 128
ALLOCATION_SECTORS_IN_HEADER = 109


class Entry:
    """One line of the directory: the root, a storage (folder) or a stream (file)."""

    def __init__(self, name: str, kind: int, content: bytes = b"") -> None:
        self.name, self.kind, self.content = name, kind, content
        self.colour = BLACK
        self.left = self.right = self.child = NOBODY
        self.start, self.size = (END_OF_CHAIN if kind == ROOT else 0), 0

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        numbers = struct.pack("<HBBIII", len(name), self.kind, self.colour, self.left, self.right, self.child)
        return name.ljust(64, b"\0") + numbers + bytes(36) + struct.pack("<IQ", self.start, self.size)


def compound_file(folder: Folder) -> bytes:
    """The bytes of a compound file that holds the streams and folders given by name."""
    entries = [Entry("Root Entry", ROOT)]
    entries[0].child = _add(folder, entries)
    sectors: list[bytes] = []
    chains: list[int] = []
    mini, mini_chains = bytearray(), list[int]()
    for entry in entries:
        if entry.kind != STREAM:
            continue
        entry.size = len(entry.content)
        if entry.size >= SMALL_STREAM:
            entry.start = _append(entry.content, sectors, chains)
        elif entry.size:
            entry.start = len(mini_chains)
            count = -(-entry.size // MINI_SECTOR)
            mini_chains += [*range(entry.start + 1, entry.start + count), END_OF_CHAIN]
            mini += entry.content.ljust(count * MINI_SECTOR, b"\0")
        else:
            entry.start = END_OF_CHAIN
    entries[0].size = len(mini)
    entries[0].start = _append(bytes(mini), sectors, chains)
    mini_table = _padded(_ids(mini_chains), b"\xff")
    mini_table_start = _append(mini_table, sectors, chains)
    unused = Entry("", 0)
    directory = b"".join(entry.packed() for entry in entries)
    directory += unused.packed() * (-len(entries) % ENTRIES_PER_SECTOR)
    directory_start = _append(directory, sectors, chains)
    count = 1  # of sectors for the allocation table, which lists itself too
    while (len(sectors) + count) > count * IDS_PER_SECTOR:
        count += 1
    if count > ALLOCATION_SECTORS_IN_HEADER:
        raise ValueError(f"{len(sectors)} sectors are more than this writer can list")
    places = list(range(len(sectors), len(sectors) + count))
    table = _padded(_ids([*chains, *[ALLOCATION] * count]), b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<5I", 0, count, directory_start, 0, SMALL_STREAM)
    header += struct.pack("<4I", mini_table_start, len(mini_table) // SECTOR, END_OF_CHAIN, 0)
    header += _ids([*places, *[FREE] * (ALLOCATION_SECTORS_IN_HEADER - count)])
    return header + b"".join(sectors) + table


def _add(folder: Folder, entries: list[Entry]) -> int:
    """Enter a folder's members into the directory; the number of the one at the top of their search tree."""
    numbers = []
    for name in sorted(folder, key=lambda name: (len(name), name.upper())):  # the order that readers search by
        content = folder[name]
        numbers.append(len(entries))
        if isinstance(content, bytes):
            entries.append(Entry(name, STREAM, content))
        else:
            storage = Entry(name, STORAGE)
            entries.append(storage)
            storage.child = _add(content, entries)
    full_levels = (len(numbers) + 1).bit_length() - 1
    return _searchable(numbers, entries, full_levels)


def _searchable(numbers: list[int], entries: list[Entry], levels_left: int) -> int:
    """A red-black tree of sorted entries: balanced, and red where the lowest level is not full."""
    if not numbers:
        return NOBODY
    middle = len(numbers) // 2
    top = entries[numbers[middle]]
    top.colour = BLACK if levels_left > 0 else RED
    top.left = _searchable(numbers[:middle], entries, levels_left - 1)
    top.right = _searchable(numbers[middle + 1 :], entries, levels_left - 1)
    return numbers[middle]


def _append(content: bytes, sectors: list[bytes], chains: list[int]) -> int:
    """Put a content into sectors of its own; the number of the first."""
    if not content:
        return END_OF_CHAIN
    start = len(sectors)
    padded = _padded(content, b"\0")
    sectors += [padded[place : place + SECTOR] for place in range(0, len(padded), SECTOR)]
    chains += [*range(start + 1, len(sectors)), END_OF_CHAIN]
    return start


def _padded(content: bytes, filling: bytes) -> bytes:
    return content + filling * (-len(content) % SECTOR)


def _ids(numbers: list[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)
