CREATE TABLE payments (id bigint GENERATED ALWAYS AS IDENTITY, account_id bigint, amount_cents bigint);
-- after 2
-- The second attempt, after the first has committed.
INSERT INTO idempotency_keys (account_id, key, request_hash)
VALUES (7, 'k1', 'h-4200') ON CONFLICT DO NOTHING;
SELECT request_hash, status, response FROM idempotency_keys;
SELECT count(*) FROM payments;
