-- One row for each customer, numbered in the order they first appear; `spellings` leads from the text in the source to it.
-- A damaged id has `meant` (the id it seems to be) and no customer.
CREATE OR REPLACE TABLE customers AS
SELECT CAST(row_number() OVER (ORDER BY f.first_line) AS INTEGER) AS customer, f.key, f.name, f.usual
FROM (
    SELECT key, min(first_line) AS first_line, arg_min(shown, first_line) AS name,
        arg_max(shown, (lines, -first_line)) AS usual
    FROM spelled WHERE state = '' GROUP BY key
) f
WHERE f.key NOT IN (SELECT key FROM damaged);

CREATE OR REPLACE TABLE spellings AS
SELECT p.spelling, c.customer, p.is_total,
    CASE WHEN p.state <> '' THEN p.state WHEN d.key IS NOT NULL THEN 'damaged_id' ELSE '' END AS state,
    c.customer IS NOT NULL AND p.spelling <> c.usual AS respelled,
    c.customer IS NOT NULL AND u.key IS NOT NULL AS unlike,
    coalesce(m.name, CASE WHEN p.spelling <> c.usual THEN c.usual END, '') AS meant
FROM spelled p
LEFT JOIN customers c ON c.key = p.key AND p.state = ''
LEFT JOIN damaged d ON d.key = p.key AND p.state = ''
LEFT JOIN customers m ON m.key = d.meant
LEFT JOIN unlike u ON u.key = p.key AND p.state = '';

DROP TABLE unlike; DROP TABLE damaged; DROP TABLE spelled; DROP TABLE spelled_raw;
