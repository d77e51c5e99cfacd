"""The few things a package's styles are asked."""

from __future__ import annotations

import copy
import re

from lxml import etree

from .parts import Parts, tag

# The formats that Excel knows by number and a report is likely to use; every number without a text here is no date.
_BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    14: "m/d/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yyyy h:mm",
}
_FIRST_OWN = 164  # numbers below it are Excel's
_NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


class Styles:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._part = next(iter(parts.related(parts.workbook, "styles")), None)
        self._quoted: dict[int, int] = {}
        self._numbered: dict[str, int] = {}
        self._codes: dict[int, str] = {}

    def _formats(self) -> etree._Element | None:
        return self._parts.tree(self._part).find(tag("cellXfs")) if self._part else None

    def quoted(self, style: int) -> int:
        """The same look for a text that begins like a formula: it stays text even after a person edits the cell."""
        formats = self._formats()
        if formats is None or self._part is None:
            return style
        if style not in self._quoted:
            twin = copy.deepcopy(formats[style])
            twin.set("quotePrefix", "1")
            self._parts.touch(self._part)
            formats.append(twin)
            formats.set("count", str(len(formats)))
            self._quoted[style] = len(formats) - 1
        return self._quoted[style]

    def numbered(self, code: str) -> int:
        """The workbook's plain look with a number format."""
        formats = self._formats()
        if formats is None or self._part is None or code == "General":
            return 0
        if code not in self._numbered:
            root = self._parts.touch(self._part)
            number = next((key for key, known in _BUILT_IN.items() if known == code), None)
            twin = copy.deepcopy(formats[0])
            twin.set("numFmtId", str(self._new_format(root, code) if number is None else number))
            twin.set("applyNumberFormat", "1")
            formats.append(twin)
            formats.set("count", str(len(formats)))
            self._numbered[code] = len(formats) - 1
        return self._numbered[code]

    @staticmethod
    def _new_format(root: etree._Element, code: str) -> int:
        known = root.find(tag("numFmts"))
        if known is None:
            known = etree.Element(tag("numFmts"))
            root.insert(0, known)
        number = max([_FIRST_OWN - 1, *(int(element.get("numFmtId", "0")) for element in known)]) + 1
        etree.SubElement(known, tag("numFmt"), {"numFmtId": str(number), "formatCode": code})
        known.set("count", str(len(known)))
        return number

    def format_code(self, style: int) -> str:
        if style not in self._codes:
            self._codes[style] = self._format_code(style)
        return self._codes[style]

    def _format_code(self, style: int) -> str:
        formats = self._formats()
        if formats is None or self._part is None or style >= len(formats):
            return "General"
        number = int(formats[style].get("numFmtId", "0"))
        for element in self._parts.tree(self._part).iter(tag("numFmt")):
            if element.get("numFmtId") == str(number) and element.getparent().tag == tag("numFmts"):  # type: ignore[union-attr]
                return element.get("formatCode", "General")
        return _BUILT_IN.get(number, "General")

    def shows_dates(self, style: int) -> bool:
        code = _NOT_FORMAT.sub("", self.format_code(style)).lower()
        return code != "general" and any(letter in code for letter in "ymdhs")
