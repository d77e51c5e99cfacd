-- A customer's cancellation is that of the subscriptions which ended with it: within 45 days of the end it states, or within a
-- year of the notice. Where none has, it is that of all that still ran.
CREATE OR REPLACE TABLE table_cancellations AS
WITH lasted AS (
    SELECT s.number, s.owner, max(coalesce(l.until, l.day)) AS until,
        coalesce((SELECT max(month) FROM moves m WHERE m.customer = s.number), 0) < (SELECT last_month FROM extent) AS over
    FROM siblings s JOIN lines l ON l.customer = s.number AND l.refusal = '' AND l.role IN ('recurring', 'purchase')
    GROUP BY s.number, s.owner
),
meant AS (
    SELECT t.*, l.number, l.until >= coalesce(t.notice, t.day) AS runs,
        l.over AND CASE
            WHEN t.day IS NOT NULL THEN abs(days_between(l.until, t.day)) <= 45
            ELSE days_between(l.until, t.notice) BETWEEN 0 AND 366
        END AS ended
    FROM table_cancellations t
    JOIN siblings o ON o.number = t.customer
    JOIN lasted l ON l.owner = o.owner
),
told AS (
    SELECT *, bool_or(ended) OVER (PARTITION BY line) AS any_ended FROM meant
)
SELECT * EXCLUDE (number, runs, ended, any_ended) REPLACE (number AS customer)
FROM told
WHERE CASE WHEN any_ended THEN ended ELSE runs END;
