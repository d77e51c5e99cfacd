"""Files that are no workbook, or no honest one, are refused in one sentence."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from retention_xl.errors import TemplateError
from retention_xl.report.package import Package

from .sample_templates import repacked, replace_in


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    Workbook().save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 100, "protected by a password or an old .xls"),
        (b"<html>not a workbook</html>", "not an .xlsx file"),
        (b"", "not an .xlsx file"),
        (b"PK\x03\x04 cut off", "not an .xlsx file"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "my.xlsx"
    path.write_bytes(content)
    with pytest.raises(TemplateError, match=f"my.xlsx is .*{said}"):
        Package(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"There is no template .*nothing\.xlsx"):
        Package(tmp_path / "nothing.xlsx")


def test_another_zip_file_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "my.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(TemplateError, match="a zip file but not an Excel workbook"):
        Package(tmp_path / "my.xlsx")


def test_a_binary_workbook_is_told_apart(workbook: Path) -> None:
    def binary(parts: dict[str, bytes]) -> None:
        parts["xl/workbook.bin"] = b"\0"
        replace_in(parts, "_rels/.rels", "xl/workbook.xml", "xl/workbook.bin")

    with pytest.raises(TemplateError, match=r"binary workbook \(\.xlsb\)"):
        Package(repacked(workbook, binary))


def test_strict_open_xml_is_told_apart(workbook: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with pytest.raises(TemplateError, match="not as Strict Open XML"):
        Package(repacked(workbook, lambda parts: replace_in(parts, "xl/workbook.xml", main, strict)))


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 120_000_000)
    with pytest.raises(TemplateError, match=r"unpacks from [\d,]+ to 120,000,000 bytes"):
        Package(tmp_path / "bomb.xlsx")


def test_entities_are_not_expanded(workbook: Path) -> None:
    def entity(parts: dict[str, bytes]) -> None:
        bomb = b'<!DOCTYPE workbook [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
        text = parts["xl/workbook.xml"]
        parts["xl/workbook.xml"] = bomb + text.replace(b'name="Sheet"', b'name="Sheet"').replace(
            b"</workbook>", b"<x>&a;</x></workbook>"
        )

    package = Package(repacked(workbook, entity))
    assert "".join(package.parts.tree(package.parts.workbook).itertext()).strip() in ("", "&a;")


def test_broken_xml_is_named_with_its_part(workbook: Path) -> None:
    repacked(workbook, lambda parts: parts.update({"xl/workbook.xml": b"<workbook"}))
    with pytest.raises(TemplateError, match=r"part xl/workbook\.xml: not well-formed XML"):
        Package(workbook)


def test_two_parts_of_one_name_are_refused(workbook: Path) -> None:
    with zipfile.ZipFile(workbook, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("xl/workbook.xml", b"<other/>")
    with pytest.raises(TemplateError, match="two parts of one name"):
        Package(workbook)


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(workbook: Path) -> None:
    with pytest.raises(TemplateError, match=r"no worksheet 'Data'; it has Sheet\."):
        Package(workbook).sheet("Data")
