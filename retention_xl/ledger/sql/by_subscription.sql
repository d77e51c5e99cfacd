-- Each subscription as a customer of its own. A line that names none belongs to the customer's only one, if there is only one.
CREATE OR REPLACE TABLE line_subscriptions AS
WITH named AS (
    SELECT l.line, l.customer, coalesce(b.subscription, lower(x.plan)) AS subscription,
        coalesce(nullif(trim(s.raw_subscription), ''), x.plan) AS shown
    FROM lines l
    JOIN texts x ON x.texts = l.texts
    JOIN source s ON s.line = l.line
    LEFT JOIN subscriptions b ON b.line = l.line
    WHERE l.customer IS NOT NULL
),
sole AS (
    SELECT customer, min(subscription) AS subscription, min(shown) AS shown
    FROM named WHERE subscription <> '' GROUP BY customer HAVING count(DISTINCT subscription) = 1
)
SELECT n.line, n.customer, CASE WHEN n.subscription = '' THEN coalesce(o.subscription, '') ELSE n.subscription END AS subscription,
    CASE WHEN n.subscription = '' THEN coalesce(o.shown, '') ELSE n.shown END AS shown
FROM named n LEFT JOIN sole o ON o.customer = n.customer;

CREATE OR REPLACE TABLE subscribers AS
SELECT CAST(row_number() OVER (ORDER BY min(line)) AS INTEGER) AS number, customer, subscription, min(shown) AS shown
FROM line_subscriptions GROUP BY customer, subscription;

UPDATE lines SET customer = (
    SELECT max(n.number) FROM line_subscriptions s
    JOIN subscribers n ON n.customer = s.customer AND n.subscription = s.subscription
    WHERE s.line = lines.line
) WHERE customer IS NOT NULL;

CREATE OR REPLACE TABLE customers AS
SELECT n.number AS customer, CASE WHEN n.subscription = '' THEN c.key ELSE c.key || ' / ' || n.subscription END AS key,
    CASE WHEN n.subscription = '' THEN c.name ELSE c.name || ' / ' || n.shown END AS name, c.usual
FROM subscribers n JOIN customers c ON c.customer = n.customer;

-- Tables beside the ledger know customers: `siblings` are the subscriptions of one (supporting/siblings*.sql).
CREATE OR REPLACE TABLE siblings AS SELECT number, customer AS owner, subscription FROM subscribers;

UPDATE spellings SET customer = (SELECT min(n.number) FROM siblings n WHERE n.owner = spellings.customer);

DROP TABLE line_subscriptions; DROP TABLE subscribers;
