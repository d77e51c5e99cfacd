-- Renewals that start up to $days after the end of the service before: it goes on through the month ends between.
INSERT INTO added
WITH running AS (
    SELECT s.*,
        max(CASE WHEN u.line IS NULL THEN s.until END) OVER before_it AS served_until
    FROM services s
    LEFT JOIN (SELECT DISTINCT line FROM unserved) u ON u.line = s.line
    WHERE s.mrr > 0
    WINDOW before_it AS (
        PARTITION BY s.customer, CASE WHEN $by_customer THEN '' ELSE s.subscription END
        ORDER BY s.first_day, s.line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),
holes AS (
    SELECT customer, subscription, period_number(served_until) AS from_month, max(first_month) AS to_month
    FROM running
    WHERE served_until < first_day AND first_day <= served_until + $days AND period_number(served_until) < first_month
    GROUP BY customer, subscription, period_number(served_until)
)
SELECT DISTINCT s.line, CAST(h.from_month + d.step AS INTEGER), $policy
FROM holes h
JOIN services s ON s.customer = h.customer AND ($by_customer OR s.subscription = h.subscription)
    AND s.first_month + s.covered = h.from_month AND s.mrr > 0
JOIN (SELECT CAST(unnest(range(14)) AS INTEGER) AS step) d ON h.from_month + d.step < h.to_month
WHERE s.line NOT IN (SELECT line FROM unserved)
  AND NOT EXISTS (SELECT 1 FROM added x WHERE x.line = s.line AND x.month = h.from_month + d.step);
