"""Plain days and amounts are kept as values, not as texts; who asks for the text gets the one that stands there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from retention_xl.ledger.database import Connection, connect, rows
from retention_xl.ledger.tables import load_rows, view_source

CHOSEN = {"date": 0, "amount": 1}
DAYS = st.one_of(
    st.dates(date(1970, 1, 1), date(2110, 12, 31)).map(str),
    st.text("0123456789-/ T:", max_size=12),
)
AMOUNTS = st.one_of(
    st.decimals(-(10**14), 10**14, places=2, allow_nan=False).map(str), st.text("0123456789.,-+ e", max_size=18)
)


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with connect(tmp_path_factory.mktemp("scratch")) as opened:
        yield opened


@given(lines=st.lists(st.tuples(DAYS, AMOUNTS), min_size=1, max_size=50))
@example(lines=[("2024-02-30", "-0.00"), ("2024-1-05", "0012.50"), ("1979-12-31", "9999999999999.99"), ("", "")])
@example(lines=[("2024-01-05 ", "10000000000000.00"), ("2024-01-05", "0.05"), ("epoch", "1e3"), ("infinity", ".50")])
def test_the_texts_are_those_of_the_source_and_values_are_what_a_plain_text_says(
    con: Connection, tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, str]]
) -> None:
    folder: Path = tmp_path_factory.getbasetemp()
    load_rows(con, CHOSEN, 2, folder, ((number, False, list(line)) for number, line in enumerate(lines)))
    assert rows(con, "SELECT raw_date, raw_amount FROM source ORDER BY line") == lines
    kept = rows(
        con,
        "SELECT exact_date, text_date, plain_day(raw_date), exact_amount, text_amount, plain_cents(raw_amount) "
        "FROM source",
    )
    for exact_day, day_text, day, exact_cents, cents_text, cents in kept:
        assert (exact_day is None) == (day_text is not None)
        assert (exact_cents is None) == (cents_text is not None)
        assert exact_day in (None, day)
        assert exact_cents in (None, cents)


def test_a_plain_text_is_kept_as_its_value_alone(con: Connection, tmp_path: Path) -> None:
    load_rows(con, CHOSEN, 2, tmp_path, [(2, False, ["2024-01-05", "99.90"]), (3, False, ["5.1.2024", "99.9"])])
    assert rows(con, "SELECT exact_date, text_date, exact_amount, text_amount FROM raw ORDER BY row_line") == [
        (date(2024, 1, 5), None, 9990, None),
        (None, "5.1.2024", None, "99.9"),
    ]


def test_a_table_of_texts_alone_has_no_values(con: Connection) -> None:
    con.execute(
        "CREATE OR REPLACE TABLE raw AS SELECT '2024-01-05' AS raw_date, '1.00' AS raw_amount, 7 AS row_line, "
        "CAST(1 AS UBIGINT) AS line_hash, FALSE AS row_blank"
    )
    view_source(con, CHOSEN, "row_line", "''", "FALSE", exact=False)
    assert rows(con, "SELECT exact_date, text_date, raw_date, exact_amount, text_amount, raw_amount FROM source") == [
        (None, "2024-01-05", "2024-01-05", None, "1.00", "1.00")
    ]
