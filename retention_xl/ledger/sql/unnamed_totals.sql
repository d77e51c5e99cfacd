-- A line without a customer and a date that holds the sum of all others is their total, whether or not a word says so.
SELECT max(l.line) FROM lines l
WHERE l.refusal = 'no_customer' AND l.day IS NULL AND l.own_cents <> 0
  AND l.own_cents = (SELECT sum(o.own_cents) FROM lines o WHERE o.refusal NOT IN ('no_customer', 'total_line'));
