-- The movements between the close of two days, counted twice: a customer is lost at the end of what is paid (paid), or on the day
-- of the cancellation if that is earlier (cancel). Brief is who comes and goes, or goes and comes back, between the two days.
-- At the month's ends revenue is what `moves` says, so that every policy is in it; days of service tell what changed since.
WITH served AS (
    SELECT customer, first_day, until, mrr FROM profile_lines WHERE until > $opening_day
),
by_line AS (
    SELECT customer,
        coalesce(sum(mrr) FILTER (WHERE first_day <= $opening_day AND until > $opening_day), 0) AS opening_lines,
        coalesce(sum(mrr) FILTER (WHERE first_day <= $month_opens AND until > $month_opens), 0) AS month_lines,
        coalesce(sum(mrr) FILTER (WHERE until > $closing_day), 0) AS closing_lines,
        max(first_day) FILTER (WHERE mrr > 0 AND first_day <= $opening_day) AS start0,
        max(first_day) FILTER (WHERE mrr > 0) AS start1,
        min(first_day) FILTER (WHERE mrr > 0 AND first_day > $opening_day) AS first_start
    FROM profile_lines GROUP BY customer
),
by_month AS (
    SELECT customer, max(cents) FILTER (WHERE month = $month - 1) AS opening, max(cents) FILTER (WHERE month = $month) AS closing
    FROM moves WHERE month IN ($month - 1, $month) GROUP BY customer
),
-- what pauses and exchange rates make of a customer's revenue is no movement of the customer's, as in the bridge
by_effect AS (
    SELECT customer, sum(CASE WHEN month = $month THEN fx + paused ELSE 0 END) AS apart,
        sum(CASE WHEN month = $month - 1 THEN held ELSE 0 END) AS held
    FROM effects WHERE month IN ($month - 1, $month) GROUP BY customer
),
sides AS (
    SELECT coalesce(l.customer, m.customer) AS customer, l.start0, l.start1, l.first_start,
        coalesce(m.opening, 0) + coalesce(l.opening_lines - l.month_lines, 0) AS m0,
        coalesce(m.closing, 0) AS m1, coalesce(e.apart, 0) AS apart, coalesce(e.held, 0) AS held,
        CASE WHEN coalesce(l.opening_lines = l.month_lines, TRUE) THEN m.opening IS NOT NULL
            ELSE coalesce(m.opening, 0) + l.opening_lines - l.month_lines > 0 END AS here0,
        m.closing IS NOT NULL AS here1,
        coalesce(l.opening_lines <= 0 AND l.closing_lines <= 0, FALSE) AS unserved
    FROM by_line l FULL JOIN by_month m ON m.customer = l.customer
    LEFT JOIN by_effect e ON e.customer = coalesce(l.customer, m.customer)
),
notices AS (
    SELECT customer, max(day) FILTER (WHERE role = 'cancel' AND day <= $opening_day) AS day0,
        max(day) FILTER (WHERE role = 'cancel') AS day1,
        max(day) FILTER (WHERE role = 'reactivate' AND day <= $opening_day) AS back0,
        max(day) FILTER (WHERE role = 'reactivate') AS back1
    FROM profile_notices GROUP BY customer
),
ordered AS (
    -- a service from the last day of a month goes on to the last day of another: from 30 September to 31 October is no gap
    SELECT customer, first_day, max(until) OVER w AS served_until,
        max(CASE WHEN first_day = last_day(first_day) THEN last_day(until) ELSE until END) OVER w AS reached
    FROM served WHERE mrr > 0
    WINDOW w AS (PARTITION BY customer ORDER BY first_day, until ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
gaps AS (
    SELECT customer, served_until FROM ordered WHERE first_day > reached
),
gap_sums AS (
    -- what was paid on the last day before each gap
    SELECT customer, count(*) AS gaps, sum(paid) AS gap_money
    FROM (
        SELECT g.customer, g.served_until, sum(s.mrr) AS paid
        FROM gaps g JOIN served s ON s.customer = g.customer AND s.first_day < g.served_until AND s.until >= g.served_until
        GROUP BY g.customer, g.served_until
    ) AS before_gaps
    GROUP BY customer
),
arrivals AS (
    -- what who is there at neither day paid on the first day
    SELECT a.customer, sum(s.mrr) AS paid
    FROM sides a JOIN served s ON s.customer = a.customer AND s.first_day <= a.first_start AND s.until > a.first_start
    WHERE a.unserved AND NOT a.here0 AND NOT a.here1
    GROUP BY a.customer
),
known AS (
    -- asked only of who comes: where customers are millions, all of them are too many to look among
    SELECT DISTINCT customer FROM spells
    WHERE from_month <= $known_until AND customer IN (SELECT customer FROM sides WHERE NOT here0)
),
states AS (
    SELECT s.m0, s.m1, s.m1 - s.apart AS like1, s.apart, s.held, s.here0, s.here1, k.customer IS NOT NULL AS is_known,
        coalesce(c.day0 >= s.start0 AND (c.back0 IS NULL OR c.back0 < c.day0), FALSE) AS notice0,
        coalesce(c.day1 >= s.start1 AND (c.back1 IS NULL OR c.back1 < c.day1), FALSE) AS notice1,
        coalesce(g.gaps, 0) AS gaps, coalesce(g.gap_money, 0) AS gap_money, coalesce(a.paid, 0) AS arrival
    FROM sides s
    LEFT JOIN notices c ON c.customer = s.customer
    LEFT JOIN gap_sums g ON g.customer = s.customer
    LEFT JOIN arrivals a ON a.customer = s.customer
    LEFT JOIN known k ON k.customer = s.customer
),
judged AS (
    SELECT r.rule, m0, m1, like1, apart, held, here0, here1, is_known, gaps, gap_money, arrival,
        here0 AND NOT (r.rule = 'cancel' AND notice0) AS opened,
        here1 AND NOT (r.rule = 'cancel' AND notice1) AS closed
    FROM states CROSS JOIN (SELECT 'paid' AS rule UNION ALL SELECT 'cancel' AS rule) AS r
),
moved AS (
    SELECT *,
        NOT opened AND closed AS came,
        NOT here0 AND NOT closed AND (here1 OR arrival > 0) AS passed,
        CASE WHEN here1 THEN m1 ELSE arrival END AS passing
    FROM judged
)
SELECT rule,
    coalesce(sum(CASE WHEN opened THEN 1 ELSE 0 END), 0) AS opening_customers,
    coalesce(sum(CASE WHEN came AND NOT here0 AND NOT is_known THEN 1 ELSE 0 END), 0) AS new_customers,
    coalesce(sum(CASE WHEN came AND (here0 OR is_known) THEN 1 ELSE 0 END), 0) AS returned_customers,
    coalesce(sum(CASE WHEN opened AND NOT closed THEN 1 ELSE 0 END), 0) AS lost_customers,
    coalesce(sum(CASE WHEN closed THEN 1 ELSE 0 END), 0) AS closing_customers,
    coalesce(sum(CASE WHEN passed AND NOT is_known THEN 1 ELSE 0 END), 0) AS brief_new_customers,
    coalesce(sum(CASE WHEN passed AND is_known THEN 1 ELSE 0 END), 0) + coalesce(sum(gaps), 0) AS brief_returned_customers,
    coalesce(sum(CASE WHEN opened THEN m0 ELSE 0 END), 0) AS opening,
    coalesce(sum(CASE WHEN came AND NOT here0 AND NOT is_known THEN like1 ELSE 0 END), 0) AS new,
    coalesce(sum(CASE WHEN came AND (here0 OR is_known) THEN like1 ELSE 0 END), 0) AS reactivation,
    coalesce(sum(CASE WHEN opened AND closed AND like1 > m0 THEN like1 - m0 ELSE 0 END), 0) AS expansion,
    coalesce(sum(CASE WHEN opened AND closed AND like1 < m0 THEN m0 - like1 ELSE 0 END), 0) AS contraction,
    coalesce(sum(CASE WHEN opened AND NOT closed THEN m0 + held ELSE 0 END), 0) AS churn,
    coalesce(sum(CASE WHEN closed THEN m1 ELSE 0 END), 0) AS closing,
    coalesce(sum(CASE WHEN passed AND NOT is_known THEN passing ELSE 0 END), 0) AS brief_new,
    coalesce(sum(CASE WHEN passed AND is_known THEN passing ELSE 0 END), 0) + coalesce(sum(gap_money), 0) AS brief_reactivation,
    coalesce(sum(CASE WHEN closed THEN apart WHEN opened THEN held ELSE 0 END), 0) AS apart
FROM moved
GROUP BY rule
ORDER BY rule;
