-- The months of each line's service where lines say when it ends.
WITH ended AS (
    SELECT *, CASE WHEN ends IS NULL OR NOT $recurring THEN '' ELSE ending_of(first_day, ends) END AS ending
    FROM begun
),
served AS (
    -- `until` is the first day no longer served.
    SELECT *,
        CASE
            WHEN ending IN ('exclusive', 'none') THEN ends
            WHEN ending = 'inclusive' THEN ends + 1
            WHEN ending = 'part' THEN ends + CASE WHEN $ends_inclusive THEN 1 ELSE 0 END
        END AS until,
        CASE
            WHEN ending = 'exclusive' THEN month_number(ends) - month_number(first_day)
            WHEN ending = 'inclusive' THEN month_number(ends + 1) - month_number(first_day)
            WHEN ending = 'none' THEN 0
            WHEN ending = 'part' THEN NULL
            WHEN $has_term THEN term_months
            ELSE 0
        END AS whole_months
    FROM ended
)
-- A period that is not whole months counts as the nearest number of them, at least one.
SELECT *,
    CASE
        WHEN whole_months IS NOT NULL OR until IS NULL OR until <= first_day THEN whole_months
        ELSE greatest(1, CAST(round(
            month_number(until) - month_number(first_day)
            + (day(until) - day(first_day)) / CAST(day(last_day(first_day)) AS DOUBLE)) AS INTEGER))
    END AS months
FROM served
