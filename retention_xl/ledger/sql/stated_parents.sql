-- The parent that the ledger itself names for a customer, on its last line that names one.
SELECT c.key, max_by(trim(s.raw_parent), s.line)
FROM source s
JOIN spellings i ON i.spelling = s.raw_customer
JOIN customers c ON c.customer = i.customer
WHERE NOT s.is_blank AND trim(s.raw_parent) <> ''
GROUP BY c.key;
