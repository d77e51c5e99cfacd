-- The same of `cells` that lie in the order of customer and month: neighbours are the lines above and below, no window is sorted.
CREATE OR REPLACE TABLE first_months AS
SELECT customer, min(month) AS first_month FROM cells GROUP BY customer;

CREATE OR REPLACE TABLE moves AS
SELECT m.customer, m.month, m.cents, m.before_month, m.before_cents, m.after_month, f.first_month
FROM (
    SELECT customer, month, cents,
        CASE WHEN lag(customer) OVER () = customer THEN lag(month) OVER () END AS before_month,
        CASE WHEN lag(customer) OVER () = customer THEN lag(cents) OVER () END AS before_cents,
        CASE WHEN lead(customer) OVER () = customer THEN lead(month) OVER () END AS after_month
    FROM cells
) m
JOIN first_months f ON f.customer = m.customer;
