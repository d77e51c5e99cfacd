-- Cancellations, and those taken back, of the customers with such lines, up to the closing day.
CREATE OR REPLACE TABLE profile_notices AS
SELECT customer, role, day
FROM lines
WHERE refusal = '' AND role IN ('cancel', 'reactivate') AND day <= $closing_day
    AND customer IN (SELECT customer FROM profile_lines);
