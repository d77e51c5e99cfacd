"""Lint, format and types, and what may be committed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from retention_xl.cli import app

ROOT = Path(__file__).parent.parent
TOP_LEVEL = {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "retention_xl", "workbook_templates", "tests"}
TEXT = {".py", ".toml", ".md", ".sql", ".csv", ".txt", ".bas", ".xml", ".cfg", ".yml", ""}

# Spelled so that this file does not contain what it forbids.
MACHINE_PATH = re.compile(r"(?<![\w/.:~-])/(?:" + "|".join(["work", "tmp", "root", "home"]) + r")/")
REGISTRY_HOST = re.compile(r"\b(?:pypi|pythonhosted|npmjs|anaconda|conda-forge|debian|crates)\.(?:org|com|io)\b")
MARKS = "|".join("".join(halves) for halves in [("TO", "DO"), ("FIX", "ME"), ("XX", "X")])
UNFINISHED = re.compile(rf"(?:#|//|--|;)\s*(?:{MARKS})\b|\b(?:{MARKS}):")


def committed_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in sorted(listed.stdout.split("\0")) if name and (ROOT / name).is_file()]


def passes(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    passes("ruff", "check", "--no-cache", ".")


def test_the_code_is_formatted() -> None:
    passes("ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.thorough
def test_the_types_hold() -> None:
    passes("mypy")


def test_the_top_level_holds_what_was_agreed() -> None:
    entries = {path.relative_to(ROOT).parts[0] for path in committed_files()}
    assert {entry for entry in entries if not entry.startswith(".")} <= TOP_LEVEL


@pytest.mark.thorough
@pytest.mark.parametrize("forbidden", [MACHINE_PATH, REGISTRY_HOST, UNFINISHED], ids=["path", "host", "unfinished"])
def test_no_committed_text_holds_what_belongs_elsewhere(forbidden: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}, line {number}: {line.strip()[:120]}"
        for path in committed_files()
        if path.suffix in TEXT
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("forbidden", "line"),
    [
        (MACHINE_PATH, "open('/" + "tmp/x.csv')"),
        (MACHINE_PATH, "see /" + "home/ann/ledger.csv"),
        (REGISTRY_HOST, "https://files.pythonhosted" + ".org/x"),
        (UNFINISHED, "# TO" + "DO: later"),
    ],
)
def test_the_forbidden_is_recognised(forbidden: re.Pattern[str], line: str) -> None:
    assert forbidden.search(line)


def test_a_web_address_is_not_a_machine_path() -> None:
    assert not MACHINE_PATH.search("docs.example.com/" + "home/start and build/" + "tmp/x")


README = (ROOT / "README.md").read_text("utf-8")


def test_readme_has_two_set_up_commands() -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert [command.split("/")[-1] for command in commands] == ["retention-xl demo", "pytest"]
    assert README.count("```sh") == 2


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)\)", README))))
def test_what_readme_links_to_exists(link: str) -> None:
    assert (ROOT / link).is_file()


def options_of(command: Any) -> Iterator[str]:
    """The options of a command and of those below it."""
    for parameter in command.params:
        yield from parameter.opts
    for below in getattr(command, "commands", {}).values():
        yield from options_of(below)


OPTIONS = set(options_of(typer.main.get_command(app)))


@pytest.mark.parametrize("option", sorted(set(re.findall(r"`?(--[a-z][a-z-]+)", README))))
def test_an_option_that_readme_names_exists(option: str) -> None:
    assert option in OPTIONS
