-- What is billed but is neither recurring revenue nor a purchase or its refund.
SELECT role, sum(cents) AS total, coalesce(sum(cents) FILTER (WHERE month = $month), 0) AS in_month
FROM lines WHERE refusal = '' AND role NOT IN ('recurring', 'purchase') AND NOT (role = 'refund' AND $purchases)
GROUP BY role;
