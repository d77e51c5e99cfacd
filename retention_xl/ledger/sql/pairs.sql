-- Customers active at the opening or the closing of the month, with what their lines say up to the end of the month.
WITH sides AS (
    SELECT m.customer, any_value(m.first_month) AS first_month,
        max(m.cents) FILTER (WHERE m.month = $month - 1) AS opening,
        max(m.cents) FILTER (WHERE m.month = $month) AS closing,
        max(m.cents - coalesce(e.fx, 0) - coalesce(e.paused, 0)) FILTER (WHERE m.month = $month) AS like_closing,
        -- who was lost while paused: what was held comes back to be lost
        coalesce(max(e.paused) FILTER (WHERE m.month = $month),
            CASE WHEN max(m.month) < $month THEN max(e.held) END, 0) AS paused,
        coalesce(max(e.fx) FILTER (WHERE m.month = $month), 0) AS fx
    FROM moves m LEFT JOIN effects e ON e.customer = m.customer AND e.month = m.month
    WHERE m.month IN ($month - 1, $month)
    GROUP BY m.customer
),
known AS (
    SELECT l.customer, l.day, l.role, l.months, l.mrr, l.first_month, l.until, x.plan, x.tier, x.region, x.channel, x.reason,
        days_between(l.day, DATE '1970-01-01') * 10000000000 + l.line AS stamp,
        coalesce(days_between(l.first_day, DATE '1970-01-01'), 0) * 10000000000 + l.line AS service_stamp
    FROM lines l JOIN texts x ON x.texts = l.texts
    WHERE l.refusal = '' AND (l.day <= $month_end OR l.first_month <= $month) AND l.customer IN (SELECT customer FROM sides)
),
told AS (
    SELECT customer,
        max_by(plan, stamp) FILTER (WHERE $has_plan AND plan <> '') AS plan,
        max_by(tier, stamp) FILTER (WHERE $has_tier AND tier <> '') AS tier,
        max_by(region, stamp) FILTER (WHERE $has_region AND region <> '') AS region,
        max_by(channel, stamp) FILTER (WHERE $has_channel AND channel <> '') AS channel,
        max_by(months, service_stamp) FILTER (WHERE role = 'recurring' AND mrr > 0 AND first_month <= $month) AS term_months,
        max(until) FILTER (WHERE role = 'recurring' AND mrr > 0) AS paid_through
    FROM known GROUP BY customer
),
notices AS (
    SELECT s.customer, max(n.day) AS cancelled_on, max_by(n.reason, n.stamp) AS reason
    FROM last_starts s
    JOIN known n ON n.customer = s.customer AND n.role = 'cancel' AND n.day >= s.start_day AND n.day <= $month_end
    GROUP BY s.customer
)
SELECT c.name, p.opening, p.closing, p.first_month,
    CASE
        WHEN p.closing IS NULL THEN 'Churn'
        WHEN p.opening IS NULL THEN CASE WHEN p.first_month = $month THEN 'New' ELSE 'Reactivation' END
        WHEN p.like_closing > p.opening THEN 'Expansion'
        WHEN p.like_closing < p.opening THEN 'Contraction'
        WHEN p.paused <> 0 THEN 'Paused'
        WHEN p.closing <> p.opening THEN 'Currency'
    END AS kind,
    t.term_months, t.paid_through, n.cancelled_on,
    CASE WHEN p.closing IS NULL THEN coalesce(g.reason, '') ELSE coalesce(n.reason, '') END AS reason,
    coalesce(t.plan, ''), coalesce(t.tier, ''), coalesce(t.region, ''), coalesce(t.channel, ''), p.paused, p.fx
FROM sides p
JOIN customers c ON c.customer = p.customer
LEFT JOIN told t ON t.customer = p.customer
LEFT JOIN notices n ON n.customer = p.customer
LEFT JOIN lost g ON g.customer = p.customer AND g.month = $month
ORDER BY c.name;
