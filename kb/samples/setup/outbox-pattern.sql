-- Session A holds its transaction open: prepared, it is neither committed nor
-- visible.
-- after 1
BEGIN;
INSERT INTO orders VALUES (1, 'placed');
INSERT INTO outbox (aggregate_id, type, payload) VALUES (1, 'placed', '{}');
PREPARE TRANSACTION 'session A';
INSERT INTO orders VALUES (2, 'placed');
INSERT INTO outbox (aggregate_id, type, payload) VALUES (2, 'placed', '{}');
-- before 3
DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM outbox
  WHERE xid < pg_snapshot_xmin(pg_current_snapshot())), 'rows below the horizon during the pause'; END $$;
COMMIT PREPARED 'session A';
-- before 4
INSERT INTO outbox (aggregate_id, type, payload) SELECT n, 'placed', '{}' FROM generate_series(3, 6) n;
-- before 5
CREATE TABLE inbox (consumer text, message_id text, PRIMARY KEY (consumer, message_id));
CREATE TABLE accounts (id text PRIMARY KEY, cents bigint);
INSERT INTO accounts VALUES ('shop', 0);
-- after 5
WITH fresh AS (
  INSERT INTO inbox (consumer, message_id) VALUES ('ledger', 'P-1')
  ON CONFLICT DO NOTHING RETURNING 1)
UPDATE accounts SET cents = cents + 500
WHERE id = 'shop' AND EXISTS (SELECT FROM fresh);
-- before 6
SELECT id FROM outbox
-- after 6
;
