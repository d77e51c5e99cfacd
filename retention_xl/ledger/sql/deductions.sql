-- The net amount of each line that has something to take off, or a quantity to be multiplied by; `code` is why it has none.
CREATE OR REPLACE TABLE deductions AS
WITH gross AS (
    SELECT s.line, coalesce(s.exact_amount, plain_cents(s.text_amount), a.cents) AS stated,
        CASE WHEN $has_quantity THEN p.cents ELSE coalesce(s.exact_amount, plain_cents(s.text_amount), a.cents) END AS own
    FROM source s
    LEFT JOIN read_amounts a ON a.text = s.text_amount AND a.typed = s.amount_typed
    LEFT JOIN products p ON p.text = s.raw_amount AND p.typed = s.amount_typed AND p.quantity = s.raw_quantity
    WHERE NOT s.is_blank
),
found AS (
    SELECT line, bool_or(cents IS NULL) AS unread,
        CAST(coalesce(sum(abs(cents)) FILTER (WHERE field = 'discount'), 0) AS BIGINT) AS discount,
        CAST(coalesce(sum(abs(cents)) FILTER (WHERE field = 'tax'), 0) AS BIGINT) AS tax,
        CAST(coalesce(sum(abs(cents)) FILTER (WHERE field = 'refunded'), 0) AS BIGINT) AS refunded
    FROM (
        SELECT s.line, r.field, r.cents FROM source s
        JOIN read_deductions r ON r.field = 'discount' AND r.text = s.raw_discount
        WHERE NOT s.is_blank
        UNION ALL
        SELECT s.line, r.field, r.cents FROM source s JOIN read_deductions r ON r.field = 'tax' AND r.text = s.raw_tax
        WHERE NOT s.is_blank
        UNION ALL
        SELECT s.line, r.field, r.cents FROM source s
        JOIN read_deductions r ON r.field = 'refunded' AND r.text = s.raw_refunded
        WHERE NOT s.is_blank
    ) d
    WHERE cents IS NULL OR cents <> 0
    GROUP BY line
),
off AS (
    SELECT f.line,
        CASE WHEN NOT f.unread THEN f.discount + f.tax
            + CASE
                WHEN f.tax = 0 OR abs(g.own) <= f.discount + f.tax THEN f.refunded
                -- What was given back had its share of the tax, which is off already.
                ELSE part_of(f.refunded, abs(g.own) - f.discount - f.tax, abs(g.own) - f.discount)
            END
        END AS cents
    FROM found f JOIN gross g ON g.line = f.line
)
SELECT g.line, CASE WHEN o.line IS NULL THEN g.own ELSE lessened(g.own, o.cents) END AS cents,
    CASE
        WHEN g.stated IS NULL THEN ''
        WHEN g.own IS NULL THEN 'quantity_unreadable'
        WHEN o.line IS NOT NULL AND o.cents IS NULL THEN 'deduction_unreadable'
        WHEN o.cents > abs(g.own) THEN 'deduction_too_large'
        ELSE ''
    END AS code
FROM gross g LEFT JOIN off o ON o.line = g.line
WHERE $has_quantity OR o.line IS NOT NULL;
