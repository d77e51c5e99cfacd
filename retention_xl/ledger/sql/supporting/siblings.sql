-- Where subscriptions are counted: an id of a customer is that of the subscription that ran longest, of several the first; what
-- the ledger calls a subscription is an id too, where only one is called so and no customer is.
CREATE OR REPLACE TABLE ids_of_siblings AS
WITH ran AS (
    SELECT s.number, s.owner, s.subscription, coalesce((SELECT max(month) FROM moves m WHERE m.customer = s.number), 0) AS last_month
    FROM siblings s
),
main AS (
    SELECT owner, arg_max(number, (last_month, -number)) AS number FROM ran GROUP BY owner
)
SELECT k.key, n.number AS customer, c.name
FROM known_customers k
JOIN siblings s ON s.number = k.customer
JOIN main n ON n.owner = s.owner
JOIN customers c ON c.customer = n.number
UNION ALL
SELECT s.subscription, min(s.number), min(c.name)
FROM siblings s JOIN customers c ON c.customer = s.number
WHERE s.subscription <> '' AND s.subscription NOT IN (SELECT key FROM known_customers)
GROUP BY s.subscription HAVING count(*) = 1;

CREATE OR REPLACE TABLE known_customers AS SELECT * FROM ids_of_siblings;
DROP TABLE ids_of_siblings;
