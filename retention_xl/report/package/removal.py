"""Takes a sheet, or a chart, out of a package with all that belongs to it alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lxml import etree

from .follow import follow
from .parts import OFFICE_RELATIONS, Parts, local_name, remove_with_empty_parents, tag
from .references import Removal
from .sheet import Sheet


def remove_sheet(parts: Parts, name: str, index: int, part: str, others: Sequence[Sheet], names: Sequence[str]) -> None:
    """`index` is its place among all sheets `names`; `others` are the worksheets that stay."""
    book = parts.touch(parts.workbook)
    _remove_names(book, name, index)
    follow(parts, others, Removal(name), [other for other in names if other != name])
    for element in list(book.iter(tag("sheet"))):
        if element.get("name") == name:
            element.getparent().remove(element)  # type: ignore[union-attr]
    parts.drop_relation(parts.workbook, part)
    parts.remove_unreachable()
    _remove_slicer_caches(parts, book, others)
    _show_another(book, index)
    forget_titles(parts)


def remove_chart(parts: Parts, sheet: Sheet, is_title: Callable[[str], bool]) -> None:
    """Takes out the charts of a sheet whose title is taken from the cell that `is_title` knows."""
    for drawing in parts.related(sheet.part, "drawing"):
        for relation in parts.relations(drawing):
            if relation.kind != "chart" or relation.target not in parts:
                continue
            titles = parts.tree(relation.target).iterfind(".//{*}title/{*}tx/{*}strRef/{*}f")
            if not any(is_title(title.text or "") for title in titles):
                continue
            for anchor in list(parts.touch(drawing)):
                charts = anchor.iterfind(".//{*}graphicData/{*}chart")
                if any(chart.get(tag("id", OFFICE_RELATIONS)) == relation.id for chart in charts):
                    parts.touch(drawing).remove(anchor)
            parts.drop_relation(drawing, relation.target)
    parts.remove_unreachable()


def _remove_names(book: etree._Element, name: str, index: int) -> None:
    for element in list(book.iter(tag("definedName"))):
        scope = element.get("localSheetId")
        text = element.text or ""
        if scope == str(index) or ("#REF!" in Removal(name).formula(text, None) and "#REF!" not in text):
            element.getparent().remove(element)  # type: ignore[union-attr]
        elif scope is not None and int(scope) > index:
            element.set("localSheetId", str(int(scope) - 1))
    names = book.find(tag("definedNames"))
    if names is not None and not len(names):
        book.remove(names)


def _remove_slicer_caches(parts: Parts, book: etree._Element, others: Sequence[Sheet]) -> None:
    """The workbook keeps what slicers remember of a table; without the table Excel would offer a repair."""
    tables = [parts.tree(table) for sheet in others for table in parts.related(sheet.part, "table")]
    ids = {table.get("id") for table in tables}
    for relation in parts.relations(parts.workbook):
        if relation.kind != "slicerCache" or relation.target not in parts:
            continue
        used = [e.get("tableId") for e in parts.tree(relation.target).iter("{*}tableSlicerCache")]
        if used and not ids.issuperset(used):
            cache_name = parts.tree(relation.target).get("name")
            for element in [*book.iter("{*}slicerCache"), *book.iter(tag("definedName"))]:
                if element.get(tag("id", OFFICE_RELATIONS)) == relation.id or element.get("name") == cache_name:
                    remove_with_empty_parents(element)
            parts.drop_relation(parts.workbook, relation.target)
            parts.remove(relation.target)


def _show_another(book: etree._Element, removed: int) -> None:
    elements = list(book.iter(tag("sheet")))
    visible = [i for i, e in enumerate(elements) if e.get("state", "visible") == "visible"]
    for view in book.iter(tag("workbookView")):
        for attribute in ("activeTab", "firstSheet"):
            shown = int(view.get(attribute, "0"))
            shown = shown - 1 if shown > removed else shown
            if shown not in visible:
                shown = min(visible, key=lambda i: abs(i - shown))
            if shown or view.get(attribute) is not None:
                view.set(attribute, str(shown))


def forget_titles(parts: Parts) -> None:
    """The file's properties list its sheets; Excel writes the list anew, a wrong one would stay."""
    for relation in parts.relations(""):
        if relation.kind == "extended-properties" and relation.target in parts:
            root = parts.touch(relation.target)
            for element in list(root):
                if local_name(element) in ("HeadingPairs", "TitlesOfParts"):
                    root.remove(element)
