-- The total of each currency straight from the raw column, by a way that does not pass through the cleaned lines.
CREATE OR REPLACE TABLE raw_totals AS
SELECT coalesce(currency, '') AS currency, sum(own) AS own_cents, sum(converted(own, rate)) AS cents
FROM (
    SELECT c.currency, c.rate, CASE WHEN x.line IS NULL THEN coalesce(s.exact_amount, plain_cents(s.text_amount), a.cents) ELSE x.cents END AS own
    FROM source s
    LEFT JOIN read_amounts a ON a.text = s.text_amount AND a.typed = s.amount_typed
    LEFT JOIN deductions x ON x.line = s.line
    LEFT JOIN read_currencies c ON c.text = CASE WHEN $has_currency THEN s.raw_currency ELSE coalesce(a.sign, '') END
    WHERE NOT s.is_blank
) r
GROUP BY coalesce(currency, '');
