-- What a pause takes out, and what it holds.
INSERT INTO unserved
SELECT DISTINCT a.line, a.first_month + s.step, 'pause'
FROM pauses p
JOIN services a ON a.customer = p.customer AND (p.subscription = '' OR p.subscription = a.subscription) AND a.day <= p.day
JOIN spans s ON s.covered = a.covered
WHERE a.first_month + s.step >= p.from_month
  AND (p.resumed IS NULL OR a.first_month + s.step < period_number(p.resumed));

-- What ran when the pause began, or ended that day.
CREATE OR REPLACE TABLE held_services AS
SELECT DISTINCT p.line AS pause, a.line, a.customer, a.mrr, p.from_month, p.to_month
FROM pauses p
JOIN services a ON a.customer = p.customer AND (p.subscription = '' OR p.subscription = a.subscription)
    AND a.day <= p.day AND a.first_day <= p.day AND a.until >= p.day AND a.mrr > 0
LEFT JOIN replaced r ON r.line = a.line
WHERE r.line IS NULL OR r.from_month > p.from_month;
