-- Notices since the customer's active start, the last one last. Where the end is over and the customer still active, the notice
-- was taken back.
SELECT c.name, coalesce(t.notice, t.day) AS told, coalesce(t.reason, '')
FROM table_cancellations t
JOIN last_starts s USING (customer)
JOIN customers c USING (customer)
WHERE coalesce(t.notice, t.day) BETWEEN s.start_day AND $month_end
  AND NOT (t.day IS NOT NULL AND t.day <= $month_end AND t.customer IN (SELECT customer FROM moves WHERE month = $month))
ORDER BY told, t.line;
