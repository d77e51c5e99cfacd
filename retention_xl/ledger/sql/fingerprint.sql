-- Each line's numbers become one number in two ways that do not cancel out, the texts beside them are hashed once for all
-- lines that share them. In whole numbers only, so that every engine finds the same.
WITH marked AS (
    SELECT customer, residue(hash_number(key)) AS mark FROM customers
),
numbered AS (
    SELECT l.role, l.currency, l.texts,
        c.mark AS a, residue(l.own_cents) AS b, coalesce(residue(l.cents), 0) AS c,
        days_between(l.day, DATE '1970-01-01') AS d,
        coalesce(l.months * 8191 + days_between(l.first_day, l.day) * 131 + days_between(l.until, l.day), 0) AS e
    FROM lines l JOIN marked c ON c.customer = l.customer
    WHERE l.refusal = ''
),
mixed AS (
    SELECT *, residue(a + b * 48271 + c * 16807 + d * 69621 + e * 40692) AS one,
        residue(a * 39373 + b + c * 742938 + d * 950706 + e * 22695) AS other
    FROM numbered
),
stirred AS (
    SELECT *, one * one % 2147483647 * other % 2147483647 AS first, other * other % 2147483647 * other % 2147483647 AS second
    FROM mixed
),
summed AS (
    SELECT role, currency, texts, count(*) AS lines, sum(first) AS first, sum(second) AS second
    FROM stirred GROUP BY role, currency, texts
),
grouped AS (
    SELECT s.role, s.currency, x.plan, x.tier, x.region, x.channel, x.reason,
        CAST(sum(s.lines) AS BIGINT) AS lines, sum(s.first) AS first, sum(s.second) AS second
    FROM summed s JOIN texts x ON x.texts = s.texts
    GROUP BY s.role, s.currency, x.plan, x.tier, x.region, x.channel, x.reason
)
SELECT coalesce(sum(lines), 0),
    coalesce(sum(CAST(hash_number(concat_ws('|', role, currency, plan, tier, region, channel, reason, lines, first, second))
        AS DECIMAL(38, 0))), 0)
FROM grouped;
