-- Unpaid invoices no longer count $days after the first of those in a row was due; one that was paid between begins anew.
INSERT INTO unserved
WITH billed AS (
    SELECT s.line, s.customer, s.subscription, s.first_day, s.first_month, s.covered, u.due,
        sum(CASE WHEN u.line IS NULL THEN 1 ELSE 0 END) OVER (
            PARTITION BY s.customer, s.subscription ORDER BY s.first_day, s.line ROWS UNBOUNDED PRECEDING
        ) AS paid_before
    FROM services s LEFT JOIN unpaid u ON u.line = s.line
    WHERE s.mrr > 0 AND s.customer IN (SELECT l.customer FROM lines l JOIN unpaid u ON u.line = l.line)
),
due_run AS (
    SELECT customer, subscription, paid_before, period_number(min(due) + CAST($days AS INTEGER)) AS lost_month
    FROM billed WHERE due IS NOT NULL GROUP BY customer, subscription, paid_before
)
SELECT b.line, b.first_month + d.step, 'unpaid'
FROM billed b
JOIN due_run o ON o.customer = b.customer AND o.subscription = b.subscription AND o.paid_before = b.paid_before
JOIN spans d ON d.covered = b.covered
WHERE b.due IS NOT NULL AND b.first_month + d.step >= o.lost_month;
