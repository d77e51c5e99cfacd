-- Of the customers whose first 365 days are over by the end of the month: how many bought again, on another day, within them.
WITH bought AS (
    SELECT DISTINCT customer, day FROM lines WHERE role = 'purchase' AND refusal = '' AND day <= $month_end
),
firsts AS (
    SELECT customer, min(day) AS first_day FROM bought GROUP BY customer
),
again AS (
    SELECT f.customer, f.first_day, bool_or(b.day > f.first_day AND b.day <= f.first_day + 365) AS came_back
    FROM firsts f JOIN bought b ON b.customer = f.customer
    GROUP BY f.customer, f.first_day
)
SELECT m.month, count(a.customer) AS customers, count(*) FILTER (WHERE a.came_back) AS repeaters
FROM asked_months m
LEFT JOIN again a ON a.first_day + 365 <= m.month_end
GROUP BY m.month
ORDER BY m.month;
