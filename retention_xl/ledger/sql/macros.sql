-- The plain forms that need no judgement, read by the database; NULL for anything else. Months are counted year x 12 + month - 1.
CREATE OR REPLACE MACRO plain_cents(t) AS
    CASE WHEN regexp_full_match(t, '-?[0-9]{1,13}([.][0-9]{1,2})?') THEN CAST(CAST(t AS DECIMAL(18, 2)) * 100 AS BIGINT) END;

-- An amount less what is taken off it, also of a credit below zero; unknown where `off` is.
CREATE OR REPLACE MACRO lessened(cents, off) AS cents - CASE WHEN cents < 0 THEN -off ELSE off END;

CREATE OR REPLACE MACRO plain_day(t) AS
    CASE
        WHEN regexp_full_match(
            t, '(19[89]|20[0-9])[0-9]-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?'
        ) THEN TRY_CAST(left(t, 10) AS DATE)
    END;

CREATE OR REPLACE MACRO plain_key(t) AS
    CASE WHEN regexp_full_match(t, '[!-~]+( [!-~]+)*') AND NOT regexp_full_match(t, '[0-9]*[.]0+') THEN lower(t) END;

CREATE OR REPLACE MACRO month_number(d) AS CAST(year(d) * 12 + month(d) - 1 AS INTEGER);

-- The month that the figures put a day in, and how many month ends a service holds. A fiscal calendar has its own (periods.sql).
CREATE OR REPLACE MACRO period_number(d) AS month_number(d);

CREATE OR REPLACE MACRO periods_served(first, until, months) AS
    CASE WHEN until IS NULL THEN months ELSE month_number(until) - month_number(first) END;

-- EDATE: the same day n months on, or the last day of a month that has no such day.
CREATE OR REPLACE MACRO add_months(d, n) AS CAST(d + to_months(CAST(n AS INTEGER)) AS DATE);

-- Half a cent goes away from zero, as Excel's ROUND does, so that a credit mirrors its invoice.
CREATE OR REPLACE MACRO share_of(cents, months) AS
    CAST(sign(cents) * ((2 * abs(cents) + months) // (2 * months)) AS BIGINT);

-- As much of an amount as a part is of a whole, in whole numbers; none of them below zero.
CREATE OR REPLACE MACRO part_of(cents, part, whole) AS
    CAST((2 * CAST(cents AS HUGEINT) * part + whole) // (2 * whole) AS BIGINT);

CREATE OR REPLACE MACRO converted(cents, rate) AS
    CASE WHEN rate = 1 THEN cents ELSE CAST(round(CAST(cents AS DECIMAL(17, 0)) * rate) AS BIGINT) END;

-- Whether [first, until) is whole months. From the last day of a month also every later day number is: 28 Feb to 31 Mar.
CREATE OR REPLACE MACRO is_whole(first, until) AS
    month_number(until) > month_number(first)
    AND until >= add_months(first, month_number(until) - month_number(first))
    AND (until = add_months(first, month_number(until) - month_number(first)) OR first = last_day(first));

-- How a stated end of service is meant: the first day no longer served, or the last day served, or neither in whole months.
CREATE OR REPLACE MACRO ending_of(first, ends) AS
    CASE
        WHEN ends = first THEN 'none'
        WHEN is_whole(first, ends) THEN 'exclusive'
        WHEN is_whole(first, ends + 1) THEN 'inclusive'
        ELSE 'part'
    END;

CREATE OR REPLACE MACRO days_between(later, earlier) AS CAST(later - earlier AS BIGINT);

-- A number of a text that every engine finds alike.
CREATE OR REPLACE MACRO hash_number(t) AS CAST('0x' || left(sha256(t), 15) AS BIGINT);

-- What is left of a number on division by the prime 2^31 - 1, also for one below nothing.
CREATE OR REPLACE MACRO residue(n) AS (n % 2147483647 + 2147483647) % 2147483647;
