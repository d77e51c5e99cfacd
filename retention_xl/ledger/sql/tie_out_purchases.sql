-- The steps from revenue of the months up to the report month to all purchases and refunds of the ledger.
SELECT
    (SELECT coalesce(sum(cents), 0) FROM cells WHERE month <= $month) AS recognised,
    (SELECT coalesce(sum(cents), 0) FROM cells WHERE month = $month) AS recognised_month,
    (SELECT coalesce(sum(cents), 0) FROM lines WHERE refusal = '' AND role IN ('purchase', 'refund') AND month > $month) AS later,
    (SELECT coalesce(sum(cents), 0) FROM short_months WHERE month <= $month AND purchases > 0) AS beyond,
    (SELECT coalesce(sum(cents), 0) FROM short_months WHERE month = $month AND purchases > 0) AS beyond_month,
    (SELECT coalesce(sum(cents), 0) FROM short_months WHERE month <= $month AND purchases = 0) AS alone,
    (SELECT coalesce(sum(cents), 0) FROM short_months WHERE month = $month AND purchases = 0) AS alone_month;
