-- Every active customer month with its neighbours: what the bridge, the cohorts and the movers are added up from.
CREATE OR REPLACE TABLE moves AS
SELECT customer, month, cents,
    lag(month) OVER w AS before_month, lag(cents) OVER w AS before_cents, lead(month) OVER w AS after_month,
    first_value(month) OVER w AS first_month
FROM cells
WINDOW w AS (PARTITION BY customer ORDER BY month);
