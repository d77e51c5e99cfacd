SELECT count(*), coalesce(sum(CAST('0x' || left(sha256(text), 15) AS BIGINT)), 0)
FROM (
    SELECT concat_ws('|', c.key, l.day - DATE '1970-01-01', l.role, l.own_cents, l.currency, l.cents, l.months, l.first_day - l.day,
        l.until - l.day, l.plan, l.tier, l.region, l.channel, l.reason) AS text
    FROM lines l JOIN customers c USING (customer)
    WHERE l.refusal = ''
);
