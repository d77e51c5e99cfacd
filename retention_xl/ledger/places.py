"""Where a line stands. A ledger of several files or sheets numbers its lines through; here each finds its own again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


class Places:
    """The name of a source, and the parts it was read from: what was added to the line numbers of each."""

    def __init__(self, name: str, parts: Sequence[tuple[int, str]] = ()) -> None:
        self.name = name
        self._parts = list(parts) or [(0, name)]
        self._added = [added for added, _ in self._parts]

    def of(self, line: int) -> tuple[str, int]:
        """The file, or the sheet of a file, and the line in it as a person counts."""
        added, name = self._parts[bisect_right(self._added, line - 1) - 1]
        return name, line - added

    def told(self, line: int) -> str:
        """The line in a sentence that has named the source already."""
        name, own = self.of(line)
        return f"line {own}" if len(self._parts) == 1 else f"{name}, line {own}"
