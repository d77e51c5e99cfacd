-- Every active customer month with its neighbours: what the bridge, the cohorts and the movers are added up from.
CREATE OR REPLACE TABLE moves AS
SELECT customer, month, cents,
    lag(month) OVER w AS before_month, lag(cents) OVER w AS before_cents, lead(month) OVER w AS after_month,
    min(month) OVER (PARTITION BY customer) AS first_month
FROM cells
WINDOW w AS (PARTITION BY customer ORDER BY month);

-- Unbroken runs of active months. A customer who comes back starts another, in `next_month`.
CREATE OR REPLACE TABLE spells AS
SELECT customer, min(month) AS from_month, max(month) AS to_month,
    lead(min(month)) OVER (PARTITION BY customer ORDER BY min(month)) AS next_month
FROM (SELECT customer, month, month - row_number() OVER (PARTITION BY customer ORDER BY month) AS run FROM cells)
GROUP BY customer, run;
