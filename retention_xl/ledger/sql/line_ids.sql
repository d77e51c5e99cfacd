-- Whether the column of line ids really numbers the lines: repeats apart, nearly every line has an id of its own.
SELECT count(DISTINCT raw_line) >= 0.9 * count(*)
FROM source
WHERE NOT is_blank AND raw_line <> '' AND line NOT IN (SELECT line FROM duplicates);
