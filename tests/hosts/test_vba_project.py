"""vbaProject.bin as other programs read it."""

from __future__ import annotations

import io
import random
import struct

import olefile
import pytest
from oletools.olevba import VBA_Parser, decompress_stream

from retention_xl.errors import HostError
from retention_xl.hosts.compound import compound_file
from retention_xl.hosts.vba_project import (
    PROJECT_ID,
    Module,
    behind_sheet,
    behind_workbook,
    compressed,
    scrambled,
    vba_project,
)

CODE = 'Attribute VB_Name = "Code"\nPublic Function CRR(a)\n    CRR = a \' né à Zürich\nEnd Function\n'
PROJECT = vba_project(
    "Example", [behind_workbook("ThisWorkbook", "' open\n"), behind_sheet("Data"), Module("Code", CODE)]
)


def opened(content: bytes) -> olefile.OleFileIO:
    return olefile.OleFileIO(io.BytesIO(content), raise_defects=olefile.DEFECT_UNSURE)


def unscrambled(text: str, project_id: str) -> bytes:
    """[MS-OVBA] 2.4.3.3, decryption, written from the specification."""
    data = bytes.fromhex(text)
    seed, version, key = data[0], data[0] ^ data[1], data[0] ^ data[2]
    assert version == 2
    assert key == sum(project_id.encode()) % 256
    plain, before_last, last = key, data[1], data[2]
    read = []
    for byte in data[3:]:
        plain = byte ^ ((before_last + plain) % 256)
        before_last, last = last, byte
        read.append(plain)
    ignored = (seed & 6) // 2
    (length,) = struct.unpack("<I", bytes(read[ignored : ignored + 4]))
    content = bytes(read[ignored + 4 :])
    assert len(content) == length
    return content


def test_a_compound_file_without_defects_gives_back_every_stream() -> None:
    chance = random.Random(5)
    small = {f"stream {number}": chance.randbytes(number * 37) for number in range(40)}
    big = {f"big {number}": chance.randbytes(4096 + number * 1000) for number in range(5)}
    tree = {"folder": {**small, "deeper": {"a": b"1", "bb": b""}}, **big, "empty": b""}
    read = opened(compound_file(tree))
    assert read.parsing_issues == []
    for name, content in big.items():
        assert read.openstream(name).read() == content
    for name, content in small.items():
        assert read.openstream(f"folder/{name}").read() == content
    assert read.openstream("folder/deeper/a").read() == b"1"
    assert read.get_size("empty") == 0
    assert len(read.listdir()) == len(small) + len(big) + 3


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 20])
def test_the_directory_is_a_red_black_tree_in_the_readers_order(count: int) -> None:
    names = [f"{'x' * (number % 3)}{number}" for number in range(count)]
    read = opened(compound_file(dict.fromkeys(names, b"1")))
    in_order: list[str] = []

    def black_height(number: int, parent_is_red: bool) -> int:
        if number == 0xFFFFFFFF:
            return 1
        entry = read.direntries[number]
        is_red = entry.color == 0
        assert not (is_red and parent_is_red)
        left = black_height(entry.sid_left, is_red)
        in_order.append(entry.name)
        right = black_height(entry.sid_right, is_red)
        assert left == right
        return left + (not is_red)

    black_height(read.root.sid_child, parent_is_red=False)
    assert in_order == sorted(names, key=lambda name: (len(name), name.upper()))


def test_too_much_for_one_header_is_refused() -> None:
    with pytest.raises(ValueError, match="more than this writer can list"):
        compound_file({"huge": bytes(8_000_000)})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"a",
        b"abcabcabcabc",
        b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
        b"A" * 10_000,
        b"Public Function CRR(opening As Variant) As Variant\r\n" * 500,
        bytes(range(256)) * 16,
        random.Random(1).randbytes(4096),
        b"x = 1\r\n" * 700 + b"tail",
    ],
)
def test_compressed_text_is_read_back_by_olevba(content: bytes) -> None:
    assert bytes(decompress_stream(bytearray(compressed(content)))) == content


def test_the_examples_of_the_specification_are_compressed_as_it_says() -> None:
    """[MS-OVBA] 3.2; of repeats equally long its second refers to other ones, so that only the length is the same."""
    assert compressed(b"abcdefghijklmnopqrstuv.").hex() == (
        "0119b000616263646566676800696a6b6c6d6e6f70007172737475762e"
    )
    assert len(compressed(b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa")) == 51
    assert compressed(b"a" * 73).hex() == "0103b002614500"


def test_the_protection_that_xlwings_ships_reads_as_none() -> None:
    """The control for the reading below: settings that Visual Basic itself wrote."""
    shipped = "{E166F130-7A7D-463D-A36A-DF5CC07216B9}"
    assert unscrambled("1C1EFBF0B83CBC3CBC3CBC3CBC", shipped) == bytes(4)
    assert unscrambled("1C1EFBF0B839B939B9C6", shipped) == b"\xff"


@pytest.mark.parametrize("content", [bytes(4), bytes(1), b"\xff"])
@pytest.mark.parametrize("seed", [0, 0x1C, 0xFF])
def test_protection_settings_read_back(content: bytes, seed: int) -> None:
    assert unscrambled(scrambled(content, seed=seed), PROJECT_ID) == content


def test_olevba_reads_every_module_of_a_project() -> None:
    sources = {
        name: code.replace("\r\n", "\n") for *_, name, code in VBA_Parser("vbaProject.bin", PROJECT).extract_macros()
    }
    assert list(sources) == ["ThisWorkbook.cls", "Data.cls", "Code.bas"]
    assert sources["Code.bas"] == CODE
    assert sources["ThisWorkbook.cls"].endswith("VB_Customizable = True\n' open\n")


def test_the_project_names_its_modules_in_all_three_places() -> None:
    read = opened(PROJECT)
    project = read.openstream("PROJECT").read().decode("cp1252")
    assert "Document=ThisWorkbook/&H00000000\r\nDocument=Data/&H00000000\r\nModule=Code\r\n" in project
    assert 'Name="Example"\r\n' in project
    both = read.openstream("PROJECTwm").read()
    directory = bytes(decompress_stream(bytearray(read.openstream("VBA/dir").read())))
    for name in ("ThisWorkbook", "Data", "Code"):
        spelled = name.encode() + b"\0" + name.encode("utf-16-le") + b"\0\0"
        assert spelled in both
        assert struct.pack("<HI", 0x19, len(name)) + name.encode() in directory
    assert read.openstream("VBA/_VBA_PROJECT").read() == b"\xcc\x61\xff\xff\x00\x00\x00"


def test_the_same_modules_give_the_same_bytes() -> None:
    modules = [behind_workbook("ThisWorkbook", "' open\n"), behind_sheet("Data"), Module("Code", CODE)]
    assert vba_project("Example", modules) == PROJECT


def test_a_sign_that_visual_basic_cannot_hold_is_named() -> None:
    with pytest.raises(HostError, match="VBA module Code, line 2: VBA cannot hold the sign '≥'"):
        vba_project("Example", [Module("Code", "' one\n' a ≥ b\n")])
