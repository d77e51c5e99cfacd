-- Usage of a month and the two before it, a third each.
INSERT INTO adjustments
SELECT customer, month, share_of(CAST(sum(cents) AS BIGINT), 3), 'usage'
FROM (
    SELECT l.customer, CAST(l.month + d.step AS INTEGER) AS month, l.cents
    FROM lines l CROSS JOIN (SELECT CAST(unnest(range(3)) AS INTEGER) AS step) d
    WHERE l.role = 'usage' AND l.refusal = ''
) u
WHERE month <= (SELECT last_month FROM extent)
GROUP BY customer, month
HAVING sum(cents) > 0;
