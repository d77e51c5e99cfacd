-- What each policy changes of the months to date, and of the month.
SELECT policy, sum(cents), coalesce(sum(cents) FILTER (WHERE month = $month), 0)
FROM adjustments WHERE month <= $month GROUP BY policy;
