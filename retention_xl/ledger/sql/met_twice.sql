-- What lines are hashed to and meet in: without one there is no line that repeats another.
CREATE OR REPLACE TABLE met_twice AS
SELECT line_hash FROM source WHERE NOT is_blank AND damage = '' GROUP BY line_hash HAVING count(*) > 1;
