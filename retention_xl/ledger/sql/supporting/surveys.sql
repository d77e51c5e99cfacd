-- Every answer, a row of several measures as several; ten answers of 1 to 5 are scored as the System Usability Scale says:
-- the odd items less 1, 5 less the even ones, all times 2.5.
WITH answers AS (
    SELECT line, customer, day, measure, score FROM table_surveys WHERE measure IS NOT NULL
    UNION ALL SELECT line, customer, day, 'NPS', nps FROM table_surveys WHERE nps IS NOT NULL
    UNION ALL SELECT line, customer, day, 'CSAT', csat FROM table_surveys WHERE csat IS NOT NULL
    UNION ALL SELECT line, customer, day, 'SUS', sus FROM table_surveys WHERE sus IS NOT NULL
    UNION ALL
    SELECT line, customer, day, 'SUS', 2.5 * (20 + sus1 - sus2 + sus3 - sus4 + sus5 - sus6 + sus7 - sus8 + sus9 - sus10)
    FROM table_surveys
    WHERE sus IS NULL AND sus1 + sus2 + sus3 + sus4 + sus5 + sus6 + sus7 + sus8 + sus9 + sus10 IS NOT NULL
)
SELECT coalesce(c.name, ''), a.day, a.measure, CAST(a.score AS DOUBLE)
FROM answers a
LEFT JOIN customers c USING (customer)
WHERE a.day BETWEEN $first_day AND $month_end
ORDER BY a.day, a.line, a.measure;
