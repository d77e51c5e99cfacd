-- The rate of every day from the first one stated, each holding until the next.
CREATE OR REPLACE TABLE day_rates AS
SELECT currency, from_day + CAST(step AS INTEGER) AS day, rate
FROM (SELECT currency, from_day, rate, unnest(range(days_between(to_day, from_day))) AS step FROM rate_steps);
