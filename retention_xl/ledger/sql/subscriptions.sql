-- What each line says of its subscription, where the ledger has a column for it.
CREATE OR REPLACE TABLE subscriptions AS
SELECT line, lower(trim(raw_subscription)) AS subscription
FROM source WHERE NOT is_blank AND trim(raw_subscription) <> '';
