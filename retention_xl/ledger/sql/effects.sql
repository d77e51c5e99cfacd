-- What a customer's revenue changes by in a month without a movement of its own: rates of exchange, and pauses.
INSERT INTO effects
SELECT customer, month, CAST(sum(fx) AS BIGINT), CAST(sum(paused) AS BIGINT), CAST(sum(held) AS BIGINT)
FROM (
    SELECT customer, month, fx, 0 AS paused, 0 AS held FROM exchanged
    UNION ALL SELECT customer, month, 0, -held, held FROM holds
    UNION ALL SELECT customer, month + 1, 0, held, 0 FROM holds
) e
GROUP BY customer, month;
