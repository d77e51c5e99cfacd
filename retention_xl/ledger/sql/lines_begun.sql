-- What each line says, with its amount, its kind and the first day of its service.
SELECT *, coalesce(starts, day) AS first_day,
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
FROM told
