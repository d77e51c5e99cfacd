"""The .xlsx package as a set of parts: what is not touched keeps its bytes."""

from __future__ import annotations

import io
import posixpath
import zipfile
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from retention_xl.errors import TemplateError

from .areas import may_name

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT_TYPES = "[Content_Types].xml"
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
# A small template of a thousand small sheets stays below both; what is above was made to exhaust memory.
MOST_BYTES = 1_500_000_000
MOST_RATIO = 250
RATIO_COUNTS_FROM = 50_000_000

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def tag(name: str, namespace: str = MAIN) -> str:
    return f"{{{namespace}}}{name}"


ROW, CELL, FORMULA, VALUE = tag("row"), tag("c"), tag("f"), tag("v")


def local_name(element: etree._Element | None) -> str:
    """Without namespace; "" for comments, processing instructions and the parent of a root."""
    return element.tag.rpartition("}")[2] if element is not None and isinstance(element.tag, str) else ""


def drop_attributes(element: etree._Element, *names: str) -> None:
    for name in names:
        if name in element.attrib:
            del element.attrib[name]


def cell_text(element: etree._Element) -> str:
    """The text of a cell or of the table of texts, in all its runs, without how it is pronounced."""
    return "".join(t.text or "" for t in element.iter(tag("t")) if local_name(t.getparent()) != "rPh")


def remove_with_empty_parents(element: etree._Element) -> None:
    parent = element.getparent()
    while parent is not None:
        parent.remove(element)
        if len(parent):
            return
        element, parent = parent, parent.getparent()


class Relation(NamedTuple):
    id: str
    kind: str  # the last word of its type: "worksheet", "table", "drawing"
    target: str  # the part's name, or the address of an external target
    external: bool


def relations_part(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels".lstrip("/")


class Parts:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self._archive = _open_archive(path)
        self.infos = {info.filename: info for info in self._archive.infolist() if not info.is_dir()}
        self._spelling = {name.lower(): name for name in self.infos}
        self._trees: dict[str, etree._Element] = {}
        self._texts: dict[str, bytes] = {}
        self._relations: dict[str, list[Relation]] = {}
        self._mentioned: dict[str, str] = {}
        self.changed: set[str] = set()
        self.removed: set[str] = set()
        self._check_kind()

    def _check_kind(self) -> None:
        if CONTENT_TYPES not in self.infos:
            raise TemplateError(f"{self.name} is a zip file but not an Excel workbook. Save it as .xlsx in Excel.")
        documents = [r for r in self.relations("") if r.kind == "officeDocument"]
        if not documents or documents[0].target not in self.infos:
            raise TemplateError(f"{self.name} is not an Excel workbook: it names no workbook part.")
        self.workbook = documents[0].target
        if self.workbook.endswith(".bin"):
            raise TemplateError(f"{self.name} is a binary workbook (.xlsb). Save it as .xlsx in Excel.")
        root = etree.QName(self.tree(self.workbook).tag)
        if root.namespace != MAIN or root.localname != "workbook":
            raise TemplateError(
                f"{self.name} is not an ordinary .xlsx (its workbook part is {root.namespace!r}). "
                f"Save it as 'Excel Workbook (*.xlsx)', not as Strict Open XML."
            )

    def __contains__(self, part: str) -> bool:
        return part in self.infos and part not in self.removed

    def __iter__(self):  # type: ignore[no-untyped-def]
        return (name for name in self.infos if name not in self.removed)

    def read(self, part: str) -> bytes:
        return self._texts[part] if part in self._texts else self._archive.read(part)

    def tree(self, part: str) -> etree._Element:
        """The part's root element; say `touch` where it is going to change."""
        if part not in self._trees:
            try:
                self._trees[part] = etree.fromstring(self.read(part), _PARSER)
            except etree.XMLSyntaxError as error:
                raise TemplateError(f"{self.name}, part {part}: not well-formed XML ({error}).") from None
        return self._trees[part]

    def touch(self, part: str) -> etree._Element:
        self.changed.add(part)
        return self.tree(part)

    def add(self, part: str, text: bytes) -> None:
        """A part that was not there."""
        info = zipfile.ZipInfo(part)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = self.infos[CONTENT_TYPES].external_attr
        self.infos[part], self._spelling[part.lower()] = info, part
        self._trees[part] = etree.fromstring(text, _PARSER)
        self.changed.add(part)

    def replace_text(self, part: str, text: bytes) -> None:
        """For parts that are not XML in the strict sense, such as legacy drawings."""
        self._texts[part] = text
        self.changed.add(part)

    def content(self, part: str) -> bytes:
        if part in self.changed and part not in self._texts:
            return etree.tostring(self._trees[part], xml_declaration=True, encoding="UTF-8", standalone=True)
        return self.read(part)

    @cached_property
    def texts(self) -> list[str]:
        """The workbook's table of texts, as cells point to it."""
        tables = self.related(self.workbook, "sharedStrings")
        return [cell_text(item) for table in tables for item in self.tree(table).iterchildren(tag("si"))]

    def mentions(self, part: str, sheet: str, formulas: tuple[str, ...]) -> bool:
        """Whether these elements of the template's part may name the sheet. Their text is gathered once, for
        formulas follow what moves on a sheet and never turn to another one."""
        if part not in self._mentioned:
            self._mentioned[part] = "\n".join(e.text or "" for e in self.tree(part).iter(*formulas)).lower()
        return may_name(self._mentioned[part], sheet)

    # ---- relations

    def relations(self, part: str) -> list[Relation]:
        source = relations_part(part)
        if source not in self:
            return []
        if part not in self._relations:
            self._relations[part] = self._read_relations(part, source)
        return self._relations[part]

    def _read_relations(self, part: str, source: str) -> list[Relation]:
        found = []
        for element in self.tree(source):
            if local_name(element) != "Relationship":
                continue
            target, external = element.get("Target", ""), element.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")
                target = self._spelling.get(target.lower(), target)
            kind = element.get("Type", "").rpartition("/")[2]
            found.append(Relation(element.get("Id", ""), kind, target, external))
        return found

    def related(self, part: str, kind: str) -> list[str]:
        return [r.target for r in self.relations(part) if r.kind == kind and not r.external and r.target in self]

    def drop_relation(self, part: str, target: str) -> None:
        ids = {r.id for r in self.relations(part) if r.target == target and not r.external}
        tree = self.touch(relations_part(part))
        self._relations.pop(part, None)
        for element in list(tree):
            if element.get("Id") in ids:
                tree.remove(element)

    def remove_unreachable(self) -> None:
        """Drops every part to which no relation leads any more."""
        reached, waiting = set(), [""]
        while waiting:
            part = waiting.pop()
            for relation in self.relations(part):
                if not relation.external and relation.target in self and relation.target not in reached:
                    reached.add(relation.target)
                    waiting.append(relation.target)
        for part in list(self):
            is_relations = part.endswith(".rels")
            owner = part.replace("_rels/", "").removesuffix(".rels") if is_relations else part
            if owner not in reached and owner not in ("", CONTENT_TYPES):
                self.remove(part)

    def remove(self, part: str) -> None:
        self.removed.add(part)
        types = self.tree(CONTENT_TYPES)
        for element in list(types):
            if (element.get("PartName") or "").lstrip("/").lower() == part.lower():
                self.touch(CONTENT_TYPES).remove(element)


def _open_archive(path: Path) -> zipfile.ZipFile:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise TemplateError(f"There is no template {path}.") from None
    except OSError as error:
        raise TemplateError(f"{path} cannot be read: {error.strerror}.") from None
    if data.startswith(OLE_MAGIC):
        raise TemplateError(
            f"{path.name} is protected by a password or an old .xls. Remove the password "
            f"(File > Info > Protect Workbook) and save it as .xlsx."
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise TemplateError(f"{path.name} is not an .xlsx file (not a zip archive).") from None
    size = sum(info.file_size for info in infos)
    if size > MOST_BYTES or (size > RATIO_COUNTS_FROM and size > MOST_RATIO * len(data)):
        raise TemplateError(f"{path.name} unpacks from {len(data):,} to {size:,} bytes; no honest template does.")
    if any(info.flag_bits & 1 for info in infos):
        raise TemplateError(f"{path.name} is an encrypted zip archive. Save it as .xlsx without a password.")
    names = [info.filename for info in infos]
    if len(set(names)) < len(names):
        raise TemplateError(f"{path.name} holds two parts of one name; open and save it in Excel.")
    return archive
