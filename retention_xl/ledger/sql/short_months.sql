-- Customer months whose refunds are larger than their purchases: what `cells` leaves out of revenue.
CREATE OR REPLACE TABLE short_months AS
SELECT customer, month, count(*) FILTER (WHERE role = 'purchase') AS purchases,
    CAST(CASE WHEN count(*) FILTER (WHERE role = 'purchase') = 0 THEN sum(cents) ELSE least(sum(cents), 0) END AS BIGINT) AS cents
FROM lines
WHERE role IN ('purchase', 'refund') AND refusal = ''
GROUP BY customer, month
HAVING sum(cents) < 0 AND NOT $recurring;
