-- Ids that go by another one (`regrouped`: key, new_key, name): merged customers, companies of one parent.
INSERT INTO customers
SELECT CAST((SELECT coalesce(max(customer), 0) FROM customers) + row_number() OVER (ORDER BY new_key) AS INTEGER), new_key,
    min(name), min(name)
FROM regrouped
WHERE key IN (SELECT key FROM customers) AND new_key NOT IN (SELECT key FROM customers)
GROUP BY new_key;

CREATE OR REPLACE TABLE moved_ids AS
SELECT o.customer, n.customer AS goes_by
FROM regrouped r JOIN customers o ON o.key = r.key JOIN customers n ON n.key = r.new_key;

UPDATE spellings SET customer = (SELECT max(m.goes_by) FROM moved_ids m WHERE m.customer = spellings.customer)
WHERE customer IN (SELECT customer FROM moved_ids);

DELETE FROM customers WHERE customer IN (SELECT customer FROM moved_ids);
