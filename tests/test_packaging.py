"""The built wheel, used as a stranger would: installed into an empty folder and run away from the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import retention_xl
from retention_xl.sample import FILE_NAME
from retention_xl.sample_tables import TABLES

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the checkout."""
    copy = tmp_path_factory.mktemp("source") / "copy"
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, copy)
    for name in ("retention_xl", "workbook_templates", "tests/cases"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    target = tmp_path_factory.mktemp("wheel")
    run("-m", "build", "--no-isolation", "--wheel", "--outdir", target, copy, cwd=target)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which pip put the wheel, and nothing else."""
    target = tmp_path_factory.mktemp("site")
    run("-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", target, wheel, cwd=target)
    return target


def run(*arguments: str | Path, cwd: Path, path: str = "") -> str:
    """Run this Python. With `path`, those folders alone are searched for packages besides the standard library."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    isolated = ["-S"] if path else []
    if path:
        environment["PYTHONPATH"] = path
    done = subprocess.run(
        [sys.executable, *isolated, *map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def dependencies() -> str:
    """Where the packages that retention_xl needs are installed here; -S leaves out the link to this checkout."""
    return os.pathsep.join(dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))))


def test_the_wheel_carries_every_module_data_file_and_template(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if not name.split("/")[0].endswith(".dist-info")}
    expected = {
        (Path("retention_xl") / path.relative_to(base)).as_posix()
        for base in (ROOT / "retention_xl", ROOT)
        for path in (base if base.name == "retention_xl" else base / "workbook_templates").rglob("*")
        if path.is_file() and not any(part == "__pycache__" or part[0] == "." for part in path.relative_to(base).parts)
    }
    expected |= {f"retention_xl/data/cases/{path.name}" for path in (ROOT / "tests" / "cases").glob("*.toml")}
    assert carried == expected
    assert "retention_xl/workbook_templates/monthly.xlsx" in carried


@pytest.mark.thorough
def test_the_installed_metrics_need_no_other_package(installed: Path, tmp_path: Path) -> None:
    code = "import retention_xl as rx; print(rx.__version__, rx.crr(100, 105, 15) == 0.9, rx.__file__)"
    version, answer, file = run("-c", code, cwd=tmp_path, path=str(installed)).split(maxsplit=2)
    assert version == retention_xl.__version__
    assert answer == "True"
    assert Path(file).parent == installed / "retention_xl"


@pytest.mark.thorough
def test_the_installed_command_makes_the_demo(installed: Path, tmp_path: Path) -> None:
    path = os.pathsep.join([str(installed), dependencies()])
    summary = run("-m", "retention_xl", "demo", "out", cwd=tmp_path, path=path)
    made = {file.name for file in (tmp_path / "out").iterdir()}
    assert made == {FILE_NAME, *(f"{table}.csv" for table in TABLES), summary.split("Workbook: out")[1][1:]}
    assert "Checks: all" in summary


def test_the_console_command_is_declared(installed: Path, tmp_path: Path) -> None:
    code = (
        "from importlib.metadata import entry_points as e; (c,) = e(group='console_scripts', name='retention-xl'); "
        "print(c.value, c.load().__name__)"
    )
    path = os.pathsep.join([str(installed), dependencies()])
    assert run("-c", code, cwd=tmp_path, path=path) == "retention_xl.cli:main main"
