CREATE TABLE orders (id bigint PRIMARY KEY, placed_at timestamptz NOT NULL, total_cents bigint NOT NULL);
INSERT INTO orders SELECT n, '2026-01-01Z'::timestamptz + n * interval '5 s', n % 9000 FROM generate_series(1, 100000) n;
CREATE INDEX orders_page_idx ON orders (placed_at DESC, id DESC);
