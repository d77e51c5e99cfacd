-- The total of each currency straight from the raw column, by a way that does not pass through the cleaned lines.
CREATE OR REPLACE TABLE raw_totals AS
SELECT coalesce(c.currency, '') AS currency,
    sum(coalesce(plain_cents(s.raw_amount), a.cents)) AS own_cents,
    sum(converted(coalesce(plain_cents(s.raw_amount), a.cents), c.rate)) AS cents
FROM source s
LEFT JOIN read_amounts a ON a.text = s.raw_amount AND a.typed = s.amount_typed
LEFT JOIN read_currencies c ON c.text = CASE WHEN $has_currency THEN s.raw_currency ELSE coalesce(a.sign, '') END
WHERE NOT s.is_blank
GROUP BY coalesce(c.currency, '');
