-- The steps 0, 1, ... of a service of so many months, for those lengths that occur.
CREATE OR REPLACE TABLE spans AS
SELECT covered, CAST(unnest(range(covered)) AS INTEGER) AS step
FROM (SELECT DISTINCT covered FROM lines WHERE role = 'recurring' AND refusal = '' AND covered > 0);
