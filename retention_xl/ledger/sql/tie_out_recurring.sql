-- The steps from recurring revenue to all lines taken, for the whole ledger (`total`) and for lines dated in the month.
WITH l AS (
    SELECT role, cents, month = $month AS dated_here, mrr, covered,
        first_month <= $month AND first_month + covered > $month AS serves_here,
        CASE WHEN covered > 0 THEN greatest(0, first_month + covered - greatest(first_month, $month + 1)) ELSE 0 END AS later_months,
        month > $month AS dated_later, covered = months AS whole
    FROM lines WHERE refusal = ''
),
r AS (SELECT * FROM l WHERE role = 'recurring')
SELECT
    (SELECT coalesce(sum(mrr * (covered - later_months)), 0) FROM r) AS recognised,
    (SELECT coalesce(sum(mrr) FILTER (WHERE serves_here), 0) FROM r) AS recognised_month,
    (SELECT coalesce(sum(mrr * later_months) FILTER (WHERE NOT dated_later), 0) FROM r) AS ahead,
    (SELECT coalesce(sum(mrr * later_months) FILTER (WHERE dated_later), 0) FROM r) AS later,
    (SELECT -coalesce(sum(mrr) FILTER (WHERE serves_here AND NOT dated_here), 0) FROM r) AS billed_elsewhere_month,
    (SELECT coalesce(sum(mrr * (covered - CASE WHEN serves_here THEN 1 ELSE 0 END)) FILTER (WHERE dated_here), 0) FROM r) AS billed_here_month,
    (SELECT coalesce(sum(cents - mrr * covered) FILTER (WHERE whole), 0) FROM r) AS rounding,
    (SELECT coalesce(sum(cents - mrr * covered) FILTER (WHERE whole AND dated_here), 0) FROM r) AS rounding_month,
    (SELECT coalesce(sum(cents - mrr * covered) FILTER (WHERE NOT whole), 0) FROM r) AS part,
    (SELECT coalesce(sum(cents - mrr * covered) FILTER (WHERE NOT whole AND dated_here), 0) FROM r) AS part_month;
