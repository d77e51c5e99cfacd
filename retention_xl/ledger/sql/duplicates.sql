-- Lines that repeat an earlier one in every cell, of those whose hash is met twice. `id_repeats`: the number that the source gives the line repeats too.
CREATE OR REPLACE TABLE duplicates AS
WITH candidates AS (
    SELECT l.line, s.line_hash, l.customer, l.day, l.own_cents, s.raw_line
    FROM lines l JOIN source s ON s.line = l.line
    WHERE s.line_hash IN (SELECT line_hash FROM met_twice) AND s.damage = ''
),
counted AS (
    SELECT *,
        row_number() OVER same AS nth,
        min(line) OVER (PARTITION BY line_hash, customer, day, own_cents, raw_line) AS original
    FROM candidates
    WINDOW same AS (PARTITION BY line_hash, customer, day, own_cents, raw_line ORDER BY line)
)
SELECT line, original, raw_line <> '' AS id_repeats
FROM counted WHERE nth > 1;
