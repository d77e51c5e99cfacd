-- Every text that stands for a customer. `key` is NULL where the text needs a closer look than the database gives.
CREATE OR REPLACE TABLE spelled_raw AS
SELECT raw_customer AS spelling, count(*) AS lines, min(line) AS first_line,
    CASE WHEN NOT regexp_matches(lower(raw_customer), 'tota|sum|gesamt') THEN plain_key(raw_customer) END AS key
FROM source WHERE NOT is_blank AND damage = ''
GROUP BY raw_customer;
