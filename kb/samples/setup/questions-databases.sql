CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, status text NOT NULL);
INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cem');
INSERT INTO orders VALUES (1, 1, 'paid'), (2, 2, 'open');
CREATE TABLE users (phone text UNIQUE);
ALTER TABLE orders ADD created_at timestamptz NOT NULL DEFAULT now();
