"""A fingerprint of what was accepted: equal for equal lines in any order, different when one amount moves."""

from __future__ import annotations

import hashlib

from .database import Connection, one


def fingerprint(con: Connection) -> str:
    # Each line's MD5 is added up in two exact halves, so no order of lines is needed; SHA-256 closes over count and sums.
    lines, low, high = one(
        con,
        """
        SELECT count(*), coalesce(sum(md5_number_lower(text)), 0), coalesce(sum(md5_number_upper(text)), 0)
        FROM (
            SELECT concat_ws('|', c.key, l.day, l.role, l.own_cents, l.currency, l.cents, l.months, l.first_day, l.until,
                             l.plan, l.tier, l.region, l.channel, l.reason) AS text
            FROM lines l JOIN customers c USING (customer)
            WHERE l.refusal = ''
        )
        """,
    )
    return hashlib.sha256(f"{lines}:{low}:{high}".encode()).hexdigest()
