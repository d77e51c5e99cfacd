-- What is taken off each line's amount: discount, tax and refund as one sum without a sign, NULL where one is no amount.
CREATE OR REPLACE TABLE deductions AS
SELECT line, CASE WHEN bool_or(cents IS NULL) THEN NULL ELSE CAST(sum(abs(cents)) AS BIGINT) END AS cents
FROM (
    SELECT s.line, r.cents FROM source s JOIN read_deductions r ON r.field = 'discount' AND r.text = s.raw_discount
    WHERE NOT s.is_blank
    UNION ALL
    SELECT s.line, r.cents FROM source s JOIN read_deductions r ON r.field = 'tax' AND r.text = s.raw_tax
    WHERE NOT s.is_blank
    UNION ALL
    SELECT s.line, r.cents FROM source s JOIN read_deductions r ON r.field = 'refunded' AND r.text = s.raw_refunded
    WHERE NOT s.is_blank
) d
WHERE cents IS NULL OR cents <> 0
GROUP BY line;
