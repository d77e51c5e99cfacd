"""The shipped templates are what their scripts draw, and their pages say which names they bind."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl

TEMPLATES = Path(__file__).parents[2] / "workbook_templates"
CARDS = ("mrr", "crr", "drr", "grr", "nrr", "churn", "cltv", "quick_ratio")


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_monthly_is_what_its_script_draws(tmp_path: Path) -> None:
    drawn = tmp_path / "monthly.xlsx"
    subprocess.run([sys.executable, "-W", "ignore", TEMPLATES / "draw_monthly.py", drawn], check=True)
    assert parts(drawn) == parts(TEMPLATES / "monthly.xlsx")


def test_the_page_of_monthly_lists_every_name_and_no_other() -> None:
    text = (TEMPLATES / "monthly.md").read_text("utf-8").split("## Names")[1]
    said = set(re.findall(r"`((?:rx_|tbl)\w*[a-z0-9])`", text, re.IGNORECASE))
    said |= {f"rx_card_{key}{part}" for key in CARDS for part in ("", "_label", "_status")}
    keys = set(re.findall(r"`([a-z_]+)`", text.split("every sheet with figures")[1])) - {"rx_period_", "rx_check_"}
    said |= {f"{stem}_{key}" for key in keys for stem in ("rx_period", "rx_check")}
    workbook = openpyxl.load_workbook(TEMPLATES / "monthly.xlsx")
    named = {name for name in workbook.defined_names if name.startswith("rx_")}
    tables = {table for sheet in workbook for table in sheet.tables}
    assert said == named | tables
