"""A fingerprint of what was accepted: equal for equal lines in any order, different when one amount moves."""

from __future__ import annotations

import hashlib

from .database import Connection, one, sql


def fingerprint(con: Connection) -> str:
    # The sum of each line's hash needs no order of lines; a last hash closes over their count and sum.
    lines, total = one(con, sql("fingerprint"))
    return hashlib.sha256(f"{int(lines)}:{int(total)}".encode()).hexdigest()
