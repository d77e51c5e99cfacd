"""The report as a file: model -> contents -> template, filled part by part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from retention_xl.report.checks import recalculated
from retention_xl.report.contents import contents
from retention_xl.report.fill import fill
from retention_xl.report.model import Report
from retention_xl.report.package import Package
from retention_xl.report.previous import KEPT
from retention_xl.report.sheets import kept
from retention_xl.report.sheets.live import CUSTOMERS, MONTHS
from retention_xl.report.template import shipped_templates, template_path
from retention_xl.report.verify import Engine, Verified, formula_cells, verify
from retention_xl.report.wording import last_day


def write_report(
    report: Report, path: Path | str, template: str = "monthly", approve: Callable[[Path], None] | None = None
) -> list[str]:
    """Write the workbook to `path`, whole or not at all; returns remarks, such as texts that had to be cut.

    `template` is the name of a shipped template or the path of a company's own. `approve` may refuse the finished
    file, by an error, before it takes its place. TemplateError: the template has a name that is wrong, or the file
    cannot be written; then nothing is changed.

    >>> with rx.read_ledger(lines) as ledger:  # the lines of read_ledger's example
    ...     report = rx.build_report(ledger.facts())
    >>> write_report(report, folder / "march.xlsx"), zipfile.is_zipfile(folder / "march.xlsx")
    ([], True)
    """
    package = Package(template_path(template))
    has_kept = KEPT in {table.name for table in package.tables()}
    shipped = template in shipped_templates()  # those leave out on purpose what they have no place for
    said = contents(_read_by(package, report))
    remarks = fill(package, said, Path(path), last_day(report.month), approve, tell_missing=not shipped)
    if not shipped and not has_kept:
        remarks += kept.without_a_place(report)
    return remarks


def _read_by(template: Package, report: Report) -> Report:
    """The report with the facts that the template has a sheet for: the customers one by one, or added up."""
    names = {name.name for name in template.names()}
    if CUSTOMERS in names or MONTHS not in names:
        return report
    return replace(report, facts=replace(report.facts, customers=None))


def write_verified_report(
    report: Report, path: Path | str, template: str, engine: Engine
) -> tuple[Report, Verified, list[str]]:
    """As `write_report`, but published only where the engine computes the value of every formula as it is shown.

    The line on the Checks sheet says how many formulas those are, and adds some itself: a draft counts them, and the
    file that is compared is the one that is published, byte for byte.
    """
    with TemporaryDirectory(prefix="retention-xl-") as folder:
        draft = Path(folder) / f"draft{Path(path).suffix}"
        write_report(_with_line(report, engine, 0), draft, template)
        count = sum(cell.value is not None for cell in formula_cells(draft))
    found: list[Verified] = []

    def approve(finished: Path) -> None:
        found.append(verify(finished, engine))
        found[-1].demand()

    verified = _with_line(report, engine, count)
    remarks = write_report(verified, path, template, approve)
    return verified, found[-1], remarks


def _with_line(report: Report, engine: Engine, formulas: int) -> Report:
    return replace(report, checks=(*report.checks, recalculated(str(engine), formulas)))
