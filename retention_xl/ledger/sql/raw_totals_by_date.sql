-- The same with rates by date: each amount at the rate of its day, the latest one where the day cannot be read.
CREATE OR REPLACE TABLE raw_totals AS
SELECT coalesce(currency, '') AS currency, sum(own) AS own_cents, sum(converted(own, rate)) AS cents
FROM (
    SELECT c.currency, coalesce(y.rate, c.rate) AS rate, CASE WHEN x.line IS NULL THEN coalesce(s.exact_amount, plain_cents(s.text_amount), a.cents) ELSE x.cents END AS own
    FROM source s
    LEFT JOIN read_amounts a ON a.text = s.text_amount AND a.typed = s.amount_typed
    LEFT JOIN deductions x ON x.line = s.line
    LEFT JOIN read_currencies c ON c.text = CASE WHEN $has_currency THEN s.raw_currency ELSE coalesce(a.sign, '') END
    LEFT JOIN read_dates d ON d.field = 'date' AND d.text = s.text_date
    LEFT JOIN day_rates y ON y.currency = c.currency AND y.day = coalesce(s.exact_date, plain_day(s.text_date), d.day)
    WHERE NOT s.is_blank
) r
GROUP BY coalesce(currency, '');
