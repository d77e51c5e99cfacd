-- Refunds and credit notes that reduce the monthly amount of the invoice that runs on their day, at most to nothing.
INSERT INTO adjustments
WITH given_back AS (
    SELECT r.line AS note, -r.cents AS cents, o.line, o.cents AS billed,
        row_number() OVER (PARTITION BY r.line ORDER BY o.first_day DESC, o.line DESC) AS nearest
    FROM lines r
    JOIN services o ON o.customer = r.customer AND o.day <= r.day AND o.first_day <= r.day AND o.mrr > 0
    WHERE r.role IN ('refund', 'credit') AND r.refusal = '' AND r.cents < 0
),
of_line AS (
    SELECT line, least(sum(cents), max(billed)) AS cents FROM given_back WHERE nearest = 1 GROUP BY line
)
SELECT s.customer, CAST(s.first_month + d.step AS INTEGER), CAST(-sum(least(share_of(g.cents, s.months), s.mrr)) AS BIGINT), 'refunds'
FROM of_line g
JOIN services s ON s.line = g.line
JOIN spans d ON d.covered = s.covered
WHERE s.first_month + d.step <= (SELECT last_month FROM extent)
  AND NOT EXISTS (SELECT 1 FROM unserved u WHERE u.line = s.line AND u.month = s.first_month + d.step)
GROUP BY s.customer, s.first_month + d.step;
