SELECT month, sum(sent), sum(accepted) FROM table_invitations WHERE month <= $month GROUP BY month ORDER BY month;
