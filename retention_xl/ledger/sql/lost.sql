-- Each customer lost in the months after $since with the reason: of the reasons stated in the run of months that ended, the one
-- whose date is nearest the end of the service; an unpaid invoice where none is stated and the policy ended it. Where the ledger has cancellation lines, only they state reasons.
CREATE OR REPLACE TABLE lost AS
WITH gone AS (
    SELECT s.customer, s.from_month, s.to_month + 1 AS month, s.next_month, m.cents + coalesce(e.held, 0) AS cents
    FROM spells s
    JOIN moves m ON m.customer = s.customer AND m.month = s.to_month
    LEFT JOIN effects e ON e.customer = s.customer AND e.month = s.to_month
    WHERE s.to_month + 1 > $since AND s.to_month + 1 <= $month
),
stated AS (
    SELECT l.customer, l.line, l.day, l.month, x.reason
    FROM lines l JOIN texts x ON x.texts = l.texts
    WHERE l.refusal = '' AND x.reason <> '' AND l.day <= $month_end AND l.customer IN (SELECT customer FROM gone)
      AND (l.role = 'cancel' OR NOT EXISTS (SELECT 1 FROM lines WHERE role = 'cancel' AND refusal = ''))
),
service AS (
    SELECT g.customer, g.month, max(coalesce(l.until, l.day)) AS ends
    FROM gone g
    JOIN lines l ON l.customer = g.customer AND l.refusal = '' AND l.role IN ('recurring', 'purchase')
        AND coalesce(l.first_month + l.covered, l.month + 1) = g.month
    GROUP BY g.customer, g.month
),
ranked AS (
    SELECT g.customer, g.month, g.cents, coalesce(s.reason, CASE WHEN n.customer IS NOT NULL THEN 'Unpaid invoice' END, '') AS reason,
        row_number() OVER (
            PARTITION BY g.customer, g.month ORDER BY abs(days_between(s.day, v.ends)) NULLS LAST, s.day DESC, s.line DESC
        ) AS nth
    FROM gone g
    LEFT JOIN (SELECT DISTINCT customer, month FROM adjustments WHERE policy = 'unpaid') n
        ON n.customer = g.customer AND n.month = g.month
    LEFT JOIN service v ON v.customer = g.customer AND v.month = g.month
    LEFT JOIN stated s ON s.customer = g.customer AND s.month >= g.from_month
        AND (g.next_month IS NULL OR s.month <= g.next_month)
)
SELECT customer, month, cents, reason FROM ranked WHERE nth = 1;
