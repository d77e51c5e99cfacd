"""How a command ends: in one sentence and an exit code where something is wrong, never in a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from retention_xl.errors import RetentionError

DATA, USAGE, INTERRUPTED = 1, 2, 130  # exit codes
INTERRUPTION = "Interrupted; no workbook was written."


class UsageError(Exception):
    """What was typed cannot be meant: exit code 2."""


@contextmanager
def errors_in_a_sentence() -> Iterator[None]:
    """Whatever a user can cause ends in one sentence and an exit code, never in a traceback."""
    try:
        yield
    except UsageError as error:
        fail(str(error), USAGE)
    except (RetentionError, OSError) as error:
        fail(in_a_sentence(error), DATA)
    except KeyboardInterrupt:
        fail(INTERRUPTION, INTERRUPTED)
    except RuntimeError as error:
        if str(error) != "Query interrupted":  # what DuckDB makes of a KeyboardInterrupt
            raise
        fail(INTERRUPTION, INTERRUPTED)


def in_a_sentence(error: UsageError | RetentionError | OSError) -> str:
    if not isinstance(error, OSError):
        return str(error)
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}."


def fail(sentence: str, code: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
