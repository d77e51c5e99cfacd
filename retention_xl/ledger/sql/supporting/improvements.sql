SELECT day, text FROM table_improvements WHERE day <= $month_end ORDER BY day, line;
