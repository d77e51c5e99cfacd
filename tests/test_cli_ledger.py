"""Commands that only read a ledger: check tells, init writes what holds already, facts gives what the bridge says."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from retention_xl.cli import app
from retention_xl.ledger import read_ledger
from retention_xl.report.settings import load_settings
from retention_xl.settings_file import read_settings_file

LEDGER = """Customer,Date,Amount,Term,Currency
Ann,2026-01-05,100.10,monthly,EUR
Ann,2026-02-05,100.10,monthly,EUR
Ann,2026-03-05,120.05,monthly,EUR
Bob,2026-01-20,1000.00,annual,EUR
Cem,2026-01-28,50.00,monthly,EUR
Cem,2026-02-28,50.00,monthly,EUR
Dee,2026-03-28,80.00,monthly,EUR
"""
MESSY = LEDGER + "Eve,2026-03-28,n/a,monthly,EUR\n=Fay,31/31/2026,70.00,monthly,EUR\n"
Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run the command in an empty folder that holds ledger.csv."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ledger.csv").write_text(LEDGER, "utf-8")
    yield lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


# ---- check


def test_check_tells_what_was_taken_for_what_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    done = run("check", "ledger.csv")
    assert done.exit_code == 0
    assert "  customer = 'Customer'\n" in done.stdout
    assert "Nature: recurring, because the column 'Term' says how long each line runs\n" in done.stdout
    assert "Currency: EUR\nMonths: 2026-01 to 2026-03; the report would be of 2026-03" in done.stdout
    assert "Money: 1,500.25 EUR read, 1,500.25 EUR accepted, 0.00 EUR refused\n" in done.stdout
    assert "Lines: 7 read, 7 accepted, 0 refused.\n" in done.stdout
    assert "Missing: 0.00 % of the lines and 0.00 % of the money, within the limit of 0.50 %.\n" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.csv"]


@pytest.mark.thorough
def test_check_lists_what_was_refused_and_ends_with_1_where_too_much_is_missing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(MESSY, "utf-8")
    done = run("check", "ledger.csv")
    assert done.exit_code == 1
    assert "  refused: ledger.csv, line 9, column Amount: 'n/a' is not a number\n" in done.stdout
    assert "  refused: ledger.csv, line 10, column Date: '31/31/2026' is not a date\n" in done.stdout
    assert "Missing: 22.22 % of the lines and 4.46 % of the money, MORE THAN the limit of 0.50 %.\n" in done.stdout


@pytest.mark.thorough
def test_the_company_s_limit_counts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(MESSY, "utf-8")
    (tmp_path / "retention.toml").write_text("[policy]\nrefused_limit = 0.25\n", "utf-8")
    done = run("check", "ledger.csv")
    assert done.exit_code == 0
    assert done.stdout.startswith("Settings: retention.toml, found beside the ledger.\n")


@pytest.mark.thorough
def test_check_writes_every_note_to_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(MESSY, "utf-8")
    (tmp_path / "crm.csv").write_text("Customer,Plan\nAnn,Pro\n=Zoe,Pro\n", "utf-8")
    run("check", "ledger.csv", "--tables", "customers=crm.csv", "--notes", "notes.csv")
    with (tmp_path / "notes.csv").open(encoding="utf-8-sig", newline="") as file:
        notes = list(csv.DictReader(file))
    assert [(n["Done"], n["Line"], n["Column"], n["Value"]) for n in notes] == [
        ("refused", "9", "Amount", "n/a"),
        ("refused", "10", "Date", "31/31/2026"),
        ("table customers", "3", "Customer", "'=Zoe"),
    ]
    assert notes[1]["Amount"] == "70.00"
    assert run("check", "ledger.csv", "--notes", "notes.csv").exit_code == 2


@pytest.mark.thorough
def test_check_tells_what_stands_beside_the_ledger(run: Run, tmp_path: Path) -> None:
    (tmp_path / "crm.csv").write_text("Customer,Plan\nAnn,Pro\nZoe,Pro\n", "utf-8")
    (tmp_path / "spend.csv").write_text("Month\n2026-03\n", "utf-8")
    done = run("check", "ledger.csv", "--tables", "customers=crm.csv", "--tables", "spend=spend.csv")
    assert "Table customers: 1 of 2 rows of crm.csv taken; 1 note.\n" in done.stdout
    assert "Table spend is not taken: spend.csv: no column could be recognised as amount" in done.stdout
    assert "  table customers: crm.csv, line 3, column Customer: 'Zoe' is no customer of the ledger\n" in done.stdout


def test_a_ledger_that_cannot_be_read_ends_in_one_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text("a,b\n1,2\n", "utf-8")
    done = run("check", "ledger.csv")
    assert done.exit_code == 1
    assert "no column could be recognised as customer" in done.stderr


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("customer=crm.csv", "there is no table 'customer'"),
        ("crm.csv", "'crm.csv' is neither a folder nor NAME=FILE"),
    ],
)
def test_tables_that_cannot_be_meant_are_a_usage_error(run: Run, given: str, told: str) -> None:
    done = run("check", "ledger.csv", "--tables", given)
    assert done.exit_code == 2
    assert told in done.stderr


# ---- init


@pytest.mark.thorough
def test_a_report_with_the_settings_that_init_wrote_is_the_report_without_them(run: Run, tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("Customer,Plan\nAnn,Pro\n", "utf-8")
    tables = ("--tables", "customers=customers.csv")
    assert run("report", "ledger.csv", *tables, "-o", "without.xlsx").exit_code == 0
    assert run("init", "ledger.csv", *tables).exit_code == 0
    done = run("report", "ledger.csv", "-o", "with.xlsx")
    assert done.exit_code == 0
    assert "Settings: retention.toml, found beside the ledger." in done.stdout
    assert (tmp_path / "with.xlsx").read_bytes() == (tmp_path / "without.xlsx").read_bytes()


def test_init_keeps_the_choices_of_the_command_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "ledger.csv").write_text(LEDGER.replace("Customer,", "Wer,"), "utf-8")
    run(
        "init", "ledger.csv", "--map", "customer=Wer", "--nature", "purchases", "--duplicates", "refuse", "-o", "s.toml"
    )
    company = read_settings_file(tmp_path / "s.toml")
    assert company.reading["columns"]["customer"] == "Wer"
    assert (company.reading["nature"], company.reading["duplicates"]) == ("purchases", "refuse")


@pytest.mark.thorough
def test_every_setting_in_a_comment_is_what_holds_without_it(run: Run, tmp_path: Path) -> None:
    assert run("init", "ledger.csv").exit_code == 0
    text = (tmp_path / "retention.toml").read_text("utf-8")
    only_inputs = text[text.index("[targets]") : text.index("#[[rule]]")]
    unset = re.sub(r"(?m)^#.*has no starting value$", "", only_inputs.replace("#edges", "# edges"))
    (tmp_path / "all.toml").write_text(re.sub(r"(?m)^#(?! )", "", unset), "utf-8")
    assert load_settings(tmp_path / "all.toml") == load_settings()
    everything = re.sub(r"(?m)^#(?! |$)", "", text)
    (tmp_path / "all.toml").write_text(everything, "utf-8")
    company = read_settings_file(tmp_path / "all.toml")
    with read_ledger(tmp_path / "ledger.csv") as ledger:
        assert company.reading["policies"] == ledger.policies
    assert load_settings(company.path, given=company.inputs).own_rules[0].id == "X01"


def test_init_never_writes_over_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "retention.toml").write_text("[policy]\nmargin = 0.8\n", "utf-8")
    done = run("init", "ledger.csv")
    assert done.exit_code == 2
    assert "retention.toml is there already" in done.stderr
    assert (tmp_path / "retention.toml").read_text("utf-8") == "[policy]\nmargin = 0.8\n"


@pytest.mark.thorough
def test_init_takes_the_month_of_a_table_of_customers_without_dates(run: Run, tmp_path: Path) -> None:
    (tmp_path / "telco.csv").write_text(
        "customerID,tenure,MonthlyCharges,Churn\n7590,1,29.85,No\n5575,34,56.95,No\n3668,2,53.85,Yes\n", "utf-8"
    )
    assert run("init", "telco.csv").exit_code != 0
    done = run("init", "telco.csv", "--month", "2026-03")
    assert (done.exit_code, "Written: retention.toml" in done.stdout) == (0, True)


# ---- facts


def exported(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as con:
        return con.execute(query.replace("FILE", f"'{path.as_posix()}'")).fetchall()


@pytest.mark.few(1)
@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_facts_add_up_to_the_bridge_to_the_cent(run: Run, tmp_path: Path, suffix: str) -> None:
    assert run("facts", "ledger.csv", "-o", f"facts.{suffix}").exit_code == 0
    with read_ledger(tmp_path / "ledger.csv") as ledger:
        closing = {m.month: (Decimal(m.closing) / 100, m.closing_customers) for m in ledger.facts().movements}
    money = "sum(CAST(revenue AS DECIMAL(18, 2)))"
    by_month = exported(
        tmp_path / f"facts.{suffix}",
        f"SELECT month, {money}, count(DISTINCT customer) FROM FILE GROUP BY month ORDER BY month",
    )
    assert {month: (revenue, customers) for month, revenue, customers in by_month} == closing
    bridge = exported(
        tmp_path / f"facts-movements.{suffix}",
        "SELECT month, CAST(closing AS DECIMAL(18, 2)), closing_customers, "
        "CAST(opening + new + reactivation + expansion - contraction - churn + paused + fx AS DECIMAL(18, 2)) "
        "FROM FILE",
    )
    assert {month: (revenue, customers) for month, revenue, customers, _ in bridge} == closing
    assert all(row[1] == row[3] for row in bridge)
    ages = exported(
        tmp_path / f"facts-cohorts.{suffix}",
        f"SELECT sum(customers), {money} FROM FILE WHERE cohort = '2026-01' AND age = 1",
    )
    assert ages == [(3, closing["2026-02"][0])]


@pytest.mark.thorough
def test_money_in_parquet_is_a_decimal(run: Run, tmp_path: Path) -> None:
    run("facts", "ledger.csv", "-o", "facts.parquet")
    kinds = {name: kind for name, kind, *_ in exported(tmp_path / "facts.parquet", "DESCRIBE SELECT * FROM FILE")}
    assert kinds["revenue"] == "DECIMAL(18,2)"
    assert list(kinds) == ["customer", "month", "first_month", "revenue", "currency", "complete"]


@pytest.mark.thorough
def test_facts_write_over_files_only_when_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "facts-cohorts.csv").write_text("mine", "utf-8")
    done = run("facts", "ledger.csv", "-o", "facts.csv")
    assert done.exit_code == 2
    assert "facts-cohorts.csv is there already; name another file or say --overwrite." in done.stderr
    assert (tmp_path / "facts-cohorts.csv").read_text("utf-8") == "mine"
    assert run("facts", "ledger.csv", "-o", "facts.csv", "--overwrite").exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "ledger.csv",
        "facts.csv",
        "facts-movements.csv",
        "facts-cohorts.csv",
    }


def test_facts_never_write_over_the_ledger(run: Run, tmp_path: Path) -> None:
    done = run("facts", "ledger.csv", "-o", "ledger.csv", "--overwrite")
    assert done.exit_code == 2
    assert (tmp_path / "ledger.csv").read_text("utf-8") == LEDGER


def test_facts_are_parquet_or_csv(run: Run) -> None:
    done = run("facts", "ledger.csv", "-o", "facts.xlsx")
    assert done.exit_code == 2
    assert "'facts.xlsx' is neither Parquet nor CSV" in done.stderr
