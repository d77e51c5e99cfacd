"""A handle on Excel for Windows as xlwings meets it, which `fakewin.py` plays in a child process."""

from __future__ import annotations

import multiprocessing
from typing import Any

from . import fakewin
from .sheet import Answer, BookOnDisk, Imported, MacroRun, Reference, raw_value2


class Excel:
    """A handle on the child process. Use as a context manager."""

    module = "retention_xl.udfs"

    def __enter__(self) -> Excel:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=fakewin.serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.send(None)
        self._process.join(20)
        if self._process.is_alive():
            self._process.kill()

    def _ask(self, method: str, *arguments: Any) -> Any:
        self._connection.send((method, arguments))
        done, answer = self._connection.recv()
        if not done:
            raise RuntimeError(f"{method} failed in xlwings:\n{answer}")
        return answer

    def version(self) -> str:
        return self._ask("version")  # type: ignore[no-any-return]

    def import_functions(self, workbook: str = "Book1.xlsm", modules: str | None = None) -> Imported:
        return self._ask("import_functions", modules or self.module, workbook)  # type: ignore[no-any-return]

    def registered(self, module: str | None = None) -> dict[str, dict[str, Any]]:
        return self._ask("registered", module or self.module)  # type: ignore[no-any-return]

    def call(self, function: str, *arguments: Any) -> Answer:
        """As the stock VBA wrapper calls it: cell references arrive as Range objects."""
        return self._ask("call", self.module, function, list(arguments), False)  # type: ignore[no-any-return]

    def call_raw(self, function: str, *arguments: Any) -> Answer:
        """As a wrapper that passes Range.Value2 calls it: cell references arrive as plain values."""
        plain = [raw_value2(a.rows) if isinstance(a, Reference) else a for a in arguments]
        return self._ask("call", self.module, function, plain, True)  # type: ignore[no-any-return]

    def run_macro(self, macro: str, book: BookOnDisk, *arguments: Any) -> MacroRun:
        return self._ask("run_macro", macro, list(arguments), book)  # type: ignore[no-any-return]
