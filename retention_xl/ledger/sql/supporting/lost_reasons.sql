-- Where the ledger states no reason for a loss, that of the nearest cancellation in the run of months that ended with it.
UPDATE lost SET reason = told.reason
FROM (
    SELECT l.customer, l.month,
        arg_min(t.reason, (abs(period_number(coalesce(t.day, t.notice)) - l.month), -t.line)) AS reason
    FROM lost l
    JOIN spells s ON s.customer = l.customer AND s.to_month + 1 = l.month
    JOIN table_cancellations t ON t.customer = l.customer AND t.reason IS NOT NULL
        AND period_number(coalesce(t.day, t.notice)) >= s.from_month
        AND (s.next_month IS NULL OR period_number(coalesce(t.day, t.notice)) <= s.next_month)
    WHERE coalesce(t.notice, t.day) <= $month_end
    GROUP BY l.customer, l.month
) told
WHERE told.customer = lost.customer AND told.month = lost.month AND lost.reason = '';
