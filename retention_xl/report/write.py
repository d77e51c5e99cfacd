"""The report as a file: model -> contents -> template, filled part by part."""

from __future__ import annotations

from calendar import monthrange
from pathlib import Path

from retention_xl.report.contents import contents
from retention_xl.report.fill import fill
from retention_xl.report.model import Report
from retention_xl.report.template import template_path
from retention_xl.report.wording import first_day


def write_report(report: Report, path: Path | str, template: str = "monthly") -> list[str]:
    """Write the workbook to `path`, whole or not at all; returns remarks about texts that had to be cut.

    `template` is the name of a shipped template or the path of a company's own.
    """
    first = first_day(report.month)
    stamp = first.replace(day=monthrange(first.year, first.month)[1])
    return fill(template_path(template), contents(report), Path(path), stamp)
