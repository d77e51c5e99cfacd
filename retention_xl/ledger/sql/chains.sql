-- Which service goes on which: of the same subscription and term, from the day the earlier one ends or a few days later.
CREATE OR REPLACE TABLE chains AS
SELECT e.line AS earlier, c.line AS later
FROM (SELECT s.*, s.until + d.days AS goes_on FROM services s CROSS JOIN (SELECT CAST(unnest(range(CAST($late AS INTEGER) + 1)) AS INTEGER) AS days) d) e
JOIN services c ON c.customer = e.customer AND c.subscription = e.subscription AND c.months = e.months
    AND c.first_day = e.goes_on AND c.line <> e.line;
