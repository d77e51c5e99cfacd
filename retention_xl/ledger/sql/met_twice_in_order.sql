-- The same, sorted once: equal hashes are neighbours. `astray` are those that lie below a higher one.
CREATE OR REPLACE TABLE met_twice AS
SELECT DISTINCT line_hash, line_hash < above AS astray
FROM (
    SELECT line_hash, lag(line_hash) OVER () AS above
    FROM (SELECT line_hash FROM source WHERE NOT is_blank AND damage = '' ORDER BY line_hash)
)
WHERE line_hash <= above;
