"""What one cell holds: a number, an id, a day, a flag, an error - and the refusal of what it may not hold."""

from __future__ import annotations

from retention_xl.errors import CellError, MetricError

TYPE_CHECKING = False  # `from typing import TYPE_CHECKING` would cost more than all our own imports
if TYPE_CHECKING:
    from typing import Any

ERROR_CODES = frozenset(
    (
        *(CellError.DIV0, CellError.NUM, CellError.VALUE, CellError.NA, CellError.NAME, CellError.REF, CellError.NULL),
        *("#SPILL!", "#CALC!", "#GETTING_DATA", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#PYTHON!"),
    )
)

SERIAL_OF_THE_DAY_THAT_NEVER_WAS = 60  # Excel's 29 February 1900
ORDINAL_OF_SERIAL_ZERO = 693_594  # 1899-12-30, so that serials from 61 on (1900-03-01) are right
LAST_SERIAL = 2_958_465  # 9999-12-31


class ErrorValue:
    """An error in a cell: one that a range brought along, or one cell of a spilled answer. Equal by its code."""

    __slots__ = ("code", "message")

    def __init__(self, code: str, message: str = "") -> None:
        if code not in ERROR_CODES:
            raise ValueError(f"{code!r} is not an error code of a worksheet cell")
        self.code = code
        self.message = message

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ErrorValue) and other.code == self.code

    def __hash__(self) -> int:
        return hash(self.code)

    def __repr__(self) -> str:
        return f"ErrorValue({self.code!r})"

    def __str__(self) -> str:
        return self.code


def base_is_zero(message: str) -> MetricError:
    """#DIV/0!, to raise where there is nothing to divide by."""
    return MetricError(CellError.DIV0, message)


def impossible(message: str) -> MetricError:
    """#NUM!, to raise for a number that cannot be."""
    return MetricError(CellError.NUM, message)


def wrong_kind(message: str) -> MetricError:
    """#VALUE!, to raise for the wrong kind or shape."""
    return MetricError(CellError.VALUE, message)


def nothing_yet(message: str) -> MetricError:
    """#N/A, to raise where there is nothing to compute from yet."""
    return MetricError(CellError.NA, message)


def shown(value: object) -> str:
    """A value as a message prints it: 9.0 as 9, text in quotes.

    >>> shown(9.0), shown(0.25), shown("n/a")
    ('9', '0.25', "'n/a'")
    """
    if isinstance(value, float) and value == value and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return str(value) if isinstance(value, ErrorValue) else repr(value)


def how_many(count: int, things: str) -> str:
    """A number of things, of one as well: 1 cell, 3 cells.

    >>> how_many(1, "cells"), how_many(3, "cells")
    ('1 cell', '3 cells')
    """
    return f"{count} {things if count != 1 else things.removesuffix('s')}"


def is_blank(cell: object) -> bool:
    """An empty cell: None, "", and the missing values of pandas: NA, and NaN and NaT, which differ from themselves."""
    if cell is None or isinstance(cell, str):
        return not cell
    return type(cell).__name__ == "NAType" or bool(cell != cell)


def error_met(cell: ErrorValue, place: str) -> MetricError:
    """The error of a cell, passed on as it is."""
    return MetricError(cell.code, cell.message or f"{place} holds the error {cell.code}, which is passed on.")


def number_in(cell: Any, place: str) -> float:
    """The number of a cell; 0 for a blank one. NaN is refused: it is also what a computation that failed leaves."""
    kind = type(cell)
    if kind is not float and kind is not int:
        if cell is None or (isinstance(cell, str) and cell == ""):
            return 0.0
        if isinstance(cell, ErrorValue):
            raise error_met(cell, place)
        if isinstance(cell, str) or kind.__name__ in ("bool", "bool_") or not hasattr(cell, "__float__"):
            raise wrong_kind(f"{place}: {shown(cell)} is not a number.")
        cell = float(cell)  # Decimal of a cell in currency format, Fraction, NumPy's numbers
    if cell - cell != 0:
        raise impossible(f"{place}: {cell!r} is not a finite number.")
    return cell  # type: ignore[no-any-return]


def id_key(cell: Any, place: str) -> str:
    """What makes two ids one: 123, 123.0, "123" and " 123 " are; letter case does not count. "" for a blank cell.

    >>> id_key(123.0, "ids") == id_key(" 123", "ids"), id_key("ab-1", "ids")
    (True, 'ab-1')
    """
    if isinstance(cell, str):
        return cell.strip().casefold()
    if is_blank(cell):
        return ""
    if isinstance(cell, ErrorValue):
        raise error_met(cell, place)
    if hasattr(cell, "toordinal"):
        cell = serial_of(cell.toordinal())
    elif hasattr(cell, "__float__") and not isinstance(cell, (int, float)):
        cell = float(cell)
    if isinstance(cell, float) and cell - cell == 0 and cell == int(cell):
        cell = int(cell)
    return str(cell).strip().casefold()


def day_in(cell: Any, place: str) -> int | None:
    """The day of a cell as a proleptic ordinal (1 is 0001-01-01); None for a blank cell and for serial 0.

    Serial 0 is what a formula such as =B2 gives for an empty B2, and what some programs hand over for an empty cell.
    """
    if isinstance(cell, str):
        return None if cell == "" else _day_of_text(cell, place)
    if is_blank(cell):
        return None
    if isinstance(cell, ErrorValue):
        raise error_met(cell, place)
    if hasattr(cell, "toordinal"):
        return int(cell.toordinal())
    if isinstance(cell, bool) or not hasattr(cell, "__float__"):
        raise wrong_kind(f"{place}: {shown(cell)} is not a date.")
    serial = float(cell)
    if serial == 0:
        return None
    if not 1 <= serial < LAST_SERIAL + 1:
        raise impossible(f"{place}: {shown(serial)} is not the serial number of a day (1 to {LAST_SERIAL}).")
    day = int(serial)
    if day == SERIAL_OF_THE_DAY_THAT_NEVER_WAS:
        raise impossible(f"{place}: serial 60 is 29 February 1900, a day that never was.")
    return ORDINAL_OF_SERIAL_ZERO + day + (1 if day < SERIAL_OF_THE_DAY_THAT_NEVER_WAS else 0)


def serial_of(day: int) -> int:
    """The Excel serial (1900 system) of a day; the inverse of `day_in` for numbers."""
    serial = day - ORDINAL_OF_SERIAL_ZERO
    return serial if serial > SERIAL_OF_THE_DAY_THAT_NEVER_WAS else serial - 1


def _day_of_text(text: str, place: str) -> int:
    from datetime import date  # only ISO text needs it; the import costs as much as the rest of the catalogue's

    iso = text.strip()
    if len(iso) == 10 and iso[4] == iso[7] == "-":
        try:
            return date.fromisoformat(iso).toordinal()
        except ValueError:
            pass
    raise wrong_kind(f"{place}: {text!r} is not a date; give a real date, or text such as '2026-10-31'.")


def flag_in(cell: Any, place: str) -> bool:
    """TRUE or FALSE; numbers as in Excel (0 is FALSE), a blank cell is FALSE."""
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, ErrorValue):
        raise error_met(cell, place)
    if is_blank(cell):
        return False
    if isinstance(cell, str) or not hasattr(cell, "__float__"):
        raise wrong_kind(f"{place}: {shown(cell)} is neither TRUE nor FALSE.")
    return bool(cell)


def text_in(cell: Any, place: str) -> str:
    """The text of a cell without blanks around it; a number as a cell shows it."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, ErrorValue):
        raise error_met(cell, place)
    if is_blank(cell):
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell == int(cell) else str(cell)
