-- The month ends inside a pause, with the revenue that was held.
CREATE OR REPLACE TABLE paused_months AS
SELECT h.customer, CAST(h.from_month + d.step AS INTEGER) AS month, h.line, h.mrr
FROM held_services h
JOIN (SELECT CAST(unnest(range(25)) AS INTEGER) AS step) d ON h.from_month + d.step < h.to_month
WHERE h.from_month + d.step <= (SELECT last_month FROM extent);
