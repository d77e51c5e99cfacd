-- What lines say in words, each combination once; the lines hold its number.
CREATE OR REPLACE TABLE texts AS
SELECT CAST(row_number() OVER (ORDER BY raw_plan, raw_tier, raw_region, raw_channel, raw_reason) AS INTEGER) AS texts, *,
    trim(raw_plan) AS plan, trim(raw_tier) AS tier, trim(raw_region) AS region, trim(raw_channel) AS channel,
    trim(raw_reason) AS reason
FROM (SELECT DISTINCT raw_plan, raw_tier, raw_region, raw_channel, raw_reason FROM source WHERE NOT is_blank) s;
