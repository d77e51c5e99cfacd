-- The last day of a month, unless a fiscal calendar has said it already.
CREATE MACRO IF NOT EXISTS period_last(m) AS last_day(make_date(CAST(m // 12 AS INTEGER), CAST(m % 12 + 1 AS INTEGER), 1));
