-- The cards of customers active in the months shown or the year before them. Days after the month's end are not known yet.
SELECT c.name, coalesce(t.label, ''), coalesce(t.segment, ''), coalesce(t.plan, ''), coalesce(t.channel, ''),
    coalesce(t.region, ''), coalesce(t.parent, ''), t.contract_start, t.contract_end,
    CASE WHEN t.last_contact <= $month_end THEN t.last_contact END,
    CASE WHEN t.open_quote <= $month_end THEN t.open_quote END,
    CAST(t.margin AS DOUBLE),
    CASE WHEN t.first_value <= $month_end THEN t.first_value END,
    CASE WHEN t.activated <= $month_end THEN t.activated END,
    t.loyalty
FROM table_customers t
JOIN customers c USING (customer)
WHERE t.customer IN (SELECT customer FROM moves WHERE month BETWEEN $since - 12 AND $month)
ORDER BY c.name;
