-- Recurring revenue where no two lines of a customer count in one month, so that nothing is to be added up. `invoices` is 2 where
-- a line meets another after all or lies below one that it should be above.
CREATE OR REPLACE TABLE cells AS
SELECT customer, month, cents,
    CAST(CASE
        WHEN lag(customer) OVER () > customer OR (lag(customer) OVER () = customer AND lag(month) OVER () >= month) THEN 2
        ELSE 1
    END AS SMALLINT) AS invoices
FROM (
    SELECT l.customer, CAST(l.first_month + s.step AS INTEGER) AS month, l.mrr AS cents
    FROM lines l
    JOIN spans s ON s.covered = l.covered
    WHERE l.role = 'recurring' AND l.refusal = '' AND l.first_month + s.step <= (SELECT last_month FROM extent)
    ORDER BY customer, month
);
