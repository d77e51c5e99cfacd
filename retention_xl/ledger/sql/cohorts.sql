-- Customers by the month they were first active and the months since.
SELECT first_month, month - first_month AS age, count(*) AS customers, sum(cents) AS cents
FROM moves WHERE month <= $month
GROUP BY first_month, month - first_month
ORDER BY 1, 2;
