-- Customers whose services need a closer look: with invoices of several days for one month's end, or with lines that a policy
-- acts on.
CREATE OR REPLACE TABLE looked_at AS
SELECT customer FROM cells WHERE $overlap AND invoices > 1
UNION
SELECT customer FROM lines
WHERE refusal = ''
  AND (role = 'pause' OR ($overlap AND role = 'credit') OR ($stops AND role = 'cancel')
    OR ($refunds AND role IN ('refund', 'credit')))
UNION
SELECT l.customer FROM lines l JOIN unpaid u ON u.line = l.line WHERE $unpaid
UNION
SELECT c.customer FROM notices n JOIN customers c ON c.key = n.key;
