-- Purchases: what a customer bought in a calendar month less what was refunded in it, not below nothing. Active is who bought.
CREATE OR REPLACE TABLE cells AS
SELECT customer, month, CAST(greatest(sum(cents), 0) AS BIGINT) AS cents
FROM lines
WHERE role IN ('purchase', 'refund') AND refusal = '' AND month <= (SELECT last_month FROM extent)
GROUP BY customer, month
HAVING count(*) FILTER (WHERE role = 'purchase') > 0
ORDER BY 1, 2;
