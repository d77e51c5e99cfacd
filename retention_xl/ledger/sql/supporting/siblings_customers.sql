-- What is known of a customer holds for each of its subscriptions; a row of the subscription itself comes first.
CREATE OR REPLACE TABLE table_customers AS
SELECT t.* REPLACE (s.number AS customer)
FROM table_customers t
JOIN siblings o ON o.number = t.customer
JOIN siblings s ON s.owner = o.owner
QUALIFY row_number() OVER (PARTITION BY s.number ORDER BY CASE WHEN s.number = t.customer THEN 0 ELSE 1 END, t.line) = 1;
