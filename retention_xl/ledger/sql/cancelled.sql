-- Services billed before their customer cancelled no longer count from that day, unless a later line takes the cancellation
-- back while they run. `stops`: customer, subscription ('' for all of them), day.
INSERT INTO unserved
SELECT DISTINCT a.line, a.first_month + s.step, 'cancel'
FROM stops c
JOIN services a ON a.customer = c.customer AND (c.subscription = '' OR c.subscription = a.subscription)
    AND a.day <= c.day AND a.until > c.day
JOIN spans s ON s.covered = a.covered
WHERE a.first_month + s.step >= period_number(c.day)
  AND NOT EXISTS (
      SELECT 1 FROM lines r
      WHERE r.customer = c.customer AND r.role = 'reactivate' AND r.refusal = '' AND r.day >= c.day AND r.day < a.until
  );
