-- What the months taken out and put in are worth to each customer.
INSERT INTO adjustments
WITH taken_out AS (SELECT line, month, min(policy) AS policy FROM unserved GROUP BY line, month)
SELECT s.customer, t.month, CAST(-sum(s.mrr) AS BIGINT), t.policy
FROM taken_out t JOIN services s ON s.line = t.line
WHERE t.month <= (SELECT last_month FROM extent)
GROUP BY s.customer, t.month, t.policy;

INSERT INTO adjustments
SELECT s.customer, a.month, CAST(sum(s.mrr) AS BIGINT), a.policy
FROM added a JOIN services s ON s.line = a.line
WHERE a.month <= (SELECT last_month FROM extent)
GROUP BY s.customer, a.month, a.policy;
