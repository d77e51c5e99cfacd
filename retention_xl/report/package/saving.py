"""Writes a package whole or not at all, the same bytes for the same contents."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from lxml import etree

from retention_xl.errors import TemplateError

from .parts import CONTENT_TYPES, Parts
from .sheet import Sheet
from .sheet_stream import sheet_chunks

_COMPRESSION_LEVEL = 6
_QUICKER = 2  # for large sheets: a third of the time, a fifth more bytes
_MANY_CELLS = 100_000
_LARGE = 1_000_000  # cells from which a sheet may pass the 2 GiB that a zip entry holds without being told


def write_package(
    parts: Parts,
    path: Path,
    stamp: date,
    sheets: Mapping[str, Sheet],
    finish: Callable[[], None],
    approve: Callable[[Path], None] | None = None,
) -> None:
    """`finish` runs after the sheets: chart caches and added styles follow from what was written there.

    `approve` sees the finished file before it takes its place; what it raises leaves nothing written.
    """
    locks = [path.with_name(name) for name in (f"~${path.name}", f".~lock.{path.name}#")]
    for lock in locks:
        if path.exists() and lock.exists():
            raise TemplateError(_still_open(path) + f" If no program has it open, delete {lock.name} beside it.")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION_LEVEL) as archive:
                _write_parts(archive, parts, stamp, sheets, finish)
            stream.flush()
            os.fsync(stream.fileno())
        if approve is not None:
            approve(temporary)
        try:
            temporary.replace(path)
        except PermissionError:
            raise TemplateError(_still_open(path)) from None
    except (OSError, etree.SerialisationError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TemplateError(f"{path} could not be written: {reason}. Nothing was changed.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _still_open(path: Path) -> str:
    return f"{path.name} is open in Excel or another program; close it and run again. The old file is untouched."


def _write_parts(
    archive: zipfile.ZipFile, parts: Parts, stamp: date, sheets: Mapping[str, Sheet], finish: Callable[[], None]
) -> None:
    # Sheets first but for the list of content types, which readers expect at the start.
    order = list(parts)
    in_turn = sorted((part for part in order if part in sheets), key=lambda part: sheets[part].last)
    for part in [CONTENT_TYPES, *in_turn]:
        if part in sheets and part in parts.changed:
            sheet = sheets[part]
            info = _info(parts, part, stamp)
            if sheet.cells_to_come > _MANY_CELLS:
                # Python 3.13 gave it a public name, and kept this one.
                setattr(info, "_compresslevel", _QUICKER)  # noqa: B010
            with archive.open(info, "w", force_zip64=sheet.cells_to_come > _LARGE) as stream:
                for chunk in sheet_chunks(sheet):
                    stream.write(chunk)
        else:
            archive.writestr(_info(parts, part, stamp), parts.content(part))
    finish()
    for part in order:
        if part != CONTENT_TYPES and part not in sheets:
            archive.writestr(_info(parts, part, stamp), parts.content(part))


def _info(parts: Parts, part: str, stamp: date) -> zipfile.ZipInfo:
    """As in the template; only the time of what changed is the stamp's."""
    old = parts.infos[part]
    time = (max(stamp.year, 1980), stamp.month, stamp.day, 0, 0, 0) if part in parts.changed else old.date_time
    info = zipfile.ZipInfo(part, time)
    info.compress_type = old.compress_type
    info.external_attr, info.create_system = old.external_attr, old.create_system
    return info
