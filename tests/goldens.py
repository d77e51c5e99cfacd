"""The demo workbook's main figures as text, under version control: a change of a figure shows in the difference.

After a change that is meant: `python tests/goldens.py`, read the difference, name it in CHANGELOG.md, commit both.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from retention_xl.monthly import write_monthly
from retention_xl.report.show import sheet_texts
from retention_xl.sample import write_sample
from retention_xl.sample_tables import write_sample_tables

FOLDER = Path(__file__).parent / "golden"
# Of the bridge the labels and the last three of its 24 months.
PARTS = {
    "summary": ("Summary", None),
    "bridge": ("Bridge", "B,X:Z"),
    "tiers": ("Tiers", None),
    "checks": ("Checks", None),
}


def text_of(workbook: Path, part: str) -> str:
    sheet, columns = PARTS[part]
    return "\n".join(sheet_texts(workbook, sheet, columns))


def golden(part: str) -> Path:
    return FOLDER / f"{part}.txt"


def refresh() -> None:
    with TemporaryDirectory() as folder:
        ledger = write_sample(Path(folder))
        reading = {"tables": write_sample_tables(folder)}
        workbook = write_monthly(ledger, ledger.name, Path(folder) / "demo.xlsx", reading=reading).path
        for part in PARTS:
            golden(part).write_text(text_of(workbook, part), "utf-8", newline="\n")


if __name__ == "__main__":
    refresh()
