-- The days on which customers cancelled, by the ledger's own lines; and those on which the table of cancellations says that
-- notice was given (`notices`), which then stand for the lines of their customer.
CREATE OR REPLACE TABLE stops AS
SELECT l.customer, coalesce(b.subscription, lower(x.plan)) AS subscription, l.day
FROM lines l JOIN texts x ON x.texts = l.texts LEFT JOIN subscriptions b ON b.line = l.line
WHERE l.role = 'cancel' AND l.refusal = ''
  AND l.customer NOT IN (SELECT c.customer FROM notices n JOIN customers c ON c.key = n.key)
UNION
SELECT c.customer, '', n.day FROM notices n JOIN customers c ON c.key = n.key;
