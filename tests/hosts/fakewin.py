"""Excel on Windows as xlwings meets it, on any system: xlwings' own Windows code behind stubbed pywin32 modules.

What runs for real is xlwings: the decorators, the VBA that "Import Functions" writes, `XLPython.CallUDF` and the
converters. What is modelled is pywin32 (`oleargs.cpp`: which Python value a cell becomes, and which Python values can
go back) and the few Excel objects that xlwings touches. The stubs replace modules for the whole process, so all of it
lives in a child process; `excel.py` is the handle on it.
"""

# ruff: noqa: N802  (the names are those of COM and pywin32)

from __future__ import annotations

import ctypes
import datetime as dt
import importlib
import sys
import traceback
import types
from collections.abc import Iterator
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from .sheet import Answer, BookOnDisk, Imported, MacroRun, Reference, raw_value2, value2

RANGE_IID = "{00020846-0000-0000-C000-000000000046}"
E_NOINTERFACE = -2147467262


class ComError(Exception):
    """pywintypes.com_error"""

    def __init__(self, hresult: int = 0, *details: Any) -> None:
        super().__init__(hresult, *details)
        self.hresult = hresult


class Iid(str):
    """pywintypes.IID"""


class TimeType(dt.datetime):
    """pywintypes.datetime: what a date cell becomes, always with a time zone"""


class Hops:
    """Counts what crosses from Python back to Excel; a real call takes at least as many."""

    count = 0


class MessageBoxes:
    """What was shown to the user: owner, text, title, icon and buttons."""

    shown: list[tuple[int, str, str, int]] = []  # noqa: RUF012

    @classmethod
    def show(cls, owner: int, text: str, title: str, style: int) -> int:
        cls.shown.append((owner, text, title, style))
        return 1  # OK


class ExcelObject:
    """An object on Excel's side. Its attributes are its COM properties."""

    IID = "{0}"
    NAME = "Object"


class TypeInfo:
    def __init__(self, target: ExcelObject) -> None:
        self.target = target

    def GetTypeAttr(self) -> types.SimpleNamespace:
        Hops.count += 1
        return types.SimpleNamespace(iid=Iid(self.target.IID))

    def GetDocumentation(self, member: int) -> tuple[str, None, int, None]:
        Hops.count += 1
        return (self.target.NAME, None, 0, None)


class Dispatch:
    """PyIDispatch: what pythoncom hands to Python for an object argument"""

    def __init__(self, target: ExcelObject) -> None:
        self.target = target

    def GetTypeInfo(self) -> TypeInfo:
        Hops.count += 1
        return TypeInfo(self.target)

    def GetIDsOfNames(self, locale: int, name: str) -> int:
        return 1


class DynamicDispatch:
    """win32com.client.CDispatch: reading or writing a property is one call into Excel"""

    def __init__(self, ole: Dispatch) -> None:
        object.__setattr__(self, "_oleobj_", ole)

    @property
    def CLSID(self) -> str:
        return self._oleobj_.target.IID  # type: ignore[no-any-return, attr-defined]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(object.__getattribute__(self, "_oleobj_").target, name)
        Hops.count += 1
        return wrap(value)

    def __setattr__(self, name: str, value: Any) -> None:
        Hops.count += 1
        setattr(self._oleobj_.target, name, value)  # type: ignore[attr-defined]

    def __call__(self, *arguments: Any) -> Any:
        Hops.count += 1
        return wrap(self._oleobj_.target(*arguments))  # type: ignore[attr-defined]

    def __iter__(self) -> Iterator[Any]:
        return map(wrap, self._oleobj_.target)  # type: ignore[attr-defined]


def wrap(value: Any) -> Any:
    return DynamicDispatch(Dispatch(value)) if isinstance(value, ExcelObject) else value


class Application(ExcelObject):
    NAME = "Application"
    Version = "16.0"
    Hwnd = 1

    def __init__(self) -> None:
        self.options: list[tuple[str, dict[str, Any]]] = []

    def MacroOptions(self, name: str, **options: Any) -> None:
        self.options.append((name, options))


class Components(ExcelObject):
    NAME = "VBComponents"

    def __init__(self) -> None:
        self.sources: list[str] = []

    def __call__(self, name: str) -> None:
        raise ComError(-2147352565)  # no such component: a fresh workbook has no xlwings_udfs yet

    def Remove(self, component: None) -> None:
        """Never reached: looking up the component to remove has raised before."""

    def Import(self, path: str) -> None:
        self.sources.append(Path(path).read_text(encoding="utf-8"))


class Project(ExcelObject):
    NAME = "VBProject"

    def __init__(self) -> None:
        self.VBComponents = Components()


class Worksheets(ExcelObject):
    NAME = "Sheets"

    def __init__(self, *sheets: Sheet) -> None:
        self.sheets = sheets

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self.sheets)


class Workbook(ExcelObject):
    NAME = "Workbook"

    def __init__(self, name: str) -> None:
        self.Name = self.FullName = name
        self.Application = Application()
        self.VBProject = Project()
        self.Worksheets = Worksheets(Sheet(self))


class Sized(ExcelObject):
    def __init__(self, count: int) -> None:
        self.Count = count


class Sheet(ExcelObject):
    NAME = "Worksheet"
    Name = "Sheet1"

    def __init__(self, parent: Workbook) -> None:
        self.Parent = parent


class SheetRange(ExcelObject):
    IID, NAME = RANGE_IID, "Range"
    Row = Column = 1
    Address = "$A$1"

    def __init__(self, sheet: Sheet, rows: tuple[tuple[Any, ...], ...]) -> None:
        self.Worksheet, self.rows = sheet, rows
        self.Rows, self.Columns = Sized(len(rows)), Sized(len(rows[0]))
        self.Count = len(rows) * len(rows[0])

    @property
    def Value(self) -> Any:
        cells = tuple(tuple(_value(cell) for cell in row) for row in self.rows)
        return cells[0][0] if len(cells) == len(cells[0]) == 1 else cells

    @property
    def Value2(self) -> Any:
        return raw_value2(self.rows)


def _value(cell: Any) -> Any:
    """A cell as Range.Value gives it: dates and currency keep their kind."""
    if isinstance(cell, dt.date):
        moment = cell if isinstance(cell, dt.datetime) else dt.datetime(cell.year, cell.month, cell.day)
        return TimeType(*moment.timetuple()[:6], moment.microsecond, tzinfo=dt.UTC)
    return cell if isinstance(cell, Decimal) else value2(cell)


def as_variant(value: Any) -> Any:
    """What of a returned Python value reaches Excel, after pywin32's oleargs.cpp; raises where it cannot."""
    if value is None or type(value) in (bool, int, float, str, Decimal):
        return value
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise TypeError("a datetime for COM must have a time zone")
        return dt.datetime(*value.timetuple()[:6])
    if isinstance(value, (list, tuple)):
        if value and isinstance(value[0], (list, tuple)) and len({len(row) for row in value}) > 1:
            raise ValueError("argument is not a COM object")  # a jagged array has no SAFEARRAY
        return [as_variant(element) for element in value]
    raise TypeError(f"Objects of type '{type(value).__name__}' can not be converted to a COM VARIANT")


class _Anything:
    """A DLL or function that is looked up while xlwings is imported and never called in a test."""

    def __getattr__(self, name: str) -> _Anything:
        return self

    def __call__(self, *arguments: Any, **options: Any) -> int:
        return 0

    def __setattr__(self, name: str, value: Any) -> None:
        pass


def _module(name: str, **members: Any) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
    return module


def _dispatch(target: Any, *names: Any, **options: Any) -> DynamicDispatch:
    return target if isinstance(target, DynamicDispatch) else DynamicDispatch(target)


def _refuse_unwrap(value: Any) -> None:
    raise ComError(E_NOINTERFACE)  # not an object that Python had handed out before


def install() -> types.ModuleType:
    """Stub pywin32 and import xlwings as Windows would. Only for a process of its own."""
    # These look at sys.platform themselves: import them before it is made to say win32.
    for name in ("asyncio", "concurrent.futures", "subprocess", "tempfile", "platform", "numpy", "pandas", "polars"):
        try:
            importlib.import_module(name)
        except ImportError:
            if name not in ("numpy", "pandas", "polars"):
                raise
    _module("pywintypes", com_error=ComError, error=ComError, IID=Iid, TimeType=TimeType, datetime=TimeType)
    _module("win32api", GetCurrentThreadId=lambda: 1, MessageBox=MessageBoxes.show)
    _module("win32con", MB_OK=0, MB_OKCANCEL=1, MB_YESNO=4, MB_YESNOCANCEL=3, MB_ICONINFORMATION=64, MB_ICONWARNING=48)
    for name in ("win32gui", "win32event"):
        _module(name)
    _module("win32process", GetWindowThreadProcessId=lambda window: (1, 4242))
    _module("win32timezone", TimeZoneInfo=types.SimpleNamespace(utc=lambda: dt.UTC))
    _module(
        "pythoncom",
        __file__=None,
        IID_IDispatch="IDispatch",
        IID_IEnumVARIANT="IEnumVARIANT",
        CoInitialize=lambda: None,
        ole_error=ComError,
        TypeIIDs={"IDispatch": Dispatch},
    )
    _module("win32com", __path__=[])
    _module(
        "win32com.client",
        Dispatch=_dispatch,
        DispatchEx=_dispatch,
        CDispatch=DynamicDispatch,
        DispatchBaseClass=type("DispatchBaseClass", (), {}),
        CoClassBaseClass=type("CoClassBaseClass", (), {}),
    )
    _module("win32com.server", __path__=[])
    for name in ("dispatcher", "policy", "exception"):
        _module(f"win32com.server.{name}")
    _module("win32com.server.util", unwrap=_refuse_unwrap, wrap=lambda target, iid=None: target)
    ctypes.windll = ctypes.oledll = _Anything()  # type: ignore[misc, assignment]
    real_dll, real_platform = ctypes.PyDLL, sys.platform
    ctypes.PyDLL = lambda *names, **options: _Anything()  # type: ignore[misc, assignment]
    sys.platform = "win32"
    try:
        xlwings = importlib.import_module("xlwings")
    finally:
        sys.platform, ctypes.PyDLL = real_platform, real_dll  # type: ignore[misc]
    import atexit

    atexit.unregister(sys.modules["xlwings._xlwindows"].cleanup)  # it would look for EXCEL.EXE with tasklist
    return xlwings


class Session:
    """The requests that the child answers; each method is one."""

    def __init__(self) -> None:
        self.xlwings = install()
        self.server = importlib.import_module("xlwings.com_server").XLPython()
        self.workbook = Workbook("Book1.xlsm")
        self.sheet = next(iter(self.workbook.Worksheets))
        self.caller = Dispatch(SheetRange(self.sheet, ((None,),)))

    def version(self) -> str:
        return str(self.xlwings.__version__)

    def import_functions(self, modules: str, workbook: str) -> Imported:
        """The button "Import Functions" of xlwings' ribbon: its own import_udfs on a workbook with a VBA project."""
        book = Workbook(workbook)
        self.xlwings.import_udfs(modules, wrap(book))
        [source] = book.VBProject.VBComponents.sources
        return Imported(source, book.Application.options)

    def call(self, module: str, function: str, arguments: list[Any], own_wrapper: bool) -> Answer:
        """One cell calculated. The stock wrapper passes the workbook and the calling cell, our own passes neither."""
        values = tuple(self._argument(argument) for argument in arguments)
        Hops.count = 0
        try:
            calling = (None, None) if own_wrapper else (Dispatch(self.workbook), self.caller)
            result = self.server.CallUDF(module, function, values, *calling)
            return Answer(as_variant(result), Hops.count)
        except Exception:
            # pywin32 makes this the description of the COM error, and the stock VBA wrapper puts it into the cell.
            trace = traceback.format_exc()
            return Answer(f"Unexpected Python Error: {trace}", Hops.count, raised=trace)

    def run_macro(self, macro: str, arguments: list[Any], book: BookOnDisk) -> MacroRun:
        """A macro on the workbook in front, called as the VBA of the stock path and of our add-in call it."""
        from .fakebook import Book

        workbook = Book(book)
        MessageBoxes.shown.clear()
        self.server.CallUDF("retention_xl.macros", macro, tuple(arguments), Dispatch(workbook))
        return MacroRun(list(MessageBoxes.shown), workbook.opened, workbook.written)

    def registered(self, module: str) -> dict[str, dict[str, Any]]:
        """`__xlfunc__` of each function that xlwings finds in the module, made safe to send."""
        loaded = importlib.import_module(module)
        found = {}
        for name in dir(loaded):
            about = getattr(getattr(loaded, name), "__xlfunc__", None)
            if about is not None:
                found[name] = {
                    "name": about["name"],
                    "category": about["category"],
                    "volatile": about["volatile"],
                    "call_in_wizard": about["call_in_wizard"],
                    "doc": about["ret"]["doc"],
                    "ret": dict(about["ret"]["options"]),
                    "args": [
                        {"name": a["name"], "doc": a["doc"], "optional": "optional" in a, "options": dict(a["options"])}
                        for a in about["args"]
                    ],
                }
        return found

    def _argument(self, argument: Any) -> Any:
        return Dispatch(SheetRange(self.sheet, argument.rows)) if isinstance(argument, Reference) else argument


def serve(connection: Connection) -> None:
    session = Session()
    while (request := connection.recv()) is not None:
        method, arguments = request
        try:
            connection.send((True, getattr(session, method)(*arguments)))
        except Exception:
            connection.send((False, traceback.format_exc()))
