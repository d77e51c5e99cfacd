"""The command line: what it prints, what it refuses, and that it leaves nothing behind."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from thorough import mainly
from typer.testing import CliRunner

from retention_xl import __version__
from retention_xl.cli import app
from retention_xl.terminal import money

ROOT = Path(__file__).parent.parent
LEDGER = """Customer,Date,Amount,Term
Ann,2026-01-05,100.00,monthly
Ann,2026-02-05,100.00,monthly
Ann,2026-03-05,120.00,monthly
Bob,2026-01-20,600.00,annual
Cem,2026-01-28,50.00,monthly
Cem,2026-02-28,50.00,monthly
Dee,2026-03-28,80.00,monthly
"""


@dataclass(frozen=True)
class Done:
    """A finished run of the command."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "COLUMNS"}}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **more}


def command(arguments: Sequence[str | Path]) -> list[str]:
    return [sys.executable, "-m", "retention_xl", *map(str, arguments)]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in an empty folder that holds ledger.csv; in a process only for another environment."""
    (tmp_path / "ledger.csv").write_text(LEDGER, "utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def run_it(*arguments: str | Path, **more: str) -> Done:
        if more:
            return in_a_process(arguments, more)
        result = CliRunner().invoke(app, list(map(str, arguments)), prog_name="retention-xl")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return Done(result.exit_code, result.stdout, result.stderr)

    def in_a_process(arguments: Sequence[str | Path], more: dict[str, str]) -> Done:
        done = subprocess.run(
            command(arguments),
            cwd=tmp_path,
            env=environment(**more),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Done(done.returncode, done.stdout, done.stderr)

    return run_it


@dataclass(frozen=True)
class Reported:
    """What the plain command `report ledger.csv` said and left."""

    done: Done
    folder: Path
    workbook: Path


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Reported:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "ledger.csv").write_text(LEDGER, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name in ("FORCE_COLOR", "COLUMNS"):
            patch.delenv(name, raising=False)
        result = CliRunner().invoke(app, ["report", "ledger.csv"], prog_name="retention-xl")
    return Reported(
        Done(result.exit_code, result.stdout, result.stderr), folder, folder / "ledger-retention-2026-03.xlsx"
    )


def only_the_ledger(folder: Path) -> bool:
    return [path.name for path in folder.iterdir()] == ["ledger.csv"]


# ---- a report


def test_report_writes_the_last_complete_month_into_the_current_folder(plain: Reported) -> None:
    assert (plain.done.code, plain.done.err) == (0, "")
    assert "Workbook: ledger-retention-2026-03.xlsx" in plain.done.out
    assert {path.name for path in plain.folder.iterdir()} == {"ledger.csv", plain.workbook.name}


def test_the_summary_says_what_was_found_and_how_it_was_read(plain: Reported) -> None:
    out = plain.done.out
    assert "250" in out.split("(MRR)")[1].splitlines()[0]  # 120 + 600 / 12 + 80
    assert "Checks: all" in out
    assert "Lines: 7 read, 7 accepted, 0 refused." in out
    assert "customer = 'Customer', date = 'Date', amount = 'Amount', term = 'Term'" in out
    assert "Nature: recurring" in out
    assert "Month: 2026-03, the last complete month" in out


@pytest.mark.thorough
def test_a_month_that_is_asked_for_is_reported(run: Run, tmp_path: Path) -> None:
    done = run("report", "ledger.csv", "--month", "2026-02")
    assert done.code == 0
    assert "Month: 2026-02, as asked for" in done.out
    assert (tmp_path / "ledger-retention-2026-02.xlsx").exists()


def test_refused_lines_are_told_with_their_money(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(
        LEDGER + ",2026-03-30,33.00,monthly\nEve,2026-03-30,n/a,monthly\nTotal,,1133.00,\n", "utf-8"
    )
    out = run("report", "ledger.csv").out
    assert "10 read, 7 accepted, 3 refused (33.00 may be missing from the figures, 1 without a readable amount)." in out
    assert "refused 1: a total line, not a transaction (1,133.00)" in out


def test_money_without_a_currency_is_called_so_only_among_money_with_one() -> None:
    assert money({"": 3300}) == "33.00"
    assert money({"": 3300, "EUR": -100}) == "33.00 without currency + -1.00 EUR"


def test_columns_can_be_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(LEDGER.replace("Customer", "Kto."), "utf-8")
    done = run("report", "ledger.csv", "--map", "customer=Kto.")
    assert done.code == 0
    assert "customer = 'Kto.' by --map" in done.out


def test_the_ledger_is_not_changed(plain: Reported) -> None:
    assert (plain.folder / "ledger.csv").read_bytes() == LEDGER.encode()


@pytest.mark.thorough
def test_a_gzipped_ledger_gives_the_same_name_and_figures(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ledger.csv.gz").write_bytes(gzip.compress(LEDGER.encode()))
    done = run("report", "ledger.csv.gz")
    assert done.code == 0
    assert "Workbook: ledger-retention-2026-03.xlsx" in done.out


@pytest.mark.thorough
def test_quiet_prints_nothing(run: Run, tmp_path: Path) -> None:
    done = run("report", "ledger.csv", "--quiet", "-o", "out.xlsx")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert (tmp_path / "out.xlsx").exists()


def test_the_same_ledger_gives_the_same_bytes(run: Run, tmp_path: Path, plain: Reported) -> None:
    assert run("report", "ledger.csv", "-o", "again.xlsx").code == 0
    assert (tmp_path / "again.xlsx").read_bytes() == plain.workbook.read_bytes()


def test_rates_bring_several_currencies_together(run: Run, tmp_path: Path) -> None:
    lines = LEDGER.splitlines()
    mixed = [f"{lines[0]},Currency", *(f"{line},{'USD' if 'Bob' in line else 'EUR'}" for line in lines[1:])]
    (tmp_path / "ledger.csv").write_text("\n".join(mixed), "utf-8")
    (tmp_path / "rates.csv").write_text("currency,rate\nEUR,1\nUSD,0.5\n", "utf-8")
    without = run("report", "ledger.csv")
    assert without.code == 1
    assert all(word in without.err for word in ("EUR", "USD", "--rates rates.csv"))
    with_rates = run("report", "ledger.csv", "--rates", "rates.csv")
    assert with_rates.code == 0
    assert "225" in with_rates.out.split("(MRR)")[1].splitlines()[0]


@pytest.mark.thorough
def test_a_setting_of_the_company_counts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "retention.toml").write_text("[targets]\ncrr = 0.5\n", "utf-8")
    done = run("report", "ledger.csv", "--settings", "retention.toml")
    (crr,) = (line for line in done.out.splitlines() if "(CRR)" in line)
    assert "66.7 %" in crr
    assert "On target" in crr


# ---- what cannot be meant: exit code 2, one sentence, nothing written


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["report", "nowhere.csv"], "nowhere.csv: there is no such file."),
        (["report", "ledger.csv", "--rates", "."], "is a folder; name a file."),
        (["report", "ledger.csv", "--month", "October"], "--month: 'October' is not a month; write it as 2026-10."),
        (["report", "ledger.csv", "--month", "2026-13"], "'2026-13' is not a month"),
        (["report", "ledger.csv", "--rates", "no.csv"], "no.csv: there is no such file."),
        (["report", "ledger.csv", "--settings", "no.toml"], "no.toml: there is no such file."),
        (["report", "ledger.csv", "-o", "ledger.csv"], "is no name of a workbook"),
        (["report", "ledger.csv", "-o", "no/where.xlsx"], "there is no folder"),
        (["report", "ledger.csv", "--map", "customer"], "is not FIELD=HEADING"),
        (
            ["report", "ledger.csv", "--map", "kunde=Customer"],
            "no field 'kunde'; the fields are customer, date, amount",
        ),
        (["report", "ledger.csv", "--map", "date=A", "--map", "date=B"], "date is given twice"),
        (["functions", "CRX"], "There is no function 'CRX'. Did you mean CRR"),
        (["demo", "ledger.csv"], "ledger.csv is a file"),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_sentence(
    run: Run, tmp_path: Path, arguments: list[str], says: str
) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert len(done.err.splitlines()) == 1
    assert only_the_ledger(tmp_path)


@pytest.mark.parametrize("arguments", [["report"], ["report", "ledger.csv", "--moth", "2026-01"], ["repot"]])
def test_a_wrong_option_is_a_usage_error(run: Run, tmp_path: Path, arguments: list[str]) -> None:
    assert run(*arguments).code == 2
    assert only_the_ledger(tmp_path)


def test_the_ledger_cannot_be_its_own_workbook(run: Run, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in LEDGER.splitlines():
        book.active.append(line.split(","))  # type: ignore[union-attr]
    book.save(tmp_path / "ledger.xlsx")
    before = (tmp_path / "ledger.xlsx").read_bytes()
    done = run("report", "ledger.xlsx", "-o", "ledger.xlsx")
    assert done.code == 2
    assert "is read by this run and cannot be its output" in done.err
    assert (tmp_path / "ledger.xlsx").read_bytes() == before


# ---- what the data cannot give: exit code 1, one sentence, nothing written


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "the file is empty"),
        ("Customer,Amount\nAnn,1\n", "no column could be recognised as date"),
        ("Customer,Date,Amount\n", "ledger.csv"),
        ("Customer,Date,Amount\nAnn,03/04/2026,1\nBob,05/06/2026,2\n", "--dates"),
    ],
)
def test_a_ledger_that_gives_no_report_is_said_in_one_sentence(
    run: Run, tmp_path: Path, content: str, says: str
) -> None:
    (tmp_path / "ledger.csv").write_text(content, "utf-8")
    done = run("report", "ledger.csv")
    assert (done.code, done.out) == (1, "")
    assert says in done.err
    assert only_the_ledger(tmp_path)


@pytest.mark.thorough
def test_a_month_outside_the_ledger_names_its_span(run: Run, tmp_path: Path) -> None:
    done = run("report", "ledger.csv", "--month", "2030-01")
    assert done.code == 1
    assert "2030-01" in done.err
    assert "2026-01 to 2026-03" in done.err
    assert only_the_ledger(tmp_path)


@pytest.mark.thorough
def test_an_unknown_template_names_those_there_are(run: Run, tmp_path: Path) -> None:
    done = run("report", "ledger.csv", "--template", "montly")
    assert done.code == 1
    assert "monthly" in done.err
    assert only_the_ledger(tmp_path)


@pytest.mark.thorough
def test_a_setting_that_does_not_exist_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "retention.toml").write_text("[targets]\ncrrr = 0.5\n", "utf-8")
    done = run("report", "ledger.csv", "--settings", "retention.toml")
    assert done.code == 1
    assert "targets.crrr is not a setting" in done.err


def test_what_the_system_refuses_is_said_in_one_sentence(run: Run, tmp_path: Path) -> None:
    done = run("report", "ledger.csv", "-o", "x" * 300 + ".xlsx")
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert only_the_ledger(tmp_path)


# ---- notes that somebody typed


@pytest.mark.thorough
def test_a_workbook_as_it_was_written_is_written_again(run: Run, tmp_path: Path, plain: Reported) -> None:
    shutil.copy(plain.workbook, tmp_path / "out.xlsx")
    assert run("report", "ledger.csv", "--month", "2026-02", "-o", "out.xlsx").code == 0


@pytest.mark.thorough
def test_a_workbook_that_was_saved_since_is_left_alone(run: Run, tmp_path: Path, plain: Reported) -> None:
    book = openpyxl.load_workbook(plain.workbook)
    book["Settings"]["B40"] = "ask Ann about this"
    book.save(tmp_path / "out.xlsx")
    edited = (tmp_path / "out.xlsx").read_bytes()
    done = run("report", "ledger.csv", "-o", "out.xlsx")
    assert done.code == 2
    assert "move it away" in done.err
    assert (tmp_path / "out.xlsx").read_bytes() == edited


def test_a_file_of_somebody_else_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out.xlsx").write_text("not a workbook", "utf-8")
    assert run("report", "ledger.csv", "-o", "out.xlsx").code == 2
    assert (tmp_path / "out.xlsx").read_text("utf-8") == "not a workbook"


# ---- interrupted


INTERRUPTED_WHILE = {
    "Python reads the ledger": "import retention_xl.ledger.read as place; name = 'clean'; stop = sleep",
    "DuckDB adds up": "import retention_xl.ledger.read as place; name = 'facts_of'; stop = query",
    "the workbook is being written": "import retention_xl.report.package.saving as place; name = '_info'; stop = sleep",
}
# SIGINT is set because a shell may have it ignored for what it runs in the background.
STOPPED_RUN = """
import signal, sys, time
def sleep(*_): time.sleep(60)
def query(database, *_):
    database.execute("SELECT sum(sin(range)) FROM range(1_000_000_000_000)")  # for hours
signal.signal(signal.SIGINT, signal.default_int_handler)
{place}
called = []
def stopped(*arguments, original=getattr(place, name)):
    called.append(arguments)
    if name != "_info" or len(called) == 5:  # in the middle of the file
        print("here", flush=True)
        stop(*arguments)
    return original(*arguments)
setattr(place, name, stopped)
from retention_xl.cli import main
sys.argv = ["retention-xl", "report", "ledger.csv", "-o", "out.xlsx"]
main()
"""


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
@pytest.mark.parametrize("phase", mainly(INTERRUPTED_WHILE, "the workbook is being written"))
def test_ctrl_c_leaves_nothing_behind(run: Run, tmp_path: Path, phase: str) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    started = subprocess.Popen(
        [sys.executable, "-c", STOPPED_RUN.format(place=INTERRUPTED_WHILE[phase])],
        cwd=tmp_path,
        env=environment(TMPDIR=str(scratch)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "here\n"
    time.sleep(0.2)
    started.send_signal(signal.SIGINT)
    try:
        out, err = started.communicate(timeout=60)
    finally:
        started.kill()
    assert (started.returncode, out, err) == (130, "", "Interrupted; no workbook was written.\n")
    assert {path.name for path in tmp_path.iterdir()} == {"ledger.csv", "scratch"}
    assert list(scratch.iterdir()) == []


# ---- the functions, the rest


def test_functions_lists_the_catalogue(run: Run) -> None:
    done = run("functions")
    assert done.code == 0
    assert all(name in done.out for name in ("CRR(", "NRR(", "COHORT("))


def test_functions_explains_one(run: Run) -> None:
    done = run("functions", "crr")
    assert done.code == 0
    assert all(word in done.out for word in ("Formula", "#DIV/0!", "=CRR(100,105,15)", "Source"))


def test_version_is_the_package_s(run: Run) -> None:
    assert run("--version").out == f"retention-xl {__version__}\n"


def test_help_comes_without_the_heavy_packages() -> None:
    code = (
        "import sys; from retention_xl import cli; "
        "print([name for name in ('duckdb', 'pandas', 'openpyxl', 'numpy', 'lxml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.thorough
def test_a_console_without_the_letters_of_a_name_does_not_stop_the_run(run: Run, tmp_path: Path) -> None:
    (tmp_path / "λεδγερ.csv").write_text(LEDGER, "utf-8")
    done = run("report", "λεδγερ.csv", "-o", "out.xlsx", PYTHONIOENCODING="cp1252")
    assert done.code == 0
    assert (tmp_path / "out.xlsx").exists()


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_sees_progress_and_a_pipe_does_not(tmp_path: Path, plain: Reported) -> None:
    import pty

    (tmp_path / "ledger.csv").write_text(LEDGER, "utf-8")
    assert plain.done.err == ""
    master, slave = pty.openpty()
    started = subprocess.Popen(
        command(["report", "ledger.csv", "-o", "terminal.xlsx"]),
        cwd=tmp_path,
        env=environment(TERM="xterm"),
        stdout=subprocess.DEVNULL,
        stderr=slave,
    )
    os.close(slave)
    seen = b""
    try:
        while part := os.read(master, 1 << 16):
            seen += part
    except OSError:  # the other end was closed
        pass
    os.close(master)
    assert started.wait(60) == 0
    assert b"Starting" in seen or b"Writing" in seen


# ---- the month before


def test_the_checklist_goes_on_from_the_newest_earlier_workbook(run: Run, tmp_path: Path) -> None:
    run("report", "ledger.csv", "--month", "2026-01")
    run("report", "ledger.csv", "--month", "2026-02")
    note_down(tmp_path / "ledger-retention-2026-02.xlsx", "asked the bank")
    done = run("report", "ledger.csv", "--month", "2026-03")
    assert done.code == 0
    assert "Carried over from ledger-retention-2026-02.xlsx: " in done.out
    assert "Nothing changed: February 2026 opens as it closed" in done.out
    assert "asked the bank" in texts(tmp_path / "ledger-retention-2026-03.xlsx")


@pytest.mark.thorough
def test_an_earlier_workbook_can_be_named_or_left_out(run: Run, tmp_path: Path) -> None:
    run("report", "ledger.csv", "--month", "2026-02", "-o", "elsewhere.xlsx")
    note_down(tmp_path / "elsewhere.xlsx", "asked the bank")
    before = (tmp_path / "elsewhere.xlsx").read_bytes()
    named = run("report", "ledger.csv", "--month", "2026-03", "--previous", "elsewhere.xlsx")
    assert "Carried over from elsewhere.xlsx: " in named.out
    assert "asked the bank" in texts(tmp_path / "ledger-retention-2026-03.xlsx")
    assert (tmp_path / "elsewhere.xlsx").read_bytes() == before
    run("report", "ledger.csv", "--month", "2026-02")
    without = run("report", "ledger.csv", "--month", "2026-03", "--no-previous")
    assert "Carried over" not in without.out
    assert "Restatement" not in openpyxl.load_workbook(tmp_path / "ledger-retention-2026-03.xlsx").sheetnames


@pytest.mark.few(4)
@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--previous", "none.xlsx"], 2, "none.xlsx: there is no such file."),
        (["--previous", "own.xlsx", "--no-previous"], 2, "--previous and --no-previous exclude each other."),
        (["--previous", "own.xlsx"], 1, "own.xlsx is no monthly report of this program: it has no record of its month"),
        (["--previous", "ledger.csv"], 1, "ledger.csv is not an .xlsx file"),
        (["--previous", "march.xlsx"], 1, "march.xlsx is the report of 2026-03, which is after 2026-02."),
        (["--previous", "march.xlsx", "-o", "march.xlsx"], 2, "march.xlsx is read by this run"),
    ],
)
def test_an_earlier_workbook_that_cannot_be_meant_is_said(
    run: Run, tmp_path: Path, plain: Reported, options: list[str], code: int, said: str
) -> None:
    openpyxl.Workbook().save(tmp_path / "own.xlsx")
    shutil.copy(plain.workbook, tmp_path / "march.xlsx")
    done = run("report", "ledger.csv", "--month", "2026-02", *options)
    assert (done.code, done.err.startswith(said)) == (code, True), done.err


@pytest.mark.thorough
def test_an_earlier_workbook_that_was_found_and_cannot_be_read_says_the_way_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ledger-retention-2026-01.xlsx").write_text("no workbook", "utf-8")
    done = run("report", "ledger.csv", "--month", "2026-02")
    assert done.code == 1
    assert done.err.startswith("ledger-retention-2026-01.xlsx is not an .xlsx file")
    assert done.err.strip().endswith("begin the checklist anew with --no-previous.")


def note_down(path: Path, text: str) -> None:
    """As a person would: a note in the checklist's first row, and the file saved."""
    book = openpyxl.load_workbook(path)
    sheet = book["Actions"]
    notes = next(cell for cell in sheet[6] if cell.value == "Notes")
    sheet.cell(7, notes.column).value = text
    book.save(path)


def texts(path: Path) -> set[object]:
    sheet = openpyxl.load_workbook(path, read_only=True)["Actions"]
    return {cell for row in sheet.iter_rows(values_only=True) for cell in row}
