"""The company's settings file: each part reaches its layer, what cannot be is named with the nearest, options win."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from retention_xl.errors import SettingsError
from retention_xl.settings_file import SettingsFile, read_settings_file, settings_for, with_options


def read(tmp_path: Path, text: str) -> SettingsFile:
    path = tmp_path / "retention.toml"
    path.write_text(text, "utf-8")
    return read_settings_file(path)


def test_each_section_reaches_its_layer(tmp_path: Path) -> None:
    company = read(
        tmp_path,
        """
        [columns]
        customer = "Kunde Nr."
        [ledger]
        nature = "recurring"
        currency = "eur"
        gap_days = 5
        [rates]
        EUR = 1
        USD = 0.9
        [tables]
        customers = "crm.xlsx#Kunden"
        surveys = { file = "nps.csv", dates = "mdy" }
        spend = false
        [targets]
        crr = 0.97
        """,
    )
    assert company.reading["columns"] == {"customer": "Kunde Nr."}
    assert (company.reading["nature"], company.reading["currency"]) == ("recurring", "EUR")
    assert company.reading["policies"].gap_days == 5
    assert company.rates == {"EUR": Decimal(1), "USD": Decimal("0.9")}
    assert company.reading["tables"] == {
        "customers": str(tmp_path / "crm.xlsx#Kunden"),
        "surveys": {"file": str(tmp_path / "nps.csv"), "dates": "mdy"},
        "spend": None,
    }
    assert company.inputs == {"targets": {"crr": 0.97}}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[colums]\ncustomer = 'x'", r"there is no section \[colums\]; .* Did you mean \[columns\]\?"),
        ("[columns]\ncustomr = 'x'", r"columns.customr is not a field. Did you mean customer\?"),
        ("[columns]\ncustomer = 7", r"columns.customer = 7 must be a heading"),
        ("[ledger]\nnatur = 'recurring'", r"ledger.natur is not a setting. Did you mean nature\?"),
        ("[ledger]\nnature = 'monthly'", r'ledger.nature = \'monthly\' must be "recurring" or "purchases"'),
        ("[ledger]\nallow_empty_months = 1", r"ledger.allow_empty_months = 1 must be true or false"),
        ("[ledger]\ngap_days = 99", r"\[ledger\]: gap_days = 99 must be a whole number from 0 to 15"),
        ("[ledger]\nencoding = ''", r"ledger.encoding = '' must be a text"),
        ("[rates]\nUSD = true", r"rates.USD = True is not a rate"),
        ("[rates]\nXXQ = 2", r"'XXQ' is not a currency code"),
        ("[tables]\ncustomer = 'x.csv'", r"tables.customer is not a table. Did you mean customers\?"),
        ("[tables]\nspend = 7", r"tables.spend must name a file"),
        ("[tables]\nspend = { file = 'x.csv', dats = 'dmy' }", r"Table spend: 'dats' is not known here"),
        ("columns = 3", r"columns must be a section"),
        ("[ledger", r"not a valid TOML file"),
    ],
)
def test_what_cannot_be_is_said_with_the_nearest(tmp_path: Path, text: str, error: str) -> None:
    with pytest.raises(SettingsError, match=error):
        read(tmp_path, text)


def test_what_the_command_line_says_wins(tmp_path: Path) -> None:
    company = read(
        tmp_path,
        "[columns]\ncustomer = 'A'\ndate = 'B'\n[ledger]\nnature = 'recurring'\n"
        "[tables]\nspend = 'a.csv'\nusage = 'b.csv'",
    )
    reading = with_options(
        company, {"columns": {"date": "C"}, "nature": "purchases", "encoding": None, "tables": {"usage": "c.csv"}}
    )
    assert reading["columns"] == {"customer": "A", "date": "C"}
    assert reading["nature"] == "purchases"
    assert "encoding" not in reading
    assert reading["tables"] == {"spend": str(tmp_path / "a.csv"), "usage": "c.csv"}


def test_a_file_beside_the_ledger_is_found_and_said(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.csv"
    assert settings_for(ledger, None) == SettingsFile()
    read(tmp_path, "[ledger]\nnature = 'purchases'")
    company = settings_for(ledger, None)
    assert company.reading == {"nature": "purchases"}
    assert company.told == (f"Settings: {tmp_path / 'retention.toml'}, found beside the ledger.",)
    other = tmp_path / "other.toml"
    other.write_text("", "utf-8")
    assert settings_for(ledger, other).told == (f"Settings: {other}",)
