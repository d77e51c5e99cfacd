"""A fingerprint of what was accepted: equal for equal lines in any order, different when one amount moves."""

from __future__ import annotations

import hashlib

from .database import Connection, one, sql


def fingerprint(con: Connection) -> str:
    # Sums of each line's MD5 need no order of lines; SHA-256 closes over their count and sum.
    lines, total = one(con, sql("fingerprint"))
    return hashlib.sha256(f"{lines}:{total}".encode()).hexdigest()
