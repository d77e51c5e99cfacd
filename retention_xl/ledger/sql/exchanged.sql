-- Services in other currencies at the rate of each month's last day, and what the change of rates since the opening made of it.
CREATE OR REPLACE TABLE exchanged AS
WITH served AS (
    SELECT a.customer, a.currency, a.first_month + s.step AS month, a.own_mrr, a.mrr, a.line
    FROM services a JOIN spans s ON s.covered = a.covered
    WHERE a.currency <> $home AND a.first_month + s.step <= (SELECT last_month FROM extent)
      AND NOT EXISTS (SELECT 1 FROM unserved u WHERE u.line = a.line AND u.month = a.first_month + s.step)
    UNION ALL
    SELECT a.customer, a.currency, x.month, a.own_mrr, a.mrr, a.line
    FROM added x JOIN services a ON a.line = x.line
    WHERE a.currency <> $home AND x.month <= (SELECT last_month FROM extent)
)
SELECT v.customer, v.month,
    CAST(sum(converted(v.own_mrr, now.rate) - v.mrr) AS BIGINT) AS cents,
    CAST(sum(CASE WHEN before.rate IS NULL THEN 0 ELSE converted(v.own_mrr, now.rate) - converted(v.own_mrr, before.rate) END)
        AS BIGINT) AS fx
FROM served v
JOIN month_rates now ON now.currency = v.currency AND now.month = v.month
LEFT JOIN month_rates before ON before.currency = v.currency AND before.month = v.month - 1
    AND before.month >= (SELECT min(first_month) FROM lines WHERE role = 'recurring' AND refusal = '')
GROUP BY v.customer, v.month;
