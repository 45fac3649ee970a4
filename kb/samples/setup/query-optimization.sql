CREATE TABLE orders (id bigint, placed_at timestamptz);
INSERT INTO orders SELECT n, '2026-01-01Z'::timestamptz + n * interval '1 min' FROM generate_series(1, 50000) n;
CREATE INDEX ON orders (placed_at);
CREATE TABLE cars (make text, model text);
INSERT INTO cars SELECT 'Fiat', 'Panda' FROM generate_series(1, 3000);
INSERT INTO cars SELECT 'Ford', 'Focus' FROM generate_series(1, 6000);
ANALYZE;
