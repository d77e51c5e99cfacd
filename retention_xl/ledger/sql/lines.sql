-- Every line of the source, typed, with the reason to refuse it ('' where it is taken) and what it is to the figures (`role`).
CREATE OR REPLACE TABLE lines AS
WITH joined AS (
    SELECT
        s.line, s.damage, s.line_hash, s.raw_date, s.raw_amount,
        trim(s.raw_plan) AS plan, trim(s.raw_tier) AS tier, trim(s.raw_region) AS region, trim(s.raw_channel) AS channel,
        trim(s.raw_reason) AS reason,
        i.customer, i.state AS id_state, i.is_total, i.respelled, i.unlike,
        coalesce(plain_day(s.raw_date), d.day) AS day, coalesce(d.code, '') AS day_code,
        CASE WHEN x.line IS NULL THEN coalesce(plain_cents(s.raw_amount), a.cents) ELSE x.cents END AS own,
        CASE WHEN x.code <> '' THEN x.code ELSE coalesce(a.code, '') END AS amount_code,
        coalesce(a.rounded, FALSE) AS rounded,
        k.kind AS stated_kind, coalesce(u.code, '') AS status_code,
        c.currency, c.rate, c.code AS currency_code, c.assumed AS currency_assumed,
        $has_currency AND a.sign <> '' AND a.sign <> c.currency AS sign_differs,
        t.months AS term_months, t.code AS term_code, trim(s.raw_term) <> '' AS term_stated,
        CASE WHEN $has_start THEN coalesce(plain_day(s.raw_start), ds.day) END AS starts,
        CASE WHEN $has_start THEN coalesce(ds.code, '') ELSE '' END AS start_code,
        CASE WHEN $has_end THEN coalesce(plain_day(s.raw_end), de.day) END AS ends,
        CASE WHEN $has_end THEN coalesce(de.code, '') ELSE '' END AS end_code
    FROM source s
    LEFT JOIN spellings i ON i.spelling = s.raw_customer
    LEFT JOIN read_dates d ON d.field = 'date' AND d.text = s.raw_date
    LEFT JOIN read_dates ds ON ds.field = 'start' AND ds.text = s.raw_start
    LEFT JOIN read_dates de ON de.field = 'end' AND de.text = s.raw_end
    LEFT JOIN read_amounts a ON a.text = s.raw_amount AND a.typed = s.amount_typed
    LEFT JOIN deductions x ON x.line = s.line
    LEFT JOIN read_kinds k ON k.text = s.raw_kind
    LEFT JOIN read_statuses u ON u.text = s.raw_status
    LEFT JOIN read_currencies c ON c.text = CASE WHEN $has_currency THEN s.raw_currency ELSE coalesce(a.sign, '') END
    LEFT JOIN read_terms t ON t.text = s.raw_term AND t.count_text = s.raw_term_count
    WHERE NOT s.is_blank
),
kinded AS (
    SELECT *,
        CASE
            WHEN amount_code = 'amount_blank' AND stated_kind IN ('cancel', 'reactivate', 'pause') THEN 0
            ELSE own
        END AS own_cents,
        CASE
            WHEN stated_kind IS NULL OR stated_kind <> '' THEN stated_kind
            WHEN own >= 0 THEN 'invoice'
            WHEN $recurring THEN 'credit'
            ELSE 'refund'
        END AS kind
    FROM joined
),
begun AS (
    SELECT *, coalesce(starts, day) AS first_day FROM kinded
),
ended AS (
    SELECT *, CASE WHEN ends IS NULL OR NOT $recurring THEN '' ELSE ending_of(first_day, ends) END AS ending
    FROM begun
),
served AS (
    -- `until` is the first day no longer served.
    SELECT *,
        CASE
            WHEN ending IN ('exclusive', 'none') THEN ends
            WHEN ending = 'inclusive' THEN ends + 1
            WHEN ending = 'part' THEN ends + CASE WHEN $ends_inclusive THEN 1 ELSE 0 END
        END AS until,
        CASE
            WHEN ending = 'exclusive' THEN month_number(ends) - month_number(first_day)
            WHEN ending = 'inclusive' THEN month_number(ends + 1) - month_number(first_day)
            WHEN ending = 'none' THEN 0
            WHEN ending = 'part' THEN NULL
            WHEN $has_term THEN term_months
            WHEN $has_start OR $has_end THEN 0
            ELSE 1
        END AS whole_months
    FROM ended
),
measured AS (
    -- A period that is not whole months counts as the nearest number of them, at least one.
    SELECT *,
        CASE
            WHEN whole_months IS NOT NULL OR until IS NULL OR until <= first_day THEN whole_months
            ELSE greatest(1, CAST(round(
                month_number(until) - month_number(first_day)
                + (day(until) - day(first_day)) / CAST(day(last_day(first_day)) AS DOUBLE)) AS INTEGER))
        END AS months
    FROM served
),
billed AS (
    SELECT m.*,
        CASE WHEN m.rate IS NOT NULL THEN converted(m.own_cents, coalesce(y.rate, m.rate)) END AS cents,
        $recurring AND m.kind = 'invoice' AS may_recur
    FROM measured m LEFT JOIN day_rates y ON y.currency = m.currency AND y.day = m.day
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
    line, line_hash, customer, day, period_number(day) AS month, kind, own_cents, currency, cents, refusal,
    plan, tier, region, channel, reason,
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
    -- worth telling, though the line is taken
    respelled AND refusal = '' AS respelled,
    unlike AND refusal = '' AS unlike,
    rounded,
    amount_code = 'dash' AND refusal = '' AS dash,
    $has_kind AND stated_kind = '' AND refusal = '' AS kind_assumed,
    $has_currency AND currency_assumed AND refusal = '' AS currency_assumed,
    status_code = 'status_unknown' AND refusal = '' AS status_unknown,
    coalesce(sign_differs, FALSE) AND refusal = '' AS sign_differs,
    may_recur AND months > 0 AND ending = 'part' AND refusal = '' AS part_months,
    may_recur AND months = 0 AND ending = '' AND NOT term_stated AND own_cents <> 0 AND refusal = '' AS no_term,
    may_recur AND ending = 'none' AND own_cents <> 0 AND refusal = '' AS one_day
FROM judged;
