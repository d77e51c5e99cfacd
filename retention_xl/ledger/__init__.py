"""A billing ledger in, the facts of a month out."""

from .read import Ledger, read_ledger
from .records import Facts

__all__ = ["Facts", "Ledger", "read_ledger"]
