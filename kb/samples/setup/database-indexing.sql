CREATE TABLE orders (id bigint PRIMARY KEY, customer_id int, total_cents bigint, placed_at timestamptz, status text);
INSERT INTO orders SELECT n, n % 5000, n, '2026-01-01Z'::timestamptz + n * interval '1 min', CASE WHEN n % 100 = 0 THEN 'pending' ELSE 'done' END
FROM generate_series(1, 50000) n;
CREATE TABLE users (email text);
