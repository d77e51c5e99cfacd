-- Recurring lines that were not paid when the ledger was written, with the day their payment was due (`$texts`: such statuses).
CREATE OR REPLACE TABLE unpaid AS
SELECT l.line, coalesce(s.exact_due, plain_day(s.text_due), d.day, l.day) AS due
FROM lines l
JOIN source s ON s.line = l.line
LEFT JOIN read_dates d ON d.field = 'due' AND d.text = s.text_due
WHERE l.role = 'recurring' AND l.refusal = '' AND list_contains($texts, s.raw_status);
