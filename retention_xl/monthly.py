"""The workbook of a month made from a ledger, whoever asks for it: the command line or a macro in Excel."""

from __future__ import annotations

import gc
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from retention_xl.errors import TemplateError
from retention_xl.exits import UsageError

if TYPE_CHECKING:
    from retention_xl.report.model import Report


BOARD = "board"  # the template of the month on one page
FIND = "find"  # the newest workbook of an earlier month, where the program writes the new one


class Monthly(NamedTuple):
    report: Report
    path: Path
    remarks: Sequence[str]  # about texts that had to be cut, what was verified and printed


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """What a report is made of lives until it is written: to look through it for garbage costs a sixth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@collector_at_rest()
def write_monthly(
    ledger: Any,
    name: str,
    output: Path | None = None,
    month: str | None = None,
    template: str = "monthly",
    reading: Mapping[str, Any] | None = None,
    rates_path: Path | None = None,
    settings_path: Path | None = None,
    progress: Callable[[str, float | None], None] = lambda text, fraction: None,
    folder: Path = Path(),
    verify: bool = False,
    pdf: bool = False,
    previous: Path | str | None = FIND,
    board: bool = False,
) -> Monthly:
    """Read the ledger (one path or several, or a DataFrame, `name` to its readers) and write its workbook.

    `reading` goes to `read_ledger`, over what the settings file says: the one named, or retention.toml beside the
    ledger. Without an output the workbook is named after ledger and month, in `folder`.
    `verify`: only if a spreadsheet engine computes the same in every cell; `pdf`: and print it to a PDF beside it.
    `previous` is the workbook of an earlier month, whose checklist goes on, `FIND`, or None to begin anew.
    `board`: also the month on one page, in a workbook of its own beside it.
    """
    progress("Starting", None)
    from retention_xl.report.pdf import installed_libreoffice, print_to_pdf
    from retention_xl.report.verify import installed_engine

    # What is not installed is said before the work, not after it.
    engine = installed_engine() if verify else None
    libreoffice = installed_libreoffice() if pdf else None
    from retention_xl.ledger import read_ledger
    from retention_xl.ledger.currencies import load_rates
    from retention_xl.report.build import build_report
    from retention_xl.report.model import Source
    from retention_xl.report.previous import read_previous
    from retention_xl.report.restated import closes_as
    from retention_xl.report.settings import load_settings
    from retention_xl.report.sheets import kept
    from retention_xl.report.write import write_report, write_verified_report
    from retention_xl.settings_file import settings_for, with_options

    company = settings_for(ledger, settings_path)
    rates = load_rates(rates_path) if rates_path else company.rates
    with read_ledger(
        ledger, rates=rates, progress=progress, as_of=month, **with_options(company, reading or {})
    ) as read:
        facts, told = read.facts(month), [*company.told, *read.told]
        source = Source(
            name=name,
            nature_reason=read.nature_reason,
            month_reason=month_reason(facts.month, month is not None, read.last_month, read.last_date),
            rates=rates_in_words(rates, facts.currency, rates_path or company.path),
            columns=tuple(read.columns),
        )
    target = output or folder / default_name(name, facts.month)
    if template == BOARD and output is None:
        target = board_beside(target)
    works = [(target, template)]
    if board and template != BOARD:
        works.append((board_beside(target), BOARD))
    earlier = earlier_workbook(target.parent, name, facts.month) if previous == FIND else previous
    inputs = [*(ledger if isinstance(ledger, list) else [ledger]), earlier]
    for place, _ in works:
        require_free(place, [Path(path) for path in inputs if isinstance(path, (str, Path))])
    progress("Building the report", None)
    settings = load_settings(company.path, facts.nature, company.inputs)
    same = partial(closes_as, facts)
    try:
        report = build_report(facts, settings, source, read_previous(Path(earlier), same) if earlier else None)
    except TemplateError as error:
        if previous != FIND:
            raise
        raise TemplateError(f"{error} Move it away, or begin the checklist anew with --no-previous.") from error
    remarks = kept.told(report)
    for place, form in works:
        progress("Writing the workbook", None)
        if engine:
            progress(f"{engine} recalculates the workbook", None)
            written, verified, said = write_verified_report(report, place, form, engine)
            report, said = (written if place == target else report), [*said, str(verified)]
        else:
            said = write_report(report, place, form)
        remarks += said
        if libreoffice:
            progress("Printing to PDF", None)
            remarks.append(f"PDF: {print_to_pdf(place, libreoffice)}")
        if place != target:
            remarks.append(f"Board page: {place}")
    return Monthly(report, target, [*told, *remarks])


def month_reason(month: str, asked: bool, last_month: str, last_date: date) -> str:
    if asked:
        return "as asked for"
    if month == last_month:
        return f"the last complete month: the last line is of {last_date}"
    return f"the last complete month: {last_month} ends with a line of {last_date}, early for the end of a month"


def rates_in_words(rates: Mapping[str, Decimal] | None, currency: str, path: Path | None) -> str:
    if not rates or path is None:
        return ""
    dated = getattr(rates, "history", {})
    told = [
        f"{len(dated[code])} rates of {code} by date"
        if code in dated
        else f"1 {code} = {rates[code].normalize():f} {currency}"
        for code in sorted(rates)
        if code != currency
    ]
    return f"{path.name}: {', '.join(told)}"


def default_name(ledger: str, month: str) -> str:
    stem = ledger.removesuffix(".gz")
    stem = re.sub(r"\.(?:csv|tsv|tab|txt|parquet|xls[xmb]?|ods)$", "", stem, flags=re.IGNORECASE)
    stem = re.sub(r'[\\/:*?"<>|]', "_", stem)  # a table of a database may be called as no file can be
    return f"{stem}-retention-{month}.xlsx"


def board_beside(workbook: Path) -> Path:
    """The name of the month on one page."""
    return workbook.with_name(f"{workbook.stem}-board.xlsx")


def earlier_workbook(folder: Path, ledger: str, month: str) -> Path | None:
    """The newest workbook of the ledger's earlier months, by its default name."""
    pattern = re.compile(re.escape(default_name(ledger, "")).replace(r"\.xlsx", r"([0-9]{4}-(?:0[1-9]|1[0-2]))\.xlsx"))
    found = [(name[1], path) for path in folder.iterdir() if (name := pattern.fullmatch(path.name)) and name[1] < month]
    return max(found)[1] if found else None


def require_free(target: Path, inputs: Sequence[Path]) -> None:
    """The target is new, or a workbook of ours in which nobody has typed since."""
    if not target.exists():
        return
    if any(path.exists() and target.samefile(path) for path in inputs):
        raise UsageError(f"{target} is read by this run and cannot be its output; choose another name with --output.")
    if not is_as_written(target):
        raise UsageError(
            f"{target} was not written by this program or was saved since; move it away to keep its notes."
        )


def is_as_written(path: Path) -> bool:
    """Whether a workbook's main part still carries the time that this program gives it: a month's last day, 0:00.

    Excel, LibreOffice and every other program that saves a workbook write that part anew with a time of their own.
    """
    try:
        with zipfile.ZipFile(path) as workbook:
            times = [part.date_time for part in workbook.infolist() if part.filename.endswith("/workbook.xml")]
        year, month, day, *clock = times[0]
        return clock == [0, 0, 0] and (date(year, month, day) + timedelta(days=1)).day == 1
    except (OSError, ValueError, IndexError, zipfile.BadZipFile):
        return False
