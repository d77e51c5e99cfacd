-- The key of every text that stands for a customer: the database's own, or the one found by a closer look.
CREATE OR REPLACE TABLE spelled AS
SELECT r.spelling, r.lines, r.first_line, coalesce(o.is_total, FALSE) AS is_total, coalesce(r.key, o.key) AS key,
    coalesce(o.shown, trim(r.spelling)) AS shown,
    CASE WHEN list_contains($none, coalesce(r.key, o.key)) THEN 'no_customer' ELSE '' END AS state
FROM spelled_raw r
LEFT JOIN odd o ON o.spelling = r.spelling;
