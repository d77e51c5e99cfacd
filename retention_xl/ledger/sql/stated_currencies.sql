-- What stands for a currency: the text of its column, or without one the sign beside the amount.
CREATE OR REPLACE TEMP TABLE stated_currencies AS
SELECT CASE WHEN $has_column THEN s.raw_currency ELSE coalesce(a.sign, '') END AS text,
    count(*) AS lines, sum(coalesce(s.exact_amount, plain_cents(s.text_amount), a.cents)) AS cents
FROM source s
LEFT JOIN read_amounts a ON a.text = s.text_amount AND a.typed = s.amount_typed
WHERE NOT s.is_blank AND s.damage = ''
GROUP BY ALL;
