SELECT month, reason, count(*) AS customers, sum(cents) AS cents
FROM lost
GROUP BY month, reason
ORDER BY month, cents DESC, reason;
