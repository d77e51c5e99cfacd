SELECT month, channel, sum(cents) FROM table_spend WHERE month <= $month GROUP BY ALL ORDER BY ALL;
