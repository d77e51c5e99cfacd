-- The months of each line's service where no line says when it ends.
SELECT *, '' AS ending, CAST(NULL AS DATE) AS until, CASE WHEN $has_term THEN term_months WHEN $has_start THEN 0 ELSE 1 END AS months
FROM begun
