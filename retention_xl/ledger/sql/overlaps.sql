-- An early renewal or an upgrade: a later invoice of the same subscription that starts inside the service of an earlier one and
-- outlasts it takes its place from there. Not so where the earlier one is itself renewed at its end, or the later one renews
-- another: those are subscriptions side by side. Lines of one day, and additions that end with the term, add up.
INSERT INTO replaced
SELECT a.line, min(b.line), min(b.first_month)
FROM services a
JOIN spans s ON s.covered = a.covered
JOIN services b ON b.customer = a.customer AND b.subscription = a.subscription AND b.first_month = a.first_month + s.step
    AND b.first_day > a.first_day AND b.day > a.day AND b.until > a.until
WHERE a.mrr > 0 AND b.mrr > 0
  AND a.line NOT IN (SELECT earlier FROM chains) AND b.line NOT IN (SELECT later FROM chains)
GROUP BY a.line;

-- A credit note for the whole of an invoice, followed within 31 days by an invoice of another amount for the same subscription
-- and term that starts inside the credited service: it bills the service anew, and the credited invoice gives way.
INSERT INTO replaced
WITH notes AS (
    SELECT DISTINCT customer, currency, day, -own_cents AS own_cents FROM lines
    WHERE role = 'credit' AND refusal = '' AND own_cents < 0 AND customer IN (SELECT customer FROM services)
),
credited AS (
    SELECT n.day AS note_day, o.*,
        row_number() OVER (PARTITION BY n.customer, n.currency, n.day, n.own_cents ORDER BY o.first_day DESC, o.line DESC) AS nearest
    FROM notes n
    JOIN services o ON o.customer = n.customer AND o.currency = n.currency AND o.own_cents = n.own_cents
        AND o.day <= n.day AND o.first_day <= n.day AND n.day < o.until
),
anew AS (
    SELECT c.line, r.line AS by_line, r.first_month,
        row_number() OVER (PARTITION BY c.line ORDER BY r.day, r.line) AS nth
    FROM credited c
    JOIN services r ON r.customer = c.customer AND r.subscription = c.subscription AND r.currency = c.currency
        AND r.months = c.months AND r.own_cents <> c.own_cents AND r.line <> c.line
        AND r.day >= c.note_day AND r.day <= c.note_day + 31 AND r.first_day >= c.first_day AND r.first_day < c.until
    WHERE c.nearest = 1 AND r.mrr > 0
      AND NOT EXISTS (SELECT 1 FROM chains h WHERE h.later = r.line AND h.earlier <> c.line)
)
SELECT line, by_line, first_month FROM anew
WHERE nth = 1 AND line NOT IN (SELECT line FROM replaced);

INSERT INTO unserved
SELECT a.line, a.first_month + s.step, 'overlap'
FROM replaced r
JOIN services a ON a.line = r.line
JOIN spans s ON s.covered = a.covered
WHERE a.first_month + s.step >= r.from_month;
