-- Recurring lines billed together for one service: what overlaps, renews, ends and pauses. `subscription` is the ledger's own
-- column, else the plan, else nothing: then a customer has one. `line` is the first of the lines.
CREATE OR REPLACE TABLE services AS
SELECT l.customer, coalesce(b.subscription, lower(x.plan)) AS subscription, l.currency, l.day, l.first_day, l.until,
    l.months, l.first_month, l.covered, CAST(sum(l.mrr) AS BIGINT) AS mrr, CAST(sum(l.own_cents) AS BIGINT) AS own_cents,
    CAST(sum(share_of(l.own_cents, l.months)) AS BIGINT) AS own_mrr, CAST(sum(l.cents) AS BIGINT) AS cents, min(l.line) AS line
FROM lines l
JOIN texts x ON x.texts = l.texts
LEFT JOIN subscriptions b ON b.line = l.line
WHERE l.role = 'recurring' AND l.refusal = ''
  AND ($everyone OR l.customer IN (SELECT customer FROM looked_at))
GROUP BY l.customer, coalesce(b.subscription, lower(x.plan)), l.currency, l.day, l.first_day, l.until, l.months, l.first_month,
    l.covered;
