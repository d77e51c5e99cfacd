-- The days on which customers cancelled, by the ledger's own lines.
CREATE OR REPLACE TABLE stops AS
SELECT l.customer, coalesce(b.subscription, lower(l.plan)) AS subscription, l.day
FROM lines l LEFT JOIN subscriptions b ON b.line = l.line
WHERE l.role = 'cancel' AND l.refusal = '';
