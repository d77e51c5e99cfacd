-- The first line taken that is older than the rates of its currency.
SELECT l.currency, l.day, l.line, f.first_day
FROM lines l
JOIN (SELECT currency, min(from_day) AS first_day FROM rate_steps GROUP BY currency) f ON f.currency = l.currency
WHERE l.refusal = '' AND l.day < f.first_day
ORDER BY l.line LIMIT 1;
