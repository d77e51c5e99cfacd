-- Customers served inside the month only: a line that starts and ends in it, and not active at its opening nor its closing.
SELECT count(DISTINCT l.customer)
FROM lines l
WHERE l.refusal = '' AND l.role = 'recurring' AND l.covered = 0 AND l.mrr > 0 AND l.first_month = $month
  AND NOT EXISTS (SELECT 1 FROM moves m WHERE m.customer = l.customer AND m.month IN ($month - 1, $month));
