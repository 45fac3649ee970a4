CREATE TABLE sales (region text, day date, cents int);
INSERT INTO sales VALUES ('N', '2026-11-01', 100), ('N', '2026-11-02', 300), ('N', '2026-11-03', 300),
  ('S', '2026-11-01', 200), ('S', '2026-11-02', 50);
CREATE TABLE staff (id int, name text, boss int);
INSERT INTO staff VALUES (1, 'Ana', NULL), (2, 'Ben', 1), (3, 'Cho', 1), (4, 'Dev', 2);
-- before 4
CREATE TABLE log (at timestamptz DEFAULT now());
CREATE FUNCTION log_sale() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log DEFAULT VALUES; RETURN NULL; END';
-- after 4
UPDATE sales SET cents = cents;
DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM log), 'unchanged rows were logged'; END $$;
