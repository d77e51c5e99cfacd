"""What of a long list is printed: its first rows. The rest stays in the sheet, and the sheet says so."""

from __future__ import annotations

ROWS = 90  # three pages below the sheet's head


def told(count: int, which: str, where: str = "all of them are in this list") -> str:
    """ "On paper: the 90 largest of 2,541; all of them are in this list."; "" where the whole list is printed."""
    return f"On paper: the {which} {ROWS} of {count:,}; {where}." if count > ROWS else ""
