-- Arrivals stand in their own month, losses in the month after the last active one. What rates of exchange and pauses make of
-- a customer's revenue (`effects`) is no movement of the customer's: `like_cents` is revenue without it.
WITH moved AS (
    SELECT m.*, m.cents - coalesce(e.fx, 0) - coalesce(e.paused, 0) AS like_cents, coalesce(e.fx, 0) AS fx,
        coalesce(e.paused, 0) AS paused, coalesce(e.held, 0) AS held
    FROM moves m LEFT JOIN effects e ON e.customer = m.customer AND e.month = m.month
),
-- how each active customer month came about: 1 new, 2 back again, 3 more than before, 4 less, 5 the same
came AS (
    SELECT month, how, count(*) AS customers, sum(cents) AS cents, sum(like_cents) AS like_cents,
        sum(CASE WHEN how > 2 THEN before_cents ELSE 0 END) AS before_cents, sum(fx) AS fx, sum(paused) AS paused
    FROM (
        SELECT *,
            CASE
                WHEN before_month IS NULL THEN 1
                WHEN before_month < month - 1 THEN 2
                WHEN like_cents > before_cents THEN 3
                WHEN like_cents < before_cents THEN 4
                ELSE 5
            END AS how
        FROM moved WHERE month <= $month
    ) h
    GROUP BY month, how
),
arrivals AS (
    SELECT month, sum(cents) AS closing, sum(customers) AS closing_customers,
        sum(like_cents) FILTER (WHERE how = 1) AS new,
        sum(customers) FILTER (WHERE how = 1) AS new_customers,
        sum(like_cents) FILTER (WHERE how = 2) AS reactivation,
        sum(customers) FILTER (WHERE how = 2) AS reactivated_customers,
        sum(like_cents - before_cents) FILTER (WHERE how = 3) AS expansion,
        sum(customers) FILTER (WHERE how = 3) AS expanded_customers,
        sum(before_cents - like_cents) FILTER (WHERE how = 4) AS contraction,
        sum(customers) FILTER (WHERE how = 4) AS contracted_customers,
        sum(before_cents) AS kept_opening, sum(fx) AS fx, sum(paused) AS paused
    FROM came GROUP BY month
),
losses AS (
    SELECT month + 1 AS month, sum(cents + held) AS churn, count(*) AS lost_customers, sum(held) AS held
    FROM moved
    WHERE month < $month AND (after_month IS NULL OR after_month > month + 1)
    GROUP BY month + 1
)
SELECT coalesce(a.month, l.month) AS month,
    coalesce(new, 0), coalesce(reactivation, 0), coalesce(expansion, 0), coalesce(contraction, 0), coalesce(churn, 0),
    coalesce(closing, 0), coalesce(new_customers, 0), coalesce(reactivated_customers, 0), coalesce(expanded_customers, 0),
    coalesce(contracted_customers, 0), coalesce(lost_customers, 0), coalesce(closing_customers, 0), coalesce(kept_opening, 0),
    coalesce(fx, 0), coalesce(paused, 0) + coalesce(held, 0)
FROM arrivals a FULL JOIN losses l ON l.month = a.month
ORDER BY 1;
