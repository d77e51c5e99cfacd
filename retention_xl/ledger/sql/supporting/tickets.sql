-- Tickets open at some time in the months shown. One closed after the month's end was open then, and an answer was due.
WITH timed AS (
    SELECT line, customer, opened, CASE WHEN closed <= $month_end THEN closed END AS closed,
        coalesce(CAST(response_hours AS DOUBLE), CAST(response_minutes AS DOUBLE) / 60) AS hours
    FROM table_tickets
    WHERE opened <= $month_end
)
SELECT c.name, t.opened, t.closed, CASE WHEN t.opened + CAST(floor(t.hours / 24) AS INTEGER) <= $month_end THEN t.hours END
FROM timed t
JOIN customers c USING (customer)
WHERE t.closed IS NULL OR t.closed >= $first_day
ORDER BY t.opened, c.name, t.line;
