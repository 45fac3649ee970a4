CREATE TABLE events (id int, tenant int, body jsonb);
INSERT INTO events SELECT n, n % 3 + 1, jsonb_build_object('type', CASE WHEN n % 1000 = 0 THEN 'refund' ELSE 'sale' END) FROM generate_series(1, 20000) n;
CREATE INDEX ON events USING gin (body jsonb_path_ops);
-- after 3
-- What the page says of the policy, as a role that is not the owner.
CREATE ROLE app;
GRANT SELECT, INSERT ON events TO app;
SET ROLE app;
BEGIN;
SET LOCAL app.tenant = '2';
DO $$ BEGIN ASSERT (SELECT array_agg(DISTINCT tenant) FROM events) = '{2}', 'sees other tenants'; END $$;
ROLLBACK;
-- before 5
DELETE FROM stay;
