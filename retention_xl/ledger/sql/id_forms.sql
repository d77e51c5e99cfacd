-- A bare number where nearly all ids share a lettered form (C000000123), equal to the digits of one of them, lost its letters
-- in a spreadsheet (`damaged`); the same holds for leading zeros. One that equals no other stays a customer, `unlike` the others.
CREATE OR REPLACE TABLE forms AS
WITH keyed AS (
    SELECT key, sum(lines) AS lines, min(first_line) AS first_line, rtrim(key, '0123456789') AS stem
    FROM spelled WHERE state = '' GROUP BY key
),
form AS (
    SELECT key, first_line, lines,
        CASE
            WHEN length(key) - length(stem) NOT BETWEEN 1 AND 18 THEN '?'
            WHEN stem = '' THEN CAST(length(key) AS VARCHAR)
            WHEN translate(stem, '0123456789', '') = stem THEN stem
            ELSE '?'
        END AS form,
        TRY_CAST(right(key, least(length(key) - length(stem), 18)) AS BIGINT) AS number
    FROM keyed
),
shared AS (
    SELECT form, sum(lines) AS form_lines, bool_or(starts_with(key, '0')) AS has_zeros FROM form GROUP BY form
)
SELECT f.key, f.first_line, f.lines, f.form, f.number, s.form_lines, (SELECT sum(lines) FROM form) AS all_lines, s.has_zeros
FROM form f JOIN shared s ON s.form = f.form;

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

DROP TABLE forms;
