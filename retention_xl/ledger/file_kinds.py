"""What a file is that is no table, by its first bytes: said instead of what goes wrong with it further on."""

from __future__ import annotations

import codecs

WEB_PAGE = (
    "is a web page, as many programs name .xls what they export; open it in a spreadsheet program and save it as .xlsx "
    "or CSV"
)
_KINDS = (
    (b"%PDF", "is a PDF, in which no table can be told; export the lines as CSV or a workbook"),
    (b"\x89PNG", "is a picture; export the lines as CSV or a workbook"),
    (b"\xff\xd8\xff", "is a picture; export the lines as CSV or a workbook"),
    (b"GIF8", "is a picture; export the lines as CSV or a workbook"),
    (b"SQLite format 3\x00", "is an SQLite database; name it as sqlite:///FILE with --table"),
    (b"7z\xbc\xaf", "is an archive; unpack it and name the ledger in it"),
    (b"Rar!", "is an archive; unpack it and name the ledger in it"),
    (b"{\\rtf", "is a text document; save the table in it as CSV or a workbook"),
)


def told(start: bytes) -> str:
    """ "is a PDF ..." for a file that begins so, "" where it may be text or is not known."""
    for magic, meaning in _KINDS:
        if start.startswith(magic):
            return meaning
    body = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if body.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        return WEB_PAGE
    if body.startswith(b"<"):
        return "is XML; open it in a spreadsheet program and save it as .xlsx or CSV"
    if body.startswith((b"[{", b'{"', b"[[")) or (body[:1] in b"[{" and body[1:].lstrip()[:1] in (b"{", b'"')):
        return "is JSON; write its records as CSV, or give them to read_ledger as a DataFrame"
    return ""


def is_plain_text(start: bytes) -> bool:
    """Whether the bytes can be a table in text."""
    return not told(start) and not any(byte < 9 or 13 < byte < 32 for byte in start)
