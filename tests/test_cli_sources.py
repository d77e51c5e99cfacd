"""Ledgers that are not one file, from the command line."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from retention_xl.cli import app

HEAD = "Customer,Date,Amount,Term\n"
LINES = [(f"C{c}", f"2026-{month:02d}-{c + 9}", f"{100 + c}.50", "monthly") for month in (1, 2, 3) for c in range(10)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of exports, a month a file, and a database with the same lines."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exports").mkdir()
    for month in ("01", "02", "03"):
        lines = [",".join(line) for line in LINES if line[1].startswith(f"2026-{month}")]
        (tmp_path / "exports" / f"{month}.csv").write_text(HEAD + "\n".join(lines) + "\n")
    with sqlite3.connect(tmp_path / "billing.db") as con:
        con.execute("CREATE TABLE invoices (customer TEXT, date TEXT, amount TEXT, term TEXT)")
        con.executemany("INSERT INTO invoices VALUES (?, ?, ?, ?)", LINES)
    con.close()
    return tmp_path


@pytest.mark.few(1)
@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("arguments", "workbook", "says"),
    [
        (["exports"], "exports-retention-2026-03.xlsx", "Read in this order: 01.csv, 02.csv, 03.csv."),
        (["exports/0[12].csv"], "exports-retention-2026-02.xlsx", "Read in this order: 01.csv, 02.csv."),
        (["exports/01.csv", "exports/02.csv"], "exports-retention-2026-02.xlsx", "Lines: 20 read, 20 accepted"),
        (["sqlite:///billing.db", "--table", "invoices"], "invoices-retention-2026-03.xlsx", "Lines: 30 read"),
    ],
)
def test_the_report_is_named_after_its_source(place: Path, arguments: list[str], workbook: str, says: str) -> None:
    done = CliRunner().invoke(app, ["report", *arguments])
    assert (done.exit_code, done.stderr) == (0, "")
    assert says in done.stdout
    assert [path.name for path in place.glob("*.xlsx")] == [workbook]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sqlite:///billing.db"], "the tables are 'invoices'."),
        (["postgresql://u:geheim@127.0.0.1:1/db", "--table", "a"], "postgresql://u@127.0.0.1:1/db: connection failed"),
        (["exports/01.csv", "--table", "invoices"], "--table is for a database"),
        (["exports", "--sheet", "x", "exports/04.csv"], "exports/04.csv: there is no such file."),
    ],
)
def test_what_cannot_be_read_ends_in_one_sentence_and_leaves_nothing(
    place: Path, arguments: list[str], says: str
) -> None:
    done = CliRunner().invoke(app, ["report", *arguments])
    assert done.exit_code in (1, 2)
    assert says in done.stderr
    assert "geheim" not in done.stderr
    assert (len(done.stderr.splitlines()), list(place.glob("*.xlsx"))) == (1, [])


@pytest.mark.parametrize("month", ["2026-03", None])
def test_a_table_of_customers_is_checked_as_of_a_month(place: Path, month: str | None) -> None:
    (place / "telco.csv").write_text("customerID,tenure,MonthlyCharges,Churn\nA,3,10.50,No\nB,2,5,Yes\n")
    done = CliRunner().invoke(app, ["check", "telco.csv", *(["--month", month] if month else [])])
    assert done.exit_code == (0 if month else 1)
    assert ("joined 'tenure' months before 2026-03" in done.stdout) == bool(month)
    assert ("say of which month it is with --month" in done.stderr) != bool(month)
