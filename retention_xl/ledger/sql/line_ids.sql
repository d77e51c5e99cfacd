-- Whether the column of line ids really numbers the lines: nearly every line has an id of its own.
CREATE OR REPLACE TABLE line_ids AS
SELECT count(DISTINCT raw_line) >= 0.9 * count(*) AND count(*) > 0 AS ids_are_unique
FROM source WHERE NOT is_blank AND raw_line <> '';
