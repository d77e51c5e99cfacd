"""Every error a user of retention_xl can meet. Each names the place, the value met and the rule."""

from __future__ import annotations


class CellError:
    """The error codes of a worksheet cell that retention_xl uses."""

    DIV0 = "#DIV/0!"  # the base is zero
    NUM = "#NUM!"  # a number that cannot be
    VALUE = "#VALUE!"  # wrong kind or shape
    NA = "#N/A"  # nothing to compute from yet
    NAME = "#NAME?"
    REF = "#REF!"
    NULL = "#NULL!"


class RetentionError(Exception):
    """The base of all errors that retention_xl raises on purpose."""


class MetricError(RetentionError):
    """A function cannot answer. `code` is what the cell shows; the message says which argument, value and rule."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LedgerError(RetentionError):
    """A ledger cannot be read or cannot give the figures asked for."""


class SettingsError(RetentionError):
    """A settings file cannot be used."""


class TemplateError(RetentionError):
    """A template does not keep the contract, or a workbook cannot be written."""


class HostError(RetentionError):
    """A spreadsheet program or its add-in cannot be reached or set up."""
