-- Whether ends of service are mostly the last day served: what the ends that are no whole months are then taken as.
SELECT count(*) FILTER (WHERE ending = 'inclusive') > count(*) FILTER (WHERE ending = 'exclusive')
FROM (
    SELECT ending_of(coalesce(s.exact_start, plain_day(s.text_start), ds.day), coalesce(s.exact_end, plain_day(s.text_end), de.day)) AS ending
    FROM source s
    LEFT JOIN read_dates ds ON ds.field = 'start' AND ds.text = s.text_start
    LEFT JOIN read_dates de ON de.field = 'end' AND de.text = s.text_end
    WHERE NOT s.is_blank
);
