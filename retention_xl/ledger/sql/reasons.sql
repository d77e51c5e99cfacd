-- The reason behind each customer lost in the months after $since: that of the stated reasons in the run that ended whose date
-- is nearest the end of the service.
WITH lost AS (
    SELECT s.customer, s.from_month, s.to_month + 1 AS month, m.cents,
        (SELECT min(n.from_month) FROM spells n WHERE n.customer = s.customer AND n.from_month > s.to_month) AS next_month
    FROM spells s
    JOIN moves m ON m.customer = s.customer AND m.month = s.to_month
    WHERE s.to_month + 1 > $since AND s.to_month + 1 <= $month
),
stated AS (
    SELECT l.customer, l.line, l.day, l.month, l.reason
    FROM lines l
    WHERE l.refusal = '' AND l.reason <> '' AND l.day <= $month_end AND l.customer IN (SELECT customer FROM lost)
      AND (l.role = 'cancel' OR NOT EXISTS (SELECT 1 FROM lines WHERE role = 'cancel' AND refusal = ''))
),
service AS (
    SELECT o.customer, o.month, max(coalesce(l.until, l.day)) AS ends
    FROM lost o
    JOIN lines l ON l.customer = o.customer AND l.refusal = '' AND l.role IN ('recurring', 'purchase')
        AND coalesce(l.first_month + l.covered, l.month + 1) = o.month
    GROUP BY o.customer, o.month
),
nearest AS (
    SELECT o.customer, o.month, o.cents, s.reason,
        row_number() OVER (PARTITION BY o.customer, o.month ORDER BY abs(s.day - v.ends), s.day DESC, s.line DESC) AS nth
    FROM lost o
    LEFT JOIN service v ON v.customer = o.customer AND v.month = o.month
    LEFT JOIN stated s ON s.customer = o.customer AND s.month >= o.from_month AND (o.next_month IS NULL OR s.month <= o.next_month)
)
SELECT month, coalesce(reason, '') AS reason, count(*) AS customers, sum(cents) AS cents
FROM nearest WHERE nth = 1
GROUP BY month, coalesce(reason, '')
ORDER BY month, cents DESC, reason;
