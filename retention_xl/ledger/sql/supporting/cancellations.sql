-- A notice is known from its day, without one the end of the service from that day on. Where no end is stated, the service
-- ends when what is paid for is over.
SELECT c.name, coalesce(t.day, p.paid_through, t.notice), t.notice, coalesce(t.reason, ''), t.voluntary
FROM table_cancellations t
JOIN customers c USING (customer)
LEFT JOIN (
    SELECT customer, max(until) AS paid_through FROM lines WHERE refusal = '' AND role = 'recurring' GROUP BY customer
) p ON p.customer = t.customer AND p.paid_through >= t.notice
WHERE coalesce(t.notice, t.day) <= $month_end
ORDER BY c.name, coalesce(t.notice, t.day), t.line;
