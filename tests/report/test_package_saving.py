"""What a saved package holds: untouched parts, times, no stale values, no dead sheets; and it is whole or absent."""

from __future__ import annotations

import re
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from retention_xl.errors import TemplateError
from retention_xl.report.cells import Cell
from retention_xl.report.package import Area, Package

from .sample_templates import contents_of, repacked, replace_in, rich_template

STAMP = date(2024, 6, 30)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return rich_template(tmp_path / "template.xlsx")


def saved(package: Package, path: Path) -> dict[str, bytes]:
    package.save(path, STAMP)
    return contents_of(path)


# ---- untouched and touched parts


def test_parts_that_need_not_change_keep_their_bytes_and_times(template: Path, tmp_path: Path) -> None:
    package = Package(template)
    package.put("Movers", 1, 1, "a new title")
    before, after = contents_of(template), saved(package, tmp_path / "out.xlsx")
    # The workbook asks for calculation, the properties carry the month, sheet 3 holds results of the sample.
    changed = {
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "docProps/core.xml",
        *(f"xl/worksheets/sheet{n}.xml" for n in (2, 3)),
        "xl/charts/chart1.xml",
        "xl/charts/chart2.xml",
        "xl/charts/chart3.xml",
    }
    assert {name for name in after if after[name] != before[name]} == changed
    assert set(before) - set(after) == {"xl/calcChain.xml"}
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        times = {info.filename: info.date_time[:3] for info in archive.infolist()}
    assert times["customXml/item1.xml"] == (2020, 1, 1)
    assert times["xl/worksheets/sheet2.xml"] == (2024, 6, 30)


def test_the_same_input_gives_the_same_bytes(template: Path, tmp_path: Path) -> None:
    files = []
    for name in ("one.xlsx", "two.xlsx"):
        package = Package(template)
        package.resize_rows("Movers", 4, 5, 40)
        package.put("Summary", 3, 2, Cell(0.25, "1/4"))
        package.save(tmp_path / name, STAMP)
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1]


def test_the_properties_carry_the_month_s_end(template: Path, tmp_path: Path) -> None:
    core = saved(Package(template), tmp_path / "out.xlsx")["docProps/core.xml"].decode()
    assert re.findall(r">(\d{4}-[^<]*)<", core) == ["2024-06-30T00:00:00Z"] * 2


def test_excel_is_asked_to_calculate_and_keeps_no_chain(template: Path, tmp_path: Path) -> None:
    parts = saved(Package(template), tmp_path / "out.xlsx")
    assert b'fullCalcOnLoad="1"' in parts["xl/workbook.xml"]
    assert "xl/calcChain.xml" not in parts
    assert b"calcChain" not in parts["[Content_Types].xml"] + parts["xl/_rels/workbook.xml.rels"]


def test_results_of_the_sample_go_with_everything_that_was_not_computed_anew(template: Path, tmp_path: Path) -> None:
    def stale(parts: dict[str, bytes]) -> None:
        text = parts["xl/worksheets/sheet1.xml"].decode().replace("</f><v></v>", "</f><v>4711</v>")
        array = '<c r="D20"><f t="array" ref="D20:D21">Movers!C4:C5*2</f><v>4711</v></c></row>'
        spilled = '<row r="21"><c r="D21"><v>4711</v></c></row>'
        text = re.sub(r"</sheetData>", f'<row r="20">{array}{spilled}</sheetData>', text)
        parts["xl/worksheets/sheet1.xml"] = text.encode()

    package = Package(repacked(template, stale))
    package.put("Summary", 5, 2, Cell(2.0, "SUM(Movers!C4:C5)"))
    summary = saved(package, tmp_path / "out.xlsx")["xl/worksheets/sheet1.xml"].decode()
    assert "4711" not in summary
    assert "<f>SUM(Movers!C4:C5)</f><v>2.0</v>" in summary
    assert "Movers!C4:C5*2</f></c>" in summary


def test_elements_with_a_prefix_are_filled_too(template: Path, tmp_path: Path) -> None:
    def prefixed(parts: dict[str, bytes]) -> None:
        text = parts["xl/worksheets/sheet4.xml"].decode()
        text = re.sub(r"<(/?)([a-zA-Z])", r"<\1x:\2", text).replace("xmlns=", "xmlns:x=")
        parts["xl/worksheets/sheet4.xml"] = text.encode()

    package = Package(repacked(template, prefixed))
    package.set_body(Area("Notes", 4, 1, 5, 2), [["a", 1], ["b", 2]], [[0, 0]], [""])
    package.put("Notes", 1, 1, "first")
    package.save(tmp_path / "out.xlsx", STAMP)
    rows = load_workbook(tmp_path / "out.xlsx")["Notes"].iter_rows(values_only=True)
    assert [row[:2] for row in rows] == [("first", None), (12.5, None), (None, None), ("a", 1), ("b", 2)]


def test_blocks_side_by_side_share_their_rows(template: Path, tmp_path: Path) -> None:
    package = Package(template)
    package.put("Notes", 6, 3, "between")
    package.set_body(Area("Notes", 5, 1, 7, 2), [[1, 2], [3, 4], [5, 6]], [[0, 0]], [' ht="30"'])
    package.set_body(Area("Notes", 6, 5, 8, 6), [[10, 20], [30, None], [50, 60]], [[0, 0]], [""])
    package.save(tmp_path / "out.xlsx", STAMP)
    sheet = load_workbook(tmp_path / "out.xlsx")["Notes"]
    assert list(sheet.iter_rows(min_row=5, values_only=True)) == [
        (1, 2, None, None, None, None),
        (3, 4, "between", None, 10, 20),
        (5, 6, None, None, 30, None),
        (None, None, None, None, 50, 60),
    ]
    assert [sheet.row_dimensions[row].height for row in (5, 6, 7, 8)] == [30, 30, 30, None]


@pytest.mark.parametrize("rows", [1, 3])
def test_a_body_with_another_number_of_rows_than_announced_is_refused(
    template: Path, tmp_path: Path, rows: int
) -> None:
    package = Package(template)
    package.set_body(Area("Notes", 5, 1, 6, 1), ([n] for n in range(rows)), [[0]], [""])
    with pytest.raises(ValueError, match=r"Notes!A5:A6: .* announced"):
        package.save(tmp_path / "out.xlsx", STAMP)


@pytest.mark.thorough
def test_rows_are_not_held_in_memory(template: Path, tmp_path: Path) -> None:
    peaks = []
    for rows in (2_000, 20_000):
        package = Package(template)
        lines = ((f"customer {row}", row, row / 7) for row in range(rows))
        package.set_body(Area("Notes", 5, 1, 4 + rows, 3), lines, [[0, 0, 0]], [""])
        tracemalloc.start()
        package.save(tmp_path / "out.xlsx", STAMP)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000  # bytes; the 18,000 rows more are some 4 MB of text


# ---- whole or not at all


def failing():
    yield [1]
    raise RuntimeError("no more rows")


def test_a_failure_leaves_the_old_file_and_no_other(template: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    target.write_bytes(b"the old report")
    package = Package(template)
    package.set_body(Area("Notes", 5, 1, 6, 1), failing(), [[0]], [""])
    with pytest.raises(RuntimeError, match="no more rows"):
        package.save(target, STAMP)
    assert target.read_bytes() == b"the old report"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.xlsx", "template.xlsx"]


def test_a_target_that_is_open_elsewhere_is_named_and_untouched(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.xlsx"
    target.write_bytes(b"the old report")

    def denied(self: Path, other: Path) -> None:
        raise PermissionError(13, "The process cannot access the file", str(other))

    monkeypatch.setattr(Path, "replace", denied)
    with pytest.raises(TemplateError, match=r"out\.xlsx is open in Excel .* old file is untouched"):
        Package(template).save(target, STAMP)
    assert target.read_bytes() == b"the old report"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.xlsx", "template.xlsx"]


def test_excel_s_lock_file_is_respected(template: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.xlsx"
    target.write_bytes(b"the old report")
    (tmp_path / "~$out.xlsx").write_bytes(b"")
    with pytest.raises(TemplateError, match=r"out\.xlsx is open .* delete ~\$out\.xlsx"):
        Package(template).save(target, STAMP)
    assert target.read_bytes() == b"the old report"


def test_a_full_disk_is_said_in_one_sentence(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("retention_xl.report.package.saving.os.fsync", full)
    with pytest.raises(TemplateError, match=r"out\.xlsx could not be written: No space left on device\."):
        Package(template).save(tmp_path / "out.xlsx", STAMP)
    assert [path.name for path in tmp_path.iterdir()] == ["template.xlsx"]


def test_a_folder_that_is_not_there_is_named(template: Path, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"nowhere.*could not be written: No such file"):
        Package(template).save(tmp_path / "nowhere" / "out.xlsx", STAMP)


def test_the_template_itself_may_be_the_target(template: Path) -> None:
    package = Package(template)
    package.put("Summary", 2, 2, "2024-06")
    package.save(template, STAMP)
    assert load_workbook(template)["Summary"]["B2"].value == "2024-06"


def test_macros_need_their_own_file_name(template: Path, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"holds no macros; call the report \.xlsx, not out\.xlsm"):
        Package(template).save(tmp_path / "out.xlsm", STAMP)
    repacked(template, lambda parts: parts.update({"xl/vbaProject.bin": b"code"}))
    with pytest.raises(TemplateError, match=r"holds macros; call the report \.xlsm, not out\.xlsx"):
        Package(template).save(tmp_path / "out.xlsx", STAMP)
    Package(template).save(tmp_path / "out.xlsm", STAMP)
    assert contents_of(tmp_path / "out.xlsm")["xl/vbaProject.bin"] == b"code"


# ---- sheets that go


@pytest.mark.thorough
def test_a_removed_sheet_takes_along_what_belongs_to_it_alone(template: Path, tmp_path: Path) -> None:
    package = Package(template)
    package.remove_sheet("Gone")
    before, after = contents_of(template), saved(package, tmp_path / "out.xlsx")
    assert set(before) - set(after) == {
        "xl/worksheets/sheet5.xml",
        "xl/worksheets/_rels/sheet5.xml.rels",
        "xl/drawings/drawing4.xml",
        "xl/drawings/_rels/drawing4.xml.rels",
        "xl/charts/chart4.xml",
        "xl/tables/table2.xml",
        "xl/calcChain.xml",
    }
    types, relations = after["[Content_Types].xml"].decode(), after["xl/_rels/workbook.xml.rels"].decode()
    assert not re.search(r"sheet5|drawing4|chart4|table2", types + relations)
    assert load_workbook(tmp_path / "out.xlsx").sheetnames == ["Summary", "Movers", "Bri'dge", "Notes"]


def test_what_pointed_to_a_removed_sheet_says_ref_and_links_to_it_go(template: Path, tmp_path: Path) -> None:
    package = Package(template)
    package.remove_sheet("Gone")
    parts = saved(package, tmp_path / "out.xlsx")
    summary, book = parts["xl/worksheets/sheet1.xml"].decode(), parts["xl/workbook.xml"].decode()
    assert '<c r="B10"><f>#REF!</f>' in summary
    assert re.findall(r'<hyperlink [^>]*ref="(\w+)"', summary) == ["A12"]
    assert "gone_cell" not in book
    assert "customers" in book


def test_sheets_behind_a_removed_one_keep_their_own_names(template: Path, tmp_path: Path) -> None:
    package = Package(template)
    package.remove_sheet("Movers")
    package.save(tmp_path / "out.xlsx", STAMP)
    out = load_workbook(tmp_path / "out.xlsx")
    assert out["Bri'dge"].print_area == "'Bri''dge'!$A$1:$E$14"
    assert "customers" not in out.defined_names


def test_another_sheet_is_shown_when_the_shown_one_goes(template: Path, tmp_path: Path) -> None:
    repacked(template, lambda parts: replace_in(parts, "xl/workbook.xml", 'activeTab="0"', 'activeTab="4"'))
    package = Package(template)
    package.remove_sheet("Gone")
    package.save(tmp_path / "out.xlsx", STAMP)
    assert load_workbook(tmp_path / "out.xlsx").active.title == "Notes"


def test_the_only_visible_sheet_stays(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "One"
    book.create_sheet("Hidden").sheet_state = "hidden"
    book.save(tmp_path / "template.xlsx")
    with pytest.raises(TemplateError, match=r"'One' is the only visible sheet"):
        Package(tmp_path / "template.xlsx").remove_sheet("One")


def test_slicers_of_a_removed_sheet_s_table_go(template: Path, tmp_path: Path) -> None:
    def add(parts: dict[str, bytes]) -> None:
        x14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
        x15 = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"
        for number, table in ((1, 1), (2, 2)):  # the tables of Movers and of Gone
            parts[f"xl/slicerCaches/slicerCache{number}.xml"] = (
                f'<slicerCacheDefinition xmlns="{x14}" name="Slicer_{number}"><extLst><ext><x15:tableSlicerCache '
                f'xmlns:x15="{x15}" tableId="{table}" column="1"/></ext></extLst></slicerCacheDefinition>'
            ).encode()
            kind = "http://schemas.microsoft.com/office/2007/relationships/slicerCache"
            relation = f'<Relationship Id="sl{number}" Type="{kind}" Target="slicerCaches/slicerCache{number}.xml"/>'
            replace_in(parts, "xl/_rels/workbook.xml.rels", "</Relationships>", relation + "</Relationships>")
        listed = "".join(f'<x14:slicerCache r:id="sl{number}"/>' for number in (1, 2))
        relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        extension = f'<extLst><ext><x15:slicerCaches xmlns:x15="{x15}" xmlns:x14="{x14}" xmlns:r="{relations}">'
        end = f"{extension}{listed}</x15:slicerCaches></ext></extLst></workbook>"
        replace_in(parts, "xl/workbook.xml", "</workbook>", end)

    package = Package(repacked(template, add))
    package.remove_sheet("Gone")
    parts = saved(package, tmp_path / "out.xlsx")
    assert "xl/slicerCaches/slicerCache1.xml" in parts
    assert "xl/slicerCaches/slicerCache2.xml" not in parts
    assert re.findall(rb'slicerCache r:id="(\w+)"', parts["xl/workbook.xml"]) == [b"sl1"]


def test_an_author_s_formula_that_lost_its_sheet_is_said_unless_written_anew(template: Path, tmp_path: Path) -> None:
    package = Package(template)
    package.remove_sheet("Gone")
    package.save(tmp_path / "out.xlsx", STAMP)
    assert package.remarks == ["Summary!B10: the template's formula points to 'Gone', which is left out."]
    package = Package(template)
    package.remove_sheet("Gone")
    package.put("Summary", 10, 2, "no such data")
    package.save(tmp_path / "out.xlsx", STAMP)
    assert package.remarks == []
