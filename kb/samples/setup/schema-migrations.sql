CREATE TABLE users (id int PRIMARY KEY, email text, full_name text, display text);
INSERT INTO users SELECT n, n || '@example.com', 'Ann' FROM generate_series(1, 1000) n;
-- before 1
\set AUTOCOMMIT on
