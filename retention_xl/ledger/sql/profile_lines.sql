-- The recurring lines that serve a day of the windows that end with the closing day.
CREATE OR REPLACE TABLE profile_lines AS
SELECT customer, first_day, until, mrr
FROM lines
WHERE refusal = '' AND role = 'recurring' AND until > $earliest AND first_day <= $closing_day;
