CREATE TABLE accounts (id int PRIMARY KEY, balance_cents bigint);
INSERT INTO accounts VALUES (1, 10000);
-- before 2
UPDATE accounts SET balance_cents = 10000;
-- after 2
WITH first AS (
  INSERT INTO processed (message_id) VALUES ('pay-7f3a')
  ON CONFLICT DO NOTHING
  RETURNING message_id)
UPDATE accounts SET balance_cents = balance_cents - 1500
WHERE id = 1 AND EXISTS (SELECT 1 FROM first);
SELECT balance_cents FROM accounts;
