"""Writes vbaProject.bin, the part of a workbook that carries its macros ([MS-OVBA]), from source text alone.

Compiled code is left out, and `_VBA_PROJECT` says so with version 0xFFFF: Excel then compiles the sources when it
opens the workbook. xlwings ships its own add-ins in this form.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from retention_xl.errors import HostError
from retention_xl.hosts.compound import compound_file

CODE_PAGE = "cp1252"
CODE_PAGE_NUMBER = 1252
PROJECT_ID = "{7A1D4C2E-5B36-4F0A-9C58-2E6B0D9F41A7}"
COMPILED_FOR_NO_VERSION = b"\xcc\x61\xff\xff\x00\x00\x00"
CHUNK = 4096
LONGEST_SEARCH = 32  # earlier places tried for a repeated text; more would pack hardly tighter

DOCUMENT_HEADER = """Attribute VB_Name = "{name}"
Attribute VB_Base = "0{base}"
Attribute VB_GlobalNameSpace = False
Attribute VB_Creatable = False
Attribute VB_PredeclaredId = True
Attribute VB_Exposed = True
Attribute VB_TemplateDerived = False
Attribute VB_Customizable = True
"""
WORKBOOK_BASE = "{00020819-0000-0000-C000-000000000046}"
SHEET_BASE = "{00020820-0000-0000-C000-000000000046}"


class Module(NamedTuple):
    """A module by name and complete source. A document module is the code behind the workbook or one of its sheets."""

    name: str
    source: str
    is_document: bool = False


def behind_workbook(name: str, code: str = "") -> Module:
    return Module(name, DOCUMENT_HEADER.format(name=name, base=WORKBOOK_BASE) + code, is_document=True)


def behind_sheet(name: str, code: str = "") -> Module:
    return Module(name, DOCUMENT_HEADER.format(name=name, base=SHEET_BASE) + code, is_document=True)


def vba_project(name: str, modules: Sequence[Module]) -> bytes:
    """vbaProject.bin with these modules; the name is the project's in the Visual Basic editor."""
    streams = {module.name: compressed(_encoded(module)) for module in modules}
    return compound_file(
        {
            "VBA": {"_VBA_PROJECT": COMPILED_FOR_NO_VERSION, "dir": compressed(_directory(name, modules)), **streams},
            "PROJECT": _project(name, modules).encode(CODE_PAGE),
            "PROJECTwm": _both_spellings(modules),
        }
    )


def _encoded(module: Module) -> bytes:
    text = "\r\n".join(module.source.splitlines()) + "\r\n"
    try:
        return text.encode(CODE_PAGE)
    except UnicodeEncodeError as error:
        sign, line = text[error.start], text.count("\n", 0, error.start) + 1
        raise HostError(f"VBA module {module.name}, line {line}: VBA cannot hold the sign {sign!r}.") from None


# --- the dir stream: what the project consists of ---


def _record(number: int, content: bytes = b"") -> bytes:
    return struct.pack("<HI", number, len(content)) + content


def _in_both_spellings(number: int, number_unicode: int, text: str) -> bytes:
    return _record(number, text.encode(CODE_PAGE)) + _record(number_unicode, text.encode("utf-16-le"))


def _directory(name: str, modules: Sequence[Module]) -> bytes:
    english, none = struct.pack("<I", 0x0409), struct.pack("<I", 0)
    records = [
        _record(0x01, struct.pack("<I", 1)),  # made for 32-bit Windows, which 64-bit Excel takes as its own
        _record(0x02, english),
        _record(0x14, english),
        _record(0x03, struct.pack("<H", CODE_PAGE_NUMBER)),
        _record(0x04, name.encode(CODE_PAGE)),
        _in_both_spellings(0x05, 0x40, ""),  # description
        _in_both_spellings(0x06, 0x3D, ""),  # help file
        _record(0x07, none),
        _record(0x08, none),
        struct.pack("<HIIH", 0x09, 4, 1, 1),  # version 1.1; this record counts its last two bytes to no size
        _in_both_spellings(0x0C, 0x3C, ""),  # constants
        _record(0x0F, struct.pack("<H", len(modules))),
        _record(0x13, b"\xff\xff"),
    ]
    for module in modules:
        records += [
            _in_both_spellings(0x19, 0x47, module.name),
            _in_both_spellings(0x1A, 0x32, module.name),  # the name of its stream
            _in_both_spellings(0x1C, 0x48, ""),
            _record(0x31, none),  # the source starts at the first byte of the stream
            _record(0x1E, none),
            _record(0x2C, b"\xff\xff"),
            _record(0x22 if module.is_document else 0x21),
            _record(0x2B),
        ]
    return b"".join([*records, _record(0x10)])


def _both_spellings(modules: Sequence[Module]) -> bytes:
    names = [module.name.encode(CODE_PAGE) + b"\0" + module.name.encode("utf-16-le") + b"\0\0" for module in modules]
    return b"".join(names) + b"\0\0"


# --- the PROJECT stream: what the editor shows ---


def _project(name: str, modules: Sequence[Module]) -> str:
    members = [
        f"Document={module.name}/&H00000000" if module.is_document else f"Module={module.name}" for module in modules
    ]
    lines = [
        f'ID="{PROJECT_ID}"',
        *members,
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{scrambled(bytes(4))}"',  # not protected
        f'DPB="{scrambled(bytes(1))}"',  # no password
        f'GC="{scrambled(bytes([255]))}"',  # visible
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
    ]
    return "\r\n".join(lines) + "\r\n"


def scrambled(content: bytes, project_id: str = PROJECT_ID, seed: int = 0) -> str:
    """Protection settings as Visual Basic scrambles them ([MS-OVBA] 2.4.3.2), in hexadecimal.

    The seed is chance in Visual Basic and fixed here, for the same bytes each time.
    """
    key = sum(project_id.encode(CODE_PAGE)) & 0xFF
    written = [seed, seed ^ 2, seed ^ key]
    plain, before_last, last = key, written[1], written[2]
    ignored = bytes((seed & 6) // 2)
    for byte in ignored + struct.pack("<I", len(content)) + content:
        mixed = byte ^ ((before_last + plain) & 0xFF)
        written.append(mixed)
        before_last, last, plain = last, mixed, byte
    return bytes(written).hex().upper()


# --- compression ---


def compressed(content: bytes) -> bytes:
    """The content as [MS-OVBA] 2.4.1 packs it: chunks of 4096 bytes, each of literal bytes and references back."""
    return b"\x01" + b"".join(_chunk(content[place : place + CHUNK]) for place in range(0, len(content), CHUNK))


def _chunk(content: bytes) -> bytes:
    packed = bytearray()
    seen: dict[bytes, list[int]] = {}
    place = 0
    while place < len(content):
        flags_at, flags = len(packed), 0
        packed.append(0)
        for bit in range(8):
            if place >= len(content):
                break
            length, distance = _repeat(content, place, seen)
            if length:
                bits = _distance_bits(place)
                packed += struct.pack("<H", (distance - 1) << (16 - bits) | (length - 3))
                flags |= 1 << bit
            else:
                packed.append(content[place])
                length = 1
            for passed in range(place, place + length):
                seen.setdefault(content[passed : passed + 3], []).append(passed)
            place += length
        packed[flags_at] = flags
    if len(packed) > CHUNK:  # chance text that does not pack
        return struct.pack("<H", 0x3000 | CHUNK - 1) + content.ljust(CHUNK, b"\0")
    return struct.pack("<H", 0xB000 | len(packed) - 1) + packed


def _distance_bits(place: int) -> int:
    """Of the 16 bits of a reference, those for the distance: as many as reach the chunk's first byte, at least 4."""
    return max(4, (place - 1).bit_length())


def _repeat(content: bytes, place: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """The longest text before this place that repeats here: its length and distance, or 0, 0."""
    longest = (0xFFFF >> _distance_bits(place)) + 3
    best, distance = 0, 0
    for earlier in reversed(seen.get(content[place : place + 3], [])[-LONGEST_SEARCH:]):
        length = 3
        while (
            length < longest and place + length < len(content) and content[earlier + length] == content[place + length]
        ):
            length += 1
        if length > best:
            best, distance = length, place - earlier
    return (best, distance) if best and place + 3 <= len(content) else (0, 0)
