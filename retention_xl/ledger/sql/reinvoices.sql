-- A credit note followed within 31 days by an invoice of the same amount that starts inside the service period of the invoice
-- it credits corrects that invoice and bills it anew: both are left out of recurring revenue, the original stands.
CREATE OR REPLACE TABLE reinvoices AS
WITH notes AS (
    SELECT line, customer, day, currency, -own_cents AS own_cents
    FROM lines WHERE role = 'credit' AND refusal = '' AND own_cents < 0
),
invoices AS (
    SELECT line, customer, day, currency, own_cents, first_day, until
    FROM lines
    WHERE role = 'recurring' AND refusal = '' AND own_cents > 0
      AND customer IN (SELECT customer FROM notes)
),
-- all notes of a day and an amount credit the same invoice, the last of those that are alike
days AS (
    SELECT DISTINCT customer, day, currency, own_cents FROM notes
),
alike AS (
    SELECT customer, day, currency, own_cents, first_day, until, max(line) AS line
    FROM invoices GROUP BY customer, day, currency, own_cents, first_day, until
),
nearest AS (
    SELECT d.customer, d.day, d.currency, d.own_cents, o.line AS original, o.first_day, o.until,
        -- an invoice of the note's own day is rather the one that bills anew
        row_number() OVER (
            PARTITION BY d.customer, d.day, d.currency, d.own_cents ORDER BY o.day = d.day, o.first_day DESC, o.line DESC
        ) AS nth
    FROM days d
    JOIN alike o ON o.customer = d.customer AND o.own_cents = d.own_cents AND o.currency = d.currency
        AND o.day <= d.day AND o.first_day <= d.day AND d.day < o.until
),
numbered AS (
    SELECT n.line AS note, n.day AS note_day, o.original, o.first_day, o.until, o.customer, o.currency, o.own_cents,
        row_number() OVER (PARTITION BY o.original ORDER BY n.day, n.line) AS nth
    FROM notes n
    JOIN nearest o ON o.customer = n.customer AND o.day = n.day AND o.currency = n.currency AND o.own_cents = n.own_cents
    WHERE o.nth = 1
),
again AS (
    SELECT n.original, r.line AS invoice, r.day AS invoice_day,
        row_number() OVER (PARTITION BY n.original ORDER BY r.day, r.line) AS nth
    FROM (SELECT original, customer, currency, own_cents, first_day, until, min(note_day) AS first_note,
              max(note_day) + 31 AS last_answer
          FROM numbered GROUP BY ALL) n
    JOIN invoices o ON o.line = n.original
    JOIN invoices r ON r.customer = n.customer AND r.own_cents = n.own_cents AND r.currency = n.currency AND r.line <> n.original
        AND r.day >= n.first_note AND r.day <= n.last_answer AND r.first_day >= n.first_day AND r.first_day < n.until AND (r.day, r.line) > (o.day, o.line)
)
SELECT n.note, a.invoice, n.original
FROM numbered n JOIN again a ON a.original = n.original AND a.nth = n.nth
WHERE a.invoice_day >= n.note_day AND a.invoice_day <= n.note_day + 31;

-- An invoice can answer only one note.
DELETE FROM reinvoices r1 WHERE EXISTS (SELECT 1 FROM reinvoices r2 WHERE r2.invoice = r1.invoice AND r2.note < r1.note);

UPDATE lines SET role = 'reinvoice_credit' WHERE line IN (SELECT note FROM reinvoices);
UPDATE lines SET role = 'reinvoice', mrr = NULL, covered = NULL, months = NULL WHERE line IN (SELECT invoice FROM reinvoices);
