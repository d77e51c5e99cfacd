"""Plain forms are read by the database, all others in Python: where both can read, they must agree."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from retention_xl.ledger import amounts, dates, words
from retention_xl.ledger.database import Connection, connect

RNG = random.Random(1)
DAYS = [
    f"{RNG.randrange(1970, 2110)}-{RNG.randrange(1, 14):02d}-{RNG.randrange(1, 33):02d}{time}"
    for time in ("", "T10:00:00Z", " 10:00", "T10:00", "Tx", " 10:00:00.5+0200", " 10", " ")
    for _ in range(300)
]


def drawn(alphabet: str) -> list[str]:
    return ["".join(RNG.choice(alphabet) for _ in range(RNG.randrange(1, 9))) for _ in range(5000)]


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with connect(tmp_path_factory.mktemp("scratch")) as opened:
        yield opened


def read(con: Connection, macro: str, texts: list[str]) -> list[tuple[str, object]]:
    """What the database reads of these texts, without those it leaves to Python."""
    query = f"SELECT text, {macro}(text) FROM (SELECT unnest($texts) AS text) WHERE {macro}(text) IS NOT NULL"
    found = con.execute(query, {"texts": texts}).fetchall()
    assert 100 < len(found) < len(texts)
    return found


def test_amounts(con: Connection) -> None:
    for text, cents in read(con, "plain_cents", drawn("0123456789.-, $")):
        amount = amounts.read_amount(text)
        assert amount.style != "either" and amounts.cents(amount.point) == (cents, False), text


def test_days(con: Connection) -> None:
    for text, day in read(con, "plain_day", DAYS):
        known = dates.read_date(text)
        assert known.dmy == known.mdy == day, text


def test_customers(con: Connection) -> None:
    for text, key in read(con, "plain_key", drawn("aAbB01.-  \u00a0İß")):
        assert words.customer_key(text) == key, text


@pytest.mark.parametrize(
    ("cents", "months", "share"),
    [(10000, 12, 833), (25, 2, 13), (-25, 2, -13), (5, 3, 2), (-10000, 12, -833), (0, 7, 0)],
)
def test_a_share_is_rounded_half_up_and_mirrors_below_zero(
    con: Connection, cents: int, months: int, share: int
) -> None:
    assert con.execute("SELECT share_of($c, $m)", {"c": cents, "m": months}).fetchone() == (share,)


def test_edate_clamps_to_the_last_day_of_a_month(con: Connection) -> None:
    found = con.execute(
        "SELECT CAST(add_months(DATE '2024-01-31', n) AS VARCHAR) FROM (SELECT unnest([0, 1, 2, 12, 13]) AS n)"
    ).fetchall()
    assert [day for (day,) in found] == ["2024-01-31", "2024-02-29", "2024-03-31", "2025-01-31", "2025-02-28"]
