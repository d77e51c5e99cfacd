"""Times with a zone become the date they are where the company is."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from retention_xl.ledger import Policies
from retention_xl.ledger.zones import local_day

from .conftest import Given


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("2026-01-31T23:30:00Z", "Europe/Berlin", date(2026, 2, 1)),
        ("2026-01-31T22:30:00Z", "Europe/Berlin", date(2026, 1, 31)),
        ("2026-07-31T22:30:00Z", "Europe/Berlin", date(2026, 8, 1)),  # summer time
        ("2026-02-01T01:00:00Z", "America/New_York", date(2026, 1, 31)),
        ("2026-01-31 23:30:00+09:00", "Europe/Berlin", date(2026, 1, 31)),
        ("2026-01-31 23:30:00-0500", "Europe/Berlin", date(2026, 2, 1)),
        ("2026-01-31 11:30 PM UTC", "Europe/Berlin", date(2026, 2, 1)),
        ("2026-01-31 12:30 AM UTC", "America/New_York", date(2026, 1, 30)),
        ("2026-01-31T23:30:00", "Europe/Berlin", date(2026, 1, 31)),  # no zone: as written
        ("2026-01-31", "Europe/Berlin", date(2026, 1, 31)),
        ("2026-01-31T25:30:00Z", "Europe/Berlin", date(2026, 1, 31)),
    ],
)
def test_a_time_with_a_zone_is_the_date_it_is_there(text: str, zone: str, day: date) -> None:
    assert local_day(text, date.fromisoformat(text[:10]), ZoneInfo(zone)) == day


def test_the_policy_moves_lines_over_the_month_s_end(given: Given) -> None:
    text = (
        "Customer,Date,Amount,Interval\nZ,2023-01-01,1,month\nZ,2023-02-01,1,month\nZ,2023-03-01,1,month\n"
        "A,2023-01-31T23:30:00Z,10,month\nB,2023-01-31T23:30:00,10,month\n"
    )
    as_written = given(text).customer_months()
    assert set(as_written.loc[as_written["month"] == "2023-01", "customer"]) == {"A", "B", "Z"}
    converted = given(text, policies=Policies(timezone="Europe/Berlin")).customer_months()
    assert set(converted.loc[converted["month"] == "2023-01", "customer"]) == {"B", "Z"}
    assert set(converted.loc[converted["month"] == "2023-02", "customer"]) == {"A", "Z"}
