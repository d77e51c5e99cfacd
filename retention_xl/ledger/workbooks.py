"""Tables in workbooks: .xlsx, .xlsm, .xlsb, .xls and .ods, read by calamine once workbook_guard has looked at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import LedgerError
from .cells import is_number, text_of
from .columns import plain_heading
from .database import Connection
from .grouped import fill_down, with_group
from .parts import Parts
from .places import Places
from .sources import Progress, Source
from .tables import SEARCHED_LINES, Sought, heading_position, load_rows
from .words import squeeze
from .workbook_guard import check_workbook, protected, unreadable

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


class SheetSource:
    """One sheet of a workbook, from its heading line on."""

    size = 0  # a sheet has at most a million lines

    def __init__(
        self, path: Path, sheet: str, name: str, cells: list[list[Any]], heading: int, may_be_grouped: bool
    ) -> None:
        self.name, self.places, self.sheet = name, Places(name), sheet
        given = [text_of(cell).strip() for cell in cells[heading]]
        self.headings: Sequence[str] = with_group(given) if may_be_grouped else given
        self._grouped = list(self.headings) != given
        self._path, self._heading = path, heading
        self._cells: list[list[Any]] | None = cells

    def forget(self) -> None:
        """Let the cells go until they are loaded: a folder of workbooks is not held in memory as a whole."""
        self._cells = None

    def load(
        self,
        con: Connection,
        chosen: Mapping[str, int],
        scratch: Path,
        progress: Progress,
        whole: Sequence[int | None] | None = None,
    ) -> None:
        progress(f"Reading {self.name}", None)
        if self._cells is None:
            with opened(self._path, self.name) as workbook:
                self._cells = cells_of(workbook, self.sheet)
        amount = chosen.get("amount", -1)
        below = enumerate(self._cells[self._heading + 1 :], start=self._heading + 2)
        rows = (
            (line, 0 <= amount < len(row) and is_number(row[amount]), [text_of(c) for c in row]) for line, row in below
        )
        load_rows(con, chosen, len(self.headings), scratch, fill_down(rows) if self._grouped else rows, whole)
        self._cells = None


def sheet_source(path: Path, sought: Sought) -> Source:
    """The sheet that holds the table sought, or the sheets that hold it together, as tabs of months do."""
    check_workbook(path, path.name)
    tables: list[tuple[str, list[list[Any]], int, bool]] = []
    with opened(path, path.name) as workbook:
        names = _sheets_to_look_at(workbook, sought, path.name)
        for name in names:
            cells = cells_of(workbook, name)
            rows = [[text_of(cell) for cell in row] for row in cells[:SEARCHED_LINES]]
            position = heading_position(rows, sought)
            if position is not None and len(cells) > position + 1:
                fits = sought.fits(rows[position])
                tables.append((name, cells if fits or not tables else [], position, fits))
    if not tables:
        raise LedgerError(f"{path.name}: no sheet has a line below its headings.")
    fitting = [table for table in tables if table[3]]
    named = [table for table in fitting if not sought.other(table[0])] or fitting
    alone = len(tables) == 1 and sought.sheet is None
    taken = [
        SheetSource(path, name, path.name if alone else f"{path.name}[{name}]", cells, position, sought.several)
        for name, cells, position, _ in named or tables[:1]
    ]
    if len(taken) == 1:
        return taken[0]
    listed = ", ".join(repr(source.sheet) for source in taken)
    columns = {frozenset(plain_heading(h) for h in source.headings if h) for source in taken}
    if not sought.several or len(columns) > 1:
        differ = ", with different columns" if sought.several else ""
        raise LedgerError(
            f"{path.name}: the sheets {listed} each hold a {sought.what}{differ}; say which one counts, for example "
            f'--sheet "{taken[0].sheet}".'
        )
    return Parts(path.name, taken, f"The sheets {listed} are read as one {sought.what}.")


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook that can be seen, in their order."""
    check_workbook(path, path.name)
    with opened(path, path.name) as workbook:
        return _visible(workbook)


@contextmanager
def opened(path: Path, name: str) -> Iterator[CalamineWorkbook]:
    """The workbook, open. Whatever goes wrong inside, calamine's own failure included, is said in a sentence."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        # By its content, not by its name: an export is often called .xls whatever it is.
        with path.open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
            yield workbook
    except PasswordError as error:
        raise protected(name) from error
    except (CalamineError, OSError, ValueError) as error:
        raise unreadable(name, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how an assertion of calamine that fails arrives in Python
            raise
        raise unreadable(name, error) from error


def cells_of(workbook: CalamineWorkbook, sheet: str) -> list[list[Any]]:
    cells: list[list[Any]] = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return cells


def _visible(workbook: CalamineWorkbook) -> list[str]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _sheets_to_look_at(workbook: CalamineWorkbook, sought: Sought, name: str) -> list[str]:
    """The sheet that is named, also a hidden one; without a name every sheet that can be seen."""
    if sought.sheet is None:
        return _visible(workbook)
    wanted = squeeze(sought.sheet)
    named = [title for title in workbook.sheet_names if squeeze(title) == wanted]
    if not named:
        listed = ", ".join(map(repr, workbook.sheet_names))
        raise LedgerError(f"{name}: there is no sheet {sought.sheet!r}; the sheets are {listed}.")
    return named
