-- Arrivals stand in their own month, losses in the month after the last active one. What rates of exchange and pauses make of
-- a customer's revenue (`effects`) is no movement of the customer's: `like_cents` is revenue without it.
WITH moved AS (
    SELECT m.*, m.cents - coalesce(e.fx, 0) - coalesce(e.paused, 0) AS like_cents, coalesce(e.fx, 0) AS fx,
        coalesce(e.paused, 0) AS paused, coalesce(e.held, 0) AS held
    FROM moves m LEFT JOIN effects e ON e.customer = m.customer AND e.month = m.month
),
arrivals AS (
    SELECT month,
        sum(cents) AS closing,
        count(*) AS closing_customers,
        coalesce(sum(like_cents) FILTER (WHERE before_month IS NULL), 0) AS new,
        count(*) FILTER (WHERE before_month IS NULL) AS new_customers,
        coalesce(sum(like_cents) FILTER (WHERE before_month < month - 1), 0) AS reactivation,
        count(*) FILTER (WHERE before_month < month - 1) AS reactivated_customers,
        coalesce(sum(like_cents - before_cents) FILTER (WHERE before_month = month - 1 AND like_cents > before_cents), 0) AS expansion,
        count(*) FILTER (WHERE before_month = month - 1 AND like_cents > before_cents) AS expanded_customers,
        coalesce(sum(before_cents - like_cents) FILTER (WHERE before_month = month - 1 AND like_cents < before_cents), 0) AS contraction,
        count(*) FILTER (WHERE before_month = month - 1 AND like_cents < before_cents) AS contracted_customers,
        coalesce(sum(before_cents) FILTER (WHERE before_month = month - 1), 0) AS kept_opening,
        sum(fx) AS fx, sum(paused) AS paused
    FROM moved WHERE month <= $month GROUP BY month
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
