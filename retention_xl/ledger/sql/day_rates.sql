-- The rate of every day from the first one stated, each holding until the next.
CREATE OR REPLACE TABLE day_rates AS
SELECT currency, CAST(unnest(range(from_day, to_day, INTERVAL 1 DAY)) AS DATE) AS day, rate FROM rate_steps;
