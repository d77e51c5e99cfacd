-- Lines of `named_totals` that hold the sum of all lines above them, or of those since the one of them before.
CREATE OR REPLACE TABLE dated_totals AS
WITH bounds AS (
    SELECT line, cents, coalesce(lag(line) OVER (ORDER BY line), 0) AS before FROM named_totals
)
SELECT b.line
FROM bounds b
JOIN lines o ON o.line < b.line AND o.refusal = ''
WHERE o.line NOT IN (SELECT line FROM named_totals)
GROUP BY b.line, b.cents
HAVING (count(*) > 1 AND sum(o.own_cents) = b.cents)
    OR (count(*) FILTER (WHERE o.line > b.before) > 1 AND sum(o.own_cents) FILTER (WHERE o.line > b.before) = b.cents);
