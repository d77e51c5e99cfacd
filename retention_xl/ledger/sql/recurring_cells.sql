-- Recurring revenue: each line counts in the month ends of its service. Active is a customer with more than nothing.
CREATE OR REPLACE TABLE cells AS
SELECT l.customer, CAST(l.first_month + s.step AS INTEGER) AS month, CAST(sum(l.mrr) AS BIGINT) AS cents,
    CAST(CASE WHEN min(l.day) < max(l.day) THEN 2 ELSE 1 END AS SMALLINT) AS invoices
FROM lines l
JOIN spans s ON s.covered = l.covered
WHERE l.role = 'recurring' AND l.refusal = '' AND l.first_month + s.step <= (SELECT last_month FROM extent)
GROUP BY l.customer, l.first_month + s.step
HAVING sum(l.mrr) <> 0
ORDER BY 1, 2;
