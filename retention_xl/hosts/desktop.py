"""Excel on Windows through xlwings: every function of the catalogue registered as an xlwings user-defined function."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from inspect import Parameter as SignatureParameter
from inspect import Signature
from typing import Any

import xlwings

from retention_xl.hosts import values
from retention_xl.hosts.reference import argument_help
from retention_xl.metrics.spec import CATALOGUE, FunctionSpec

CATEGORY = "Retention"  # in the function wizard


def register(namespace: dict[str, Any]) -> None:
    """Put every function of the catalogue into the namespace of a module, as xlwings' "Import Functions" finds them."""
    for name, spec in CATALOGUE.items():
        namespace[name] = user_defined_function(spec, namespace["__name__"])


def user_defined_function(spec: FunctionSpec, module: str) -> Callable[..., Any]:
    """The function as xlwings calls it: raw cells in, rows of plain values out."""

    def function(*arguments: Any) -> list[list[Any]]:
        return values.encode(values.answer(spec, arguments), values.marked, moment)

    function.__name__ = function.__qualname__ = spec.name
    function.__module__ = module
    function.__doc__ = spec.help
    function.__annotations__ = {}  # xlwings would convert by them
    function.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            SignatureParameter(
                parameter.name,
                SignatureParameter.POSITIONAL_OR_KEYWORD,
                default=values.OMITTED if parameter.optional else SignatureParameter.empty,
            )
            for parameter in spec.parameters
        ]
    )
    for parameter in spec.parameters:
        function = xlwings.arg(parameter.name, convert="raw", doc=argument_help(parameter))(function)
    function = xlwings.ret(convert="raw")(function)
    # Last, because arg() and ret() call func() without options, which would set the category back.
    return xlwings.func(category=CATEGORY)(function)


def moment(day: Any) -> dt.datetime:
    """A date as pywin32 takes it: only with a time zone, which Excel does not see."""
    clock = (day.hour, day.minute, day.second) if isinstance(day, dt.datetime) else (0, 0, 0)
    return dt.datetime(day.year, day.month, day.day, *clock, tzinfo=dt.UTC)
