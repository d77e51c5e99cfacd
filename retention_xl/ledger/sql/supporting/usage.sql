-- The use of each feature by customer and month, with the first day the customer ever used it.
SELECT c.name, t.feature, t.month, t.uses, min(t.first_day) OVER (PARTITION BY t.customer, t.feature)
FROM table_usage t
JOIN customers c USING (customer)
WHERE t.month <= $month
QUALIFY t.month >= $since
ORDER BY c.name, t.feature, t.month;
