-- Unbroken runs of active months. A customer who comes back starts another, in `next_month`.
CREATE OR REPLACE TABLE spells AS
WITH edges AS (
    SELECT customer, month,
        before_month IS NULL OR before_month < month - 1 AS starts, after_month IS NULL OR after_month > month + 1 AS ends
    FROM moves
    WHERE before_month IS NULL OR before_month < month - 1 OR after_month IS NULL OR after_month > month + 1
),
runs AS (
    -- the edge after a start is its end, and the one after an end the next start
    SELECT customer, month AS from_month, CASE WHEN ends THEN month ELSE lead(month) OVER w END AS to_month,
        CASE WHEN ends THEN lead(month) OVER w ELSE lead(month, 2) OVER w END AS next_month, starts
    FROM edges
    WINDOW w AS (PARTITION BY customer ORDER BY month)
)
SELECT customer, from_month, to_month, next_month
FROM runs WHERE starts;
