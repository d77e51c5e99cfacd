-- The same as in customers.sql where each customer has one spelling and no id looks damaged.
CREATE OR REPLACE TABLE customers AS
SELECT CAST(row_number() OVER (ORDER BY first_line) AS INTEGER) AS customer, key, shown AS name, shown AS usual
FROM spelled WHERE state = '';

CREATE OR REPLACE TABLE spellings AS
SELECT p.spelling, c.customer, p.is_total, p.state, c.customer IS NOT NULL AND p.spelling <> c.usual AS respelled,
    FALSE AS unlike, coalesce(CASE WHEN p.spelling <> c.usual THEN c.usual END, '') AS meant
FROM spelled p LEFT JOIN customers c ON c.key = p.key AND p.state = '';

DROP TABLE spelled; DROP TABLE spelled_raw;
