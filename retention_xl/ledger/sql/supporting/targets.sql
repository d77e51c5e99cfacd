SELECT month, figure, CAST(value AS DOUBLE) FROM table_targets WHERE month <= $month ORDER BY month, figure;
