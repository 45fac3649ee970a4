CREATE TABLE jobs (id int PRIMARY KEY, state text);
INSERT INTO jobs SELECT n, 'ready' FROM generate_series(1, 5) n;
CREATE TABLE docs (id int PRIMARY KEY, body text, version int);
INSERT INTO docs VALUES (7, '', 1);
-- before 1
-- Worker A; prepared, its transaction keeps the locks.
BEGIN;
SELECT id FROM jobs WHERE state = 'ready' ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED;
PREPARE TRANSACTION 'worker A';
-- after 1
ROLLBACK PREPARED 'worker A';
