"""Who may import whom: data flows one way, and only one layer knows each foreign package."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "retention_xl"
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))

# Of the package's own layers, what a layer may import besides itself. "" is the package's __init__.
ALLOWED = {
    "errors": set(),
    "whole_files": set(),
    "column_letters": set(),
    "metrics": {"errors"},
    "ledger": {"whole_files", "column_letters", "errors"},
    "hosts": {"whole_files", "column_letters", "metrics", "errors"},
    "udfs": {"hosts", "metrics", "errors"},
    "report": {"whole_files", "column_letters", "ledger", "metrics", "errors"},
    "data": set(),
    "sample": {"whole_files", "errors"},
    "sample_tables": {"whole_files", "sample", "errors"},
    "terminal": {"ledger", "report", "metrics"},  # their types
    "exits": {"errors"},
    "monthly": {"ledger", "report", "settings_file", "errors", "exits"},
    "settings_draft": {"ledger", "report"},
    "reading_options": {"ledger", "exits"},
    "ledger_commands": {
        "ledger",
        "report",
        "errors",
        "exits",
        "monthly",
        "reading_options",
        "settings_draft",
        "settings_file",
        "terminal",
        "whole_files",
    },
    "settings_file": {"ledger", "report", "errors"},  # whose parts it hands out
    # What a person starts in Excel, as `cli` is what one starts in a terminal: it too brings the layers together.
    "macros": {"hosts", "monthly", "errors", "exits"},
    "addin_commands": {"hosts", "errors", "exits"},
    "workbook_commands": {"report", "exits"},
    "cli": {
        "report",
        "workbook_commands",
        "ledger",
        "hosts",
        "errors",
        "exits",
        "addin_commands",
        "monthly",
        "ledger_commands",
        "reading_options",
        "sample",
        "sample_tables",
        "terminal",
        "",
    },
    "__main__": {"cli"},
    "": {"errors", "metrics", "ledger", "report"},  # ledger and report only when first asked for
}
# Where a foreign package may be imported: a layer or one module of it.
HOMES = {
    "xlwings": ("udfs.py", "macros.py", "hosts/desktop.py"),  # functions and macros as Excel calls them
    "duckdb": ("ledger/",),
    "pandas": ("ledger/",),
    "numpy": ("ledger/",),  # comes with pandas
    "python_calamine": ("ledger/",),
    "pyspark": ("ledger/spark.py",),
    "sqlglot": ("ledger/spark_sql.py",),
    "sqlalchemy": ("ledger/server.py",),
    "openpyxl": ("report/", "hosts/lambdas.py"),
    "lxml": ("report/",),
    "typer": (
        "cli.py",
        "ledger_commands.py",
        "reading_options.py",
        "addin_commands.py",
        "workbook_commands.py",
        "exits.py",
    ),
    "rich": ("terminal.py",),
    "ironcalc": ("report/verify.py",),
    "formualizer": ("report/verify.py",),
}


def layer_of(module: str) -> str:
    """The layer of a module's path: its folder or, beside __init__.py, its own name."""
    first = module.split("/")[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imported(source: str, module: str) -> Iterator[str]:
    """The dotted names that a module imports, at its top or later; relative ones made absolute."""
    here = ["retention_xl", *module.split("/")[:-1]]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def trespasses(source: str, module: str) -> list[str]:
    """The imports of a module that its layer may not make."""
    layer, found = layer_of(module), []
    for name in imported(source, module):
        top, *rest = name.split(".")
        if top == "retention_xl":
            known = rest and ((PACKAGE / rest[0]).is_dir() or (PACKAGE / f"{rest[0]}.py").is_file())
            target = rest[0] if known else ""
            if target != layer and target not in ALLOWED[layer]:
                found.append(name)
        elif top not in sys.stdlib_module_names and not any(module.startswith(home) for home in HOMES.get(top, ())):
            found.append(name)
    return found


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_its_layer_may(module: str) -> None:
    assert trespasses((PACKAGE / module).read_text("utf-8"), module) == []


@pytest.mark.parametrize(
    ("module", "source", "trespass"),
    [
        ("metrics/customers.py", "import pandas", "pandas"),
        ("metrics/customers.py", "def f():\n    from ..ledger import facts", "retention_xl.ledger.facts"),
        ("ledger/facts.py", "from retention_xl import report", "retention_xl.report"),
        ("ledger/facts.py", "from retention_xl import crr", "retention_xl.crr"),
        ("report/build.py", "import duckdb as d", "duckdb"),
        ("hosts/vba.py", "from xlwings import func", "xlwings.func"),
        ("errors.py", "from .metrics import spec", "retention_xl.metrics.spec"),
        ("report/sheets/movers.py", "from ...cli import app", "retention_xl.cli.app"),
    ],
)
def test_a_forbidden_import_is_found(module: str, source: str, trespass: str) -> None:
    assert trespasses(source, module) == [trespass]


def test_every_layer_has_its_rule() -> None:
    assert {layer_of(module) for module in MODULES} <= set(ALLOWED)


def run_bare(code: str) -> str:
    """What a Python without any installed package prints for `code`, with the package's folder on its path."""
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
    done = subprocess.run([sys.executable, "-I", "-S", "-c", start + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_metrics_need_no_other_package() -> None:
    assert run_bare("import retention_xl as rx; print(rx.crr(100, 105, 15))") == "0.9"


def test_importing_the_metrics_loads_the_standard_library_alone() -> None:
    code = (
        "before = set(sys.modules); import retention_xl; "
        "print({name.split('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))"
    )
    assert run_bare(code) == "{'retention_xl'}"


@pytest.mark.thorough
def test_importing_the_metrics_takes_less_than_a_quarter_of_importing_asyncio() -> None:
    """A ratio, as a busy machine slows both: 6 ms of CPU against 50. The benchmarks print the time itself."""

    def cpu(imported: str) -> float:
        code = f"from time import process_time as t; a = t(); {imported}; print(t() - a)"
        return min(float(run_bare(code)) for _ in range(7))

    assert cpu("import retention_xl as rx; rx.crr(100, 105, 15)") < cpu("import asyncio") / 4
