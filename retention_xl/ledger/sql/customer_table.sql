-- The customers active in the window, each with its months in order, NULL where not active.
WITH active AS (
    SELECT DISTINCT customer, first_month FROM moves WHERE month BETWEEN $since AND $month
),
grid AS (
    SELECT a.customer, a.first_month, CAST(w.month AS INTEGER) AS month
    FROM active a CROSS JOIN (SELECT unnest(range(CAST($since AS INTEGER), CAST($month AS INTEGER) + 1)) AS month) w
)
SELECT c.name, any_value(g.first_month), list(m.cents ORDER BY g.month)
FROM grid g
JOIN customers c ON c.customer = g.customer
LEFT JOIN moves m ON m.customer = g.customer AND m.month = g.month
GROUP BY c.name
ORDER BY c.name;
