-- Lines that take a customer's recurring revenue below nothing in some month. They are refused, never clipped.
UPDATE lines SET refusal = 'negative_mrr'
WHERE role = 'recurring' AND refusal = '' AND mrr < 0
  AND EXISTS (
      SELECT 1 FROM cells c
      WHERE c.cents < 0 AND c.customer = lines.customer
        AND c.month >= lines.first_month AND c.month < lines.first_month + lines.covered
  );
