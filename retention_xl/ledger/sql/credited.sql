-- Refunds and credit notes that reduce the monthly amount of the invoice that runs on their day, at most to nothing.
INSERT INTO adjustments
WITH notes AS (
    SELECT customer, day, -cents AS cents FROM lines WHERE role IN ('refund', 'credit') AND refusal = '' AND cents < 0
),
-- of what is billed and has begun on the day of a note, what began last: found along the days, not each with each
moments AS (
    SELECT customer, greatest(day, first_day) AS moment, 0 AS is_note, CAST(0 AS BIGINT) AS cents,
        days_between(first_day, DATE '1970-01-01') * 10000000000 + line AS stamp
    FROM services WHERE mrr > 0 AND customer IN (SELECT customer FROM notes)
    UNION ALL SELECT customer, day, 1, cents, NULL FROM notes
),
given_back AS (
    SELECT is_note, cents, max(stamp) OVER (
        PARTITION BY customer ORDER BY moment, is_note ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) % 10000000000 AS line
    FROM moments
),
of_line AS (
    SELECT line, sum(cents) AS cents FROM given_back WHERE is_note = 1 AND line IS NOT NULL GROUP BY line
)
SELECT s.customer, CAST(s.first_month + d.step AS INTEGER),
    CAST(-sum(least(share_of(least(g.cents, s.cents), s.months), s.mrr)) AS BIGINT), 'refunds'
FROM of_line g
JOIN services s ON s.line = g.line
JOIN spans d ON d.covered = s.covered
WHERE s.first_month + d.step <= (SELECT last_month FROM extent)
  AND NOT EXISTS (SELECT 1 FROM unserved u WHERE u.line = s.line AND u.month = s.first_month + d.step)
GROUP BY s.customer, s.first_month + d.step;
