-- The total of each currency straight from the raw column, by a way that does not pass through the cleaned lines.
CREATE OR REPLACE TABLE raw_totals AS
SELECT coalesce(currency, '') AS currency, sum(own) AS own_cents, sum(converted(own, rate)) AS cents
FROM told
GROUP BY coalesce(currency, '');
