-- Pauses: from the day of a pause line until the customer is invoiced again or a line resumes it or cancels, at most $days long. What was
-- billed before does not count meanwhile, nor after a pause that lasted longer: then the customer is lost.
CREATE OR REPLACE TABLE pauses AS
WITH asked AS (
    SELECT l.customer, coalesce(b.subscription, lower(x.plan)) AS subscription, l.day, l.line
    FROM lines l JOIN texts x ON x.texts = l.texts LEFT JOIN subscriptions b ON b.line = l.line
    WHERE l.role = 'pause' AND l.refusal = ''
),
resumed AS (
    SELECT p.line, min(r.day) AS day
    FROM asked p
    JOIN (
        SELECT customer, '' AS subscription, day FROM lines WHERE role = 'reactivate' AND refusal = ''
        UNION ALL SELECT customer, subscription, greatest(day, first_day) FROM services WHERE mrr > 0
    ) r ON r.customer = p.customer AND r.day > p.day
        AND (p.subscription = '' OR r.subscription = '' OR r.subscription = p.subscription)
    GROUP BY p.line
),
cancelled AS (
    SELECT p.line, min(c.day) AS day
    FROM asked p JOIN lines c ON c.customer = p.customer AND c.role = 'cancel' AND c.refusal = '' AND c.day >= p.day
    GROUP BY p.line
),
ended AS (
    SELECT p.*, r.day AS resumed,
        least(coalesce(r.day, p.day + $days), coalesce(c.day, p.day + $days), p.day + $days) AS until,
        lag(p.day) OVER (PARTITION BY p.customer, p.subscription ORDER BY p.day, p.line) AS before_day,
        lag(r.day) OVER (PARTITION BY p.customer, p.subscription ORDER BY p.day, p.line) AS before_resumed
    FROM asked p
    LEFT JOIN resumed r ON r.line = p.line
    LEFT JOIN cancelled c ON c.line = p.line
)
-- a second line about a pause that goes on says nothing new
SELECT line, customer, subscription, day, resumed, until, period_number(day) AS from_month,
    period_number(until) AS to_month
FROM ended
WHERE before_day IS NULL OR (before_resumed IS NOT NULL AND before_resumed <= day);
