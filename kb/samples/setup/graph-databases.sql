CREATE TABLE knows (a int, b int, PRIMARY KEY (a, b));
INSERT INTO knows SELECT n % 2000 + 1, (n * 7919) % 2000 + 1 FROM generate_series(1, 10000) n ON CONFLICT DO NOTHING;
-- before 2
SET statement_timeout = '300ms';
