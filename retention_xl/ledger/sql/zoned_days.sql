-- Where times are to be converted to the company's zone, a text with a zone is no plain day.
CREATE OR REPLACE MACRO plain_day(t) AS
    CASE
        WHEN regexp_full_match(
            t, '(19[89]|20[0-9])[0-9]-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?'
        ) THEN TRY_CAST(left(t, 10) AS DATE)
    END;
