"""The options of every command that reads a ledger, and what they mean to `read_ledger`."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from retention_xl.exits import UsageError


class Nature(StrEnum):
    recurring = "recurring"
    purchases = "purchases"


class Dates(StrEnum):
    dmy = "dmy"
    mdy = "mdy"


class Decimal(StrEnum):
    point = "point"
    comma = "comma"


class Engine(StrEnum):
    duckdb = "duckdb"
    spark = "spark"


class Duplicates(StrEnum):
    keep = "keep"
    refuse = "refuse"


LedgerPlaces = Annotated[
    list[str],
    typer.Argument(
        help="Billing lines: CSV or TSV (also .gz), a workbook (.xlsx, .xlsb, .xls, .ods), Parquet; or a folder of "
        'them, or a pattern such as "exports/*.csv"; or the URL of a database with --table or --query.',
        show_default=False,
    ),
]
SheetName = Annotated[
    str | None, typer.Option(metavar="NAME", help="The sheet of a workbook that holds the billing lines.")
]
TableName = Annotated[
    str | None, typer.Option(metavar="NAME", help="The table or view of a database that holds the billing lines.")
]
Query = Annotated[str | None, typer.Option(metavar="SQL", help="A query of a database that gives the billing lines.")]
AsOf = Annotated[
    str | None,
    typer.Option("--month", metavar="YYYY-MM", help="Month of a table of customers that has no dates but a tenure."),
]
ColumnMap = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=HEADING",
        help='Which column is what, such as --map customer="Kunde Nr."; may be given again.',
    ),
]
NatureOption = Annotated[
    Nature | None, typer.Option(help="Recurring revenue or single purchases. Detected unless told.")
]
Currency = Annotated[
    str | None, typer.Option(metavar="EUR", help="Currency of the report, for a ledger in several currencies.")
]
Rates = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="CSV of currency and rate: 1 unit is so many units of the report currency."),
]
Tables = Annotated[
    list[str] | None,
    typer.Option(
        "--tables",
        metavar="NAME=FILE",
        help="What stands beside the ledger, such as --tables customers=crm.xlsx#Kunden; may be given again. A "
        "folder gives every file in it that is called as a table.",
    ),
]
DatesOption = Annotated[Dates | None, typer.Option(help="Day or month first, where the dates fit both.")]
DecimalOption = Annotated[Decimal | None, typer.Option(help="Decimal mark, where amounts such as 1.234 fit both.")]
DuplicatesOption = Annotated[
    Duplicates | None,
    typer.Option(help="What becomes of lines equal in every column: kept unless told; listed in either case."),
]
AllowEmptyMonths = Annotated[
    bool, typer.Option("--allow-empty-months", help="Take a month without a line as one in which everybody left.")
]
Encoding = Annotated[str | None, typer.Option(metavar="cp1252", help="Encoding of a text file that is not UTF-8.")]
EngineOption = Annotated[
    Engine,
    typer.Option(
        help="What adds up the lines. Spark, by its usual configuration, reads Parquet (also s3a://...) or a table of "
        "its catalog that is too large for one machine."
    ),
]
SettingsPath = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="Settings of your company (TOML). retention.toml beside the ledger unless told; `init` writes one.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]


def reading_of(
    sheet: str | None,
    table: str | None,
    query: str | None,
    mapping: Sequence[str] | None,
    nature: Nature | None,
    currency: str | None,
    tables: Sequence[str] | None,
    dates: Dates | None,
    decimal: Decimal | None,
    duplicates: Duplicates | None,
    allow_empty_months: bool,
    encoding: str | None,
) -> dict[str, Any]:
    """What was said on the command line; None for what was not."""
    return {
        "columns": columns_by_field(mapping or []),
        "nature": nature and nature.value,
        "currency": currency and currency.upper(),
        "dates": dates and dates.value,
        "decimal": decimal and decimal.value,
        "duplicates": duplicates and duplicates.value,
        "allow_empty_months": allow_empty_months or None,
        "encoding": encoding,
        "sheet": sheet,
        "table": table,
        "query": query,
        "tables": tables_by_name(tables or []),
    }


def require_file(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file.")
    if not path.exists():
        raise UsageError(f"{path}: there is no such file.")


def require_ledger(places: Sequence[str]) -> None:
    """Each is a file, a folder or a pattern; or it is the URL of one database."""
    from retention_xl.ledger.folders import is_pattern
    from retention_xl.ledger.sources import is_database

    if len(places) == 1 and is_database(places[0]):
        return
    for place in places:
        if not (Path(place).exists() or is_pattern(place)):
            raise UsageError(f"{place}: there is no such file.")


def tables_by_name(given: Sequence[str]) -> dict[str, str | Path]:
    """From `--tables name=file`, as often as it was given; a folder stands for the tables in it."""
    from retention_xl.ledger.supporting.finding import tables_in_folder
    from retention_xl.ledger.supporting.shapes import SHAPES

    found: dict[str, str | Path] = {}
    for choice in given:
        if Path(choice).is_dir():
            found |= {name: path for name, path in tables_in_folder(Path(choice)).items() if name not in found}
            continue
        name, equals, file = choice.partition("=")
        name = name.strip().lower()
        if not equals or not file.strip():
            raise UsageError(f"--tables: '{choice}' is neither a folder nor NAME=FILE, such as customers=crm.csv.")
        if name not in SHAPES:
            raise UsageError(f"--tables: there is no table '{name}'; the tables are {', '.join(SHAPES)}.")
        found[name] = file.strip()
    return found


def columns_by_field(given: Sequence[str]) -> dict[str, str]:
    """From `--map field=heading`, as often as it was given."""
    from retention_xl.ledger.columns import FIELDS

    columns: dict[str, str] = {}
    for choice in given:
        field, equals, heading = choice.partition("=")
        field, heading = field.strip().lower(), heading.strip()
        if not equals or not heading:
            raise UsageError(f"--map: '{choice}' is not FIELD=HEADING, such as customer=\"Kunde Nr.\".")
        if field not in FIELDS:
            raise UsageError(f"--map: there is no field '{field}'; the fields are {', '.join(FIELDS)}.")
        if columns.setdefault(field, heading) != heading:
            raise UsageError(f"--map: {field} is given twice, as '{columns[field]}' and as '{heading}'.")
    return columns
