-- The steps from recurring revenue to all lines taken, for the whole ledger (`total`) and for lines dated in the month.
WITH r AS (
    SELECT cents, month = $month AS dated_here, mrr, covered,
        first_month <= $month AND first_month + covered > $month AS serves_here,
        CASE WHEN covered > 0 THEN greatest(0, first_month + covered - greatest(first_month, $month + 1)) ELSE 0 END AS later_months,
        month > $month AS dated_later, covered = months AS whole
    FROM lines WHERE refusal = '' AND role = 'recurring'
)
SELECT
    coalesce(sum(mrr * (covered - later_months)), 0) AS recognised,
    coalesce(sum(mrr) FILTER (WHERE serves_here), 0) AS recognised_month,
    coalesce(sum(mrr * later_months) FILTER (WHERE NOT dated_later), 0) AS ahead,
    coalesce(sum(mrr * later_months) FILTER (WHERE dated_later), 0) AS later,
    -coalesce(sum(mrr) FILTER (WHERE serves_here AND NOT dated_here), 0) AS billed_elsewhere_month,
    coalesce(sum(mrr * (covered - CASE WHEN serves_here THEN 1 ELSE 0 END)) FILTER (WHERE dated_here), 0) AS billed_here_month,
    coalesce(sum(cents - mrr * covered) FILTER (WHERE whole), 0) AS rounding,
    coalesce(sum(cents - mrr * covered) FILTER (WHERE whole AND dated_here), 0) AS rounding_month,
    coalesce(sum(cents - mrr * covered) FILTER (WHERE NOT whole), 0) AS part,
    coalesce(sum(cents - mrr * covered) FILTER (WHERE NOT whole AND dated_here), 0) AS part_month
FROM r;
