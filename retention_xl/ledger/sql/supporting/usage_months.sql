-- Usage as it is kept: a row for each customer, feature and month. Without a count every row of the table is one use.
SELECT customer, feature, coalesce(month, period_number(day)) AS month,
    CAST(sum(coalesce(uses, 1)) AS DOUBLE) AS uses, min(coalesce(day, period_last(month - 1) + 1)) AS first_day
FROM taken
GROUP BY ALL
HAVING sum(coalesce(uses, 1)) > 0
