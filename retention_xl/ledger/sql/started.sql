-- The first day in the ledger of every customer who was ever active by $month: of the earliest line of its first month.
WITH first AS (
    SELECT customer, min(from_month) AS month FROM spells WHERE from_month <= $month GROUP BY customer
)
SELECT c.name, min(CASE WHEN l.role = 'recurring' THEN l.first_day ELSE l.day END)
FROM first f
JOIN lines l ON l.customer = f.customer AND l.refusal = '' AND l.role IN ('recurring', 'purchase')
    AND coalesce(l.first_month, l.month) = f.month
JOIN customers c ON c.customer = f.customer
GROUP BY c.name
ORDER BY c.name;
