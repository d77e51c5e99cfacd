"""A billing ledger in, the facts of a month out."""

from .policies import Policies, policies_from
from .read import Ledger, read_ledger
from .records import Facts

__all__ = ["Facts", "Ledger", "Policies", "policies_from", "read_ledger"]
