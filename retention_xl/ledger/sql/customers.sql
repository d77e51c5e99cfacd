-- One row for each customer, numbered in the order they first appear; `spellings` leads from the text in the source to it.
-- A bare number where nearly all ids share a lettered form (C000000123), equal to the digits of one of them, lost its letters
-- in a spreadsheet; the same holds for leading zeros. Such an id has `meant` (the id it seems to be) and no
-- customer. One that equals no other stays a customer, `unlike` the others.
CREATE OR REPLACE TABLE forms AS
WITH keyed AS (
    SELECT key, sum(lines) AS lines, min(first_line) AS first_line
    FROM spelled WHERE state = '' GROUP BY key
),
form AS (
    SELECT key, first_line, lines,
        CASE
            WHEN regexp_full_match(key, '[^0-9]+[0-9]{1,18}') THEN regexp_replace(key, '[0-9]+$', '')
            WHEN regexp_full_match(key, '[0-9]{1,18}') THEN CAST(length(key) AS VARCHAR)
            ELSE '?'
        END AS form,
        TRY_CAST(regexp_extract(key, '[0-9]{1,18}$') AS BIGINT) AS number
    FROM keyed
)
SELECT *, sum(lines) OVER (PARTITION BY form) AS form_lines, sum(lines) OVER () AS all_lines,
    bool_or(starts_with(key, '0')) OVER (PARTITION BY form) AS has_zeros
FROM form;

CREATE OR REPLACE TABLE damaged AS
SELECT bare.key, min(whole.key) AS meant
FROM forms bare
JOIN forms whole ON whole.number = bare.number AND whole.form <> bare.form
WHERE regexp_full_match(bare.key, '[0-9]{1,18}')
  AND whole.form_lines >= 0.95 * whole.all_lines
  AND (regexp_full_match(whole.form, '[^0-9?].*') OR (whole.has_zeros AND length(whole.key) > length(bare.key)))
GROUP BY bare.key;

CREATE OR REPLACE TABLE unlike AS
SELECT key FROM forms
WHERE regexp_full_match(key, '[0-9]{1,18}') AND key NOT IN (SELECT key FROM damaged)
  AND EXISTS (SELECT 1 FROM forms w WHERE regexp_full_match(w.form, '[^0-9?].*') AND w.form_lines >= 0.95 * w.all_lines);

CREATE OR REPLACE TABLE customers AS
SELECT CAST(row_number() OVER (ORDER BY f.first_line) AS INTEGER) AS customer, f.key, s.name, s.usual
FROM forms f
JOIN (SELECT key, arg_min(trim(spelling), first_line) AS name, arg_max(trim(spelling), (lines, -first_line)) AS usual
      FROM spelled WHERE state = '' GROUP BY key) s USING (key)
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

DROP TABLE forms; DROP TABLE unlike; DROP TABLE damaged; DROP TABLE spelled; DROP TABLE spelled_raw;
