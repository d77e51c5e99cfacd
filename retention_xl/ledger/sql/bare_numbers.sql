-- Ids that are a bare number, their shortest and longest, all spellings of ids, and all ids.
SELECT count(*) FILTER (WHERE bare), min(length(key)) FILTER (WHERE bare), max(length(key)) FILTER (WHERE bare), count(*), count(DISTINCT key)
FROM (SELECT key, regexp_full_match(key, '[0-9]{1,18}') AS bare FROM spelled WHERE state = '') k;
