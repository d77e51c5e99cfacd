"""The few things a package's styles are asked."""

from __future__ import annotations

import copy

from .parts import Parts, tag


def add_quoted_style(parts: Parts, style: int) -> int:
    """The same look for a text that begins like a formula: it stays text even after a person edits the cell."""
    (part,) = parts.related(parts.workbook, "styles")
    formats = parts.touch(part).find(tag("cellXfs"))
    assert formats is not None
    twin = copy.deepcopy(formats[style])
    twin.set("quotePrefix", "1")
    formats.append(twin)
    formats.set("count", str(len(formats)))
    return len(formats) - 1
