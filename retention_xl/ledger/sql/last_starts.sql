-- The day each customer of the month last began to be active: the first line of the run of months that the month is in or that
-- ended with the month before. A later "reactivate" line takes back the notices before it.
CREATE OR REPLACE TABLE last_starts AS
WITH runs AS (
    SELECT customer, max(from_month) AS from_month
    FROM spells WHERE from_month <= $month AND to_month >= $month - 1
    GROUP BY customer
)
SELECT r.customer,
    greatest(
        coalesce(min(CASE WHEN l.role = 'recurring' THEN l.first_day ELSE l.day END)
            FILTER (WHERE l.role IN ('recurring', 'purchase') AND coalesce(l.first_month, l.month) = r.from_month), $month_end),
        coalesce(max(l.day) FILTER (WHERE l.role = 'reactivate' AND l.day <= $month_end), DATE '0001-01-01')
    ) AS start_day
FROM runs r
JOIN lines l ON l.customer = r.customer AND l.refusal = ''
GROUP BY r.customer;
