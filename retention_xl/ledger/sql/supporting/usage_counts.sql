SELECT month, count(*) FROM table_usage WHERE month BETWEEN $since AND $month GROUP BY month ORDER BY month DESC;
