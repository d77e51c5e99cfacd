-- Customer months with what the policies change. Who is present counts as active, also with nothing.
CREATE OR REPLACE TABLE cells AS
SELECT p.customer, p.month, CAST(sum(p.cents) AS BIGINT) AS cents, CAST(max(p.invoices) AS SMALLINT) AS invoices
FROM (
    SELECT customer, month, cents, invoices FROM cells
    UNION ALL SELECT customer, month, cents, 0 FROM adjustments
    UNION ALL SELECT customer, month, 0, -1 FROM present
) p
GROUP BY p.customer, p.month
HAVING sum(p.cents) <> 0 OR min(p.invoices) = -1
ORDER BY 1, 2;
