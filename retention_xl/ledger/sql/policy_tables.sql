-- What the policies change of the plain reading: empty where the ledger gives none of them anything to act on.
CREATE OR REPLACE TABLE unserved (line BIGINT, month INTEGER, policy VARCHAR);  -- months of a service that do not count
CREATE OR REPLACE TABLE added (line BIGINT, month INTEGER, policy VARCHAR);  -- months after a service that do
CREATE OR REPLACE TABLE replaced (line BIGINT, by_line BIGINT, from_month INTEGER);
CREATE OR REPLACE TABLE adjustments (customer INTEGER, month INTEGER, cents BIGINT, policy VARCHAR);
CREATE OR REPLACE TABLE holds (customer INTEGER, month INTEGER, held BIGINT);  -- revenue paused at a month's end
CREATE OR REPLACE TABLE present (customer INTEGER, month INTEGER);  -- active at a month's end even with no revenue
CREATE OR REPLACE TABLE effects (customer INTEGER, month INTEGER, fx BIGINT, paused BIGINT, held BIGINT);
