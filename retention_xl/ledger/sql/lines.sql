-- Every line of the source, typed, with the reason to refuse it ('' where it is taken) and what it is to the figures (`role`).
WITH billed AS (
    SELECT *, CASE WHEN rate IS NOT NULL THEN converted(own_cents, rate) END AS cents,
        $recurring AND kind = 'invoice' AS may_recur
    FROM measured
),
judged AS (
    SELECT *,
        CASE
            WHEN damage <> '' THEN 'damaged_line'
            WHEN (is_total AND day_code = 'date_blank') OR day_code = 'total' THEN 'total_line'
            WHEN status_code = 'not_billed' THEN 'not_billed'
            WHEN status_code = 'given_up' AND NOT $recurring THEN 'given_up'
            WHEN kind = 'moved' THEN 'moved'
            WHEN id_state <> '' THEN id_state
            WHEN day IS NULL THEN day_code
            WHEN own_cents IS NULL OR amount_code = 'deduction_too_large' THEN amount_code
            WHEN kind IS NULL THEN 'kind_unknown'
            WHEN kind = 'payment' THEN 'payment_beside_invoices'
            WHEN kind IN ('refund', 'credit') AND own_cents > 0 THEN 'sign_against_kind'
            WHEN currency_code <> '' THEN currency_code
            WHEN may_recur AND start_code NOT IN ('', 'date_blank') THEN 'start_unreadable'
            WHEN may_recur AND end_code NOT IN ('', 'date_blank') THEN 'end_unreadable'
            WHEN may_recur AND until < first_day THEN 'ends_before_start'
            WHEN may_recur AND ends IS NULL AND term_code <> '' THEN term_code
            ELSE ''
        END AS refusal
    FROM billed
)
SELECT
    line, customer, day, period_number(day) AS month, kind, own_cents, currency, cents, refusal,
    texts,
    CASE
        WHEN kind IN ('tax', 'cancel', 'reactivate', 'pause') THEN kind
        WHEN NOT $recurring THEN CASE WHEN kind IN ('refund', 'credit') OR own_cents < 0 THEN 'refund' ELSE 'purchase' END
        WHEN kind IN ('refund', 'credit', 'once', 'usage') THEN kind
        WHEN months > 0 THEN 'recurring'
        ELSE 'once'
    END AS role,
    CASE WHEN may_recur AND months > 0 THEN months END AS months,
    CASE WHEN may_recur AND months > 0 THEN first_day END AS first_day,
    CASE WHEN may_recur AND months > 0 THEN coalesce(until, add_months(first_day, months)) END AS until,
    CASE WHEN may_recur AND months > 0 THEN period_number(first_day) END AS first_month,
    CASE WHEN may_recur AND months > 0 THEN periods_served(first_day, until, months) END AS covered,
    CASE WHEN may_recur AND months > 0 AND cents IS NOT NULL THEN share_of(cents, months) END AS mrr,
    CASE WHEN NOT $marked OR refusal <> '' THEN 0 ELSE $marks END AS marks
FROM judged
