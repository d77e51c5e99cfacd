"""Dates in the writings of the world, and what a column says about day and month."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_xl.ledger.date_columns import DateText, order_of_column
from retention_xl.ledger.dates import Day, month_end, month_of, month_text, read_date
from retention_xl.ledger.places import Places

APRIL_3 = date(2019, 4, 3)


@pytest.mark.parametrize(
    "text",
    ["2019-04-03", "2019-4-3", "2019/04/03", "2019.04.03", "20190403", "2019-04-03T23:59:59Z", "2019-04-03 10:15",
     "2019-04-03T10:00:00.123+02:00", "3.4.2019", "03.04.2019", "03 Apr 2019", "3-Apr-19", "3. April 2019",
     "Apr 3, 2019", "April 3rd, 2019", "Wed, 03 Apr 2019", "43558", "43558.75", "3.4.19", " 2019-04-03\u00a0",
     "03 Apr 2019 10:00 PM", "２０１９-04-03", "03. 04. 2019", "3.4.2019 klo 10.15", "03.04.2019, 10:15 Uhr",
     "Mittwoch, 3. April 2019", "mercredi 3 avril 2019", "miércoles, 3 de abril de 2019",
     "keskiviikko 3. huhtikuuta 2019", "Mi. 03.04.2019", "03. 04. 2019 3:15 p.\u00a0m."],
)  # fmt: skip
def test_a_date_with_one_reading_is_read(text: str) -> None:
    day = read_date(text)
    assert (day.dmy, day.mdy, day.problem) == (APRIL_3, APRIL_3, "")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-04", date(2019, 4, 1)),
        ("Apr 2019", date(2019, 4, 1)),
        ("04/2019", date(2019, 4, 1)),
        ("3 März 2020", date(2020, 3, 3)),
        ("mar. 3 mars 2020", date(2020, 3, 3)),
        ("Mar 3 2020", date(2020, 3, 3)),
    ],
)
def test_months_and_other_languages_are_read(text: str, day: date) -> None:
    assert read_date(text).dmy == day


def test_slashes_have_two_readings() -> None:
    assert read_date("03/04/2019") == Day(date(2019, 4, 3), date(2019, 3, 4), None, False, "")
    assert read_date("13/04/2019") == Day(date(2019, 4, 13), None, None, False, "")
    assert read_date("04-13-2019 10:15") == Day(None, date(2019, 4, 13), None, False, "")


def test_two_digits_of_a_year_may_also_stand_first() -> None:
    assert read_date("19/04/03").ymd == APRIL_3
    assert read_date("4/13/19").ymd is None


@pytest.mark.parametrize(
    "text", ["n/a", "31.02.2019", "13/13/2019", "2019-02-29", "Smarch 3 2019", "3 4 5 6", "-1", "2019", "9:30"]
)
def test_what_is_no_date_is_not_guessed(text: str) -> None:
    assert read_date(text).problem == "is not a date"


@pytest.mark.parametrize("text", ["0203-01-01", "2203-01-01", "12345", "01.01.1899", "99999"])
def test_a_date_far_from_any_ledger_is_refused(text: str) -> None:
    assert read_date(text).problem == "is not a date between 1980 and 2099"


def _order(*texts: str) -> tuple[str, str]:
    return order_of_column(
        [DateText(text, line, 1, read_date(text)) for line, text in enumerate(texts, start=2)], Places("ledger.csv")
    )


def test_one_date_settles_its_column() -> None:
    assert _order("03/04/2019", "13/04/2019") == ("dmy", "")
    assert _order("03/04/2019", "04/13/2019") == ("mdy", "")
    assert _order("03.04.2019", "04/04/2019", "n/a") == ("either", "")


def test_a_column_that_nothing_settles_is_open() -> None:
    assert _order("03/04/2019", "05/06/2019") == (
        "open",
        "line 2: '03/04/2019' is 2019-04-03 if the day comes first and 2019-03-04 if the month does, and no date in "
        "the column tells which",
    )


def test_a_column_of_both_kinds_is_mixed() -> None:
    assert _order("05/06/2019", "13/04/2019", "04/13/2019") == (
        "mixed",
        "line 3: '13/04/2019' can only be day/month, but on line 4 '04/13/2019' can only be month/day",
    )


def test_a_column_whose_years_could_stand_first_is_mixed() -> None:
    assert _order("19/04/03", "19/04/25") == (
        "mixed",
        "line 2: the year of '19/04/03' has two digits and may also stand first, as in all such dates of the column",
    )
    assert _order("04/03/19", "04/25/19") == ("mdy", "")


@given(
    st.dates(date(1980, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%d %b %Y", "%B %d, %Y", "%Y-%m-%dT%H:%M:%SZ"]),
)
def test_every_writing_of_a_day_reads_back(day: date, form: str) -> None:
    assert read_date(day.strftime(form)).dmy == day


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)))
def test_a_serial_number_is_the_day_that_excel_shows(day: date) -> None:
    assert read_date(str((day - date(1899, 12, 30)).days)).dmy == day


def test_months_count_on_over_the_year() -> None:
    assert month_of("2026-10") == 2026 * 12 + 9
    assert month_text(2026 * 12 + 11) == "2026-12"
    assert month_of("2026-13") is month_of("2026-1") is month_of("October") is None
    assert month_end(2024 * 12 + 1) == date(2024, 2, 29)
    assert month_end(2023 * 12 + 11) == date(2023, 12, 31)
    assert all(month_end(m) + timedelta(days=1) == month_end(m + 1).replace(day=1) for m in range(24000, 24300))
